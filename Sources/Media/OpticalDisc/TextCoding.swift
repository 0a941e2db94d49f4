import Glibc

/// Texts in the character sets of discs and of the sheets that describe them, through the C library.
package enum TextCoding: String, Hashable, Sendable, CaseIterable {
  case ascii = "ASCII"
  case latin1 = "ISO-8859-1"
  case windows1252 = "CP1252"
  case cyrillic = "CP1251"
  /// Japanese: Shift-JIS as Windows has it.
  case shiftJIS = "CP932"
  case korean = "CP949"
  case chinese = "CP936"
  case utf8 = "UTF-8"
  case utf16LittleEndian = "UTF-16LE"
  case utf16BigEndian = "UTF-16BE"

  /// - Returns: `nil` where the bytes are no text in this coding.
  package func decode(_ bytes: [UInt8]) -> String? {
    switch self {
    case .utf8: return String(validating: bytes, as: UTF8.self)
    case .latin1: return String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
    default:
      return Self.convert(bytes, from: rawValue, to: "UTF-8").map { String(decoding: $0, as: UTF8.self) }
    }
  }

  /// - Returns: `nil` where a character does not exist in this coding.
  package func encode(_ text: String) -> [UInt8]? {
    self == .utf8 ? Array(text.utf8) : Self.convert(Array(text.utf8), from: "UTF-8", to: rawValue)
  }

  private static func convert(_ bytes: [UInt8], from: String, to: String) -> [UInt8]? {
    guard let converter = iconv_open(to, from), Int(bitPattern: converter) != -1 else { return nil }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    // No character of these sets takes more than four times its bytes in any other.
    var output = [CChar](repeating: 0, count: bytes.count * 4 + 4)
    let left = input.withUnsafeMutableBufferPointer { source in
      output.withUnsafeMutableBufferPointer { target in
        var (from, to) = (source.baseAddress, target.baseAddress)
        var (rest, space) = (source.count, target.count)
        let status = iconv(converter, &from, &rest, &to, &space)
        return status == 0 && rest == 0 ? space : nil as Int?
      }
    }
    guard let left else { return nil }
    return output[..<(output.count - left)].map { UInt8(bitPattern: $0) }
  }

  /// The text of a file in a coding it does not name: byte order marks, then UTF-8, then what the bytes look like.
  /// - Returns: the text without its mark, and the coding it was taken for.
  package static func guess(_ bytes: [UInt8]) -> (text: String, coding: TextCoding) {
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return decoded(Array(bytes[3...]), .utf8) }
    if bytes.starts(with: [0xFF, 0xFE]) { return decoded(Array(bytes[2...]), .utf16LittleEndian) }
    if bytes.starts(with: [0xFE, 0xFF]) { return decoded(Array(bytes[2...]), .utf16BigEndian) }
    if let text = TextCoding.utf8.decode(bytes) { return (text, .utf8) }
    if looksJapanese(bytes), let text = TextCoding.shiftJIS.decode(bytes) { return (text, .shiftJIS) }
    if looksCyrillic(bytes), let text = TextCoding.cyrillic.decode(bytes) { return (text, .cyrillic) }
    return decoded(bytes, .windows1252)
  }

  private static func decoded(_ bytes: [UInt8], _ coding: TextCoding) -> (String, TextCoding) {
    if let text = coding.decode(bytes) { return (text, coding) }
    return (TextCoding.latin1.decode(bytes) ?? "", .latin1)
  }

  /// Hiragana and katakana begin with 82h or 83h, half-width katakana lie alone at A1h to DFh; other texts have next
  /// to nothing there.
  private static func looksJapanese(_ bytes: [UInt8]) -> Bool {
    guard TextCoding.shiftJIS.decode(bytes) != nil else { return false }
    return zip(bytes, bytes.dropFirst()).contains { (0x81...0x84).contains($0) && $1 >= 0x40 }
  }

  /// Words of Cyrillic letters are runs of C0h to FFh; in western texts such letters stand alone.
  private static func looksCyrillic(_ bytes: [UInt8]) -> Bool {
    var run = 0
    for byte in bytes {
      run = byte >= 0xC0 ? run + 1 : 0
      if run == 3 { return true }
    }
    return false
  }
}
