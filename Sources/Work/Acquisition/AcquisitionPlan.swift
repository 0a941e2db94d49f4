import Evidence
import SystemIO
import SystemPackage
import WriterKit

/// How a source will be read and divided.
package struct AcquisitionPlan: Hashable, Sendable {
  package let geometry: MediaGeometry
  package let chunks: ChunkPlan
  /// Digests of the whole to compute while reading; SHA-256 is always among them, unless ``laterDigests`` are left for
  /// later.
  package let digests: Set<DigestAlgorithm>
  /// Digests of the whole that a verification is to compute; empty where they are computed while reading.
  package let laterDigests: Set<DigestAlgorithm>
  /// Threads that digest and encode chunks.
  package let workers: Int
  /// Seconds between two checkpoints; 0 for one after every block, `nil` for none at all.
  package let checkpointSeconds: Double?
  package let reading: ReadingPolicy
  package let fill: FillPattern
  /// Address on the medium of the first sector that is read.
  package let firstSector: UInt64

  /// - Parameters:
  ///   - digests: of the whole; SHA-256 is added.
  ///   - isSegmented: none of them is computed while reading, only digests of chunks.
  package init(
    geometry: MediaGeometry, digests: Set<DigestAlgorithm>, isSegmented: Bool = false,
    workers: Int = availableProcessors(),
    checkpointSeconds: Double? = nil, reading: ReadingPolicy = ReadingPolicy(), fill: FillPattern = .zero,
    firstSector: UInt64 = 0
  ) {
    precondition(workers > 0)
    self.checkpointSeconds = checkpointSeconds
    self.reading = reading
    self.fill = fill
    self.firstSector = firstSector
    self.geometry = geometry
    self.chunks = ChunkPlan(length: geometry.length, sectorSize: geometry.logicalSectorSize)
    self.digests = isSegmented ? [] : digests.union([.sha256])
    self.laterDigests = isSegmented ? digests.union([.sha256]) : []
    self.workers = workers
  }

  /// Only digests of chunks are computed while reading: nothing is then serial.
  package var isSegmented: Bool { !laterDigests.isEmpty }
  /// MD5 of each chunk, besides SHA-256.
  var wantsChunkMD5: Bool { isSegmented || digests.contains(.md5) }

  /// Bytes that are read and handed on at once.
  package var blockSize: Int { chunks.blockSize }

  /// Bytes of the second attempt at a block that is refused: 64 KiB, or as many whole sectors as make a little less,
  /// so that a block is a whole number of pieces.
  package var pieceSize: Int {
    var sectors = 1
    while 2 * sectors * Int(geometry.logicalSectorSize) <= 64 << 10 { sectors *= 2 }
    return sectors * Int(geometry.logicalSectorSize)
  }

  /// Blocks that exist at once; with the encoded copies, what bounds the memory.
  package var blocksAtOnce: Int { max(3, min(5, (128 << 20) / blockSize)) }

  /// Bytes a buffer must hold: one block, or the whole of a small source, in whole sectors.
  var bufferCapacity: Int {
    let wanted = min(UInt64(blockSize), geometry.length)
    let sector = UInt64(geometry.logicalSectorSize)
    return Int((wanted + sector - 1) / sector * sector)
  }
}

/// Says when the next checkpoint is due.
struct CheckpointPace {
  private let seconds: Double?
  private var last = Host.monotonicSeconds()

  /// - Parameter seconds: between two; never where `nil`.
  init(seconds: Double?) { self.seconds = seconds }

  /// Asked after every block.
  mutating func isDue() -> Bool {
    let now = Host.monotonicSeconds()
    guard let seconds, now - last >= seconds else { return false }
    last = now
    return true
  }
}

/// One chunk of a stream as it was acquired.
package struct ChunkRecord: Hashable, Sendable {
  package let index: UInt64
  package let sectors: SectorRange
  /// What became of its sectors: the worst of them.
  package let state: SectorState
  package let md5: Digest?
  package let sha256: Digest
}

/// How far an acquisition is.
package struct AcquisitionProgress: Hashable, Sendable {
  package let bytesDone: UInt64
  package let length: UInt64
  package let unreadableSectors: UInt64
  /// Of a medium that is read in an order of its own first; `nil` while images are written.
  package let pass: UInt32?
  /// What was written is read again, and the bytes are those of the images.
  package let isReadBack: Bool

  package init(
    bytesDone: UInt64, length: UInt64, unreadableSectors: UInt64, pass: UInt32? = nil,
    isReadBack: Bool = false
  ) {
    self.isReadBack = isReadBack
    self.bytesDone = bytesDone
    self.length = length
    self.unreadableSectors = unreadableSectors
    self.pass = pass
  }
}

/// What became of one image.
package struct ImageOutcome: Sendable {
  package let format: FormatID
  /// `nil` where it was not completed.
  package let written: WrittenImage?
  /// Why it was not completed; `nil` where it was, or where the whole run ended early.
  package let failure: EvidenceError?
  /// Seconds its thread was at work; near the length of the run, it is what held the others up.
  package let busySeconds: Double
}

/// One image that was written.
package struct WrittenImage: Hashable, Sendable {
  package let files: [WrittenFile]
  /// Zero bytes the container holds after the end of the medium.
  package let paddingBytes: UInt32
  /// Digests of exactly what the container holds.
  package let digests: DigestSet
}

/// What an acquisition gave.
package struct AcquisitionOutcome: Sendable {
  package let verdict: AcquisitionVerdict
  /// Why it ended early; `nil` when it did not.
  package let failure: EvidenceError?
  package let map: SectorMap
  /// Digests of the true length; empty when it ended early, and where they are left for later.
  package let digests: DigestSet
  package let merkleRoot: Digest
  /// In the order of the writers.
  package let images: [ImageOutcome]
  /// Seconds from the first read to the last write.
  package let seconds: Double
}
