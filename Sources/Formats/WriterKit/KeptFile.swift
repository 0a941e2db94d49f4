import Digests
import Evidence

/// A file of an unfinished image, as a checkpoint left it.
package struct KeptFile: Sendable {
  /// What stands for its bytes.
  package enum Contents: Sendable {
    /// All of a completed file.
    case whole(Digest)
    /// Of the open file: the state of SHA-256 at its length, and the digest of the bytes after it up to `end`, without
    /// those in `open`, which are written once more before the file is complete; `nil` in a checkpoint of an earlier
    /// version.
    case beginning(DigestState, rest: Digest?, open: Range<UInt64>, end: UInt64)
    /// The first `end` bytes of the medium, and nothing else.
    case medium(end: UInt64)
    /// Nothing does: the file was not digested from its beginning.
    case unknown
  }

  package let name: String
  package let contents: Contents

  package init(name: String, contents: Contents) {
    self.name = name
    self.contents = contents
  }
}
