import Digests
import Evidence
import ImageFormats
import SystemIO

/// Digests of the chunks of an image, in order; one block of memory, since there may be 2²⁰.
package struct ChunkDigests: Hashable, Sendable {
  /// 32 bytes per chunk.
  fileprivate(set) var sha256: [UInt8]
  /// 16 bytes per chunk; `nil` where MD5 was not asked for.
  fileprivate(set) var md5: [UInt8]?
  package let count: Int

  /// Room for `count` chunks.
  init(count: Int, withMD5: Bool) {
    self.count = count
    self.sha256 = [UInt8](repeating: 0, count: count * DigestAlgorithm.sha256.byteCount)
    self.md5 = withMD5 ? [UInt8](repeating: 0, count: count * DigestAlgorithm.md5.byteCount) : nil
  }

  /// SHA-256 of chunk `index`.
  /// - Precondition: `index < count`.
  package func sha256(_ index: Int) -> Digest {
    Digest(.sha256, Array(sha256[index * 32..<(index + 1) * 32]))
  }

  /// MD5 of chunk `index`; `nil` where MD5 was not asked for.
  /// - Precondition: `index < count`.
  package func md5(_ index: Int) -> Digest? {
    md5.map { Digest(.md5, Array($0[index * 16..<(index + 1) * 16])) }
  }

  mutating func set(_ index: Int, _ digest: Digest) {
    let size = digest.algorithm.byteCount
    let place = index * size..<(index + 1) * size
    if digest.algorithm == .sha256 {
      sha256.replaceSubrange(place, with: digest.bytes)
    } else {
      md5?.replaceSubrange(place, with: digest.bytes)
    }
  }

  /// RFC 9162 §2.1 over the SHA-256 of the chunks.
  var merkleRoot: Digest {
    var tree = MerkleAccumulator()
    for index in 0..<count { tree.append(sha256(index)) }
    return tree.root
  }
}

/// What one pass over an image gives. Where data is damaged, zeros were digested in its place.
package struct ImageMeasurement: Sendable {
  /// Bytes of the medium, without the padding of the container.
  package let length: UInt64
  /// Digests of the first `length` bytes, of the algorithms that were asked for.
  package let digests: DigestSet
  /// Digests of the whole contents; equal to `digests` where nothing is padded.
  package let paddedDigests: DigestSet
  /// Of the first `length` bytes, by the plan that was asked for.
  package let chunks: ChunkDigests
  /// Over the SHA-256 digests of the chunks.
  package let merkleRoot: Digest
  /// In address order, with touching ranges of the same reason left as they were found.
  package let damage: [DamagedRange]
  /// Whether every byte behind `length` is zero.
  package let isPaddingZero: Bool
}

/// What to measure, and how.
package struct ImageMeasurementPlan: Sendable {
  /// Chunks of the medium; its length is at most that of the contents.
  package var chunks: ChunkPlan
  /// Algorithms over the whole, each on a thread of its own; none for chunk digests only.
  package var algorithms: [DigestAlgorithm] = [.md5, .sha256]
  /// Whether chunks get an MD5 besides their SHA-256.
  package var chunkMD5 = true
  /// Threads that read, decode and digest chunks; at least 1.
  package var workers: Int

  /// - Parameter workers: `nil` for one per processor.
  package init(chunks: ChunkPlan, workers: Int? = nil) {
    self.chunks = chunks
    self.workers = max(1, workers ?? availableProcessors())
  }
}
