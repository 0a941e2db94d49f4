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

/// A file that a record lists, whose digest may only become known later.
package struct ListedFile: Hashable, Sendable {
  /// Without a folder.
  package var name: String
  /// In bytes.
  package var size: UInt64
  /// SHA-256 of the contents; `nil` where nothing computed it yet.
  package var sha256: Digest?

  package init(name: String, size: UInt64, sha256: Digest?) {
    self.name = name
    self.size = size
    self.sha256 = sha256
  }

  package init(_ file: RecordedFile) { self.init(name: file.name, size: file.size, sha256: file.sha256) }

  /// `nil` without a digest.
  package var recorded: RecordedFile? {
    sha256.map { RecordedFile(name: name, size: size, sha256: $0) }
  }
}
