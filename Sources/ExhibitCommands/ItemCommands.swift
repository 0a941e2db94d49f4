import ArgumentParser
import CanonicalJSON
import Casework
import Evidence

struct ItemCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "item", abstract: "Add evidence items to a case.", subcommands: [ItemAddCommand.self])
}

struct ItemAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an evidence item.",
    discussion: """
      Example:
        exhibit item add --case 2026-0142 --number 001 --description "USB stick, black, 32 GB" --serial 4C530001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Exhibit number: letters, digits, dots, underscores, hyphens.") var number: String
  @Option(help: "What it is, as one would recognise it.") var description: String
  @Option(help: "Serial number as printed on it.") var serial: String?
  @Option(help: "Anything else worth recording.") var remarks: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let item = try Items.add(
      to: try caseOptions.folder(), number: try itemNumber(number),
      description: try required(description, "--description"), serial: serial, remarks: remarks)
    output.show(
      ["Item \(item.number) added: \(item.description)"],
      json: .fields([
        "item": .string(item.number.description), "description": .string(item.description),
        "serial": item.serial.map { .string($0) },
      ]))
  }
}
