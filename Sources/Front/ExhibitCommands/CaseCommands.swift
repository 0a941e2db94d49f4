import ArgumentParser
import CanonicalJSON
import CaseFolders
import Casework
import Evidence
import Rendering
import SystemPackage

struct CaseCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Create, show, close, back up and move cases.",
    subcommands: [
      CaseCreateCommand.self, CaseDescribeCommand.self, CaseShowCommand.self, CaseListCommand.self,
      CaseFindCommand.self,
      CaseCloseCommand.self, CaseArchiveCommand.self, CaseReopenCommand.self, CaseRebuildCommand.self,
      CaseBackupCommand.self, CaseRestoreCommand.self, CaseExportCommand.self, CaseImportCommand.self,
    ])
}

struct CaseCreateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Create a case folder with its database and the examiner's signing key.",
    discussion: """
      Example:
        exhibit case create 2026-0142 --number 2026-0142 \\
          --title "Theft of trade secrets" --examiner "A. Examiner" \\
          --organisation "Digital Laboratory"
      """)

  @Argument(help: "The folder to create.", completion: .directory) var folder: String
  @Option(help: "Case number.") var number: String
  @Option(help: "Subject of the case.") var title: String
  @Option(help: "Name of the examiner. Default: from the profile.") var examiner: String?
  @Option(help: "The laboratory or authority.") var organisation: String?
  @OptionGroup var statements: CaseStatementOptions
  @Option(
    help: "Private key to sign with, instead of a new one: a PEM or PKCS#12 file, or a PKCS#11 URI.",
    completion: .file())
  var key: String?
  @Option(
    help:
      "Certificate of that key, followed by its issuing certificates. Optional if a PKCS#12 file contains it.",
    completion: .file())
  var certificate: String?
  @Flag(help: "Store the key without a passphrase. Anyone who can read the file can sign.")
  var unencryptedKey = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var newPassphrase: NewPassphraseOptions
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let defaults = try profile.defaults()
    let examiner = try defaults.needed(examiner, .examiner, "--examiner")
    let organisation = defaults.text(organisation, .organisation, "--organisation")
    // The key of the profile goes with its certificate, and neither with another.
    let key = unencryptedKey || certificate != nil ? key : defaults.text(key, .key, "--key")
    let certificate =
      self.key == nil && key != nil
      ? defaults.text(certificate, .certificate, "--certificate") : certificate
    var request = CaseCreation(
      folder: FilePath(try required(folder, "the folder")), number: try required(number, "--number"),
      title: try required(title, "--title"),
      examiner: try required(examiner, "--examiner"))
    request.organisation = organisation
    request.statements = statements.statements
    request.statements.address = defaults.text(statements.address, .address, "--address")
    request.statements.method = defaults.text(statements.method, .method, "--method")
    switch (key, certificate) {
    case (let key?, let certificate):
      request.signing = .existing(
        key: key, certificate: certificate.map { FilePath($0) }, acceptsUnencrypted: unencryptedKey)
      try passphrase.unlock(key: key)
      request.passphrase = { () throws(EvidenceError) in try passphrase.read() }
    case (nil, nil) where unencryptedKey: request.signing = .newUnencrypted
    case (nil, nil):
      request.signing = .newEncrypted(
        passphrase: try newPassphrase.read(passphrase, names: [examiner, organisation, number, title]))
    default: throw EvidenceError(.argumentInvalid, "--certificate", "requires --key")
    }
    let created = try request.perform()
    CommandSession.work(on: try CaseFolder.at(created.folder))
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    output.show(
      [
        "Case \(created.number) created in \(created.folder)",
        "  signing certificate  \(created.certificate)",
        "  fingerprint          \(created.fingerprint) (SHA-256)",
        "Note the fingerprint on paper: third parties verify against this.",
      ],
      json: .fields([
        "case": .string(created.number), "folder": .string(created.folder.string),
        "certificate": .string(created.certificate.string), "fingerprint": .string(created.fingerprint.hex),
        "remarks": .array(created.remarks.map { .string($0) }),
      ]))
    for remark in created.remarks { Rendering.warn(remark) }
  }
}

/// What reports say of a case besides its number and title.
struct CaseStatementOptions: ParsableArguments {
  @Option(help: "Address of the laboratory, for reports.") var address: String?
  @Option(help: "Who asked for the examination: client, court or authority.") var client: String?
  @Option(help: "The client's reference.") var clientReference: String?
  @Option(help: "Method or standard operating procedure (reference).") var method: String?

  var statements: CaseStatements {
    var statements = CaseStatements()
    statements.address = address
    statements.client = client
    statements.clientReference = clientReference
    statements.method = method
    return statements
  }
}

struct CaseDescribeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "State the address, client or method of a case, for its reports.",
    discussion: """
      Earlier values stay on record. An empty text withdraws a value.

      Example:
        exhibit case describe --case 2026-0142 --client "District Court" \\
          --client-reference "12 Gs 345/26" --method "SOP-07 Imaging, version 3"
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var statements: CaseStatementOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    try CaseLife.describe(folder, statements.statements)
    let glance = try CaseGlance.of(folder)
    output.show(
      glance.facts.map { "\($0.name.padded(to: 14)) \($0.value)" }, json: glance.json)
  }
}
