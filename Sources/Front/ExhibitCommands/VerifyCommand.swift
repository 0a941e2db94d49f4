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
    commandName: "verify", abstract: "Verify a case, an item, a manifest, a report or a single image.",
    discussion: """
      Everything that was recorded is recomputed from the files: chunk digests, Merkle root, digests of the whole,
      segments, signature, audit chain. Of a case, in every folder that images were written to. Exit status: 0 verified,
      5 mismatch or damage, 6 nothing to compare with, or a folder is not at hand, 7 custody or audit chain broken.

      A folder that is not at hand, such as on a drive in the safe, is named and not checked. With --copy only those
      are checked that you name; the record says which, and the report when the others were last checked.

      Examples:
        exhibit verify 2026-0142
        exhibit verify 2026-0142 --item 001
        exhibit verify 2026-0142 --copy case
        exhibit verify 2026-0142 --copy /media/second/2026-0142
        exhibit verify 001.E01
        exhibit verify 001.E01 --digest sha256
        exhibit verify reports/001-report-1.html
        exhibit verify evidence/001/001.manifest.json \\
          --trust certificates/examiner.pem
      """)

  @Argument(
    help: "A case folder, a manifest, a report, or an image. Default: the case you are in.",
    completion: .file())
  var path: String?
  @OptionGroup var input: InputOptions
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Only this evidence item of the case.") var item: String?
  @Option(
    help:
      "A certificate to trust, PEM or DER, and no other. May be given more than once. Default: the case's own."
  )
  var trust: [String] = []
  @Option(help: "A certificate revocation list, PEM or DER. May be given more than once.")
  var crl: [String] = []
  @Option(
    help: """
      The line printed by `exhibit manifest checkpoint --publish`, or the SHA-256 of a manifest, which must be among \
      those verified. May be given more than once.
      """)
  var expectHead: [String] = []
  @Option(help: "A further folder with segments, besides the manifest's own. May be given more than once.")
  var with: [String] = []
  @Option(
    help: """
      Check only this copy of each acquisition: `case` for the case folder, or the folder a copy is in, also where its \
      drive is now mounted elsewhere. May be given more than once. Default: all that the record knows.
      """)
  var copy: [String] = []
  @Option(help: "full recomputes everything; chunks only the chunk hash values and their Merkle root.")
  var level = VerificationLevel.full.rawValue
  @Option(
    help:
      "Further hash values of the whole to compute, besides those recorded or stored: \(AcquireChoices.digests)."
  )
  var digest: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let number = try item.map { try itemNumber($0) }
    let copies = try copies()
    let target: VerificationJob.Target =
      if let path {
        try VerificationJob.target(FilePath(path), as: try input.format(), item: number, copies: copies)
      } else { .record(try caseOptions.folder(), item: number, copies: copies) }
    if case .record(let folder, _, _) = target {
      CommandSession.work(on: folder)
      CommandSession.askBeforehand(passphraseFile: passphrase.passphraseFile)
    } else {
      CommandSession.forgo()
    }
    StopSignals.install()
    let settings = try VerificationSettings(
      trusting: trust.map { FilePath($0) }, revocationLists: crl.map { FilePath($0) },
      besides: with.map { FilePath($0) }, heads: expectHead,
      level: try VerificationRendering.level(named: level),
      digests: try digest.map { try AcquireChoices.digests(named: $0) } ?? [], stop: StopSignals.flag)
    let job = VerificationJob(target, settings) { () throws(EvidenceError) in
      try CommandSession.passphrase(file: passphrase.passphraseFile)
    }
    let display = ProgressDisplay("Verifying", item ?? "", from: path ?? "")
    let report = try job.perform { display.update(done: $0, of: $1) }
    display.finish()
    if report.isLogIntact { CommandSession.sign(passphraseFile: passphrase.passphraseFile) }
    if !report.canBeRecorded { CommandSession.forgo() }
    output.show(
      VerificationRendering.lines(report, all: findings.all) + advice(report),
      json: VerificationRendering.json(report))
    if report.verdict.exitStatus != .complete { throw EndedWith(status: report.verdict.exitStatus) }
  }

  private func copies() throws(EvidenceError) -> CopyChoice {
    guard !copy.isEmpty else { return .all }
    let folders = try copy.filter { $0 != Self.own }.map { (folder) throws(EvidenceError) in
      FilePath(try required(folder, "--copy"))
    }
    return .only(own: copy.contains(Self.own), folders)
  }

  private static let own = "case"

  /// The way on where a drive is not at hand.
  private func advice(_ report: VerificationReport) -> [String] {
    guard copy.isEmpty, report.findings.contains(where: { $0.code == .copyNotChecked }) else { return [] }
    return [
      "Attach the missing copy, or name what to check: --copy \(Self.own) for the case folder, --copy FOLDER for a copy."
    ]
  }
}
