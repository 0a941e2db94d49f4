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
  private let finished = Monitor<WholeDigest?>(nil)

  init(_ algorithm: DigestAlgorithm, capacity: Int) {
    self.algorithm = algorithm
    self.queue = BoundedQueue(capacity: capacity)
  }

  func run() {
    let digest = StreamingDigest(algorithm)
    var padding = 0
    while let block = queue.take() {
      digest.update(block.buffer.bytes)
      padding = block.buffer.paddingByteCount
    }
    let padded = digest.fork()
    padded.update([UInt8](repeating: 0, count: padding).span.bytes)
    let result = WholeDigest(digest: digest.finish(), padded: padded.finish())
    finished.withLock { $0 = result }
  }

  var result: WholeDigest? { finished.withLock { $0 } }
}

/// SHA-256 of the whole medium and, in the same go, of each chunk.
final class ChunkedDigestStage: DigestStage {
  let queue: BoundedQueue<MediumBlock>
  private let chunkSize: Int
  private let eachBlock: @Sendable (_ index: UInt64, _ chunkDigests: [Digest]) -> Void
  private let finished = Monitor<WholeDigest?>(nil)

  /// - Parameter eachBlock: receives the digests of the chunks of each block, in order.
  init(
    chunkSize: Int, capacity: Int, eachBlock: @escaping @Sendable (UInt64, [Digest]) -> Void
  ) {
    self.chunkSize = chunkSize
    self.queue = BoundedQueue(capacity: capacity)
    self.eachBlock = eachBlock
  }

  func run() {
    let digest = ChunkedSHA256()
    var padding = 0
    while let block = queue.take() {
      let bytes = block.buffer.bytes
      let digests = stride(from: 0, to: bytes.byteCount, by: chunkSize).map {
        digest.append(chunk: bytes.extracting($0..<min($0 + chunkSize, bytes.byteCount)))
      }
      padding = block.buffer.paddingByteCount
      eachBlock(block.index, digests)
    }
    let result = WholeDigest(
      digest: digest.whole(), padded: digest.whole(followedBy: [UInt8](repeating: 0, count: padding)))
    finished.withLock { $0 = result }
  }

  var result: WholeDigest? { finished.withLock { $0 } }
}
