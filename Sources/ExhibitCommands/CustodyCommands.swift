import ArgumentParser
import CanonicalJSON
import Casework
import Evidence

struct CustodyCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "custody", abstract: "Record and show who held an item.",
    subcommands: [CustodyRecordCommand.self, CustodyShowCommand.self])
}

struct CustodyRecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record", abstract: "Record a custody event of an item.",
    discussion: """
      Example:
        exhibit custody record --case 2026-0142 --item 001 --event receive --released-by "Officer on duty" \\
          --received-by "A. Examiner" --place "Laboratory, reception" --seal-before A-0017
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "What happened: \(CustodyEntry.eventNames.joined(separator: ", ")).") var event: String
  @Option(help: "When it happened, RFC 3339 in UTC such as 2026-01-31T09:15:00Z. Default: now.") var time:
    String?
  @Option(help: "Where.") var place: String?
  @Option(help: "Who gave it away.") var releasedBy: String?
  @Option(help: "Who took it.") var receivedBy: String?
  @Option(help: "Who watched.") var witness: String?
  @Option(help: "What for.") var purpose: String?
  @Option(help: "The order, warrant or consent.") var authority: String?
  @Option(help: "By hand, courier, tracking number.") var method: String?
  @Option(help: "Seal number found.") var sealBefore: String?
  @Option(help: "Seal number put on.") var sealAfter: String?
  @Option(help: "Condition of the item.") var condition: String?
  @Option(help: "Locker, vault, shelf.") var storage: String?
  @Option(help: "Anything else.") var remarks: String?
  @Option(help: "Identifier of the corrected event, as `custody show` prints it; for correct only.")
  var corrects: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    var entry = CustodyEntry(item: try itemNumber(item), event: event)
    entry.time = time
    entry.place = place
    entry.releasedBy = releasedBy
    entry.receivedBy = receivedBy
    entry.witness = witness
    entry.purpose = purpose
    entry.authority = authority
    entry.method = method
    entry.sealBefore = sealBefore
    entry.sealAfter = sealAfter
    entry.condition = condition
    entry.storage = storage
    entry.remarks = remarks
    entry.corrects = corrects
    let line = try entry.record(in: try caseOptions.folder())
    output.show(["Recorded: \(line.text)"], json: line.json)
  }
}

struct CustodyShowCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the custody events of an item.",
    discussion: """
      Example:
        exhibit custody show --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let lines = try CustodyEntry.history(of: try itemNumber(item), in: try caseOptions.folder())
    output.show(
      lines.isEmpty ? ["No custody event is recorded for item \(item)."] : lines.map(\.text),
      json: .fields(["item": .string(item), "events": .array(lines.map(\.json))]))
  }
}
