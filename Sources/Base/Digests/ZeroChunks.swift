import Evidence
import Glibc
import Synchronization

/// Digests of chunks of zeros, of which most media have more than of any other: each is computed once.
package enum ZeroChunks {
  private struct Key: Hashable {
    let algorithm: DigestAlgorithm
    let size: Int
  }

  private static let known = Mutex<[Key: Digest]>([:])
  /// Sizes that are remembered: a medium has one, and a shorter last chunk.
  private static let mostKnown = 64

  /// - Returns: `nil` where a byte is not zero.
  package static func digest(_ algorithm: DigestAlgorithm, of bytes: RawSpan) -> Digest? {
    guard bytes.isZero else { return nil }
    let key = Key(algorithm: algorithm, size: bytes.byteCount)
    if let digest = known.withLock({ $0[key] }) { return digest }
    let digest = Digest.of(bytes, algorithm)
    known.withLock { if $0.count < mostKnown { $0[key] = digest } }
    return digest
  }
}

extension RawSpan {
  /// Whether every byte is zero. Ends with the first that is not.
  fileprivate var isZero: Bool {
    withUnsafeBytes { buffer in
      guard let start = buffer.baseAddress, let first = buffer.first else { return true }
      // Every byte is as the one before it.
      return first == 0 && memcmp(start, start + 1, buffer.count - 1) == 0
    }
  }
}
