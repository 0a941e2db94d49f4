import Evidence
import OpticalDisc
import SystemPackage

/// Writes a disc in one format; all of them are on the list `DiscWriters.all`.
package protocol DiscWriter: SendableMetatype {
  static var format: FormatID { get }
  /// How the name of its first file ends.
  static var ending: String { get }
  /// The format that what it writes is read as.
  static var readAs: FormatID { get }

  /// What of a disc it cannot hold; empty where it holds all.
  /// - Throws: `argumentInvalid` where it can hold nothing of it; `readFailed`.
  static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss]

  /// Writes the files of an image into a folder. Blocks until all are synced.
  /// - Parameter base: name of the files without their endings.
  /// - Returns: the files; the one that describes the others first.
  /// - Throws: `outputExists`, `writeFailed`, `readFailed`; what `progress` throws.
  static func write(
    _ image: DiscImage, folder: FilePath, base: String, progress: DiscProgress
  ) throws(EvidenceError) -> [FilePath]

  /// The track of a disc read back that holds a track of the original; `nil` where it was not to be carried over.
  static func copy(of track: DiscTrack, session: Int, of original: Disc, in copy: Disc) -> DiscTrack?
}

extension DiscWriter {
  package static var readAs: FormatID { format }

  package static func copy(of track: DiscTrack, session: Int, of original: Disc, in copy: Disc) -> DiscTrack?
  {
    copy.sessions.first { $0.number == session }?.tracks.first { $0.number == track.number }
  }
}
