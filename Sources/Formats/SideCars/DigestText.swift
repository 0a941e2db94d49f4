import Evidence

/// Digests as programs write them.
enum DigestText {
  /// Hexadecimal digits of digests that are told by their length. What has 32 or 64 may be of other algorithms as well.
  private static let byLength: [Int: String] = [
    8: "crc32", 32: "md5", 40: "sha1", 56: "sha224", 64: "sha256", 96: "sha384", 128: "sha512",
  ]

  /// Endings and names by which lists say their algorithm.
  private static let named = [
    "sha512", "sha384", "sha256", "sha224", "sha1", "md5", "sha3256", "sha3512", "blake2b", "blake2s", "b2",
    "sm3",
    "crc32", "tiger", "whirlpool", "ripemd160",
  ]

  /// Whole digests; `nil` where `text` is none, with blanks inside left out where `isGrouped`.
  static func value(_ text: some StringProtocol, isGrouped: Bool = false) -> [UInt8]? {
    let digits = isGrouped ? String(text.filter { $0 != " " }) : String(text)
    guard byLength[digits.utf8.count] != nil || digits.utf8.count == 48 else { return nil }
    return Hex.decode(digits)
  }

  /// As above, four bytes excepted, which any word of eight letters may look like.
  static func longValue(_ text: some StringProtocol) -> [UInt8]? {
    text.utf8.count < 32 ? nil : value(text)
  }

  /// The algorithm of a label, such as `SHA2-256`, `Sha-1` or `MD5`.
  static func algorithm(label: some StringProtocol) -> String {
    let plain = label.lowercased().filter { $0.isLetter || $0.isNumber }
    if plain.hasPrefix("sha2"), ["224", "256", "384", "512"].contains(plain.dropFirst(4)) {
      return "sha" + plain.dropFirst(4)
    }
    return plain
  }

  /// The algorithm of a digest that no label names, by the name of the list and then by its length.
  static func algorithm(of value: [UInt8], list name: String) -> (name: String, isGuessed: Bool) {
    let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
    let length = byLength[value.count * 2] ?? "\(value.count * 8)-bit"
    if let label = named.first(where: { plain.contains($0) }) {
      // A list of SHA-256 may lie in a file whose name says MD5: then the length knows better.
      if byteCount(label).map({ $0 == value.count }) ?? true { return (label, false) }
    }
    return (length, true)
  }

  private static func byteCount(_ algorithm: String) -> Int? {
    byLength.first { $0.value == algorithm }.map { $0.key / 2 }
  }
}
