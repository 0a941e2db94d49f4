import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes a disc as `.mds` of version 1.3 and one `.mdf`: the sectors of each track from index 1. The gap between two
/// tracks of one kind lies at the end of the first, any other is in no file.
package enum MDSWriter: SequentialDiscWriter {
  package static let format = FormatID.mds
  package static let ending = "mds"

  /// - Throws: `argumentInvalid` where sectors are stored in a part that it has no mode for.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = DiscLosses.settled(image.disc)
    var losses = ofStructures(image)
    guard disc.medium == .cd else {
      try demandPlain(disc)
      if image.disc.medium != .dvd { losses.append(DiscLoss(.medium, "it is called a DVD")) }
      return losses
    }
    try DiscLosses.demandCD(disc, for: "MDS")
    try DiscLosses.demandLayouts(disc, for: "MDS") { mode(of: $0, $1) != nil }
    if let catalog = disc.catalog { losses.append(DiscLoss(.catalog, catalog.description)) }
    let coded = disc.tracks.filter { $0.isrc != nil }
    if !coded.isEmpty { losses.append(DiscLoss(.isrc, DiscLosses.numbers(coded))) }
    if !(disc.cdText?.isEmpty ?? true), disc.raw.cdTextPacks == nil {
      losses.append(DiscLoss(.cdText, "all of it"))
    }
    let gaps = gaps(of: disc)
    let indexed = disc.tracks.filter { $0.indexes.keys.contains { $0 > 1 } }
    if !indexed.isEmpty { losses.append(DiscLoss(.indexes, "above 1, \(DiscLosses.numbers(indexed))")) }
    if !gaps.moved.isEmpty {
      losses.append(DiscLoss(.indexes, "where the gap begins, \(DiscLosses.numbers(gaps.moved))"))
    }
    if !gaps.lost.isEmpty {
      losses.append(DiscLoss(.gaps, "\(DiscLosses.numbers(gaps.lost)): what is stored before index 1"))
    }
    losses += DiscLosses.ofMissing(disc) { $1.start..<$1.end }
    let keeps = NRGWriter.keepsSubchannel(disc)
    return losses + DiscLosses.ofSubchannel(disc) { keeps && $1.layout != .packs }
  }

  private static func demandPlain(_ disc: Disc) throws(EvidenceError) {
    guard disc.tracks.count == 1, disc.tracks[0].extents.allSatisfy(\.isStored) else {
      throw EvidenceError(.argumentInvalid, "MDS", "of a DVD or BD it holds one track, stored as a whole")
    }
  }

  /// It keeps the table of contents, density measurements, and of disc structures those of a DVD it has a place for.
  private static func ofStructures(_ image: DiscImage) -> [DiscLoss] {
    var disc = image.disc
    let others = disc.raw.discStructures.keys.filter { !MDSText.places($0) || disc.medium != .dvd }
    disc.raw.discStructures = [:]
    disc.raw.densities = []
    let losses = DiscLosses.ofStructures(image.describing(disc), keepsPacks: false, keepsTOC: true)
    return others.isEmpty ? losses : losses + [DiscLoss(.discStructures, "\(others.count)")]
  }

  /// Tracks whose stored gap goes to the track before, and those whose gap has no place.
  private static func gaps(of disc: Disc) -> (moved: [DiscTrack], lost: [DiscTrack]) {
    var (moved, lost): ([DiscTrack], [DiscTrack]) = ([], [])
    for session in disc.sessions {
      for (place, track) in session.tracks.enumerated()
      where track.extents(in: track.first..<track.start).contains(where: \.isStored) {
        let previous = place > 0 ? session.tracks[place - 1] : nil
        let layouts = [previous, track].map { $0?.extents.lazy.compactMap(\.run).first?.layout }
        if let previous, previous.mode == track.mode, layouts[0] == layouts[1] {
          moved.append(track)
        } else {
          lost.append(track)
        }
      }
    }
    return (moved, lost)
  }

  package static func prepare(_ prepared: inout PreparedDisc) {
    prepared.redescribe { $0 = DiscLosses.settled($0) }
    guard prepared.image.disc.medium == .cd else { return }
    let moved = gaps(of: prepared.image.disc).moved
    func isMoved(_ track: DiscTrack) -> Bool {
      moved.contains { $0.number == track.number && $0.start == track.start }
    }
    let needed = { (_: DiscSession, track: DiscTrack) in
      (isMoved(track) ? track.first : track.start)..<track.end
    }
    prepared.leaveOut(but: needed)
    prepared.fill(needed)
    prepared.redescribe { disc in
      disc.catalog = nil
      disc.cdText = nil
      for session in disc.sessions.indices { rearrange(&disc.sessions[session].tracks, isMoved) }
    }
    if NRGWriter.keepsSubchannel(prepared.image.disc) { prepared.noteMissingSubchannels() }
  }

  private static func rearrange(_ tracks: inout [DiscTrack], _ isMoved: (DiscTrack) -> Bool) {
    for place in tracks.indices {
      var track = tracks[place]
      let goesBefore = place > 0 && isMoved(track)
      track.isrc = nil
      track.indexes = [1: track.start]
      let gap = track.extents(in: track.first..<track.start)
      track.extents = track.extents(in: track.start..<track.end)
      if goesBefore {
        tracks[place - 1].extents += gap
      } else if let first = gap.first, let last = gap.last {
        track.extents.insert(DiscExtent(start: first.start, count: last.end - first.start, .absent), at: 0)
        track.indexes[0] = first.start
      }
      tracks[place] = track
    }
  }

  /// The number that a mode and a part of its sectors have; `nil` where there is none.
  static func mode(of track: DiscTrack, _ layout: SectorLayout) -> UInt8? {
    switch (track.mode, layout) {
    case (.audio, .raw): 0xA9
    // There is no word for mode 0: whole sectors say it.
    case (.mode1, .raw), (.mode1, .mode1Data), (.mode0, .raw): 0xAA
    case (.mode2, .raw), (.mode2, .body): 0xAB
    case (.mode2, .form1Data): 0xAC
    case (.dvd, .dvdData): 2
    default: nil
    }
  }

  package static let endings: Set = [ending, "mdf"]

  package static func layout(of disc: Disc, base: String) -> DiscLayout {
    let hasSubchannel = disc.medium == .cd && NRGWriter.keepsSubchannel(disc)
    let file = SectorFile(
      "mdf", hasSubchannel ? .sectorsWithChannels : .sectors,
      disc.tracks.map { SectorFile.Part($0, $0.start..<$0.end) })
    let text = MDSText(disc, offsets: file.offsets, hasSubchannel: hasSubchannel)
    return DiscLayout([file], descriptions: [(ending, text.bytes)])
  }
}
