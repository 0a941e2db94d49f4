import Evidence
import EvidenceTestKit
import Testing

@Suite struct SectorMapTests {
  @Test func beginsWithNothingAttempted() {
    let map = SectorMap(sectorCount: 100)
    #expect(map.runs.count == 1)
    #expect(map.ranges(in: .notAttempted) == [SectorRange(0..<100)])
    #expect(map.count(of: .notAttempted) == 100)
    #expect(SectorMap(sectorCount: 0).runs.isEmpty)
    #expect(SectorMap(sectorCount: 0).ranges(in: .read, within: SectorRange(0..<10)).isEmpty)
  }

  @Test func aHealthyMediumNeedsOneRun() {
    var map = SectorMap(sectorCount: 1 << 40)
    for block in 0..<UInt64(64) { map.mark(SectorRange(first: block << 34, count: 1 << 34), as: .read) }
    #expect(map.runs.count == 1)
    #expect(map.count(of: .read) == 1 << 40)
  }

  @Test func markingNothingChangesNothing() {
    var map = SectorMap(sectorCount: 10)
    let before = map
    map.mark(SectorRange(5..<5), as: .unreadable)
    map.mark(SectorRange(10..<10), as: .read)
    #expect(map == before)
  }

  /// Every question is answered as a plain array of states answers it, whatever was marked in whatever order.
  @Test(arguments: [1, 2, 7, 64, 300] as [UInt64])
  func behavesAsAPlainArray(sectorCount: UInt64) {
    var generator = SeededGenerator(seed: sectorCount)
    var map = SectorMap(sectorCount: sectorCount)
    var model = [SectorState](repeating: .notAttempted, count: Int(sectorCount))
    for step in 0..<600 {
      let range = randomRange(within: sectorCount, &generator)
      let state = SectorState.allCases.randomElement(using: &generator) ?? .read
      map.mark(range, as: state)
      for sector in range.first..<range.end { model[Int(sector)] = state }

      #expect(runsAreSound(map), "step \(step)")
      #expect(
        map.runs.flatMap { run in [SectorState](repeating: run.state, count: Int(run.range.count)) } == model)
      let window = randomRange(within: sectorCount, &generator)
      for state in SectorState.allCases {
        let wanted = model.indices.filter { model[$0] == state }.map(UInt64.init)
        #expect(map.count(of: state) == UInt64(wanted.count))
        #expect(map.ranges(in: state).flatMap { $0.first..<$0.end } == wanted)
        let inside = wanted.filter { $0 >= window.first && $0 < window.end }
        #expect(map.ranges(in: state, within: window).flatMap { $0.first..<$0.end } == inside)
      }
      let sector = UInt64.random(in: 0..<sectorCount, using: &generator)
      #expect(map.state(of: sector) == model[Int(sector)])
    }
  }

  @Test func asksBeyondTheEndWithoutHarm() {
    var map = SectorMap(sectorCount: 10)
    map.mark(SectorRange(8..<10), as: .unreadable)
    #expect(map.ranges(in: .unreadable, within: SectorRange(9..<50)) == [SectorRange(9..<10)])
    #expect(map.ranges(in: .unreadable, within: SectorRange(10..<50)).isEmpty)
  }

  private func randomRange(within count: UInt64, _ generator: inout SeededGenerator) -> SectorRange {
    let first = UInt64.random(in: 0..<count, using: &generator)
    return SectorRange(first: first, count: .random(in: 0...(count - first), using: &generator))
  }

  /// Without gaps, without empty runs, neighbours of different states.
  private func runsAreSound(_ map: SectorMap) -> Bool {
    map.runs.first?.range.first == 0 && map.runs.last?.range.end == map.sectorCount
      && map.runs.allSatisfy { !$0.range.isEmpty }
      && zip(map.runs, map.runs.dropFirst()).allSatisfy {
        $0.range.end == $1.range.first && $0.state != $1.state
      }
  }
}
