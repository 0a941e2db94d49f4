/// Numbers as people read them.
package enum HumanText {
  /// `1.5 GiB`, `512 bytes`.
  package static func size(_ bytes: UInt64) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var value = Double(bytes)
    var unit = 0
    // From 1023.95 on, one decimal place would show 1024.0 of the smaller unit.
    while value >= (unit == 0 ? 1024 : 1023.95), unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) bytes" : "\(decimal(value)) \(units[unit])"
  }

  /// Eight digits: `00ff1234`.
  package static func hex(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 8 - digits.count) + digits
  }

  /// One decimal place: `12.3`.
  package static func decimal(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "?" }
    let tenths = Int64((value * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(tenths.magnitude / 10).\(tenths.magnitude % 10)"
  }

  /// `1:02:03` or `4:05`.
  package static func duration(seconds: Double) -> String {
    guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "?" }
    let whole = Int(seconds.rounded())
    let two = { (value: Int) in value < 10 ? "0\(value)" : "\(value)" }
    return whole >= 3600
      ? "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))" : "\(whole / 60):\(two(whole % 60))"
  }

  /// A stored name as words: `seal before` of `sealBefore`, `NGUID` as it is.
  package static func words(_ name: String) -> String {
    var result = ""
    var previous: Character = " "
    for character in name {
      let begins = character.isUppercase && (previous.isLowercase || previous.isNumber)
      if begins { result.append(" ") }
      result += begins ? character.lowercased() : String(character)
      previous = character
    }
    return result
  }

  /// Text of a field of fixed length, as devices fill it: without the spaces and zeros around it; what is no printable
  /// ASCII becomes `?`.
  package static func fixedField(_ bytes: some Collection<UInt8>) -> String {
    let isPadding = { (byte: UInt8) in byte == 0x20 || byte == 0 }
    let text = bytes.drop(while: isPadding).reversed().drop(while: isPadding).reversed()
    return String(decoding: text.map { (0x20..<0x7f).contains($0) ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
  }

  /// As a word that a shell takes whole: `001`, `'AB 12-3'`.
  package static func shellWord(_ text: String) -> String {
    let isPlain = { (byte: UInt8) in
      byte >= 0x80 || PortableName.isValid("a\(Character(Unicode.Scalar(byte)))a")
        || byte == UInt8(ascii: "/")
    }
    let isOneWord = !text.unicodeScalars.contains {
      !$0.isASCII && ($0.properties.isWhitespace || breaksLine($0))
    }
    if !text.isEmpty, isOneWord, text.utf8.allSatisfy(isPlain), !text.hasPrefix("-") { return text }
    return "'\(singleLine(text).replacing("'", with: #"'\''"#))'"
  }

  /// Control characters, line separators and marks that turn the direction of writing replaced by spaces, so
  /// that foreign text stays on its line and in its order. Bytes of a name that are no characters are shown as `\xE9`.
  package static func singleLine(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    return String(
      String.UnicodeScalarView(NameText.shown(text).unicodeScalars.map { breaksLine($0) ? " " : $0 }))
  }

  private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
    // The properties of a scalar are slow to ask for, and lists of cases ask for many.
    if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7f }
    return switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: scalar.properties.isBidiControl
    }
  }
}
