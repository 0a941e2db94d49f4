import CanonicalJSON
import EvidenceTestKit

/// Every field of a structure, and a version of the structure with that field changed.
enum AttackFields {
  struct Change {
    /// Path of the field; array indexes left out.
    let field: String
    let bytes: [UInt8]
  }

  /// Each value of a manifest, changed into another of the same form.
  static func changes(ofManifest bytes: [UInt8]) throws -> [Change] {
    let value = try JSONValue(parsing: bytes, name: "manifest")
    return changes(of: value, at: "").map { Change(field: $0.0, bytes: $0.1.canonicalBytes) }
  }

  private static func changes(of value: JSONValue, at path: String) -> [(String, JSONValue)] {
    switch value {
    case .object(let fields):
      return fields.sorted { $0.key < $1.key }.flatMap { key, inner in
        changes(of: inner, at: path.isEmpty ? key : "\(path).\(key)").map { field, changed in
          (field, .object(fields.merging([key: changed]) { $1 }))
        }
      }
    case .array(let elements):
      return elements.enumerated().flatMap { index, inner in
        changes(of: inner, at: path + "[]").map { field, changed in
          var all = elements
          all[index] = changed
          return (field, .array(all))
        }
      }
    case .string(let text): return [(path, .string(other(text)))]
    case .integer(let number): return [(path, .integer(number + 1))]
    case .bool(let flag): return [(path, .bool(!flag))]
    case .null: return []
    }
  }

  /// Another text of the same form, as far as it has one: digest, time, identifier; otherwise one that is longer.
  private static func other(_ text: String) -> String {
    let isHex = text.count >= 32 && text.allSatisfy { $0.isHexDigit || $0 == "-" }
    if isHex { return (text.first == "0" ? "1" : "0") + text.dropFirst() }
    if text.count == 27, text.hasSuffix("Z") {
      let digit = text.dropLast().last
      return text.dropLast(2) + (digit == "0" ? "1" : "0") + "Z"
    }
    return text + "x"
  }

  /// Each primitive of a DER structure with the last bit of its contents changed.
  /// - Parameter name: what the primitive at these positions is called.
  static func changes(ofDER bytes: [UInt8], _ name: ([Int]) -> String) -> [Change] {
    var found: [(path: [Int], last: Int)] = []
    walk(bytes, 0..<bytes.count, [], &found)
    return found.map { path, last in
      var changed = bytes
      changed[last] ^= 1
      return Change(field: name(path), bytes: changed)
    }
  }

  private static func walk(
    _ bytes: [UInt8], _ range: Range<Int>, _ path: [Int], _ found: inout [(path: [Int], last: Int)]
  ) {
    var position = range.lowerBound
    var index = 0
    while position + 2 <= range.upperBound {
      let tag = bytes[position]
      var length = Int(bytes[position + 1])
      var start = position + 2
      if length >= 0x80 {
        let count = length & 0x7f
        length = bytes[start..<start + count].reduce(0) { $0 << 8 | Int($1) }
        start += count
      }
      let inner = start..<start + length
      if tag & 0x20 != 0 {
        walk(bytes, inner, path + [index], &found)
      } else if length > 0 {
        found.append((path + [index], inner.upperBound - 1))
      }
      position = inner.upperBound
      index += 1
    }
  }

  /// Where in a CMS signature a primitive lies (RFC 5652 §5).
  static func partOfSignature(_ path: [Int]) -> String {
    guard path.count > 3, path[0...1] == [0, 1] else { return "content type" }
    switch path[3] {
    case 0: return "version"
    case 1: return "digest algorithms"
    case 2: return "type of the content"
    case 3: return "certificates"
    default:
      guard path.count > 5 else { return "signer" }
      return [
        "signer: version", "signer: issuer and serial number", "signer: digest algorithm",
        "signer: signed attributes", "signer: signature algorithm", "signer: signature",
        "signer: time stamp",
      ][path[5]]
    }
  }

  /// Where in a time-stamp response a primitive lies (RFC 3161 §2.4.2).
  static func partOfResponse(_ path: [Int]) -> String {
    path.count > 1 && path[1] == 0 ? "status" : "token"
  }

  /// Each field of one line of a text file, changed.
  /// - Parameters:
  ///   - line: its number, from 0.
  ///   - names: of the fields, which are separated by commas or blanks.
  static func changes(ofLine line: Int, in bytes: [UInt8], _ names: [String]) -> [Change] {
    var starts = [0]
    for (index, byte) in bytes.enumerated() where byte == 0x0a { starts.append(index + 1) }
    var changes: [Change] = []
    var position = starts[line]
    for name in names {
      while bytes[position] == 0x20 { position += 1 }
      let end = bytes[position...].firstIndex { [0x20, 0x2c, 0x0a].contains($0) } ?? bytes.count
      var changed = bytes
      // Digits become other digits, letters other letters, signs other signs.
      changed[end - 1] ^= bytes[end - 1] == UInt8(ascii: "+") ? 6 : 1
      changes.append(Change(field: name, bytes: changed))
      position = end + 1
    }
    return changes
  }
}
