import Evidence
import OpticalDisc

/// Something of a disc that a format cannot hold.
package struct DiscLoss: Hashable, Sendable {
  /// What kind of thing; the raw value is what `--accept-loss` takes.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case rawTOC = "raw-toc"
    case discStructures = "disc-structures"
    case catalog = "mcn"
    case isrc
    case cdText = "cd-text"
    case flags
    case indexes
    case sessions
    case sessionType = "session-type"
    case tracks
    case audio
    case gaps
    case addresses
    case sectorHeaders = "sector-headers"
    case damage = "damaged-sectors"
    case form2
    case subchannel
    case unclaimedBytes = "unclaimed-bytes"
    case medium

    package var title: String {
      switch self {
      case .rawTOC: "the raw answers of the drive"
      case .discStructures: "disc structures"
      case .catalog: "the media catalogue number"
      case .isrc: "recording codes"
      case .cdText: "CD-TEXT"
      case .flags: "flags of tracks"
      case .indexes: "indexes"
      case .sessions: "sessions"
      case .sessionType: "the type of a session"
      case .tracks: "tracks"
      case .audio: "audio"
      case .gaps: "contents of gaps"
      case .addresses: "addresses"
      case .sectorHeaders: "headers, EDC and ECC of sectors"
      case .damage: "the sign that sectors are damaged"
      case .form2: "sectors of form 2"
      case .subchannel: "subchannel"
      case .unclaimedBytes: "bytes that belong to no track"
      case .medium: "the kind of medium"
      }
    }
  }

  package let kind: Kind
  /// What exactly, e.g. `tracks 2, 3`.
  package let detail: String

  package init(_ kind: Kind, _ detail: String) {
    self.kind = kind
    self.detail = detail
  }
}

