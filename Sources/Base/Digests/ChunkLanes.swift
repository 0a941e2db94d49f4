internal import CDigestLanes
import Evidence

/// Digests of chunks that lie one behind the other, of several at once where they are of one length.
enum ChunkLanes {
  /// Below this number of chunks, one after the other is faster than the lanes of vector registers.
  static let fewest = 4

  /// The digest of every chunk of `bytes`; the last may be shorter than `chunkSize`.
  /// - Parameters:
  ///   - most: chunks at once.
  ///   - fewest: chunks that are worth it.
  ///   - together: the digests of chunks of full length that begin at these bytes.
  static func digests(
    _ algorithm: DigestAlgorithm, of bytes: RawSpan, chunkSize: Int, most: Int, fewest: Int,
    _ together: (_ places: [Int]) -> [Digest]
  ) -> [Digest] {
    precondition(chunkSize > 0)
    let count = (bytes.byteCount + chunkSize - 1) / chunkSize
    let places = (0..<count).map { $0 * chunkSize..<min(($0 + 1) * chunkSize, bytes.byteCount) }
    var digests = places.map { ZeroChunks.digest(algorithm, of: bytes.extracting($0)) }
    var waiting = (0..<count).filter { digests[$0] == nil && places[$0].count == chunkSize }[...]
    while waiting.count >= fewest {
      let taken = Array(waiting.prefix(most))
      waiting = waiting.dropFirst(taken.count)
      for (number, digest) in zip(taken, together(taken.map { places[$0].lowerBound })) {
        digests[number] = digest
      }
    }
    return (0..<count).map { digests[$0] ?? .of(bytes.extracting(places[$0]), algorithm) }
  }

  /// Has 16 messages at hand. Lanes without a chunk of their own repeat the last one; their result is not looked at.
  static func withMessages(
    _ bytes: RawSpan, _ places: [Int], _ body: (UnsafePointer<UnsafePointer<UInt8>?>?) -> Void
  ) {
    bytes.withUnsafeBytes { buffer in
      guard let base = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), let last = places.last else {
        return
      }
      let messages: [UnsafePointer<UInt8>?] = (0..<16).map {
        base + (places.indices.contains($0) ? places[$0] : last)
      }
      messages.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
