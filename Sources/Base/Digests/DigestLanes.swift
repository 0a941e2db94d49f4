internal import CDigestLanes
import Evidence

/// Digests of streams that have nothing to do with each other, continued side by side.
package enum DigestLanes {
  /// How many streams are continued at once: in the lanes of vector registers, but SHA-256 two at a time where the
  /// processor has instructions for it; 1 of SHA-1.
  package static func count(_ algorithm: DigestAlgorithm) -> Int {
    switch algorithm {
    case .md5: Int(DIGEST_LANES_MD5)
    case .sha256: ChunkedSHA256.canPair ? 2 : Int(DIGEST_LANES_SHA256)
    case .sha1: 1
    }
  }

  /// Continues each stream by as many blocks of 64 bytes.
  /// - Parameters:
  ///   - states: of 1 to `count` streams, all of one algorithm.
  ///   - data: what follows in each, at least `blockCount` blocks.
  package static func advance(
    _ states: [DigestState], by data: [UnsafeRawPointer], blockCount: Int
  ) -> [DigestState] {
    let algorithm = states[0].algorithm
    precondition(states.count == data.count && states.count <= count(algorithm))
    // One alone is faster by itself.
    guard states.count > 1 else {
      var digest = StreamingDigest(resuming: states[0])
      let bytes = UnsafeRawBufferPointer(start: data[0], count: 64 * blockCount)
      digest.update(bytes.bytes)
      return [digest.stateBetweenBlocks]
    }
    let words =
      algorithm == .sha256 && ChunkedSHA256.canPair
      ? pair(states, data, blockCount) : lanes(algorithm, states, data, blockCount)
    return zip(states, words).map {
      DigestState(algorithm, words: $1, length: $0.length + 64 * UInt64(blockCount))
    }
  }

  private static func lanes(
    _ algorithm: DigestAlgorithm, _ states: [DigestState], _ data: [UnsafeRawPointer], _ blockCount: Int
  ) -> [[UInt32]] {
    let lanes = Int(DIGEST_LANES_MD5)
    precondition(lanes == Int(DIGEST_LANES_SHA256))
    // Lanes without a stream of their own repeat the last one; their result is not looked at.
    let used = (0..<lanes).map { min($0, states.count - 1) }
    let words = states[0].words.count
    var columns = (0..<words).flatMap { word in used.map { states[$0].words[word] } }
    let messages: [UnsafePointer<UInt8>?] = used.map { data[$0].assumingMemoryBound(to: UInt8.self) }
    messages.withUnsafeBufferPointer { messages in
      if algorithm == .md5 {
        digest_lanes_md5_blocks(&columns, messages.baseAddress, blockCount)
      } else {
        digest_lanes_sha256_blocks(&columns, messages.baseAddress, Int32(states.count), blockCount)
      }
    }
    return states.indices.map { lane in (0..<words).map { columns[$0 * lanes + lane] } }
  }

  private static func pair(
    _ states: [DigestState], _ data: [UnsafeRawPointer], _ blockCount: Int
  ) -> [[UInt32]] {
    var (one, two) = (state(states[0]), state(states[1]))
    digest_sha256_two(
      &one, data[0].assumingMemoryBound(to: UInt8.self), &two, data[1].assumingMemoryBound(to: UInt8.self),
      blockCount)
    return [one, two].map {
      let words = $0.words
      return [words.0, words.1, words.2, words.3, words.4, words.5, words.6, words.7]
    }
  }

  private static func state(_ kept: DigestState) -> digest_sha256_state {
    let words = kept.words
    var state = digest_sha256_initial()
    state.words = (words[0], words[1], words[2], words[3], words[4], words[5], words[6], words[7])
    return state
  }
}
