internal import CDigestLanes
import Evidence

/// SHA-256 of chunks that lie one behind the other, of two at once where the processor has the instructions.
package enum ChunkSHA256 {
  /// The SHA-256 of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  package static func digests(of bytes: RawSpan, chunkSize: Int) -> [Digest] {
    digests(of: bytes, chunkSize: chunkSize, paired: ChunkedSHA256.canPair)
  }

  /// - Parameter paired: tests compare the two ways; `true` only where the processor can.
  static func digests(of bytes: RawSpan, chunkSize: Int, paired: Bool) -> [Digest] {
    precondition(chunkSize > 0)
    let count = (bytes.byteCount + chunkSize - 1) / chunkSize
    let places = (0..<count).map { $0 * chunkSize..<min(($0 + 1) * chunkSize, bytes.byteCount) }
    var digests = places.map { ZeroChunks.digest(.sha256, of: bytes.extracting($0)) }
    var waiting: Int?
    for number in 0..<count where digests[number] == nil {
      guard paired, places[number].count == chunkSize else {
        digests[number] = .of(bytes.extracting(places[number]), .sha256)
        continue
      }
      guard let other = waiting else {
        waiting = number
        continue
      }
      (digests[other], digests[number]) = two(
        bytes.extracting(places[other]), bytes.extracting(places[number]))
      waiting = nil
    }
    if let waiting { digests[waiting] = .of(bytes.extracting(places[waiting]), .sha256) }
    return digests.compactMap { $0 }
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
