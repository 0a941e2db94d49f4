internal import CDigestLanes
import Evidence

/// MD5 of chunks that lie one behind the other, up to 16 at once in the lanes of vector registers.
package enum ChunkMD5 {
  /// Below this number of equal chunks, one after the other is faster.
  private static let fewestForLanes = 4

  /// The MD5 of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  package static func digests(of bytes: RawSpan, chunkSize: Int) -> [Digest] {
    precondition(chunkSize > 0)
    let count = (bytes.byteCount + chunkSize - 1) / chunkSize
    let places = (0..<count).map { $0 * chunkSize..<min(($0 + 1) * chunkSize, bytes.byteCount) }
    var digests = places.map { ZeroChunks.digest(.md5, of: bytes.extracting($0)) }
    var waiting = (0..<count).filter { digests[$0] == nil && places[$0].count == chunkSize }[...]
    while waiting.count >= fewestForLanes {
      let taken = Array(waiting.prefix(Int(DIGEST_LANES_MD5)))
      waiting = waiting.dropFirst(taken.count)
      for (number, digest) in zip(taken, lanes(bytes, taken, chunkSize: chunkSize)) {
        digests[number] = digest
      }
    }
    return (0..<count).map { digests[$0] ?? .of(bytes.extracting(places[$0]), .md5) }
  }

  /// - Parameter numbers: of whole chunks, at most as many as there are lanes.
  private static func lanes(_ bytes: RawSpan, _ numbers: [Int], chunkSize: Int) -> [Digest] {
    let lanes = Int(DIGEST_LANES_MD5)
    var output = [UInt8](repeating: 0, count: lanes * DigestAlgorithm.md5.byteCount)
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      // Lanes without a chunk of their own repeat the last one; their result is not looked at.
      let messages: [UnsafePointer<UInt8>?] = (0..<lanes).map {
        base + numbers[min($0, numbers.count - 1)] * chunkSize
      }
      messages.withUnsafeBufferPointer { digest_lanes_md5($0.baseAddress, chunkSize, &output) }
    }
    return numbers.indices.map { Digest(.md5, Array(output[16 * $0..<16 * $0 + 16])) }
  }
}
