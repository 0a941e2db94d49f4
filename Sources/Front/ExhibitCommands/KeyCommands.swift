import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import Signing
import SystemPackage

struct KeyCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Create, import, show and unlock signing keys and certificates.",
    subcommands: [
      KeyCreateCommand.self, KeyImportCommand.self, KeyRequestCommand.self, KeyIssueCommand.self,
      KeyShowCommand.self, KeyUnlockCommand.self, KeyLockCommand.self,
    ])
}

/// Whom a certificate is of.
struct NameOptions: ParsableArguments {
  @Option(help: "Name of the signer, or of the laboratory's root: 1 to 64 bytes.") var name: String
  @Option(help: "The laboratory or authority: at most 64 bytes.") var organisation: String?
}

/// How a new key is kept.
struct ProtectionOptions: ParsableArguments {
  @Flag(help: "Store the key without a passphrase. Anyone who can read the file can sign.")
  var unencryptedKey = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions

  /// - Parameter name: of the signer.
  func protection(_ name: NameOptions? = nil) throws(EvidenceError) -> KeyFolder.Protection {
    guard !unencryptedKey else { return .none }
    return .passphrase(try newPassphrase.read(passphrase, names: [name?.name, name?.organisation]))
  }
}

private func kind(named name: String) throws(EvidenceError) -> SigningKey.Kind {
  let kinds = SigningKey.Kind.allCases.filter { $0 != .rsaOther }
  guard let kind = kinds.first(where: { $0.rawValue == name }) else {
    throw EvidenceError(
      .argumentInvalid, "--key-type \(name)", "one of \(kinds.map(\.rawValue).joined(separator: ", "))")
  }
  return kind
}

extension OutputOptions {
  fileprivate func show(
    _ sentence: String, key: FilePath? = nil, certificate: (Certificate, FilePath)? = nil,
    request: FilePath? = nil
  ) {
    var lines = [sentence]
    if let key { lines.append("  key          \(key)") }
    if let request { lines.append("  request      \(request)") }
    if let (certificate, path) = certificate {
      lines += ["  certificate  \(path)", "  fingerprint  \(certificate.fingerprint) (SHA-256)"]
    }
    show(
      lines,
      json: .fields([
        "key": key.map { .string($0.string) }, "request": request.map { .string($0.string) },
        "certificate": certificate.map { .string($0.1.string) },
        "fingerprint": certificate.map { .string($0.0.fingerprint.hex) },
      ]))
  }
}

struct KeyCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a key with a self-signed certificate, or a laboratory root.",
    discussion: """
      Writes PATH.key and PATH.pem. With --as-root the certificate issues others (`exhibit key issue`) and signs nothing
      else: whoever trusts it trusts all examiners of the laboratory.

      Examples:
        exhibit key create laboratory --as-root --name "Digital Laboratory" \\
          --years 20
        exhibit key create examiner --name "A. Examiner" \\
          --organisation "Digital Laboratory"
      """)

  @Argument(help: "Path of the files to create, without extension.") var path: String
  @OptionGroup var name: NameOptions
  @Flag(help: "A root that issues certificates to examiners.") var asRoot = false
  @Option(help: "ecdsa-p256, ecdsa-p384, rsa-3072 or rsa-4096.") var keyType = SigningKey.Kind.ecdsaP256
    .rawValue
  @Option(help: "Years the certificate is valid.") var years = 10
  @OptionGroup var protection: ProtectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = KeyFolder(FilePath(path))
    let kind = try ExhibitCommands.kind(named: keyType)
    let certificate = try folder.create(
      kind, name: name.name, organisation: name.organisation, isRoot: asRoot, years: years,
      protection: try protection.protection(name))
    output.show(
      "Key and certificate of \(HumanText.singleLine(certificate.subject)) created.", key: folder.key,
      certificate: (certificate, folder.certificate))
  }
}

struct KeyImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Import a key with its certificate.",
    discussion: """
      Writes PATH.key (encrypted PEM; for a token only its PKCS#11 URI) and PATH.pem (the certificate followed by its
      issuing certificates). The p11-kit configuration or PKCS11_MODULE_PATH selects the PKCS#11 module.

      Examples:
        exhibit key import --from laboratory.p12 \\
          --input-passphrase-file old examiner
        exhibit key import --from 'pkcs11:token=card;object=signing' \\
          --certificate card.pem examiner
      """)

  @Argument(help: "Path of the files to create, without extension.") var path: String
  @Option(help: "The key: a PEM or PKCS#12 file, or a PKCS#11 URI.", completion: .file()) var from: String
  @Option(
    help: "Its certificate, followed by its issuing certificates. Optional if a PKCS#12 file contains it.",
    completion: .file())
  var certificate: String?
  @Option(
    help:
      "A file whose first line is the passphrase of the given key, or the PIN of the token. Default: prompt."
  )
  var inputPassphraseFile: String?
  @OptionGroup var protection: ProtectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = KeyFolder(FilePath(path))
    let taken = try folder.take(
      key: from, certificate: certificate.map { FilePath($0) },
      passphrase: { () throws(EvidenceError) in
        if let inputPassphraseFile { return try Passphrases.line(of: inputPassphraseFile) }
        return try protection.passphrase.read()
      }, protection: { () throws(EvidenceError) in try protection.protection() })
    output.show(
      "Key and certificate of \(HumanText.singleLine(taken.subject)) imported.", key: folder.key,
      certificate: (taken, folder.certificate))
  }
}

