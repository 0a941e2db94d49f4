import Glibc

extension UnsafeRawBufferPointer {
  /// Whether these are the same bytes.
  package func holds(_ other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard let own = baseAddress, let others = other.baseAddress else { return count == 0 }
    return memcmp(own, others, count) == 0
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// Whether these are the same bytes.
  package func holds(_ other: [UInt8]) -> Bool {
    other.withUnsafeBytes { UnsafeRawBufferPointer(rebasing: self).holds($0) }
  }

  /// Whether these bytes come before others of the same length; not where the lengths differ.
  package func isBefore(_ other: [UInt8]) -> Bool {
    guard count == other.count, let start = UnsafeRawBufferPointer(rebasing: self).baseAddress else {
      return false
    }
    return other.withUnsafeBytes { $0.baseAddress.map { memcmp(start, $0, other.count) < 0 } ?? false }
  }
}
