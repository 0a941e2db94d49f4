import Evidence
import EvidenceTestKit
import Foundation
import Signing
import SystemPackage
import Testing

/// Keys in PKCS#12 files and in tokens, requests, and a laboratory's root.
@Suite struct KeyFileTests {
  private func pkcs12(_ folder: TemporaryFolder, _ passphrase: String) throws -> [UInt8] {
    for command in [
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -subj /CN=CA -out ca.pem",
      "req -newkey rsa:3072 -nodes -keyout s.key -subj /CN=Signer -out s.csr",
      "x509 -req -in s.csr -CA ca.pem -CAkey ca.key -set_serial 7 -out s.pem",
      "pkcs12 -export -inkey s.key -in s.pem -certfile ca.pem -passout pass:\(passphrase) -out s.p12",
    ] { _ = try Samples.openssl(command, in: folder.path) }
    return try TestFiles.read(folder.appending("s.p12"))
  }

  @Test func pkcs12HoldsKeyAndCertificates() throws {
    let folder = try TemporaryFolder()
    let bytes = try pkcs12(folder, "secret")
    let file = try KeyFile(parsing: bytes, passphrase: Array("secret".utf8), name: "s.p12")
    #expect(file.form == .pkcs12 && file.key.kind == .rsa3072 && file.key.text == "RSA 3072")
    #expect(file.certificates.map(\.subject) == ["CN=Signer", "CN=CA"])
    let theirs = try SigningKey(pem: try TestFiles.read(folder.appending("s.key")), name: "s.key")
    #expect(try file.key.unencryptedPEM() == theirs.unencryptedPEM())
    #expect(failure { _ = try KeyFile(parsing: bytes, name: "s.p12") } == .passphraseNeeded)
    #expect(
      failure { _ = try KeyFile(parsing: bytes, passphrase: Array("x".utf8), name: "s.p12") }
        == .passphraseWrong)
    #expect(
      failure { _ = try KeyFile(parsing: bytes.dropLast(100), passphrase: [1], name: "s.p12") }
        == .keyUnusable)
    #expect(try KeyFile(parsing: try pkcs12(folder, ""), name: "s.p12").certificates.count == 2)
  }

  @Test(arguments: [
    "pkcs11:token=a?module-path=/tmp/x.so", "pkcs11:token=a;pin-value=1", "pkcs11:token=a\nx", "pkcs11:a b",
  ]) func aURIThatSaysTooMuch(uri: String) {
    #expect(
      failure { _ = try KeyFile(parsing: Array(uri.utf8), passphrase: [1], name: "key") } == .keyUnusable)
  }

  /// A token of SoftHSM, which real smart cards are reached like.
  @Test(arguments: ["EC:prime256v1", "EC:secp384r1", "rsa:3072"])
  func aKeyInAToken(kind: String) throws {
    let folder = try TemporaryFolder()
    let module = "/usr/lib/softhsm/libsofthsm2.so"
    try FileManager.default.createDirectory(
      atPath: folder.appending("tokens").string, withIntermediateDirectories: false)
    try TestFiles.write(
      Array("directories.tokendir = \(folder.appending("tokens"))\n".utf8), to: folder.appending("conf"))
    let environment = [
      "SOFTHSM2_CONF": folder.appending("conf").string, "PKCS11_MODULE_PATH": module,
    ]
    for (tool, arguments) in [
      ("softhsm2-util", ["--init-token", "--free", "--label", "lab", "--pin", "1234", "--so-pin", "5678"]),
      (
        "pkcs11-tool",
        [
          "--module", module, "--login", "--pin", "1234", "--token-label", "lab", "--keypairgen",
          "--key-type",
          kind, "--label", "signing", "--id", "01",
        ]
      ),
    ] {
      let result = try Tool.run(tool, arguments, environment: environment)
      try #require(result.status == 0, "\(result.errors)")
    }
    // In a process of its own: the module is loaded once for each, with the tokens there are then.
    func exhibit(_ arguments: [String], status: Int32 = 0) throws -> ToolResult {
      let program = try Programs.folder() + "/exhibit"
      let result = try Tool.run(
        program, arguments, in: folder.path,
        environment: environment.merging(["EXHIBIT_PASSPHRASE_FILE": "pin"]) { $1 })
      #expect(result.status == status, "\(arguments): \(result.errors)")
      return result
    }
    try TestFiles.write(Array("1234\n".utf8), to: folder.appending("pin"))
    let key = "pkcs11:token=lab;object=signing;type=private"
    #expect(try exhibit(["key", "show", key]).output.contains("on a token"))
    _ = try exhibit(["key", "request", "card", "--key", key, "--name", "C. Examiner"])
    _ = try Samples.openssl("req -in card.csr -noout -verify", in: folder.path)
    _ = try exhibit(["key", "create", "lab", "--as-root", "--name", "Laboratory", "--accept-weak-passphrase"])
    _ = try exhibit(["key", "issue", "card", "--certificate-request", "card.csr", "--root", "lab"])
    _ = try exhibit(["key", "import", "--from", key, "--certificate", "card.pem", "examiner"])
    #expect(try TestFiles.read(folder.appending("examiner.key")) == Array("\(key)\n".utf8))
    // Acquired in the sandbox, signed by the token, checked by openssl with the root alone.
    _ = try exhibit(
      ["case", "create", "case", "--number", "1", "--title", "T", "--examiner", "C. Examiner"] + [
        "--key", "examiner.key", "--certificate", "examiner.pem",
      ])
    try TestFiles.write([UInt8](repeating: 7, count: 100_000), to: folder.appending("medium"))
    _ = try exhibit(["item", "add", "--case", "case", "--number", "001", "--description", "x"])
    _ = try exhibit(["acquire", "medium", "--case", "case", "--item", "001", "--format", "raw"])
    let verified = try exhibit(["verify", "case", "--trust", "lab.pem"])
    #expect(verified.output.contains("Valid, signed by CN=C. Examiner"))
    let manifest = "case/evidence/001/001.manifest.json"
    _ = try Samples.openssl(
      "cms -verify -binary -cades -content \(manifest) -inform DER -in \(manifest).p7s -CAfile lab.pem -out out",
      in: folder.path)
    if Tool.exists("weasyprint") {
      _ = try exhibit(["report", "--case", "case", "--item", "001", "--format", "pdf"])
      let shown = try Tool.run("pdfsig", ["-nocert", "case/reports/001-report-1.pdf"], in: folder.path)
      #expect(shown.output.contains("C. Examiner") && shown.output.contains("Signature is Valid"))
    }
    // A wrong PIN is one line.
    try TestFiles.write(Array("9999\n".utf8), to: folder.appending("pin"))
    let refused = try exhibit(["key", "show", key], status: 2)
    #expect(refused.errors.hasPrefix("exhibit: the signing key cannot be used"), "\(refused.errors)")
  }

  @Test func aRootIssuesCertificates() throws {
    let key = try SigningKey.generate()
    let certificate = try Certificate.selfSigned(
      for: key, name: try SignerName("Laboratory"), purpose: .root, from: Samples.now, years: 20)
    let root = try LaboratoryRoot(key: key, certificate: certificate)
    let own = try SigningKey.generate(.ecdsaP384)
    let request = try CertificateRequest(for: own, name: try SignerName("A. Examiner", organisation: "Lab"))
    #expect(request.subject == "CN=A. Examiner,O=Lab")
    #expect(try CertificateRequest(parsing: try request.pem(), name: "csr") == request)
    let issued = try root.issue(to: request, from: Samples.now, years: 30)
    // Never past the root.
    #expect(issued.notAfter == certificate.notAfter && issued.issuer == "CN=Laboratory")
    let identity = try SigningIdentity(
      key: own, certificate: issued, chain: [certificate, issued, certificate], now: Samples.now)
    #expect(identity.chain == [certificate])
    let content = Array("a manifest".utf8)
    let signature = try identity.sign(content, at: Samples.now)
    let report = try SignatureCheck.verify(
      signature: signature, content: content, trust: Trust([certificate]))
    #expect(report.isTrusted, "\(report)")
    #expect(
      try Samples.opensslVerify(signature: signature, content: content, certificate: try certificate.pem()))
    // A root signs no documents, and a signer issues no certificates.
    #expect(
      failure { _ = try SigningIdentity(key: key, certificate: certificate, now: Samples.now) }
        == .certificateUnusable)
    #expect(failure { _ = try LaboratoryRoot(key: own, certificate: issued) } == .certificateUnusable)
  }

  @Test func aRequestThatWasChangedIsRefused() throws {
    let request = try CertificateRequest(for: try SigningKey.generate(), name: try SignerName("A"))
    for byte in request.der.indices {
      var bytes = request.der
      bytes[byte] ^= 1 << UInt8(byte % 8)
      #expect(failure { _ = try CertificateRequest(parsing: bytes, name: "csr") } == .certificateUnusable)
    }
  }
}
