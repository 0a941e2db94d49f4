import Evidence

/// Merkle tree hash over chunk digests, as RFC 9162 §2.1 defines it for SHA-256.
///
/// A leaf is SHA-256(0x00 ‖ chunk digest), a node SHA-256(0x01 ‖ left ‖ right). Leaves are added in order; only
/// one subtree root per level is kept, so that memory does not grow with the medium.
package struct MerkleAccumulator {
  /// Roots of complete subtrees, the largest first, with their number of leaves.
  private var subtrees: [(digest: Digest, leaves: UInt64)] = []

  package init() {}

  /// Adds the next chunk's SHA-256.
  package mutating func append(_ chunkDigest: Digest) {
    precondition(chunkDigest.algorithm == .sha256)
    subtrees.append((Self.hash([0x00], chunkDigest.bytes), 1))
    while subtrees.count > 1, subtrees[subtrees.count - 1].leaves == subtrees[subtrees.count - 2].leaves {
      joinLastTwo()
    }
  }

  /// The root over the leaves so far; for none, SHA-256 of nothing.
  package var root: Digest {
    guard !subtrees.isEmpty else { return Digest.of([], .sha256) }
    var copy = self
    while copy.subtrees.count > 1 { copy.joinLastTwo() }
    return copy.subtrees[0].digest
  }

  private mutating func joinLastTwo() {
    let right = subtrees.removeLast()
    let left = subtrees.removeLast()
    subtrees.append(
      (Self.hash([0x01], left.digest.bytes, right.digest.bytes), left.leaves + right.leaves))
  }

  private static func hash(_ parts: [UInt8]...) -> Digest { Digest.of(parts.flatMap { $0 }, .sha256) }
}
