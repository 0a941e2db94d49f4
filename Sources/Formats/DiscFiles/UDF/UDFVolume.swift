import DiscImages
import Evidence
import OpticalDisc

/// A logical volume of UDF: its partitions, and where each of their blocks lies on the disc.
struct UDFVolume {
  private indirect enum Partition {
    /// No descriptor says where it lies, or it is of a kind that is not read.
    case missing
    /// First sector.
    case physical(Int)
    /// Blocks by a table of 32-bit numbers; what is written later has a new entry.
    case virtual(in: Int, table: [UInt32])
    /// Packets that were moved.
    case sparable(start: Int, packet: Int, moved: [UInt32: UInt32])
    /// Blocks within a file.
    case metadata(in: Int, extents: [(first: UInt32, count: UInt32)])
  }

  let sectors: DiscSectors
  /// Bytes.
  private(set) var blockSize = 2048
  private(set) var name = ""
  /// Of the descriptors of the file set.
  private(set) var fileSet: UDFDescriptors.Allocation?
  private(set) var remarks: [String] = []
  /// Those of them for which files cannot be read.
  private(set) var losses: Set<String> = []
  /// Byte of the disc behind its partitions and anchors.
  private(set) var end: UInt64 = 0
  private var partitions: [Partition] = []
  private let track: DiscTrack
  /// Sector of the disc from which its own are counted, which a descriptor tells: it says where it is.
  private var base = 0

  private static let mostDescriptors = 256
  private static let largestTable = 1 << 26
  /// Sectors: a DVD has fewer.
  private static let mostBlank = 2_500_000

  /// - Returns: `nil` where the track has no anchor.
  init?(_ track: DiscTrack, _ sectors: DiscSectors) {
    self.sectors = sectors
    self.track = track
    let last = track.end - track.start
    for place in [256, last - 257, last - 1, 512] where place > 16 && place < last {
      let bytes = sectors.bytes(at: UInt64(track.start + place) * 2048, count: 2048)
      guard UDFDescriptors.tag(bytes[...]) == .anchor else { continue }
      end = max(end, UInt64(track.start + place + 1) * 2048)
      let stated = Int(bytes.span.bytes.littleEndian(at: 12, as: UInt32.self) ?? 0)
      base = stated == place ? track.start : 0
      // The main sequence of descriptors, and a copy.
      for offset in [16, 24] {
        let span = bytes.span.bytes
        guard let length = span.littleEndian(at: offset, as: UInt32.self),
          let start = span.littleEndian(at: offset + 4, as: UInt32.self)
        else { continue }
        if read(sequence: base + Int(start), count: Int(length) / 2048) {
          addAnchors(last)
          return
        }
        if offset == 16 {
          remarks.append("the main sequence of volume descriptors is damaged; its copy is used")
        }
      }
    }
    return nil
  }

  /// The others belong to the volume too.
  private mutating func addAnchors(_ last: Int) {
    for place in [256, last - 257, last - 1, 512] where place > 16 && place < last {
      let bytes = sectors.bytes(at: UInt64(track.start + place) * 2048, count: 16)
      if UDFDescriptors.tag(bytes[...]) == .anchor { end = max(end, UInt64(track.start + place + 1) * 2048) }
    }
  }

  /// - Returns: whether it describes a logical volume.
  private mutating func read(sequence start: Int, count: Int) -> Bool {
    var physical: [UInt16: Int] = [:]
    var logical: [UInt8]?
    var newest: UInt32 = 0
    reading: for number in 0..<min(count, Self.mostDescriptors) {
      let bytes = sectors.bytes(at: UInt64(start + number) * 2048, count: 2048)
      guard bytes.count == 2048 else { break }
      let span = bytes.span.bytes
      switch UDFDescriptors.tag(bytes[...]) {
      case .partition:
        if let id = span.littleEndian(at: 22, as: UInt16.self),
          let place = span.littleEndian(at: 188, as: UInt32.self)
        {
          physical[id] = base + Int(place)
          let count = UInt64(span.littleEndian(at: 192, as: UInt32.self) ?? 0)
          end = max(end, (UInt64(base) + UInt64(place) + count) * 2048)
        }
      case .logical:
        // Of several, the one with the highest number counts.
        let order = span.littleEndian(at: 16, as: UInt32.self) ?? 0
        if logical == nil || order >= newest { (logical, newest) = (bytes, order) }
      case .terminator: break reading
      default: continue
      }
    }
    guard let logical else { return false }
    let span = logical.span.bytes
    let stated = Int(span.littleEndian(at: 212, as: UInt32.self) ?? 2048)
    guard [512, 1024, 2048, 4096].contains(stated) else { return false }
    blockSize = stated
    name = UDFDescriptors.dstring(logical[84..<212])
    fileSet = UDFDescriptors.Allocation(long: span, at: 248)
    partitions = []
    map(logical, physical)
    return true
  }

