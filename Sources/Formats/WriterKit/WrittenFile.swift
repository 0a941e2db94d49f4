import Evidence
import SystemPackage

/// A file of an image, completed.
package struct WrittenFile: Hashable, Sendable {
  package let path: FilePath
  /// Bytes.
  package let size: UInt64
  /// Of what the file gave back while it was written; `nil` where nobody read it back from its beginning.
  package let sha256: Digest?

  package init(path: FilePath, size: UInt64, sha256: Digest?) {
    self.path = path
    self.size = size
    self.sha256 = sha256
  }
}
