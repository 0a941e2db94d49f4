/// A value for every sector of a stream, kept as runs: neighbouring runs always differ in value.
package struct RunMap<Value: Hashable & Sendable>: Hashable, Sendable {
  package struct Run: Hashable, Sendable {
    package let range: SectorRange
    package let value: Value
  }

  /// Number of sectors the map covers.
  package let sectorCount: UInt64
  /// Runs in address order, without gaps, covering `0 ..< sectorCount`.
  package private(set) var runs: [Run]

  package init(sectorCount: UInt64, _ value: Value) {
    self.sectorCount = sectorCount
    self.runs = sectorCount == 0 ? [] : [Run(range: SectorRange(0..<sectorCount), value: value)]
  }

  /// Sets the value of `range`, replacing what was there.
  /// - Precondition: `range` lies within the map.
  package mutating func mark(_ range: SectorRange, as value: Value) {
    precondition(range.end <= sectorCount, "sector range past the end of the map")
    guard !range.isEmpty else { return }
    let low = runIndex(containing: range.first)
    let high = runIndex(containing: range.end - 1)

    var replacement: [Run] = []
    func append(_ piece: Range<UInt64>, _ value: Value) {
      guard !piece.isEmpty else { return }
      if let last = replacement.last, last.value == value {
        replacement[replacement.count - 1] = Run(
          range: SectorRange(last.range.first..<piece.upperBound), value: value)
      } else {
        replacement.append(Run(range: SectorRange(piece), value: value))
      }
    }

    let from = low > 0 ? low - 1 : low
    let through = high + 1 < runs.count ? high + 1 : high
    for run in runs[from..<low] { append(run.range.first..<run.range.end, run.value) }
    append(runs[low].range.first..<range.first, runs[low].value)
    append(range.first..<range.end, value)
    append(range.end..<runs[high].range.end, runs[high].value)
    for run in runs[(high + 1)..<(through + 1)] { append(run.range.first..<run.range.end, run.value) }
    runs.replaceSubrange(from...through, with: replacement)
  }

  /// The runs that lie in `range`, cut to it.
  package func runs(within range: SectorRange) -> [Run] {
    guard !range.isEmpty, range.first < sectorCount else { return [] }
    var found: [Run] = []
    for run in runs[runIndex(containing: range.first)...] {
      guard run.range.first < range.end else { break }
      if let part = run.range.intersection(range) { found.append(Run(range: part, value: run.value)) }
    }
    return found
  }

  /// - Precondition: `sector < sectorCount`.
  package func value(of sector: UInt64) -> Value { runs[runIndex(containing: sector)].value }

  private func runIndex(containing sector: UInt64) -> Int {
    var low = 0
    var high = runs.count
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].range.end <= sector { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
