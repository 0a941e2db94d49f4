import Evidence
import EvidenceTestKit
import Testing

@Suite struct SectorRangeTests {
  @Test func bothFormsAreTheSame() {
    let range = SectorRange(first: 2048, count: 2048)
    #expect(range == SectorRange(2048..<4096))
    #expect(range.end == 4096)
    #expect(!range.isEmpty)
    #expect(SectorRange(first: .max, count: 0).isEmpty)
    #expect(SectorRange(first: .max - 1, count: 1).end == .max)
  }

  @Test func describesItselfInclusively() {
    #expect(SectorRange(first: 2048, count: 2048).description == "2048-4095")
    #expect(SectorRange(first: 7, count: 1).description == "7")
    #expect(SectorRange(first: 7, count: 0).description == "none")
  }

  @Test func intersectsOnlyWhatIsShared() {
    let range = SectorRange(10..<20)
    #expect(range.intersection(SectorRange(15..<30)) == SectorRange(15..<20))
    #expect(range.intersection(SectorRange(0..<11)) == SectorRange(10..<11))
    #expect(range.intersection(SectorRange(12..<13)) == SectorRange(12..<13))
    #expect(range.intersection(SectorRange(20..<30)) == nil)
    #expect(range.intersection(SectorRange(0..<10)) == nil)
    #expect(range.intersection(SectorRange(15..<15)) == nil)
  }

  @Test func ordersByAddressThenCount() {
    let ranges = [SectorRange(5..<6), SectorRange(0..<9), SectorRange(0..<1)]
    #expect(ranges.sorted() == [SectorRange(0..<1), SectorRange(0..<9), SectorRange(5..<6)])
  }

  @Test func joinsTouchingAndOverlapping() {
    let ranges = [
      SectorRange(30..<40), SectorRange(0..<10), SectorRange(10..<12), SectorRange(5..<8),
      SectorRange(50..<50), SectorRange(13..<14), SectorRange(35..<45),
    ]
    #expect(ranges.joined() == [SectorRange(0..<12), SectorRange(13..<14), SectorRange(30..<45)])
    #expect([SectorRange]().joined().isEmpty)
  }

  @Test func joinedHoldsTheSameSectors() {
    var generator = SeededGenerator(seed: 17)
    for _ in 0..<200 {
      let ranges = (0..<12).map { _ in
        SectorRange(
          first: .random(in: 0..<60, using: &generator), count: .random(in: 0..<9, using: &generator))
      }
      let joined = ranges.joined()
      #expect(Set(joined.flatMap { $0.first..<$0.end }) == Set(ranges.flatMap { $0.first..<$0.end }))
      #expect(zip(joined, joined.dropFirst()).allSatisfy { $0.end < $1.first }, "\(ranges)")
    }
  }

  @Test func listsUpToALimit() {
    let ranges = (0..<10).map { SectorRange(first: $0 * 10, count: 2) }
    #expect(ranges.listed(limit: 2) == "0-1, 10-11 and 8 more ranges")
    #expect(Array(ranges.prefix(2)).listed(limit: 2) == "0-1, 10-11")
    #expect([SectorRange]().listed() == "")
  }
}
