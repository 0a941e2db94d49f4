/// The number of an evidence item (exhibit number); also the name of its folder.
package struct ItemNumber: Hashable, Sendable, CustomStringConvertible, Comparable {
  package let description: String

  /// The end of the name of a folder that is not finished.
  private static let unfinished = ".partial"

  /// 1–64 letters, digits, `.`, `_` or `-`, beginning with a letter or digit: safe as a file name everywhere.
  /// None ends in `.partial`, which would make the folder of a finished acquisition look unfinished.
  package init(_ text: String) throws(EvidenceError) {
    guard PortableName.isValid(text) else {
      throw EvidenceError(
        .argumentInvalid, "item number '\(text)'",
        "1 to 64 letters, digits, dots, underscores or hyphens, beginning with a letter or digit")
    }
    guard !text.lowercased().hasSuffix(Self.unfinished) else {
      throw EvidenceError(
        .argumentInvalid, "item number '\(text)'", "names of unfinished folders end in \(Self.unfinished)")
    }
    self.description = text
  }

  package static func < (left: Self, right: Self) -> Bool { left.description < right.description }
}

/// Names that mean the same file on every file system.
package enum PortableName {
  /// 1–`longest` ASCII letters, digits, `.`, `_`, `-`; the first a letter or digit; no dot at the end.
  package static func isValid(_ text: String, longest: Int = 64) -> Bool {
    let utf8 = Array(text.utf8)
    guard utf8.count >= 1, utf8.count <= longest, isAlphanumeric(utf8[0]), utf8.last != UInt8(ascii: ".")
    else {
      return false
    }
    return utf8.allSatisfy {
      isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
    }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}

/// A random (version 4) UUID, written in lower case.
package struct RecordIdentifier: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// Makes the identifier from 16 random bytes; version and variant bits are set here (RFC 9562 §5.4).
  /// - Precondition: `random` holds 16 bytes.
  package init(random: [UInt8]) {
    precondition(random.count == 16)
    var bytes = random
    bytes[6] = bytes[6] & 0x0f | 0x40
    bytes[8] = bytes[8] & 0x3f | 0x80
    let hex = Array(Hex.encode(bytes))
    self.description = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(hex[$0]) }.joined(
      separator: "-")
  }

  /// Reads the written form; `nil` for anything else.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [8, 4, 4, 4, 12], text == text.lowercased(),
      Hex.decode(parts.joined()) != nil, parts[2].hasPrefix("4"),
      let variant = parts[3].first, "89ab".contains(variant)
    else { return nil }
    self.description = text
  }
}
