import DiscWriters
import Evidence
import OpticalDisc
import SystemPackage
import WriterKit

/// Discs written in a format that a test names.
package enum WrittenDisc {
  private static func writer(_ format: FormatID) throws(EvidenceError) -> any DiscWriter.Type {
    guard let writer = DiscWriters.writer(format) else {
      throw EvidenceError(.formatUnknown, format.rawValue)
    }
    return writer
  }

  package static func losses(_ image: DiscImage, in format: FormatID) throws(EvidenceError) -> [DiscLoss] {
    try writer(format).losses(image)
  }

  /// - Returns: the files; the one that describes the others first.
  package static func files(
    _ image: DiscImage, as format: FormatID, folder: FilePath, base: String
  ) throws(EvidenceError) -> [FilePath] {
    try writer(format).write(
      try prepared(image, for: format).image, folder: folder, base: base
    ) { _ throws(EvidenceError) in }
  }

  /// The disc as a format holds it, with what had to be made for that.
  package static func prepared(_ image: DiscImage, for format: FormatID) throws(EvidenceError) -> PreparedDisc
  {
    var prepared = PreparedDisc(image)
    try writer(format).prepare(&prepared)
    return prepared
  }
}
