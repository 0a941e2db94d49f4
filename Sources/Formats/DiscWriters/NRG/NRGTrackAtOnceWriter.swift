import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes a CD as NRG of version 2 as tracks that were written one by one: each from index 1, with two seconds before it that
/// are in no file.
package enum NRGTrackAtOnceWriter: SequentialDiscWriter {
  package static let format = FormatID.nrgTrackAtOnce
  package static let ending = NRGWriter.ending
  package static let readAs = FormatID.nrg

  /// - Throws: `argumentInvalid` for a disc that was not written so: with other gaps than two seconds, or other numbers
  ///   than from 1 on.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = DiscLosses.settled(image.disc)
    try DiscLosses.demandCD(disc, for: "NRG")
    try DiscLosses.demandLayouts(disc, for: "NRG") {
      NRGWriter.mode(of: $0, $1, hasSubchannel: false) != nil
    }
    try demandTracksAtOnce(disc)
    var losses = DiscLosses.ofStructures(image, keepsPacks: false)
    if let catalog = disc.catalog { losses.append(DiscLoss(.catalog, catalog.description)) }
    losses += of(disc.tracks, .isrc) { $0.isrc != nil }
    losses += of(disc.tracks, .flags) { $0.control != ($0.mode.isData ? .data : []) }
    losses += of(disc.tracks, .indexes, "above 1, ") { $0.indexes.keys.contains { $0 > 1 } }
    losses += of(disc.tracks, .gaps) { $0.extents(in: $0.first..<$0.start).contains(where: \.isStored) }
    if !(disc.cdText?.isEmpty ?? true), disc.raw.cdTextPacks == nil {
      losses.append(DiscLoss(.cdText, "all of it"))
    }
    for session in disc.sessions where SessionKind.bySectors(session.tracks, image.files) != session.kind {
      losses.append(DiscLoss(.sessionType, "session \(session.number), \(session.kind.title)"))
    }
    losses += DiscLosses.ofMissing(disc) { $1.start..<$1.end }
    let keeps = NRGWriter.keepsSubchannel(disc)
    return losses + DiscLosses.ofSubchannel(disc) { keeps && $1.layout != .packs }
  }

  private static func of(
    _ tracks: [DiscTrack], _ kind: DiscLoss.Kind, _ what: String = "", _ isLost: (DiscTrack) -> Bool
  ) -> [DiscLoss] {
    let lost = tracks.filter(isLost)
    return lost.isEmpty ? [] : [DiscLoss(kind, what + DiscLosses.numbers(lost))]
  }

  private static func demandTracksAtOnce(_ disc: Disc) throws(EvidenceError) {
    if let track = disc.tracks.first(where: { $0.pregap != DiscSession.pregap }) {
      throw EvidenceError(
        .argumentInvalid, "NRG, track at once",
        "tracks written one by one have \(DiscSession.pregap) sectors before them; track \(track.number) has "
          + "\(track.pregap)")
    }
    if let track = disc.tracks.enumerated().first(where: { $0.element.number != $0.offset + 1 })?.element {
      throw EvidenceError(
        .argumentInvalid, "NRG, track at once",
        "its tracks are counted from 1; this disc has a track \(track.number) there")
    }
  }

  package static func prepare(_ prepared: inout PreparedDisc) {
    prepared.redescribe { $0 = DiscLosses.settled($0) }
    let needed = { (_: DiscSession, track: DiscTrack) in track.start..<track.end }
    prepared.leaveOut(but: needed)
    prepared.fill(needed)
    // Two seconds that are in no file, whatever was said of them.
    prepared.redescribe { disc in
      for session in disc.sessions.indices {
        for place in disc.sessions[session].tracks.indices {
          let track = disc.sessions[session].tracks[place]
          let gap = DiscExtent(start: track.first, count: track.start - track.first, .absent)
          disc.sessions[session].tracks[place].extents = [gap] + track.extents(in: track.start..<track.end)
        }
      }
    }
    if NRGWriter.keepsSubchannel(prepared.image.disc) { prepared.noteMissingSubchannels() }
  }

  package static let endings: Set = [ending]

  package static func layout(of disc: Disc, base: String) throws(EvidenceError) -> DiscLayout {
    let hasSubchannel = NRGWriter.keepsSubchannel(disc)
    let file = SectorFile(
      ending, hasSubchannel ? .sectorsWithChannels : .sectors,
      disc.tracks.map { SectorFile.Part($0, $0.start..<$0.end) })
    var offsets = file.offsets[...]
    var chunks = NRGDescription()
    for session in disc.sessions {
      let records = try session.tracks.mapThrowing { track throws(EvidenceError) in
        defer { offsets.removeFirst() }
        return try NRGWriter.record(
          of: track, offsets: [offsets[offsets.startIndex]] + offsets.prefix(2), hasSubchannel: hasSubchannel)
      }
      chunks.trackAtOnce(records, gap: DiscSession.pregap)
      chunks.session(records.count)
    }
    chunks.medium(.cd)
    return DiscLayout([file], tail: chunks.bytes(at: file.size))
  }
}
