/// The canonical bytes of RFC 8785: keys in UTF-16 order, no white space, shortest escapes.
extension JSONValue {
  package var canonicalBytes: [UInt8] {
    var output: [UInt8] = []
    CanonicalWriter.write(self, to: &output)
    return output
  }

  package var canonicalText: String { String(decoding: canonicalBytes, as: UTF8.self) }

  /// For people: two spaces of indentation, keys in canonical order.
  package var indentedText: String {
    var output: [UInt8] = []
    CanonicalWriter.write(self, to: &output, indentation: 0)
    return String(decoding: output, as: UTF8.self)
  }
}

private enum CanonicalWriter {
  static func write(_ value: JSONValue, to output: inout [UInt8], indentation: Int? = nil) {
    switch value {
    case .null: output += Array("null".utf8)
    case .bool(let value): output += Array((value ? "true" : "false").utf8)
    case .integer(let number): output += Array(String(number).utf8)
    case .string(let text): write(text, to: &output)
    case .array(let values):
      bracket("[", "]", isEmpty: values.isEmpty, to: &output, indentation) { output, inner in
        for (index, value) in values.enumerated() {
          separate(index, &output, inner)
          write(value, to: &output, indentation: inner)
        }
      }
    case .object(let object):
      bracket("{", "}", isEmpty: object.isEmpty, to: &output, indentation) { output, inner in
        for (index, key) in object.keys.sorted(by: utf16Order).enumerated() {
          separate(index, &output, inner)
          write(key, to: &output)
          output += Array((inner == nil ? ":" : ": ").utf8)
          write(object[key] ?? .null, to: &output, indentation: inner)
        }
      }
    }
  }

  private static func utf16Order(_ left: String, _ right: String) -> Bool {
    left.utf16.lexicographicallyPrecedes(right.utf16)
  }

  private static func bracket(
    _ open: Unicode.Scalar, _ close: Unicode.Scalar, isEmpty: Bool, to output: inout [UInt8],
    _ indentation: Int?, _ body: (inout [UInt8], Int?) -> Void
  ) {
    output.append(UInt8(ascii: open))
    body(&output, indentation.map { $0 + 1 })
    if !isEmpty { newline(&output, indentation) }
    output.append(UInt8(ascii: close))
  }

  private static func separate(_ index: Int, _ output: inout [UInt8], _ indentation: Int?) {
    if index > 0 { output.append(UInt8(ascii: ",")) }
    newline(&output, indentation)
  }

  private static func newline(_ output: inout [UInt8], _ indentation: Int?) {
    guard let indentation else { return }
    output.append(UInt8(ascii: "\n"))
    output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indentation))
  }

  private static func write(_ text: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        output.append(UInt8(ascii: "\\"))
        output.append(byte)
      case 0x08: output += Array("\\b".utf8)
      case 0x09: output += Array("\\t".utf8)
      case 0x0a: output += Array("\\n".utf8)
      case 0x0c: output += Array("\\f".utf8)
      case 0x0d: output += Array("\\r".utf8)
      case 0..<0x20:
        output += Array("\\u00".utf8)
        output.append(hexDigit(byte >> 4))
        output.append(hexDigit(byte & 15))
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
  }
}
