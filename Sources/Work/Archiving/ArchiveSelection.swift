import CaseRecords
import CaseStore
import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage
import Verification

/// A holding that is to be verified.
struct ArchiveItem: Sendable {
  let number: UInt64
  /// In bytes.
  let size: UInt64
  let name: String
  /// 0 where nothing is at its place.
  let medium: UInt64
  let isRotating: Bool
  /// Bytes of files whose parts a table in memory locates.
  let located: UInt64
  /// The verdict before.
  let before: VerificationVerdict?

  static func located(_ kind: HoldingKind, _ format: String?, _ size: UInt64) -> UInt64 {
    let isPlain = format.flatMap { Formats.named(FormatID($0)) }?.isBytes ?? true
    return kind == .file || kind == .image && isPlain ? 0 : size
  }
}

/// Which holdings a run verifies.
struct ArchiveSelection {
  /// In the order of numbers.
  private(set) var items: [ArchiveItem] = []
  /// How many they were drawn from, and the seed, where they were drawn.
  private(set) var sampledFrom: Int?
  private(set) var seed: String?
  /// The newest verification in the catalogue, where the system's clock is before it.
  private(set) var clockBehind: Timestamp?

  /// Walks through the catalogue once.
  /// - Throws: `nothingCatalogued`, `nothingToResume`, `holdingUnknown`.
  init(_ store: CaseStore, _ request: ArchiveRunRequest) throws(EvidenceError) {
    let now = Host.now()
    let schedule = ArchiveSchedule(interval: request.interval, now: now)
    let wanted = try Self.wanted(store, request)
    var items: [ArchiveItem] = []
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
        ArchiveItem(
          number: holding.number, size: holding.size, name: holding.name, medium: medium?.number ?? 0,
          isRotating: medium?.isRotating ?? false,
          located: ArchiveItem.located(holding.kind, holding.format, holding.size), before: holding.verdict))
    }
    guard !isEmpty else { throw EvidenceError(.nothingCatalogued, store.folder.string) }
    self.items = items
    clockBehind = newest.flatMap { $0 > now ? $0 : nil }
    if let percent = request.sample { draw(percent, request.seed) }
  }

  private static func wanted(
    _ store: CaseStore, _ request: ArchiveRunRequest
  ) throws(EvidenceError) -> Set<UInt64>? {
    switch request.selection {
    case .numbers(let numbers):
      for number in numbers { _ = try store.state(of: number) }
      return Set(numbers)
    case .rest:
      guard let newest = try store.newestRun() else {
        throw EvidenceError(.nothingToResume, "archive", "no run was begun")
      }
      return Set(NumberRanges.numbers(newest.run.holdings) ?? [])
    default: return nil
    }
  }

  private mutating func draw(_ percent: Double, _ seed: String?) {
    let text = seed ?? Hex.encode(Host.randomBytes(16))
    let count = Int((Double(items.count) * percent / 100).rounded(.up))
    let drawn = Set(Sampling.draw(count, from: items.map(\.number), seed: Array(text.utf8)))
    sampledFrom = items.count
    self.seed = text
    items = items.filter { drawn.contains($0.number) }
  }
}

/// The order in which holdings are read: one at a time from a medium that turns, several elsewhere.
struct ReadingOrder {
  private struct Queue {
    /// Taken from the end: the list need not be moved for each.
    var waiting: [ArchiveItem]
    /// Media that turn and are being read.
    var busy: Set<UInt64> = []
    /// Of the holdings that are being read.
    var located: UInt64 = 0
    /// A reader has 8 bytes in memory for a chunk of 32 KiB, the smallest that is usual: an eighth of the machine's.
    let mostLocated = Host.memoryBytes / 8 / 8 * (32 << 10)
    var failure: EvidenceError?

    /// The next holding on a medium that is free; `nil` where there is none now.
    mutating func next() -> ArchiveItem? {
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

    mutating func release(_ item: ArchiveItem) {
      if item.isRotating { busy.remove(item.medium) }
      located -= item.located
    }
  }

  private let items: [ArchiveItem]
  private let jobs: Int
  private let level: ArchiveLevel
  private let stop: StopFlag

  /// - Parameter jobs: at the same time; as ``ArchiveRunRequest/jobs`` says where `nil`.
  init(_ items: [ArchiveItem], jobs: Int?, _ level: ArchiveLevel, stop: StopFlag) {
    self.items = items
    let together = level == .full ? SharedPass.mostImages : max(1, availableProcessors() / 2)
    self.jobs = max(1, min(jobs ?? together, items.count))
    self.level = level
    self.stop = stop
  }

  /// Settings of verifications that are at work at the same time.
  func sharing(_ settings: VerificationSettings) -> VerificationSettings {
    var settings = settings
    settings.shared = SharedPass(
      images: min(jobs, SharedPass.mostImages), level: level == .full ? .full : .chunks)
    return settings
  }

  /// Blocks until every holding was handed to `body`, or something stopped it.
  /// - Parameter body: called from several threads; `false` ends the thread.
  /// - Throws: the first that `body` throws; nothing more is begun then.
  func perform(
    _ body: @escaping @Sendable (ArchiveItem) throws(EvidenceError) -> Bool
  ) throws(EvidenceError) {
    let queue = Monitor(Queue(waiting: items.reversed()))
    let stop = stop
    let work: @Sendable () -> Void = {
      while true {
        let taken = queue.wait { queue -> ArchiveItem?? in
          guard !stop.isRaised, queue.failure == nil, !queue.waiting.isEmpty else { return .some(nil) }
          return queue.next().map { .some($0) }
        }
        guard let item = taken else { return }
        defer {
          queue.withLock { $0.release(item) }
          queue.signal()
        }
        do throws(EvidenceError) { guard try body(item) else { return } } catch {
          queue.withLock { if $0.failure == nil { $0.failure = error } }
        }
      }
    }
    WorkerThreads(name: "archive", (0..<jobs).map { _ in work }).join()
    if let failure = queue.withLock({ $0.failure }) { throw failure }
  }
}
