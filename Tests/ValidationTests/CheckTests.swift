import Evidence
import EvidenceTestKit
import SystemPackage
import Testing
@testable import Validation

/// A check that cannot fail proves nothing: here they do.
@Suite struct TrialTests {
  @Test func comparingNothingIsAFailure() {
    #expect(Trial().outcome == .failed)
  }

  @Test func oneDifferenceIsEnough() {
    let trial = Trial()
    trial.expectEqual(1, 1, "one")
    #expect(trial.outcome == .passed)
    #expect(trial.observed == "1 comparisons, no difference")
    trial.expectEqual(2, 3, "two")
    trial.expectEqual(nil as Int?, 4, "three")
    trial.expect(false, "four", observed: "seen")
    #expect(trial.outcome == .failed)
    #expect(
      trial.observed
        == "4 comparisons, 3 differ: two: expected 3, observed 2; three: expected 4, observed none; four: seen"
    )
  }

  @Test func manyDifferencesAreCounted() {
    let trial = Trial()
    for number in 0..<20 { trial.expectEqual(number, -1, "n") }
    #expect(trial.observed.hasPrefix("20 comparisons, 20 differ: "))
    #expect(trial.observed.hasSuffix(" and 8 more"))
  }
}

@Suite struct SectorComparisonTests {
  private static let contents = StampedContents(length: (3 << 20) + 100, filling: .mixed)
  private let folder: TemporaryFolder

  init() throws { self.folder = try TemporaryFolder() }

  private func differing(
    _ bytes: [UInt8], _ expected: ExpectedContents = ExpectedContents(contents)
  ) throws -> String {
    let file = folder.appending("held")
    try TestFiles.write(bytes, to: file)
    return try SectorComparison(ofFile: file, with: expected).differing.listed()
  }

  private var whole: [UInt8] { ExpectedContents(Self.contents).all }

  @Test func whatIsEqualIsEqual() throws {
    #expect(try differing(whole) == "")
    // As an E01 holds it: zeros up to a whole sector.
    #expect(try differing(whole + [UInt8](repeating: 0, count: 412)) == "")
    let comparison = try SectorComparison(
      ofFile: folder.appending("held"), with: ExpectedContents(Self.contents))
    #expect(comparison.compared == 6145)
  }

  @Test(arguments: [0, 511, 512, 1 << 20, (3 << 20) - 1, (3 << 20) + 99])
  func oneBitIsLocated(position: Int) throws {
    var bytes = whole
    bytes[position] ^= 0x10
    #expect(try differing(bytes) == "\(position / 512)")
  }

  @Test func aLostSectorShiftsAllThatFollow() throws {
    var bytes = whole
    bytes.removeSubrange(100 * 512..<101 * 512)
    #expect(try differing(bytes) == "100-6144")
  }

  @Test func tooShortAndTooLongAreDifferences() throws {
    #expect(try differing(Array(whole.dropLast(100))) == "6144")
    #expect(try differing(Array(whole.dropLast(612))) == "6143-6144")
    #expect(try differing(Array(whole.dropLast(50))) == "6144")
    #expect(try differing(whole + [UInt8](repeating: 0, count: 413)) == "6145")
    #expect(try differing(whole + [1]) == "6144")
    #expect(try differing([]) == "0-6144")
  }

  @Test func neitherAFilledNeighbourNorAnUnfilledSectorPasses() throws {
    let expected = ExpectedContents(Self.contents, unreadable: [7])
    #expect(try differing(whole, expected) == "7")
    var filled = whole
    filled.replaceSubrange(7 * 512..<8 * 512, with: [UInt8](repeating: 0, count: 512))
    #expect(try differing(filled, expected) == "")
    filled.replaceSubrange(8 * 512..<9 * 512, with: [UInt8](repeating: 0, count: 512))
    #expect(try differing(filled, expected) == "8")
  }

  @Test func rangesAndPatternsAreThoseOfTheMedium() {
    let range = SectorRange(first: 10, count: 3)
    let expected = ExpectedContents(Self.contents, range: range, unreadable: [11], fill: .address)
    let place = Array("unreadable sector 11\n".utf8)
    let bytes = expected.all
    #expect(bytes.count == 3 * 512)
    #expect(Array(bytes[..<512]) == Self.contents.bytes(5120..<5632))
    #expect(Array(bytes[512..<512 + place.count]) == place)
    #expect(bytes[1023] == place[511 % place.count])
    #expect(Array(bytes[1024...]) == Self.contents.bytes(12 * 512..<13 * 512))
  }
}
