import Evidence
import OpticalDisc

extension DiscImage {
  /// What lies in one data track.
  package struct FileSystems: Sendable {
    package let session: Int
    package let track: DiscTrack
    package let descriptors: VolumeDescriptors
  }

  /// The file systems of all data tracks whose sectors have 2048 bytes of user data.
  /// - Throws: `readFailed`, `imageMalformed`.
  package func fileSystems() throws(EvidenceError) -> [FileSystems] {
    var found: [FileSystems] = []
    for session in disc.sessions {
      for track in session.tracks where track.userDataLayout != nil {
        let descriptors = try VolumeDescriptors(start: track.start, sectors: track.end - track.start) {
          (sector: Int, count: Int) throws(EvidenceError) in try userData(from: sector, count: count)
        }
        if !descriptors.volumes.isEmpty {
          found.append(FileSystems(session: session.number, track: track, descriptors: descriptors))
        }
      }
    }
    return found
  }

  /// 2048 bytes of user data of each sector, by absolute address; ends before a sector that is not stored.
  package func userData(from sector: Int, count: Int) throws(EvidenceError) -> [UInt8] {
    var bytes: [UInt8] = []
    var next = sector
    while next < sector + count {
      guard let track = disc.tracks.first(where: { $0.first <= next && next < $0.end }),
        let layout = track.userDataLayout
      else { break }
      let range = next..<min(sector + count, track.end)
      let part = try self.bytes(of: track, in: range, as: SectorForm(layout: layout))
      bytes += part
      guard part.count == range.count * 2048 else { break }
      next = range.upperBound
    }
    return bytes
  }
}
