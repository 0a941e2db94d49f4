import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseStore
import Evidence
import Rendering
import Signing
import SystemIO
import SystemPackage
import Verification

struct ArchiveRepairCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "repair", abstract: "Restore damaged or lost files of a holding into new files.",
    discussion: """
      Takes what is damaged from parity and from copies, part by part, and judges each part and each file by its hash
      value. Originals are only read. The audit log and repair.json in the new folder list which range came from where. A
      file that could not be restored completely ends in .incomplete.

      Exit status: 0 restored, or nothing to restore; 4 not everything could be restored; 5 the restored image fails its
      verification; 6 a file without any hash value to judge it by.

      Examples:
        exhibit archive repair 17 --case archive --output /srv/restored
        exhibit archive repair 17 --case archive --output /srv/restored --copy /mnt/vault-2/a.E01
      """)

  @Argument(help: "Number of the holding.") var number: String
  @OptionGroup var caseOptions: CaseOptions
  @Option(help: "The folder to create for the restored files.", completion: .directory) var output: String
  @Option(
    help: "A copy: its first file, or its folder. May be given more than once. Known copies are used anyway.",
    completion: .file())
  var copy: [String] = []
  @Option(
    help: "A folder with parity files. May be given more than once. Recorded ones are used anyway.",
    completion: .directory)
  var parityFolder: [String] = []
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var outputOptions: OutputOptions

  func run() throws {
    let numbers = try ArchiveCommands.numbers([number])
    guard numbers.count == 1 else { throw EvidenceError(.argumentInvalid, number, "one number") }
    let folder = try caseOptions.folder()
    var request = RepairRequest(output: FilePath(try required(output, "--output")))
    request.copies = copy.map { FilePath($0) }
    request.parityFolders = try parityFolder.map { (text) throws(EvidenceError) in
      let path = FilePath(try required(text, "--parity-folder"))
      guard Files.kind(path) == .folder else { throw Files.absence(of: path) }
      return path
    }
    let own = Files.exists(folder.examinerCertificate) ? [folder.examinerCertificate] : []
    request.trust = try VerificationSettings(trusting: own + trust.map { FilePath($0) }).trust
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    StopSignals.install()
    let store = try CaseStore.open(folder)
    let display = ProgressDisplay("Examining")
    let result = try RepairJob(store, request, stop: StopSignals.flag).perform(numbers[0]) {
      display.update(done: $0, of: $1)
    }
    display.finish()
    outputOptions.show(Self.lines(result, all: findings.all), json: Self.json(result))
    if result.exitStatus != .complete { throw EndedWith(status: result.exitStatus) }
  }

  private static let most = 10

  private static func lines(_ result: RepairResult, all: Bool) -> [String] {
    var lines = [headline(result)]
    for file in result.files where file.status != .intact { lines += self.lines(file, all: all) }
    let intact = result.count(.intact)
    if intact > 0, result.output != nil {
      lines.append("  \(ArchiveRendering.count(UInt64(intact), "file")) intact and not written again")
    }
    if let verification = result.verification {
      lines.append(
        "  verified   \(ArchiveRendering.sentence(verification.verdict, verification.level, of: result.holding.kind, compared: verification.compared))"
      )
      let told = verification.findings.filter { $0.severity == .failure }
      lines += told.prefix(all ? told.count : most).map { "             \(Rendering.line($0))" }
    }
    for (path, reason) in result.unused { lines.append("  not used   \(NameText.shown(path)): \(reason)") }
    if let output = result.output { lines.append("  folder     \(output.string)") }
    return lines
  }

  private static func headline(_ result: RepairResult) -> String {
    let (restored, incomplete) = (result.count(.restored), result.count(.incomplete))
    if incomplete > 0 {
      return
        "NOT restored completely: \(incomplete) of \(ArchiveRendering.count(UInt64(restored + incomplete), "damaged file"))."
    }
    if let verdict = result.verification?.verdict, ![.verified, .noReference].contains(verdict) {
      return "Restored, but the image fails its verification."
    }
    let unknown = result.count(.notJudged)
    let rest =
      unknown > 0
      ? " \(ArchiveRendering.count(UInt64(unknown), "file")) without a hash value to judge by." : ""
    if restored == 0 {
      return (unknown > 0 ? "Nothing restored." : "Nothing to restore: every file is intact.") + rest
    }
    return "Restored: \(ArchiveRendering.count(UInt64(restored), "file"))." + rest
  }

  private static func lines(_ file: RepairedFile, all: Bool) -> [String] {
    let name = NameText.shown(file.name)
    guard file.status != .notJudged else { return ["  \(name)  no hash value to judge it by"] }
    var lines = [
      "  \(file.output.map { NameText.shown($0) } ?? name)\(file.wasMissing ? "  was missing" : "")\(file.status == .restored ? "  SHA-256 \(file.sha256?.hex ?? "")" : "")"
    ]
    lines += file.sources.prefix(all ? file.sources.count : most).map {
      "     \(range($0.bytes)) from \(RepairJob.kind($0.source)) \(NameText.shown($0.source.path))"
    }
    if !all, file.sources.count > most {
      lines.append("     and \(file.sources.count - most) more ranges; `--all` lists them")
    }
    let lost = file.unresolved.reduce(UInt64(0)) { $0 + UInt64($1.count) }
    if lost > 0 {
      lines.append("     NOT restored: \(HumanText.size(lost)) of \(HumanText.size(file.size))")
      lines += file.unresolved.prefix(all ? file.unresolved.count : most).map { "        \(range($0))" }
      if !all, file.unresolved.count > most {
        lines.append("        and \(file.unresolved.count - most) more; `--all` lists them")
      }
    }
    return lines
  }

  private static func range(_ bytes: Range<UInt64>) -> String {
    "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)"
  }

  private static func json(_ bytes: Range<UInt64>) -> [String: JSONValue] {
    ["first": Rendering.number(bytes.lowerBound), "last": Rendering.number(bytes.upperBound - 1)]
  }

  private static func json(_ result: RepairResult) -> JSONValue {
    .fields([
      "number": JSONValue(result.holding.number), "path": .string(result.path),
      "output": result.output.map { .string($0.string) },
      "exitStatus": JSONValue(result.exitStatus.rawValue),
      "verdict": result.verification.map { .string($0.verdict.rawValue) },
      "findings": .array((result.verification?.findings ?? []).map { Rendering.json($0) }),
      "unusedParity": .array(
        result.unused.map { .fields(["path": .string($0.path), "reason": .string($0.reason)]) }),
      "files": .array(
        result.files.map { file in
          .fields([
            "name": .string(file.name), "status": .string(file.status.rawValue),
            "size": Rendering.number(file.size), "wasMissing": .bool(file.wasMissing),
            "output": file.output.map { .string($0) }, "sha256": file.sha256.map { .string($0.hex) },
            "from": .array(
              file.sources.map { bytes, source in
                .object(
                  json(bytes).merging([
                    "kind": .string(RepairJob.kind(source)), "path": .string(source.path),
                  ]) { first, _ in first })
              }),
            "notRestored": .array(file.unresolved.map { .object(json($0)) }),
          ])
        }),
    ])
  }
}
