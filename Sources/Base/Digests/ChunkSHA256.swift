internal import CDigestLanes
import Evidence

/// SHA-256 of chunks that lie one behind the other: of two at once where the processor has SHA instructions, elsewhere of
/// up to 16 in the lanes of vector registers.
package enum ChunkSHA256 {
  /// The SHA-256 of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  package static func digests(of bytes: RawSpan, chunkSize: Int) -> [Digest] {
    digests(of: bytes, chunkSize: chunkSize, paired: ChunkedSHA256.canPair)
  }

  /// - Parameter paired: tests compare the two ways; `true` only where the processor can.
  static func digests(of bytes: RawSpan, chunkSize: Int, paired: Bool) -> [Digest] {
    guard !paired else {
      return ChunkLanes.digests(.sha256, of: bytes, chunkSize: chunkSize, most: 2, fewest: 2) { places in
        let chunks = places.map { $0..<$0 + chunkSize }
        let (one, two) = two(bytes.extracting(chunks[0]), bytes.extracting(chunks[1]))
        return [one, two]
      }
    }
    return ChunkLanes.digests(
      .sha256, of: bytes, chunkSize: chunkSize, most: Int(DIGEST_LANES_SHA256), fewest: ChunkLanes.fewest
    ) { places in
      let size = DigestAlgorithm.sha256.byteCount
      var output = [UInt8](repeating: 0, count: places.count * size)
      ChunkLanes.withMessages(bytes, places) {
        digest_lanes_sha256($0, Int32(places.count), chunkSize, &output)
      }
      return places.indices.map { Digest(.sha256, Array(output[size * $0..<size * ($0 + 1)])) }
    }
  }

  /// - Precondition: both are of one length.
  private static func two(_ first: RawSpan, _ second: RawSpan) -> (Digest, Digest) {
    precondition(first.byteCount == second.byteCount)
    let blocks = first.byteCount / ChunkedSHA256.blockSize
    var (one, two) = (digest_sha256_initial(), digest_sha256_initial())
    first.withUnsafeBytes { first in
      second.withUnsafeBytes { second in
        guard let first = first.baseAddress, let second = second.baseAddress, blocks > 0 else { return }
        digest_sha256_two(
          &one, first.assumingMemoryBound(to: UInt8.self), &two, second.assumingMemoryBound(to: UInt8.self),
          blocks)
      }
    }
    func tail(_ bytes: RawSpan) -> [UInt8] {
      bytes.extracting(blocks * ChunkedSHA256.blockSize..<bytes.byteCount).withUnsafeBytes { Array($0) }
    }
    let length = UInt64(first.byteCount)
    return (
      ChunkedSHA256.closed(one, tail: tail(first), length: length),
      ChunkedSHA256.closed(two, tail: tail(second), length: length)
    )
  }
}
