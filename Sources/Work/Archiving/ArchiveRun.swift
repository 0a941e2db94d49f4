import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import FormatKit
import Formats
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

  private struct Item: Sendable {
    let number: UInt64
    let size: UInt64
    let name: String
    let medium: UInt64
    let isRotating: Bool
    /// Bytes of files whose parts a table in memory locates.
    let located: UInt64
    let before: VerificationVerdict?
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
    var (items, clockBehind) = try select()
    let resumed = try resumedRun()
    var sampledFrom: Int?
    var seed: String?
    if let percent = request.sample {
      let text = request.seed ?? Hex.encode(Host.randomBytes(16))
      let count = Int((Double(items.count) * percent / 100).rounded(.up))
      let drawn = Set(Sampling.draw(count, from: items.map(\.number), seed: Array(text.utf8)))
      sampledFrom = items.count
      seed = text
      items = items.filter { drawn.contains($0.number) }
    }
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
        sampledFrom: sampledFrom.map { UInt64($0) }, seed: seed)
    }
    var result = ArchiveRunResult(run: run)
    result.sampledFrom = sampledFrom ?? run.sampledFrom.map { Int(clamping: $0) }
    result.done = before - items.count
    result.clockBehind = clockBehind
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

  // MARK: Which

  private func select() throws(EvidenceError) -> ([Item], clockBehind: Timestamp?) {
    let now = Host.now()
    let schedule = ArchiveSchedule(interval: request.interval, now: now)
    var wanted: Set<UInt64>?
    switch request.selection {
    case .numbers(let numbers):
      for number in numbers { _ = try store.state(of: number) }
      wanted = Set(numbers)
    case .rest:
      guard let newest = try store.newestRun() else {
        throw EvidenceError(.nothingToResume, "archive", "no run was begun")
      }
      wanted = Set(NumberRanges.numbers(newest.run.holdings) ?? [])
    default: break
    }
    var items: [Item] = []
    var newest: Timestamp?
    var media: [String: ArchiveMedium?] = [:]
    var isEmpty = true
    let selection = request.selection
    try store.forEachHolding { (holding) throws(EvidenceError) in
      isEmpty = false
      newest = [newest, holding.checked].compactMap(\.self).max()
      switch selection {
      case .due: guard schedule.isDue(schedule.standing(of: holding)) else { return }
      case .olderThan(let days):
        let limit = now.microseconds - Int64(clamping: days) * 86_400_000_000
        guard holding.verified.map({ $0.microseconds < limit }) ?? true else { return }
      default: guard wanted?.contains(holding.number) ?? true else { return }
      }
      let place = FilePath(holding.path).removingLastComponent()
      let medium: ArchiveMedium?
      if let known = media[place.string] {
        medium = known
      } else {
        medium = ArchiveMedium(of: place)
        media[place.string] = .some(medium)
      }
      items.append(
        Item(
          number: holding.number, size: holding.size, name: holding.name, medium: medium?.number ?? 0,
          isRotating: medium?.isRotating ?? false, located: Self.located(holding), before: holding.verdict))
    }
    guard !isEmpty else { throw EvidenceError(.nothingCatalogued, store.folder.string) }
    return (items, newest.flatMap { $0 > now ? $0 : nil })
  }

  private static func located(_ holding: ListedHolding) -> UInt64 {
    let isPlain = holding.format.flatMap { Formats.named(FormatID($0)) }?.isBytes ?? true
    return holding.kind == .file || holding.kind == .image && isPlain ? 0 : holding.size
  }

  // MARK: How

  private struct Queue {
    var waiting: [Item]
    /// Media that turn and are being read.
    var busy: Set<UInt64> = []
    /// Of the holdings that are being read.
    var located: UInt64 = 0
    /// A reader has 8 bytes in memory for a chunk of 32 KiB, the smallest that is usual: an eighth of the machine's.
    let mostLocated = Host.memoryBytes / 8 / 8 * (32 << 10)
    var failure: EvidenceError?

    /// The next holding on a medium that is free; `nil` where there is none now.
    mutating func next() -> Item? {
      guard
        let index = waiting.lastIndex(where: {
          (!$0.isRotating || !busy.contains($0.medium))
            && (located == 0 || located + $0.located <= mostLocated)
        })
      else { return nil }
      let item = waiting.remove(at: index)
      if item.isRotating { busy.insert(item.medium) }
      located += item.located
      return item
    }

    mutating func release(_ item: Item) {
      if item.isRotating { busy.remove(item.medium) }
      located -= item.located
    }
  }

  private func verify(
    _ items: [Item], _ run: ArchiveRunRecord, _ result: inout ArchiveRunResult,
    _ progress: @escaping @Sendable (Progress) -> Void, _ each: @escaping @Sendable (VerifiedHolding) -> Void
  ) throws(EvidenceError) {
    // Taken from the end: the list need not be moved for each.
    let queue = Monitor(Queue(waiting: items.reversed()))
    let shown = Monitor(
      Progress(total: items.count, totalBytes: items.reduce(0) { $0 &+ $1.size }))
    let verified = Monitor([VerifiedHolding]())
    let throttle = Throttle(request.bytesPerSecond)
    let together = run.level == .full ? SharedPass.mostImages : max(1, availableProcessors() / 2)
    let jobs = max(1, min(request.jobs ?? together, items.count))
    var settings = settings
    settings.shared = SharedPass(
      images: min(jobs, SharedPass.mostImages), level: run.level == .full ? .full : .chunks)
    let (store, level) = (store, run.level)
    let body: @Sendable () -> Void = { [settings] in
      while true {
        let taken = queue.wait { queue -> Item?? in
          guard !settings.stop.isRaised, queue.failure == nil, !queue.waiting.isEmpty else {
            return .some(nil)
          }
          return queue.next().map { .some($0) }
        }
        guard let item = taken else { return }
        defer {
          queue.withLock { $0.release(item) }
          queue.signal()
        }
        shown.withLock { $0.current[item.number] = item.name }
        do throws(EvidenceError) {
          let done = try Self.verify(item, store, settings, level, run, throttle) { bytes in
            shown.withLock { shown in
              shown.bytes &+= bytes
              progress(shown)
            }
          }
          guard let done else { return }
          verified.withLock { list in
            list.append(done)
            each(done)
          }
          shown.withLock { shown in
            shown.done += 1
            shown.current[item.number] = nil
            progress(shown)
          }
        } catch { queue.withLock { if $0.failure == nil { $0.failure = error } } }
      }
    }
    WorkerThreads(name: "archive", (0..<jobs).map { _ in body }).join()
    if let failure = queue.withLock({ $0.failure }) { throw failure }
    result.verified = verified.withLock { $0 }.sorted { $0.holding.number < $1.holding.number }
  }

  /// - Returns: `nil` where it was stopped.
  private static func verify(
    _ item: Item, _ store: CaseStore, _ settings: VerificationSettings, _ level: ArchiveLevel,
    _ run: ArchiveRunRecord, _ throttle: Throttle, _ progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> VerifiedHolding? {
    let begun = Host.monotonicSeconds()
    let holding = try store.holding(item.number)
    let state = try store.state(of: item.number)
    let verification = HoldingVerification(
      holding: holding, state: state, references: try store.references(of: item.number), level: level,
      archive: store.folder, settings: settings, throttle: throttle, progress: progress)
    guard let outcome = verification.perform() else { return nil }
    try store.record(outcome, of: item.number, in: run.id)
    return VerifiedHolding(
      holding: holding, path: state.path, size: state.size, outcome: outcome, before: item.before,
      seconds: Host.monotonicSeconds() - begun)
  }
}
