import Evidence
import SystemIO

/// How cases or items are named: text with `{year}`, `{month}`, `{day}` and exactly one `{number}` or `{number:DIGITS}`,
/// such as `{year}-{number:4}`.
package struct NamePattern: Hashable, Sendable {
  private enum Piece: Hashable {
    case text(String)
    case year, month, day
    /// With zeros before it up to so many digits.
    case number(digits: Int)
  }

  /// Most digits a number is filled up to.
  package static let mostDigits = 9

  package let text: String
  private let pieces: [Piece]

  /// - Returns: `nil` for anything else.
  package init?(_ text: String) {
    var pieces: [Piece] = []
    var rest = text[...]
    while let open = rest.firstIndex(where: { $0 == "{" || $0 == "}" }) {
      if open > rest.startIndex { pieces.append(.text(String(rest[..<open]))) }
      guard rest[open] == "{", let close = rest[open...].firstIndex(of: "}"),
        let piece = Self.piece(rest[rest.index(after: open)..<close])
      else { return nil }
      pieces.append(piece)
      rest = rest[close...].dropFirst()
    }
    if !rest.isEmpty { pieces.append(.text(String(rest))) }
    let numbers = pieces.filter { if case .number = $0 { true } else { false } }
    guard numbers.count == 1 else { return nil }
    self.text = text
    self.pieces = pieces
  }

  private static func piece(_ word: Substring) -> Piece? {
    switch word {
    case "year": return .year
    case "month": return .month
    case "day": return .day
    case "number": return .number(digits: 1)
    default:
      guard word.hasPrefix("number:"), let digits = Int(word.dropFirst(7)), (1...mostDigits).contains(digits)
      else {
        return nil
      }
      return .number(digits: digits)
    }
  }

  /// The name of a number on a day.
  package func name(_ number: Int, on day: LocalTime) -> String {
    let (before, digits, after) = parts(on: day)
    return before + Self.padded(number, digits) + after
  }

  /// The first name that comes after all others of the pattern on that day: one more than the highest number.
  /// - Parameter names: in use; those that do not follow the pattern count for nothing.
  package func next(after names: [String], on day: LocalTime) -> String {
    let (before, _, after) = parts(on: day)
    let numbers = names.compactMap { name -> Int? in
      guard name.hasPrefix(before), name.hasSuffix(after), name.count > before.count + after.count else {
        return nil
      }
      let digits = name.dropFirst(before.count).dropLast(after.count)
      return digits.allSatisfy { $0.isASCII && $0.isNumber } && digits.count <= Self.mostDigits
        ? Int(digits) : nil
    }
    return name((numbers.max() ?? 0) + 1, on: day)
  }

  private func parts(on day: LocalTime) -> (before: String, digits: Int, after: String) {
    var texts = ["", ""]
    var digits: Int?
    for piece in pieces {
      let side = digits == nil ? 0 : 1
      switch piece {
      case .text(let text): texts[side] += text
      case .year: texts[side] += Self.padded(day.year, 4)
      case .month: texts[side] += Self.padded(day.month, 2)
      case .day: texts[side] += Self.padded(day.day, 2)
      case .number(let count): digits = count
      }
    }
    return (texts[0], digits ?? 1, texts[1])
  }

  private static func padded(_ number: Int, _ digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }
}
