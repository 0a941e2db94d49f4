import DiskWriters
import Evidence
import EvidenceTestKit
import Formats
import SystemPackage
import Testing

/// The same image read by libewf and by our reader gives the same bytes.
@Suite struct EWFCrossCheckTests {
  private static let formats = [
    "encase1", "encase2", "encase3", "encase4", "encase5", "encase6", "ftk", "linen5", "linen6", "ewfx",
    "smart", "ewf",
  ]
  private static let compressions = ["none", "empty-block", "fast", "best"]
  private static let chunkSizes = [16, 32, 64, 256, 2048]
  private static let sectorSizes = [512, 2048, 4096]

  /// Every format in every compression; sizes of chunk and sector in turn, so that all pairs of two occur.
  static let acquired: [(EWFAcquire, Int)] = formats.enumerated().flatMap { row, format in
    compressions.enumerated().map { column, compression in
      let image = EWFAcquire(
        format: format, compression: compression, sectorsPerChunk: chunkSizes[(row + 2 * column) % 5])
      return (image, sectorSizes[(row + column) % 3])
    }
  }

  @Test(arguments: acquired)
  func agreesOnImagesOfEwfacquire(_ image: EWFAcquire, sectorSize: Int) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 1_600_000 / sectorSize * sectorSize, sectorSize: sectorSize)
    let path = try image.build(payload, sectorSize: sectorSize, folder: folder.path)
    try expectAgreement(path, payload)
  }

  /// Several segments, in the formats that name them differently.
  @Test(arguments: ["encase6", "smart", "ewfx", "ftk"])
  func agreesOnSeveralSegments(format: String) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 4 << 20)
    let image = EWFAcquire(format: format, compression: "none", segmentSize: 1 << 20)
    let path = try image.build(payload, sectorSize: 512, folder: folder.path)
    #expect(try TestFiles.names(in: folder.path).count > 3)
    try expectAgreement(path, payload)
  }

  /// Our own writer: every compression, sector size and several sizes of chunk; whole and odd lengths.
  static let written: [(EWFWriting, Int)] = ImageCompression.allCases.enumerated().flatMap {
    row, compression in
    sectorSizes.enumerated().flatMap { column, sectorSize in
      [16, 64, 1024].map { sectorsPerChunk in
        let small = max(1 << 20, UInt64(sectorsPerChunk * sectorSize) + 1 << 18)
        let segment = (row + column) % 2 == 0 ? small : EWFOptions.defaultSegmentSize
        let image = EWFWriting(
          compression, sectorsPerChunk: UInt32(sectorsPerChunk), segmentSize: segment)
        return (image, sectorSize)
      }
    }
  }

  @Test("DA-AO-01 our reader and libewf decode the same from an E01 of ours", arguments: written)
  func agreesOnImagesOfOurs(_ image: EWFWriting, sectorSize: Int) throws {
    for length in [1_600_000 / sectorSize * sectorSize, 1_234_567] {
      let folder = try TemporaryFolder()
      let payload = ReferencePayload.bytes(length: length, sectorSize: sectorSize)
      let path = try image.build(payload, sectorSize: sectorSize, folder: folder.path)
      try expectAgreement(path, EWFWriting.padded(payload, sectorSize: sectorSize))
    }
  }

  private func expectAgreement(_ path: FilePath, _ payload: [UInt8]) throws {
    let reader = try Formats.openDisk(path)
    let (ours, damage) = try ImageBytes.all(reader)
    let theirs = try EWFTools.export(path)
    let library = try LibewfReading.contents(reader.segments)
    #expect(library.checksumErrors == 0)
    #expect(ImageBytes.equal(ours, library.bytes, 0..<library.bytes.count))
    #expect(library.bytes.count == ours.count)
    #expect(reader.structureFindings == [])
    #expect(damage == [])
    #expect(ImageBytes.equal(ours, theirs, 0..<theirs.count))
    // Both could be wrong in the same way; what went in settles it.
    #expect(ImageBytes.equal(ours, payload, 0..<payload.count))
    // A part, which neither begins nor ends with a chunk.
    let part = payload.count / 3..<payload.count / 3 + 100_001
    let (piece, _) = try ImageBytes.read(reader, part)
    #expect(ImageBytes.equal(try EWFTools.export(path, range: part), piece, 0..<part.count))
  }
}
