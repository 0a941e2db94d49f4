import Evidence

/// One entry of a tar archive as POSIX describes it (IEEE Std 1003.1, "pax": ustar with extended headers). Pure: bytes to
/// values and back.
package struct TarHeader: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case file, folder }

  package static let blockSize = 512
  /// Largest number the plain header can say; a larger size stands in an extended header.
  package static let largestPlainNumber: UInt64 = 0o777_7777_7777
  private static let longestPlainPath = 100

  /// With `/` between names; relative.
  package let path: String
  package let kind: Kind
  /// Bytes.
  package let size: UInt64
  /// Seconds since 1970; what is after the year 2242 is written as the last second a header can say.
  package let modified: UInt64

  package init(path: String, kind: Kind, size: UInt64, modified: UInt64) {
    self.path = path
    self.kind = kind
    self.size = size
    self.modified = modified
  }

  /// The blocks before the contents.
  package var blocks: [UInt8] {
    let utf8 = Array((kind == .folder ? path + "/" : path).utf8)
    let isPlain = utf8.count <= Self.longestPlainPath && utf8.allSatisfy { $0 < 0x80 }
    guard !isPlain || size > Self.largestPlainNumber else {
      return block(name: utf8, size: size, type: kind.letter)
    }
    var records = Self.record("path", String(decoding: utf8, as: UTF8.self))
    if size > Self.largestPlainNumber { records += Self.record("size", String(size)) }
    let extended = block(name: Array("pax".utf8), size: UInt64(records.count), type: UInt8(ascii: "x"))
    // What a program that does not know extended headers makes of it.
    let short = isPlain ? utf8 : Array("long-name".utf8)
    return extended + Self.padded(records)
      + block(name: short, size: size > Self.largestPlainNumber ? 0 : size, type: kind.letter)
  }

  /// Bytes filled up to whole blocks.
  static func padded(_ bytes: [UInt8]) -> [UInt8] {
    bytes + [UInt8](repeating: 0, count: padding(UInt64(bytes.count)))
  }

  /// Zeros behind contents of this size.
  package static func padding(_ size: UInt64) -> Int { Int((512 - size % 512) % 512) }

  /// Two blocks of zeros end an archive.
  static let end = [UInt8](repeating: 0, count: 2 * blockSize)

  /// `LENGTH KEY=VALUE\n`, where the length counts itself.
  private static func record(_ key: String, _ value: String) -> [UInt8] {
    let rest = " \(key)=\(value)\n".utf8
    var length = rest.count + 1
    while String(length).utf8.count + rest.count != length { length += 1 }
    return Array(String(length).utf8) + rest
  }

  private func block(name: [UInt8], size: UInt64, type: UInt8) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: Self.blockSize)
    func set(_ offset: Int, _ bytes: some Sequence<UInt8>) {
      for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
    }
    func octal(_ value: UInt64, digits: Int) -> [UInt8] {
      let text = String(value, radix: 8)
      return Array((String(repeating: "0", count: digits - text.utf8.count) + text).utf8)
    }
    set(0, name)
    set(100, octal(kind == .folder ? 0o755 : 0o644, digits: 7))
    set(108, octal(0, digits: 7))
    set(116, octal(0, digits: 7))
    set(124, octal(size, digits: 11))
    set(136, octal(min(modified, Self.largestPlainNumber), digits: 11))
    set(148, Array("        ".utf8))
    block[156] = type
    set(257, Array("ustar\0".utf8))
    set(263, Array("00".utf8))
    set(148, octal(Self.checksum(block), digits: 6) + [0, UInt8(ascii: " ")])
    return block
  }

  private static func checksum(_ block: [UInt8]) -> UInt64 {
    block.enumerated().reduce(0) { $0 + UInt64((148..<156).contains($1.offset) ? 0x20 : $1.element) }
  }
}

extension TarHeader.Kind {
  fileprivate var letter: UInt8 { self == .folder ? UInt8(ascii: "5") : UInt8(ascii: "0") }
}

/// Reads headers block by block.
package struct TarHeaderReader {
  /// Most bytes of an extended header.
  static let largestExtension: UInt64 = 1 << 20

  /// What a block says.
  package enum Step: Hashable, Sendable {
    /// An extended header of this many bytes follows; hand it to ``takeExtension(_:)``.
    case extended(UInt64)
    case entry(TarHeader)
    case end
  }

  // From an extended header, for the next entry.
  private var path: String?
  private var size: UInt64?

  package init() {}

  /// - Returns: `nil` where the block is no header of a kind that can stand in an archive of a case.
  package mutating func take(_ block: [UInt8]) -> Step? {
    guard block.count == TarHeader.blockSize else { return nil }
    if block.allSatisfy({ $0 == 0 }) { return .end }
    guard block[257..<263].elementsEqual("ustar\0".utf8), let sum = Self.octal(block[148..<156]),
      sum
        == block.enumerated().reduce(0, { $0 + UInt64((148..<156).contains($1.offset) ? 0x20 : $1.element) }),
      let plainSize = Self.octal(block[124..<136]), let modified = Self.octal(block[136..<148])
    else { return nil }
    switch block[156] {
    case UInt8(ascii: "x"): return plainSize <= Self.largestExtension ? .extended(plainSize) : nil
    case UInt8(ascii: "0"), 0: return entry(block, .file, size ?? plainSize, modified)
    case UInt8(ascii: "5"): return entry(block, .folder, 0, modified)
    default: return nil
    }
  }

  private mutating func entry(
    _ block: [UInt8], _ kind: TarHeader.Kind, _ size: UInt64, _ modified: UInt64
  ) -> Step? {
    func text(_ range: Range<Int>) -> String? {
      String(validating: block[range].prefix { $0 != 0 }, as: UTF8.self)
    }
    guard let name = text(0..<100), let prefix = text(345..<500) else { return nil }
    var full = path ?? (prefix.isEmpty ? name : prefix + "/" + name)
    while full.hasSuffix("/") { full.removeLast() }
    (path, self.size) = (nil, nil)
    return .entry(TarHeader(path: full, kind: kind, size: size, modified: modified))
  }

  /// - Returns: whether the bytes are records of an extended header. Those that concern neither path nor size are passed
  ///   over.
  package mutating func takeExtension(_ bytes: [UInt8]) -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length <= rest.count,
        rest.startIndex + length > space + 1, rest[rest.startIndex + length - 1] == UInt8(ascii: "\n")
      else { return false }
      let record = rest[(space + 1)..<(rest.startIndex + length - 1)]
      guard let equals = record.firstIndex(of: UInt8(ascii: "=")),
        let value = String(validating: record[(equals + 1)...], as: UTF8.self)
      else { return false }
      switch String(decoding: record[..<equals], as: UTF8.self) {
      case "path": path = value
      case "size":
        guard let number = UInt64(value) else { return false }
        size = number
      default: break
      }
      rest = rest[(rest.startIndex + length)...]
    }
    return true
  }

  private static func octal(_ field: ArraySlice<UInt8>) -> UInt64? {
    let digits = field.drop { $0 == UInt8(ascii: " ") }.prefix { $0 != 0 && $0 != UInt8(ascii: " ") }
    return digits.isEmpty ? 0 : UInt64(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}
