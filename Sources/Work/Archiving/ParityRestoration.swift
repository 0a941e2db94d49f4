import Digests
import Evidence
import Parity
import SystemIO
import SystemPackage

/// Computes shards that are damaged from what is left of their stripes.
struct ParityRestoration {
  private let parity: ParityFile
  private let files: [RestoredFile]
  private let stop: StopFlag

  /// Bytes of each shard that are held at a time.
  private static let slice = 1 << 16

  private let layout: ParityLayout
  /// Ranges of each file that are to come back.
  private let wanted: [[Range<UInt64>]]

  /// - Parameter files: in the order of the head.
  init(_ parity: ParityFile, _ files: [RestoredFile], stop: StopFlag) {
    self.parity = parity
    self.files = files
    self.stop = stop
    layout = parity.head.layout
    wanted = files.map { $0.output == nil ? [] : $0.unresolvedRanges }
  }

  private func isWanted(_ bytes: Range<UInt64>, of file: Int) -> Bool {
    wanted[file].contains { $0.overlaps(bytes) }
  }

  /// Restores what it can of the files for which a new one was begun.
  /// - Returns: whether anything was restored.
  func perform() throws(EvidenceError) -> Bool {
    var isAny = false
    for (number, group) in layout.groups.enumerated() where concerns(group) {
      if try restore(group, number) { isAny = true }
    }
    return isAny
  }

  private func concerns(_ group: ParityLayout.Group) -> Bool {
    group.columns.contains { isWanted($0.offset..<$0.offset + $0.length, of: $0.file) }
  }

  private func restore(_ group: ParityLayout.Group, _ number: Int) throws(EvidenceError) -> Bool {
    let place = layout.places[number]
    // Columns of each stripe that are damaged.
    var lost: [Int: [Int]] = [:]
    for (index, column) in group.columns.enumerated() {
      for stripe in 0..<layout.count(column) {
        guard !stop.isRaised else { throw EvidenceError(.interrupted, parity.path.string) }
        let digest = RangeDigest.of(layout.bytes(column, stripe), "sha256", files[column.file].read)
        if !(digest.map { parity.digest(place.columns[index] + stripe).elementsEqual($0) } ?? false) {
          lost[stripe, default: []].append(index)
        }
      }
    }
    guard !lost.isEmpty else { return false }
    let code = ErasureCode(data: group.columns.count, parity: group.parity)
    let buffer = PageBuffer(capacity: layout.shardSize)
    var known: [[Int]: ErasureCode.Recovery] = [:]
    var isAny = false
    for (stripe, columns) in lost.sorted(by: { $0.key < $1.key }) {
      var rows: [Int] = []
      for row in 0..<group.parity where rows.count < columns.count {
        if parity.isIntact(parity: row, stripe: stripe, group: number, buffer) { rows.append(row) }
      }
      let key = columns + [-1] + rows
      guard let recovery = known[key] ?? code.recovery(lost: columns, rows: rows) else { continue }
      if known.count > 256 { known = [:] }
      known[key] = recovery
      if try restore(stripe, group, number, recovery) { isAny = true }
    }
    return isAny
  }

  /// - Returns: whether a shard of it is what it was.
  private func restore(
    _ stripe: Int, _ group: ParityLayout.Group, _ number: Int, _ recovery: ErasureCode.Recovery
  ) throws(EvidenceError) -> Bool {
    let size = min(layout.shardSize, Self.slice)
    let scratch = Scratch(recovery.sources.count + recovery.lost.count, size)
    for part in stride(from: 0, to: layout.shardSize, by: size) {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, parity.path.string) }
      for (slot, source) in recovery.sources.enumerated() {
        guard fill(scratch.slots[slot], source, part, size, stripe, group, number) else { return false }
      }
      let count = recovery.sources.count
      recovery.restore(size, from: Array(scratch.slots[..<count]), to: Array(scratch.slots[count...]))
      for (slot, index) in zip(scratch.slots[count...], recovery.lost) {
        let (file, bytes) = (group.columns[index].file, layout.bytes(group.columns[index], stripe))
        let start = bytes.lowerBound + UInt64(part)
        // What is judged right already is left as it is.
        guard start < bytes.upperBound, isWanted(bytes, of: file) else { continue }
        let wanted = Int(min(UInt64(size), bytes.upperBound - start))
        try files[file].write(UnsafeRawBufferPointer(rebasing: slot[..<wanted]).bytes, at: start)
      }
    }
    var isAny = false
    for index in recovery.lost {
      let column = group.columns[index]
      let (file, bytes) = (files[column.file], layout.bytes(column, stripe))
      guard isWanted(bytes, of: column.file),
        let digest = RangeDigest.of(bytes, "sha256", file.read),
        parity.digest(layout.places[number].columns[index] + stripe).elementsEqual(digest)
      else { continue }
      file.note(bytes, from: .parity(parity.path.string))
      isAny = true
    }
    return isAny
  }

  private func fill(
    _ memory: UnsafeMutableRawBufferPointer, _ source: Int, _ part: Int, _ size: Int, _ stripe: Int,
    _ group: ParityLayout.Group, _ number: Int
  ) -> Bool {
    guard source < group.columns.count else {
      return parity.read(
        parity: source - group.columns.count, stripe: stripe, group: number, from: part, into: memory)
    }
    _ = memory.initializeMemory(as: UInt8.self, repeating: 0)
    let column = group.columns[source]
    // Past the end of a short column there are zeros.
    guard stripe < layout.count(column) else { return true }
    let bytes = layout.bytes(column, stripe)
    let start = bytes.lowerBound + UInt64(part)
    guard start < bytes.upperBound else { return true }
    let count = Int(min(UInt64(size), bytes.upperBound - start))
    return files[column.file].read(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), start)
  }

  /// Memory for a slice of each shard of a stripe.
  private final class Scratch {
    private let memory: UnsafeMutableRawBufferPointer
    let slots: [UnsafeMutableRawBufferPointer]

    init(_ count: Int, _ size: Int) {
      let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: count * size, alignment: 4096)
      self.memory = memory
      slots = (0..<count).map { UnsafeMutableRawBufferPointer(rebasing: memory[$0 * size..<($0 + 1) * size]) }
    }

    deinit { memory.deallocate() }
  }
}
