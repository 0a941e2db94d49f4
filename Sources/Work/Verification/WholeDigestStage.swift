import Digests
import Evidence
import SystemIO

/// Computes one digest of a whole image, block after block, on a thread of its own.
final class WholeDigestStage: Sendable {
  let queue: BoundedQueue<ImagePass.Block>
  private let algorithm: DigestAlgorithm
  private let chunks: ChunkPlan
  private let lanes: SideBySide?
  private let eachChunk: (@Sendable (UInt64, Digest) -> Void)?
  private let finished = Monitor<(whole: Digest, contents: Digest)?>(nil)

  /// - Parameters:
  ///   - lanes: computes it side by side with those of other images; never of SHA-256 where chunks want theirs.
  ///   - eachChunk: receives the chunks' digests where the algorithm is SHA-256; `nil` where they are not wanted.
  init(
    _ algorithm: DigestAlgorithm, _ chunks: ChunkPlan, capacity: Int, in lanes: SideBySide? = nil,
    eachChunk: (@Sendable (UInt64, Digest) -> Void)?
  ) {
    self.algorithm = algorithm
    self.lanes = lanes
    self.chunks = chunks
    self.queue = BoundedQueue(capacity: capacity)
    self.eachChunk = eachChunk
  }

  /// Of the medium's length.
  var whole: Digest? { finished.withLock { $0?.whole } }
  /// Of everything the image holds.
  var contents: Digest? { finished.withLock { $0?.contents } }

  /// The body of the thread.
  func run() {
    let result =
      lanes.map { digestSideBySide(in: $0) }
      ?? (algorithm == .sha256 ? eachChunk : nil).map { digestWithChunks($0) } ?? digestWhole()
    finished.withLock { $0 = result }
  }

  private func digestWhole() -> (Digest, Digest) {
    var digest = StreamingDigest(algorithm)
    var contents: Digest?
    while let block = queue.take() {
      if block.buffer.paddingByteCount > 0 {
        var fork = digest.fork()
        fork.update(block.buffer.paddedBytes)
        contents = fork.finish()
      }
      digest.update(block.buffer.bytes)
    }
    let whole = digest.finish()
    return (whole, contents ?? whole)
  }

  private func digestSideBySide(in lanes: SideBySide) -> (Digest, Digest) {
    var stream = lanes.stream()
    var contents: Digest?
    while let block = queue.take() {
      if block.buffer.paddingByteCount > 0 { contents = stream.digest(followedBy: block.buffer.paddedBytes) }
      stream.update(block.buffer.bytes)
    }
    let whole = stream.digest()
    return (whole, contents ?? whole)
  }

  private func digestWithChunks(_ eachChunk: (UInt64, Digest) -> Void) -> (Digest, Digest) {
    let digest = ChunkedSHA256()
    var behind: [UInt8] = []
    while let block = queue.take() {
      let bytes = block.buffer.bytes
      for (index, chunk) in digest.append(block: bytes, at: block.offset, of: chunks).enumerated() {
        eachChunk(block.offset / chunks.chunkSize + UInt64(index), chunk)
      }
      behind = block.buffer.paddedBytes.extracting(
        bytes.byteCount..<bytes.byteCount + block.buffer.paddingByteCount
      ).withUnsafeBytes { Array($0) }
    }
    return (digest.whole(), digest.whole(followedBy: behind))
  }
}
