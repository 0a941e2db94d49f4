import Acquisition
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import Media
import SystemIO
import SystemPackage
import Testing

/// Sectors a medium refuses: each of them is filled and named, and none beside it is lost.
@Suite(.timeLimit(.minutes(20))) struct UnreadableSectorTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let length: Int
    var sectorSize: UInt32 = 512
    let unreadable: Set<UInt64>
  }

  static let mebi = 1 << 20

  @Test(
    "DA-AM-09 DA-AM-10 unreadable sectors are named and filled, and no other is",
    arguments: [
      Case(testDescription: "none", length: 3 * mebi, unreadable: []),
      Case(testDescription: "first", length: 3 * mebi, unreadable: [0]),
      Case(testDescription: "last", length: 3 * mebi, unreadable: [6143]),
      Case(testDescription: "last, short", length: 3 * mebi + 100, unreadable: [6144]),
      Case(testDescription: "before a short last", length: 3 * mebi + 100, unreadable: [6143]),
      Case(
        testDescription: "both ends of chunks", length: 4 * mebi, unreadable: [2047, 2048, 4095, 4096, 6143]),
      Case(testDescription: "both ends of pieces", length: mebi, unreadable: [127, 128, 255, 256]),
      Case(
        testDescription: "runs", length: 3 * mebi, unreadable: Set((100..<400).map { $0 } + [1000, 1001])),
      Case(testDescription: "alternating", length: mebi, unreadable: Set(stride(from: 0, to: 2048, by: 2))),
      Case(testDescription: "all", length: 64 << 10, unreadable: Set(0..<128)),
      Case(
        testDescription: "4096-byte sectors", length: 3 * mebi, sectorSize: 4096,
        unreadable: [0, 15, 16, 255, 256, 511, 767]),
      Case(
        testDescription: "2048, odd length", length: 2 * mebi + 700, sectorSize: 2048, unreadable: [3, 1024]),
      Case(testDescription: "one sector, unreadable", length: 512, unreadable: [0]),
      Case(testDescription: "less than a sector", length: 100, unreadable: [0]),
      // Both sides of the border between two blocks of 16 MiB.
      Case(
        testDescription: "edges of blocks", length: 33 * mebi,
        unreadable: [32767, 32768, 65535, 65536, 67583]),
    ])
  func areFilledAndNamed(_ given: Case) throws {
    var faults = FaultySource.Faults()
    faults.unreadable = given.unreadable
    let source = FaultySource(length: given.length, sectorSize: given.sectorSize, faults: faults)
    let run = try FaultRun(source)
    let outcome = run.perform()

    #expect(outcome.failure == nil)
    #expect(
      outcome.verdict
        == (given.unreadable.isEmpty
          ? .complete : .completeWithUnreadable(sectors: UInt64(given.unreadable.count))))
    #expect(sectors(outcome.map.ranges(in: .unreadable)) == given.unreadable.sorted())
    #expect(outcome.map.count(of: .notAttempted) == 0)
    let filled = source.filledContents
    #expect(try TestFiles.read(run.raw) == filled)
    #expect(source.misalignedReadCount == 0)
    for algorithm in DigestAlgorithm.allCases {
      let sum = try Tool.run(algorithm.rawValue + "sum", [], input: Data(filled))
      #expect(sum.output.hasPrefix(outcome.digests[algorithm]?.hex ?? "none"))
    }
    checkChunks(run.chunks, of: given, filled: filled)
  }

  private func checkChunks(_ chunks: [ChunkRecord], of given: Case, filled: [UInt8]) {
    let plan = ChunkPlan(length: UInt64(given.length), sectorSize: 512)
    #expect(chunks.map(\.index) == Array(0..<plan.chunkCount))
    for chunk in chunks {
      #expect(chunk.sectors == plan.sectors(ofChunk: chunk.index, sectorSize: given.sectorSize))
      let isHurt = given.unreadable.contains { $0 >= chunk.sectors.first && $0 < chunk.sectors.end }
      #expect(chunk.state == (isHurt ? .unreadable : .read))
    }
  }

  /// One bad sector of a megabyte costs some hundred reads, not one for every sector around it.
  @Test func aFailureCostsFewReads() throws {
    var faults = FaultySource.Faults()
    faults.unreadable = [5000]
    let source = FaultySource(length: 16 << 20, faults: faults)
    _ = try FaultRun(source).perform()
    // The block, its 256 pieces of 64 KiB, the 128 sectors of the piece that failed.
    #expect(source.readCount == 1 + 256 + 128)
  }

  @Test("DA-AM-09 the E01 lists the same unreadable sectors") func theE01NamesThemToo() throws {
    var faults = FaultySource.Faults()
    faults.unreadable = [0, 7, 8, 9, 4000]
    let source = FaultySource(length: 3 << 20, faults: faults)
    let run = try FaultRun(source, formats: [.raw, .e01])
    #expect(run.perform().verdict == .completeWithUnreadable(sectors: 5))
    let info = try Tool.run("ewfinfo", [run.folder.appending("image.E01").string])
    #expect(info.output.contains("Read errors"), "\(info.output)")
    #expect(try EWFTools.export(run.folder.appending("image.E01")) == source.filledContents)
    let reader = try Formats.openDisk(run.folder.appending("image.E01"))
    #expect(sectors(reader.recordedUnreadable.joined()) == [0, 7, 8, 9, 4000])
  }

  private func sectors(_ ranges: [SectorRange]) -> [UInt64] { ranges.flatMap { $0.first..<$0.end } }
}

