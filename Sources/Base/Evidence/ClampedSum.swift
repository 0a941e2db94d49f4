extension Sequence<UInt64> {
  /// Their sum, or the largest number there is: sizes that files state of themselves add up to anything.
  package func clampedSum() -> UInt64 {
    reduce(0) { sum, next in
      let (sum, overflow) = sum.addingReportingOverflow(next)
      return overflow ? .max : sum
    }
  }
}
