import Evidence
import FormatKit

/// One copy of a chunk table as it lies in a file. Its entries stay there; only what is needed to use them is
/// kept, so that memory does not grow with the number of chunks.
struct EWFTable {
  /// Offset in the file of the first entry; four bytes each.
  let entriesOffset: UInt64
  /// Added to each entry.
  let base: UInt64
  let count: UInt32
  /// From this entry on all 32 bits are offset and nothing marks compression: EnCase 6.7 in segments past 2 GiB.
  let overflowIndex: UInt32
  let isHeaderSound: Bool
  /// `nil` where the table has no checksum of its entries, as in SMART and the first EWF.
  let areEntriesSound: Bool?
  /// From the first place in the file that an entry names to the last.
  let reach: ClosedRange<UInt64>
  /// Entries that do not lead further than the one before them.
  let backwards: UInt32

  /// Bytes read at once while a table is checked.
  private static let window = 1 << 18
  private static let flag: UInt32 = 0x8000_0000

  var isSound: Bool { isHeaderSound && areEntriesSound != false }
  /// Whether a checksum confirms how many entries there are; otherwise the chunks behind have no sure number.
  var isCountSound: Bool { isHeaderSound || areEntriesSound == true }

  /// Checks a `table` or `table2` section. Blocks on the file; reads every entry once.
  /// - Parameters:
  ///   - sectors: the section with the stored chunks; `nil` when they follow the entries in this one, or nobody
  ///     knows.
  ///   - isOwn: whether the stored chunks follow the entries in this section.
  /// - Returns: `nil` where the section holds no table that can be used.
  init?(
    _ section: EWFSection, in file: SegmentFile, sectors: EWFSection?, isOwn: Bool
  ) throws(EvidenceError) {
    let start = try file.bytes(at: section.payload, count: EWFLayout.tableHeaderSize)
    guard let header = EWFTableHeader(start.span.bytes),
      section.payloadSize >= UInt64(EWFLayout.tableHeaderSize)
    else { return nil }
    let entriesOffset = section.payload + UInt64(EWFLayout.tableHeaderSize)
    let room = section.payloadSize - UInt64(EWFLayout.tableHeaderSize)
    let length = UInt64(header.count) * 4
    guard header.count > 0, length <= room, length <= (try file.storedSize()) else { return nil }
    self.entriesOffset = entriesOffset
    self.count = header.count
    self.isHeaderSound = header.isSound

    let entriesEnd = entriesOffset + length
    let dataEnd = isOwn ? section.end : sectors?.end ?? section.offset
    let dataReach = dataEnd.subtractingReportingOverflow(header.base)
    var scan = Scan(
      mayOverflow: !dataReach.overflow && dataReach.partialValue > UInt64(Int32.max), count: header.count)
    var position = entriesOffset
    while position < entriesEnd {
      let bytes = try file.bytes(at: position, count: Int(min(UInt64(Self.window), entriesEnd - position)))
      guard bytes.count % 4 == 0, !bytes.isEmpty else { return nil }
      scan.add(bytes.span.bytes)
      position += UInt64(bytes.count)
    }
    self.overflowIndex = scan.overflowIndex

    // A damaged base would deliver other sectors without a word: it must lead to the first chunk.
    var base = header.base
    let starts = isOwn ? [entriesEnd, entriesEnd + 4] : sectors.map { [$0.payload] } ?? []
    let isPlausible = { [firstOffset = scan.firstOffset] (base: UInt64) in
      base <= file.size && (starts.isEmpty || starts.contains(base + UInt64(firstOffset)))
    }
    if !header.isSound, !isPlausible(base) {
      guard let other = [0, sectors?.offset ?? 0].first(where: isPlausible) else { return nil }
      base = other
    }
    guard base <= file.size else { return nil }
    self.base = base
    self.reach = base + UInt64(scan.lowest)...base + UInt64(scan.highest)
    self.backwards = scan.backwards

    let footer = try file.bytes(at: entriesEnd, count: 4)
    let hasFooter = isOwn ? base + UInt64(scan.firstOffset) != entriesEnd : length + 4 <= room
    self.areEntriesSound = hasFooter ? footer.span.bytes.littleEndian(at: 0) == scan.checksum : nil
  }

  /// Offset of entry `value` and whether it is marked as compressed; `nil` for the mark where none is kept.
  func decode(_ value: UInt32, at index: UInt32) -> (offset: UInt64, isCompressed: Bool?) {
    index < overflowIndex
      ? (base + UInt64(value & ~Self.flag), value & Self.flag != 0) : (base + UInt64(value), nil)
  }

  /// Whether the entries of both copies are the same bytes. Blocks on the file.
  func hasSameEntries(as other: EWFTable, in file: SegmentFile) throws(EvidenceError) -> Bool {
    guard count == other.count, base == other.base else { return false }
    var done: UInt64 = 0
    while done < UInt64(count) * 4 {
      let step = Int(min(UInt64(Self.window), UInt64(count) * 4 - done))
      let mine = try file.bytes(at: entriesOffset + done, count: step)
      let others = try file.bytes(at: other.entriesOffset + done, count: step)
      guard mine == others else { return false }
      done += UInt64(step)
    }
    return true
  }

  /// What one pass over the entries gives.
  private struct Scan {
    /// Whether the stored data reaches so far that offsets need the 32nd bit.
    let mayOverflow: Bool
    var overflowIndex: UInt32
    var checksum: UInt32 = 1
    var firstOffset: UInt32 = 0
    var lowest = UInt32.max
    var highest: UInt32 = 0
    var backwards: UInt32 = 0
    private var index: UInt32 = 0
    private var previous: UInt32 = 0
    private var last: UInt32 = 0

    private mutating func take(_ value: UInt32) {
      let plain = value & ~flag
      if mayOverflow, index < overflowIndex, value & flag != 0, plain < previous, value >= previous {
        overflowIndex = index
      }
      let offset = index < overflowIndex ? plain : value
      if index > 0, offset <= last { backwards += 1 }
      lowest = min(lowest, offset)
      highest = max(highest, offset)
      last = offset
      previous = plain
      index += 1
    }

    init(mayOverflow: Bool, count: UInt32) {
      self.mayOverflow = mayOverflow
      self.overflowIndex = count
    }

    mutating func add(_ bytes: RawSpan) {
      checksum = bytes.withUnsafeBytes { Adler32.of($0, seed: checksum) }
      if index == 0, let first = bytes.littleEndian(at: 0, as: UInt32.self) { firstOffset = first & ~flag }
      bytes.withUnsafeBytes { bytes in
        for place in stride(from: 0, to: bytes.count - 3, by: 4) {
          take(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
        }
      }
    }
  }
}
