import DiscImages
import Evidence
import OpticalDisc
import SystemIO
import SystemPackage
import WriterKit

/// Writes a file for each track, and a cue sheet that puts them together: audio as WAVE, data with 2048 bytes a sector
/// as ISO, other data as it is stored.
///
/// An audio file goes from index 1 to index 1 of the next: the gap before a track lies at the end of the file before,
/// as players and other programs have it. Nothing stored between audio tracks is left out, what is hidden before the
/// first included.
package enum TrackFilesWriter: DiscWriter {
  package static let holdsWholeSectors = false
  package static let format = FormatID.tracks
  package static let ending = "cue"
  package static let readAs = FormatID.cue

  /// What files and sheet together do not hold. Reads data tracks.
  /// - Throws: `readFailed`, `imageMalformed`.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = image.disc
    try DiscLosses.demandStoredTracks(disc, for: "a file per track")
    var losses = CUEWriter.commonLosses(image)
    for session in disc.sessions {
      let kind: DiscSession.Kind = session.tracks.contains { $0.mode == .mode2 } ? .xa : .romOrAudio
      if kind != session.kind {
        losses.append(DiscLoss(.sessionType, "session \(session.number) would be read as \(kind.title)"))
      }
      for track in session.tracks where track.mode.isData {
        if track.userDataLayout != nil {
          losses += try DiscLosses.ofCooking(image, track, in: track.start..<track.end)
        } else {
          losses += DiscLosses.ofGap(track)
        }
      }
    }
    losses += DiscLosses.ofSubchannel(Disc(medium: disc.medium, sessions: disc.sessions)) { track, _ in
      // Of data tracks it is told above.
      track.mode.isData && track.userDataLayout != nil
    }
    return losses
  }

  /// Writes `BASE.cue` and `BASE01.wav`, `BASE02.iso` … into `folder`. Blocks until all are synced.
  /// - Returns: the files; the sheet first.
  /// - Throws: `outputExists`, `writeFailed`, `readFailed`, `imageMalformed`; what `progress` throws.
  package static func write(
    _ image: DiscImage, folder: FilePath, base: String,
    progress: DiscProgress = { _ throws(EvidenceError) in }
  ) throws(EvidenceError) -> [FilePath] {
    let disc = image.disc
    var files: [FilePath] = []
    var (sheet, packs) = CUEWriter.start(disc, base: base)
    for file in packs {
      files.append(folder.appending("\(base).\(file.ending)"))
      try DurableFile.write(file.bytes, to: files[files.count - 1])
    }
    for (place, session) in disc.sessions.enumerated() {
      sheet.begin(session, place, of: disc)
      // Sectors of the gap before the next track that lie at the end of the file before, and where they begin there.
      var gapBefore: Int?
      for (number, track) in session.tracks.enumerated() {
        let prefix = disc.sessions.count > 1 ? "\(base).\(session.number)." : base
        let next = number + 1 < session.tracks.count ? session.tracks[number + 1] : nil
        let file = TrackFile(track, next: next, prefix: prefix, takesOwnGap: number == 0)
        let text = disc.cdText?.blocks[0]
        if let gap = gapBefore {
          sheet.begin(track, type: file.type(session.kind), text: text, isFirst: number == 0)
          sheet.index(0, at: gap)
          sheet.add("FILE", "\"\(file.name)\" \(file.kind)")
        } else {
          sheet.add("FILE", "\"\(file.name)\" \(file.kind)")
          sheet.begin(track, type: file.type(session.kind), text: text, isFirst: number == 0)
          if file.first < track.start, track.extents(in: file.first..<track.start).contains(where: \.isStored)
          {
            sheet.index(0, at: 0)
          }
        }
        sheet.indexes(of: track, from: file.first, at: 0)
        let path = folder.appending(file.name)
        try file.write(image, to: path, progress: progress)
        files.append(path)
        gapBefore = file.gapAfter > 0 ? file.ownSectors : nil
      }
      sheet.end(session, place, of: disc)
    }
    let path = folder.appending("\(base).cue")
    try DurableFile.write(sheet.text.utf8, to: path)
    return [path] + files
  }
}

/// What goes into the file of one track.
private struct TrackFile {
  let track: DiscTrack
  let name: String
  /// Address of the first sector in it.
  let first: Int
  /// Stored sectors of the next track's gap at its end.
  let gapAfter: Int
  private let next: DiscTrack?
  private let layout: SectorLayout?

  init(_ track: DiscTrack, next: DiscTrack?, prefix: String, takesOwnGap: Bool) {
    self.track = track
    let takesNext = track.mode == .audio && next?.mode == .audio
    self.next = takesNext ? next : nil
    self.gapAfter =
      self.next.map { $0.extents(in: $0.first..<$0.start).reduce(0) { $0 + ($1.isStored ? $1.count : 0) } }
      ?? 0
    self.layout = track.userDataLayout
    self.first = track.mode == .audio && takesOwnGap ? track.first : track.start
    self.name =
      prefix + MSF.twoDigits(track.number) + (track.mode == .audio ? ".wav" : layout != nil ? ".iso" : ".bin")
  }

  var kind: String { track.mode == .audio ? "WAVE" : "BINARY" }

  func type(_ kind: DiscSession.Kind) -> String {
    CUESheetText.type(track, layout ?? track.extents.lazy.compactMap(\.run).first?.layout ?? .raw, kind)
  }

  var ownSectors: Int { track.extents(in: first..<track.end).reduce(0) { $0 + ($1.isStored ? $1.count : 0) } }

  func write(_ image: DiscImage, to path: FilePath, progress: DiscProgress) throws(EvidenceError) {
    var output = try DiscOutput(creating: path)
    if track.mode == .audio {
      try output.append(WaveFile.header(samples: UInt64((ownSectors + gapAfter) * SectorCodec.size)))
    }
    let form = SectorForm(layout: layout)
    try image.write(track, in: first..<track.end, as: form, to: &output, progress: progress)
    if let next, gapAfter > 0 {
      try image.write(next, in: next.first..<next.start, as: form, to: &output, progress: progress)
    }
    try output.close()
  }
}
