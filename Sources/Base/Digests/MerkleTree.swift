import Evidence

/// The two hashes of a Merkle tree over chunk digests (RFC 9162 §2.1.1 with SHA-256).
private enum MerkleHash {
  /// SHA-256(0x00 ‖ chunk digest).
  static func leaf(_ chunkDigest: Digest) -> Digest {
    precondition(chunkDigest.algorithm == .sha256)
    return Digest.of([0x00] + chunkDigest.bytes, .sha256)
  }

  /// SHA-256(0x01 ‖ left ‖ right).
  static func node(_ left: Digest, _ right: Digest) -> Digest {
    Digest.of([0x01] + left.bytes + right.bytes, .sha256)
  }
}

/// The root of a Merkle tree over chunk digests, as RFC 9162 §2.1.1 defines it for SHA-256.
///
/// Leaves are added in order; only one subtree root per level is kept, so that memory does not grow with the medium.
package struct MerkleAccumulator {
  /// Roots of complete subtrees, the largest first, with their number of leaves.
  private var subtrees: [(digest: Digest, leaves: UInt64)] = []

  package init() {}

  /// Adds the next chunk's SHA-256.
  package mutating func append(_ chunkDigest: Digest) {
    subtrees.append((MerkleHash.leaf(chunkDigest), 1))
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
    subtrees.append((MerkleHash.node(left.digest, right.digest), left.leaves + right.leaves))
  }
}

/// A whole Merkle tree, from which inclusion paths are taken. It needs some 200 bytes of memory for each chunk.
package struct MerkleTree {
  /// Hashes of each level, the leaves first; of an odd number, the last goes up as it is.
  private var levels: [[Digest]]

  /// - Parameter chunkDigests: the chunks' SHA-256 in order; at least one.
  package init(_ chunkDigests: some Sequence<Digest>) {
    self.levels = [chunkDigests.map(MerkleHash.leaf)]
    precondition(!levels[0].isEmpty)
    while let below = levels.last, below.count > 1 {
      levels.append(
        stride(from: 0, to: below.count, by: 2).map {
          $0 + 1 < below.count ? MerkleHash.node(below[$0], below[$0 + 1]) : below[$0]
        })
    }
  }

  package var root: Digest { levels[levels.count - 1][0] }

  /// What proves that a chunk belongs to the tree: the hashes beside its way to the root, the lowest first
  /// (RFC 9162 §2.1.3.1). At most 20 of them for a medium.
  /// - Parameter chunk: from 0, less than the number of leaves.
  package func inclusionPath(ofChunk chunk: UInt64) -> [Digest] {
    var index = Int(chunk)
    var path: [Digest] = []
    for level in levels.dropLast() {
      let sibling = index ^ 1
      if sibling < level.count { path.append(level[sibling]) }
      index >>= 1
    }
    return path
  }

  /// The root that a chunk digest and an inclusion path lead to (RFC 9162 §2.1.3.2).
  /// - Returns: `nil` where the path is too long or too short for a tree of `count` leaves.
  package static func root(
    from chunkDigest: Digest, chunk: UInt64, of count: UInt64, path: [Digest]
  ) -> Digest? {
    guard chunk < count else { return nil }
    var index = chunk
    var last = count - 1
    var hash = MerkleHash.leaf(chunkDigest)
    for sibling in path {
      guard last > 0 else { return nil }
      if index % 2 == 1 || index == last {
        hash = MerkleHash.node(sibling, hash)
        while index % 2 == 0, index > 0 {
          index >>= 1
          last >>= 1
        }
      } else {
        hash = MerkleHash.node(hash, sibling)
      }
      index >>= 1
      last >>= 1
    }
    return last == 0 ? hash : nil
  }
}
