import ArgumentParser
import CanonicalJSON
import CaseFolders
import Casework
import Evidence
import Rendering
import SystemIO
import SystemPackage

struct CaseBackupCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "backup", abstract: "Back up the case database, even while in use.",
    discussion: """
      Exhibit checks the copy like the database itself. It contains no evidence files; `case export` includes them.

      Example:
        exhibit case backup --case 2026-0142 --output /mnt/backup/2026-0142.sqlite
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The file to create. Default: a file in the case's backups folder.", completion: .file())
  var output: String?
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    let path = try output.map { FilePath(try required($0, "--output")) }
    if let path, folder.isAmongEvidence(path) {
      throw EvidenceError(
        .argumentInvalid, "--output \(path)", "it would be inside the case's evidence folder")
    }
    let made = try CaseBackups(folder).make(output: path)
    rendering.show(
      [
        "Backup written to \(made.path)", "  SHA-256  \(made.sha256)",
        "  head     \(made.head.sequence):\(made.head.digest)",
      ],
      json: .fields([
        "path": .string(made.path.string), "sha256": .string(made.sha256.hex),
        "head": .string("\(made.head.sequence):\(made.head.digest)"),
        "findings": .array(made.findings.map(Rendering.json)),
      ]))
    if let first = made.findings.first {
      Rendering.warn("the database, and therefore its copy, is faulty: \(Rendering.line(first))")
      throw EndedWith(status: .chainBroken)
    }
  }
}

struct CaseRestoreCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "restore", abstract: "Restore the case database from a backup.",
    discussion: """
      Accepts only an intact backup of this case, and keeps the present database in the backups folder. Events newer
      than the backup are lost from the log: this needs --accept-lost-events and stays visible, because checkpoints, manifests
      and reports name them.

      Example:
        exhibit case restore /mnt/backup/2026-0142.sqlite --case 2026-0142
      """)

  @Argument(help: "A backup made by `exhibit case backup`.", completion: .file()) var backup: String
  @Option(name: .customLong("case"), help: "The case folder. Its database may be damaged or missing.")
  var folder: String
  @Flag(help: "Restore even if newer audit log events are lost.") var acceptLostEvents = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let place = try CaseFolder.atPlace(FilePath(try required(folder, "--case")))
    CommandSession.work(on: place)
    let restored = try CaseBackups(place).restore(FilePath(backup), acceptsLoss: acceptLostEvents)
    var lines = [
      "Restored: \(restored.head.sequence) events, head \(restored.head.sequence):\(restored.head.digest)"
    ]
    if let kept = restored.kept { lines.append("  the previous database is kept as \(kept)") }
    if restored.lost > 0 { lines.append("  events lost from the log: \(restored.lost)") }
    rendering.show(
      lines,
      json: .fields([
        "head": .string("\(restored.head.sequence):\(restored.head.digest)"),
        "kept": restored.kept.map { .string($0.string) }, "lostEvents": JSONValue(restored.lost),
      ]))
  }
}

struct CaseExportCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Export a whole case into one archive.",
    discussion: """
      Writes a tar archive of every case file except the signing key, with a hash list for `sha256sum -c` and a signed
      statement of the audit log head. `exhibit case import` unpacks and verifies it on another workstation.
      Docs/formats/case-archive.md describes the format.

      Example:
        exhibit case export --case 2026-0142 --output /mnt/transfer/2026-0142.tar
      """)

  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The archive to create.", completion: .file()) var output: String
  @Flag(help: "Export without a signature if the key is not available.") var unsigned = false
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    let folder = try caseOptions.folder()
    if !unsigned { try passphrase.unlock(folder) }
    let identity =
      unsigned
      ? nil
      : try SigningFiles.identity(of: folder) { () throws(EvidenceError) in try passphrase.read()
      }
    var export = CaseExport(folder, to: FilePath(try required(output, "--output")), identity: identity)
    export.authority = try AuthoritySetting.authority()
    StopSignals.install()
    let display = ProgressDisplay("Exporting", from: folder.path.string)
    let written = try export.perform(stop: StopSignals.flag) { display.update(done: $0, of: $1) }
    display.finish()
    rendering.show(
      [
        "Archive of \(written.fileCount) files written to \(written.path), \(HumanText.size(written.length))",
        "  head  \(written.head.sequence):\(written.head.digest)",
      ],
      json: .fields([
        "path": .string(written.path.string), "files": JSONValue(written.fileCount),
        "length": JSONValue(written.length),
        "head": .string("\(written.head.sequence):\(written.head.digest)"),
        "remarks": .array(written.remarks.map { .string($0) }),
      ]))
    for remark in written.remarks { Rendering.warn(remark) }
  }
}

struct CaseImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Unpack and verify an archive of a case.",
    discussion: """
      Compares every file with its hash value, and the audit log with the archive's stated head, the checkpoints and
      the manifests. If anything differs, or the signer is not one named with --trust, nothing is kept. Without
      --trust the archive is compared with itself only: compare the fingerprint shown with the examiner's.
      `exhibit verify` then verifies the images.

      Exit status: 0 imported, 2 not a sound archive, 5 not signed by a certificate you trust.

      Example:
        exhibit case import 2026-0142.tar 2026-0142 --trust examiner.pem
      """)

  @Argument(help: "An archive made by `exhibit case export`.", completion: .file()) var archive: String
  @Argument(help: "The folder to create.", completion: .directory) var folder: String
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var rendering: OutputOptions

  func run() throws {
    StopSignals.install()
    let display = ProgressDisplay("Importing", from: archive)
    let imported = try CaseImport(
      FilePath(archive), to: FilePath(try required(folder, "the folder")), trust: trust.map { FilePath($0) }
    ).perform(stop: StopSignals.flag) { display.update(done: $0, of: $1) }
    display.finish()
    CommandSession.work(on: try CaseFolder.at(imported.folder))
    rendering.show(
      [
        "Case \(imported.number) imported to \(imported.folder): \(imported.fileCount) files as exported",
        "  head  \(imported.head.sequence):\(imported.head.digest)",
      ] + VerificationRendering.signers(imported.report) + ["Verify the images with `exhibit verify`."],
      json: .fields([
        "case": .string(imported.number), "folder": .string(imported.folder.string),
        "files": JSONValue(imported.fileCount),
        "head": .string("\(imported.head.sequence):\(imported.head.digest)"),
        "verification": VerificationRendering.json(imported.report),
      ]))
  }
}
