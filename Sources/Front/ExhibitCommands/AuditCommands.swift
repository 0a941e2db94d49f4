import ArgumentParser
import CanonicalJSON
import CaseFolders
import Casework
import Evidence
import Manifests
import Rendering
import SystemIO
import SystemPackage

struct AuditCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Verify, export and sign the audit log of a case.",
    subcommands: [AuditVerifyCommand.self, AuditExportCommand.self, AuditCheckpointCommand.self])
}

struct AuditVerifyCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify the audit log against every independent record of it.",
    discussion: """
      Follows the chain of events, compares every record with the log, and checks the database structure. Compares
      the log with signed checkpoints, signed manifests and heads known from elsewhere; only they reveal a log that was
      cut short. Does not read images. Names the first wrong event.

      Exit status: 0 verified, 6 nothing to compare the log with, 7 broken.

      Examples:
        exhibit audit verify --case 2026-0142
        exhibit audit verify --case 2026-0142 \\
          --expect-head 42:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help:
      "A head known from elsewhere, NUMBER:SHA256, e.g. from a printed report. May be given more than once.")
  var expectHead: [String] = []
  @Option(
    help:
      "A certificate to trust, PEM or DER, and no other. May be given more than once. Default: the case's own."
  )
  var trust: [String] = []
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var heads = try expectHead.map { try AuditJob.head($0) }
    heads.sort { $0.sequence < $1.sequence }
    CommandSession.askBeforehand(passphraseFile: passphrase.passphraseFile)
    let outcome = try AuditJob(try caseOptions.folder(), trust: trust.map { FilePath($0) }, heads: heads)
      .perform()
    let report = outcome.report
    if report.verdict == .verified { CommandSession.sign(passphraseFile: passphrase.passphraseFile) }
    if !report.canBeRecorded { CommandSession.forgo() }
    var lines = VerificationRendering.lines(report, all: findings.all)
    if let log = outcome.log {
      if let wrong = log.firstWrong {
        lines.insert("First wrong event: \(wrong)", at: lines.count - 1)
      }
      if let head = log.head {
        lines.insert("\(log.eventCount) events, head \(head.sequence):\(head.digest)", at: 1)
      }
    }
    output.show(
      lines,
      json: .fields([
        "verification": VerificationRendering.json(report),
        "events": outcome.log.map { JSONValue($0.eventCount) },
        "firstWrongEvent": outcome.log?.firstWrong.map { Rendering.number($0) },
        "head": outcome.log?.head.map { .string("\($0.sequence):\($0.digest)") },
      ]))
    if report.verdict.exitStatus != .complete { throw EndedWith(status: report.verdict.exitStatus) }
  }
}

struct AuditExportCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "export",
    abstract: "Write the audit log as JSON Lines that anyone can verify without Exhibit.",
    discussion: """
      Writes every event as stored, and each checkpoint after the event it signs. Docs/formats/audit-log.md describes
      the format; Docs/formats/verify-audit-log.py verifies it with Python and openssl.

      Example:
        exhibit audit export --case 2026-0142 --output log.jsonl
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help: "Only events of this evidence item. Other events appear as digests, so the chain still verifies.")
  var item: String?
  @Option(help: "The file to create. Default: standard output.", completion: .file()) var output: String?

  func run() throws {
    let folder = try caseOptions.folder()
    let export = AuditExport(folder, of: try item.map { try itemNumber($0) })
    guard let output else {
      _ = try export.perform { (line) throws(EvidenceError) in
        try StandardStreams.write(String(decoding: line, as: UTF8.self) + "\n")
      }
      return
    }
    let path = FilePath(try required(output, "--output"))
    guard !folder.isAmongEvidence(path) else {
      throw EvidenceError(
        .argumentInvalid, "--output \(path)", "it would be inside the case's evidence folder")
    }
    let head = try export.write(to: path)
    Rendering.show(["\(head.sequence) events written to \(path)", "  head  \(head.sequence):\(head.digest)"])
  }
}

struct AuditCheckpointCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign the current head of the audit log.",
    discussion: """
      Happens automatically after each command that acquires, verifies or records custody, if the key is available.
      Give others a copy of the newest file in checkpoints/: nobody can rewrite a copy they hold.

      Example:
        exhibit audit checkpoint --case 2026-0142 --passphrase-file passphrase
        exhibit audit checkpoint --case 2026-0142 --authority http://tsa.example/
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help:
      """
      Time-stamp the signature with this authority, http://…; only its SHA-256 is sent. Default: EXHIBIT_AUTHORITY, \
      which time-stamps every checkpoint.
      """)
  var authority: String?
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    try passphrase.unlock(folder)
    let identity = try SigningFiles.identity(of: folder) { () throws(EvidenceError) in
      try passphrase.read()
    }
    var job = CheckpointJob(folder, identity: identity)
    job.authority = try AuthoritySetting.authority(authority)
    let head = try job.perform()
    output.show(
      ["Signed: \(head.sequence) events, head \(head.sequence):\(head.digest)"],
      json: .fields(["sequence": JSONValue(head.sequence), "head": .string(head.digest.hex)]))
  }
}
