import ArgumentParser
import Archiving
import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Rendering
import SystemIO
import SystemPackage
import Verification

struct ArchiveVerifyCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify holdings against everything that is recorded of them.",
    discussion: """
      Reads each file past the page cache, compares it with every reference hash value in the catalogue and with what
      the image stores itself, and records a verdict for each holding as soon as it has one. After an interruption,
      `--resume` continues with the rest.

      Exit status: 0 all verified, 4 not all could be checked, 5 mismatch or damage, 6 nothing to verify against, or a
      holding not at hand.

      Examples:
        exhibit archive verify --due --case archive --idle
        exhibit archive verify --sample 5% --case archive
        exhibit archive verify 17 --case archive
      """)

  @Argument(help: "Numbers of holdings, e.g. 17 or 3-9. Default: all.") var numbers: [String] = []
  @OptionGroup var caseOptions: CaseOptions
  @Flag(help: "Only holdings that are due, failing or never verified.") var due = false
  @Option(help: "Only holdings last verified longer ago than this, e.g. 180d, or never.") var olderThan:
    String?
  @Flag(help: "Continue the newest interrupted run.") var resume = false
  @Option(help: "Only this share of the selection, drawn at random, e.g. 5%.") var sample: String?
  @Option(help: "Repeat the draw of an earlier run: the seed it printed.") var seed: String?
  @Option(help: "structure: files, sizes and image structure; chunks: stored checksums; full: everything.")
  var level = ArchiveLevel.full.rawValue
  @Option(
    help: "Holdings to verify at the same time. A spinning disk reads one at a time whatever this says.")
  var jobs: Int?
  @Option(help: "Most bytes to read per second, e.g. 200MB.") var rateLimit: String?
  @Flag(help: "Let all other programs go first.") var idle = false
  @Option(help: "Time between two verifications, where a holding has no interval of its own. Default: 365d.")
  var interval: String?
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var reports: ArchiveReportOptions
  @OptionGroup var notification: ArchiveNotifyOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let request = try request()
    let notify = try notification.choices()
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    StopSignals.install()
    if idle, !yieldToOthers() {
      Rendering.warn("--idle: the system does not allow it; verifying at normal priority")
    }
    let settings = try VerificationSettings(trusting: trust.map { FilePath($0) }, stop: StopSignals.flag)
    let store = try CaseStore.open(folder)
    let display = ProgressDisplay("Verifying")
    let all = findings.all
    let isQuiet = output.json
    let result = try ArchiveRun(store, request, settings).perform {
      display.update(done: $0.bytes, of: $0.totalBytes, part: ArchiveRunRendering.part($0))
    } each: { verified in
      guard !isQuiet else { return }
      Rendering.show(ArchiveRunRendering.lines(verified, all: all))
    }
    display.finish()
    guard let result else {
      output.show(["Nothing to verify: no holding was selected."], json: .fields(["verified": .array([])]))
      return
    }
    if let behind = result.clockBehind {
      Rendering.warn(
        "this machine's clock is before the newest verification in the catalogue (\(behind)): check the clock"
      )
    }
    try reports.write(
      result, ArchiveStatus(store, ArchiveSchedule(interval: request.interval, now: Host.now())))
    output.show(ArchiveRunRendering.summary(result), json: ArchiveRunRendering.json(result))
    ArchiveNotification.send(result, folder: folder, choices: notify)
    if result.exitStatus != .complete { throw EndedWith(status: result.exitStatus) }
  }

  private func request() throws(EvidenceError) -> ArchiveRunRequest {
    var request = ArchiveRunRequest()
    let chosen = [due, olderThan != nil, resume, !numbers.isEmpty].count { $0 }
    guard chosen <= 1 else {
      throw EvidenceError(.argumentInvalid, "archive verify", "one of numbers, --due, --older-than, --resume")
    }
    if !numbers.isEmpty { request.selection = .numbers(try ArchiveCommands.numbers(numbers)) }
    if due { request.selection = .due }
    if let olderThan {
      request.selection = .olderThan(days: try ArchiveCommands.days(olderThan, "--older-than"))
    }
    if resume { request.selection = .rest }
    if let sample {
      guard !resume else { throw EvidenceError(.argumentInvalid, "--sample \(sample)", "not with --resume") }
      let digits = sample.hasSuffix("%") ? String(sample.dropLast()) : sample
      guard let percent = Double(digits), percent > 0, percent <= 100 else {
        throw EvidenceError(.argumentInvalid, "--sample \(sample)", "a share such as 5% or 0.5%")
      }
      request.sample = percent
    }
    guard seed == nil || sample != nil else {
      throw EvidenceError(.argumentInvalid, "--seed", "it needs --sample")
    }
    request.seed = seed
    request.level = try AcquireChoices.word(level, "--level")
    if let jobs {
      guard (1...256).contains(jobs) else {
        throw EvidenceError(.argumentInvalid, "--jobs \(jobs)", "1 to 256")
      }
      request.jobs = jobs
    }
    if let rateLimit {
      let size = rateLimit.hasSuffix("/s") ? String(rateLimit.dropLast(2)) : rateLimit
      request.bytesPerSecond = try ByteSize.parse(size, "--rate-limit")
    }
    if let interval { request.interval = try ArchiveCommands.days(interval, "--interval") }
    request.asked = Environment.arguments.dropFirst().joined(separator: " ")
    return request
  }
}

