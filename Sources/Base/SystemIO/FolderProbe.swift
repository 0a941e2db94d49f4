import Evidence
import Glibc
import SystemPackage

/// Tries out whether a folder takes what evidence is written with, before there is any.
package enum FolderProbe {
  /// Its name in the folder, for a moment.
  static let name = "probe"

  /// Writes a file, gives a file and a folder another name, and syncs, as it is done at the end of hours of reading.
  /// Nothing of it is left.
  /// - Throws: `destinationUnsuitable` where the file system cannot do that, in any of the ways that are known;
  ///   `readOnlyFileSystem`, `destinationFull`, `permissionDenied`, `writeFailed`.
  package static func perform(in folder: FilePath) throws(EvidenceError) {
    let place = folder.appending(name)
    do throws(EvidenceError) {
      try DurableFolder.create(place)
      try DurableFile.write([0], to: place.appending("file"))
      try DurableFolder.rename(place.appending("file"), to: place.appending("file named"))
      try DurableFolder.create(place.appending("folder"))
      try DurableFolder.rename(place.appending("folder"), to: place.appending("folder named"))
      try DurableFolder.removeTree(place)
    } catch {
      try? DurableFolder.removeTree(place)
      guard let number = error.errno.map(Errno.init(rawValue:)), number.meansUnsupported else { throw error }
      throw EvidenceError(
        .destinationUnsuitable, folder.string, FileSystems.described(folder, error.detail), errno: error.errno
      )
    }
  }
}

/// How long one file may become.
package enum LargestFile {
  /// - Parameter length: bytes that one file will have, at most.
  /// - Throws: `fileLimit` where the file system of the folder has no file of that length.
  package static func demand(_ length: UInt64, in folder: FilePath) throws(EvidenceError) {
    guard let limit = FileSystems.largestFile(in: folder), length > limit else { return }
    throw EvidenceError(
      .fileLimit, folder.string,
      FileSystems.described(folder, "files of up to \(limit) bytes, \(length) needed"))
  }
}
