/// The digest algorithms Exhibit computes.
package enum DigestAlgorithm: String, Hashable, Sendable, CaseIterable, Comparable {
  case md5
  case sha1
  case sha256

  /// Length of a digest in bytes.
  package var byteCount: Int {
    switch self {
    case .md5: 16
    case .sha1: 20
    case .sha256: 32
    }
  }

  /// Name as printed in reports.
  package var title: String {
    switch self {
    case .md5: "MD5"
    case .sha1: "SHA-1"
    case .sha256: "SHA-256"
    }
  }

  package static func < (left: Self, right: Self) -> Bool { left.byteCount < right.byteCount }
}

/// A digest value with the algorithm that made it.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  package let algorithm: DigestAlgorithm
  /// `algorithm.byteCount` bytes.
  package let bytes: [UInt8]

  /// - Precondition: `bytes` has the algorithm's length.
  package init(_ algorithm: DigestAlgorithm, _ bytes: [UInt8]) {
    precondition(bytes.count == algorithm.byteCount, "wrong length for \(algorithm.title)")
    self.algorithm = algorithm
    self.bytes = bytes
  }

  /// Reads lower- or upper-case hexadecimal; `nil` when it is not exactly one digest of this algorithm.
  package init?(_ algorithm: DigestAlgorithm, hex: String) {
    guard let bytes = Hex.decode(hex), bytes.count == algorithm.byteCount else { return nil }
    self.init(algorithm, bytes)
  }

  package var hex: String { Hex.encode(bytes) }
  package var description: String { hex }
}

/// At most one digest per algorithm.
package struct DigestSet: Hashable, Sendable {
  private var values: [DigestAlgorithm: Digest] = [:]

  package init(_ digests: [Digest] = []) {
    for digest in digests { values[digest.algorithm] = digest }
  }

  package subscript(_ algorithm: DigestAlgorithm) -> Digest? { values[algorithm] }
  package mutating func insert(_ digest: Digest) { values[digest.algorithm] = digest }
  package var isEmpty: Bool { values.isEmpty }
  /// In the fixed order MD5, SHA-1, SHA-256.
  package var all: [Digest] { values.values.sorted { $0.algorithm < $1.algorithm } }
}

/// Lower-case hexadecimal.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  package static func encode(_ bytes: some Sequence<UInt8>) -> String {
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// `nil` unless `text` is an even number of hexadecimal digits and nothing else.
  package static func decode(_ text: some StringProtocol) -> [UInt8]? {
    let utf8 = Array(text.utf8)
    guard utf8.count % 2 == 0 else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(utf8.count / 2)
    for index in stride(from: 0, to: utf8.count, by: 2) {
      guard let high = value(utf8[index]), let low = value(utf8[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }

  private static func value(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
