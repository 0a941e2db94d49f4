import Evidence
import SystemIO
import SystemPackage

/// Finds the files of a split raw set.
enum SplitSet {
  /// The whole set that `path` belongs to, or `path` alone where its name belongs to none.
  /// - Throws: `segmentMissing` with the file that should lie between two others.
  static func files(containing path: FilePath) throws(EvidenceError) -> [FilePath] {
    let folder = path.removingLastComponent()
    let set = SplitFileNames.set(
      containing: path.lastComponent?.string ?? "", among: try Files.names(in: folder))
    if let missing = set.missing { throw EvidenceError(.segmentMissing, folder.appending(missing).string) }
    return set.names.map { folder.appending($0) }
  }
}
