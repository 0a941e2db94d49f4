import Evidence
import EvidenceTestKit
import Manifests
import Signing
import Testing

@Suite struct ManifestSignatureTests {
  @Test func stockToolsCheckASignedManifest() throws {
    let key = try SigningKey.generate()
    let certificate = try Certificate.selfSigned(
      for: key, name: try SignerName("A. Examiner"), from: ManifestSamples.time)
    let identity = try SigningIdentity(key: key, certificate: certificate, now: ManifestSamples.time)
    let manifest = try ManifestSamples.manifest().canonicalBytes
    let signature = try ManifestSignature.sign(manifest, by: identity, at: ManifestSamples.time)
    let folder = try TemporaryFolder()
    let names = RecordNames(acquisition: "001")
    try TestFiles.write(manifest, to: folder.appending(names.manifest))
    try TestFiles.write(signature, to: folder.appending(names.signature))
    try TestFiles.write(try certificate.pem(), to: folder.appending("signer.pem"))
    let command = [
      "cms", "-verify", "-binary", "-cades", "-content", names.manifest, "-inform", "DER", "-in",
      names.signature,
      "-CAfile", "signer.pem", "-out", "/dev/null",
    ]
    let result = try Tool.run("openssl", command, in: folder.path)
    #expect(result.status == 0, "\(result.errors)")
    let ours = try ManifestSignature.check(
      manifest: manifest, signature: signature, trust: Trust([certificate]), subject: names.signature)
    #expect(ours.report?.isTrusted == true)
    #expect(ours.findings.isEmpty)

    try TestFiles.flipBit(folder.appending(names.manifest), byte: 100)
    #expect(try Tool.run("openssl", command, in: folder.path).status != 0)
    let changed = try ManifestSignature.check(
      manifest: try TestFiles.read(folder.appending(names.manifest)), signature: signature,
      trust: Trust([certificate]), subject: names.signature)
    #expect(changed.findings.map(\.code) == [.signatureInvalid])
  }

  @Test func aMissingSignatureIsAFinding() throws {
    let result = try ManifestSignature.check(manifest: [], signature: nil, trust: Trust([]), subject: "x.p7s")
    #expect(result.report == nil)
    #expect(result.findings.map(\.code) == [.signatureMissing])
  }

  @Test func namesOfARecord() {
    let names = RecordNames(acquisition: "001-2")
    #expect(names.manifest == "001-2.manifest.json")
    #expect(names.signature == "001-2.manifest.json.p7s")
    #expect(names.chunks() == "001-2.chunks.csv")
    #expect(names.map(stream: "sub") == "001-2.sub.map")
  }
}
