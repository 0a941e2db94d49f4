import Evidence
import EvidenceTestKit
import Signing
import SystemPackage
import Testing

/// What can be wrong with a certificate is a finding of its own, each.
@Suite struct CertificateFindingTests {
  private static let content = Array("a manifest".utf8)
  private static let year: Int64 = 365 * 86_400_000_000

  /// An authority made by openssl, with what it needs to revoke.
  private func authority() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let configuration = """
      [ca]
      default_ca = x
      [x]
      database = index.txt
      crlnumber = crlnumber
      default_md = sha256
      default_crl_days = 30

      """
    for (name, text) in [("ca.cnf", configuration), ("index.txt", ""), ("crlnumber", "01\n")] {
      try TestFiles.write(Array(text.utf8), to: folder.appending(name))
    }
    try openssl(
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=CA -out ca.pem",
      folder)
    return folder
  }

  private func openssl(_ arguments: String, _ folder: TemporaryFolder) throws {
    _ = try Samples.openssl(arguments, in: folder.path)
  }

  /// A signer below the authority.
  private func issue(
    _ folder: TemporaryFolder, key: String = "ec -pkeyopt ec_paramgen_curve:P-256",
    usage: String = "extendedKeyUsage=emailProtection"
  ) throws {
    try TestFiles.write(Array("\(usage)\n".utf8), to: folder.appending("ext"))
    try openssl("req -newkey \(key) -nodes -keyout s.key -subj /CN=Signer -out s.csr", folder)
    try openssl(
      "x509 -req -in s.csr -CA ca.pem -CAkey ca.key -set_serial 7 -extfile ext -out s.pem", folder)
  }

  private func sign(_ folder: TemporaryFolder, _ options: String = "") throws -> [UInt8] {
    try TestFiles.write(Self.content, to: folder.appending("M"))
    try openssl(
      "cms -sign -binary -cades -in M -outform DER -out M.p7s -signer s.pem -inkey s.key\(options)", folder)
    return try TestFiles.read(folder.appending("M.p7s"))
  }

  private func codes(
    _ signature: [UInt8], _ folder: TemporaryFolder, lists: [RevocationList] = []
  ) throws -> [FindingCode] {
    let trust = Trust(
      [try Certificate(parsing: try TestFiles.read(folder.appending("ca.pem")), name: "ca")],
      revocationLists: lists)
    let report = try SignatureCheck.verify(signature: signature, content: Self.content, trust: trust)
    #expect(report.isTrusted == report.findings(subject: "p7s").allSatisfy { $0.severity != .failure })
    return report.findings(subject: "p7s").map(\.code)
  }

  @Test func aSoundCertificateHasNone() throws {
    let folder = try authority()
    try issue(folder)
    #expect(try codes(try sign(folder), folder) == [])
  }

  @Test(arguments: [(Int64(-3), FindingCode.certificateExpired), (3, .certificateNotYetValid)])
  func expiredOrNotYetValid(years: Int64, code: FindingCode) throws {
    // Valid for one year that ended or is to come; the signing time is now.
    let start = Timestamp(microseconds: Samples.now.microseconds + years * Self.year)
    let identity = try Samples.identity(from: start, years: 1)
    let report = try SignatureCheck.verify(
      signature: try identity.sign(Self.content, at: Samples.now), content: Self.content,
      trust: Trust([identity.certificate]))
    #expect(report.isIntact && !report.isTrusted)
    #expect(report.findings(subject: "p7s").map(\.code) == [code])
  }

  @Test func revoked() throws {
    let folder = try authority()
    try issue(folder)
    let signature = try sign(folder)
    func list() throws -> RevocationList {
      try openssl("ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out crl.pem", folder)
      return try RevocationList(parsing: try TestFiles.read(folder.appending("crl.pem")), name: "crl")
    }
    let before = try list()
    #expect(before.issuer == "CN=CA")
    try openssl("ca -config ca.cnf -revoke s.pem -keyfile ca.key -cert ca.pem", folder)
    let after = try list()
    #expect(try codes(signature, folder, lists: [after]) == [.certificateRevoked])
    #expect(try codes(signature, folder, lists: [before, after]) == [.certificateRevoked])
    // A list in DER is the same list.
    try openssl("crl -in crl.pem -outform DER -out crl.der", folder)
    #expect(
      try RevocationList(parsing: try TestFiles.read(folder.appending("crl.der")), name: "crl") == after)
  }

  @Test func aListThatDoesNotSay() throws {
    let folder = try authority()
    try issue(folder)
    let signature = try sign(folder)
    // Of another authority with the same name: not genuine.
    let other = try authority()
    try openssl("ca -config ca.cnf -gencrl -keyfile ca.key -cert ca.pem -out crl.pem", other)
    let foreign = try RevocationList(
      parsing: try TestFiles.read(other.appending("crl.pem")), name: "crl")
    #expect(try codes(signature, folder, lists: [foreign]) == [.revocationUnknown])
    #expect(throws: EvidenceError.self) { try RevocationList(parsing: Self.content, name: "crl") }
  }

  @Test(arguments: [
    "extendedKeyUsage=serverAuth", "keyUsage=keyEncipherment\nextendedKeyUsage=emailProtection",
  ]) func wrongUsage(usage: String) throws {
    let folder = try authority()
    try issue(folder, usage: usage)
    #expect(try codes(try sign(folder), folder) == [.certificateUsage])
  }

  @Test(arguments: ["rsa:2048", "ec -pkeyopt ec_paramgen_curve:secp521r1"])
  func aKeyThatIsNotAccepted(key: String) throws {
    let folder = try authority()
    try issue(folder, key: key)
    #expect(try codes(try sign(folder), folder) == [.signatureWeakKey])
  }

  @Test func aSignatureWithSHA1() throws {
    let folder = try authority()
    try issue(folder)
    #expect(try codes(try sign(folder, " -md sha1"), folder) == [.signatureWeakDigest])
  }

  /// The authority signed the certificate with SHA-1: no path that can be trusted.
  @Test func aCertificateSignedWithSHA1() throws {
    let folder = try authority()
    try issue(folder)
    try openssl(
      "x509 -req -sha1 -in s.csr -CA ca.pem -CAkey ca.key -set_serial 7 -extfile ext -out s.pem", folder)
    #expect(try codes(try sign(folder), folder) == [.signerUntrusted])
  }
}
