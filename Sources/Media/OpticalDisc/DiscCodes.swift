/// The four control bits of a track, as in Q and in the table of contents.
package struct TrackControl: OptionSet, Hashable, Sendable {
  package let rawValue: UInt8
  package init(rawValue: UInt8) { self.rawValue = rawValue & 15 }

  package static let preEmphasis = TrackControl(rawValue: 1)
  package static let copyPermitted = TrackControl(rawValue: 2)
  package static let data = TrackControl(rawValue: 4)
  package static let fourChannels = TrackControl(rawValue: 8)
}

/// Media catalogue number: 13 digits, an EAN.
package struct MediaCatalogNumber: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: `nil` unless it is 13 digits.
  package init?(_ text: String) {
    guard text.utf8.count == 13, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    self.description = text
  }

  /// From 13 BCD digits and 12 zero bits.
  init?(packed bytes: [UInt8]) {
    let digits = bytes.flatMap { [$0 >> 4, $0 & 15] }
    guard digits.count == 16, digits[..<13].allSatisfy({ $0 < 10 }), digits[13...].allSatisfy({ $0 == 0 })
    else {
      return nil
    }
    self.description = String(decoding: digits[..<13].map { $0 + 0x30 }, as: UTF8.self)
  }

  var packed: [UInt8] {
    let digits = description.utf8.map { $0 - 0x30 } + [0, 0, 0]
    return (0..<8).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}

/// International standard recording code: country and owner of 5 characters, year and number of 7 digits.
package struct ISRC: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  /// - Returns: `nil` unless it is 5 digits or capital letters and 7 digits. Hyphens are left out.
  package init?(_ text: String) {
    let plain = text.filter { $0 != "-" }
    let bytes = Array(plain.utf8)
    guard bytes.count == 12, bytes[..<5].allSatisfy({ Self.isDigit($0) || (0x41...0x5A).contains($0) }),
      bytes[5...].allSatisfy(Self.isDigit)
    else { return nil }
    self.description = plain
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  /// From 5 characters of 6 bits (digits from 00h, letters from 11h), 2 zero bits, 7 BCD digits and 4 zero bits.
  init?(packed bytes: [UInt8]) {
    guard bytes.count == 8 else { return nil }
    let head = bytes[..<4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let characters = (0..<5).map { UInt8(head >> UInt32(26 - 6 * $0) & 0x3F) + 0x30 }
    let digits = bytes[4...].flatMap { [$0 >> 4, $0 & 15] }
    guard head & 3 == 0, digits[7] == 0, digits[..<7].allSatisfy({ $0 < 10 }) else { return nil }
    self.init(String(decoding: characters + digits[..<7].map { $0 + 0x30 }, as: UTF8.self))
  }

  var packed: [UInt8] {
    let bytes = Array(description.utf8)
    let head = bytes[..<5].reduce(UInt32(0)) { $0 << 6 | UInt32($1 - 0x30) } << 2
    let digits = bytes[5...].map { $0 - 0x30 } + [0]
    return (0..<4).map { UInt8(truncatingIfNeeded: head >> UInt32(24 - 8 * $0)) }
      + (0..<4).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}
