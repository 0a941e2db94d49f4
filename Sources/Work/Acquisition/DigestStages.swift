import Digests
import Evidence
import SystemIO

/// The digest of a whole medium, and of the padded contents of a container that fills the last sector up.
struct WholeDigest: Sendable {
  let digest: Digest
  let padded: Digest
}

/// A thread of its own for a digest of the whole medium, since such a digest is strictly serial.
protocol DigestStage: Sendable {
  var queue: BoundedQueue<MediumBlock> { get }
  /// The body of the thread.
  func run()
  /// After the thread has been joined.
  var result: WholeDigest? { get }
}

/// MD5 or SHA-1 of the whole medium.
final class SerialDigestStage: DigestStage {
  let queue: BoundedQueue<MediumBlock>
  let algorithm: DigestAlgorithm
  private let resuming: DigestState?
  private let finished = Monitor<WholeDigest?>(nil)

  /// - Parameter resuming: of what was read before; of this algorithm.
  init(_ algorithm: DigestAlgorithm, capacity: Int, resuming: DigestState?) {
    self.algorithm = algorithm
    self.resuming = resuming
    self.queue = BoundedQueue(capacity: capacity)
  }

  func run() {
    var digest = resuming.map { StreamingDigest(resuming: $0) } ?? StreamingDigest(algorithm)
    var padding = 0
    while let block = queue.take() {
      if let ticket = block.checkpoint {
        ticket.post(digest.stateBetweenBlocks)
        continue
      }
      digest.update(block.buffer.bytes)
      padding = block.buffer.paddingByteCount
    }
    var padded = digest.fork()
    padded.update([UInt8](repeating: 0, count: padding).span.bytes)
    let result = WholeDigest(digest: digest.finish(), padded: padded.finish())
    finished.withLock { $0 = result }
  }

  var result: WholeDigest? { finished.withLock { $0 } }
}

/// SHA-256 of the whole medium and, in the same go, of each chunk.
final class ChunkedDigestStage: DigestStage {
  let queue: BoundedQueue<MediumBlock>
  private let chunks: ChunkPlan
  private let resuming: DigestState?
  private let eachBlock: @Sendable (_ index: UInt64, _ chunkDigests: [Digest]) -> Void
  private let finished = Monitor<WholeDigest?>(nil)

  /// - Parameters:
  ///   - resuming: SHA-256 of what was read before.
  ///   - eachBlock: receives the digests of the chunks that end in each block, in order; none for a checkpoint.
  init(
    _ chunks: ChunkPlan, capacity: Int, resuming: DigestState?,
    eachBlock: @escaping @Sendable (UInt64, [Digest]) -> Void
  ) {
    self.chunks = chunks
    self.resuming = resuming
    self.queue = BoundedQueue(capacity: capacity)
    self.eachBlock = eachBlock
  }

  func run() {
    let digest = resuming.map { ChunkedSHA256(resuming: $0) } ?? ChunkedSHA256()
    var padding = 0
    while let block = queue.take() {
      if let ticket = block.checkpoint {
        ticket.post(digest.stateBetweenBlocks)
        eachBlock(block.index, [])
        continue
      }
      let digests = digest.append(block: block.buffer.bytes, at: block.offset, of: chunks)
      padding = block.buffer.paddingByteCount
      eachBlock(block.index, digests)
    }
    let result = WholeDigest(
      digest: digest.whole(), padded: digest.whole(followedBy: [UInt8](repeating: 0, count: padding)))
    finished.withLock { $0 = result }
  }

  var result: WholeDigest? { finished.withLock { $0 } }
}
