import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes a session as table of contents of cdrdao and BIN, with audio most significant byte first, as cdrdao has it.
package enum TOCWriter: SequentialDiscWriter {
  package static let format = FormatID.toc
  package static let ending = "toc"

  /// What a table of contents has no words for.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    try DiscLosses.demandStoredTracks(image.disc, for: "TOC/BIN")
    let disc = image.disc
    var losses = DiscLosses.ofStructures(image, keepsPacks: false)
    losses += DiscLosses.ofMedium(disc, "a table of contents")
    losses += DiscLosses.ofAddresses(disc)
    let coded = disc.tracks.filter { $0.mode.isData && $0.isrc != nil }
    if !coded.isEmpty { losses.append(DiscLoss(.isrc, "of data, \(DiscLosses.numbers(coded))")) }
    if disc.sessions.count > 1 {
      let lost = disc.sessions.dropFirst().flatMap(\.tracks)
      losses.append(DiscLoss(.sessions, "all but session \(disc.sessions[0].number)"))
      losses.append(DiscLoss(.tracks, DiscLosses.numbers(lost)))
    }
    if let text = disc.cdText, text.blocks.values.contains(where: { !$0.binary.isEmpty }) {
      losses.append(DiscLoss(.cdText, "packs that are no texts"))
    }
    losses += DiscLosses.ofSubchannel(disc) { $1.layout != .deinterleaved }
    guard let session = disc.sessions.first else { return losses }
    let numbers = session.tracks.map(\.number)
    if let first = numbers.first, numbers != Array(first..<first + numbers.count) {
      losses.append(DiscLoss(.tracks, "their numbers, which do not follow each other"))
    }
    let flags = session.tracks.filter { $0.control.contains(.data) != $0.mode.isData }
    if !flags.isEmpty { losses.append(DiscLoss(.flags, "\(DiscLosses.numbers(flags)): data bit")) }
    let gaps = session.tracks.filter { track in
      track.extents.enumerated().contains {
        $0.element.source == .absent && !($0.offset == 0 && track == session.tracks[0])
      }
    }
    if !gaps.isEmpty {
      losses.append(DiscLoss(.gaps, "\(DiscLosses.numbers(gaps)): parts that are not stored"))
    }
    let headers = session.tracks.filter {
      $0.mode == .mode0 && $0.extents.contains { $0.run?.layout == .raw }
    }
    if !headers.isEmpty { losses.append(DiscLoss(.sectorHeaders, DiscLosses.numbers(headers))) }
    return losses
  }

  /// The word behind TRACK, and the part of each sector that goes with it.
  /// - Throws: `argumentInvalid` where there is none.
  private static func type(
    of track: DiscTrack, in session: DiscSession
  ) throws(EvidenceError) -> (word: String, layout: SectorLayout) {
    switch (track.mode, track.extents.lazy.compactMap(\.run).first?.layout ?? .raw) {
    case (.audio, _): ("AUDIO", .raw)
    case (.mode0, _): ("MODE0", .body)
    case (.mode1, .raw): ("MODE1_RAW", .raw)
    case (.mode1, _): ("MODE1", .mode1Data)
    case (.dvd, _), (.userData, _): ("MODE1", .dvdData)
    case (.mode2, .body): (session.kind == .romOrAudio ? "MODE2" : "MODE2_FORM_MIX", .body)
    case (.mode2, .raw): ("MODE2_RAW", .raw)
    case (.mode2, .form1Data): ("MODE2_FORM1", .form1Data)
    case (.mode2, .form2Data): ("MODE2_FORM2", .form2Data)
    case (.mode2, let layout):
      throw EvidenceError(
        .argumentInvalid, "toc", "sectors of \(layout.size) bytes (track \(track.number)) have no place in it"
      )
    }
  }

  package static let endings: Set = [ending, "bin"]

  package static func layout(of disc: Disc, base: String) throws(EvidenceError) -> DiscLayout {
    guard let session = disc.sessions.first else {
      throw EvidenceError(.argumentInvalid, "toc", "the disc has no sessions")
    }
    let file = SectorFile(
      "bin", .sectors,
      try session.tracks.mapThrowing { track throws(EvidenceError) in
        .init(
          track, track.first..<track.end,
          as: SectorForm(
            layout: try type(of: track, in: session).layout, isBigEndian: true,
            keepsSubchannel: subchannel(of: track) != .deinterleaved))
      })
    var text = TOCText()
    text.line(Self.word(session))
    if let catalog = disc.catalog { text.line("CATALOG \"\(catalog)\"") }
    if let first = session.tracks.first, first.number != 1 { text.line("FIRST_TRACK_NO \(first.number)") }
    text.disc(disc.cdText, tracks: session.tracks.map(\.number))
    var offset = 0
    for part in file.parts {
      let track = part.track
      let type = try type(of: track, in: session)
      let subchannel = subchannel(of: track)
      let word = subchannel == .interleaved ? " RW_RAW" : subchannel == .packs ? " RW" : ""
      text.track(track, type: type.word + word, text: disc.cdText)
      for extent in track.extents {
        let length = MSF(frames: extent.count)
        switch extent.source {
        case .absent: continue
        case .synthesised:
          text.line(track.mode == .audio ? "SILENCE \(length)" : "ZERO \(type.word) \(length)")
        case .stored:
          let place = text.quoted("\(base).\(file.ending)") + (offset > 0 ? " #\(offset)" : "")
          // cdrdao takes audio with a subchannel behind it as data alone.
          let isAudio = track.mode == .audio && word.isEmpty
          text.line(isAudio ? "FILE \(place) 0 \(length)" : "DATAFILE \(place) \(length)")
          offset += extent.count * file.size(of: extent, part)
        }
      }
      text.places(track, from: max(track.first, 0))
    }
    return DiscLayout([file], descriptions: [(ending, Array(text.text.utf8))])
  }

  private static func subchannel(of track: DiscTrack) -> SubchannelLayout? {
    track.extents.lazy.compactMap { $0.run?.subchannel?.layout }.first
  }

  /// Audio alone is CD-DA; with data, CD-ROM.
  private static func word(_ session: DiscSession) -> String {
    switch session.kind {
    case .romOrAudio: session.tracks.contains { $0.mode.isData } ? "CD_ROM" : "CD_DA"
    case .cdi: "CD_I"
    case .xa: "CD_ROM_XA"
    }
  }
}
