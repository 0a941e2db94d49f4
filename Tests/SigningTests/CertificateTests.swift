import Evidence
import EvidenceTestKit
import Signing
import Testing

@Suite struct CertificateTests {
  @Test func factsAreThoseOpenSSLReads() throws {
    let certificate = try Samples.identity(name: "Ä. Examiner").certificate
    let folder = try TemporaryFolder()
    try TestFiles.write(try certificate.pem(), to: folder.appending("c.pem"))
    let text = try Samples.openssl(
      "x509 -in c.pem -noout -serial -fingerprint -sha256 -subject -nameopt RFC2253,-esc_msb,utf8",
      in: folder.path)
    #expect(text.contains("serial=\(certificate.serialNumber.uppercased())\n"))
    #expect(text.filter { $0 != ":" }.lowercased().contains("=\(certificate.fingerprint.hex)\n"))
    #expect(text.contains("subject=\(certificate.subject)\n"))
    #expect(certificate.subject == "CN=Ä. Examiner,O=Sample Laboratory")
    #expect(certificate.issuer == certificate.subject)
    #expect(certificate.commonName == "Ä. Examiner")
    #expect(certificate.serialNumber.count == 32)
    #expect(certificate.isSelfSigned)
    #expect(certificate.notBefore == Samples.now)
    #expect(certificate.notAfter.microseconds - certificate.notBefore.microseconds == 315_576_000_000_000)
    let extensions = try Samples.openssl(
      "x509 -in c.pem -noout -ext keyUsage,basicConstraints", in: folder.path)
    #expect(extensions.contains("Digital Signature, Non Repudiation") && extensions.contains("CA:FALSE"))
  }

  @Test func readsPEMAndDER() throws {
    let one = try Samples.identity().certificate
    let two = try Samples.identity(name: "B. Examiner").certificate
    #expect(try Certificate(parsing: one.der, name: "c") == one)
    #expect(try Certificate(parsing: one.pem(), name: "c") == one)
    #expect(try Certificate.all(in: one.pem() + two.pem(), name: "c") == [one, two])
    #expect(try Certificate.all(in: one.der + two.der, name: "c") == [one, two])
    #expect(failure { _ = try Certificate(parsing: one.der + two.der, name: "c") } == .certificateUnusable)
  }

  @Test func foreignBytesAreNoCertificate() throws {
    let certificate = try Samples.identity().certificate
    let pem = try certificate.pem()
    let key = try SigningKey.generate().unencryptedPEM()
    let foreign: [[UInt8]] = [
      [], [0x30], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff], certificate.der.dropLast(), key, pem.dropLast(40),
    ]
    for bytes in foreign {
      #expect(failure { _ = try Certificate(parsing: bytes, name: "c") } == .certificateUnusable)
    }
  }

  @Test func namesAreLimited() throws {
    let key = try SigningKey.generate()
    for (name, unit) in [
      ("", "x"), (String(repeating: "x", count: 65), "x"), ("x", String(repeating: "é", count: 33)),
    ] {
      #expect(
        failure {
          _ = try Certificate.selfSigned(
            for: key, name: try SignerName(name, organisation: unit), from: Samples.now)
        } == .argumentInvalid)
    }
    #expect(
      try Certificate.selfSigned(for: key, name: try SignerName("x"), from: Samples.now).subject == "CN=x")
  }

  @Test func identityNeedsKeyAndCertificateOfOnePair() throws {
    let one = try Samples.identity()
    let two = try Samples.identity()
    #expect(
      failure { _ = try SigningIdentity(key: one.key, certificate: two.certificate, now: Samples.now) }
        == .certificateUnusable)
    let after = Timestamp(microseconds: one.certificate.notAfter.microseconds + 1_000_000)
    let before = Timestamp(microseconds: one.certificate.notBefore.microseconds - 1)
    for (time, code) in [(after, ErrorCode.certificateUnusable), (before, .clockBehind)] {
      #expect(
        failure { _ = try SigningIdentity(key: one.key, certificate: one.certificate, now: time) } == code)
    }
  }

  @Test func certificateForOtherPurposesIsRefused() throws {
    let folder = try TemporaryFolder()
    let key = try SigningKey.generate()
    try TestFiles.write(try key.unencryptedPEM(), to: folder.appending("key.pem"))
    _ = try Samples.openssl(
      "req -x509 -key key.pem -subj /CN=server -addext extendedKeyUsage=serverAuth -out c.pem",
      in: folder.path)
    let certificate = try Certificate(parsing: try TestFiles.read(folder.appending("c.pem")), name: "c")
    let later = Timestamp(microseconds: Samples.now.microseconds + 3_600_000_000)
    #expect(
      failure { _ = try SigningIdentity(key: key, certificate: certificate, now: later) }
        == .certificateUnusable)
  }
}
