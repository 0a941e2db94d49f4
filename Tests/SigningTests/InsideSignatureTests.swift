import Evidence
import EvidenceTestKit
import Foundation
import Signing
import SystemPackage
import Testing

/// Signatures for inside of documents, as openssl sees them.
@Suite struct InsideSignatureTests {
  private static let content = Array("what is signed".utf8)

  @Test(arguments: SigningKey.Kind.allCases.filter { $0 != .rsaOther })
  func opensslVerifiesIt(kind: SigningKey.Kind) throws {
    let identity = try Samples.identity(kind)
    let signature = try identity.signInside(Self.content)
    let certificate = try identity.certificate.pem()
    #expect(try Samples.opensslVerify(signature: signature, content: Self.content, certificate: certificate))
    #expect(
      try !Samples.opensslVerify(signature: signature, content: Self.content + [0], certificate: certificate))
    let folder = try TemporaryFolder()
    try TestFiles.write(signature, to: folder.appending("M.p7s"))
    let shown = try Samples.openssl("cms -cmsout -print -inform DER -in M.p7s", in: folder.path)
    #expect(shown.contains("id-smime-aa-signingCertificateV2") && shown.contains("messageDigest"))
    // The document states the time (EN 319 142-1 §6.3).
    #expect(!shown.contains("signingTime"))
  }

  /// It is in the one encoding that our own checks accept; what they miss is the time alone.
  @Test func itIsCanonical() throws {
    let identity = try Samples.identity()
    let signature = try identity.signInside(Self.content)
    #expect(try SignatureAssembly(signature, name: "M.p7s").der == signature)
    let report = try SignatureCheck.verify(
      signature: signature, content: Self.content, trust: Trust([identity.certificate]))
    #expect(report.malformation == nil)
    #expect(report.signers.map(\.problem) == ["the signing time is missing"])
  }

  @Test func aTimeStampIsOfTheSignatureValue() throws {
    let identity = try Samples.identity()
    let authority = try TestAuthority()
    var assembly = try SignatureAssembly(try identity.signInside(Self.content), name: "M.p7s")
    let value = try #require(assembly.values.first)
    let reply = try authority.reply(to: TimestampRequest(for: value).der)
    #expect(try authority.verifies(response: reply, of: value))
    assembly.add(try TimestampToken(response: reply, name: "reply"), toSignerOf: value)
    #expect(
      try Samples.opensslVerify(
        signature: assembly.der, content: Self.content, certificate: try identity.certificate.pem()))
  }
}
