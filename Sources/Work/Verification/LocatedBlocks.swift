/// The blocks of a stream in which something lies, in order.
struct LocatedBlocks {
  struct Place {
    /// Number of the block in the stream.
    let block: UInt64
    /// How many came before it.
    let order: UInt64
  }

  /// Runs of blocks, in order.
  private var runs: ArraySlice<Range<UInt64>>
  private var order: UInt64 = 0

  /// - Parameters:
  ///   - bytes: parts of the stream, in order.
  ///   - blockSize: in bytes, positive.
  ///   - length: where the stream ends.
  init(_ bytes: [Range<UInt64>], blockSize: UInt64, length: UInt64) {
    var runs: [Range<UInt64>] = []
    for part in bytes where part.lowerBound < length {
      let first = max(part.lowerBound / blockSize, runs.last?.upperBound ?? 0)
      let end = (min(part.upperBound, length) - 1) / blockSize + 1
      if first < end { runs.append(first..<end) }
    }
    self.runs = runs[...]
  }

  mutating func next() -> Place? {
    guard let run = runs.first else { return nil }
    defer {
      order += 1
      if run.count > 1 {
        runs[runs.startIndex] = run.lowerBound + 1..<run.upperBound
      } else {
        runs.removeFirst()
      }
    }
    return Place(block: run.lowerBound, order: order)
  }
}
