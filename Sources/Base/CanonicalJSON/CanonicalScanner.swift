import Glibc

/// Walks along canonical JSON (RFC 8785 with integers) without making values of it: several times faster than parsing,
/// for the many that are as they should be.
///
/// It is certain only where it says yes. Where it says no, ``JSONValue/init(parsingCanonical:name:)`` decides and gives
/// the reason: keys outside of ASCII, for one, are not followed here.
package struct CanonicalScanner {
  private let bytes: UnsafeRawBufferPointer
  package private(set) var position = 0
  /// A byte past ASCII was passed; whoever relies on the text must see that it is valid UTF-8.
  package private(set) var hasNonASCII = false

  private static let deepestLevel = 64

  /// - Parameter bytes: must outlive the scanner.
  package init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  package var isAtEnd: Bool { position == bytes.count }

  /// Passes exactly these characters.
  package mutating func take(_ text: StaticString) -> Bool {
    take(text.utf8Start, text.utf8CodeUnitCount)
  }

  /// Passes exactly these bytes.
  package mutating func take(_ other: [UInt8]) -> Bool {
    other.withUnsafeBytes { take($0.baseAddress, $0.count) }
  }

  @inline(__always)
  private mutating func take(_ start: UnsafeRawPointer?, _ count: Int) -> Bool {
    guard let start, let own = bytes.baseAddress, count > 0, bytes.count - position >= count,
      memcmp(own + position, start, count) == 0
    else { return false }
    position += count
    return true
  }

  /// Passes one character, where it is the next.
  @inline(__always)
  package mutating func take(_ character: UInt8) -> Bool {
    guard position < bytes.count, bytes[position] == character else { return false }
    position += 1
    return true
  }

  /// Passes a value of any kind.
  /// - Returns: where it stands; `nil` where it is not canonical.
  package mutating func value(level: Int = 0) -> Range<Int>? {
    guard level < Self.deepestLevel, position < bytes.count else { return nil }
    let start = position
    let isSound =
      switch bytes[position] {
      case UInt8(ascii: "\""): string() != nil
      case UInt8(ascii: "{"): object(level)
      case UInt8(ascii: "["): array(level)
      case UInt8(ascii: "t"): take("true")
      case UInt8(ascii: "f"): take("false")
      case UInt8(ascii: "n"): take("null")
      default: integer() != nil
      }
    return isSound ? start..<position : nil
  }

  /// Passes a string.
  /// - Returns: what stands between the quotation marks, escapes as they are.
  package mutating func string() -> Range<Int>? {
    guard take(UInt8(ascii: "\"")) else { return nil }
    let start = position
    while let byte = passPlain() {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return start..<(position - 1)
      case UInt8(ascii: "\\"): guard escape() else { return nil }
      case 0x80...: hasNonASCII = true
      default: return nil
      }
    }
    return nil
  }

  /// Passes characters of ASCII that stand for themselves.
  /// - Returns: the byte behind them.
  @inline(__always)
  private mutating func passPlain() -> UInt8? {
    var place = position
    while place < bytes.count {
      let byte = bytes[place]
      guard byte &- 0x20 < 0x60, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") else {
        position = place
        return byte
      }
      place += 1
    }
    position = place
    return nil
  }

  /// Only what must be escaped is, and in its shortest form.
  private mutating func escape() -> Bool {
    guard position < bytes.count else { return false }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
      UInt8(ascii: "r"), UInt8(ascii: "t"):
      return true
    case UInt8(ascii: "u"):
      guard take("00"), bytes.count - position >= 2, let high = digit(bytes[position]),
        let low = digit(bytes[position + 1])
      else { return false }
      position += 2
      let character = high << 4 | low
      return character < 0x20 && ![0x08, 0x09, 0x0a, 0x0c, 0x0d].contains(character)
    default: return false
    }
  }

  private func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    default: nil
    }
  }

  /// Passes an integer within ±(2⁵³ − 1).
  package mutating func integer() -> Int64? {
    let isNegative = take(UInt8(ascii: "-"))
    let start = position
    var number: Int64 = 0
    while position < bytes.count, case let digit = bytes[position] &- UInt8(ascii: "0"), digit < 10 {
      number = number * 10 + Int64(digit)
      guard number <= JSONValue.largestInteger else { return nil }
      position += 1
    }
    guard position > start, position - start == 1 || bytes[start] != UInt8(ascii: "0"),
      number > 0 || !isNegative
    else { return nil }
    return isNegative ? -number : number
  }

  /// Keys in ASCII without escapes, each greater than the one before, and so none twice.
  private mutating func object(_ level: Int) -> Bool {
    position += 1
    if take(UInt8(ascii: "}")) { return true }
    var before: Range<Int>?
    repeat {
      guard let key = key(after: before), value(level: level + 1) != nil else { return false }
      before = key
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "}"))
  }

  /// Passes a key and its colon.
  /// - Parameter before: the key before it in the same object.
  package mutating func key(after before: Range<Int>?) -> Range<Int>? {
    let wasASCII = !hasNonASCII
    guard let key = string(), take(UInt8(ascii: ":")) else { return nil }
    if wasASCII, hasNonASCII { return nil }
    for index in key where bytes[index] >= 0x80 || bytes[index] == UInt8(ascii: "\\") { return nil }
    guard let before, let start = bytes.baseAddress else { return key }
    let order = memcmp(start + before.lowerBound, start + key.lowerBound, min(before.count, key.count))
    return order < 0 || order == 0 && before.count < key.count ? key : nil
  }

  private mutating func array(_ level: Int) -> Bool {
    position += 1
    if take(UInt8(ascii: "]")) { return true }
    repeat {
      guard value(level: level + 1) != nil else { return false }
    } while take(UInt8(ascii: ","))
    return take(UInt8(ascii: "]"))
  }
}
