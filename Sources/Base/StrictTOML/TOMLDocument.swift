/// A value of TOML, as far as settings need it. Floats, dates, inline tables and arrays of arrays are refused.
package enum TOMLValue: Hashable, Sendable {
  case string(String)
  case integer(Int64)
  case boolean(Bool)
  /// At most ``TOMLDocument/mostElements`` of the other three kinds, which may differ.
  case array([TOMLValue])
}

/// Why a text was refused: `line` counts from 1.
package struct TOMLProblem: Error, Hashable, Sendable {
  package let line: Int
  package let reason: String

  package init(line: Int, _ reason: String) {
    self.line = line
    self.reason = reason
  }
}

/// A subset of TOML 1.0: one level of tables, `key = value` with bare keys, strings in single or double quotes on one
/// line, decimal integers, booleans, and arrays, which may go over several lines. Every text that is taken is TOML and
/// means the same there; what goes beyond the subset is refused and never passed over.
package struct TOMLDocument: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// Empty before the first table.
    package let table: String
    package let key: String
    package let value: TOMLValue
    /// Where the key stands, from 1.
    package let line: Int
  }

  /// Most bytes of a text.
  package static let largest = 1 << 16
  /// Most bytes of a line.
  package static let longestLine = 4096
  /// Most values of an array.
  package static let mostElements = 64

  /// In the order of the text; each key of a table once.
  package let entries: [Entry]

  /// - Parameter bytes: UTF-8.
  package init(parsing bytes: [UInt8]) throws(TOMLProblem) {
    guard bytes.count <= Self.largest else {
      throw TOMLProblem(line: 1, "the file has more than \(Self.largest) bytes")
    }
    var parser = try TOMLParser(bytes)
    entries = try parser.entries()
  }

  /// A string as it is written: in double quotes, control characters escaped.
  package static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\t": result += "\\t"
      case _ where TOMLParser.isControl(scalar):
        let hex = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension TOMLValue {
  /// As it is written.
  package var text: String {
    switch self {
    case .string(let text): TOMLDocument.quoted(text)
    case .integer(let number): String(number)
    case .boolean(let flag): flag ? "true" : "false"
    case .array(let values): "[" + values.map(\.text).joined(separator: ", ") + "]"
    }
  }
}
