import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes the user data of one data track, 2048 bytes a sector.
package enum ISOWriter: SequentialDiscWriter {
  package static let holdsWholeSectors = false
  package static let format = FormatID.iso
  package static let ending = "iso"

  /// The track that is written, and what of its sectors.
  /// - Throws: `argumentInvalid` where there is no data track of 2048 bytes.
  private static func userData(
    of disc: Disc
  ) throws(EvidenceError) -> (track: DiscTrack, layout: SectorLayout) {
    guard let track = disc.firstDataTrack, let layout = track.userDataLayout else {
      throw EvidenceError(
        .argumentInvalid, "iso", "there is no data track with 2048 bytes of user data in a sector")
    }
    return (track, layout)
  }

  /// What an ISO does not hold. Reads the track where sectors must be looked at.
  /// - Throws: `argumentInvalid` where there is no data track of 2048 bytes; `readFailed`.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = image.disc
    let track = try userData(of: disc).track
    var losses = DiscLosses.ofStructures(image, keepsPacks: false)
    let others = disc.tracks.filter { $0 != track }
    if !others.isEmpty {
      losses.append(DiscLoss(.tracks, "all but track \(track.number): \(DiscLosses.numbers(others))"))
    }
    if disc.sessions.count > 1 { losses.append(DiscLoss(.sessions, "\(disc.sessions.count)")) }
    let kind = disc.sessions.first { $0.tracks.contains(track) }?.kind ?? .romOrAudio
    if track.mode == .mode2 {
      losses.append(
        DiscLoss(.sessionType, "\(kind.title), mode 2: an ISO does not say of what mode its sectors are"))
    }
    losses += plain(disc)
    if track.start > 0, disc.medium == .cd {
      losses.append(
        DiscLoss(.addresses, "the first sector has the address \(track.start); file systems count on it"))
    }
    losses += try DiscLosses.ofCooking(image, track, in: track.start..<track.end)
    return losses
  }

  /// It has one track, whatever number that had.
  package static func copy(of track: DiscTrack, session: Int, of original: Disc, in copy: Disc) -> DiscTrack?
  {
    track == original.firstDataTrack ? copy.tracks.first : nil
  }

  /// Facts of the disc that need a description.
  private static func plain(_ disc: Disc) -> [DiscLoss] {
    var losses: [DiscLoss] = []
    if let catalog = disc.catalog { losses.append(DiscLoss(.catalog, catalog.description)) }
    let coded = disc.tracks.filter { $0.isrc != nil }
    if !coded.isEmpty { losses.append(DiscLoss(.isrc, DiscLosses.numbers(coded))) }
    if !(disc.cdText?.isEmpty ?? true), disc.raw.cdTextPacks == nil {
      losses.append(DiscLoss(.cdText, "all of it"))
    }
    let indexed = disc.tracks.filter { $0.indexes.keys.contains { $0 > 1 } }
    if !indexed.isEmpty { losses.append(DiscLoss(.indexes, "above 1, \(DiscLosses.numbers(indexed))")) }
    let flags = disc.tracks.filter { $0.control != .data && $0.mode.isData }
    if !flags.isEmpty { losses.append(DiscLoss(.flags, DiscLosses.numbers(flags))) }
    return losses
  }

  package static let endings: Set = [ending]

  /// - Throws: `argumentInvalid` where there is no data track of 2048 bytes.
  package static func layout(of disc: Disc, base: String) throws(EvidenceError) -> DiscLayout {
    let (track, layout) = try userData(of: disc)
    let part = SectorFile.Part(track, track.start..<track.end, as: SectorForm(layout: layout))
    return DiscLayout([SectorFile(ending, .sectors, [part])])
  }
}

extension DiscLosses {
  /// What is lost when only 2048 bytes of each sector are kept: headers and codes, subchannel, form 2, gaps.
  static func ofCooking(_ image: DiscImage, _ track: DiscTrack, in range: Range<Int>) throws(EvidenceError)
    -> [DiscLoss]
  {
    var losses: [DiscLoss] = []
    let runs = track.extents.compactMap(\.run)
    let name = "track \(track.number)"
    if let layout = runs.first?.layout, layout.size > 2048 {
      let count = try SectorCount(image, track)
      losses.append(DiscLoss(.sectorHeaders, "\(name): \(layout.size - 2048) of \(layout.size) bytes"))
      if count.damaged > 0 {
        let correctable = count.correctable.count
        let help = correctable > 0 ? "; \(correctable) of them can be corrected" : ""
        losses.append(DiscLoss(.damage, "\(name): \(damage(count))\(help)"))
      }
      if count.scrambled > 0 {
        losses.append(
          DiscLoss(.sectorHeaders, "\(name): \(count.scrambled) scrambled sectors, written descrambled"))
      }
      if let form2 = count.kinds[.form2] {
        losses.append(DiscLoss(.form2, "\(name): \(form2) sectors of 2324 bytes"))
      }
      let others = count.kinds.filter { $0.key != .form1 && $0.key != .form2 && $0.key != .mode1 }
      if !others.isEmpty {
        let parts = others.map { "\($0.value) sectors of \($0.key.title)" }.sorted()
        losses.append(DiscLoss(.sectorHeaders, "\(name): \(parts.joined(separator: ", "))"))
      }
    }
    if runs.contains(where: { $0.subchannel != nil }) { losses.append(DiscLoss(.subchannel, name)) }
    losses += ofGap(track)
    let missing = track.extents(in: range).filter { !$0.isStored }.reduce(0) { $0 + $1.count }
    if missing > 0 { losses.append(DiscLoss(.gaps, "\(name): \(missing) sectors that are not stored")) }
    return losses
  }

  /// How many damaged sectors have which fault.
  private static func damage(_ count: SectorCount) -> String {
    let parts = [
      (count.damagedByEDC.count, "a wrong EDC"), (count.faults[.sync]?.count ?? 0, "a damaged sync"),
      (count.faults[.filled]?.count ?? 0, "one byte value only"),
      (count.faults[.unrecognisable]?.count ?? 0, "no sync and no header"),
    ].filter { $0.0 > 0 }
    return parts.map { "\($0.0) sectors have \($0.1)" }.joined(separator: ", ")
  }

  /// Stored sectors before index 1.
  static func ofGap(_ track: DiscTrack) -> [DiscLoss] {
    let stored = track.extents(in: track.first..<track.start).reduce(0) { $0 + ($1.isStored ? $1.count : 0) }
    return stored == 0
      ? [] : [DiscLoss(.gaps, "track \(track.number): \(stored) stored sectors of its pregap")]
  }
}
