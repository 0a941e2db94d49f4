import DiscImages
import Evidence
import OpticalDisc

/// The files of one file system of a disc, one after the other.
package protocol DiscFileReader: AnyObject {
  /// The next file or folder; `nil` after the last. Folders come in no particular order.
  func next() throws(EvidenceError) -> DiscEntry?
  /// The next piece of the contents of the file that ``next()`` gave last; `nil` at its end.
  /// - Throws: `imageMalformed`, `readFailed`, `systemCall`.
  func read() throws(EvidenceError) -> [UInt8]?
}

/// File systems whose files can be listed and read.
package enum DiscFileSystem: String, Hashable, Sendable, CaseIterable {
  case iso9660
  case udf

  package var volume: VolumeDescriptors.Kind {
    switch self {
    case .iso9660: .iso9660
    case .udf: .udf
    }
  }

  /// - Throws: `imageMalformed` where it is not what the descriptors announce; `systemCall` where a program that is
  ///   needed for it is not installed.
  package func reader(
    _ image: DiscImage, _ system: DiscImage.FileSystems
  ) throws(EvidenceError) -> any DiscFileReader {
    switch self {
    case .iso9660: try DiscArchive(image, system)
    case .udf: try SevenZipReader(image, system, type: "udf")
    }
  }
}
