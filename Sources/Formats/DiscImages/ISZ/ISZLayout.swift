import Evidence

/// The header of an ISZ file (UltraISO's published layout, version 1), little-endian and without gaps: 48 bytes, or 64
/// with checksums. Tables are obscured with the inverted signature.
struct ISZLayout {
  static let shortHeader = 48
  static let longHeader = 64
  /// A chunk has 22 bits for its length.
  static let largestChunk = 4 << 20
  static let segmentSize = 24
  /// Most files of a set.
  static let mostSegments = 100

  enum Kind: UInt8 {
    /// Nothing is stored.
    case zeros
    case plain
    case zlib
    /// bzip2, the first three bytes of which are left out or changed.
    case bzip2
  }

  struct Segment {
    let chunks: Range<Int>
    /// Where its first whole chunk lies.
    let offset: UInt64
    /// Bytes of its last chunk that lie in the next file, before its first whole chunk.
    let rest: UInt64
  }

  let sectorSize: Int
  let length: UInt64
  /// 0: none; 1: a password; 2 to 4: AES of 128, 192 and 256 bits.
  let protection: UInt8
  let chunkCount: Int
  let chunkSize: Int
  let entrySize: Int
  /// Of the file within its set, from 0.
  let number: UInt8
  let table: UInt64
  let segmentTable: UInt64
  let data: UInt64
  /// CRC-32 of the contents; `nil` where it is not stored.
  let checksum: UInt32?

  /// - Returns: `nil` where the header is cut or contradicts itself.
  init?(header bytes: [UInt8]) {
    let span = bytes.span.bytes
    guard bytes.count >= Self.shortHeader, bytes.starts(with: Array("IsZ!".utf8)),
      Int(bytes[4]) >= Self.shortHeader
    else { return nil }
    func number(_ offset: Int) -> UInt64 { UInt64(span.littleEndian(at: offset, as: UInt32.self) ?? 0) }
    self.sectorSize = Int(span.littleEndian(at: 10, as: UInt16.self) ?? 0)
    self.length = UInt64(sectorSize) * number(12)
    self.protection = bytes[16]
    self.chunkCount = Int(number(25))
    self.chunkSize = Int(number(29))
    self.entrySize = Int(bytes[33])
    self.number = bytes[34]
    self.table = number(35)
    self.segmentTable = number(39)
    self.data = number(43)
    let hasChecksums = Int(bytes[4]) >= Self.longHeader && bytes.count >= Self.longHeader
    let stored = hasChecksums ? span.littleEndian(at: 48, as: UInt32.self) ?? 0 : 0
    self.checksum = stored == 0 ? nil : ~stored
    guard sectorSize > 0, length > 0, chunkSize > 0, chunkSize <= Self.largestChunk,
      (2...4).contains(entrySize),
      UInt64(chunkCount) == (length + UInt64(chunkSize) - 1) / UInt64(chunkSize)
    else { return nil }
  }

  /// Tables are stored with each byte changed by one of four.
  static func clear(_ bytes: [UInt8]) -> [UInt8] {
    let key = Array("IsZ!".utf8).map { ~$0 }
    return bytes.enumerated().map { $1 ^ key[$0 & 3] }
  }

  /// Kind and length of a chunk.
  func entry(_ chunk: Int, _ table: [UInt8]) -> (kind: Kind, count: Int) {
    var value = 0
    for index in (0..<entrySize).reversed() { value = value << 8 | Int(table[chunk * entrySize + index]) }
    let bits = 8 * entrySize - 2
    return (Kind(rawValue: UInt8(value >> bits)) ?? .zeros, value & (1 << bits - 1))
  }

  /// One entry of the table of files.
  /// - Returns: `nil` for the one that ends it.
  func segment(_ bytes: ArraySlice<UInt8>) -> Segment? {
    let bytes = Array(bytes)
    let span = bytes.span.bytes
    func number(_ offset: Int) -> Int { Int(span.littleEndian(at: offset, as: UInt32.self) ?? 0) }
    guard bytes.count == Self.segmentSize, span.littleEndian(at: 0, as: UInt64.self) != 0 else { return nil }
    let first = min(number(12), chunkCount)
    return Segment(
      chunks: first..<min(first + number(8), chunkCount), offset: UInt64(number(16)), rest: UInt64(number(20))
    )
  }
}
