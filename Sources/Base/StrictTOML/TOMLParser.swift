/// Reads a text of ``TOMLDocument`` from its beginning to its end, once.
struct TOMLParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0
  private var line = 1

  /// Control characters that TOML allows in no string and no comment; a tab is allowed.
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    (scalar.value < 0x20 && scalar != "\t") || scalar.value == 0x7f
  }

  init(_ bytes: [UInt8]) throws(TOMLProblem) {
    var number = 1
    for row in bytes.split(separator: 0x0a, omittingEmptySubsequences: false) {
      guard row.count <= TOMLDocument.longestLine else {
        throw TOMLProblem(line: number, "the line has more than \(TOMLDocument.longestLine) bytes")
      }
      guard String(validating: row, as: UTF8.self) != nil else {
        throw TOMLProblem(line: number, "not UTF-8")
      }
      number += 1
    }
    scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
  }

  mutating func entries() throws(TOMLProblem) -> [TOMLDocument.Entry] {
    var entries: [TOMLDocument.Entry] = []
    var known: Set<[String]> = []
    var tables: Set<String> = []
    var table = ""
    while try skipToText() {
      let start = line
      if take("[") {
        table = try tableName()
        guard tables.insert(table).inserted else { throw problem("the table [\(table)] stands here twice") }
      } else {
        let key = try bareKey("a key")
        skipBlanks()
        guard take("=") else { throw problem("after the key \(key) an equals sign is wanted") }
        skipBlanks()
        let value = try value(mayBeArray: true)
        guard known.insert([table, key]).inserted else {
          throw TOMLProblem(line: start, "\(key) stands here twice")
        }
        entries.append(.init(table: table, key: key, value: value, line: start))
      }
      try endOfLine()
    }
    return entries
  }

  private mutating func tableName() throws(TOMLProblem) -> String {
    guard current != "[" else { throw problem("arrays of tables are not allowed") }
    skipBlanks()
    let name = try bareKey("the name of a table")
    skipBlanks()
    guard take("]") else { throw problem("[\(name) is not closed with ], or has more than one level") }
    return name
  }

  private mutating func bareKey(_ what: String) throws(TOMLProblem) -> String {
    var key = ""
    while let scalar = current, scalar.isASCII,
      scalar.properties.isAlphabetic || "0123456789-_".unicodeScalars.contains(scalar)
    {
      key.unicodeScalars.append(scalar)
      position += 1
    }
    guard !key.isEmpty else { throw problem("\(what) of letters, digits, - and _ is wanted") }
    return key
  }

  private mutating func value(mayBeArray: Bool) throws(TOMLProblem) -> TOMLValue {
    switch current {
    case "\"": return .string(try basicString())
    case "'": return .string(try literalString())
    case "[" where mayBeArray: return .array(try array())
    case "[": throw problem("arrays in arrays are not allowed")
    default: return try word()
    }
  }

  private mutating func word() throws(TOMLProblem) -> TOMLValue {
    var word = ""
    while let scalar = current, !" \t\n\r,]#".unicodeScalars.contains(scalar) {
      word.unicodeScalars.append(scalar)
      position += 1
    }
    switch word {
    case "true": return .boolean(true)
    case "false": return .boolean(false)
    case "": throw problem("a value is missing")
    default: break
    }
    let digits = word.first == "-" || word.first == "+" ? word.dropFirst() : word[...]
    guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), digits == "0" || digits.first != "0",
      let number = Int64(word)
    else { throw problem("a value is a text in quotes, a whole number, true, false, or a list in [ ]") }
    return .integer(number)
  }

  private mutating func array() throws(TOMLProblem) -> [TOMLValue] {
    var values: [TOMLValue] = []
    position += 1
    while true {
      guard try skipToText() else { throw problem("a list is not closed with ]") }
      if take("]") { return values }
      guard values.count < TOMLDocument.mostElements else {
        throw problem("a list has more than \(TOMLDocument.mostElements) values")
      }
      values.append(try value(mayBeArray: false))
      guard try skipToText() else { throw problem("a list is not closed with ]") }
      if take(",") { continue }
      guard take("]") else { throw problem("between the values of a list a comma is wanted") }
      return values
    }
  }

  // MARK: Strings

  private mutating func literalString() throws(TOMLProblem) -> String {
    try refuseTriple("'")
    position += 1
    var text = ""
    while let scalar = try next(in: "'") { text.unicodeScalars.append(scalar) }
    return text
  }

  private mutating func basicString() throws(TOMLProblem) -> String {
    try refuseTriple("\"")
    position += 1
    var text = ""
    while let scalar = try next(in: "\"") {
      text.unicodeScalars.append(scalar == "\\" ? try escape() : scalar)
    }
    return text
  }

  private func refuseTriple(_ quote: Unicode.Scalar) throws(TOMLProblem) {
    guard !scalars[position...].starts(with: [quote, quote, quote]) else {
      throw problem("texts over several lines are not allowed: write \\n in double quotes")
    }
  }

  /// The next character of a string; `nil` after its closing quote.
  private mutating func next(in quote: Unicode.Scalar) throws(TOMLProblem) -> Unicode.Scalar? {
    guard let scalar = current, scalar != "\n", scalar != "\r" else {
      throw problem("a text is not closed with \(quote)")
    }
    guard !Self.isControl(scalar) else { throw problem("a text holds a control character") }
    position += 1
    return scalar == quote ? nil : scalar
  }

  private mutating func escape() throws(TOMLProblem) -> Unicode.Scalar {
    guard let scalar = current else { throw problem("a text is not closed") }
    position += 1
    switch scalar {
    case "b": return "\u{8}"
    case "t": return "\t"
    case "n": return "\n"
    case "f": return "\u{c}"
    case "r": return "\r"
    case "\"", "\\": return scalar
    case "u": return try codePoint(digits: 4)
    case "U": return try codePoint(digits: 8)
    default: throw problem("\\\(Self.isControl(scalar) ? "" : String(scalar)) is not an escape")
    }
  }

  private mutating func codePoint(digits: Int) throws(TOMLProblem) -> Unicode.Scalar {
    let hex = scalars[position...].prefix(digits)
    let isHex = hex.allSatisfy { $0.isASCII && $0.properties.isASCIIHexDigit }
    guard hex.count == digits, isHex, let number = UInt32(String(String.UnicodeScalarView(hex)), radix: 16),
      let scalar = Unicode.Scalar(number)
    else { throw problem("\\u wants 4 hexadecimal digits of a character, \\U 8") }
    position += digits
    return scalar
  }

  // MARK: Between

  private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private func problem(_ reason: String) -> TOMLProblem { TOMLProblem(line: line, reason) }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    position += 1
    return true
  }

  private mutating func skipBlanks() {
    while current == " " || current == "\t" { position += 1 }
  }

  private mutating func skipComment() throws(TOMLProblem) {
    guard current == "#" else { return }
    while let scalar = current, scalar != "\n" {
      let isLineEnd = scalar == "\r" && position + 1 < scalars.count && scalars[position + 1] == "\n"
      guard isLineEnd || !Self.isControl(scalar) else { throw problem("a comment holds a control character") }
      position += 1
    }
  }

  /// `false` at the end of the text, `true` where a line ended.
  private mutating func takeLineEnd() throws(TOMLProblem) -> Bool {
    if current == "\r" {
      guard position + 1 < scalars.count, scalars[position + 1] == "\n" else {
        throw problem("a carriage return stands without a line feed")
      }
      position += 1
    }
    guard take("\n") else { return false }
    line += 1
    return true
  }

  /// Goes over blanks, comments and line ends; `false` at the end of the text.
  private mutating func skipToText() throws(TOMLProblem) -> Bool {
    repeat {
      skipBlanks()
      try skipComment()
    } while try takeLineEnd()
    return current != nil
  }

  private mutating func endOfLine() throws(TOMLProblem) {
    skipBlanks()
    try skipComment()
    guard try takeLineEnd() || current == nil else { throw problem("more stands on the line than one value") }
  }
}
