/// A run of consecutive sectors: `first ..< first + count`.
///
/// Sector numbers are logical block addresses in units of the stream they belong to (512, 2048, 4096 bytes …).
package struct SectorRange: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Address of the first sector.
  package let first: UInt64
  /// Number of sectors; a range of none is allowed and contains nothing.
  package let count: UInt64

  /// - Precondition: `first + count` does not overflow.
  package init(first: UInt64, count: UInt64) {
    precondition(!first.addingReportingOverflow(count).overflow, "sector range past 2^64")
    self.first = first
    self.count = count
  }

  /// The half-open form of the same range.
  package init(_ range: Range<UInt64>) {
    self.init(first: range.lowerBound, count: range.upperBound - range.lowerBound)
  }

  /// The address after the last sector.
  package var end: UInt64 { first + count }
  package var isEmpty: Bool { count == 0 }

  package func intersection(_ other: SectorRange) -> SectorRange? {
    let low = max(first, other.first)
    let high = min(end, other.end)
    return low < high ? SectorRange(low..<high) : nil
  }

  /// Inclusive, as examiners write it: `2048-4095`, or `7` for a single sector.
  package var description: String {
    count == 1 ? "\(first)" : isEmpty ? "none" : "\(first)-\(end - 1)"
  }

  package static func < (left: SectorRange, right: SectorRange) -> Bool {
    (left.first, left.count) < (right.first, right.count)
  }
}

extension Array where Element == SectorRange {
  /// What of the ranges lies in none of the others.
  /// - Parameter others: in order, not overlapping.
  package func without(_ others: [SectorRange]) -> [SectorRange] {
    flatMap { range in
      var rest: [SectorRange] = []
      var position = range.first
      for other in others {
        guard let shared = other.intersection(range) else { continue }
        if shared.first > position { rest.append(SectorRange(position..<shared.first)) }
        position = Swift.max(position, shared.end)
      }
      if position < range.end { rest.append(SectorRange(position..<range.end)) }
      return rest
    }
  }

  /// Sorted, with touching and overlapping ranges joined.
  package func joined() -> [SectorRange] {
    var result: [SectorRange] = []
    for range in sorted() where !range.isEmpty {
      if let last = result.last, range.first <= last.end {
        result[result.count - 1] = SectorRange(last.first..<Swift.max(last.end, range.end))
      } else {
        result.append(range)
      }
    }
    return result
  }

  /// Inclusive ranges joined with commas; the rest is counted once `limit` are shown.
  package func listed(limit: Int = 8) -> String {
    let shown = prefix(limit).map(\.description).joined(separator: ", ")
    return count > limit ? "\(shown) and \(count - limit) more ranges" : shown
  }
}
