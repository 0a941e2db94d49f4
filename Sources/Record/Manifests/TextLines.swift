import Evidence

/// Lines of a text of which every byte counts: ASCII, each line ended by LF, none without.
struct TextLines {
  private let bytes: [UInt8]
  private let name: String
  private var position = 0
  /// Number of the line taken last, from 1.
  private(set) var number = 0

  /// - Throws: `fileTooLarge` past `cap`, `recordFileMalformed` for a last line without an end.
  init(_ bytes: [UInt8], name: String, cap: Int) throws(EvidenceError) {
    guard bytes.count <= cap else { throw EvidenceError(.fileTooLarge, name, "more than \(cap) bytes") }
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
      throw EvidenceError(.recordFileMalformed, name, "the last line has no end")
    }
    self.bytes = bytes
    self.name = name
  }

  /// The next line without its LF; `nil` after the last.
  mutating func next() -> ArraySlice<UInt8>? {
    guard position < bytes.count else { return nil }
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    defer { position = end + 1 }
    number += 1
    return bytes[position..<end]
  }

  func failure(_ reason: String) -> EvidenceError {
    EvidenceError(.recordFileMalformed, name, "line \(number): \(reason)")
  }

  /// A decimal number without sign or leading zeros.
  static func decimal(_ text: ArraySlice<UInt8>) -> UInt64? {
    guard let first = text.first, text.count == 1 || first != UInt8(ascii: "0"),
      text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return UInt64(String(decoding: text, as: UTF8.self))
  }

  /// A digest in lower-case hexadecimal.
  static func digest(_ text: ArraySlice<UInt8>, _ algorithm: DigestAlgorithm) -> Digest? {
    let hex = String(decoding: text, as: UTF8.self)
    guard text.count == 2 * algorithm.byteCount, let digest = Digest(algorithm, hex: hex), digest.hex == hex
    else {
      return nil
    }
    return digest
  }
}
