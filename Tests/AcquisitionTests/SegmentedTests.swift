import Acquisition
import Digests
import DiskWriters
import Evidence
import EvidenceTestKit
import Media
import SystemIO
import SystemPackage
import Testing

/// An acquisition without a serial digest of the whole gives the chunks, images and map that one with it gives.
@Suite(.timeLimit(.minutes(20))) struct SegmentedTests {
  @Test(arguments: [1, 2049, 32769, 98309], [1, 3])
  func chunksAreThoseOfAWholeDigest(count: Int, workers: Int) throws {
    var faults = FaultySource.Faults()
    faults.unreadable = count > 2048 ? [5, 2048, UInt64(count - 1)] : []
    func source() -> FaultySource {
      FaultySource(StampedContents(length: UInt64(count * 512)), faults: faults)
    }
    let with = try FaultRun(source(), formats: [.raw, .e01])
    let without = try FaultRun(source(), formats: [.raw, .e01], isSegmented: true)
    let (one, other) = (with.perform(workers: workers), without.perform(workers: workers))
    #expect(other.failure == nil && other.verdict == one.verdict)
    #expect(other.merkleRoot == one.merkleRoot && other.map == one.map)
    #expect(without.chunks == with.chunks)
    #expect(without.chunks.allSatisfy { $0.md5 != nil })
    #expect(other.digests.isEmpty && other.images.allSatisfy { $0.written?.digests.isEmpty == true })
    #expect(try TestFiles.read(without.raw) == TestFiles.read(with.raw))
  }

  /// Chunks that are longer than the blocks in which they are read, as of media past 16 TiB.
  @Test func chunksThatSpanBlocks() throws {
    let sectorCount = (1 << 36) + 3 as UInt64
    let source = FaultySource(StampedContents(length: sectorCount * 512))
    let plan = AcquisitionPlan(geometry: source.geometry, digests: [.sha256], isSegmented: true, workers: 3)
    try #require(plan.chunks.isSpanning)
    let chunk = plan.chunks.chunkSize
    let position = sectorCount * 512 / chunk * chunk - chunk
    var map = SectorMap(sectorCount: sectorCount)
    map.mark(SectorRange(0..<position / 512), as: .read)
    let records = Monitor<[ChunkRecord]>([])
    let outcome = AcquisitionRun(
      source: source, plan: plan, writers: [FailingWriter(.write, atBlock: .max)],
      from: AcquisitionRun.Start(
        resuming: Checkpoint(position: position, digests: [], map: map, images: []), chunkDigests: [])
    ).perform(eachChunk: { chunk in records.withLock { $0.append(chunk) } }, progress: { _ in })
    #expect(outcome.failure == nil)
    let chunks = records.withLock { $0 }
    try #require(chunks.count == 2)
    for (index, record) in chunks.enumerated() {
      var md5 = StreamingDigest(.md5)
      var sha256 = StreamingDigest(.sha256)
      var at = position + UInt64(index) * chunk
      let end = min(at + chunk, sectorCount * 512)
      while at < end {
        let bytes = source.stamped.bytes(at..<min(at + (1 << 20), end))
        md5.update(bytes.span.bytes)
        sha256.update(bytes.span.bytes)
        at += UInt64(bytes.count)
      }
      #expect(record.md5 == md5.finish() && record.sha256 == sha256.finish())
    }
  }
}
