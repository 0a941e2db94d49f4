import Digests
import Evidence

/// Names and digests of the files of a case, as `sha256sum -c` reads them.
package struct ArchiveSums: Sendable {
  /// Name of the list in an archive.
  package static let fileName = "SHA256SUMS"

  package private(set) var lines: [(path: String, digest: Digest)] = []

  package mutating func add(_ path: String, _ digest: Digest) { lines.append((path, digest)) }

  package var bytes: [UInt8] { Array(lines.map { "\($0.digest.hex)  \($0.path)\n" }.joined().utf8) }

  package init() {}

  /// Reads a list that has exactly the form `bytes` writes, of names that can stand in an archive, none of them twice.
  /// - Throws: `archiveMalformed`.
  package init(parsing bytes: [UInt8]) throws(EvidenceError) {
    func failure(_ line: Int) -> EvidenceError {
      EvidenceError(.archiveMalformed, Self.fileName, "line \(line) is no digest and name of its own")
    }
    var taken: Set<[UInt8]> = []
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else { throw failure(0) }
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast()
      .enumerated()
    {
      guard let text = String(validating: line, as: UTF8.self), text.utf8.count > 66,
        let digest = Digest(.sha256, hex: String(text.prefix(64))),
        text.utf8.starts(with: "\(digest.hex)  ".utf8)
      else { throw failure(index + 1) }
      let path = String(text.dropFirst(66))
      guard Self.isSafe(path), taken.insert(Array(path.utf8)).inserted else { throw failure(index + 1) }
      add(path, digest)
    }
  }

  /// Whether a path can stand in an archive: relative, without `..`, empty names or control characters.
  package static func isSafe(_ path: String) -> Bool {
    !path.isEmpty && path.utf8.count < 4096
      && !path.unicodeScalars.contains { $0.value < 0x20 || $0 == "\\" || $0.value == 0x7f }
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !["", ".", ".."].contains($0) && $0.utf8.count <= 255
      }
  }
}
