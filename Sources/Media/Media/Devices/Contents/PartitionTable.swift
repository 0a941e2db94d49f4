import Evidence

/// One entry of a partition table.
package struct Partition: Hashable, Sendable {
  /// From 1, as the kernel numbers them.
  package let number: Int
  /// In logical sectors of the disk.
  package let sectors: SectorRange
  /// Type as stored: two hexadecimal digits, or a GUID.
  package let type: String
  /// Name of the type, where it is a common one.
  package let typeName: String?
  /// Of GPT only.
  package var name: String?
}

/// What a disk says of its division.
package struct PartitionTable: Hashable, Sendable {
  package enum Scheme: String, Hashable, Sendable {
    case mbr = "MBR"
    case gpt = "GPT"
  }

  package let scheme: Scheme
  package let partitions: [Partition]
  /// What is wrong with it, as sentences' parts.
  package let remarks: [String]

  /// Most entries that are looked at; GPT has 128, and a chain of logical partitions must end.
  static let mostEntries = 1024

  /// Looks for a table.
  /// - Parameters:
  ///   - sectorSize: logical sector of the disk, in bytes.
  ///   - read: returns `count` bytes from byte `offset`, fewer at the end, none where the disk refuses.
  /// - Returns: `nil` where there is none.
  package static func find(
    sectorSize: UInt32, sectorCount: UInt64, read: @escaping (_ offset: UInt64, _ count: Int) -> [UInt8]
  ) -> PartitionTable? {
    let size = UInt64(sectorSize)
    let first = read(0, Int(max(size, 512)))
    guard let entries = MBRSector(first) else { return nil }
    if entries.isProtective, let gpt = GPTReading(size: size, sectorCount: sectorCount, read: read).table() {
      return gpt
    }
    return MBRReading(size: size, sectorCount: sectorCount, read: read).table(entries)
  }
}

/// Four entries at byte 446 and the signature 55 AA.
private struct MBRSector {
  struct Entry {
    let type: UInt8
    let first: UInt64
    let count: UInt64
    var isExtended: Bool { [0x05, 0x0f, 0x85].contains(type) }
  }

  let entries: [Entry]

  /// `nil` where the sector is none: a boot sector of a file system has the signature too, but not entries such as
  /// these.
  init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512, bytes[510] == 0x55, bytes[511] == 0xaa else { return nil }
    let states = (0..<4).map { bytes[446 + 16 * $0] }
    guard states.allSatisfy({ $0 & 0x7f == 0 }) else { return nil }
    entries = (0..<4).map { index in
      let start = 446 + 16 * index
      return Entry(
        type: bytes[start + 4],
        first: UInt64(bytes.span.bytes.littleEndian(at: start + 8, as: UInt32.self) ?? 0),
        count: UInt64(bytes.span.bytes.littleEndian(at: start + 12, as: UInt32.self) ?? 0))
    }
    guard entries.contains(where: { $0.type != 0 && $0.count > 0 }) else { return nil }
  }

  var isProtective: Bool { entries.contains { $0.type == 0xee } }
}

private struct MBRReading {
  let size: UInt64
  let sectorCount: UInt64
  let read: (UInt64, Int) -> [UInt8]

  func table(_ sector: MBRSector) -> PartitionTable {
    var partitions: [Partition] = []
    var remarks: [String] = []
    func add(_ number: Int, _ entry: MBRSector.Entry, at first: UInt64) {
      if first + entry.count > sectorCount {
        remarks.append("partition \(number) reaches past the end of the disk")
      }
      partitions.append(
        Partition(
          number: number, sectors: SectorRange(first: first, count: entry.count),
          type: Hex.encode([entry.type]),
          typeName: PartitionTypes.mbr[entry.type]))
    }
    for (index, entry) in sector.entries.enumerated() where entry.type != 0 && entry.count > 0 {
      add(index + 1, entry, at: entry.first)
      if entry.isExtended {
        remarks += addLogical(in: entry, add)
      }
    }
    return PartitionTable(scheme: .mbr, partitions: partitions, remarks: remarks)
  }

