import Evidence
import ImageFormats
import SystemIO

/// Writes one image on a thread of its own.
final class WriterStage: Sendable {
  let writer: any ImageWriter
  private let queue: BoundedQueue<EncodedBlock>
  private let failure: FirstFailure<EvidenceError>

  init(_ writer: any ImageWriter, capacity: Int, failure: FirstFailure<EvidenceError>) {
    self.writer = writer
    self.queue = BoundedQueue(capacity: capacity)
    self.failure = failure
  }

  func put(_ block: EncodedBlock) { queue.put(block) }
  func close() { queue.close() }

  /// The body of the thread. After a failure blocks are still taken, so that their buffers become free.
  func run() {
    while let block = queue.take() {
      guard failure.value == nil else { continue }
      do throws(EvidenceError) { try writer.write(block) } catch { failure.record(error) }
    }
  }
}
