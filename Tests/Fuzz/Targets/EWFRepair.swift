import FormatKit

/// Makes the checksums of an E01 file right, so that mutations of its fields reach the code behind them.
enum EWFRepair {
  private static let descriptorSize = 76
  /// Most sections that are followed.
  private static let limit = 256

  static func repaired(_ file: [UInt8]) -> [UInt8] {
    var bytes = file
    var offset = 13
    for _ in 0..<limit {
      guard offset <= bytes.count - descriptorSize else { break }
      sum(&bytes, offset..<offset + 72)
      let type = String(decoding: bytes[offset..<offset + 16].prefix { $0 != 0 }, as: UTF8.self)
      let next = number(bytes, at: offset + 16, count: 8)
      repairPayload(&bytes, type, from: offset + descriptorSize, to: min(next, bytes.count))
      guard next > offset else { break }
      offset = next
    }
    return bytes
  }

  private static func repairPayload(_ bytes: inout [UInt8], _ type: String, from start: Int, to end: Int) {
    switch type {
    case "volume", "disk", "data":
      sum(&bytes, start..<start + (end - start < 1052 ? 90 : 1048))
    case "table", "table2":
      let count = number(bytes, at: start, count: 4)
      sum(&bytes, start..<start + 20)
      sum(&bytes, start + 24..<start + 24 + 4 * min(count, 1 << 16))
    case "digest": sum(&bytes, start..<start + 76)
    case "hash": sum(&bytes, start..<start + 32)
    case "error2":
      let count = number(bytes, at: start, count: 4)
      sum(&bytes, start..<start + 516)
      sum(&bytes, start + 520..<start + 520 + 8 * min(count, 1 << 16))
    case "session":
      let count = number(bytes, at: start, count: 4)
      sum(&bytes, start..<start + 32)
      sum(&bytes, start + 36..<start + 36 + 32 * min(count, 1 << 16))
    default: break
    }
  }

  /// Writes the Adler-32 of `range` behind it, where both lie in the file.
  private static func sum(_ bytes: inout [UInt8], _ range: Range<Int>) {
    guard range.upperBound <= bytes.count - 4 else { return }
    let checksum = bytes.withUnsafeBytes { Adler32.of(UnsafeRawBufferPointer(rebasing: $0[range])) }
    for index in 0..<4 {
      bytes[range.upperBound + index] = UInt8(truncatingIfNeeded: checksum >> UInt32(8 * index))
    }
  }

  /// A little-endian field; clamped to what an offset in a file can be, 0 where it is not there.
  private static func number(_ bytes: [UInt8], at offset: Int, count: Int) -> Int {
    guard offset >= 0, offset <= bytes.count - count else { return 0 }
    let value = (0..<count).reduce(UInt64(0)) { $0 | UInt64(bytes[offset + $1]) << UInt64(8 * $1) }
    return Int(min(value, 1 << 40))
  }
}