  private mutating func lose(_ remark: String) {
    remarks.append(remark)
    losses.insert(remark)
  }

  /// The partition maps: type and length, then what the type says.
  private mutating func map(_ logical: [UInt8], _ physical: [UInt16: Int]) {
    let span = logical.span.bytes
    let count = Int(span.littleEndian(at: 268, as: UInt32.self) ?? 0)
    var place = 440
    for _ in 0..<min(count, 16) {
      guard place + 6 <= logical.count, logical[place + 1] >= 6 else { break }
      let length = Int(logical[place + 1])
      guard place + length <= logical.count else { break }
      defer { place += length }
      let isPlain = logical[place] == 1
      let id = span.littleEndian(at: place + (isPlain ? 4 : 38), as: UInt16.self) ?? 0
      guard let start = physical[id], isPlain || length >= 64 else {
        lose("partition \(partitions.count) of its volume is not described: files of it cannot be read")
        partitions.append(.missing)
        continue
      }
      guard !isPlain else {
        partitions.append(.physical(start))
        continue
      }
      let kind = String(decoding: logical[place + 5..<place + 28].prefix { $0 != 0 }, as: UTF8.self)
      switch kind {
      case "*UDF Virtual Partition": addVirtual(id, start)
      case "*UDF Sparable Partition": addSparable(logical, place, start)
      case "*UDF Metadata Partition": addMetadata(logical, place, start)
      default:
        lose("it has a partition of a kind that is not read: \(kind)")
        partitions.append(.missing)
      }
    }
  }

  /// The sector of the disc on which a block begins.
  func position(_ block: UInt32, in partition: UInt16) -> UInt64? {
    position(block, partition, depth: 0)
  }

  /// Whether blocks that follow each other lie one behind the other.
  func isLinear(_ partition: UInt16) -> Bool {
    guard Int(partition) < partitions.count, case .physical = partitions[Int(partition)] else { return false }
    return true
  }

  private func position(_ block: UInt32, _ partition: UInt16, depth: Int) -> UInt64? {
    guard Int(partition) < partitions.count, depth < 4 else { return nil }
    let size = UInt64(blockSize)
    switch partitions[Int(partition)] {
    case .missing: return nil
    case .physical(let start): return UInt64(start) * 2048 + UInt64(block) * size
    case .virtual(let start, let table):
      guard Int(block) < table.count, table[Int(block)] != UInt32.max else { return nil }
      return UInt64(start) * 2048 + UInt64(table[Int(block)]) * size
    case .sparable(let start, let packet, let moved):
      let first = block / UInt32(packet) * UInt32(packet)
      if let other = moved[first] {
        return UInt64(base) * 2048 + UInt64(other) * size + UInt64(block - first) * size
      }
      return UInt64(start) * 2048 + UInt64(block) * size
    case .metadata(let start, let extents):
      var left = block
      for extent in extents {
        if left < extent.count {
          return UInt64(start) * 2048 + (UInt64(extent.first) + UInt64(left)) * size
        }
        left -= extent.count
      }
      return nil
    }
  }

  // MARK: Virtual partitions

  /// The table is the file whose entry was written last.
  private mutating func addVirtual(_ id: UInt16, _ start: Int) {
    let end = lastWritten()
    for sector in stride(from: end - 1, to: max(track.start, end - 400), by: -1) {
      let bytes = sectors.bytes(at: UInt64(sector) * 2048, count: 2048)
      guard let entry = UDFFileEntry(bytes), entry.fileType == 248 || entry.fileType == 0 else { continue }
      let table = contents(of: entry) { UInt64(start) * 2048 + UInt64($0) * UInt64(blockSize) }
      guard let numbers = Self.table(table, isOld: entry.fileType == 0) else { continue }
      partitions.append(.virtual(in: start, table: numbers))
      return
    }
    lose("its virtual allocation table is not found: files of this partition cannot be read")
    partitions.append(.virtual(in: start, table: []))
  }

