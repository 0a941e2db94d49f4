import Evidence

/// The partition map of a Macintosh: the first block says how large blocks are, those behind it name a partition each.
struct AppleMap {
  struct Partition {
    let name: String
    let type: String
    /// Bytes from the beginning of the volume.
    let start: UInt64
    /// Bytes.
    let count: UInt64
  }

  private(set) var partitions: [Partition] = []

  private static let mostPartitions = 64

  /// - Parameter read: bytes from a byte on; fewer at the end.
  /// - Returns: `nil` where there is none.
  init?(read: (_ start: UInt64, _ count: Int) -> [UInt8]) {
    let first = read(0, 512)
    guard first.count == 512, first[0] == 0x45, first[1] == 0x52 else { return nil }
    let stated = UInt64(first[2]) << 8 | UInt64(first[3])
    // Maps written for disks count in 512 bytes, whatever the first block states.
    let sizes = [stated, 512].filter { $0 >= 512 && Self.isEntry(read($0, 512)) }
    guard let size = sizes.first else { return nil }
    for number in 1...UInt64(Self.mostPartitions) {
      let entry = read(number * size, 512)
      guard Self.isEntry(entry) else { break }
      let span = entry.span.bytes
      partitions.append(
        Partition(
          name: Self.text(entry[16..<48]), type: Self.text(entry[48..<80]),
          start: UInt64(span.bigEndian(at: 8, as: UInt32.self) ?? 0) * size,
          count: UInt64(span.bigEndian(at: 12, as: UInt32.self) ?? 0) * size))
    }
  }

  private static func isEntry(_ bytes: [UInt8]) -> Bool {
    bytes.count == 512 && bytes[0] == 0x50 && bytes[1] == 0x4D
  }

  private static func text(_ bytes: ArraySlice<UInt8>) -> String { MacRoman.text(bytes.prefix { $0 != 0 }) }
}
