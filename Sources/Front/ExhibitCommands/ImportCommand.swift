import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct ImportCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Check a bag that was handed over, and take its acquisitions into a case.",
    discussion: """
      Everything in the bag is verified first; where anything is not as it was recorded, or not signed by whom you \
      trust, nothing is taken. Acquisitions stay signed as they are: for them, and for nothing else, the case trusts \
      the certificate that signed them. An item that the case does not know is added.

      Exit status: 0 taken in, otherwise that of the verification.

      Example:
        exhibit import 2026-0142-001 --case 2026-0200 --trust examiner.pem
      """)

  @Argument(help: "The folder of the bag.", completion: .directory) var bag: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The certificate of whoever signed, PEM or DER. May be given more than once.")
  var trust: [String] = []
  @OptionGroup var findings: FindingOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let job = try ImportJob(
      FilePath(bag), into: folder, trust: trust.map { FilePath($0) }, stop: StopSignals.flag)
    StopSignals.install()
    let display = ProgressDisplay("Verifying")
    let outcome = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    var lines = VerificationRendering.lines(outcome.report, all: findings.all)
    lines += outcome.newItems.map { "Item \($0) added to the case." }
    lines += outcome.taken.map { "Acquisition \($0) taken into \(folder.path)." }
    if outcome.taken.isEmpty { lines.append("Nothing was taken into the case.") }
    rendering.show(
      lines,
      json: .fields([
        "taken": .array(outcome.taken.map { .string($0) }),
        "newItems": .array(outcome.newItems.map { .string($0.description) }),
        "verification": VerificationRendering.json(outcome.report),
      ]))
    guard !outcome.taken.isEmpty else {
      let status = outcome.report.verdict.exitStatus
      throw EndedWith(status: status == .complete ? .noReference : status)
    }
  }
}
