import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import SystemPackage

struct ReportCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of an item as one HTML page.",
    discussion: """
      Example:
        exhibit report --case 2026-0142 --item 001 --output 001.html
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @Option(help: "The file to create. Default: reports/ITEM.html in the case.", completion: .file())
  var output: String?
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let number = try itemNumber(item)
    let folder = try caseOptions.folder()
    let path = output.map { FilePath($0) }
    if let path, folder.isAmongEvidence(path) {
      throw EvidenceError(.argumentInvalid, "--output \(path)", "it would lie among the evidence of the case")
    }
    let written = try ReportJob(number, in: folder, output: path).perform()
    rendering.show(
      ["Report of item \(item) written to \(written.path)", "  SHA-256  \(written.sha256)"],
      json: .fields([
        "item": .string(item), "path": .string(written.path.string), "sha256": .string(written.sha256.hex),
      ]))
  }
}
