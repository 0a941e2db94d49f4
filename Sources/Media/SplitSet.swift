import Evidence
import SystemIO
import SystemPackage

/// Finds the files of a split raw set.
enum SplitSet {
  /// The whole set that begins with `path`, or `path` alone where its name begins no set.
  static func files(startingAt path: FilePath) throws(EvidenceError) -> [FilePath] {
    [path]
  }
}
