import Digests
import Evidence
import Testing

/// Streams that are continued side by side have the digests that libcrypto gives each of them.
@Suite struct DigestLanesTests {
  private func bytes(_ count: Int, _ seed: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761 &+ seed &* 40_503) >> 7) }
  }

  @Test(arguments: [DigestAlgorithm.md5, .sha256, .sha1])
  func anyNumberOfLanes(_ algorithm: DigestAlgorithm) {
    let most = DigestLanes.count(algorithm)
    #expect(most >= 1 && (algorithm != .md5 || most == 16))
    for lanes in 1...most {
      for blocks in [0, 1, 2, 3, 17] {
        let messages = (0..<lanes).map { bytes(64 * blocks, $0) }
        var states = messages.map { _ in StreamingDigest(algorithm).stateBetweenBlocks }
        // In two steps, so that a state is gone on with that is not the first.
        for part in [0..<blocks / 2, blocks / 2..<blocks] {
          states = DigestLanes.advance(
            states,
            by: messages.map { message in
              message.withUnsafeBytes {
                UnsafeRawPointer($0.baseAddress ?? UnsafeRawPointer(bitPattern: 64)!) + 64 * part.lowerBound
              }
            }, blockCount: part.count)
        }
        for (state, message) in zip(states, messages) {
          #expect(state.length == UInt64(message.count))
          var digest = StreamingDigest(resuming: state)
          digest.update(([1, 2, 3] as [UInt8]).span.bytes)
          #expect(
            digest.finish() == Digest.of(message + [1, 2, 3], algorithm), "\(algorithm) \(lanes) \(blocks)")
        }
      }
    }
  }
}
