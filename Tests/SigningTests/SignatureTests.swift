import Evidence
import EvidenceTestKit
import Signing
import SystemPackage
import Testing

@Suite struct SignatureTests {
  static let content = Array("{\"format\":\"exhibit-manifest\"}".utf8)
  static let day: Int64 = 86_400_000_000

  @Test(arguments: [SigningKey.Kind.ecdsaP256, .ecdsaP384, .rsa3072])
  func ourSignaturePassesOurCheckAndOpenSSL(kind: SigningKey.Kind) throws {
    let identity = try Samples.identity(kind)
    let signature = try identity.sign(Self.content, at: Samples.now)
    let report = try SignatureCheck.verify(
      signature: signature, content: Self.content, trust: Trust([identity.certificate]))
    #expect(report.isTrusted)
    #expect(report.findings(subject: "p7s").isEmpty)
    #expect(report.signers.map(\.certificate) == [identity.certificate])
    #expect(report.signers.map(\.signingTime) == [Samples.now])
    let pem = try identity.certificate.pem()
    #expect(try Samples.opensslVerify(signature: signature, content: Self.content, certificate: pem))
  }

  @Test func changedContentIsFoundByBoth() throws {
    let identity = try Samples.identity()
    let signature = try identity.sign(Self.content, at: Samples.now)
    var changed = Self.content
    changed[3] ^= 1
    let report = try SignatureCheck.verify(
      signature: signature, content: changed, trust: Trust([identity.certificate]))
    #expect(!report.isIntact)
    #expect(report.signers.map(\.isContentIntact) == [false])
    #expect(report.signers.map(\.isSignatureValid) == [true])
    #expect(report.findings(subject: "p7s").map(\.code) == [.signatureInvalid])
    let pem = try identity.certificate.pem()
    #expect(try !Samples.opensslVerify(signature: signature, content: changed, certificate: pem))
  }

  @Test func trustIsAskedSeparately() throws {
    let identity = try Samples.identity()
    let other = try Samples.identity(name: "B. Examiner")
    let signature = try identity.sign(Self.content, at: Samples.now)
    let alone = try SignatureCheck.verify(signature: signature, content: Self.content, trust: Trust())
    #expect(alone.isIntact && !alone.isTrusted)
    #expect(alone.signers.map(\.trust) == [.notAsked])
    #expect(alone.signers.allSatisfy { $0.sentence.hasPrefix("Valid, by an untrusted certificate") })
    let stranger = try SignatureCheck.verify(
      signature: signature, content: Self.content, trust: Trust([other.certificate]))
    #expect(stranger.isIntact && !stranger.isTrusted)
    #expect(stranger.findings(subject: "p7s").map(\.code) == [.signerUntrusted])
    let pem = try other.certificate.pem()
    #expect(try !Samples.opensslVerify(signature: signature, content: Self.content, certificate: pem))
  }

  @Test func certificatesAreJudgedAtTheSigningTime() throws {
    let past = Timestamp(microseconds: Samples.now.microseconds - 4000 * Self.day)
    let identity = try Samples.identity(from: past, years: 1)
    let inside = Timestamp(microseconds: past.microseconds + 100 * Self.day)
    let outside = Timestamp(microseconds: past.microseconds + 500 * Self.day)
    let good = try SignatureCheck.verify(
      signature: identity.sign(Self.content, at: inside), content: Self.content,
      trust: Trust([identity.certificate]))
    #expect(good.isTrusted)
    let late = try SignatureCheck.verify(
      signature: identity.sign(Self.content, at: outside), content: Self.content,
      trust: Trust([identity.certificate]))
    #expect(late.isIntact && !late.isTrusted)
    #expect(late.signers.map(\.trust) == [.trusted])
    #expect(late.findings(subject: "p7s").map(\.code) == [.certificateExpired])
  }

