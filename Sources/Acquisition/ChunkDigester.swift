import Digests
import Evidence
import SystemIO

/// Digests of the chunks of a block.
struct ChunkDigester: ~Copyable {
  private let plan: AcquisitionPlan
  private let md5 = StreamingDigest(.md5)
  private let sha256 = StreamingDigest(.sha256)

  init(plan: AcquisitionPlan) { self.plan = plan }

  /// The chunks of `block`, in order; their state is read from `map`.
  borrowing func chunks(of block: MediumBlock, map: Monitor<SectorMap>) -> [ChunkRecord] {
    let chunkSize = Int(plan.chunks.chunkSize)
    let bytes = block.buffer.bytes
    var records: [ChunkRecord] = []
    for start in stride(from: 0, to: bytes.byteCount, by: chunkSize) {
      let chunk = bytes.extracting(start..<min(start + chunkSize, bytes.byteCount))
      let index = (block.offset + UInt64(start)) / plan.chunks.chunkSize
      let sectors = plan.chunks.sectors(ofChunk: index, sectorSize: plan.geometry.logicalSectorSize)
      let hasUnreadable = map.withLock { !$0.ranges(in: .unreadable, within: sectors).isEmpty }
      records.append(
        ChunkRecord(
          index: index, sectors: sectors, state: hasUnreadable ? .unreadable : .read,
          md5: plan.digests.contains(.md5) ? Self.digest(md5, chunk) : nil,
          sha256: Self.digest(sha256, chunk)))
    }
    return records
  }

  private static func digest(_ digest: borrowing StreamingDigest, _ bytes: RawSpan) -> Digest {
    digest.restart()
    digest.update(bytes)
    return digest.finish()
  }
}
