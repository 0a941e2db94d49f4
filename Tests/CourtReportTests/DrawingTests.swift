import CaseRecords
import CourtReport
import Evidence
import EvidenceTestKit
import Foundation
import Testing

@Suite struct DrawingTests {
  private let words = Wording(.english)

  @Test func aSingleUnreadableSectorIsSeen() {
    let count: UInt64 = 1 << 40
    let map = SampleContents.map(unreadable: [SectorRange(first: count - 1, count: 1)], sectors: count)
    let pieces = SectorMapDrawing(map, words).pieces
    #expect(pieces.last?.state == .unreadable && pieces.last?.width == 2)
    #expect(pieces.count { $0.state == .unreadable } == 1)
  }

  @Test(arguments: [UInt64(0), 1, 7, 599, 600, 601, 4800, 4801, 1 << 53, .max])
  func everyRowIsFilledFromEndToEnd(_ count: UInt64) {
    var map = SectorMap(sectorCount: count)
    if count > 2 { map.mark(SectorRange(first: count / 2, count: 1), as: .read) }
    let pieces = SectorMapDrawing(map, words).pieces
    let rows = Dictionary(grouping: pieces, by: \.row)
    #expect(rows.count == (count == 0 ? 0 : count > 4800 ? 8 : 1))
    for row in rows.values {
      var end = 0
      for piece in row {
        #expect(piece.column == end)
        end += piece.width
      }
      #expect(end == 600)
    }
  }

  /// Where each state is drawn is where it is, to a column.
  @Test func statesAreDrawnWhereTheyAre() {
    var map = SectorMap(sectorCount: 48_000)
    map.mark(SectorRange(0..<24_000), as: .read)
    map.mark(SectorRange(first: 12_000, count: 10), as: .unreadable)
    let pieces = SectorMapDrawing(map, words).pieces
    let states = (0..<4800).map { column in
      pieces.first { $0.row == column / 600 && ($0.column..<$0.column + $0.width).contains(column % 600) }?
        .state
    }
    #expect(states[1200] == .unreadable && states[1198] == .read && states[1203] == .read)
    #expect(states[2398] == .read && states[2401] == .notAttempted && states[4799] == .notAttempted)
  }

  @Test(arguments: ["map", "rate", "disc"])
  func drawingsAreWellFormed(_ kind: String) throws {
    let length = SampleContents.failing.items[0].acquisitions[0].entry.acquisition.length
    let rate = try #require(SampleContents.failing.items[0].acquisitions[0].readRate)
    let map = SampleContents.map(unreadable: SampleContents.failingRanges)
    let svg =
      switch kind {
      case "map": SectorMapDrawing(map, words).svg
      case "rate": try #require(ReadRateDrawing(rate, length: length, words)).svg
      default: DiscLayoutDrawing(SampleDisc.cdExtra.build().disc).svg
      }
    let checked = try Tool.run("xmllint", ["--noout", "-"], input: Data(svg.utf8))
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(svg.contains("<title>") && svg.contains("aria-label="))
  }

  @Test func theReadRateIsWhatWasMeasured() {
    var rate = ReadRate()
    // 1000 bytes in 10 ms each, then half as fast.
    for step in 0...1000 {
      let milliseconds = step <= 500 ? 10 * step : 5000 + 20 * (step - 500)
      rate.note(bytes: UInt64(step) * 1000, of: 1_000_000, milliseconds: UInt64(milliseconds))
    }
    #expect(rate.points.count <= ReadRate.mostPoints + 1 && rate.points.count > 100)
    #expect(ReadRate(rate.json) == rate)
    #expect(rate.stretches.first?.rate.rounded() == 100_000 && rate.stretches.last?.rate.rounded() == 50_000)
    #expect(rate.stretches.first?.from == 0 && rate.stretches.last?.to ?? 0 > 980_000)
    #expect(ReadRate(["1"]) == nil && ReadRate([[2, 1], [1, 2]]) == nil && ReadRate(nil) == nil)
  }

  @Test(arguments: [(UInt64(0), "0"), (999, "999"), (1000, "1 000"), (62_533_296, "62 533 296")])
  func digitsAreGrouped(_ number: UInt64, _ text: String) {
    #expect(Wording(.english).number(number) == text.replacingOccurrences(of: " ", with: ","))
    #expect(Wording(.german).number(number) == text.replacingOccurrences(of: " ", with: "."))
  }
}
