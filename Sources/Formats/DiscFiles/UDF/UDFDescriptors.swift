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
    let at = bytes.startIndex
    var sum: UInt8 = 0
    for index in 0..<16 where index != 4 { sum &+= bytes[at + index] }
    guard sum == bytes[at + 4] else { return nil }
    return Tag(rawValue: UInt16(bytes[at]) | UInt16(bytes[at + 1]) << 8)
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
    let rest = bytes.dropFirst()
    switch width {
    case 8, 254:
      if rest.allSatisfy({ $0 < 0x80 }) { return String(decoding: rest, as: UTF8.self) }
      return String(String.UnicodeScalarView(rest.map { Unicode.Scalar($0) }))
    case 16, 255: return NameText.text(utf16: rest)
    default: return NameText.text(bytes)
    }
  }

  /// The same in a field of fixed size, whose last byte is the length.
  static func dstring(_ bytes: ArraySlice<UInt8>) -> String {
    guard let last = bytes.last, last > 1 else { return "" }
    return DiscTrees.trimmed(text(bytes.prefix(min(Int(last), bytes.count - 1))))
  }
}
