import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing

@Suite struct EWFCraftedTests {
  private static let chunk = [UInt8](repeating: 0x41, count: 512)

  /// One raw chunk of one sector, and whatever volume and table say.
  private static func image(volume: [UInt8], table: ([UInt8], Int) -> [UInt8]) -> EWFCraft {
    var craft = EWFCraft()
    craft.section("volume", volume)
    let place = craft.bytes.count + 76
    craft.section("sectors", EWFCraft.summed(chunk))
    craft.section("table", table(chunk, place))
    craft.section("done")
    return craft
  }

  @Test func readsTheSmallestImage() throws {
    let craft = Self.image(volume: EWFCraft.volume(chunks: 1, sectorsPerChunk: 1, sectors: 1)) {
      EWFCraft.table([UInt32($1)])
    }
    let (reader, folder) = try craft.open()
    defer { withExtendedLifetime(folder) {} }
    #expect(reader.structureFindings == [])
    #expect(try ImageBytes.all(reader).bytes == Self.chunk)
    #expect(reader.storedDigests.isEmpty)
  }

  /// 2²⁸ chunks and 128 TiB claimed, one there: nothing may be allocated for the claim.
  @Test func believesNoClaimOfTheVolume() throws {
    let craft = Self.image(
      volume: EWFCraft.volume(chunks: 1 << 28, sectorsPerChunk: 1024, sectors: 1 << 38)
    ) {
      EWFCraft.table([UInt32($1)])
    }
    let (reader, folder) = try craft.open()
    defer { withExtendedLifetime(folder) {} }
    let end: UInt64 = 1 << 47
    let start = end - (1 << 16)
    #expect(reader.geometry.length == end)
    #expect(reader.structureFindings.map(\.code) == [.chunkDamaged])
    #expect(reader.structureFindings.first?.sectors == SectorRange(1024..<end / 512))
    var buffer = [UInt8](repeating: 1, count: 1 << 16)
    let damage = try buffer.withUnsafeMutableBytes { try reader.read(into: $0, at: start) }
    #expect(damage.map(\.bytes) == [start..<end])
    #expect(buffer == [UInt8](repeating: 0, count: 1 << 16))
  }

  @Test(
    arguments: [
      (0, 1, 512, 1), (1, 0, 512, 1), (1, 1, 0, 1), (1, 1, 1 << 20, 1), (1, 1 << 31, 512, 1 << 31),
      (1, 1, 512, UInt64.max), (1, 64, 512, 1 << 60),
    ] as [(UInt32, UInt32, UInt32, UInt64)])
  func survivesSenselessVolumes(
    chunks: UInt32, sectorsPerChunk: UInt32, bytesPerSector: UInt32, sectors: UInt64
  ) throws {
    let craft = Self.image(
      volume: EWFCraft.volume(
        chunks: chunks, sectorsPerChunk: sectorsPerChunk, bytesPerSector: bytesPerSector, sectors: sectors)
    ) {
      EWFCraft.table([UInt32($1)])
    }
    do {
      let (reader, folder) = try craft.open()
      defer { withExtendedLifetime(folder) {} }
      #expect(reader.structureFindings.contains { $0.code == .lengthMismatch })
    } catch let error as EvidenceError {
      #expect(error.code == .imageMalformed)
    }
  }

  /// A table that says it has more entries than the section holds, or leads out of the file.
  @Test func survivesSenselessTables() throws {
    let volume = EWFCraft.volume(chunks: 1, sectorsPerChunk: 1, sectors: 1)
    let tables: [[UInt8]] = [
      EWFCraft.table([0], count: .max), EWFCraft.table([0], count: 0), EWFCraft.table([0], base: .max),
      EWFCraft.table([.max]), EWFCraft.table([0x7fff_ffff]), EWFCraft.table([0], base: 1 << 63), [],
      [1, 2, 3],
    ]
    for table in tables {
      let (reader, folder) = try Self.image(volume: volume) { _, _ in table }.open()
      defer { withExtendedLifetime(folder) {} }
      let (bytes, damage) = try ImageBytes.all(reader)
      #expect(bytes == [UInt8](repeating: 0, count: 512))
      #expect(damage.map(\.bytes) == [0..<512])
    }
  }

  /// Sections that point back or to themselves end the walk.
  @Test func survivesLoops() throws {
    for target in [0, 13, 13 + 76 + 1052] {
      var bytes = EWFCraft().bytes
      bytes += EWFCraft.descriptor("volume", next: 13 + 76 + 1052, size: 76 + 1052)
      bytes += EWFCraft.volume(chunks: 1, sectorsPerChunk: 1, sectors: 1)
      bytes += EWFCraft.descriptor("sectors", next: target, size: 76)
      let folder = try TemporaryFolder()
      try TestFiles.write(bytes, to: folder.appending("loop.E01"))
      let reader = try Formats.openDisk(folder.appending("loop.E01"))
      #expect(reader.structureFindings.contains { $0.observed == "points back to \(target)" })
    }
  }

