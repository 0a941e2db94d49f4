import EvidenceTestKit
import Testing

/// What everything else is measured with must be right itself.
@Suite struct StampedContentsTests {
  @Test(arguments: [512, 2048, 4096] as [UInt32], [StampedContents.Filling.noise, .mixed])
  func everyWholeSectorBeginsWithItsAddress(sectorSize: UInt32, filling: StampedContents.Filling) {
    let contents = StampedContents(length: 500_000, sectorSize: sectorSize, filling: filling)
    let bytes = contents.bytes(0..<contents.length)
    #expect(bytes.count == 500_000)
    for sector in 0..<500_000 / Int(sectorSize) {
      let stamp = bytes[sector * Int(sectorSize)..<sector * Int(sectorSize) + 8]
      #expect(stamp.enumerated().reduce(0) { $0 | UInt64($1.element) << (8 * $1.offset) } == UInt64(sector))
    }
  }

  /// However a medium is asked, it says the same.
  @Test func everyPartIsAPartOfTheWhole() {
    let contents = StampedContents(length: 200_003, filling: .mixed)
    let whole = contents.bytes(0..<contents.length)
    var generator = SeededGenerator(seed: 7)
    for _ in 0..<300 {
      let start = UInt64.random(in: 0...contents.length, using: &generator)
      let end = min(contents.length, start + UInt64.random(in: 0...70_000, using: &generator))
      #expect(contents.bytes(start..<end) == Array(whole[Int(start)..<Int(end)]))
    }
    for start: UInt64 in 505...520 {
      #expect(contents.bytes(start..<start + 3) == Array(whole[Int(start)..<Int(start) + 3]))
    }
  }

  @Test func addressesPast32BitsAreWhole() {
    let contents = StampedContents(length: (4 << 40) + 3 * 512)
    let start = UInt64(1) << 32
    #expect(Array(contents.bytes(start * 512..<start * 512 + 8)) == [0, 0, 0, 0, 1, 0, 0, 0])
    #expect(Array(contents.bytes((4 << 40) + 1024..<(4 << 40) + 1032)) == [2, 0, 0, 0, 2, 0, 0, 0])
  }

  /// Noise does not compress, text and zeros do: the pipeline meets all three.
  @Test func theFillingIsMixed() {
    let bytes = StampedContents(length: 192 << 10, filling: .mixed).bytes(0..<192 << 10)
    let kinds = [0, 64 << 10, 128 << 10].map { Set(bytes[$0 + 8..<$0 + 512]).count }
    #expect(kinds[0] > 200)
    #expect((20...40).contains(kinds[1]))
    #expect(kinds[2] == 1)
  }
}
