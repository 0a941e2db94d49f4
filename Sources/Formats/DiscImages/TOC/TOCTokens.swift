import Evidence
import OpticalDisc

/// The words of a table of contents of cdrdao. Lines mean nothing, but errors carry their numbers.
struct TOCTokens {
  enum Token: Hashable {
    case word(String)
    /// What stands between quotation marks, with escapes resolved: bytes as they will go onto the disc.
    case string([UInt8])
    /// `{`, `}`, `,`, `:` between numbers of a language map, `#`.
    case sign(Character)
  }

  let text: SheetText
  private let tokens: [(token: Token, line: Int)]
  private var next = 0

  /// - Throws: `sheetMalformed` for a string without an end.
  init(_ text: SheetText) throws(EvidenceError) {
    self.text = text
    var tokens: [(token: Token, line: Int)] = []
    for (number, line) in text.lines.enumerated() {
      var rest = Substring(line).unicodeScalars
      while let scalar = rest.first {
        if SheetText.isBlank(scalar) {
          rest.removeFirst()
        } else if rest.starts(with: "//".unicodeScalars) {
          break
        } else if scalar == "\"" {
          guard let string = Self.string(&rest) else {
            throw text.malformed(number + 1, "a string has no end")
          }
          tokens.append((.string(string), number + 1))
        } else if "{},#".unicodeScalars.contains(scalar) {
          rest.removeFirst()
          tokens.append((.sign(Character(scalar)), number + 1))
        } else {
          let word = rest.prefix { !SheetText.isBlank($0) && !"{},#\"".unicodeScalars.contains($0) }
          rest.removeFirst(word.count)
          tokens.append((.word(String(Substring(word))), number + 1))
        }
      }
    }
    self.tokens = tokens
  }

  /// A string up to its end; `nil` where there is none in the line. Some programs do not escape a backslash at the end:
  /// then the last quotation mark of the line ends the string all the same.
  private static func string(_ rest: inout Substring.UnicodeScalarView) -> [UInt8]? {
    rest.removeFirst()
    var bytes: [UInt8] = []
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"": return bytes
      case "\\":
        guard let next = rest.first else { return nil }
        if next == "\"" && !rest.dropFirst().contains("\"") {
          bytes.append(UInt8(ascii: "\\"))
          continue
        }
        let digits = rest.prefix(3)
        if digits.count == 3, let value = UInt8(String(Substring(digits)), radix: 8) {
          bytes.append(value)
          rest.removeFirst(3)
        } else if next == "\"" || next == "\\" {
          rest.removeFirst()
          bytes += Array(String(next).utf8)
        } else {
          // Nothing else is escaped: versions up to 1.2.5 write a backslash as it is.
          bytes.append(UInt8(ascii: "\\"))
        }
      default: bytes += Array(String(scalar).utf8)
      }
    }
    return nil
  }

  /// Line of the next word, or of the last.
  var line: Int { next < tokens.count ? tokens[next].line : tokens.last?.line ?? 1 }
  /// Line of the word read last.
  var lastLine: Int { next > 0 ? tokens[next - 1].line : 1 }
  var peek: Token? { next < tokens.count ? tokens[next].token : nil }
  /// The next word in capitals, where it is one.
  var peekWord: String? {
    guard case .word(let word)? = peek else { return nil }
    return word.uppercased()
  }

  mutating func pop() -> Token? {
    guard let token = peek else { return nil }
    next += 1
    return token
  }

  /// Takes the next token if it is this one.
  mutating func take(_ token: Token) -> Bool {
    guard peek == token else { return false }
    next += 1
    return true
  }

  mutating func word(_ what: String) throws(EvidenceError) -> String {
    guard case .word(let word)? = pop() else { throw failure("\(what) is expected") }
    return word
  }

  mutating func string(_ what: String) throws(EvidenceError) -> [UInt8] {
    guard case .string(let bytes)? = pop() else { throw failure("\(what) in quotation marks is expected") }
    return bytes
  }

  mutating func number(_ what: String) throws(EvidenceError) -> Int {
    guard case .word(let word)? = pop(), word.utf8.count < 16, let number = Int(word), number >= 0 else {
      throw failure("\(what), a number, is expected")
    }
    return number
  }

  mutating func expect(_ sign: Character) throws(EvidenceError) {
    guard take(.sign(sign)) else { throw failure("`\(sign)` is expected") }
  }

  /// An error at the word read last.
  func failure(_ reason: String) -> EvidenceError { text.malformed(lastLine, reason) }
}
