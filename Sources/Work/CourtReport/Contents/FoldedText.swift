/// A text as names are compared in it: without regard to case, accents, and how they are encoded.
struct FoldedText {
  /// One letter, digit or other mark of it, and the scalar of the text it comes from.
  struct Unit {
    let scalar: Unicode.Scalar
    let source: Int
  }

  let units: [Unit]

  init(_ scalars: [Unicode.Scalar]) {
    var units: [Unit] = []
    units.reserveCapacity(scalars.count)
    for (source, scalar) in scalars.enumerated() {
      for folded in Self.fold(scalar) { units.append(Unit(scalar: folded, source: source)) }
    }
    self.units = units
  }

  /// Letters and digits of a text, folded.
  static func letters(of text: String) -> [Unicode.Scalar] {
    text.unicodeScalars.flatMap(fold).filter(isLetterOrDigit)
  }

  static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || scalar.properties.numericType != nil
  }

  /// What does not show, or only stands over a letter.
  static func isSilent(_ scalar: Unicode.Scalar) -> Bool {
    guard !scalar.isASCII else { return false }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return true
    default: return false
    }
  }

  private static func fold(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    if scalar.isASCII {
      return ("A"..."Z").contains(scalar) ? [Unicode.Scalar(UInt8(scalar.value) + 32)] : [scalar]
    }
    guard !isSilent(scalar) else { return [] }
    return scalar.properties.lowercaseMapping.unicodeScalars.filter { !isSilent($0) }.flatMap(base)
  }

  /// The letter under an accent, by its name: `LATIN SMALL LETTER U WITH DIAERESIS`.
  private static func base(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
    guard !scalar.isASCII, var name = scalar.properties.name else { return [scalar] }
    if let special = specials[scalar] { return special }
    if name.hasPrefix("FULLWIDTH ") { name.removeFirst("FULLWIDTH ".count) }
    let parts = name.split(separator: " ")
    let plain = parts.firstIndex(of: "WITH").map { parts[..<$0].joined(separator: " ") } ?? name
    return letters[plain].map { [$0] } ?? [scalar]
  }

  private static let specials: [Unicode.Scalar: [Unicode.Scalar]] = [
    "\u{df}": ["s", "s"], "\u{e6}": ["a", "e"], "\u{153}": ["o", "e"], "\u{131}": ["i"],
    "\u{439}": ["\u{438}"],
    "\u{451}": ["\u{435}"],
  ]

  private static let letters: [String: Unicode.Scalar] = {
    var letters: [String: Unicode.Scalar] = [:]
    for range in [UInt32(0x61)...0x7a, 0x3b1...0x3c9, 0x430...0x44f] {
      for scalar in range.compactMap({ Unicode.Scalar($0) }) {
        if let name = scalar.properties.name { letters[name] = scalar }
      }
    }
    return letters
  }()
}