  /// A header that decompresses to gigabytes is a finding, not memory.
  @Test func inflatesNoBomb() throws {
    let folder = try TemporaryFolder()
    let script = "import zlib,sys; sys.stdout.buffer.write(zlib.compress(bytes(64<<20), 9))"
    let made = try Tool.run("sh", ["-c", "python3 -c '\(script)' > bomb"], in: folder.path)
    try #require(made.status == 0)
    var craft = EWFCraft()
    craft.section("header2", try TestFiles.read(folder.appending("bomb")))
    craft.section("volume", EWFCraft.volume(chunks: 0, sectorsPerChunk: 64, sectors: 0))
    craft.section("done")
    let (reader, image) = try craft.open()
    defer { withExtendedLifetime(image) {} }
    #expect(reader.structureFindings.map(\.observed) == ["cannot be decompressed"])
  }

  /// Headers that each decompress to the most there may be, and lists that each have the most entries: together
  /// they must not become any amount of memory.
  @Test func addsUpNoHeadersAndLists() throws {
    let folder = try TemporaryFolder()
    let script = "import zlib,sys; sys.stdout.buffer.write(zlib.compress(bytes(4<<20), 9))"
    let made = try Tool.run("sh", ["-c", "python3 -c '\(script)' > header"], in: folder.path)
    try #require(made.status == 0)
    let header = try TestFiles.read(folder.appending("header"))
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: 0, sectorsPerChunk: 64, sectors: 0))
    for _ in 0..<40 { craft.section("header", header) }
    let entries = EWFCraft.summed([UInt8](repeating: 0, count: 8 << 20))
    let start = EWFCraft.summed(EWFCraft.little(1 << 20, 4) + [UInt8](repeating: 0, count: 512))
    for _ in 0..<3 { craft.section("error2", start + entries) }
    craft.section("done")
    let (reader, image) = try craft.open()
    defer { withExtendedLifetime(image) {} }
    let observed = reader.structureFindings.compactMap(\.observed)
    #expect(observed.count { $0 == "more than 16 header sections" } == 24)
    #expect(observed.count { $0 == "more than 1048576 ranges" } == 2)
    #expect(observed.count == 26)
  }

  @Test func readsRecordedErrors() throws {
    var list = EWFCraft.summed(EWFCraft.little(3, 4) + [UInt8](repeating: 0, count: 512))
    list += EWFCraft.summed(
      [(10, 2), (12, 3), (90, 50)].flatMap { EWFCraft.little($0.0, 4) + EWFCraft.little($0.1, 4) })
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: 2, sectorsPerChunk: 64, sectors: 100))
    craft.section("error2", list)
    craft.section("done")
    let (reader, folder) = try craft.open()
    defer { withExtendedLifetime(folder) {} }
    #expect(reader.recordedUnreadable == [SectorRange(10..<15), SectorRange(90..<100)])
    #expect(!reader.structureFindings.contains { $0.code == .structureDamaged })
  }

  /// EnCase 6.7 past 2 GiB: bit 31 is part of the offset from there on. A sparse file of 2.3 GiB.
  @Test func followsOffsetsPastTwoGibibytes() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("large.E01")
    let chunkSize = 64 << 20
    let count = 36
    let zeros = [UInt8](repeating: 0, count: chunkSize)
    let checksum = EWFCraft.little(UInt64(Adler32.of(zeros.span.bytes)), 4)
    var craft = EWFCraft()
    craft.section(
      "volume",
      EWFCraft.volume(
        chunks: UInt32(count), sectorsPerChunk: 131_072, sectors: UInt64(count * chunkSize / 512)))
    let data = craft.bytes.count
    let end = data + 76 + count * (chunkSize + 4)
    let start = craft.bytes + EWFCraft.descriptor("sectors", next: end, size: end - data)
    let offsets = (0..<count).map { data + 76 + $0 * (chunkSize + 4) }
    var tail: [UInt8] = []
    for type in ["table", "table2"] {
      let table = EWFCraft.table(offsets.map { UInt32($0) })
      tail +=
        EWFCraft.descriptor(type, next: end + tail.count + 76 + table.count, size: 76 + table.count) + table
    }
    tail += EWFCraft.descriptor("done", next: end + tail.count, size: 0)
    try TestFiles.write(start, to: path)
    let handle = try #require(FileHandle(forWritingAtPath: path.string))
    for offset in offsets {
      try handle.seek(toOffset: UInt64(offset + chunkSize))
      try handle.write(contentsOf: checksum)
    }
    try handle.write(contentsOf: tail)
    try handle.close()
    let reader = try Formats.openDisk(path)
    #expect(reader.structureFindings == [])
    for chunk in [0, 30, 31, 32, 33, 35] {
      let (bytes, damage) = try ImageBytes.read(reader, chunk * chunkSize..<chunk * chunkSize + 4096)
      #expect(damage == [], "chunk \(chunk)")
      #expect(bytes == [UInt8](repeating: 0, count: 4096))
    }
  }
}