/// What is common to formats that keep tracks but no more.
package enum DiscLosses {
  /// Answers of the drive, and bytes outside of tracks.
  /// - Parameters:
  ///   - keepsPacks: whether packs of CD-TEXT stay as they were read.
  ///   - keepsTOC: whether the full table of contents does.
  package static func ofStructures(_ image: DiscImage, keepsPacks: Bool, keepsTOC: Bool = false) -> [DiscLoss]
  {
    let raw = image.disc.raw
    var losses: [DiscLoss] = []
    let tocIsKept =
      keepsTOC
      ? FullTOC.toStore(of: image.disc)?.bytes == raw.fullTOC : !saysMore(raw.fullTOC, of: image.disc)
    let answers = [
      ("full TOC", tocIsKept ? nil : raw.fullTOC), ("PMA", raw.pma), ("ATIP", raw.atip),
    ].filter { $0.1 != nil }
    if !answers.isEmpty { losses.append(DiscLoss(.rawTOC, answers.map(\.0).joined(separator: ", "))) }
    if !raw.discStructures.isEmpty { losses.append(DiscLoss(.discStructures, "\(raw.discStructures.count)")) }
    if !raw.densities.isEmpty { losses.append(DiscLoss(.discStructures, "measurements of density")) }
    if !keepsPacks, raw.cdTextPacks != nil { losses.append(DiscLoss(.cdText, "the packs as read")) }
    for part in image.unclaimed {
      losses.append(DiscLoss(.unclaimedBytes, "\(image.files[part.file].name): \(part.reason)"))
    }
    return losses
  }

  /// Whether a full table of contents has anything that does not follow from the tracks.
  private static func saysMore(_ toc: [UInt8]?, of disc: Disc) -> Bool {
    toc != nil && toc != FullTOC(of: disc)?.bytes
  }

  /// What only describes CDs describes other discs as one; of sectors that fit a CD, nothing is known to be lost.
  package static func ofMedium(_ disc: Disc, _ name: String) -> [DiscLoss] {
    let end = disc.sessions.map(\.leadOut).max() ?? 0
    guard disc.medium != .cd, disc.medium != .unknown || end > Disc.mostCDSectors else { return [] }
    return [DiscLoss(.medium, "\(name) describes CDs; \(whyNoCD(disc))")]
  }

  /// Sectors of 2048 bytes of which nothing says of what they are, in a format that must say it: a CD where they fit one.
  package static func settled(_ disc: Disc) -> Disc {
    guard disc.medium == .unknown else { return disc }
    if let disc = disc.asCD() { return disc }
    var disc = disc
    disc.medium = .dvd
    for session in disc.sessions.indices {
      for track in disc.sessions[session].tracks.indices {
        disc.sessions[session].tracks[track].mode = .dvd
      }
    }
    return disc
  }

  private static func whyNoCD(_ disc: Disc) -> String {
    disc.medium == .unknown ? "this has more sectors than any CD" : "this is a \(disc.medium.title)"
  }

  /// Descriptions without addresses begin at 0.
  package static func ofAddresses(_ disc: Disc) -> [DiscLoss] {
    guard let first = disc.tracks.first?.extents.first(where: { $0.source != .absent })?.start else {
      return []
    }
    let before = disc.tracks.flatMap { $0.extents(in: min(first, 0)..<0) }.reduce(0) {
      $0 + ($1.isStored ? $1.count : 0)
    }
    if before > 0 { return [DiscLoss(.gaps, "\(before) stored sectors before address 0")] }
    return first <= 0 ? [] : [DiscLoss(.addresses, "the first sector has the address \(first)")]
  }

  /// Stored sectors before index 1 of the first tracks of later sessions.
  package static func ofLaterPregaps(_ disc: Disc) -> [DiscLoss] {
    let tracks = disc.sessions.dropFirst().compactMap(\.tracks.first).filter { track in
      track.extents(in: track.first..<track.start).contains(where: \.isStored)
    }
    return tracks.isEmpty ? [] : [DiscLoss(.gaps, "\(numbers(tracks)): the pregap of a later session")]
  }

  /// Sectors that are on the disc and not in the image, and come out as zeros.
  /// - Parameter needed: the addresses of a track that the format must have.
  package static func ofMissing(
    _ disc: Disc, in needed: (DiscSession, DiscTrack) -> Range<Int>
  ) -> [DiscLoss] {
    let tracks = disc.sessions.flatMap { session in
      session.tracks.filter { track in
        // A pregap that images do not hold is none that this one lacks.
        track.extents(in: needed(session, track).clamped(to: track.start..<track.end)).contains {
          $0.source == .absent
        }
      }
    }
    return tracks.isEmpty ? [] : [DiscLoss(.gaps, "\(numbers(tracks)): missing sectors come out as zeros")]
  }

  /// - Throws: `argumentInvalid` where the image has no sector of a track from index 1 on: formats that place tracks by the
  ///   sectors in their files have no word for that.
  package static func demandStoredTracks(_ disc: Disc, for title: String) throws(EvidenceError) {
    let empty = disc.tracks.filter { track in
      !track.extents(in: track.start..<track.end).contains { $0.source != .absent }
    }
    guard !empty.isEmpty else { return }
    throw EvidenceError(
      .argumentInvalid, title,
      "the image has no sector of \(numbers(empty)), and \(title) places tracks by their sectors")
  }

  /// - Throws: `argumentInvalid` for a disc that is no CD, or has sectors no time of a header reaches.
  package static func demandCD(_ disc: Disc, for title: String) throws(EvidenceError) {
    guard disc.medium == .cd || disc.asCD() != nil else {
      throw EvidenceError(.argumentInvalid, title, "it holds CDs; \(whyNoCD(disc))")
    }
    let (first, end) = (disc.tracks.first?.first ?? 0, disc.sessions.last?.leadOut ?? 0)
    guard !disc.tracks.isEmpty, first >= -MSF.leadTime, end <= SectorCodec.headerEnd else {
      throw EvidenceError(
        .argumentInvalid, title,
        "it holds sectors from 00:00:00 to 99:59:74; this disc has \(first) to \(end)")
    }
  }

  /// - Throws: `argumentInvalid` where sectors are stored in another part than the format has.
  package static func demandLayouts(
    _ disc: Disc, for title: String, _ fits: (DiscTrack, SectorLayout) -> Bool
  ) throws(EvidenceError) {
    for track in disc.tracks {
      guard let run = track.extents.lazy.compactMap(\.run).first(where: { !fits(track, $0.layout) }) else {
        continue
      }
      throw EvidenceError(
        .argumentInvalid, title,
        "it holds whole sectors, and track \(track.number) is stored with \(run.layout.size) bytes a sector; "
          + "what is missing can be computed", consider: [.wholeSectors])
    }
  }

  /// Texts that do not become packs.
  package static func ofUnpackedText(_ disc: Disc) -> [DiscLoss] {
    guard disc.raw.cdTextPacks == nil, let text = disc.cdText, !text.isEmpty else { return [] }
    let numbers = disc.tracks.map(\.number)
    let packs = text.packs(first: numbers.min() ?? 1, last: numbers.max() ?? 1)
    return packs == nil ? [DiscLoss(.cdText, "it does not fit packs")] : []
  }

  /// Tracks with a subchannel stored in a way the format has no word for.
  package static func ofSubchannel(_ disc: Disc, keeps: (DiscTrack, SubchannelRun) -> Bool) -> [DiscLoss] {
    let lost = disc.tracks.filter { track in
      track.extents.contains { $0.run?.subchannel.map { !keeps(track, $0) } ?? false }
    }
    return lost.isEmpty ? [] : [DiscLoss(.subchannel, numbers(lost))]
  }

  package static func numbers(_ tracks: [DiscTrack]) -> String {
    (tracks.count == 1 ? "track " : "tracks ") + tracks.map { "\($0.number)" }.joined(separator: ", ")
  }
}
