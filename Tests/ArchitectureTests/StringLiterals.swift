/// The string literals of a Swift file, read as the compiler reads them: without comments, and without the code that
/// is interpolated, whose own literals are found as well.
struct StringLiterals {
  struct Literal: Equatable {
    /// Of its first character, from 1.
    let line: Int
    /// As it is typed; `…` stands for what is interpolated.
    var text: String
  }

  private(set) var all: [Literal] = []
  private let characters: [Character]
  private var place = 0
  private var line = 1

  init(of source: String) {
    characters = Array(source)
    readCode(inside: false)
    all.sort { $0.line < $1.line }
  }

  private func sees(_ text: String) -> Bool { characters[place...].starts(with: text) }

  private mutating func skip(_ count: Int = 1) {
    for _ in 0..<count where place < characters.count {
      if characters[place] == "\n" { line += 1 }
      place += 1
    }
  }

  /// - Parameter inside: an interpolation, which ends with its parenthesis.
  private mutating func readCode(inside: Bool) {
    var depth = 0
    while place < characters.count {
      switch characters[place] {
      case "/" where sees("//"):
        while place < characters.count, characters[place] != "\n" { skip() }
      case "/" where sees("/*"):
        while place < characters.count, !sees("*/") { skip() }
        skip(2)
      case "#" where characters[place...].drop(while: { $0 == "#" }).first == "\"":
        let marks = characters[place...].prefix { $0 == "#" }.count
        skip(marks)
        readLiteral(marks: String(repeating: "#", count: marks))
      case "\"": readLiteral(marks: "")
      case "(":
        depth += 1
        skip()
      case ")":
        if inside, depth == 0 { return skip() }
        depth -= 1
        skip()
      default: skip()
      }
    }
  }

  private mutating func readLiteral(marks: String) {
    let quote = sees("\"\"\"") ? "\"\"\"" : "\""
    var literal = Literal(line: line, text: "")
    skip(quote.count)
    while place < characters.count, !sees(quote + marks) {
      if sees("\\" + marks + "(") {
        literal.text.append("…")
        skip(2 + marks.count)
        readCode(inside: true)
      } else {
        if sees("\\" + marks) {
          literal.text.append(characters[place])
          skip(1 + marks.count)
        }
        if place < characters.count { literal.text.append(characters[place]) }
        skip()
      }
    }
    skip(quote.count + marks.count)
    all.append(literal)
  }
}
