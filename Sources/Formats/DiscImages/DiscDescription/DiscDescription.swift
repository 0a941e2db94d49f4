import CanonicalJSON
import Evidence
import OpticalDisc

/// The description of a disc beside an image that holds its sectors one after the other, as JSON: all that a cue sheet
/// has no words for as well. `Docs/formats/discs.md` describes every field.
package struct DiscDescription: Sendable {
  /// Value of the field `format`.
  package static let format = "exhibit-disc"
  package static let version: UInt64 = 1
  /// How names of such files end.
  package static let ending = ".disc.json"
  /// Formats of images that describe a disc themselves.
  package static let imageFormats: [FormatID] = [.ccd, .cue, .iso, .mds, .nrg, .toc]
  /// Largest description in bytes.
  package static let largestFile = 16 << 20

  /// Name of the image, which lies in the same folder; of a split one, of its first file.
  package var image: String
  /// Format of the image, where that describes a disc itself; `nil` of bytes and of containers of disks, which say what
  /// they are.
  package var imageFormat: FormatID?
  /// Bytes per sector in the image.
  package var sectorSize: Int
  /// What is stored lies in file 0, which is the contents of the image.
  package var disc: Disc
  /// What the disc was described by before: the format, the names of its files, remarks on it.
  package var origin: Origin

  package struct Origin: Hashable, Sendable {
    package var format: FormatID
    package var files: [String]
    package var remarks: [String]

    package init(format: FormatID, files: [String], remarks: [String]) {
      self.format = format
      self.files = files
      self.remarks = remarks
    }
  }

  package init(image: String, sectorSize: Int, disc: Disc, origin: Origin) {
    self.image = image
    self.sectorSize = sectorSize
    self.disc = disc
    self.origin = origin
  }

  /// Name of the field of each state of an extent.
  enum ExtentSource: String, CaseIterable {
    case stored, synthesised, absent
  }
}