/// Words and JSON of a run.
enum ArchiveRunRendering {
  static func part(_ progress: ArchiveRun.Progress) -> String {
    "\(progress.done) of \(progress.total) done"
  }

  private static let mostFindings = 5

  static func lines(_ verified: VerifiedHolding, all: Bool) -> [String] {
    let outcome = verified.outcome
    let path = NameText.shown(verified.path)
    var lines = [
      "\(verified.holding.number)  \(path)  \(ArchiveRendering.sentence(outcome.verdict, outcome.level, of: verified.holding.kind, compared: outcome.compared))"
    ]
    // Where the damage is comes first.
    let told = all ? outcome.findings : outcome.findings.filter { $0.severity != .note }
    let findings = told.filter { $0.sectors != nil } + told.filter { $0.sectors == nil }
    for finding in findings.prefix(all ? findings.count : mostFindings) {
      lines.append("   \(Rendering.line(finding, upTo: all ? nil : 200))")
    }
    if !all, findings.count > mostFindings {
      lines.append(
        "   and \(findings.count - mostFindings) more; `exhibit archive show \(verified.holding.number) --all` lists them"
      )
    }
    if [.mismatch, .damaged].contains(outcome.verdict),
      !outcome.findings.contains(where: { $0.code == .fileModified })
    {
      lines.append(
        "   Read twice with the same result. Times of modification are unchanged: storage damage rather than an edit."
      )
    }
    return lines
  }

  static func summary(_ result: ArchiveRunResult) -> [String] {
    let bytes = result.verified.reduce(UInt64(0)) { $0 + $1.outcome.bytes }
    let good = result.count(.verified)
    let bad = result.count(.mismatch, .damaged, .chainBroken)
    let open = result.count(.incomplete, .noReference)
    let absent = result.count(.notAllChecked)
    var head: String
    if bad > 0 {
      head =
        "FAILED: \(bad) of \(ArchiveRendering.count(UInt64(result.verified.count), "holding")) failed verification."
    } else if result.wasStopped {
      head =
        "Stopped: \(ArchiveRendering.count(UInt64(result.left), "holding")) not verified. Continue with `exhibit archive verify --resume`."
    } else if open + absent > 0 {
      head =
        "Not all verified: no result for \(open + absent) of \(ArchiveRendering.count(UInt64(result.verified.count), "holding"))."
    } else if result.run.level == .structure {
      head = "Structure intact: \(ArchiveRendering.count(UInt64(good), "holding")); contents were not read."
    } else {
      head =
        "Verified: \(good == 1 ? "the holding matches its record" : "all \(good) holdings match their record")."
    }
    if result.wasStopped, bad > 0 { head += " Stopped with \(result.left) left." }
    var lines = [head]
    lines.append(
      "  verified \(good), failed \(bad), without result \(open), not at hand \(absent)\(result.done > 0 ? ", earlier in this run \(result.done)" : "")"
    )
    lines.append("  read \(HumanText.size(bytes)) in \(Int(result.seconds.rounded())) s")
    if let seed = result.run.seed, let total = result.sampledFrom { lines += sample(result, of: total, seed) }
    return lines
  }

  /// What a sample can have missed.
  private static func sample(_ result: ArchiveRunResult, of total: Int, _ seed: String) -> [String] {
    let drawn = result.verified.count { [.verified, .mismatch, .damaged].contains($0.outcome.verdict) }
    let bad = result.count(.mismatch, .damaged)
    var lines = ["  sample: \(drawn) of \(total) holdings, seed \(seed)"]
    guard drawn < total else { return lines }
    let one = Sampling.missProbability(drawn: drawn, of: total, bad: 1)
    lines.append(
      "  The other \(total - drawn) holdings were not read: a single damaged one would be missed with a probability of \(percent(one))."
    )
    if bad == 0 {
      lines.append(
        "  With 95 % confidence, at most \(Sampling.mostBad(drawn: drawn, of: total)) of the \(total) are damaged, if damage is spread at random."
      )
    }
    return lines
  }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  static func json(_ result: ArchiveRunResult) -> JSONValue {
    .fields([
      "run": .string(result.run.id.description), "level": .string(result.run.level.rawValue),
      "started": .string(result.run.started.description), "stopped": .bool(result.wasStopped),
      "left": JSONValue(result.left), "alreadyDone": JSONValue(result.done),
      "sampledFrom": result.sampledFrom.map { JSONValue($0) }, "seed": result.run.seed.map { .string($0) },
      "exitStatus": JSONValue(result.exitStatus.rawValue),
      "verified": .array(
        result.verified.map { item in
          .fields([
            "number": JSONValue(item.holding.number), "path": .string(item.path),
            "verdict": .string(item.outcome.verdict.rawValue),
            "before": item.before.map { .string($0.rawValue) },
            "level": .string(item.outcome.level.rawValue), "reading": .string(item.outcome.reading.rawValue),
            "bytes": Rendering.number(item.outcome.bytes), "compared": JSONValue(item.outcome.compared),
            "findings": .array(item.outcome.findings.map { Rendering.json($0) }),
          ])
        }),
    ])
  }
}
