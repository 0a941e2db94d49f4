import Evidence
import FormatKit
import Glibc

/// What holds of every reader of images.
enum ReaderInvariants {
  /// Most bytes read in a row: a file may claim any length.
  private static let window: UInt64 = 128 << 10

  static func problem(with reader: any ImageReader) -> String? {
    let length = reader.geometry.length
    // The beginning, a piece across a border of chunks, and the end.
    var ranges = [0..<min(length, window), max(length, window) - window..<length]
    let unit = UInt64(reader.unitSize)
    if unit < length { ranges.append(unit - 1..<min(unit + 1, length)) }
    if unit < 1 << 24 { ranges.append(length / 2..<min(length, length / 2 + 3 * min(unit, 1 << 16))) }
    for range in ranges {
      // Two fillings: a byte that nobody delivered differs.
      let (one, damage) = read(reader, range, filling: 0x5a)
      let (two, again) = read(reader, range, filling: 0xa5)
      guard areEqual(one[...], two[...]) else { return "\(range) is not delivered whole" }
      guard damage == again else { return "\(range) is damaged differently each time" }
      if let wrong = problem(damage: damage, of: one, range: range) { return wrong }
      if let wrong = compare(reader, range, one) { return wrong }
    }
    return nil
  }

  private static func problem(damage: [DamagedRange], of bytes: [UInt8], range: Range<UInt64>) -> String? {
    var end = range.lowerBound
    for damaged in damage.map(\.bytes) {
      guard !damaged.isEmpty, damaged.lowerBound >= end, damaged.upperBound <= range.upperBound else {
        return "damage \(damaged) of \(range)"
      }
      end = damaged.upperBound
      let part = Int(damaged.lowerBound - range.lowerBound)..<Int(damaged.upperBound - range.lowerBound)
      guard areEqual(bytes[part], [UInt8](repeating: 0, count: part.count)[...]) else {
        return "damage \(damaged) is not delivered as zeros"
      }
    }
    return nil
  }

  /// A small read inside `range` gives the same bytes as the large one.
  private static func compare(_ reader: any ImageReader, _ range: Range<UInt64>, _ whole: [UInt8]) -> String?
  {
    guard whole.count > 3 else { return nil }
    let part = whole.count / 3..<min(whole.count, whole.count / 3 + 5000)
    let place = range.lowerBound + UInt64(part.lowerBound)..<range.lowerBound + UInt64(part.upperBound)
    return areEqual(read(reader, place, filling: 0x33).bytes[...], whole[part])
      ? nil : "\(place) differs when read alone"
  }

  /// Without a look of the sanitizer at every byte.
  private static func areEqual(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
      right.withUnsafeBytes { right in
        guard let first = left.baseAddress, let second = right.baseAddress else { return true }
        return memcmp(first, second, left.count) == 0
      }
    }
  }

  private static func read(
    _ reader: any ImageReader, _ range: Range<UInt64>, filling: UInt8
  ) -> (bytes: [UInt8], damage: [DamagedRange]) {
    var bytes = [UInt8](repeating: filling, count: Int(range.upperBound - range.lowerBound))
    var damage: [DamagedRange] = []
    bytes.withUnsafeMutableBytes { buffer in
      do throws(EvidenceError) { damage = try reader.read(into: buffer, at: range.lowerBound) } catch {
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
      }
    }
    return (bytes, damage)
  }
}
