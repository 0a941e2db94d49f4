import Evidence
import Testing

@Suite struct MediaGeometryTests {
  @Test(
    arguments: [
      (0, 512, 0, 0, 0), (1, 512, 1, 1, 511), (511, 512, 1, 511, 1), (512, 512, 1, 0, 0),
      (513, 512, 2, 1, 511),
      (4095, 4096, 1, 4095, 1), (4096, 4096, 1, 0, 0), (4097, 4096, 2, 1, 4095), (2049, 2048, 2, 1, 2047),
      (1 << 53, 512, 1 << 44, 0, 0),
    ] as [(UInt64, UInt32, UInt64, UInt32, UInt32)])
  func countsSectors(length: UInt64, sector: UInt32, count: UInt64, tail: UInt32, padding: UInt32) {
    let geometry = MediaGeometry(length: length, logicalSectorSize: sector)
    #expect(geometry.sectorCount == count)
    #expect(geometry.tailBytes == tail)
    #expect(geometry.paddingBytes == padding)
    #expect(geometry.physicalSectorSize == sector)
  }
}

@Suite struct ChunkPlanTests {
  static let mebi: UInt64 = 1 << 20
  static let tebi: UInt64 = 1 << 40

  @Test(
    arguments: [
      (0, mebi, 0), (1, mebi, 1), (511, mebi, 1), (512, mebi, 1), (513, mebi, 1), (mebi - 1, mebi, 1),
      (mebi, mebi, 1), (mebi + 1, mebi, 2), (tebi, mebi, 1 << 20), (tebi + 1, 2 * mebi, (1 << 19) + 1),
      (tebi + 512, 2 * mebi, (1 << 19) + 1), (2 * tebi, 2 * mebi, 1 << 20), (8 * tebi, 8 * mebi, 1 << 20),
      (8 * tebi + 1, 16 * mebi, (1 << 19) + 1), (1 << 53, 1 << 33, 1 << 20), (1 << 63, 1 << 43, 1 << 20),
      ((1 << 63) + 1, 1 << 44, (1 << 19) + 1), (UInt64.max, 1 << 44, 1 << 20),
    ] as [(UInt64, UInt64, UInt64)])
  func choosesTheSmallestChunk(length: UInt64, chunkSize: UInt64, count: UInt64) {
    let plan = ChunkPlan(length: length, sectorSize: 512)
    #expect(plan.chunkSize == chunkSize)
    #expect(plan.chunkCount == count)
    #expect(plan.chunkCount <= ChunkPlan.largestChunkCount)
    if count > 0 { #expect(plan.bytes(ofChunk: count - 1).upperBound == length) }
  }

  @Test(
    arguments: [512, 2048, 2352, 2448, 4096] as [UInt32],
    [1, 513, 3 << 20, (3 << 20) + 1, (3 << 20) - 1] as [UInt64])
  func chunksCoverEverySectorOnce(sectorSize: UInt32, length: UInt64) {
    let plan = ChunkPlan(length: length, sectorSize: sectorSize)
    #expect(plan.chunkSize % UInt64(sectorSize) == 0 && plan.chunkSize >= Self.mebi)
    #expect(plan.blockSize % Int(plan.chunkSize) == 0 && plan.blockSize <= 16 << 20)
    let geometry = MediaGeometry(length: length, logicalSectorSize: sectorSize)
    var nextByte: UInt64 = 0
    var nextSector: UInt64 = 0
    for index in 0..<plan.chunkCount {
      let bytes = plan.bytes(ofChunk: index)
      let sectors = plan.sectors(ofChunk: index, sectorSize: sectorSize)
      #expect(bytes.lowerBound == nextByte)
      #expect(sectors.first == nextSector)
      #expect(!bytes.isEmpty && !sectors.isEmpty)
      nextByte = bytes.upperBound
      nextSector = sectors.end
    }
    #expect(nextByte == length)
    #expect(nextSector == geometry.sectorCount)
  }
}
