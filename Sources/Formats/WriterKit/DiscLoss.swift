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
  package static func ofStructures(_ image: DiscImage, keepsPacks: Bool) -> [DiscLoss] {
    let raw = image.disc.raw
    var losses: [DiscLoss] = []
    let answers = [("full TOC", raw.fullTOC), ("PMA", raw.pma), ("ATIP", raw.atip)].filter { $0.1 != nil }
    if !answers.isEmpty { losses.append(DiscLoss(.rawTOC, answers.map(\.0).joined(separator: ", "))) }
    if !raw.discStructures.isEmpty { losses.append(DiscLoss(.discStructures, "\(raw.discStructures.count)")) }
    if !keepsPacks, raw.cdTextPacks != nil { losses.append(DiscLoss(.cdText, "the packs as read")) }
    for part in image.unclaimed {
      losses.append(DiscLoss(.unclaimedBytes, "\(image.files[part.file].name): \(part.reason)"))
    }
    return losses
  }

  /// Descriptions without addresses begin at 0.
  package static func ofAddresses(_ disc: Disc) -> [DiscLoss] {
    let first = disc.tracks.first?.extents.first { $0.source != .absent }?.start ?? 0
    return first == 0 ? [] : [DiscLoss(.addresses, "the first sector has the address \(first)")]
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
