import ArgumentParser
import CanonicalJSON
import CaseRecords
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct CustodyCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "custody", abstract: "Record and show the chain of custody of an item.",
    subcommands: [CustodyRecordCommand.self, CustodySignCommand.self, CustodyShowCommand.self])
}

struct CustodyRecordCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Record a custody event of an item.",
    discussion: """
      A transfer names both sides. Before transfer, export and return, Exhibit verifies the images of the item, unless
      --unverified gives a reason. A disposal needs the signatures of two people.

      Examples:
        exhibit custody record --case 2026-0142 --item 001 --event receive \\
          --released-by "Officer on duty" --received-by "A. Examiner" \\
          --place "Laboratory, reception" --seal-before A-0017
        exhibit custody record --case 2026-0142 --item 001 --event transfer \\
          --released-by "A. Examiner" --received-by "Officer on duty" \\
          --sign examiner --sign officer.key
        exhibit custody record --case 2026-0142 --item 001 --event correct \\
          --corrects 5 --seal-before A-0019
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "What happened: \(CustodyEntry.eventNames.joined(separator: ", ")).") var event: String
  @Option(
    help: """
      When it happened, e.g. 2026-01-31 09:15 or 2026-01-31T10:15:00+01:00. Default: now. With correct: \
      the corrected time.
      """)
  var time: String?
  @Option(help: "Place.") var place: String?
  @Option(help: "Released by.") var releasedBy: String?
  @Option(help: "Received by.") var receivedBy: String?
  @Option(help: "Witness.") var witness: String?
  @Option(help: "Purpose.") var purpose: String?
  @Option(help: "The warrant, order or consent.") var legalAuthority: String?
  @Option(help: "Method of delivery: by hand, courier, tracking number.") var transport: String?
  @Option(help: "Seal number found.") var sealBefore: String?
  @Option(help: "Seal number applied.") var sealAfter: String?
  @Option(help: "Condition of the item.") var condition: String?
  @Option(help: "Storage: locker, vault, shelf.") var storage: String?
  @Option(help: "Storage conditions: temperature, antistatic or Faraday bag.") var environment: String?
  @Option(help: "Remarks.") var remarks: String?
  @Option(help: "A photograph to attach. May be given more than once.", completion: .file())
  var photo: [String] = []
  @Option(
    help: "A scanned form or other document to attach. May be given more than once.", completion: .file())
  var attach: [String] = []
  @Option(
    help:
      "Number of the event to correct, as `custody show` prints it. With correct only; the values given replace the old ones."
  )
  var corrects: String?
  @Flag(help: "Withdraw the event: it did not happen.") var withdraw = false
  @Option(help: "Reason for releasing the item with images that are unverified or fail verification.")
  var unverified: String?
  @OptionGroup var signing: SignOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    CommandSession.sign(passphraseFile: nil)
    var entry = CustodyEntry(item: try itemNumber(item), event: event)
    entry.time = time
    entry.place = place
    entry.releasedBy = releasedBy
    entry.receivedBy = receivedBy
    entry.witness = witness
    entry.purpose = purpose
    entry.authority = legalAuthority
    entry.method = transport
    entry.sealBefore = sealBefore
    entry.sealAfter = sealAfter
    entry.condition = condition
    entry.storage = storage
    entry.remarks = remarks
    entry.environment = environment
    entry.corrects = corrects
    entry.withdraws = withdraw
    entry.unverified = try unverified.map { try required($0, "--unverified") }
    entry.photographs = photo.map { FilePath($0) }
    entry.documents = attach.map { FilePath($0) }
    entry.keys = signing.keys
    StopSignals.install()
    let display = ProgressDisplay("Verifying", item)
    let line = try entry.record(in: try caseOptions.folder(), stop: StopSignals.flag) {
      display.update(done: $0, of: $1)
    }
    display.finish()
    output.show(["Recorded: \(line.text)"], json: line.json)
  }
}

struct CustodySignCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Sign a recorded event, e.g. a transfer by the receiving side.",
    discussion: """
      Example:
        exhibit custody sign --case 2026-0142 --event-number 12 --sign officer.key
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the event, as `custody show` prints it.") var eventNumber: UInt64
  @OptionGroup var signing: SignOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    CommandSession.sign(passphraseFile: nil)
    guard !signing.sign.isEmpty else { throw EvidenceError(.argumentInvalid, "--sign", "give a key") }
    let names = try CaseLife.sign(event: eventNumber, in: try caseOptions.folder(), keys: signing.keys)
    output.show(
      ["Event \(eventNumber) signed by \(names.joined(separator: ", "))"],
      json: .fields(["event": JSONValue(eventNumber), "signedBy": .array(names.map { .string($0) })]))
  }
}

struct CustodyShowCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the chain of custody of an item: events, holders and gaps.",
    discussion: """
      Example:
        exhibit custody show --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let account = try CustodyAccount(of: try itemNumber(item), in: try caseOptions.folder())
    output.show(
      CustodyRendering.lines(account, all: findings.all),
      json: account.json(findings: account.findings.map(Rendering.json)))
  }
}
