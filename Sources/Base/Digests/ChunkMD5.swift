internal import CDigestLanes
import Evidence

/// MD5 of chunks that lie one behind the other, up to 16 at once in the lanes of vector registers.
package enum ChunkMD5 {
  /// Below this number of equal chunks, one after the other is faster.
  private static let fewestForLanes = 4

  /// The MD5 of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  package static func digests(of bytes: RawSpan, chunkSize: Int) -> [Digest] {
    precondition(chunkSize > 0)
    let whole = bytes.byteCount / chunkSize
    var digests: [Digest] = []
    var next = 0
    while whole - next >= fewestForLanes {
      let count = min(whole - next, Int(DIGEST_LANES_MD5))
      digests += lanes(bytes, first: next, count: count, chunkSize: chunkSize)
      next += count
    }
    for start in stride(from: next * chunkSize, to: bytes.byteCount, by: chunkSize) {
      digests.append(.of(bytes.extracting(start..<min(start + chunkSize, bytes.byteCount)), .md5))
    }
    return digests
  }

  private static func lanes(_ bytes: RawSpan, first: Int, count: Int, chunkSize: Int) -> [Digest] {
    let lanes = Int(DIGEST_LANES_MD5)
    var output = [UInt8](repeating: 0, count: lanes * DigestAlgorithm.md5.byteCount)
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      // Lanes without a chunk of their own repeat the last one; their result is not looked at.
      let messages: [UnsafePointer<UInt8>?] = (0..<lanes).map {
        base + (first + min($0, count - 1)) * chunkSize
      }
      messages.withUnsafeBufferPointer { digest_lanes_md5($0.baseAddress, chunkSize, &output) }
    }
    return (0..<count).map { Digest(.md5, Array(output[16 * $0..<16 * $0 + 16])) }
  }
}
