import Evidence
import EvidenceTestKit
import Signing
import Testing

/// Examiner and reviewer in one signature file, with time stamps over each signature (CAdES-T).
@Suite struct SeveralSignersTests {
  private static let content = Array("a manifest".utf8)

  private struct Signed {
    let examiner: SigningIdentity
    let reviewer: SigningIdentity
    let authority: TestAuthority
    let signature: [UInt8]
    let trust: Trust
  }

  private func signed() throws -> Signed {
    let examiner = try Samples.identity()
    let reviewer = try Samples.identity(.ecdsaP384, name: "B. Reviewer")
    let authority = try TestAuthority()
    var assembly = try SignatureAssembly(
      try examiner.sign(Self.content, at: Samples.now), name: "p7s")
    try assembly.add(try reviewer.sign(Self.content, at: Samples.now))
    for value in assembly.values {
      let response = try authority.reply(to: TimestampRequest(for: value).der)
      assembly.add(try TimestampToken(response: response, name: "in.tsr"), toSignerOf: value)
    }
    let root = try Certificate(parsing: try TestFiles.read(authority.root), name: "root")
    return Signed(
      examiner: examiner, reviewer: reviewer, authority: authority, signature: assembly.der,
      trust: Trust([examiner.certificate, reviewer.certificate, root]))
  }

  @Test func bothAreCheckedAndTimeStamped() throws {
    let signed = try signed()
    let report = try SignatureCheck.verify(
      signature: signed.signature, content: Self.content, trust: signed.trust)
    #expect(report.isTrusted, "\(report)")
    #expect(report.findings(subject: "p7s").isEmpty)
    #expect(
      Set(report.signers.compactMap { $0.certificate?.commonName }) == ["A. Examiner", "B. Reviewer"])
    for signer in report.signers {
      let proven = try #require(signer.provenTime)
      #expect(proven >= Samples.now)
      #expect(signer.judgement?.time == proven)
    }
    // One of them is enough; that the other is untrusted is said.
    let one = try SignatureCheck.verify(
      signature: signed.signature, content: Self.content, trust: Trust([signed.examiner.certificate]))
    #expect(one.isTrusted)
    let findings = one.findings(subject: "p7s").filter { $0.code == .signerUntrusted }
    #expect(findings.map(\.severity) == [.warning])
    let none = try SignatureCheck.verify(
      signature: signed.signature, content: Self.content, trust: Trust([try Samples.identity().certificate]))
    #expect(!none.isTrusted)
    #expect(
      none.findings(subject: "p7s").filter { $0.code == .signerUntrusted }.map(\.severity) == [
        .failure, .failure,
      ])
  }

  @Test func opensslVerifiesBothAndTheTimeStamps() throws {
    let signed = try signed()
    let certificates = try signed.examiner.certificate.pem() + signed.reviewer.certificate.pem()
    #expect(
      try Samples.opensslVerify(
        signature: signed.signature, content: Self.content, certificate: certificates))
    #expect(
      try !Samples.opensslVerify(
        signature: signed.signature, content: Self.content,
        certificate: try signed.examiner.certificate.pem()))
    // Signature value and token as the documentation takes them out.
    let folder = try TemporaryFolder()
    try TestFiles.write(signed.signature, to: folder.appending("M.p7s"))
    let script = """
      at() { openssl asn1parse -inform DER -in M.p7s | grep -m1 -B3 -A2 timeStampToken | sed -n "$1s/:.*//p"; }
      openssl asn1parse -inform DER -in M.p7s -strparse $(at 1) -noout -out signature.bin
      openssl asn1parse -inform DER -in M.p7s -strparse $(at 6) -noout -out token.der
      openssl ts -verify -data signature.bin -in token.der -token_in -CAfile \(signed.authority.root)
      """
    let result = try Tool.run("sh", ["-ec", script], in: folder.path)
    #expect(result.status == 0 && result.output.contains("Verification: OK"), "\(result.errors)")
  }

  @Test func everyFlippedBitIsFound() throws {
    let signed = try signed()
    var signature = signed.signature
    var missed: [String] = []
    // One bit of every third byte, another one in each.
    for byte in stride(from: 0, to: signature.count, by: 3) {
      signature[byte] ^= 1 << UInt8(byte % 8)
      let report = try SignatureCheck.verify(
        signature: signature, content: Self.content, trust: signed.trust)
      if !report.findings(subject: "p7s").contains(where: { $0.severity == .failure }) {
        missed.append("byte \(byte) bit \(byte % 8)")
      }
      signature[byte] ^= 1 << UInt8(byte % 8)
    }
    #expect(missed.isEmpty)
  }

  @Test func otherUnsignedAttributesAreRefused() throws {
    let signed = try signed()
    var signature = signed.signature
    let identifier: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x02, 0x0e]
    let place = try #require(signature.firstRange(of: identifier))
    signature[place.upperBound - 1] = 0x0f
    let report = try SignatureCheck.verify(
      signature: signature, content: Self.content, trust: signed.trust)
    #expect(report.malformation == "an unsigned attribute that is no time stamp")
  }

  @Test func aTimeStampThatContradictsTheSigner() throws {
    let examiner = try Samples.identity()
    let authority = try TestAuthority()
    let tomorrow = Timestamp(microseconds: Samples.now.microseconds + 86_400_000_000)
    var assembly = try SignatureAssembly(try examiner.sign(Self.content, at: tomorrow), name: "p7s")
    let value = assembly.values[0]
    let response = try authority.reply(to: TimestampRequest(for: value).der)
    assembly.add(try TimestampToken(response: response, name: "in.tsr"), toSignerOf: value)
    let root = try Certificate(parsing: try TestFiles.read(authority.root), name: "root")
    let report = try SignatureCheck.verify(
      signature: assembly.der, content: Self.content, trust: Trust([examiner.certificate, root]))
    #expect(report.findings(subject: "p7s").map(\.code) == [.timestampContradictsSigner])
  }
}
