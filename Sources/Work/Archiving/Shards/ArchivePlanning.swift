import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO
import SystemPackage

/// Plans a run that other machines verify: the catalogue records what is to be verified, and a file has all that they need.
package struct ArchivePlanning {
  /// A shard of what was planned.
  package struct Shard: Hashable, Sendable {
    package let holdings: Int
    package let bytes: UInt64
    /// Media that turn, of which it reads.
    package let turning: Int
  }

  package struct Planned: Sendable {
    package let path: FilePath
    package let digest: Digest
    package let run: ArchiveRunRecord
    package let shards: [Shard]
    /// Media that turn and are read by more than one shard.
    package let divided: Int
    package let sampledFrom: Int?
    package let clockBehind: Timestamp?
  }

  private let store: CaseStore
  private let request: ArchiveRunRequest

  package init(_ store: CaseStore, _ request: ArchiveRunRequest) {
    self.store = store
    self.request = request
  }

  /// - Parameters:
  ///   - count: shards, 1 to ``ArchivePlan/mostShards``.
  ///   - output: the file to create.
  /// - Returns: `nil` where nothing is to be verified; no file is made then.
  /// - Throws: `outputExists`, `nothingCatalogued`, `holdingUnknown`, and what writing throws.
  package func perform(shards count: Int, to output: FilePath) throws(EvidenceError) -> Planned? {
    guard !Files.exists(output) else { throw EvidenceError(.outputExists, output.string) }
    let selected = try ArchiveSelection(store, request)
    let items = selected.items
    guard !items.isEmpty else { return nil }
    let layout = ShardLayout.divide(items, into: count)
    let record = try store.caseRecord()
    let now = Host.now()
    var plan = ArchivePlan(
      archiveIdentifier: record.id.description, archiveNumber: record.number, folder: store.folder.string,
      run: Host.newIdentifier(), planned: now, level: request.level, selection: request.asked, shards: count)
    let partial = FilePath(output.string + ".partial")
    guard !Files.exists(partial) else {
      throw EvidenceError(.outputExists, partial.string, "perhaps of a plan that was cut off")
    }
    do throws(EvidenceError) {
      let digest = try write(&plan, layout.map { $0.map { items[$0].number } }, to: partial)
      let run = ArchiveRunRecord(
        id: plan.run, started: now, level: request.level, selection: request.asked,
        holdings: NumberRanges.text(items.map(\.number)),
        sampledFrom: selected.sampledFrom.map { UInt64($0) }, seed: selected.seed)
      // Recorded first: a plan that the catalogue does not know could not be collected.
      try store.beginPlannedRun(
        run, plan: digest, shards: layout.map { NumberRanges.text($0.map { items[$0].number }) })
      do throws(EvidenceError) { try DurableFolder.rename(partial, to: output) } catch {
        try store.endPlannedRun(run.id)
        throw error
      }
      return Planned(
        path: output, digest: digest, run: run, shards: layout.map { Self.shard($0, items) },
        divided: Self.divided(layout, items), sampledFrom: selected.sampledFrom,
        clockBehind: selected.clockBehind)
    } catch {
      _ = Syscalls.unlink(partial)
      throw error
    }
  }

  private static func media(_ indexes: [Int], _ items: [ArchiveItem]) -> Set<UInt64> {
    Set(indexes.filter { items[$0].isRotating }.map { items[$0].medium })
  }

  private static func shard(_ indexes: [Int], _ items: [ArchiveItem]) -> Shard {
    Shard(
      holdings: indexes.count, bytes: indexes.reduce(0) { $0 &+ items[$1].size },
      turning: media(indexes, items).count)
  }

  private static func divided(_ layout: [[Int]], _ items: [ArchiveItem]) -> Int {
    var shards: [UInt64: Int] = [:]
    for indexes in layout { for medium in media(indexes, items) { shards[medium, default: 0] += 1 } }
    return shards.values.count { $0 > 1 }
  }

  // MARK: The file

  /// Bytes that are written at once.
  private static let batch = 4 << 20

  /// Writes holding after holding; memory does not grow with their number.
  /// - Returns: the digest of the plan.
  private func write(
    _ plan: inout ArchivePlan, _ shards: [[UInt64]], to path: FilePath
  ) throws(EvidenceError) -> Digest {
    let headLength = plan.longestFirstLine
    guard headLength <= ArchivePlan.largestHead else {
      throw EvidenceError(invalid: .shards, "\(shards.count)", "too many for one plan")
    }
    let file = try DurableFile(creating: path)
    var end = UInt64(headLength)
    var pending: [UInt8] = []
    let last = shards.lastIndex { !$0.isEmpty }
    for (index, numbers) in shards.enumerated() {
      var digest = StreamingDigest(.sha256)
      plan.shards[index].offset = end + UInt64(pending.count) - UInt64(headLength)
      for number in numbers {
        let state = try store.state(of: number)
        let planned = PlannedHolding(try store.holding(number), state, try store.references(of: number))
        let isLast = index == last && number == numbers.last
        let line = planned.json.canonicalBytes + (isLast ? [0x0a] : [UInt8(ascii: ","), 0x0a])
        digest.update(line.span.bytes)
        plan.shards[index].holdings += 1
        plan.shards[index].bytes &+= state.size
        plan.shards[index].length += UInt64(line.count)
        pending += line
        if pending.count >= Self.batch {
          try file.write(pending.span.bytes, at: end)
          end += UInt64(pending.count)
          pending = []
        }
      }
      plan.shards[index].digest = digest.finish()
      guard plan.shards[index].length <= ArchivePlan.largestShard else {
        throw EvidenceError(
          invalid: .shards, "\(shards.count)", "more are needed: the holdings of shard \(index) are too many")
      }
    }
    pending += ArchivePlan.end
    try file.write(pending.span.bytes, at: end)
    let head = plan.firstLine(length: headLength)
    try file.write(head.span.bytes, at: 0)
    try file.close()
    return Digest.of(head, .sha256)
  }
}
