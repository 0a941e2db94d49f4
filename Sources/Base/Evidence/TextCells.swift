/// How wide text is on a terminal, in cells: most characters take one, those of East Asian scripts and emoji two,
/// combining marks none.
package enum TextCells {
  /// Cells of a text without control characters.
  package static func count(_ text: String) -> Int {
    text.utf8.allSatisfy { $0 < 0x80 } ? text.utf8.count : text.reduce(0) { $0 + width($1) }
  }

  /// The text where it fits, otherwise its end behind `…`: of a path the end tells more.
  /// - Parameter cells: at least 1.
  package static func suffix(_ text: String, cells: Int) -> String {
    guard count(text) > cells else { return text }
    var rest = max(0, cells - 1)
    var kept: [Character] = []
    for character in text.reversed() {
      rest -= width(character)
      guard rest >= 0 else { break }
      kept.append(character)
    }
    return "…" + String(kept.reversed())
  }

  /// The text, filled up with spaces on the right.
  package static func padded(_ text: String, to cells: Int) -> String {
    text + String(repeating: " ", count: max(0, cells - count(text)))
  }

  private static func width(_ character: Character) -> Int {
    guard let scalar = character.unicodeScalars.first else { return 0 }
    if scalar.isASCII { return 1 }
    // A sign that is drawn as an emoji, of its own or because the text asks for it.
    if scalar.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return 2 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  /// Blocks whose characters are wide or full-width (Unicode Standard Annex 11).
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18CFF, 0x1B000...0x1B2FF,
    0x1F200...0x1F2FF, 0x20000...0x3FFFD,
  ]
}
