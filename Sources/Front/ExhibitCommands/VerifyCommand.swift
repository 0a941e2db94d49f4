import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage
import Verification

struct VerifyCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify a case, an item, a manifest, a report or a lone image.",
    discussion: """
      Everything that was recorded is recomputed from the files: chunk digests, Merkle root, digests of the whole,
      segments, signature, audit chain. Exit status: 0 verified, 5 mismatch or damage, 6 nothing to compare with,
      7 custody or audit chain broken.

      Examples:
        exhibit verify 2026-0142
        exhibit verify 2026-0142 --item 001
        exhibit verify 001.E01
        exhibit verify reports/001-report-1.html
        exhibit verify evidence/001/001.manifest.json --trust certificates/examiner.pem
      """)

  @Argument(
    help: "A case folder, a manifest, a report, or an image. Default: the case this is run in.",
    completion: .file())
  var path: String?
  @OptionGroup var input: InputOptions
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Only this evidence item of the case.") var item: String?
  @Option(
    help: "A certificate to trust, PEM or DER. May be given more than once. Those of a case are trusted.")
  var trust: [String] = []
  @Option(help: "A certificate revocation list, PEM or DER. May be given more than once.")
  var crl: [String] = []
  @Option(
    help: """
      The line that `exhibit manifest checkpoint --publish` printed, or the SHA-256 of a manifest: it must be the one \
      that is verified. May be given more than once.
      """)
  var expectHead: [String] = []
  @Option(help: "A folder that holds segments besides that of the manifest. May be given more than once.")
  var with: [String] = []
  @Option(help: "full recomputes everything; chunks only the chunk digests and the Merkle root over them.")
  var level = VerificationLevel.full.rawValue
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let number = try item.map { try itemNumber($0) }
    let target: VerificationJob.Target =
      if let path { try VerificationJob.target(FilePath(path), as: try input.format(), item: number) } else {
        .record(try caseOptions.folder(), item: number)
      }
    if case .record(let folder, _) = target {
      CommandSession.work(on: folder)
      CommandSession.askBeforehand(passphraseFile: passphrase.passphraseFile)
    } else {
      CommandSession.forgo()
    }
    StopSignals.install()
    let settings = try VerificationSettings(
      trusting: trust.map { FilePath($0) }, revocationLists: crl.map { FilePath($0) },
      besides: with.map { FilePath($0) }, heads: expectHead,
      level: try VerificationRendering.level(named: level), stop: StopSignals.flag)
    let job = VerificationJob(target, settings)
    let display = ProgressDisplay("Verifying")
    let report = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    if report.isLogIntact { CommandSession.sign(passphraseFile: passphrase.passphraseFile) }
    if report.findings.contains(where: { $0.code == .databaseDamaged }) { CommandSession.forgo() }
    output.show(VerificationRendering.lines(report), json: VerificationRendering.json(report))
    if report.verdict.exitStatus != .complete { throw EndedWith(status: report.verdict.exitStatus) }
  }
}
