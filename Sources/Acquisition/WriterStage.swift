import Evidence
import ImageFormats
import SystemIO

/// Writes one image on a thread of its own. Its failure is its own: other images go on.
final class WriterStage: Sendable {
  private struct State: ~Copyable {
    var failure: EvidenceError?
    var busySeconds = 0.0
  }

  let writer: any ImageWriter
  private let queue: BoundedQueue<EncodedBlock>
  private let state = Monitor(State())
  /// Called once, when it fails.
  private let failed: @Sendable (EvidenceError) -> Void

  init(_ writer: any ImageWriter, capacity: Int, failed: @escaping @Sendable (EvidenceError) -> Void) {
    self.writer = writer
    self.queue = BoundedQueue(capacity: capacity)
    self.failed = failed
  }

  func put(_ block: EncodedBlock) { queue.put(block) }
  func close() { queue.close() }

  var failure: EvidenceError? { state.withLock { $0.failure } }
  var busySeconds: Double { state.withLock { $0.busySeconds } }

  /// The block as this image stores it; `nil` once it has failed.
  func encode(_ block: MediumBlock) -> EncodedBlock? {
    guard failure == nil else { return nil }
    do throws(EvidenceError) { return try writer.encode(block.buffer) } catch {
      fail(error)
      return nil
    }
  }

  /// The body of the thread. After a failure blocks are still taken, so that their buffers become free.
  func run() {
    while let block = queue.take() {
      guard failure == nil else { continue }
      let begun = Host.monotonicSeconds()
      do throws(EvidenceError) { try writer.write(block) } catch { fail(error) }
      let seconds = Host.monotonicSeconds() - begun
      state.withLock { $0.busySeconds += seconds }
    }
  }

  /// Completes the image, or gives it up where something failed.
  func finish(_ closing: ImageClosing?, paddingBytes: UInt32) -> ImageOutcome {
    var written: WrittenImage?
    if failure == nil, let closing {
      do throws(EvidenceError) {
        written = WrittenImage(
          files: try writer.finish(closing), paddingBytes: writer.padsLastSector ? paddingBytes : 0,
          digests: closing.digests)
      } catch { fail(error) }
    } else {
      writer.abandon()
    }
    return ImageOutcome(
      format: writer.format, written: written, failure: failure, busySeconds: busySeconds)
  }

  private func fail(_ error: EvidenceError) {
    let isFirst = state.withLock { state in
      defer { state.failure = state.failure ?? error }
      return state.failure == nil
    }
    if isFirst { failed(error) }
  }
}
