import Evidence
import SystemIO

/// When colours are used.
package enum ColourChoice: String, CaseIterable, Sendable { case auto, always, never }

/// Colours of lines for people. They only repeat what a word at the beginning of the line says.
package enum Colours {
  private static let choice = Monitor(ColourChoice.auto)

  package static func use(_ wanted: ColourChoice) { choice.withLock { $0 = wanted } }

  private enum Colour: String {
    case green = "32"
    case yellow = "33"
    case red = "31"
  }

  /// The words that lines of results begin with, and verdicts; of several that fit the first.
  private static let words: [(word: String, colour: Colour)] = [
    ("ok ", .green), ("FAILED", .red), ("not checked", .yellow), ("failure ", .red), ("warning ", .yellow),
    ("Not intact", .red), ("Complete with", .yellow), ("Completed with", .yellow), ("Complete: ", .green),
    ("Verified", .green), ("Incomplete", .red), ("Not complete", .red), ("No gaps found.", .green),
    ("Chain broken", .red), ("Mismatch", .red), ("Damaged", .red), ("No reference", .yellow),
  ]

  /// Whether lines of standard output have them.
  static var areInOutput: Bool { isUsed(isTerminal: Terminal.showsOutput) }

  /// A line of standard output; only its first word is coloured, or the verdict before its colon or full stop.
  static func line(_ text: String, _ isColoured: Bool) -> String {
    guard isColoured else { return text }
    let indent = text.prefix { $0 == " " }
    let rest = text.dropFirst(indent.count)
    guard let (word, colour) = words.first(where: { rest.hasPrefix($0.word) }) else { return text }
    // A good verdict with reservations is not a green one.
    let isReserved = colour == .green && rest.contains(VerificationRendering.reservation)
    return indent + paint(word, isReserved ? .yellow : colour) + rest.dropFirst(word.count)
  }

  /// A line of standard error that says why a command failed.
  static func error(_ text: String) -> String {
    guard isUsed(isTerminal: Terminal.showsProgress), let colon = text.firstIndex(of: ":") else {
      return text
    }
    return paint(String(text[..<colon]), .red) + text[colon...]
  }

  private static func paint(_ text: String, _ colour: Colour) -> String {
    "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m"
  }

  private static func isUsed(isTerminal: Bool) -> Bool {
    switch choice.withLock({ $0 }) {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && Environment.value("NO_COLOR") == nil
        && !["dumb", nil].contains(Environment.value("TERM"))
    }
  }
}
