import Evidence

extension JSONValue {
  /// Reads strict JSON: valid UTF-8, unique keys, integers only, at most 64 levels, 2²³ values and 2¹⁶ keys in
  /// an object, nothing after the value.
  /// - Throws: `jsonMalformed` with the byte offset.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    var parser = JSONParser(bytes: bytes, name: name)
    self = try parser.wholeText()
  }

  /// As `init(parsing:)`, and the bytes must be the canonical ones.
  package init(parsingCanonical bytes: [UInt8], name: String) throws(EvidenceError) {
    self = try JSONValue(parsing: bytes, name: name)
    guard canonicalBytes == bytes else {
      throw EvidenceError(.jsonMalformed, name, "not in canonical form (RFC 8785)")
    }
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private let name: String
  private var position = 0
  private static let deepestLevel = 64
  /// Most values of a text, and most keys of an object: each takes more memory than its bytes.
  private static let mostValues = 1 << 23
  private static let mostKeys = 1 << 16
  private var values = 0

  init(bytes: [UInt8], name: String) {
    self.bytes = bytes
    self.name = name
  }

  mutating func wholeText() throws(EvidenceError) -> JSONValue {
    // Checked once for the whole text, so that strings can be copied without looking again.
    guard String(validating: bytes, as: UTF8.self) != nil else { throw failure("not valid UTF-8") }
    let value = try parseValue(level: 0)
    skipSpace()
    guard position == bytes.count else { throw failure("text after the end of the value") }
    return value
  }

  private func failure(_ reason: String) -> EvidenceError {
    EvidenceError(.jsonMalformed, name, "\(reason) at byte \(position)")
  }

  private mutating func skipSpace() {
    while position < bytes.count, [0x20, 0x09, 0x0a, 0x0d].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func take(word: String) -> Bool {
    let utf8 = Array(word.utf8)
    guard bytes[position...].starts(with: utf8) else { return false }
    position += utf8.count
    return true
  }

  private mutating func parseValue(level: Int) throws(EvidenceError) -> JSONValue {
    guard level < Self.deepestLevel else { throw failure("nested too deeply") }
    values += 1
    guard values <= Self.mostValues else { throw failure("more than \(Self.mostValues) values") }
    skipSpace()
    guard position < bytes.count else { throw failure("the text ends too early") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try parseObject(level: level)
    case UInt8(ascii: "["): return try parseArray(level: level)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try parseInteger()
    default:
      if take(word: "true") { return .bool(true) }
      if take(word: "false") { return .bool(false) }
      if take(word: "null") { return .null }
      throw failure("no value here")
    }
  }

  private mutating func parseObject(level: Int) throws(EvidenceError) -> JSONValue {
    position += 1
    var object: [String: JSONValue] = [:]
    skipSpace()
    if take("}") { return .object(object) }
    repeat {
      skipSpace()
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        throw failure("a key is missing")
      }
      let key = try parseString()
      skipSpace()
      guard take(":") else { throw failure("a colon is missing") }
      let value = try parseValue(level: level + 1)
      guard object.updateValue(value, forKey: key) == nil else {
        throw failure("key '\(key)' stands twice")
      }
      guard object.count <= Self.mostKeys else {
        throw failure("an object has more than \(Self.mostKeys) keys")
      }
      skipSpace()
    } while take(",")
    guard take("}") else { throw failure("an object is not closed") }
    return .object(object)
  }

  private mutating func parseArray(level: Int) throws(EvidenceError) -> JSONValue {
    position += 1
    var values: [JSONValue] = []
    skipSpace()
    if take("]") { return .array(values) }
    repeat {
      values.append(try parseValue(level: level + 1))
      skipSpace()
    } while take(",")
    guard take("]") else { throw failure("an array is not closed") }
    return .array(values)
  }

  private mutating func parseInteger() throws(EvidenceError) -> JSONValue {
    let start = position
    _ = take("-")
    let digits = position
    while position < bytes.count, bytes[position] >= UInt8(ascii: "0"), bytes[position] <= UInt8(ascii: "9") {
      position += 1
    }
    if position < bytes.count,
      [UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E")].contains(bytes[position])
    {
      throw failure("a number that is no integer")
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard position > digits, position - digits == 1 || bytes[digits] != UInt8(ascii: "0"), text != "-0",
      let number = Int64(text), number.magnitude <= UInt64(JSONValue.largestInteger)
    else { throw failure("a number that is no integer within ±(2^53 - 1)") }
    return .integer(number)
  }

  private mutating func parseString() throws(EvidenceError) -> String {
    position += 1
    var text: [UInt8] = []
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): text += Array(String(try parseEscape()).utf8)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string is not closed")
  }

  private mutating func parseEscape() throws(EvidenceError) -> Unicode.Scalar {
    guard position < bytes.count else { throw failure("a string is not closed") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
    case UInt8(ascii: "b"): return "\u{08}"
    case UInt8(ascii: "f"): return "\u{0c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let first = try parseHexUnit()
      if let scalar = Unicode.Scalar(first) { return scalar }
      guard first < 0xdc00, take("\\"), take("u") else { throw failure("half of a surrogate pair") }
      let second = try parseHexUnit()
      guard (0xdc00..<0xe000).contains(second),
        let scalar = Unicode.Scalar(0x10000 + (first - 0xd800) << 10 + (second - 0xdc00))
      else { throw failure("half of a surrogate pair") }
      return scalar
    default: throw failure("an unknown escape")
    }
  }

  private mutating func parseHexUnit() throws(EvidenceError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let unit = Hex.decode(String(decoding: bytes[position..<position + 4], as: UTF8.self))
    else { throw failure("an escape without four hexadecimal digits") }
    position += 4
    return UInt32(unit[0]) << 8 | UInt32(unit[1])
  }
}
