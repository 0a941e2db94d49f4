import Evidence

/// What stands for a manifest outside of the laboratory: one line for paper, e-mail or a public log.
///
/// `exhibit-head 1 NAME SHA256`: the name of the acquisition and the SHA-256 of the manifest file, which binds all
/// the rest, the head of the audit log included. Whoever keeps the line can tell any other manifest, signed or not.
package struct PublishedHead: Hashable, Sendable {
  /// `nil` where only the digest is known.
  package let acquisition: String?
  /// SHA-256 of the manifest file.
  package let manifest: Digest

  private static let word = "exhibit-head"
  private static let version = "1"

  package init(acquisition: String, manifest: Digest) {
    self.acquisition = acquisition
    self.manifest = manifest
  }

  /// Reads the line, or a SHA-256 alone; upper case and blanks around it do not matter: it may be typed from paper.
  /// - Throws: `argumentInvalid`.
  package init(_ text: String) throws(EvidenceError) {
    let words = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let digest = words.last.flatMap { Digest(.sha256, hex: $0) }
    switch words.count {
    case 1:
      guard let digest else { break }
      self.acquisition = nil
      self.manifest = digest
      return
    case 4:
      guard let digest, words[0].lowercased() == Self.word, words[1] == Self.version else { break }
      self.acquisition = words[2]
      self.manifest = digest
      return
    default: break
    }
    throw EvidenceError(
      .argumentInvalid, text, "neither '\(Self.word) \(Self.version) NAME SHA256' nor a SHA-256")
  }

  /// The line, without an end of line.
  package var line: String {
    [Self.word, Self.version, acquisition ?? "-", manifest.hex].joined(separator: " ")
  }

  /// Whether it speaks of the manifest file of this name.
  package func isOf(_ manifest: String) -> Bool {
    acquisition.map { RecordNames(acquisition: $0).manifest == manifest } ?? true
  }
}
