/// Size and sector sizes of a medium or of the contents of an image.
package struct MediaGeometry: Hashable, Sendable {
  /// Longest medium Exhibit records, in bytes: 8 PiB less one, the largest integer every JSON reader keeps exact.
  package static let longest: UInt64 = (1 << 53) - 1

  /// True length in bytes; not always a multiple of the sector size.
  package let length: UInt64
  /// Unit of addressing in bytes (512, 2048, 4096 …).
  package let logicalSectorSize: UInt32
  /// Unit the medium writes at once, in bytes; equal to or a multiple of the logical size.
  package let physicalSectorSize: UInt32

  /// - Precondition: both sector sizes are positive.
  package init(length: UInt64, logicalSectorSize: UInt32 = 512, physicalSectorSize: UInt32? = nil) {
    precondition(logicalSectorSize > 0 && (physicalSectorSize ?? 1) > 0)
    self.length = length
    self.logicalSectorSize = logicalSectorSize
    self.physicalSectorSize = physicalSectorSize ?? logicalSectorSize
  }

  /// Number of logical sectors, a last short one included.
  package var sectorCount: UInt64 {
    length / UInt64(logicalSectorSize) + (tailBytes == 0 ? 0 : 1)
  }

  /// Bytes in the last sector when the length is no multiple of the sector size, otherwise 0.
  package var tailBytes: UInt32 { UInt32(length % UInt64(logicalSectorSize)) }

  /// Bytes a container of whole sectors must add after the end: 0 or less than one sector.
  package var paddingBytes: UInt32 { tailBytes == 0 ? 0 : logicalSectorSize - tailBytes }
}

/// Division of a stream into chunks, each with its own digests.
package struct ChunkPlan: Hashable, Sendable {
  /// Bytes per chunk: the sector size times a power of two. The last chunk may be shorter.
  package let chunkSize: UInt64
  /// Length of the stream in bytes.
  package let length: UInt64

  package static let smallestChunkSize: UInt64 = 1 << 20
  package static let largestChunkCount: UInt64 = 1 << 20

  /// The plan of this format version: sectors times the smallest power of two that make at least 1 MiB and at most 2²⁰
  /// chunks. Of sectors whose size is a power of two, a chunk is one too.
  /// - Parameter sectorSize: of the stream, in bytes, positive.
  package init(length: UInt64, sectorSize: UInt32) {
    var plan = ChunkPlan(length: length, chunkSize: UInt64(sectorSize))
    while plan.chunkSize < Self.smallestChunkSize || plan.chunkCount > Self.largestChunkCount {
      plan = ChunkPlan(length: length, chunkSize: plan.chunkSize << 1)
    }
    self = plan
  }

  /// Whether chunks of such sectors are multiples of 64 bytes, of which digests are made side by side. Every size up to
  /// 32 KiB is one.
  package static func canDivide(_ sectorSize: UInt32) -> Bool {
    sectorSize > 0 && ChunkPlan(length: 0, sectorSize: sectorSize).chunkSize % 64 == 0
  }

  /// A plan read back from a manifest.
  /// - Precondition: `chunkSize` is positive.
  package init(length: UInt64, chunkSize: UInt64) {
    precondition(chunkSize > 0)
    self.length = length
    self.chunkSize = chunkSize
  }

  /// Most bytes that are read and handed on at once.
  package static let largestBlockSize: UInt64 = 16 << 20

  /// Bytes that are read and handed on at once: as many chunks as make 16 MiB or little less, or the largest even part
  /// of one that does. What a stream is said to be long decides on no memory.
  package var blockSize: Int {
    var part = chunkSize
    while part > Self.largestBlockSize, part % 2 == 0 { part /= 2 }
    return Int(max(1, Self.largestBlockSize / part) * part)
  }

  /// Whether a chunk is handed on in several blocks.
  package var isSpanning: Bool { chunkSize > UInt64(blockSize) }

  /// Whether a chunk ends before byte `position`.
  package func isBoundary(_ position: UInt64) -> Bool { position % chunkSize == 0 || position == length }

  package var chunkCount: UInt64 { length / chunkSize + (length % chunkSize == 0 ? 0 : 1) }

  /// Byte range of chunk `index`.
  /// - Precondition: `index < chunkCount`.
  package func bytes(ofChunk index: UInt64) -> Range<UInt64> {
    let start = index * chunkSize
    return start..<start + min(chunkSize, length - start)
  }

  /// Sectors of chunk `index` for sectors of `sectorSize` bytes, a last short one included.
  package func sectors(ofChunk index: UInt64, sectorSize: UInt32) -> SectorRange {
    let range = bytes(ofChunk: index)
    let size = UInt64(sectorSize)
    let end = range.upperBound / size + (range.upperBound % size == 0 ? 0 : 1)
    return SectorRange(range.lowerBound / size..<end)
  }
}
