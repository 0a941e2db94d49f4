/// The reference of an evidence item (exhibit number), as its force or laboratory writes it: `001`, `JM/1`, `AB 12-3`,
/// `Prüf/7`.
package struct ItemNumber: Hashable, Sendable, CustomStringConvertible, Comparable {
  /// Unicode scalars it may have.
  package static let longest = 64
  /// Bytes of UTF-8 it may have.
  private static let mostBytes = 192
  /// The end of the name of a folder that is not finished.
  private static let unfinished = ".partial"
  /// Bytes of a reference that stand in the name of its folder, where that is not the reference itself.
  private static let longestStem = 40

  /// As it is written, without spaces at its ends.
  package let description: String

  /// - Throws: `argumentInvalid` for nothing, control characters, or more than 64 characters.
  package init(_ text: String) throws(EvidenceError) {
    func isSpace(_ character: Character) -> Bool { character.isWhitespace && !character.isNewline }
    let trimmed = String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
    let subject = "item number '\(HumanText.singleLine(text))'"
    guard trimmed.unicodeScalars.contains(where: Self.isVisible) else {
      throw EvidenceError(.argumentInvalid, subject, "it is empty")
    }
    guard trimmed.unicodeScalars.count <= Self.longest, trimmed.utf8.count <= Self.mostBytes else {
      throw EvidenceError(.argumentInvalid, subject, "at most \(Self.longest) characters")
    }
    guard
      !trimmed.unicodeScalars.contains(where: {
        [.control, .lineSeparator, .paragraphSeparator].contains($0.properties.generalCategory)
      })
    else { throw EvidenceError(.argumentInvalid, subject, "it holds a control character") }
    self.description = trimmed
  }

  /// The name of its folder, and what the names of its files begin with: the reference itself where that is a portable
  /// name; otherwise what is portable of it, with a code that tells `JM/1` from `JM:1`.
  package var fileName: String {
    if PortableName.isValid(description), !description.lowercased().hasSuffix(Self.unfinished) {
      // Windows takes `CON` for a device, whatever its ending.
      return PortableName.isReserved(description) ? "item-\(description)" : description
    }
    let stem = description.unicodeScalars.map { scalar -> Character in
      let character = Character(scalar)
      return PortableName.isValid("a\(character)a") && character != "." ? character : "_"
    }
    let name = "\(String(stem).prefix(Self.longestStem)).\(code)"
    return PortableName.isValid(name) ? name : "item\(name)"
  }

  /// FNV-1a of the bytes, six hexadecimal digits.
  private var code: String {
    let digest = description.utf8.reduce(0x811c_9dc5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let digits = String(digest & 0xff_ffff, radix: 16)
    return String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// Whether people see the same: it differs in nothing but invisible characters and kinds of spaces.
  package func looksLike(_ other: ItemNumber) -> Bool { visible == other.visible }

  private var visible: String {
    var scalars = String.UnicodeScalarView()
    for scalar in description.unicodeScalars where Self.isVisible(scalar) || scalar.properties.isWhitespace {
      if !scalar.properties.isWhitespace {
        scalars.append(scalar)
      } else if scalars.last != " " {
        scalars.append(" ")
      }
    }
    return String(scalars)
  }

  private static func isVisible(_ scalar: Unicode.Scalar) -> Bool {
    !scalar.properties.isWhitespace && !scalar.properties.isDefaultIgnorableCodePoint
      && scalar.properties.generalCategory != .format
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

  /// Whether Windows takes the name for a device, whatever its ending and in whatever folder.
  package static func isReserved(_ text: String) -> Bool {
    let base = text.prefix { $0 != "." }.uppercased()
    if ["CON", "PRN", "AUX", "NUL"].contains(base) { return true }
    guard base.count == 4, base.hasPrefix("COM") || base.hasPrefix("LPT") else { return false }
    return base.last?.isNumber == true
  }

  /// What two names have in common that are one where letter case does not count.
  package static func folded(_ text: String) -> String { text.lowercased() }

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
