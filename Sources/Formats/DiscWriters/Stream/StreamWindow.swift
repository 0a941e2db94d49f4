import Evidence
import OpticalDisc
import SystemIO
import WriterKit

/// The part of a stream of sectors that is at hand, as the file that a disc lies in.
final class StreamWindow: DiscFile {
  private struct State: ~Copyable {
    var block: PageBuffer?
    var first: UInt64 = 0
  }

  let size: UInt64
  var name: String { "the stream of sectors" }
  private let state = Monitor(State())

  private init(of disc: Disc) {
    self.size =
      disc.tracks.flatMap(\.extents).compactMap { extent in
        extent.run.map { $0.offset + UInt64(extent.count) * UInt64($0.stride) }
      }.max() ?? 0
  }

  /// A disc that lies in a stream.
  static func image(of disc: Disc) -> DiscImage { DiscImage(disc: disc, files: [StreamWindow(of: disc)]) }

  /// The disc as a format holds it, over the stream.
  static func prepared(
    _ disc: Disc, for writer: any DiscWriter.Type
  ) -> (image: DiscImage, window: StreamWindow, generated: [GeneratedSectors]) {
    let window = StreamWindow(of: disc)
    var prepared = PreparedDisc(DiscImage(disc: disc, files: [window]))
    writer.prepare(&prepared)
    return (prepared.image, window, prepared.generated)
  }

  /// Has a block at hand while `body` runs.
  /// - Parameter first: its place in the stream, in bytes.
  func show(
    _ block: PageBuffer, at first: UInt64, _ body: () throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    state.withLock {
      $0.block = block
      $0.first = first
    }
    defer { state.withLock { $0.block = nil } }
    try body()
  }

  /// Bytes that are not at hand are not there.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
    state.withLock { state in
      guard let block = state.block, offset >= state.first else { return 0 }
      let place = Int(offset - state.first)
      return block.bytes.withUnsafeBytes { bytes in
        guard place < bytes.count else { return 0 }
        let part = UnsafeRawBufferPointer(rebasing: bytes[place...].prefix(buffer.count))
        buffer.copyMemory(from: part)
        return part.count
      }
    }
  }
}
