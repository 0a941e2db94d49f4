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

  /// Whether it has a place for the headers and codes of data sectors.
  static var holdsWholeSectors: Bool { get }

  /// What of a disc it cannot hold; empty where it holds all.
  /// - Throws: `argumentInvalid` where it can hold nothing of it; `readFailed`.
  static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss]

  /// The disc as the format holds it: without what is lost, and with the sectors that it must have.
  static func prepare(_ disc: inout PreparedDisc)

  /// Writes the files of an image into a folder. Blocks until all are synced.
  /// - Parameters:
  ///   - image: prepared.
  ///   - base: name of the files without their endings.
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
  package static var holdsWholeSectors: Bool { true }

  /// Nothing before address 0 has a place in a format without addresses.
  package static func prepare(_ disc: inout PreparedDisc) { disc.leaveOutLeadTime() }

  package static func copy(of track: DiscTrack, session: Int, of original: Disc, in copy: Disc) -> DiscTrack?
  {
    copy.sessions.first { $0.number == session }?.tracks.first { $0.number == track.number }
  }
}
