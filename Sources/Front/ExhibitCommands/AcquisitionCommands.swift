import ArgumentParser
import CanonicalJSON
import CaseRecords
import Casework
import Evidence
import Rendering

struct AcquisitionCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acquisition", abstract: "Mark acquisitions as failed or superseded.",
    subcommands: [AcquisitionMarkCommand.self])
}

struct AcquisitionMarkCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "mark", abstract: "Mark an acquisition as failed or as superseded by another one.",
    discussion: """
      The mark is an event in the audit log and stands at the head of every later report, declaration and bag. Images \
      and manifest stay as they are. A mark holds until `--withdraw`; all marks stay on record.

      Examples:
        exhibit acquisition mark 001 --failed \\
          --reason "Cable fault: read again as 001-2" --case 2026-0142
        exhibit acquisition mark 001 --superseded-by 001-2 \\
          --reason "Read again with another bridge" --case 2026-0142
        exhibit acquisition mark 001 --withdraw --reason "Marked by mistake" \\
          --case 2026-0142
      """)

  @Argument(help: "Name of the acquisition, e.g. 001-2.") var acquisition: String
  @Flag(help: "The acquisition failed and is not to be relied on.") var failed = false
  @Option(help: "The acquisition of the same item that supersedes it.") var supersededBy: String?
  @Flag(help: "Withdraw the earlier mark.") var withdraw = false
  @Option(help: "Reason; it stands in the report.") var reason: String
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let states = [
      failed ? AcquisitionMark.State.failed : nil, supersededBy.map { .superseded(by: $0) },
      withdraw ? .withdrawn : nil,
    ].compactMap { $0 }
    guard let state = states.first, states.count == 1 else {
      throw EvidenceError(.argumentInvalid, "--failed, --superseded-by, --withdraw", "give one of them")
    }
    let reason = try required(reason, "--reason")
    try Acquisitions.mark(acquisition, state, reason: reason, in: try caseOptions.folder())
    output.show(
      ["Acquisition \(HumanText.singleLine(acquisition)) marked: \(HumanText.singleLine(Self.text(state)))"],
      json: .fields([
        "acquisition": .string(acquisition), "state": .string(state.name), "reason": .string(reason),
      ]))
  }

  static func text(_ state: AcquisitionMark.State) -> String {
    switch state {
    case .failed: "failed"
    case .superseded(let name): "superseded by \(name)"
    case .withdrawn: "earlier mark withdrawn"
    }
  }
}
