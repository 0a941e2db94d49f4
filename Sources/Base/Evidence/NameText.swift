/// Names of files as text. A name is bytes, and old media and shares have names that are not UTF-8: each byte that is
/// not part of a character becomes one scalar of a private plane, U+10FE00 and the byte, which no real name has. So
/// every name is a text, and the bytes come back when a file is opened.
///
/// Texts are compared by what they mean: of two names whose accents are composed differently one is like the other.
/// Portable names, which records list, are like no other name.
package enum NameText {
  private static let plane: UInt32 = 0x10FE00
  /// What a scalar from the plane begins with in UTF-8.
  private static let lead: [UInt8] = [0xF4, 0x8F]

  /// Characters that are compared as if they were `;`, `` ` `` and `K`. Their bytes go to the plane, or a file of such a
  /// name would pass for the one that a record lists.
  private static let twins: Set<UInt32> = [0x037E, 0x1FEF, 0x212A]

  private static func isOwn(_ scalar: Unicode.Scalar) -> Bool {
    byte(scalar) == nil && !twins.contains(scalar.value)
  }

  /// The byte that a scalar stands for; `nil` where it is a character.
  private static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
    (plane + 0x80...plane + 0xFF).contains(scalar.value) ? UInt8(scalar.value - plane) : nil
  }

  /// The same, where most names are ASCII and there are many.
  package static func text(_ bytes: ArraySlice<UInt8>) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    return text(Array(bytes))
  }

  /// Of UTF-16, the highest byte first. What is half a pair, or half a unit, is kept as the bytes UTF-8 would have of it.
  package static func text(utf16 bytes: ArraySlice<UInt8>) -> String {
    let (start, count) = (bytes.startIndex, bytes.count / 2)
    // Most names are ASCII.
    if bytes.count % 2 == 0,
      (0..<count).allSatisfy({ bytes[start + 2 * $0] == 0 && bytes[start + 2 * $0 + 1] < 0x80 })
    {
      return String(unsafeUninitializedCapacity: count) { text in
        for index in 0..<count { text[index] = bytes[start + 2 * index + 1] }
        return count
      }
    }
    var utf8: [UInt8] = []
    utf8.reserveCapacity(bytes.count)
    var place = bytes.startIndex
    func unit(_ at: Int) -> UInt32? {
      at + 1 < bytes.endIndex ? UInt32(bytes[at]) << 8 | UInt32(bytes[at + 1]) : nil
    }
    while let first = unit(place) {
      place += 2
      var value = first
      if first & 0xFC00 == 0xD800, let second = unit(place), second & 0xFC00 == 0xDC00 {
        value = 0x10000 + (first & 0x3FF) << 10 + second & 0x3FF
        place += 2
      }
      switch value {
      case ..<0x80: utf8.append(UInt8(value))
      case ..<0x800: utf8 += [UInt8(0xC0 | value >> 6), UInt8(0x80 | value & 0x3F)]
      case ..<0x10000:
        utf8 += [UInt8(0xE0 | value >> 12), UInt8(0x80 | value >> 6 & 0x3F), UInt8(0x80 | value & 0x3F)]
      default:
        utf8 += [
          UInt8(0xF0 | value >> 18), UInt8(0x80 | value >> 12 & 0x3F), UInt8(0x80 | value >> 6 & 0x3F),
          UInt8(0x80 | value & 0x3F),
        ]
      }
    }
    if place < bytes.endIndex { utf8.append(bytes[place]) }
    return text(utf8)
  }

  package static func text(_ bytes: some Collection<UInt8>) -> String {
    if let text = String(validating: bytes, as: UTF8.self),
      text.unicodeScalars.allSatisfy(isOwn)
    {
      return text
    }
    var scalars = String.UnicodeScalarView()
    var decoder = UTF8.ForwardParser()
    var rest = bytes.makeIterator()
    var consumed = 0
    let all = Array(bytes)
    while true {
      switch decoder.parseScalar(from: &rest) {
      case .emptyInput: return String(scalars)
      case .valid(let encoded):
        let scalar = UTF8.decode(encoded)
        let own = all[consumed..<consumed + encoded.count]
        if isOwn(scalar) { scalars.append(scalar) } else { append(own, to: &scalars) }
        consumed += encoded.count
      case .error(let length):
        append(all[consumed..<consumed + length], to: &scalars)
        consumed += length
      }
    }
  }

  private static func append(_ bytes: ArraySlice<UInt8>, to scalars: inout String.UnicodeScalarView) {
    for byte in bytes { if let scalar = Unicode.Scalar(plane + UInt32(byte)) { scalars.append(scalar) } }
  }

  /// The name itself.
  package static func bytes(_ text: String) -> [UInt8] {
    let utf8 = Array(text.utf8)
    guard mayDiffer(utf8) else { return utf8 }
    return text.unicodeScalars.reduce(into: []) { bytes, scalar in
      if let byte = byte(scalar) { bytes.append(byte) } else { bytes += Array(String(scalar).utf8) }
    }
  }

  /// Whether a name has bytes that are no characters, as far as can be told at a glance.
  package static func mayDiffer(_ utf8: some Sequence<UInt8>) -> Bool { utf8.contains(lead[0]) }

  /// The same of the bytes of a text, which is asked for each name.
  package static func mayDiffer(_ utf8: String.UTF8View) -> Bool {
    let first = lead[0]
    return utf8.withContiguousStorageIfAvailable { $0.contains(first) } ?? utf8.contains { $0 == first }
  }

  /// As people read it: `caf\xE9.img`.
  package static func shown(_ text: String) -> String {
    guard mayDiffer(text.utf8) else { return text }
    return text.unicodeScalars.reduce(into: "") { shown, scalar in
      if let byte = byte(scalar) {
        shown += "\\x" + Hex.encode([byte]).uppercased()
      } else {
        shown.unicodeScalars.append(scalar)
      }
    }
  }
}
