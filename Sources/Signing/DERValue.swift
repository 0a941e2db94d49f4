/// Identifier octets that occur in signatures (X.690 §8.1.2).
enum DERTag {
  static let integer: UInt8 = 0x02
  static let octetString: UInt8 = 0x04
  static let null: UInt8 = 0x05
  static let objectIdentifier: UInt8 = 0x06
  static let sequence: UInt8 = 0x30
  static let set: UInt8 = 0x31
  static let context0: UInt8 = 0xa0
  static let context0Primitive: UInt8 = 0x80
}

/// One element of DER: identifier, shortest definite length, contents (X.690 §10).
///
/// Only one-byte identifiers exist in what is read here; anything else is no value.
struct DERValue {
  let tag: UInt8
  /// Identifier, length and contents.
  let encoding: ArraySlice<UInt8>
  let contents: ArraySlice<UInt8>

  /// The elements that fill `bytes` exactly; `nil` when they do not.
  static func list(in bytes: ArraySlice<UInt8>) -> [DERValue]? {
    var values: [DERValue] = []
    var rest = bytes
    while !rest.isEmpty {
      guard let value = DERValue(atStartOf: rest) else { return nil }
      values.append(value)
      rest = rest[value.encoding.endIndex...]
    }
    return values
  }

  /// The elements inside this one, when it has `tag`.
  func elements(_ tag: UInt8) -> [DERValue]? {
    self.tag == tag ? Self.list(in: contents) : nil
  }

  private init?(atStartOf bytes: ArraySlice<UInt8>) {
    let start = bytes.startIndex
    guard bytes.count >= 2, bytes[start] & 0x1f != 0x1f else { return nil }
    var position = start + 2
    var length = Int(bytes[start + 1])
    if length >= 0x80 {
      let count = length & 0x7f
      guard (1...4).contains(count), bytes.endIndex - position >= count else { return nil }
      length = bytes[position..<position + count].reduce(0) { $0 << 8 | Int($1) }
      guard length >= 0x80, length >= 1 << (8 * (count - 1)) else { return nil }
      position += count
    }
    guard length <= bytes.endIndex - position else { return nil }
    self.tag = bytes[start]
    self.encoding = bytes[start..<position + length]
    self.contents = bytes[position..<position + length]
  }
}
