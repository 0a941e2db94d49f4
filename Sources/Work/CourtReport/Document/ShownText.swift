/// Foreign text as a report shows it: nothing in it can act, and none of it is endless.
package enum ShownText {
  /// Most characters (Unicode scalars) of one text.
  package static let longest = 4000

  /// Control characters and marks that turn the direction of writing by their number, `[U+202E]`; what is too long is
  /// cut, with `note` behind it.
  /// - Parameters:
  ///   - redaction: what must not be shown.
  ///   - note: says that it was cut, given the number of characters of the whole.
  package static func of(_ text: String, redaction: Redaction, note: (Int) -> String) -> String {
    let length = text.unicodeScalars.count
    // A name at the cut is looked for as a whole.
    let head = String(String.UnicodeScalarView(text.unicodeScalars.prefix(2 * longest)))
    let scalars = redaction.apply(to: head).unicodeScalars
    let isLong = scalars.count > longest || length > 2 * longest
    guard isLong || scalars.contains(where: isUnsafe) else { return String(scalars) }
    var output = String.UnicodeScalarView()
    for scalar in scalars.prefix(longest) {
      if isUnsafe(scalar) {
        output.append(contentsOf: "[U+\(number(scalar))]".unicodeScalars)
      } else {
        output.append(scalar)
      }
    }
    if isLong { output.append(contentsOf: " [\(note(length))]".unicodeScalars) }
    return String(output)
  }

  /// At least four digits.
  private static func number(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar {
    case "\n", "\t": false
    case "\u{fffe}", "\u{ffff}": true
    // Nothing before it needs a look at tables.
    case " "..."~": false
    default:
      switch scalar.properties.generalCategory {
      case .control, .lineSeparator, .paragraphSeparator, .surrogate: true
      default: scalar.properties.isBidiControl || scalar.properties.isNoncharacterCodePoint
      }
    }
  }
}
