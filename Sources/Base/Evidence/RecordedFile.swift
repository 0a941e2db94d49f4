/// A file that belongs to a record, with what proves it unchanged.
package struct RecordedFile: Hashable, Sendable {
  /// Without a folder.
  package var name: String
  /// In bytes.
  package var size: UInt64
  /// SHA-256 of the contents.
  package var sha256: Digest

  package init(name: String, size: UInt64, sha256: Digest) {
    self.name = name
    self.size = size
    self.sha256 = sha256
  }
}
