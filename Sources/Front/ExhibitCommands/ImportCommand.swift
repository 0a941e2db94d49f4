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
    abstract: "Verify a bag received from others and add its acquisitions to a case.",
    discussion: """
      Verifies the whole bag first. If anything does not match its record, or the signer is not trusted, nothing is \
      imported. Acquisitions keep their signatures; the case trusts the signing certificate for them and nothing else. \
      Items new to the case are added.

      Exit status: 0 imported, otherwise that of the verification.

      Example:
        exhibit import 2026-0142-001 --case 2026-0200 --trust examiner.pem
      """)

  @Argument(help: "The folder of the bag.", completion: .directory) var bag: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The signer's certificate, PEM or DER. May be given more than once.")
  var trust: [String] = []
  @OptionGroup var findings: FindingOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let job = try ImportJob(
      FilePath(bag), into: folder, trust: trust.map { FilePath($0) }, stop: StopSignals.flag)
    StopSignals.install()
    let display = ProgressDisplay("Verifying", from: bag)
    let outcome = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    var lines = VerificationRendering.lines(outcome.report, all: findings.all)
    lines += outcome.newItems.map { "Item \($0) added to the case." }
    lines += outcome.taken.map { "Acquisition \($0) imported into \(folder.path)." }
    if outcome.taken.isEmpty { lines.append("Nothing was imported.") }
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
