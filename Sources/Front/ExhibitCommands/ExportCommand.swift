import CaseRecords
import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ExportCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Export an item for hand-over, as one bag (BagIt).",
    discussion: """
      Images, manifests, signatures, certificates, custody, audit log and the newest report on the item, in a bag \
      (BagIt, RFC 8493) that bagit.py and sha256sum check, with a VERIFY.md of the commands. The bag is signed as a whole. \
      Every file is digested while it is copied and must be the recorded one. The private key is never handed over.

      Example:
        exhibit export --item 001 --output 2026-0142-001 --hash-list hashdeep
        exhibit-verify 2026-0142-001 --trust examiner.pem
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "The folder to create.", completion: .directory) var output: String
  @Option(help: "Only this acquisition, e.g. 001-2. Default: all complete acquisitions of the item.")
  var acquisition: String?
  @Option(
    help:
      "An additional file list in the bag: \(AcquireChoices.list(ExportJob.List.self)). May be given more than once."
  )
  var hashList: [String] = []
  @Option(help: "Name of the report to hand over. Default: the newest on this item alone.")
  var report: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let path = FilePath(output)
    if folder.isAmongEvidence(path) {
      throw EvidenceError(
        .argumentInvalid, "--output \(path)", "it would be inside the case's evidence folder")
    }
    var lists: Set<ExportJob.List> = []
    for word in hashList { lists.insert(try AcquireChoices.word(word, "--hash-list")) }
    StopSignals.install()
    let display = ProgressDisplay("Exporting", item)
    let written = try ExportJob(
      try itemNumber(item), in: folder, acquisition: acquisition, lists: lists, report: report, output: path,
      stop: StopSignals.flag, passphrase: { () throws(EvidenceError) in try passphrase.read(opening: folder) }
    ).perform { display.update(done: $0, of: $1) }
    display.finish()
    var lines = [
      "Item \(item) exported to \(written.folder)",
      "  acquisitions  \(written.acquisitions.map(named).joined(separator: ", "))",
      "  payload       \(written.files) files, \(HumanText.size(written.bytes))",
      "  SHA-256       \(written.sha256) of its hash list",
    ]
    lines.append("  report        \(reportLine(written))")
    if !written.isSigned { lines.append("  signature     none: the case has no signing key here") }
    lines += written.left.map { "  not exported  \($0): not in any record" }
    rendering.show(
      lines,
      json: .fields([
        "item": .string(item), "folder": .string(written.folder.string),
        "acquisitions": .array(written.acquisitions.map { .string($0.name) }),
        "files": JSONValue(written.files),
        "marks": .array(
          written.acquisitions.flatMap { one in
            one.marks.map { .fields(["acquisition": .string(one.name), "mark": $0.json]) }
          }),
        "report": written.report.map { .string($0) },
        "approvals": .array(
          written.approvals.map {
            .fields(["reviewer": .string($0.reviewer), "signed": .bool($0.isSigned)])
          }), "signed": .bool(written.isSigned),
        "bytes": Rendering.number(written.bytes), "sha256": .string(written.sha256.hex),
        "leftBehind": .array(written.left.map { .string($0) }),
      ]))
  }

  private func named(_ acquisition: (name: String, marks: [AcquisitionMark])) -> String {
    let marks = acquisition.marks.map { AcquisitionMarkCommand.text($0.state).uppercased() }
    return acquisition.name + (marks.isEmpty ? "" : " (\(marks.joined(separator: ", ")))")
  }

  private func reportLine(_ written: ExportJob.Written) -> String {
    guard let report = written.report else {
      return
        "none: no report on item \(item) has been made (`exhibit report --item \(HumanText.shellWord(item))`)"
    }
    guard !written.approvals.isEmpty else { return "\(report), not approved" }
    let approvals = written.approvals.map { "\($0.reviewer)\($0.isSigned ? "" : " (recorded, not signed)")" }
    return "\(report), approved by \(approvals.joined(separator: ", "))"
  }
}
