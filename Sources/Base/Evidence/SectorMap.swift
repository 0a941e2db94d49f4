/// What became of a sector during an acquisition.
package enum SectorState: String, Hashable, Sendable, CaseIterable {
  /// The medium returned it; the image holds what was returned.
  case read
  /// The medium refused it; the image holds the fill pattern in its place.
  case unreadable
  /// Nobody asked the medium for it.
  case notAttempted
}

/// What it took to read a sector, or to learn that it cannot be read.
package struct ReadEffort: Hashable, Sendable {
  /// 1 on the way through the medium, greater on a return to what was left out.
  package let pass: UInt32
  /// How often the sector was asked for by itself; 0 where it came with its neighbours.
  package let tries: UInt32
  /// Error number of the last refusal; `nil` where there was none.
  package let refusal: Int32?

  package init(pass: UInt32, tries: UInt32, refusal: Int32?) {
    self.pass = pass
    self.tries = tries
    self.refusal = refusal
  }

  /// Several of them in a few words: `pass 2, up to 3 tries, error 5`; empty for none.
  package static func summary(_ efforts: [ReadEffort]) -> String {
    guard let tries = efforts.map(\.tries).max() else { return "" }
    let passes = Set(efforts.map(\.pass)).sorted().map(String.init)
    let refusals = Set(efforts.compactMap(\.refusal)).sorted().map(String.init)
    var parts = ["pass \(passes.joined(separator: " and "))"]
    if tries > 0 { parts.append(tries == 1 ? "1 try" : "up to \(tries) tries") }
    if !refusals.isEmpty { parts.append("error \(refusals.joined(separator: ", "))") }
    return parts.joined(separator: ", ")
  }
}

/// The truth table of an acquisition: the state of every sector of one stream, and what it took.
///
/// Mapfile, chunk states, errors in an E01, manifest, report and progress are all rendered from this one value. A
/// healthy medium of any size needs one entry.
package struct SectorMap: Hashable, Sendable {
  package struct Run: Hashable, Sendable {
    package let range: SectorRange
    package let state: SectorState
  }

  private var states: RunMap<SectorState>
  /// `nil` for sectors that were not attempted, or came at the first time of asking.
  private var efforts: RunMap<ReadEffort?>

  /// A map in which nothing has been attempted yet.
  package init(sectorCount: UInt64) {
    self.states = RunMap(sectorCount: sectorCount, .notAttempted)
    self.efforts = RunMap(sectorCount: sectorCount, nil)
  }

  /// Number of sectors the map covers.
  package var sectorCount: UInt64 { states.sectorCount }

  /// Runs of one state in address order, without gaps, covering `0 ..< sectorCount`; neighbours differ.
  package var runs: [Run] { states.runs.map { Run(range: $0.range, state: $0.value) } }

  /// Sets the state of `range`, replacing what was there.
  /// - Precondition: `range` lies within the map.
  package mutating func mark(_ range: SectorRange, as state: SectorState, effort: ReadEffort? = nil) {
    states.mark(range, as: state)
    efforts.mark(range, as: effort)
  }

  /// States what it took to come to the state that `range` has.
  package mutating func note(_ effort: ReadEffort, for range: SectorRange) { efforts.mark(range, as: effort) }

  /// Takes over what another map of as many sectors says of `range`.
  package mutating func mark(_ range: SectorRange, as other: SectorMap) {
    for run in other.states.runs(within: range) { states.mark(run.range, as: run.value) }
    for run in other.efforts.runs(within: range) { efforts.mark(run.range, as: run.value) }
  }

  /// The ranges in `state`, in address order.
  package func ranges(in state: SectorState) -> [SectorRange] {
    states.runs.filter { $0.value == state }.map(\.range)
  }

  /// Number of sectors in `state`.
  package func count(of state: SectorState) -> UInt64 {
    states.runs.reduce(0) { $1.value == state ? $0 + $1.range.count : $0 }
  }

  /// The parts of `range` that are in `state`.
  package func ranges(in state: SectorState, within range: SectorRange) -> [SectorRange] {
    states.runs(within: range).filter { $0.value == state }.map(\.range)
  }

  /// In order, without gaps; each within `range`.
  package func runs(within range: SectorRange) -> [Run] {
    states.runs(within: range).map { Run(range: $0.range, state: $0.value) }
  }

  /// The state of one sector.
  /// - Precondition: `sector < sectorCount`.
  package func state(of sector: UInt64) -> SectorState { states.value(of: sector) }

  /// What it took in the parts of `range` that did not come at the first time of asking.
  package func efforts(within range: SectorRange) -> [ReadEffort] {
    efforts.runs(within: range).compactMap(\.value)
  }

  /// The ranges that took more than asking once, in address order.
  package var effortful: [(range: SectorRange, effort: ReadEffort)] {
    efforts.runs.compactMap { run in run.value.map { (run.range, $0) } }
  }
}
