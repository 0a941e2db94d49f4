import Evidence
import FormatKit

/// The header of a DAA or GBI file, little-endian, and its table of chunks, which is packed to the bit and obscured.
struct DAALayout {
  static let size = 76
  static let volumeSize = 40
  /// Largest chunk: 4095 times 16 KiB.
  static let largestChunk = 0xFFF << 14
  static let mostVolumes = 512

  enum Kind: Hashable {
    case plain
    case lzma
    case deflate
    case unknown(Int)
  }

  struct Chunk {
    let kind: Kind
    let count: Int
    /// Within the data of all volumes.
    let offset: UInt64
  }

  let isGBI: Bool
  let isVersion2: Bool
  let table: Range<UInt64>
  let data: UInt64
  let chunkSize: Int
  let length: UInt64
  let lzmaProperties: UInt8
  let isFiltered: Bool
  private let flags: UInt32
  private let bits: UInt8
  private let crc: UInt32

  var chunkCount: Int { Int((length + UInt64(chunkSize) - 1) / UInt64(chunkSize)) }
  var title: String { isGBI ? "GBI" : "DAA" }

  /// - Returns: `nil` where the header is damaged, by its own CRC as well.
  init?(header bytes: [UInt8]) {
    guard bytes.count >= Self.size else { return nil }
    let span = bytes.span.bytes
    func number(_ offset: Int) -> UInt32 { span.littleEndian(at: offset) ?? 0 }
    self.isGBI = bytes.starts(with: Array("GBI\0".utf8))
    let version = number(0x14)
    self.isVersion2 = version == 0x110
    self.crc = number(0x48)
    self.flags = number(0x24)
    self.chunkSize = isVersion2 ? Int(flags & 0xFFF) << 14 : Int(flags)
    self.data = UInt64(isVersion2 ? number(0x18) & 0xFF_FFFF : number(0x18))
    let start = UInt64(number(0x10))
    self.length = span.littleEndian(at: 0x28) ?? 0
    self.bits = bytes[0x3D]
    self.isFiltered = bytes[0x3E] == 1
    self.lzmaProperties = bytes[0x3F]
    let computed = bytes[..<0x48].withUnsafeBytes { CRC32.of($0) }
    guard computed == crc, version == 0x100 || isVersion2, start >= UInt64(Self.size), start <= data,
      chunkSize > 0, chunkSize <= Self.largestChunk, length > 0, length <= MediaGeometry.longest,
      bytes[0x3E] < 2
    else { return nil }
    self.table = start..<data
  }

  /// A form of the table that no file to try it with is known of; `nil` where there is none.
  var unreadableForm: String? {
    guard isVersion2 else { return nil }
    if flags & 0x4000 != 0 { return "a compressed table of chunks" }
    // GBI has the first bit the other way round.
    return flags >> 23 & 3 != (isGBI ? 1 : 0) ? "a table of chunks with exchanged bits" : nil
  }

  /// Where each chunk lies; `nil` where the table has too few entries.
  func chunks(_ stored: [UInt8]) -> [Chunk]? {
    let table = cleared(stored)
    var chunks: [Chunk] = []
    var offset: UInt64 = 0
    func add(_ kind: Kind, _ count: Int) {
      chunks.append(Chunk(kind: kind, count: count, offset: offset))
      offset += UInt64(count)
    }
    guard isVersion2 else {
      guard table.count / 3 >= chunkCount else { return nil }
      for entry in stride(from: 0, to: 3 * chunkCount, by: 3) {
        add(.deflate, Int(table[entry]) << 16 | Int(table[entry + 2]) << 8 | Int(table[entry + 1]))
      }
      return chunks
    }
    let (typeBits, lengthBits) = widths
    guard lengthBits <= 32, table.count * 8 / (typeBits + lengthBits) >= chunkCount else { return nil }
    var place = 0
    for number in 0..<chunkCount {
      let change = change(number)
      let count = (Self.number(table, at: place, bits: lengthBits) ^ change & (1 << lengthBits - 1)) + 5
      let type = Self.number(table, at: place + lengthBits, bits: typeBits) ^ change & (1 << typeBits - 1)
      place += lengthBits + typeBits
      let kind: Kind = count >= chunkSize ? .plain : type == 0 ? .lzma : type == 1 ? .deflate : .unknown(type)
      add(kind, count)
    }
    return chunks
  }

  private var widths: (type: Int, length: Int) {
    let type = Int(bits & 7)
    if bits >> 3 != 0 { return (type, Int(bits >> 3) + 10) }
    var (length, size) = (0, chunkSize)
    while size > type {
      length += 1
      size >>= 1
    }
    return (type, length)
  }

  /// What the bits of an entry are changed by, in each of their bytes.
  private func change(_ number: Int) -> Int {
    guard flags & 0x20000 != 0 else { return 0 }
    let masks = [0x0A, 0x35, 0x2D, 0x3F, 0x08, 0x33, 0x09, 0x15]
    return ((number ^ masks[number & 7]) & 255) * 0x0101_0101
  }

  private func cleared(_ stored: [UInt8]) -> [UInt8] {
    if isGBI {
      let mask = UInt8(truncatingIfNeeded: stored.count / 4)
      return stored.map { $0 &- UInt8(truncatingIfNeeded: crc) ^ mask }
    }
    guard isVersion2, flags & 0x800_0000 != 0 else { return stored }
    let step = UInt8(truncatingIfNeeded: (length / 2048) >> 8)
    var value = UInt8(truncatingIfNeeded: length / 2048)
    return stored.map { byte in
      defer { value &+= step }
      return byte &- value
    }
  }

  /// Bits of bytes, the lowest of each first.
  private static func number(_ bytes: [UInt8], at place: Int, bits: Int) -> Int {
    (0..<bits).reduce(0) { value, index in
      let bit = place + index
      return value | Int(bytes[bit / 8] >> UInt8(bit % 8) & 1) << index
    }
  }

  // MARK: Descriptors between header and table

  /// What descriptors say: how many volumes, and whether it is encrypted.
  static func descriptors(_ bytes: [UInt8]) -> (volumes: Int, isEncrypted: Bool) {
    let span = bytes.span.bytes
    var (volumes, isEncrypted, place) = (1, false, 0)
    while let type = span.littleEndian(at: place, as: UInt32.self),
      let size = span.littleEndian(at: place + 4, as: UInt32.self), size >= 8
    {
      if type == 2 { volumes = Int(span.littleEndian(at: place + 8, as: UInt32.self) ?? 1) }
      if type == 3 { isEncrypted = true }
      place += Int(size)
    }
    return (volumes, isEncrypted)
  }

  /// Where the data of a further volume begins; `nil` where its header is damaged.
  static func volumeData(_ bytes: [UInt8]) -> UInt64? {
    let span = bytes.span.bytes
    guard bytes.count >= volumeSize,
      ["DAA VOL\0", "GBI VOL\0"].contains(where: { bytes.starts(with: $0.utf8) }),
      span.littleEndian(at: 0x24, as: UInt32.self) == bytes[..<0x24].withUnsafeBytes({ CRC32.of($0) })
    else { return nil }
    return span.littleEndian(at: 0x10, as: UInt32.self).map { UInt64($0 & 0xFF_FFFF) }
  }
}
