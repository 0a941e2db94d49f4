import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ItemCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "item", abstract: "Add, describe, list and label the evidence items of a case.",
    subcommands: [
      ItemAddCommand.self, ItemDescribeCommand.self, ItemListCommand.self, ItemShowCommand.self,
      ItemLabelCommand.self, ItemCheckLabelCommand.self,
    ])
}

/// What can be told of an item when it is added and later.
struct ItemStatementOptions: ParsableArguments {
  @Option(help: "Computer, phone, storage medium …") var category: String?
  @Option(help: "Quantity.") var quantity: String?
  @Option(help: "Number of the bag, box or other container.") var container: String?
  @Option(help: "Condition of the item.") var condition: String?
  @Option(help: "Damage of the item.") var damage: String?
  @Option(help: "Power state when found: on, off, asleep.") var powerState: String?
  // A value may begin with a hyphen.
  @Option(
    parsing: .unconditional,
    help:
      "Clock offset of the examined machine: +HH:MM:SS fast, -HH:MM:SS slow."
  )
  var clockOffset: String?
  @Option(help: "Place where it was found.") var locationFound: String?
  @Option(help: "Seized from.") var seizedFrom: String?
  @Option(help: "Seized by.") var seizedBy: String?
  @Option(help: "Time of seizure, such as 2026-01-31 09:15, or 2026-01-31 09:15 +01:00.") var seizedAt:
    String?
  @Option(help: "A tag for searching. May be given more than once; new tags replace all earlier ones.")
  var tag: [String] = []
  @Option(help: "A photograph to attach. May be given more than once.", completion: .file())
  var photo: [String] = []
  @Option(help: "A document to attach. May be given more than once.", completion: .file())
  var attach: [String] = []

  var statements: Items.Statements {
    var statements = Items.Statements()
    statements.category = category
    statements.quantity = quantity
    statements.container = container
    statements.condition = condition
    statements.damage = damage
    statements.powerState = powerState
    statements.clockOffset = clockOffset
    statements.locationFound = locationFound
    statements.seizedFrom = seizedFrom
    statements.seizedBy = seizedBy
    statements.seizedAt = seizedAt
    statements.tags = tag
    statements.photographs = photo.map { FilePath($0) }
    statements.documents = attach.map { FilePath($0) }
    return statements
  }
}

struct ItemAddCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add an evidence item.",
    discussion: """
      Examples:
        exhibit item add --case 2026-0142 --number 001 \\
          --description "USB stick, black, 32 GB" --serial 4C530001
        exhibit item add --case 2026-0142 --number 002 --description "Laptop" \\
          --power-state off --photo lid.jpg
        exhibit item add --case 2026-0142 --number 002-1 --part-of 002 \\
          --description "SSD, 512 GB"
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Item number or exhibit reference, e.g. 001, JM/1 or AB 12-3.") var number: String
  @Option(help: "Description by which to recognise the item.") var description: String
  @Option(
    help:
      "Serial number as printed on the item. A device that states another one is not acquired as this item.")
  var serial: String?
  @Option(help: "Remarks.") var remarks: String?
  @Option(help: "The item it is part of, e.g. the laptop a drive was removed from.") var partOf: String?
  @OptionGroup var more: ItemStatementOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let item = try Items.add(
      to: try caseOptions.folder(), number: try itemNumber(number),
      description: try required(description, "--description"), serial: serial, remarks: remarks,
      partOf: try partOf.map { try itemNumber($0) }, more.statements)
    output.show(["Item \(item.number) added: \(item.description)"], json: item.json)
  }
}

struct ItemDescribeCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe", abstract: "Update an item's description; earlier values stay on record.",
    discussion: """
      Give only the values that change.

      Example:
        exhibit item describe --case 2026-0142 --item 002 \\
          --clock-offset -00:03:12 --tag laptop --tag urgent
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "Description by which to recognise the item.") var description: String?
  @OptionGroup var more: ItemStatementOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let item = try Items.describe(
      try itemNumber(item), in: try caseOptions.folder(),
      description: try description.map { try required($0, "--description") }, more.statements)
    output.show(ItemRendering.lines(item), json: item.json)
  }
}

struct ItemListCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the evidence items of a case.",
    discussion: """
      Example:
        exhibit item list --case 2026-0142 --tag laptop
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Only items that have this tag.") var tag: String?
  @OptionGroup var output: OutputOptions

  func run() throws {
    let items = try Items.list(in: try caseOptions.folder(), tag: tag)
    output.show(
      items.isEmpty
        ? ["No items found."]
        : TextTable.lines(
          ["item", "part of", "acquisitions", "description", "tags"],
          items.map {
            [$0.number, $0.parent, $0.acquisitions, $0.description, $0.tags].map(HumanText.singleLine)
          }), json: .fields(["items": .array(items.map(\.json))]))
  }
}

struct ItemShowCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show everything recorded about an item.",
    discussion: """
      Example:
        exhibit item show --case 2026-0142 --item 001
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @OptionGroup var output: OutputOptions

  func run() throws {
    let item = try Items.show(try itemNumber(item), in: try caseOptions.folder())
    output.show(ItemRendering.lines(item), json: item.json)
  }
}

struct ItemLabelCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "label", abstract: "Write the evidence label of an item: SVG, PDF or PNG with a QR code.",
    discussion: """
      The QR code holds case, item, and the SHA-256 of the newest manifest and of the signing certificate. PDF and PNG
      need `rsvg-convert` (Debian package librsvg2-bin).

      Example:
        exhibit item label --case 2026-0142 --item 001 --output 001-label.svg
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "The file to write; its name ends in .svg, .pdf or .png.", completion: .file()) var output:
    String
  @OptionGroup var format: OutputOptions

  func run() throws {
    let path = FilePath(try required(output, "--output"))
    let code = try ItemLabels.write(try itemNumber(item), of: try caseOptions.folder(), to: path)
    format.show(
      ["Label of item \(item) written to \(path)"],
      json: .fields(["item": .string(item), "output": .string(path.string), "code": .string(code)]))
  }
}

struct ItemCheckLabelCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "check-label", abstract: "Compare the QR code on a label with the case.",
    discussion: """
      Exit status: 0 the label matches the case, 5 it does not. Pictures are read with `zbarimg` (Debian package
      zbar-tools).

      Examples:
        exhibit item check-label --case 2026-0142 photo-of-label.jpg
        exhibit item check-label --case 2026-0142 --text "$SCANNED"
      """)

  @Argument(help: "A picture of the label.", completion: .file()) var picture: String?
  @Option(help: "The text a scanner read from the code.") var text: String?
  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let read: String
    switch (picture, text) {
    case (let picture?, nil): read = try ItemLabels.text(inPicture: FilePath(picture))
    case (nil, let text?): read = text
    default: throw EvidenceError(.argumentInvalid, "label", "give a picture, or --text")
    }
    let check = try ItemLabels.check(read, in: try caseOptions.folder())
    let isRight = !check.findings.contains { $0.severity == .failure }
    var lines = ["Label of item \(check.item)" + (check.description.isEmpty ? "" : ": \(check.description)")]
    lines += FindingRendering.lines(check.findings, all: findings.all)
    lines.append(isRight ? "The label matches the case." : "The label does not match this case.")
    output.show(
      lines,
      json: .fields([
        "item": .string(check.item.description), "code": .string(check.code), "matches": .bool(isRight),
        "findings": .array(check.findings.map(Rendering.json)),
      ]))
    if !isRight { throw EndedWith(status: .mismatch) }
  }
}
