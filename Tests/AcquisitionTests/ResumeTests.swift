import Acquisition
import CanonicalJSON
import Digests
import DiskWriters
import Evidence
import EvidenceTestKit
import Formats
import Media
import SystemIO
import SystemPackage
import Testing
import WriterKit

/// An acquisition that stops and goes on gives what an uninterrupted one gives.
@Suite(.timeLimit(.minutes(20))) struct ResumeTests {
  private static let length = (100 << 20) + 300
  private static let unreadable: Set<UInt64> = [0, 5, 40_000, 131_071, 131_072, 204_799]

  /// What a run left behind.
  private struct Left {
    let outcome: AcquisitionOutcome
    let chunks: [ChunkRecord]
    let checkpoints: [Checkpoint]
  }

  private func run(
    _ folder: FilePath, _ compression: ImageCompression, stopAt position: UInt64? = nil,
    vanishAt: UInt64? = nil,
    from earlier: (checkpoint: Checkpoint, chunks: [ChunkRecord])? = nil
  ) throws -> Left {
    var faults = FaultySource.Faults()
    faults.unreadable = Self.unreadable
    let stop = StopFlag()
    if let position { faults.stops = (stop, position) }
    faults.vanishesAt = vanishAt
    let source = FaultySource(length: Self.length, faults: faults)
    let plan = AcquisitionPlan(
      geometry: source.geometry, digests: Set(DigestAlgorithm.allCases), checkpointSeconds: 0)
    let writers = try writers(folder, compression, plan, earlier?.checkpoint)
    let chunks = Monitor<[ChunkRecord]>([])
    let checkpoints = Monitor<[Checkpoint]>([])
    let start = earlier.map {
      AcquisitionRun.Start(resuming: $0.checkpoint, chunkDigests: $0.chunks.map(\.sha256))
    }
    let outcome = AcquisitionRun(
      source: source, plan: plan, writers: writers, from: start ?? .beginning, stop: stop
    ).perform(
      eachChunk: { chunk in chunks.withLock { $0.append(chunk) } },
      eachCheckpoint: { checkpoint in checkpoints.withLock { $0.append(checkpoint) } }, progress: { _ in })
    return Left(
      outcome: outcome, chunks: chunks.withLock { $0 }, checkpoints: checkpoints.withLock { $0 })
  }

  private static let identity = EWFIdentity(
    identifier: [UInt8](repeating: 7, count: 16), acquired: 1_764_000_000)

  private func writers(
    _ folder: FilePath, _ compression: ImageCompression, _ plan: AcquisitionPlan, _ checkpoint: Checkpoint?
  ) throws -> [any ImageWriter] {
    var options = EWFOptions()
    options.segmentSize = 3 << 20
    options.compression = compression
    guard let checkpoint else {
      return [
        try RawWriter(folder: folder, base: "image", sectorSize: 512, segmentSize: 30 << 20),
        try EWFImageWriter(
          folder: folder, name: "image", geometry: plan.geometry, options: options, blockSize: plan.blockSize,
          blocksAtOnce: plan.blocksAtOnce, identity: Self.identity),
      ]
    }
    let states = checkpoint.images.map { image -> JSONValue in
      if case .standing(let state) = image { state } else { .null }
    }
    return [
      try RawWriter(
        resuming: states[0], folder: folder, base: "image", sectorSize: 512, segmentSize: 30 << 20),
      try EWFImageWriter(
        resuming: states[1], folder: folder, name: "image", geometry: plan.geometry, options: options,
        blockSize: plan.blockSize, blocksAtOnce: plan.blocksAtOnce),
    ]
  }

  @Test("DA-AM-08 an acquisition stopped at any block and resumed equals an uninterrupted one")
  func everyBlock() throws {
    let whole = try TemporaryFolder()
    let expected = try run(whole.path, .fast)
    #expect(expected.outcome.failure == nil)
    try expectDigested(expected)
    #expect(expected.checkpoints.map(\.position) == [16, 32, 48, 64, 80, 96].map { $0 << 20 })
    for block in 0..<7 {
      let folder = try TemporaryFolder()
      let stopped = try run(folder.path, .fast, stopAt: UInt64(block << 24))
      let checkpoint = try #require(stopped.checkpoints.last)
      // The flag is raised by the read of a block, which is still handed on.
      if block < 6 {
        #expect(stopped.outcome.failure?.code == .interrupted)
        #expect(checkpoint.position == UInt64((block + 1) << 24))
      }
      let kept = stopped.chunks.filter { $0.sectors.end * 512 <= checkpoint.position }
      let resumed = try run(folder.path, .fast, from: (checkpoint, kept))
      expectEqual(resumed, expected, after: kept)
      try expectSameFiles(folder, whole, "stopped in block \(block)")
    }
  }

  /// What was written after a checkpoint counts for nothing: each of them leads to the same end.
  @Test("Every checkpoint of a run that ended later leads to the same images")
  func everyCheckpoint() throws {
    let whole = try TemporaryFolder()
    let expected = try run(whole.path, .best)
    for index in 0..<5 {
      let folder = try TemporaryFolder()
      let vanished = try run(folder.path, .best, vanishAt: 90 << 20)
      #expect(vanished.outcome.failure?.code == .mediumVanished)
      #expect(vanished.checkpoints.map(\.position) == [16, 32, 48, 64, 80, 80].map { $0 << 20 })
      let checkpoint = vanished.checkpoints[index]
      let kept = vanished.chunks.filter { $0.sectors.end * 512 <= checkpoint.position }
      expectEqual(try run(folder.path, .best, from: (checkpoint, kept)), expected, after: kept)
      try expectSameFiles(folder, whole, "checkpoint \(index)")
    }
  }

  private func expectEqual(_ resumed: Left, _ expected: Left, after kept: [ChunkRecord]) {
    #expect(resumed.outcome.verdict == expected.outcome.verdict)
    #expect(resumed.outcome.digests == expected.outcome.digests)
    #expect(resumed.outcome.merkleRoot == expected.outcome.merkleRoot)
    #expect(resumed.outcome.map == expected.outcome.map)
    #expect(kept + resumed.chunks == expected.chunks)
    // Of every file, those that were completed before the interruption too, without reading it again.
    let digests = resumed.outcome.images.flatMap { $0.written?.files.map(\.sha256) ?? [] }
    #expect(!digests.isEmpty && digests.allSatisfy { $0 != nil })
    #expect(digests == expected.outcome.images.flatMap { $0.written?.files.map(\.sha256) ?? [] })
  }

  /// Digests are those of the files there are.
  private func expectDigested(_ run: Left) throws {
    for file in run.outcome.images.flatMap({ $0.written?.files ?? [] }) {
      let bytes = try TestFiles.read(file.path)
      #expect(file.sha256 == Digest.of(bytes, .sha256) && file.size == UInt64(bytes.count), "\(file.path)")
    }
  }

  /// - Parameter note: which case it is.
  private func expectSameFiles(_ folder: TemporaryFolder, _ whole: TemporaryFolder, _ note: String) throws {
    let names = try TestFiles.names(in: whole.path)
    #expect(try TestFiles.names(in: folder.path) == names)
    for name in names {
      let resumed = try TestFiles.read(folder.appending(name))
      let expected = try TestFiles.read(whole.appending(name))
      #expect(
        resumed.count == expected.count && ImageBytes.equal(resumed, expected, 0..<expected.count),
        "\(name), \(note): \(resumed.count) and \(expected.count) bytes")
    }
    let reader = try Formats.openDisk(folder.appending("image.E01"))
    #expect(reader.structureFindings.isEmpty)
    let verify = try Tool.run("ewfverify", ["-q", folder.appending("image.E01").string])
    #expect(verify.status == 0, "\(verify.output)\(verify.errors)")
  }
}
