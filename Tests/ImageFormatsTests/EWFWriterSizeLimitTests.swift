import Digests
import DiskWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// Where the size of a medium or of its segments leads libewf astray.
@Suite struct EWFWriterSizeLimitTests {
  /// libewf refuses 2²⁷ chunks and more, in writing and in reading.
  @Test(arguments: [1, 2, 4, 8, 16, 32, 64] as [UInt64], [512, 4096] as [UInt32])
  func chunksStayBelowTheCeiling(tebibytes: UInt64, sectorSize: UInt32) {
    // To the byte, one sector less and one more: the step must come in time.
    for extra in [-1, 0, 1] as [Int64] {
      let length = UInt64(Int64(tebibytes << 40) + extra * Int64(sectorSize))
      let geometry = MediaGeometry(length: length, logicalSectorSize: sectorSize)
      let sectors = UInt64(EWFChunkSize.sectorsPerChunk(for: geometry))
      let chunks = (geometry.sectorCount + sectors - 1) / sectors
      #expect(chunks < 1 << 27)
      #expect(sectors & (sectors - 1) == 0)
      // Not larger than need be, and one that other programs know.
      let isNeeded = geometry.sectorCount / (sectors / 2) + 1 >= 1 << 27
      #expect(isNeeded || sectors * UInt64(sectorSize) == max(32768, 16 * UInt64(sectorSize)))
      #expect((16...32768).contains(sectors))
    }
  }

  @Test func tooSmallChunksAreRefused() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvidenceError.self) {
      try EWFWriting(sectorsPerChunk: 64).writer(length: 8 << 40, folder: folder.path)
    }
    #expect(error?.code == .argumentInvalid)
    #expect(error?.detail.contains("at least 256") == true)
  }

  /// A medium of 8 TiB is opened and begun; libewf keeps 8 bytes for each of its chunks, we keep nothing.
  @Test func eightTebibytesBeginWithLittleMemory() async {
    // In a process of its own: the memory of other tests is not in the figure.
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let payload = ReferencePayload.bytes(length: 4 << 20)
      let before = try Self.residentBytes()
      let writer = try EWFWriting().writer(length: 8 << 40, folder: folder.path)
      try EWFWriting.write(payload, to: writer)
      let grown = try Self.residentBytes() - before
      let geometry = MediaGeometry(length: 8 << 40)
      let chunks = Int(geometry.sectorCount) / Int(EWFChunkSize.sectorsPerChunk(for: geometry))
      #expect(chunks >= 1 << 26)
      #expect(grown < 64 << 20)
      writer.abandon()
      let reader = try Formats.openDisk(folder.appending("image.E01"))
      #expect(reader.geometry.length == 8 << 40)
      #expect(reader.structureFindings.contains { $0.code == .imageTruncated })
    }
  }

  private static func residentBytes() throws -> Int {
    let fields = String(decoding: try TestFiles.read("/proc/self/statm"), as: UTF8.self).split(separator: " ")
    return (try #require(Int(fields[1]))) * 4096
  }

  /// Past E99 come EAA, EAB …; nothing is lost on the way.
  @Test("DA-AO-05 segments past the 99th keep their size and order") func segmentsPastNinetyNine() throws {
    let folder = try TemporaryFolder()
    let files = try writeIncompressible(segmentSize: 1 << 20, folder: folder.path)
    let names = files.compactMap { $0.lastComponent?.string }
    #expect(names.count > 105)
    #expect(names[98...100] == ["image.E99", "image.EAA", "image.EAB"])
    for file in files { #expect(try size(file) <= 1 << 20) }
  }

  /// After 64 MiB of chunks their table is written, and the next section begins in the same file.
  @Test func aLongSegmentHasSeveralTables() throws {
    let folder = try TemporaryFolder()
    let files = try writeIncompressible(segmentSize: EWFOptions.defaultSegmentSize, folder: folder.path)
    try #require(files.count == 1)
    let bytes = Data(try TestFiles.read(files[0]))
    var tables = 0
    var rest = bytes.startIndex..<bytes.endIndex
    while let found = bytes.range(of: Data("table2".utf8) + Data(count: 10), in: rest) {
      tables += 1
      rest = found.upperBound..<bytes.endIndex
    }
    #expect(tables == 2)
  }

  /// 104 MiB that no compression makes smaller; read again by libewf and by our reader.
  private func writeIncompressible(segmentSize: UInt64, folder: FilePath) throws -> [FilePath] {
    var random = SeededRandom(seed: 3)
    var block = (0..<1 << 18).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
    let count = 52
    let length = count * block.count
    let writer = try EWFWriting(.none, segmentSize: segmentSize).writer(length: length, folder: folder)
    var whole = StreamingDigest(.md5)
    for number in 0..<count {
      block[0] = UInt8(number)
      try EWFWriting.write(block, to: writer)
      whole.update(block.span.bytes)
    }
    let md5 = whole.finish()
    let written = try writer.finish(ImageClosing(digests: DigestSet([md5]), unreadable: []))
    try WrittenFiles.expect(written, areDigested: true)
    let files = written.map(\.path)
    let verify = try Tool.run("ewfverify", ["-q", files[0].string])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
    let reader = try Formats.openDisk(files[0])
    #expect(reader.segments == files)
    #expect(reader.structureFindings == [])
    let (bytes, damage) = try ImageBytes.all(reader)
    #expect(damage == [])
    #expect(Digest.of(bytes, .md5) == md5)
    return files
  }

  @Test(
    "DA-AO-05 no segment of an E01 is larger than asked for", arguments: ImageCompression.allCases,
    [1 << 20, (1 << 20) + 1, 3_333_333] as [UInt64])
  func segmentsAreNeverLargerThanAsked(compression: ImageCompression, segmentSize: UInt64) throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 8 << 20)
    for sectorsPerChunk in [16, 1024] as [UInt32] {
      let inner = folder.appending("\(sectorsPerChunk)")
      try DurableFolder.create(inner)
      let files = try EWFWriting(compression, sectorsPerChunk: sectorsPerChunk, segmentSize: segmentSize)
        .files(payload, folder: inner)
      for file in files { #expect(try size(file) <= segmentSize, "\(file)") }
      let (bytes, damage) = try ImageBytes.all(try Formats.openDisk(files[0]))
      #expect(damage == [])
      #expect(ImageBytes.equal(bytes, payload, 0..<payload.count))
    }
  }

  @Test(arguments: [0, 1, (1 << 20) - 1, .max] as [UInt64])
  func senselessSegmentSizesAreRefused(segmentSize: UInt64) throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvidenceError.self) {
      try EWFWriting(segmentSize: segmentSize).writer(length: 512, folder: folder.path)
    }
    #expect(error?.code == .argumentInvalid)
  }

  private func size(_ path: FilePath) throws -> UInt64 {
    try OwnedDescriptor.openForReading(path).fileSize()
  }
}
