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
      // By bytes: a name may begin with a mark that joins the space before it.
      guard line.count > 66,
        let digest = Digest(.sha256, hex: String(decoding: line.prefix(64), as: UTF8.self)),
        line.starts(with: "\(digest.hex)  ".utf8),
        let path = String(validating: line.dropFirst(66), as: UTF8.self)
      else { throw failure(index + 1) }
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
