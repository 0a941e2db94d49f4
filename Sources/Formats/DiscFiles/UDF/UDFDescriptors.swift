import Evidence

/// Layouts of ECMA-167 and UDF, over bytes.
enum UDFDescriptors {
  enum Tag: UInt16 {
    case primary = 1
    case anchor = 2
    case pointer = 3
    case partition = 5
    case logical = 6
    case terminator = 8
    case fileSet = 256
    case fileIdentifier = 257
    case indirect = 259
    case fileEntry = 261
    case extendedFileEntry = 266
  }

  /// The tag of a descriptor whose checksum over its other 15 bytes is right.
  static func tag(_ bytes: ArraySlice<UInt8>) -> Tag? {
    guard bytes.count >= 16 else { return nil }
    let tag = Array(bytes.prefix(16))
    let sum = tag.enumerated().reduce(UInt8(0)) { $1.offset == 4 ? $0 : $0 &+ $1.element }
    guard sum == tag[4] else { return nil }
    return Tag(rawValue: UInt16(tag[0]) | UInt16(tag[1]) << 8)
  }

  /// Where something lies: a length whose highest two bits say of what kind it is, a block, a partition of the map.
  struct Allocation {
    enum Kind: UInt32 {
      case recorded = 0
      /// Space that holds nothing yet, and reads as zeros.
      case allocated = 1
      case sparse = 2
      /// More of these.
      case further = 3
    }

    let kind: Kind
    /// Bytes.
    let length: UInt32
    let block: UInt32
    let partition: UInt16

    init(_ length: UInt32, block: UInt32, partition: UInt16) {
      self.kind = Kind(rawValue: length >> 30) ?? .recorded
      self.length = length & 0x3FFF_FFFF
      self.block = block
      self.partition = partition
    }

    /// 16 bytes.
    init?(long bytes: RawSpan, at offset: Int) {
      guard let length = bytes.littleEndian(at: offset, as: UInt32.self),
        let block = bytes.littleEndian(at: offset + 4, as: UInt32.self),
        let partition = bytes.littleEndian(at: offset + 8, as: UInt16.self)
      else { return nil }
      self.init(length, block: block, partition: partition)
    }
  }

  /// OSTA compressed Unicode: the first byte says how wide a character is.
  static func text(_ bytes: ArraySlice<UInt8>) -> String {
    guard let width = bytes.first else { return "" }
    let rest = Array(bytes.dropFirst())
    switch width {
    case 8, 254: return String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) }))
    case 16, 255:
      let units = stride(from: 0, to: rest.count - 1, by: 2).map {
        UInt16(rest[$0]) << 8 | UInt16(rest[$0 + 1])
      }
      return String(decoding: units, as: UTF16.self)
    default: return NameText.text(bytes)
    }
  }

  /// The same in a field of fixed size, whose last byte is the length.
  static func dstring(_ bytes: ArraySlice<UInt8>) -> String {
    guard let last = bytes.last, last > 1 else { return "" }
    return DiscTrees.trimmed(text(bytes.prefix(min(Int(last), bytes.count - 1))))
  }

  /// A timestamp of 12 bytes.
  /// - Returns: as of ISO 9660.
  static func time(_ bytes: ArraySlice<UInt8>) -> (seconds: Int64?, impossible: String?) {
    let bytes = Array(bytes)
    guard bytes.count == 12, bytes.contains(where: { $0 != 0 }) else { return (nil, nil) }
    let zoneBits = (UInt16(bytes[0]) | UInt16(bytes[1]) << 8) & 0x0FFF
    var zone = Int64(zoneBits)
    if zone >= 0x800 { zone -= 0x1000 }
    let year = Int16(bitPattern: UInt16(bytes[2]) | UInt16(bytes[3]) << 8)
    let time = Timestamp(
      year: Int(year), month: Int(bytes[4]), day: Int(bytes[5]), hour: Int(bytes[6]), minute: Int(bytes[7]),
      second: Int(bytes[8]))
    guard let time else { return (nil, DirectoryRecord.digits(Int(year), bytes[4..<9])) }
    // −2047: no zone is stated.
    let offset = abs(zone) <= 1440 ? zone * 60 : 0
    return (time.microseconds / 1_000_000 - offset, nil)
  }
}
