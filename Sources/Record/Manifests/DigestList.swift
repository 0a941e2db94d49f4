import Evidence

/// `SHA256SUMS`: names and digests of files in the form `sha256sum -c --strict` reads.
///
/// One line per file: the digest in lower-case hexadecimal, two spaces, the name, LF.
package struct DigestList: Hashable, Sendable {
  package struct Entry: Hashable, Sendable {
    /// Portable name without a folder; in a bag, a path of such names.
    package var name: String
    package var sha256: Digest

    package init(name: String, sha256: Digest) {
      self.name = name
      self.sha256 = sha256
    }
  }

  /// Largest list in bytes.
  package static let largestFile = 16 << 20

  package var entries: [Entry]

  package init(entries: [Entry]) { self.entries = entries }

  package var bytes: [UInt8] {
    entries.reduce(into: []) { $0 += Array("\($1.sha256.hex)  \($1.name)\n".utf8) }
  }

  /// Reads a list that has exactly the form `bytes` writes, with plain names of which none stands twice.
  /// - Parameters:
  ///   - name: what the file is called in errors.
  ///   - inFolders: whether names may be paths below the folder of the list, as in a bag.
  /// - Throws: `fileTooLarge`, `recordFileMalformed` with the line.
  package init(parsing bytes: [UInt8], name: String, inFolders: Bool = false) throws(EvidenceError) {
    var lines = try TextLines(bytes, name: name, cap: Self.largestFile)
    var taken = TakenNames()
    var entries: [Entry] = []
    while let line = lines.next() {
      guard line.count > 66, let digest = TextLines.digest(line.prefix(64), .sha256),
        line.dropFirst(64).prefix(2).elementsEqual(Array("  ".utf8))
      else { throw lines.failure("not a SHA-256, two spaces and a name") }
      let file = String(decoding: line.dropFirst(66), as: UTF8.self)
      let parts = inFolders ? file.split(separator: "/", omittingEmptySubsequences: false) : [file[...]]
      guard parts.allSatisfy({ RecordNames.isValid(String($0)) }) else {
        throw lines.failure("no plain portable file name")
      }
      guard taken.take(file) else { throw lines.failure("'\(file)' stands twice") }
      entries.append(Entry(name: file, sha256: digest))
    }
    guard !entries.isEmpty else { throw EvidenceError(.recordFileMalformed, name, "empty") }
    self.entries = entries
  }
}
