import ArgumentParser
import CanonicalJSON
import CaseFolders
import Casework
import CourtReport
import Digests
import Evidence
import Manifests
import Rendering
import SystemIO
import SystemPackage

struct ManifestCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manifest", abstract: "Sign, time-stamp and publish a manifest.",
    subcommands: [
      ManifestSignCommand.self, ManifestTimestampCommand.self, ManifestCheckpointCommand.self,
    ])
}

/// Which manifest is meant.
struct ManifestOptions: ParsableArguments {
  @Argument(help: "A manifest (.manifest.json). Default: the manifest of --item.", completion: .file())
  var path: String?
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The first acquisition of this evidence item. For a later one, name the file.")
  var item: String?

  func file() throws(EvidenceError) -> FilePath {
    switch (path, item) {
    case (let path?, nil): return FilePath(path)
    case (nil, let item?):
      let name = try itemNumber(item).fileName
      return try caseOptions.folder().evidence.appending(name).appending(
        RecordNames(acquisition: name).manifest)
    default:
      throw EvidenceError(.argumentInvalid, "manifest", "give either the file or --item")
    }
  }
}

extension OutputOptions {
  func show(_ outcome: SignatureJob.Outcome) {
    show(
      outcome.sentences + ["  file  \(outcome.file)"],
      json: .fields([
        "done": .array(outcome.sentences.map { .string($0) }), "file": .string(outcome.file.string),
      ]))
  }
}

struct ManifestSignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Add another signature, e.g. a reviewer's.",
    discussion: """
      Signatures are parallel: each covers the manifest, and none depends on another. Sign before the signature file is
      renewed as a whole (`timestamp --renew`); after that it can no longer change.

      Example:
        exhibit manifest sign --case 2026-0142 --item 001 --key reviewer.key \\
          --certificate reviewer.pem
      """)

  @OptionGroup var manifest: ManifestOptions
  @Option(help: "The signer's private key: a PEM or PKCS#12 file, or a PKCS#11 URI.", completion: .file())
  var key: String
  @Option(
    help: "Its certificate, followed by its issuing certificates. Optional if a PKCS#12 file contains it.",
    completion: .file())
  var certificate: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let job = try SignatureJob(try manifest.file())
    try passphrase.unlock(key: key)
    let identity = try SigningFiles.identity(key: key, certificate: certificate.map { FilePath($0) }) {
      () throws(EvidenceError) in try passphrase.read()
    }
    output.show(try job.sign(by: identity, at: Host.now()))
  }
}

struct ManifestTimestampCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "timestamp",
    abstract: "Time-stamp a signature with a time-stamp authority (RFC 3161).",
    discussion: """
      Sends only the SHA-256 of a signature, over http. Offline: write a request, take it to a machine with network
      access (`curl -H 'Content-Type: application/timestamp-query' --data-binary @out.tsq URL -o in.tsr`),
      and import the response.

      A time stamp is valid as long as its authority's certificate: renew it before that expires.

      Examples:
        exhibit manifest timestamp 001.manifest.json \\
          --authority http://tsa.example/ --trust tsa-root.pem
        exhibit manifest timestamp 001.manifest.json --request out.tsq
        exhibit manifest timestamp 001.manifest.json --response in.tsr \\
          --trust tsa-root.pem
        exhibit manifest timestamp 001.manifest.json --renew \\
          --authority http://tsa.example/
      """)

  @OptionGroup var manifest: ManifestOptions
  @Option(help: "Address of the authority, http://… Default: EXHIBIT_AUTHORITY.") var authority: String?
  @Option(help: "Write a request to this new file.", completion: .file()) var request: String?
  @Option(help: "Import the response from this file.", completion: .file()) var response: String?
  @Flag(help: "Renew: time-stamp the whole signature file with its time stamps, or its newest renewal.")
  var renew = false
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var output: OutputOptions

  func run() throws {
    let job = try SignatureJob(try manifest.file(), trust: trust.map { FilePath($0) })
    let named = authority != nil || (request == nil && response == nil)
    switch (named ? try address() : nil, request, response) {
    case (let authority?, nil, nil):
      output.show(try renew ? job.renew(by: authority) : job.stamp(by: authority))
    case (nil, let file?, nil): output.show(try job.writeRequest(to: FilePath(file), renewing: renew))
    case (nil, nil, let file?): output.show(try job.take(response: FilePath(file), renewing: renew))
    default:
      throw EvidenceError(
        .argumentInvalid, "manifest timestamp",
        "use exactly one of --authority, --request, --response")
    }
  }

  /// One that cannot be asked here can be asked by other means.
  private func address() throws(EvidenceError) -> TimestampAuthority? {
    do throws(EvidenceError) { return try AuthoritySetting.authority(authority) } catch {
      throw EvidenceError(error.code, error.subject, error.detail, consider: [.request])
    }
  }
}

struct ManifestCheckpointCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Show the head of a manifest, for others to keep.",
    discussion: """
      The head is the SHA-256 of the manifest file, which covers images, record and audit log. Anyone who keeps the line,
      on paper, by e-mail or in a public log, can later detect a replaced manifest, even one signed with the same key:
      `exhibit verify --expect-head LINE`.

      Example:
        exhibit manifest checkpoint 001.manifest.json --publish --qr head.svg
      """)

  @OptionGroup var manifest: ManifestOptions
  @Flag(help: "Print only the line, ready to pass on.") var publish = false
  @Option(help: "Write the line as a QR code to this new SVG file, for printing.", completion: .file())
  var qr: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let path = try manifest.file()
    let bytes = try Files.ownContents(path, cap: Manifest.largestFile)
    let parsed = try Manifest(parsing: bytes, name: path.string)
    let head = PublishedHead(acquisition: parsed.acquisition.name, manifest: Digest.of(bytes, .sha256))
    if let qr {
      let file = FilePath(qr)
      try DurableFile.write(Array(try QRCode(head.line).svg(side: 40).utf8), to: file)
      try DurableFolder.sync(file.removingLastComponent())
    }
    let details = [
      "Head of acquisition \(parsed.acquisition.name), case \(HumanText.singleLine(parsed.investigation.number)):",
      "  SHA-256 of the manifest  \(head.manifest)",
      "  audit log                event \(parsed.audit.sequence), \(parsed.audit.digest)",
      "  to publish               \(head.line)",
    ]
    output.show(
      publish ? [head.line] : details,
      json: .fields([
        "head": .string(head.line), "acquisition": .string(parsed.acquisition.name),
        "manifest": .string(head.manifest.hex), "auditSequence": JSONValue(parsed.audit.sequence),
        "auditHead": .string(parsed.audit.digest.hex),
      ]))
  }
}