  /// A certificate authority and a signer below it, all made by openssl.
  private func authority() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try TestFiles.write(Array("subjectKeyIdentifier=hash\n".utf8), to: folder.appending("extensions"))
    for command in [
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=Sample-CA -out ca.pem",
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout s.key -subj /CN=Signer -out s.csr",
      "x509 -req -in s.csr -CA ca.pem -CAkey ca.key -set_serial 7 -extfile extensions -out s.pem",
    ] { _ = try Samples.openssl(command, in: folder.path) }
    try TestFiles.write(Self.content, to: folder.appending("M"))
    return folder
  }

  @Test(arguments: ["", " -keyid", " -certfile ca.pem", " -md sha512", " -signer ca.pem -inkey ca.key"])
  func signaturesOfOpenSSLAreAccepted(options: String) throws {
    let folder = try authority()
    _ = try Samples.openssl(
      "cms -sign -binary -cades -in M -outform DER -out M.p7s -signer s.pem -inkey s.key\(options)",
      in: folder.path)
    let signature = try TestFiles.read(folder.appending("M.p7s"))
    let authority = try Certificate(parsing: try TestFiles.read(folder.appending("ca.pem")), name: "ca")
    let signer = try Certificate(parsing: try TestFiles.read(folder.appending("s.pem")), name: "s")
    let report = try SignatureCheck.verify(
      signature: signature, content: Self.content, trust: Trust([authority]))
    #expect(report.malformation == nil)
    #expect(report.isTrusted, "\(report)")
    #expect(report.signers.contains { $0.certificate == signer })
    if !options.contains("ca.key") {
      let direct = try SignatureCheck.verify(
        signature: signature, content: Self.content, trust: Trust([signer]))
      #expect(direct.isTrusted)
    }
  }

  @Test func signatureWithoutTheCertificateAttributeIsRefused() throws {
    let folder = try authority()
    _ = try Samples.openssl(
      "cms -sign -binary -in M -outform DER -out M.p7s -signer s.pem -inkey s.key", in: folder.path)
    let report = try SignatureCheck.verify(
      signature: try TestFiles.read(folder.appending("M.p7s")), content: Self.content, trust: Trust())
    #expect(report.signers.map(\.certificateAttributeMatches) == [false])
    #expect(!report.isIntact)
  }

  @Test(arguments: [" -nocerts", " -nodetach", " -noattr"])
  func otherShapesAreMalformed(options: String) throws {
    let folder = try authority()
    _ = try Samples.openssl(
      "cms -sign -binary -in M -outform DER -out M.p7s -signer s.pem -inkey s.key\(options)", in: folder.path)
    let report = try SignatureCheck.verify(
      signature: try TestFiles.read(folder.appending("M.p7s")), content: Self.content, trust: Trust())
    #expect(report.malformation != nil)
  }

  @Test func aStrayCertificateIsRefused() throws {
    let folder = try authority()
    for command in [
      "req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout x.key -subj /CN=Stray -out x.csr",
      "x509 -req -in x.csr -CA ca.pem -CAkey ca.key -set_serial 8 -out x.pem",
      "cms -sign -binary -cades -in M -outform DER -out M.p7s -signer ca.pem -inkey ca.key -certfile x.pem",
    ] { _ = try Samples.openssl(command, in: folder.path) }
    let bound = try SignatureCheck.verify(
      signature: try TestFiles.read(folder.appending("M.p7s")), content: Self.content, trust: Trust())
    #expect(bound.isIntact)
    _ = try Samples.openssl(
      "cms -sign -binary -cades -in M -outform DER -out N.p7s -signer s.pem -inkey s.key -certfile x.pem",
      in: folder.path)
    let unbound = try SignatureCheck.verify(
      signature: try TestFiles.read(folder.appending("N.p7s")), content: Self.content, trust: Trust())
    #expect(unbound.malformation == "carries a certificate that nothing protects")
  }

  @Test(arguments: [SigningKey.Kind.ecdsaP256, .rsa3072])
  func everyFlippedBitIsFound(kind: SigningKey.Kind) throws {
    let identity = try Samples.identity(kind)
    var signature = try identity.sign(Self.content, at: Samples.now)
    var missed: [String] = []
    // All bits of the small file; every third of the large one, which is mostly key and signature.
    for bit in stride(from: 0, to: signature.count * 8, by: kind == .rsa3072 ? 3 : 1) {
      signature[bit / 8] ^= 1 << UInt8(bit % 8)
      let report = try SignatureCheck.verify(
        signature: signature, content: Self.content, trust: Trust([identity.certificate]))
      if report.isIntact { missed.append("byte \(bit / 8) bit \(bit % 8)") }
      signature[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(missed.isEmpty)
  }

  @Test func everyFlippedBitOfAChainedSignatureIsFound() throws {
    let folder = try authority()
    _ = try Samples.openssl(
      "cms -sign -binary -cades -in M -outform DER -out M.p7s -signer s.pem -inkey s.key -certfile ca.pem",
      in: folder.path)
    var signature = try TestFiles.read(folder.appending("M.p7s"))
    var missed: [String] = []
    for bit in 0..<signature.count * 8 {
      signature[bit / 8] ^= 1 << UInt8(bit % 8)
      if try SignatureCheck.verify(signature: signature, content: Self.content, trust: Trust()).isIntact {
        missed.append("byte \(bit / 8) bit \(bit % 8)")
      }
      signature[bit / 8] ^= 1 << UInt8(bit % 8)
    }
    #expect(missed.isEmpty)
  }

  @Test func truncatedAndForeignBytesAreMalformed() throws {
    let identity = try Samples.identity()
    let signature = try identity.sign(Self.content, at: Samples.now)
    for bytes in [
      [], [0x30], Array(signature.dropLast()), signature + [0], identity.certificate.der, Self.content,
    ] {
      let report = try SignatureCheck.verify(signature: bytes, content: Self.content, trust: Trust())
      #expect(report.malformation != nil)
      #expect(report.findings(subject: "p7s").map(\.code) == [.signatureInvalid])
    }
    for length in stride(from: 0, to: signature.count, by: 7) {
      let report = try SignatureCheck.verify(
        signature: Array(signature.prefix(length)), content: Self.content, trust: Trust())
      #expect(report.malformation != nil)
    }
  }
}
