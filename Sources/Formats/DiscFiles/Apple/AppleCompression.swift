import Evidence
import FormatKit

/// How HFS+ has compressed a file: the attribute `com.apple.decmpfs` says it, and holds small contents itself.
struct AppleCompression {
  static let attribute = "com.apple.decmpfs"

  enum Contents {
    /// In the attribute, decompressed.
    case inline([UInt8])
    /// In the resource fork, in blocks of 64 KiB.
    case resourceFork
    /// In a way that is not read, or damaged: a clause.
    case unreadable(String)
  }

  /// Bytes of the file.
  let size: UInt64
  let contents: Contents

  private static let header = 16
  private static let mostInline: UInt64 = 1 << 20

  /// - Returns: `nil` where the attribute is none.
  init?(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    guard bytes.starts(with: Array("fpmc".utf8)), let type = span.littleEndian(at: 4, as: UInt32.self),
      let size = span.littleEndian(at: 8, as: UInt64.self)
    else { return nil }
    self.size = size
    let rest = bytes[Self.header...]
    switch type {
    case 1: contents = .inline(Array(rest))
    case 3: contents = Self.inline(rest, size)
    case 4: contents = .resourceFork
    default: contents = .unreadable("HFS+ has compressed it in a way that is not read (type \(type))")
    }
  }

  private static func inline(_ stored: ArraySlice<UInt8>, _ size: UInt64) -> Contents {
    guard size <= mostInline, let plain = plain(stored, count: Int(size), Inflater()) else {
      return .unreadable("its compressed contents are damaged")
    }
    return .inline(plain)
  }

  /// A block: zlib, or plain behind a byte whose lower half is set.
  /// - Returns: `nil` where it does not have `count` bytes.
  static func plain(_ stored: ArraySlice<UInt8>, count: Int, _ inflater: Inflater) -> [UInt8]? {
    guard let first = stored.first else { return count == 0 ? [] : nil }
    if first & 0x0F == 0x0F { return stored.count - 1 == count ? Array(stored.dropFirst()) : nil }
    var plain = [UInt8](repeating: 0, count: count)
    let made = stored.withUnsafeBytes { source in
      plain.withUnsafeMutableBytes { inflater.inflate(source, into: $0) }
    }
    return made == count ? plain : nil
  }

  /// Bytes of a block in a resource fork, but for the last.
  static let blockSize = 1 << 16

  /// Where each block lies in a resource fork: a header says where its only resource begins, whose table has place and
  /// length of each.
  static func blocks(_ fork: [UInt8]) -> [Range<Int>] {
    let span = fork.span.bytes
    guard let data = span.bigEndian(at: 0, as: UInt32.self) else { return [] }
    let table = Int(data) + 4
    guard let count = span.littleEndian(at: table, as: UInt32.self), Int(count) <= fork.count / 8 else {
      return []
    }
    var blocks: [Range<Int>] = []
    for number in 0..<Int(count) {
      guard let start = span.littleEndian(at: table + 4 + 8 * number, as: UInt32.self),
        let length = span.littleEndian(at: table + 8 + 8 * number, as: UInt32.self),
        table + Int(start) + Int(length) <= fork.count
      else { return blocks }
      blocks.append(table + Int(start)..<table + Int(start) + Int(length))
    }
    return blocks
  }
}