/// Runs that end before the medium does: each says so, and claims no more than is in the image.
@Suite(.timeLimit(.minutes(20))) struct EarlyEndTests {
  private static let block = 16 << 20

  @Test(arguments: [0, 1, 1 << 20, block - 1, block, block + 4711, 3 * block], [1, 4])
  func aMediumThatVanishes(at position: Int, workers: Int) throws {
    var faults = FaultySource.Faults()
    faults.vanishesAt = UInt64(position)
    let source = FaultySource(length: 4 * Self.block, faults: faults)
    let run = try FaultRun(source)
    let outcome = run.perform(workers: workers)
    #expect(outcome.failure?.code == .mediumVanished)
    #expect(outcome.verdict == .incomplete(reason: ErrorCode.mediumVanished.summary))
    #expect(outcome.digests.isEmpty)
    #expect(outcome.images.allSatisfy { $0.written == nil })
    // Every block that was read whole is in the image and in the chunk records, and nothing else.
    let whole = position / Self.block * Self.block
    expectHeld(whole, run, outcome, source)
  }

  @Test func aMediumThatShrinks() throws {
    var faults = FaultySource.Faults()
    faults.endsAt = UInt64(Self.block + 100)
    let source = FaultySource(length: 2 * Self.block, faults: faults)
    let run = try FaultRun(source)
    let outcome = run.perform()
    #expect(outcome.failure?.code == .mediumChanged)
    #expect(outcome.verdict.exitStatus == .incomplete)
    expectHeld(Self.block, run, outcome, source)
  }

  @Test func unreadableSectorsBeforeTheEndAreKept() throws {
    var faults = FaultySource.Faults()
    faults.unreadable = [17, UInt64(Self.block / 512) + 3]
    faults.vanishesAt = UInt64(2 * Self.block)
    let source = FaultySource(length: 3 * Self.block, faults: faults)
    let run = try FaultRun(source)
    let outcome = run.perform()
    #expect(outcome.map.count(of: .unreadable) == 2)
    #expect(outcome.map.count(of: .notAttempted) == UInt64(Self.block / 512))
    #expect(try TestFiles.read(run.raw) == Array(source.filledContents.prefix(2 * Self.block)))
  }

  @Test func aStopEndsTheRun() throws {
    let stop = StopFlag()
    var faults = FaultySource.Faults()
    faults.stops = (stop, UInt64(Self.block + 1))
    faults.stall = 1000
    let source = FaultySource(length: 4 * Self.block, faults: faults)
    let run = try FaultRun(source)
    let outcome = run.perform(stop: stop)
    #expect(outcome.failure?.code == .interrupted)
    #expect(outcome.verdict == .incomplete(reason: "interrupted"))
    // The block under way when the stop came is finished.
    expectHeld(2 * Self.block, run, outcome, source)
  }

  @Test func aStopBeforeTheFirstBlockReadsNothing() throws {
    let stop = StopFlag()
    stop.raise()
    let source = FaultySource(length: 1000)
    let run = try FaultRun(source)
    let outcome = run.perform(stop: stop)
    #expect(outcome.failure?.code == .interrupted)
    #expect(source.readCount == 0)
    #expect(outcome.map.count(of: .notAttempted) == 2)
  }

  /// Wherever a writer fails, with whatever number of workers, the run ends and says why.
  @Test("DA-AO-03 a writer that fails ends the run, which says why", arguments: 1...8, [0, 1, 2])
  func aWriterThatFails(workers: Int, block: Int) throws {
    let source = FaultySource(length: 3 * Self.block)
    for failing in FailingWriter.Step.allCases {
      let writer = FailingWriter(failing, atBlock: block)
      let run = try FaultRun(source, formats: [])
      let outcome = run.perform(workers: workers, alsoTo: [writer])
      #expect(outcome.failure == EvidenceError(.writeFailed, "\(failing)"))
      #expect(outcome.verdict == .incomplete(reason: ErrorCode.writeFailed.summary))
      #expect(outcome.digests.isEmpty)
      #expect(outcome.images.map(\.failure) == [EvidenceError(.writeFailed, "\(failing)")])
      #expect(writer.wasAbandoned == (failing != .finish))
      let recorded = run.chunks.last?.sectors.end ?? 0
      #expect(outcome.map.count(of: .read) == recorded)
    }
  }

  /// One image that fails takes no other with it.
  @Test(
    "DA-AO-03 an image that cannot be written is reported, and takes no other with it",
    arguments: FailingWriter.Step.allCases, [0, 1, 2])
  func theOtherImageGoesOn(failing: FailingWriter.Step, block: Int) throws {
    let source = FaultySource(length: 2 * Self.block + 100)
    let run = try FaultRun(source)
    let outcome = run.perform(alsoTo: [FailingWriter(failing, atBlock: block)])
    #expect(outcome.failure == nil)
    #expect(outcome.verdict == .complete)
    #expect(outcome.images.map { $0.written != nil } == [true, false])
    #expect(outcome.images.map(\.failure) == [nil, EvidenceError(.writeFailed, "\(failing)")])
    #expect(try TestFiles.read(run.raw) == source.contents)
    #expect(UInt64(run.chunks.count) == ChunkPlan(length: source.geometry.length, sectorSize: 512).chunkCount)
  }

  @Test(arguments: [1, 2, 4], [0, 20, 47] as [UInt64])
  func aChunkRecordThatCannotBeKept(workers: Int, index: UInt64) throws {
    let source = FaultySource(length: 3 * Self.block)
    let run = try FaultRun(source, formats: [])
    let outcome = run.perform(workers: workers, failingAtChunk: index)
    #expect(outcome.failure == EvidenceError(.destinationFull, "chunk \(index)"))
    #expect(run.chunks.map(\.index) == Array(0..<index))
    #expect(outcome.map.count(of: .read) == index * 2048)
    #expect(outcome.images.allSatisfy { $0.written == nil })
  }

  @Test func progressGrowsToTheEnd() throws {
    let source = FaultySource(length: 3 * Self.block + 5)
    let run = try FaultRun(source)
    _ = run.perform()
    let progress = run.progress.map(\.bytesDone)
    #expect(progress == progress.sorted())
    #expect(progress.last == UInt64(3 * Self.block + 5))
    #expect(run.progress.allSatisfy { $0.length == UInt64(3 * Self.block + 5) })
  }

  private func expectHeld(
    _ bytes: Int, _ run: FaultRun, _ outcome: AcquisitionOutcome, _ source: FaultySource
  ) {
    #expect((try? TestFiles.read(run.raw)) == Array(source.contents.prefix(bytes)))
    #expect(run.chunks.count == bytes >> 20)
    let sectors = UInt64(bytes / 512)
    #expect(outcome.map.ranges(in: .read) == (bytes == 0 ? [] : [SectorRange(0..<sectors)]))
    #expect(outcome.map.count(of: .notAttempted) == source.geometry.sectorCount - sectors)
    #expect(source.misalignedReadCount == 0)
  }
}
