import DiskWriters
import Evidence
import EvidenceTestKit
import SystemPackage
import Testing

/// What our writer makes passes the same tests as every format, and those of libewf.
@Suite struct EWFWriterConformanceTests {
  @Test(
    arguments: ImageCompression.allCases,
    [(1, 512), (512, 512), (1_000_001, 512), (8192 * 3, 512), (900_000, 2048), (700_001, 4096)])
  func conforms(compression: ImageCompression, length: (bytes: Int, sector: Int)) throws {
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5, .sha1]) {
      let path = try EWFWriting(compression, sectorsPerChunk: 16).build($0, sectorSize: $1, folder: $2)
      let verify = try EWFTools.verify(path)
      #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
      return path
    }
    let failures = try conformance.failures(length: length.bytes, sectorSize: length.sector)
    #expect(failures == [])
  }

  /// Every size of chunk that can be chosen and that the pipeline's blocks hold.
  @Test(arguments: [16, 64, 512, 4096, 32768] as [UInt32], [ImageCompression.none, .best])
  func conformsInEveryChunkSize(sectorsPerChunk: UInt32, compression: ImageCompression) throws {
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5, .sha1]) {
      try EWFWriting(compression, sectorsPerChunk: sectorsPerChunk).build($0, sectorSize: $1, folder: $2)
    }
    let failures = try conformance.failures(length: 2_500_001, sectorSize: 512)
    #expect(failures == [])
  }

  @Test(arguments: ImageCompression.allCases)
  func conformsInSeveralSegments(compression: ImageCompression) throws {
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5, .sha1]) {
      let writing = EWFWriting(compression, segmentSize: EWFOptions.smallestSegmentSize)
      let files = try writing.files($0, sectorSize: $1, folder: $2)
      try #require(files.count > 1)
      return files[0]
    }
    let failures = try conformance.failures(length: 6_000_000, sectorSize: 512)
    #expect(failures == [])
  }

  /// A chunk as large as a block is the largest there can be; a larger one is refused.
  @Test func refusesChunksLargerThanABlock() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvidenceError.self) {
      try EWFWriting(sectorsPerChunk: 32768).build([1], sectorSize: 4096, folder: folder.path)
    }
    #expect(error?.code == .argumentInvalid)
    #expect(try TestFiles.names(in: folder.path) == [])
  }
}
