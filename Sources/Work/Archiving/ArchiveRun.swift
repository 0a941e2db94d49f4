import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import SystemIO
import SystemPackage
import Verification

/// Which holdings a run verifies, and how.
package struct ArchiveRunRequest: Sendable {
  package enum Selection: Hashable, Sendable {
    case all
    case numbers([UInt64])
    /// Whose day has come, or that have no good verdict.
    case due
    /// Last verified longer ago than so many days, or never.
    case olderThan(days: UInt64)
    /// What an earlier run that did not come to its end has left.
    case rest
  }

  package var selection = Selection.all
  /// Of the selection, drawn at random; in percent, above 0 and at most 100.
  package var sample: Double?
  /// Repeats an earlier draw.
  package var seed: String?
  package var level = ArchiveLevel.full
  /// Holdings at the same time, at least 1; on a medium that turns, one. As many as there are lanes for their digests, where
  /// nothing is stated; where no digest of the whole is computed, one for two processors.
  package var jobs: Int?
  package var bytesPerSecond: UInt64?
  /// Days between two verifications where nothing is stated.
  package var interval = ArchiveSchedule.usualInterval
  /// As it was asked for, for the record.
  package var asked = ""

  package init() {}
}

/// What came of one holding.
package struct VerifiedHolding: Sendable {
  package let holding: HoldingRecord
  package let path: String
  package let size: UInt64
  package let outcome: HoldingOutcome
  /// The verdict before; `nil` where there was none.
  package let before: VerificationVerdict?
  package let seconds: Double
}

/// What came of a run.
package struct ArchiveRunResult: Sendable {
  package var run: ArchiveRunRecord
  package var verified: [VerifiedHolding] = []
  /// Of the selection, not verified because it was stopped.
  package var left: Int = 0
  /// Verified by the run that was resumed.
  package var done: Int = 0
  package var wasStopped = false
  package var seconds: Double = 0
  /// How many it was drawn from, and the seed, where it was drawn.
  package var sampledFrom: Int?
  /// The system's clock was before the newest verification: the machine's or the record's time is wrong.
  package var clockBehind: Timestamp?

  package init(run: ArchiveRunRecord) { self.run = run }

  package func count(_ verdicts: VerificationVerdict...) -> Int {
    verified.count { verdicts.contains($0.outcome.verdict) }
  }

  /// The worst verdict decides; a stop counts as incomplete.
  package var exitStatus: ExitStatus {
    let worst = verified.map(\.outcome.verdict).max()
    if let worst, [.chainBroken, .mismatch, .damaged].contains(worst) { return worst.exitStatus }
    if wasStopped { return .incomplete }
    return worst?.exitStatus ?? .complete
  }
}