  /// A chain of sectors, each with one logical partition and the place of the next sector.
  private func addLogical(
    in extended: MBRSector.Entry, _ add: (Int, MBRSector.Entry, UInt64) -> Void
  ) -> [String] {
    var place = extended.first
    var seen: Set<UInt64> = []
    var number = 5
    while seen.count < PartitionTable.mostEntries {
      guard seen.insert(place).inserted else { return ["the chain of logical partitions runs in a circle"] }
      guard place < sectorCount, let sector = MBRSector(read(place * size, Int(max(size, 512)))) else {
        return ["the chain of logical partitions breaks at sector \(place)"]
      }
      if let entry = sector.entries.first(where: { $0.type != 0 && $0.count > 0 && !$0.isExtended }) {
        add(number, entry, place + entry.first)
        number += 1
      }
      guard let next = sector.entries.first(where: { $0.isExtended && $0.count > 0 }) else { return [] }
      place = extended.first + next.first
    }
    return ["the chain of logical partitions does not end"]
  }
}

private struct GPTReading {
  let size: UInt64
  let sectorCount: UInt64
  let read: (UInt64, Int) -> [UInt8]

  private static let mostEntryBytes = 1 << 20

  /// The table by its first header, or by the one at the end of the disk.
  func table() -> PartitionTable? {
    if let table = table(headerAt: 1) { return table }
    guard sectorCount > 2, let table = table(headerAt: sectorCount - 1) else { return nil }
    return PartitionTable(
      scheme: .gpt, partitions: table.partitions,
      remarks: ["the first header is damaged; this is the copy at the end of the disk"] + table.remarks)
  }

  private func table(headerAt sector: UInt64) -> PartitionTable? {
    let header = read(sector * size, Int(size))
    let span = header.span.bytes
    guard header.starts(with: Array("EFI PART".utf8)),
      let headerSize: UInt32 = span.littleEndian(at: 12), (92...UInt32(size)).contains(headerSize),
      let checksum: UInt32 = span.littleEndian(at: 16),
      let first: UInt64 = span.littleEndian(at: 72), let count: UInt32 = span.littleEndian(at: 80),
      let entrySize: UInt32 = span.littleEndian(at: 84),
      let entryChecksum: UInt32 = span.littleEndian(at: 88),
      header.count >= headerSize
    else { return nil }
    var checked = Array(header[..<Int(headerSize)])
    for index in 16..<20 { checked[index] = 0 }
    guard CRC32.of(checked) == checksum, entrySize >= 128, entrySize <= 4096, first < sectorCount,
      Int(count) * Int(entrySize) <= Self.mostEntryBytes
    else { return nil }
    let bytes = read(first * size, Int(count) * Int(entrySize))
    var remarks: [String] = []
    if bytes.count < Int(count) * Int(entrySize) || CRC32.of(bytes) != entryChecksum {
      remarks.append("the checksum of its entries is wrong")
    }
    let partitions = (0..<min(Int(count), bytes.count / Int(entrySize), PartitionTable.mostEntries))
      .compactMap {
        partition($0 + 1, Array(bytes[$0 * Int(entrySize)..<($0 + 1) * Int(entrySize)]), &remarks)
      }
    return PartitionTable(scheme: .gpt, partitions: partitions, remarks: remarks)
  }

  private func partition(_ number: Int, _ entry: [UInt8], _ remarks: inout [String]) -> Partition? {
    guard entry[..<16].contains(where: { $0 != 0 }) else { return nil }
    let type = GUIDText.of(entry[..<16])
    guard let first: UInt64 = entry.span.bytes.littleEndian(at: 32),
      let last: UInt64 = entry.span.bytes.littleEndian(at: 40), first <= last, last < .max
    else {
      remarks.append("partition \(number) ends before it begins")
      return nil
    }
    if last >= sectorCount { remarks.append("partition \(number) reaches past the end of the disk") }
    let units = (0..<36).map { UInt16(entry[56 + 2 * $0]) | UInt16(entry[57 + 2 * $0]) << 8 }.prefix {
      $0 != 0
    }
    let name = HumanText.singleLine(String(decoding: units, as: UTF16.self))
    return Partition(
      number: number, sectors: SectorRange(first..<last + 1), type: type, typeName: PartitionTypes.gpt[type],
      name: name.isEmpty ? nil : name)
  }
}

/// A GUID as people write it: the first three groups are stored least significant byte first.
enum GUIDText {
  static func of(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    let order = [[3, 2, 1, 0], [5, 4], [7, 6], [8, 9], [10, 11, 12, 13, 14, 15]]
    return order.map { Hex.encode($0.map { bytes[$0] }) }.joined(separator: "-")
  }
}

/// CRC-32 of IEEE 802.3, as GPT uses it: over a few kilobytes, so that no table is needed.
enum CRC32 {
  static func of(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(~0 as UInt32) { sum, byte in
      (0..<8).reduce(sum ^ UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xedb8_8320 : value >> 1
      }
    }
  }
}
