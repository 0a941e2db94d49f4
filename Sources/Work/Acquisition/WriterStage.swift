import Evidence
import SystemIO
import WriterKit

/// Writes one image on a thread of its own. Its failure is its own: other images go on.
final class WriterStage: Sendable {
  private enum Work: Sendable {
    case block(EncodedBlock)
    case checkpoint(CheckpointTicket)
  }

  private struct State: ~Copyable {
    var failure: EvidenceError?
    var busySeconds = 0.0
  }

  let writer: any ImageWriter
  /// Its place among the images of the run.
  private let index: Int
  private let queue: BoundedQueue<Work>
  private let state = Monitor(State())
  /// Called once, when it fails.
  private let failed: @Sendable (EvidenceError) -> Void

  init(
    _ writer: any ImageWriter, index: Int, capacity: Int, failed: @escaping @Sendable (EvidenceError) -> Void
  ) {
    self.writer = writer
    self.index = index
    self.queue = BoundedQueue(capacity: capacity)
    self.failed = failed
  }

  func put(_ block: EncodedBlock) { queue.put(.block(block)) }
  func put(_ ticket: CheckpointTicket) { queue.put(.checkpoint(ticket)) }
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
    while let work = queue.take() {
      let begun = Host.monotonicSeconds()
      switch work {
      case .block(let block) where failure == nil:
        do throws(EvidenceError) { try writer.write(block) } catch { fail(error) }
      case .block: break
      case .checkpoint(let ticket): ticket.post(checkpoint(), at: index)
      }
      let seconds = Host.monotonicSeconds() - begun
      state.withLock { $0.busySeconds += seconds }
    }
  }

  private func checkpoint() -> Checkpoint.Image {
    guard failure == nil else { return .failed }
    do throws(EvidenceError) { return .standing(try writer.checkpoint()) } catch {
      fail(error)
      return .failed
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
