internal import CDigestLanes
import Evidence

/// MD5 of chunks that lie one behind the other, up to 16 at once in the lanes of vector registers.
package enum ChunkMD5 {
  /// The MD5 of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  package static func digests(of bytes: RawSpan, chunkSize: Int) -> [Digest] {
    let most = Int(DIGEST_LANES_MD5)
    return ChunkLanes.digests(
      .md5, of: bytes, chunkSize: chunkSize, most: most, fewest: ChunkLanes.fewest
    ) { places in
      let size = DigestAlgorithm.md5.byteCount
      var output = [UInt8](repeating: 0, count: most * size)
      ChunkLanes.withMessages(bytes, places) { digest_lanes_md5($0, chunkSize, &output) }
      return places.indices.map { Digest(.md5, Array(output[size * $0..<size * ($0 + 1)])) }
    }
  }
}