  /// The sector behind the last that is not blank: an image may go on behind what was written.
  private func lastWritten() -> Int {
    let step = 512
    var end = track.end
    while end > track.start, track.end - end < Self.mostBlank {
      let start = max(track.start, end - step)
      let bytes = sectors.bytes(at: UInt64(start) * 2048, count: (end - start) * 2048)
      if let last = bytes.lastIndex(where: { $0 != 0 }) { return start + last / 2048 + 1 }
      end = start
    }
    return track.end
  }

  private static func table(_ bytes: [UInt8], isOld: Bool) -> [UInt32]? {
    let span = bytes.span.bytes
    var range = 0..<bytes.count
    if isOld {
      guard bytes.count >= 36,
        bytes[bytes.count - 35..<bytes.count - 4].starts(with: "*UDF Virtual Alloc Tbl".utf8)
      else { return nil }
      range = 0..<bytes.count - 36
    } else {
      guard let header = span.littleEndian(at: 0, as: UInt16.self), Int(header) <= bytes.count else {
        return nil
      }
      range = Int(header)..<bytes.count
    }
    return stride(from: range.lowerBound, to: range.upperBound - 3, by: 4).compactMap {
      span.littleEndian(at: $0, as: UInt32.self)
    }
  }

  // MARK: Sparable partitions

  private mutating func addSparable(_ logical: [UInt8], _ place: Int, _ start: Int) {
    let span = logical.span.bytes
    let packet = Int(span.littleEndian(at: place + 40, as: UInt16.self) ?? 0)
    let count = min(Int(logical[place + 42]), 4)
    let size = Int(span.littleEndian(at: place + 44, as: UInt32.self) ?? 0)
    var moved: [UInt32: UInt32] = [:]
    for number in 0..<count {
      guard let sector = span.littleEndian(at: place + 48 + 4 * number, as: UInt32.self) else { continue }
      let table = sectors.bytes(at: UInt64(base + Int(sector)) * 2048, count: min(size, Self.largestTable))
      guard table.count > 56, table[17..<40].starts(with: "*UDF Sparing Table".utf8) else { continue }
      let inner = table.span.bytes
      let entries = Int(inner.littleEndian(at: 48, as: UInt16.self) ?? 0)
      for entry in 0..<entries {
        guard let from = inner.littleEndian(at: 56 + 8 * entry, as: UInt32.self),
          let to = inner.littleEndian(at: 60 + 8 * entry, as: UInt32.self)
        else { break }
        // Numbers from there on are free places.
        if from < 0xFFFF_FFF0 { moved[from] = to }
      }
      break
    }
    partitions.append(.sparable(start: start, packet: max(1, packet), moved: moved))
  }

  // MARK: Metadata partitions

  private mutating func addMetadata(_ logical: [UInt8], _ place: Int, _ start: Int) {
    let span = logical.span.bytes
    for offset in [40, 44] {
      guard let block = span.littleEndian(at: place + offset, as: UInt32.self) else { continue }
      let bytes = sectors.bytes(
        at: UInt64(start) * 2048 + UInt64(block) * UInt64(blockSize), count: blockSize)
      guard let entry = UDFFileEntry(bytes) else { continue }
      let extents = entry.allocations(in: 0).filter { $0.kind == .recorded }.map {
        (first: $0.block, count: ($0.length + UInt32(blockSize) - 1) / UInt32(blockSize))
      }
      if offset == 44 { remarks.append("the metadata file is damaged; its mirror is used") }
      partitions.append(.metadata(in: start, extents: extents))
      return
    }
    lose("its metadata file is not found: it cannot be read")
    partitions.append(.metadata(in: start, extents: []))
  }

  /// Of a small file of the partition itself.
  private func contents(of entry: UDFFileEntry, at position: (UInt32) -> UInt64) -> [UInt8] {
    if let inline = entry.inline { return inline }
    var bytes: [UInt8] = []
    for one in entry.allocations(in: 0) where bytes.count < Self.largestTable && one.kind == .recorded {
      bytes += sectors.bytes(at: position(one.block), count: min(Int(one.length), Self.largestTable))
    }
    return Array(bytes.prefix(Int(clamping: entry.size)))
  }
}
