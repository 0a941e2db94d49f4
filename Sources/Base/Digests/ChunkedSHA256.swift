internal import CDigestLanes
import Evidence

/// SHA-256 of a whole stream and of each of its chunks in one go.
///
/// Both digests see the same blocks, so where the processor has SHA instructions they are computed side by side
/// for little more than the price of one. Elsewhere libcrypto computes one after the other.
///
/// A class so that one thread can own it; not to be shared between threads.
package final class ChunkedSHA256 {
  /// The way of processors without SHA instructions.
  private struct Separate: ~Copyable {
    var whole = StreamingDigest(.sha256)
    var chunk = StreamingDigest(.sha256)
  }

  static let blockSize = 64
  private var separate: Separate?
  /// State after every whole block so far.
  private var state = digest_sha256_initial()
  /// The bytes after the last whole block, fewer than 64.
  private var tail: [UInt8] = []
  private var length: UInt64 = 0
  /// The chunk that has not ended, likewise.
  private var chunk = digest_sha256_initial()
  private var chunkLength: UInt64 = 0

  package convenience init() { self.init(paired: Self.canPair) }

  /// Whether this processor has the instructions to compute both side by side. Elsewhere the digests of chunks are better
  /// left to `ChunkSHA256`, on other threads.
  package static let canPair = digest_sha256_pair_supported() != 0

  /// - Parameter paired: tests compare the two ways; `true` only where the processor can.
  init(paired: Bool) { self.separate = paired ? nil : Separate() }

  /// Goes on from a state that was kept.
  package convenience init(resuming kept: DigestState) {
    self.init(paired: Self.canPair, resuming: kept)
  }

  init(paired: Bool, resuming kept: DigestState) {
    precondition(kept.algorithm == .sha256)
    let words = kept.words
    self.separate = paired ? nil : Separate(whole: StreamingDigest(resuming: kept))
    self.state.words = (
      words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7]
    )
    self.length = kept.length
  }

  /// What is needed to go on later.
  /// - Precondition: every chunk so far has ended, and was a multiple of 64 bytes long.
  package var stateBetweenBlocks: DigestState {
    precondition(length % UInt64(Self.blockSize) == 0, "asked for within a block of 64 bytes")
    switch separate {
    case .none: return DigestState(.sha256, words: Self.list(state), length: length)
    case .some(let separate): return separate.whole.stateBetweenBlocks
    }
  }

  /// Continues the stream with its next chunk.
  /// - Precondition: every chunk but the last is a multiple of 64 bytes long.
  /// - Returns: the digest of this chunk alone.
  package func append(chunk bytes: RawSpan) -> Digest {
    guard let digest = append(bytes, endsChunk: true) else { preconditionFailure("the chunk has ended") }
    return digest
  }

  /// Continues the stream with a block of it: whole chunks, or a part of one.
  /// - Parameter offset: of the block in the stream.
  /// - Returns: the digests of the chunks that end in it, in order.
  package func append(block bytes: RawSpan, at offset: UInt64, of plan: ChunkPlan) -> [Digest] {
    guard plan.isSpanning else {
      let size = Int(plan.chunkSize)
      return stride(from: 0, to: bytes.byteCount, by: size).map {
        append(chunk: bytes.extracting($0..<min($0 + size, bytes.byteCount)))
      }
    }
    let ends = plan.isBoundary(offset + UInt64(bytes.byteCount))
    return append(bytes, endsChunk: ends).map { [$0] } ?? []
  }

  /// - Precondition: everything but the end of the stream comes in multiples of 64 bytes.
  /// - Returns: the digest of the chunk that ends; `nil` where it goes on.
  private func append(_ bytes: RawSpan, endsChunk: Bool) -> Digest? {
    precondition(length % UInt64(Self.blockSize) == 0, "a chunk follows one that was no multiple of 64 bytes")
    length += UInt64(bytes.byteCount)
    chunkLength += UInt64(bytes.byteCount)
    defer {
      if endsChunk {
        chunk = digest_sha256_initial()
        chunkLength = 0
      }
    }
    if separate != nil { return appendSeparately(bytes, endsChunk: endsChunk) }
    let blocks = bytes.byteCount / Self.blockSize
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress, blocks > 0 else { return }
      digest_sha256_pair(&state, &chunk, base.assumingMemoryBound(to: UInt8.self), blocks)
    }
    tail = bytes.extracting(blocks * Self.blockSize..<bytes.byteCount).withUnsafeBytes { Array($0) }
    return endsChunk ? Self.closed(chunk, tail: tail, length: chunkLength) : nil
  }

  /// The digest of the stream so far, as if `bytes` followed; the stream can go on afterwards.
  package func whole(followedBy bytes: [UInt8] = []) -> Digest {
    switch separate {
    case .none: return Self.closed(state, tail: tail + bytes, length: length + UInt64(bytes.count))
    case .some(let separate):
      var fork = separate.whole.fork()
      fork.update(bytes.span.bytes)
      return fork.finish()
    }
  }

  private func appendSeparately(_ bytes: RawSpan, endsChunk: Bool) -> Digest? {
    separate?.whole.update(bytes)
    separate?.chunk.update(bytes)
    guard endsChunk else { return nil }
    let digest = separate?.chunk.finish()
    separate?.chunk.restart()
    return digest
  }

  /// Adds the padding of FIPS 180-4 §5.1.1 and takes the digest.
  static func closed(_ state: digest_sha256_state, tail: [UInt8], length: UInt64) -> Digest {
    var state = state
    var unused = state
    var message = tail + [0x80]
    while message.count % blockSize != blockSize - 8 { message.append(0) }
    message += (0..<8).map { UInt8(truncatingIfNeeded: (length * 8) >> UInt64(56 - 8 * $0)) }
    digest_sha256_pair(&state, &unused, message, message.count / blockSize)
    return Digest(
      .sha256,
      list(state).flatMap { word in (0..<4).map { UInt8(truncatingIfNeeded: word >> (24 - 8 * UInt32($0))) } }
    )
  }

  private static func list(_ state: digest_sha256_state) -> [UInt32] {
    let words = state.words
    return [words.0, words.1, words.2, words.3, words.4, words.5, words.6, words.7]
  }
}
