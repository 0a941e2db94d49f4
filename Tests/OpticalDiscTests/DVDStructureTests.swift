import OpticalDisc
import Testing

/// Structures of DVDs, as READ DISC STRUCTURE lays them out.
@Suite struct DVDStructureTests {
  private func physical(
    book: UInt8 = 0x01, size: UInt8 = 0x02, layers: UInt8, first: Int, last: Int, ofLayer0: Int = 0,
    area: UInt8 = 0
  ) -> [UInt8] {
    func number(_ value: Int) -> [UInt8] {
      [UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
    }
    return [book, size, layers, 0, 0] + number(first) + [0] + number(last) + [0] + number(ofLayer0) + [area]
  }

  @Test func oneLayer() throws {
    let format = try #require(
      DVDPhysicalFormat(physical(layers: 0x01, first: 0x030000, last: 0x030000 + 2_298_495, area: 0x80)))
    #expect(format.bookTitle == "DVD-ROM" && format.part == 1 && format.layers == 1)
    #expect(format.sectors == 2_298_496 && format.layerBreak == nil && format.hasBurstCuttingArea)
  }

  /// The numbers of the second layer are the complements of the first, and go on from where that ends.
  @Test func anOppositeTrackPath() throws {
    let lastOfLayer0 = 0x22F40F
    let format = try #require(
      DVDPhysicalFormat(
        physical(layers: 0x31, first: 0x030000, last: 0xFFFFFF - 0x030000, ofLayer0: lastOfLayer0)))
    #expect(format.layers == 2 && format.isOppositeTrackPath)
    #expect(format.layerBreak == lastOfLayer0 - 0x030000 + 1)
    #expect(format.sectors == 2 * (lastOfLayer0 - 0x030000 + 1))
  }

  @Test func aParallelTrackPathHasNoBreak() throws {
    let format = try #require(
      DVDPhysicalFormat(physical(book: 0x25, size: 0x12, layers: 0x21, first: 0x030000, last: 0x030063)))
    #expect(format.bookTitle == "DVD-R" && format.part == 5 && format.isEightCentimetres)
    #expect(format.sectors == 100 && format.layerBreak == nil)
  }

  @Test func numbersThatCannotBe() throws {
    #expect(DVDPhysicalFormat([UInt8](repeating: 0, count: 16)) == nil)
    #expect(DVDPhysicalFormat(physical(layers: 1, first: 10, last: 9))?.sectors == nil)
    let opposite = physical(layers: 0x31, first: 0x030000, last: 0x030000, ofLayer0: 0x020000)
    #expect(DVDPhysicalFormat(opposite)?.sectors == nil && DVDPhysicalFormat(opposite)?.layerBreak == nil)
  }

  @Test func copyright() {
    #expect(DVDCopyright([0]) == nil)
    #expect(
      DVDCopyright([1, 0xFE, 0, 0])?.regions == [1] && DVDCopyright([1, 0xFE])?.title == "CSS or CPPM")
    #expect(DVDCopyright([0, 0])?.regions.count == 8 && DVDCopyright([0, 0])?.title == "no protection")
  }

  @Test func densities() {
    let series = DensitySeries(
      [1, 0, 0, 0, 5, 0, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0] + [UInt8](repeating: 7, count: 8))
    #expect(series?.first == 5 && series?.distance == 256 && series?.entries == 2)
    #expect(DensitySeries([1, 2, 3]) == nil)
  }
}