/// A run over holdings: each has its verdict in the signed history as soon as it has one.
package struct ArchiveRun: Sendable {
  /// What a display needs to know.
  package struct Progress: Sendable {
    package var done = 0
    package var total = 0
    package var bytes: UInt64 = 0
    package var totalBytes: UInt64 = 0
    /// Names of the holdings that are being read.
    package var current: [UInt64: String] = [:]
  }

  private let store: CaseStore
  private let settings: VerificationSettings
  private let request: ArchiveRunRequest

  /// - Parameter settings: certificates to trust, and the flag that stops it.
  package init(_ store: CaseStore, _ request: ArchiveRunRequest, _ settings: VerificationSettings) {
    self.store = store
    self.request = request
    self.settings = settings
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - progress: called from several threads, one call at a time.
  ///   - each: receives each holding when its verdict is recorded, one call at a time.
  /// - Returns: `nil` where nothing is to be verified.
  /// - Throws: `nothingCatalogued`, `nothingToResume`, `holdingUnknown`, and what writing to the catalogue throws.
  package func perform(
    progress: @escaping @Sendable (Progress) -> Void,
    each: @escaping @Sendable (VerifiedHolding) -> Void
  ) throws(EvidenceError) -> ArchiveRunResult? {
    let begun = Host.monotonicSeconds()
    let selected = try ArchiveSelection(store, request)
    var items = selected.items
    let resumed = try resumedRun()
    let before = items.count
    if let resumed { items = items.filter { !resumed.done.contains($0.number) } }
    guard !items.isEmpty else {
      if let resumed { try store.endRun(resumed.run.id) }
      return nil
    }
    let run: ArchiveRunRecord
    if let resumed {
      run = resumed.run
    } else {
      run = try store.beginRun(
        level: request.level, selection: request.asked, holdings: NumberRanges.text(items.map(\.number)),
        sampledFrom: selected.sampledFrom.map { UInt64($0) }, seed: selected.seed)
    }
    var result = ArchiveRunResult(run: run)
    result.sampledFrom = selected.sampledFrom ?? run.sampledFrom.map { Int(clamping: $0) }
    result.done = before - items.count
    result.clockBehind = selected.clockBehind
    try verify(items, run, &result, progress, each)
    result.wasStopped = settings.stop.isRaised && result.verified.count < items.count
    result.left = items.count - result.verified.count
    result.seconds = Host.monotonicSeconds() - begun
    if !result.wasStopped { try store.endRun(run.id) }
    return result
  }

  private func resumedRun() throws(EvidenceError) -> (run: ArchiveRunRecord, done: Set<UInt64>)? {
    guard request.selection == .rest else { return nil }
    guard let newest = try store.newestRun(), newest.ended == nil else {
      throw EvidenceError(.nothingToResume, "archive", "the newest run has ended")
    }
    return (newest.run, try store.checked(in: newest.run.id))
  }

  // MARK: How

  private func verify(
    _ items: [ArchiveItem], _ run: ArchiveRunRecord, _ result: inout ArchiveRunResult,
    _ progress: @escaping @Sendable (Progress) -> Void, _ each: @escaping @Sendable (VerifiedHolding) -> Void
  ) throws(EvidenceError) {
    let shown = Monitor(
      Progress(total: items.count, totalBytes: items.reduce(0) { $0 &+ $1.size }))
    let verified = Monitor([VerifiedHolding]())
    let throttle = Throttle(request.bytesPerSecond)
    let order = ReadingOrder(items, jobs: request.jobs, run.level, stop: settings.stop)
    let (store, settings, level) = (store, order.sharing(settings), run.level)
    try order.perform {
      (item) throws(EvidenceError) -> Bool in
      shown.withLock { $0.current[item.number] = item.name }
      let done = try Self.verify(item, store, settings, level, run, throttle) { bytes in
        shown.withLock { shown in
          shown.bytes &+= bytes
          progress(shown)
        }
      }
      guard let done else { return false }
      verified.withLock { list in
        list.append(done)
        each(done)
      }
      shown.withLock { shown in
        shown.done += 1
        shown.current[item.number] = nil
        progress(shown)
      }
      return true
    }
    result.verified = verified.withLock { $0 }.sorted { $0.holding.number < $1.holding.number }
  }

  /// - Returns: `nil` where it was stopped.
  private static func verify(
    _ item: ArchiveItem, _ store: CaseStore, _ settings: VerificationSettings, _ level: ArchiveLevel,
    _ run: ArchiveRunRecord, _ throttle: Throttle, _ progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> VerifiedHolding? {
    let begun = Host.monotonicSeconds()
    let holding = try store.holding(item.number)
    let state = try store.state(of: item.number)
    let verification = HoldingVerification(
      holding: holding, state: state, references: try store.references(of: item.number), level: level,
      archive: store.folder, settings: settings, throttle: throttle, progress: progress)
    guard var outcome = verification.perform() else { return nil }
    outcome.keepPieces(of: holding, size: state.size, in: store.folder)
    try store.record(outcome, of: item.number, in: run.id)
    return VerifiedHolding(
      holding: holding, path: state.path, size: state.size, outcome: outcome, before: item.before,
      seconds: Host.monotonicSeconds() - begun)
  }
}
