import ArgumentParser
import CanonicalJSON
import Casework
import CourtReport
import Evidence
import Rendering

struct CertificateCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "certificate", abstract: "Draft a declaration about an item for a qualified person to sign.",
    discussion: """
      The draft is filled in from the record and states no conclusion. Fields missing from the record are marked. It \
      is in English, and Exhibit never signs it.

      Kinds: fre-902-14 and fre-902-13 (Federal Rules of Evidence), npcc (four principles), iso-27037.

      Examples:
        exhibit certificate --declaration fre-902-14 --item 001
        exhibit certificate --declaration npcc --item 001 --format html,pdf
      """)

  @Option(help: "fre-902-14, fre-902-13, npcc, iso-27037.") var declaration: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Number of the evidence item.") var item: String
  @OptionGroup var options: ReportOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    guard let chosen = CertificateKind(rawValue: declaration) else {
      throw EvidenceError(
        .argumentInvalid, "--declaration \(declaration)",
        "one of \(CertificateKind.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    var request = try options.request()
    request.items = [try itemNumber(item)]
    let paths = try CertificateJob(chosen, request, in: try caseOptions.folder()).perform()
    rendering.show(
      ["Unsigned draft: \(chosen.title)"] + paths.map { "  \($0)" },
      json: .fields([
        "kind": .string(declaration), "item": .string(item),
        "files": .array(paths.map { .string($0.string) }),
      ]))
  }
}
