import Digests
import Evidence
import SystemIO

/// Computes one digest of the whole medium on a thread of its own, since such a digest is strictly serial.
final class DigestStage: Sendable {
  /// Digest of the true length, and of the padded contents where a container pads.
  struct Result: Sendable {
    let digest: Digest
    let padded: Digest
  }

  private let algorithm: DigestAlgorithm
  private let queue: BoundedQueue<MediumBlock>
  private let result = Monitor<Result?>(nil)

  init(_ algorithm: DigestAlgorithm, capacity: Int) {
    self.algorithm = algorithm
    self.queue = BoundedQueue(capacity: capacity)
  }

  func put(_ block: MediumBlock) { queue.put(block) }
  func close() { queue.close() }

  /// The body of the thread.
  func run() {
    let digest = StreamingDigest(algorithm)
    var paddedResult: Digest?
    while let block = queue.take() {
      if block.buffer.paddingByteCount > 0 {
        let fork = digest.fork()
        fork.update(block.buffer.paddedBytes)
        paddedResult = fork.finish()
      }
      digest.update(block.buffer.bytes)
    }
    let whole = digest.finish()
    result.withLock { $0 = Result(digest: whole, padded: paddedResult ?? whole) }
  }

  /// After the thread has been joined.
  var finished: Result? { result.withLock { $0 } }
}
