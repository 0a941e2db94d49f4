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

/// Which holdings are verified, and how thoroughly.
struct ArchiveSelectionOptions: ParsableArguments {
  @Argument(help: "Numbers of holdings, e.g. 17 or 3-9. Default: all.") var numbers: [String] = []
  @Flag(help: "Only holdings that are due, failing or never verified.") var due = false
  @Option(help: "Only holdings last verified longer ago than this, e.g. 180d, or never.") var olderThan:
    String?
  @Option(help: "Only this share of the selection, drawn at random, e.g. 5%.") var sample: String?
  @Option(help: "Repeat the draw of an earlier run: the seed it printed.") var seed: String?
  @Option(help: "structure: files, sizes and image structure; chunks: stored checksums; full: everything.")
  var level = ArchiveLevel.full.rawValue
  @Option(help: "Time between two verifications, where a holding has no interval of its own. Default: 365d.")
  var interval: String?

  /// Whether anything but the usual was asked for.
  var isChosen: Bool {
    !numbers.isEmpty || due || olderThan != nil || sample != nil || seed != nil || interval != nil
      || level != ArchiveLevel.full.rawValue
  }

  func request(resume: Bool = false) throws(EvidenceError) -> ArchiveRunRequest {
    var request = ArchiveRunRequest()
    let chosen = [due, olderThan != nil, resume, !numbers.isEmpty].count { $0 }
    guard chosen <= 1 else {
      throw EvidenceError(.argumentInvalid, "the selection", "one of numbers, --due, --older-than, --resume")
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
    if let interval { request.interval = try ArchiveCommands.days(interval, "--interval") }
    request.asked = Environment.arguments.dropFirst().joined(separator: " ")
    return request
  }
}

/// How much of the machine a verification takes.
struct ArchiveLoadOptions: ParsableArguments {
  @Option(
    help: "Holdings to verify at the same time. A spinning disk reads one at a time whatever this says.")
  var jobs: Int?
  @Option(help: "Most bytes to read per second, e.g. 200MB.") var rateLimit: String?
  @Flag(help: "Let all other programs go first.") var idle = false

  func checkedJobs() throws(EvidenceError) -> Int? {
    guard let jobs else { return nil }
    guard (1...256).contains(jobs) else {
      throw EvidenceError(.argumentInvalid, "--jobs \(jobs)", "1 to 256")
    }
    return jobs
  }

  func bytesPerSecond() throws(EvidenceError) -> UInt64? {
    guard let rateLimit else { return nil }
    let size = rateLimit.hasSuffix("/s") ? String(rateLimit.dropLast(2)) : rateLimit
    return try ByteSize.parse(size, "--rate-limit")
  }

  func yieldIfIdle() {
    if idle, !yieldToOthers() {
      Rendering.warn("--idle: the system does not allow it; verifying at normal priority")
    }
  }
}

struct ArchiveVerifyCommand: CaseCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verify holdings against everything that is recorded of them.",
    discussion: """
      Reads each file past the page cache, compares it with every reference hash value in the catalogue and with what
      the image stores itself, and records a verdict for each holding as soon as it has one. After an interruption,
      `--resume` continues with the rest.

      With --plan it verifies one shard of a plan, without the catalogue: the signed results go to --results, and
      `exhibit archive collect` records them. Running a shard again, or twice at once, does no harm.

      Exit status: 0 all verified, 4 not all could be checked, 5 mismatch or damage, 6 nothing to verify against, or a
      holding not at hand.

      Examples:
        exhibit archive verify --due --case archive --idle
        exhibit archive verify --sample 5% --case archive
        exhibit archive verify 17 --case archive
        exhibit archive verify --plan plan.json --shard 3 --results results \\
          --key worker.key
      """)

  @OptionGroup var selection: ArchiveSelectionOptions
  @OptionGroup var caseOptions: CaseOptions
  @Flag(help: "Continue the newest interrupted run.") var resume = false
  @OptionGroup var load: ArchiveLoadOptions
  @Option(help: "A certificate to trust, PEM or DER. May be given more than once.") var trust: [String] = []
  @OptionGroup var shard: ArchiveShardOptions
  @OptionGroup var reports: ArchiveReportOptions
  @OptionGroup var notification: ArchiveNotifyOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var findings: FindingOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    if let plan = try shard.chosen() {
      // The work is on a plan, whatever case this is run in.
      CommandSession.forgo()
      return try verify(plan)
    }
    var request = try selection.request(resume: resume)
    request.jobs = try load.checkedJobs()
    request.bytesPerSecond = try load.bytesPerSecond()
    let notify = try notification.choices()
    let folder = try caseOptions.folder()
    CommandSession.sign(passphraseFile: passphrase.passphraseFile)
    StopSignals.install()
    load.yieldIfIdle()
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
    ArchiveRunRendering.warn(clockBehind: result.clockBehind)
    try reports.write(
      result, ArchiveStatus(store, ArchiveSchedule(interval: request.interval, now: Host.now())))
    output.show(ArchiveRunRendering.summary(result), json: ArchiveRunRendering.json(result))
    ArchiveNotification.send(result, folder: folder, choices: notify)
    if result.exitStatus != .complete { throw EndedWith(status: result.exitStatus) }
  }

  private func verify(_ plan: ArchiveShardOptions.Plan) throws {
    guard !selection.isChosen, !resume, notification.notify.isEmpty, reports.isEmpty else {
      throw EvidenceError(
        .argumentInvalid, "--plan",
        "the plan says what is verified, and `exhibit archive collect` reports: only --shard, --results, --key, --trust and the load can be chosen"
      )
    }
    try passphrase.unlock(key: plan.key)
    let identity = try plan.identity { () throws(EvidenceError) in try passphrase.read() }
    StopSignals.install()
    load.yieldIfIdle()
    var run = try ShardRun(
      try ArchivePlanFile(plan.file), shard: plan.shard, results: plan.results, identity: identity,
      try VerificationSettings(trusting: trust.map { FilePath($0) }, stop: StopSignals.flag))
    run.jobs = try load.checkedJobs()
    run.bytesPerSecond = try load.bytesPerSecond()
    let display = ProgressDisplay("Verifying")
    let all = findings.all
    let isQuiet = output.json
    let result = try run.perform {
      display.update(done: $0.bytes, of: $0.totalBytes, part: ArchiveRunRendering.part($0))
    } each: { verified in
      guard !isQuiet else { return }
      Rendering.show(ArchiveRunRendering.lines(verified, all: all))
    }
    display.finish()
    output.show(ArchiveShardRendering.lines(result), json: ArchiveShardRendering.json(result))
    if result.exitStatus != .complete { throw EndedWith(status: result.exitStatus) }
  }
}
