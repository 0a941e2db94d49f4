import Acquisition
import DiskWriters
import Evidence
import EvidenceTestKit
import Formats
import Media
import SystemIO
import SystemPackage
import Testing

/// Media of any number of sectors, and sectors whose numbers need more than 32 bits.
@Suite(.timeLimit(.minutes(20))) struct MediumSizeTests {
  /// One, two, odd and prime numbers of sectors; one less and more than a chunk of an E01 (32 KiB), a chunk of the
  /// record (1 MiB) and a block that is read at once (16 MiB).
  static let sizes: [(count: Int, sectorSize: UInt32)] =
    [1, 2, 3, 61, 63, 64, 65, 2047, 2048, 2049, 4099, 32767, 32768, 32769].map { ($0, 512) }
    + [1, 2, 7, 8, 9, 255, 256, 257, 509, 4095, 4096, 4097].map { ($0, 4096) }
    + [1, 15, 17, 511, 513].map { ($0, 2048) }

  @Test(
    "DA-AM-06 DA-AM-08 every sector of a medium of any size is in the E01 and in the raw image",
    arguments: sizes)
  func everySector(count: Int, sectorSize: UInt32) throws {
    let source = FaultySource(length: count * Int(sectorSize), sectorSize: sectorSize)
    let run = try FaultRun(source, formats: [.raw, .e01])
    let outcome = run.perform()
    #expect(outcome.verdict == .complete)
    #expect(outcome.map.ranges(in: .read) == [SectorRange(first: 0, count: UInt64(count))])
    #expect(source.misalignedReadCount == 0)
    try expectHeld(run, source.contents)
  }

  @Test(
    "DA-AM-06 a last sector that is short is acquired, and padded in an E01 only",
    arguments: [1, 511, 513, (1 << 20) - 1, (1 << 20) + 1, (16 << 20) + 1])
  func aShortLastSector(length: Int) throws {
    let source = FaultySource(length: length)
    let run = try FaultRun(source, formats: [.raw, .e01])
    #expect(run.perform().verdict == .complete)
    try expectHeld(run, source.contents)
  }

  /// What our own reader and ewfexport make of the E01, and the bytes of the raw image.
  private func expectHeld(_ run: FaultRun, _ contents: [UInt8]) throws {
    #expect(try TestFiles.read(run.raw) == contents)
    let size = Int(run.source.geometry.logicalSectorSize)
    let padded = contents + [UInt8](repeating: 0, count: (size - contents.count % size) % size)
    let image = run.folder.appending("image.E01")
    #expect(try ImageBytes.all(try Formats.openDisk(image)).bytes == padded)
    #expect(try EWFTools.export(image) == padded)
  }

  // MARK: Errors at edges

  /// Where errors hurt most; of an E01 without compression every segment of 1 MiB but the last holds 31 chunks.
  static let edges: [(name: String, unreadable: Set<UInt64>)] = [
    ("first", [0]), ("last", [6399]), ("first and last", [0, 6399]),
    ("alternating", Set(stride(from: 0, to: 6400, by: 2))),
    ("chunks of the E01", [63, 64, 127, 128, 6335, 6336]),
    ("chunks of the record", [2047, 2048, 4095, 4096]),
    ("segments of the raw image", [2047, 2048, 4095, 4096, 6143]),
    ("segments of the E01", [1983, 1984, 3967, 3968, 5951, 5952]),
    ("a whole segment of the E01", Set(1984..<3968)), ("all but one", Set(0..<6400).subtracting([1984])),
  ]

  @Test(
    "DA-AM-09 DA-AM-10 errors at the edges of media, chunks and segments are named and filled in E01 and raw",
    arguments: edges.map(\.name))
  func errorsAtEdges(name: String) throws {
    let edge = try #require(Self.edges.first { $0.name == name })
    var faults = FaultySource.Faults()
    faults.unreadable = edge.unreadable
    let source = FaultySource(length: 6400 * 512, faults: faults)
    let run = try FaultRun(source, formats: [])
    var options = EWFOptions()
    options.segmentSize = 1 << 20
    options.compression = .none
    let folder = run.folder
    let outcome = run.perform(alsoTo: [
      try RawWriter(folder: folder.path, base: "image", sectorSize: 512, segmentSize: 1 << 20),
      try EWFImageWriter(
        folder: folder.path, name: "image", geometry: source.geometry, options: options, blockSize: 16 << 20,
        blocksAtOnce: 3),
    ])
    let ranges = edge.unreadable.map { SectorRange(first: $0, count: 1) }.joined()
    #expect(outcome.verdict == .completeWithUnreadable(sectors: UInt64(edge.unreadable.count)))
    #expect(outcome.map.ranges(in: .unreadable) == ranges)
    // The edges are where they are said to be.
    #expect(EWFSegmentMap(try TestFiles.read(folder.appending("image.E01"))).chunks.count == 31)
    #expect(try TestFiles.size(folder.appending("image.001")) == 1 << 20)

    let e01 = try Formats.openDisk(folder.appending("image.E01"))
    #expect(e01.recordedUnreadable.joined() == ranges)
    let raw = try Formats.openDisk(folder.appending("image.001"))
    let filled = source.filledContents
    #expect(try ImageBytes.all(e01).bytes == filled)
    #expect(try ImageBytes.all(raw).bytes == filled)
    #expect(try EWFTools.export(folder.appending("image.E01")) == filled)
    let read = run.chunks.filter { $0.state == .read }
    #expect(read.allSatisfy { chunk in !ranges.contains { $0.intersection(chunk.sectors) != nil } })
    #expect(
      run.chunks.filter { $0.state == .unreadable }.allSatisfy { chunk in
        ranges.contains { $0.intersection(chunk.sectors) != nil }
      })
  }

  // MARK: Addresses past 32 bits

  /// 4 TiB and three sectors.
  private static let large = StampedContents(length: (4 << 40) + 3 * 512)

  @Test(
    "DA-AM-06 DA-AO-16 ranges of a sparse medium of 4 TiB and 3 sectors, around sector 2^32 and at its end",
    .enabled(if: holdsLargeFiles, "needs a file system that takes a sparse file of 4 TiB"),
    arguments: [
      SectorRange(first: (1 << 32) - 1025, count: 2051), SectorRange(first: (1 << 32) - 1, count: 1),
      SectorRange(first: 1 << 32, count: 1), SectorRange(first: (1 << 33) - 2, count: 5),
    ])
  func ranges(range: SectorRange) throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("medium")
    try Tool.require("truncate", ["-s", "\(Self.large.length)", path.string])
    let bytes = Self.large.bytes(range.first * 512..<range.end * 512)
    let file = try DurableFile(resuming: path, length: Self.large.length)
    try file.write(bytes.span.bytes, at: range.first * 512)
    try file.close()

    let medium = try Sources.open(path)
    #expect(medium.geometry.sectorCount == (1 << 33) + 3)
    let run = try FaultRun(try SectorRangeSource(range, of: medium), formats: [.raw, .e01])
    #expect(run.perform().verdict == .complete)
    try expectHeld(run, bytes)
  }

  /// A medium of full size, of which the last two blocks are acquired as after an interruption: positions in the image,
  /// chunk records and map have the true numbers.
  @Test(
    "DA-AM-09 DA-AM-10 sectors past 2^32 have their true numbers in map, chunk records and image",
    .enabled(if: holdsLargeFiles, "needs a file system that takes a sparse file of 4 TiB"),
    arguments: [(1 << 32) + 3, (1 << 33) + 3] as [UInt64])
  func theEndOfALargeMedium(sectorCount: UInt64) throws {
    var faults = FaultySource.Faults()
    let edge = sectorCount - 3
    faults.unreadable = [edge - 1, edge + 1]
    let contents = StampedContents(length: sectorCount * 512)
    let source = FaultySource(contents, faults: faults)
    let plan = AcquisitionPlan(geometry: source.geometry, digests: [.sha256])
    #expect(plan.chunks.chunkCount <= 1 << 20)
    #expect(
      plan.chunks.sectors(ofChunk: plan.chunks.chunkCount - 1, sectorSize: 512)
        == SectorRange(edge..<sectorCount))
    let perChunk = UInt64(EWFChunkSize.sectorsPerChunk(for: source.geometry))
    #expect((sectorCount + perChunk - 1) / perChunk < 1 << 27)

    let position = edge * 512 - UInt64(plan.blockSize)
    var map = SectorMap(sectorCount: sectorCount)
    map.mark(SectorRange(0..<position / 512), as: .read)
    let folder = try TemporaryFolder()
    let image = folder.appending("image.raw")
    try Tool.require("truncate", ["-s", "\(position)", image.string])
    let writer = try RawWriter(
      resuming: .fields(["segments": 1, "position": .integer(Int64(position))]), folder: folder.path,
      base: "image",
      sectorSize: 512)
    let chunks = Monitor<[ChunkRecord]>([])
    let outcome = AcquisitionRun(
      source: source, plan: plan, writers: [writer],
      from: AcquisitionRun.Start(
        resuming: Checkpoint(position: position, digests: [], map: map, images: []), chunkDigests: [])
    ).perform(eachChunk: { chunk in chunks.withLock { $0.append(chunk) } }, progress: { _ in })

    #expect(outcome.verdict == .completeWithUnreadable(sectors: 2))
    #expect(
      outcome.map.ranges(in: .unreadable) == [edge - 1, edge + 1].map { SectorRange(first: $0, count: 1) })
    let records = chunks.withLock { $0 }
    #expect(records.first?.sectors.first == position / 512)
    #expect(records.last?.sectors == SectorRange(edge..<sectorCount))
    #expect(records.suffix(2).map(\.state) == [.unreadable, .unreadable])
    let held = try FileSequence([image])
    #expect(held.length == contents.length)
    var expected = contents.bytes(position..<contents.length)
    for sector in faults.unreadable {
      let start = Int(sector * 512 - position)
      expected.replaceSubrange(start..<start + 512, with: [UInt8](repeating: 0, count: 512))
    }
    var bytes = [UInt8](repeating: 1, count: expected.count)
    let count = try bytes.withUnsafeMutableBytes { try held.read(into: $0, at: position) }
    #expect(count == expected.count && bytes == expected)
  }

  private static let holdsLargeFiles: Bool = {
    guard let folder = try? TemporaryFolder() else { return false }
    return (try? Tool.run("truncate", ["-s", "\(large.length)", folder.appending("large").string]))?.status
      == 0
  }()
}
