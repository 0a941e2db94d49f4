/// What became of a sector during an acquisition.
package enum SectorState: String, Hashable, Sendable, CaseIterable {
  /// The medium returned it; the image holds what was returned.
  case read
  /// The medium refused it; the image holds the fill pattern in its place.
  case unreadable
  /// Nobody asked the medium for it.
  case notAttempted
}

/// The truth table of an acquisition: the state of every sector of one stream.
///
/// Mapfile, chunk states, manifest and report are all rendered from this one value. Kept as runs, so that a
/// healthy medium of any size needs one entry; neighbouring runs always differ in state.
package struct SectorMap: Hashable, Sendable {
  package struct Run: Hashable, Sendable {
    package let range: SectorRange
    package let state: SectorState
  }

  /// Number of sectors the map covers.
  package let sectorCount: UInt64
  /// Runs in address order, without gaps, covering `0 ..< sectorCount`.
  package private(set) var runs: [Run]

  /// A map in which nothing has been attempted yet.
  package init(sectorCount: UInt64) {
    self.sectorCount = sectorCount
    self.runs =
      sectorCount == 0 ? [] : [Run(range: SectorRange(0..<sectorCount), state: .notAttempted)]
  }

  /// Sets the state of `range`, replacing what was there.
  /// - Precondition: `range` lies within the map.
  package mutating func mark(_ range: SectorRange, as state: SectorState) {
    precondition(range.end <= sectorCount, "sector range past the end of the map")
    guard !range.isEmpty else { return }
    let low = runIndex(containing: range.first)
    let high = runIndex(containing: range.end - 1)

    var replacement: [Run] = []
    func append(_ piece: Range<UInt64>, _ state: SectorState) {
      guard !piece.isEmpty else { return }
      if let last = replacement.last, last.state == state {
        replacement[replacement.count - 1] = Run(
          range: SectorRange(last.range.first..<piece.upperBound), state: state)
      } else {
        replacement.append(Run(range: SectorRange(piece), state: state))
      }
    }

    let from = low > 0 ? low - 1 : low
    let through = high + 1 < runs.count ? high + 1 : high
    for run in runs[from..<low] { append(run.range.first..<run.range.end, run.state) }
    append(runs[low].range.first..<range.first, runs[low].state)
    append(range.first..<range.end, state)
    append(range.end..<runs[high].range.end, runs[high].state)
    for run in runs[(high + 1)..<(through + 1)] { append(run.range.first..<run.range.end, run.state) }
    runs.replaceSubrange(from...through, with: replacement)
  }

  /// The ranges in `state`, in address order.
  package func ranges(in state: SectorState) -> [SectorRange] {
    runs.filter { $0.state == state }.map(\.range)
  }

  /// Number of sectors in `state`.
  package func count(of state: SectorState) -> UInt64 {
    runs.reduce(0) { $1.state == state ? $0 + $1.range.count : $0 }
  }

  /// The parts of `range` that are in `state`.
  package func ranges(in state: SectorState, within range: SectorRange) -> [SectorRange] {
    guard !range.isEmpty, range.first < sectorCount else { return [] }
    var found: [SectorRange] = []
    for run in runs[runIndex(containing: range.first)...] {
      guard run.range.first < range.end else { break }
      if run.state == state, let part = run.range.intersection(range) { found.append(part) }
    }
    return found
  }

  /// The state of one sector.
  /// - Precondition: `sector < sectorCount`.
  package func state(of sector: UInt64) -> SectorState {
    runs[runIndex(containing: sector)].state
  }

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