struct KeyRequestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "request",
    abstract: "Create a certificate request (PKCS#10) for the laboratory's issuer.",
    discussion: """
      Writes PATH.csr, and PATH.key unless a key is named.

      Examples:
        exhibit key request examiner --name "A. Examiner" \\
          --organisation "Digital Laboratory"
        exhibit key request card --key 'pkcs11:token=card;object=signing' \\
          --name "A. Examiner"
      """)

  @Argument(help: "Path of the files to create, without extension.") var path: String
  @OptionGroup var name: NameOptions
  @Option(help: "An existing key: a PEM or PKCS#12 file, or a PKCS#11 URI.", completion: .file())
  var key: String?
  @Option(help: "Type of a new key: ecdsa-p256, ecdsa-p384, rsa-3072 or rsa-4096.")
  var keyType = SigningKey.Kind.ecdsaP256.rawValue
  @OptionGroup var protection: ProtectionOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = KeyFolder(FilePath(path))
    let kind = try ExhibitCommands.kind(named: keyType)
    let request: CertificateRequest
    if let key {
      request = try folder.request(for: key, name: name.name, organisation: name.organisation) {
        () throws(EvidenceError) in try protection.passphrase.read()
      }
    } else {
      request = try folder.createWithRequest(
        kind, name: name.name, organisation: name.organisation, protection: try protection.protection(name)
      )
    }
    output.show(
      "Request for \(HumanText.singleLine(request.subject)) created. Send it to the issuer; keep the key.",
      key: key == nil ? folder.key : nil, request: folder.request)
  }
}

struct KeyIssueCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "issue", abstract: "Issue a certificate with the laboratory's root.",
    discussion: """
      Writes PATH.pem: the certificate followed by the root's. Confirm in person that the request comes from the person
      it names.

      Example:
        exhibit key issue examiner --certificate-request examiner.csr \\
          --root laboratory --years 3
      """)

  @Argument(help: "Path of the certificate to create, without extension.") var path: String
  @Option(help: "The certificate request.", completion: .file()) var certificateRequest: String
  @Option(help: "Path of the root's files, without extension.") var root: String
  @Option(help: "Years the certificate is valid, no longer than the root.") var years = 3
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = KeyFolder(FilePath(path))
    let issued = try folder.issue(
      for: FilePath(certificateRequest), by: KeyFolder(FilePath(root)), years: years
    ) { () throws(EvidenceError) in try passphrase.read() }
    output.show(
      "Certificate issued to \(HumanText.singleLine(issued.subject)).",
      certificate: (issued, folder.certificate))
  }
}

struct KeyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a key, certificate or request.",
    discussion: """
      Example:
        exhibit key show certificates/examiner.pem
      """)

  @Argument(help: "A file, or a PKCS#11 URI.", completion: .file()) var path: String
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let description = try KeyDescription.of(path) { () throws(EvidenceError) in
      try passphrase.read()
    }
    switch description {
    case .certificates(let certificates):
      output.show(
        certificates.flatMap(Self.lines), json: .fields(["certificates": .array(certificates.map(Self.json))])
      )
    case .request(let request):
      output.show(
        ["Request of \(HumanText.singleLine(request.subject))", "  key  \(request.keyText)"],
        json: .fields(["request": .string(request.subject), "key": .string(request.keyText)]))
    case .key(let file):
      let form =
        switch file.form {
        case .pem: "PEM"
        case .pkcs12: "PKCS#12"
        case .token: "on a token"
        }
      output.show(
        ["Private key, \(form)", "  key  \(file.key.text)"] + file.certificates.flatMap(Self.lines),
        json: .fields([
          "form": .string(form), "key": .string(file.key.text),
          "certificates": .array(file.certificates.map(Self.json)),
        ]))
    }
  }

  private static func lines(_ certificate: Certificate) -> [String] {
    let strength = certificate.keyKind == nil ? " (not accepted for signing)" : ""
    return [
      "Certificate of \(HumanText.singleLine(certificate.subject))",
      "  issuer       \(certificate.isSelfSigned ? "itself" : HumanText.singleLine(certificate.issuer))",
      "  valid        \(certificate.notBefore) to \(certificate.notAfter)",
      "  key          \(certificate.keyText)\(strength)", "  serial       \(certificate.serialNumber)",
      "  fingerprint  \(certificate.fingerprint) (SHA-256)",
    ]
  }

  private static func json(_ certificate: Certificate) -> JSONValue {
    .fields([
      "subject": .string(certificate.subject), "issuer": .string(certificate.issuer),
      "notBefore": .string(certificate.notBefore.description),
      "notAfter": .string(certificate.notAfter.description), "key": .string(certificate.keyText),
      "serial": .string(certificate.serialNumber), "fingerprint": .string(certificate.fingerprint.hex),
      "selfSigned": .bool(certificate.isSelfSigned),
    ])
  }
}
