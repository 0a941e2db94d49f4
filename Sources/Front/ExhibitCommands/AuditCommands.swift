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
    commandName: "verify", abstract: "Verify the audit log and everything that vouches for it.",
    discussion: """
      Follows the chain of events, compares every record with the log and the structure with what this version makes,
      and holds the log against signed checkpoints, signed manifests, and heads known from elsewhere: an end that was
      cut off shows only there. Images are not read. Exit status: 0 verified, 6 nothing to hold the log against,
      7 broken; the first event that is wrong is named.

      Examples:
        exhibit audit verify --case 2026-0142
        exhibit audit verify --case 2026-0142 --head 42:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help:
      "A head known from elsewhere, NUMBER:SHA256, such as a report prints it. May be given more than once.")
  var head: [String] = []
  @Option(help: "A certificate to trust, PEM or DER, besides that of the case. May be given more than once.")
  var trust: [String] = []
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    var heads = try head.map { try AuditJob.head($0) }
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
        lines.insert("The first event that is wrong: \(wrong)", at: lines.count - 1)
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
    abstract: "Write the audit log as JSON Lines that can be verified without Exhibit.",
    discussion: """
      Every event as it is stored, each checkpoint behind the event that it signs. Docs/formats/audit-log.md has the
      format, Docs/formats/verify-audit-log.py verifies it with Python and openssl.

      Example:
        exhibit audit export --case 2026-0142 --output log.jsonl
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help: "Only what concerns this evidence item; of other events the digests, so that the chain holds.")
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
      throw EvidenceError(.argumentInvalid, "--output \(path)", "it would lie among the evidence of the case")
    }
    let head = try export.write(to: path)
    Rendering.show(["\(head.sequence) events written to \(path)", "  head  \(head.sequence):\(head.digest)"])
  }
}

struct AuditCheckpointCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign how far the audit log goes.",
    discussion: """
      Done by itself after each command that acquires, verifies or records custody, where the key can be used. Give a
      copy of the newest file in checkpoints/ to others: what they hold, nobody can write anew.

      Example:
        exhibit audit checkpoint --case 2026-0142 --passphrase-file passphrase
        exhibit audit checkpoint --case 2026-0142 --authority http://tsa.example/
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(
    help:
      """
      Have this time-stamp authority, http://…, say when the signature existed; only its SHA-256 is sent. Default: the \
      one of EXHIBIT_AUTHORITY, which stamps every checkpoint.
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
