import ArgumentParser
import CanonicalJSON
import Casework
import Evidence
import Rendering

struct CaseCloseCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "close", abstract: "Close a case. Two people sign; nothing more can be added or acquired.",
    discussion: """
      Custody of the items continues: storage, return, disposal. No acquisition may be unfinished.

      Example:
        exhibit case close --case 2026-0142 --sign examiner --sign supervisor.key
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Reason or outcome.") var reason: String?
  @OptionGroup var signing: SignOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    CommandSession.sign(passphraseFile: nil)
    try CaseLife.close(try caseOptions.folder(), reason: reason, keys: signing.keys)
    output.show(["The case is closed."], json: .fields(["state": "closed"]))
  }
}

struct CaseArchiveCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "archive", abstract: "Archive a closed case. Only verifications can still be recorded.",
    discussion: """
      Every item must be in storage, returned or disposed of.

      Example:
        exhibit case archive --case 2026-0142
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Reason, and where it is archived.") var reason: String?
  @OptionGroup var signing: SignOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    CommandSession.sign(passphraseFile: nil)
    try CaseLife.archive(try caseOptions.folder(), reason: reason, keys: signing.keys)
    output.show(["The case is archived."], json: .fields(["state": "archived"]))
  }
}

struct CaseReopenCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "reopen", abstract: "Reopen a closed or archived case.",
    discussion: """
      Example:
        exhibit case reopen --case 2026-0142 --reason "Appeal, order of 2026-09-01"
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "Reason.") var reason: String
  @OptionGroup var signing: SignOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    CommandSession.sign(passphraseFile: nil)
    try CaseLife.reopen(
      try caseOptions.folder(), reason: try required(reason, "--reason"), keys: signing.keys)
    output.show(["The case is open again."], json: .fields(["state": "open"]))
  }
}

struct CaseRebuildCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Rebuild the tables of a case from its audit log.",
    discussion: """
      For a case whose tables differ from its log, as found by `verify`. The log itself must be intact; it records the
      differences. The previous table contents are lost: keep a copy of the case.

      Example:
        exhibit case rebuild --case 2026-0142
      """)

  @OptionGroup var caseOptions: CaseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let differences = try CaseLife.rebuild(try caseOptions.folder())
    output.show(
      [
        "Tables rebuilt from the audit log. "
          + (differences.isEmpty ? "Nothing differed." : "\(differences.count) differences before:")
      ] + FindingRendering.lines(differences, all: findings.all),
      json: .fields([
        "differences": JSONValue(differences.count), "findings": .array(differences.map(Rendering.json)),
      ]))
  }
}
