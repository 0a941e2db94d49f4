import Evidence
import FormatKit
import OpticalDisc
import SystemPackage

/// The disc that lies in a CHD.
enum CHDDisc {
  /// - Throws: what opening throws; `imageMalformed` where its tracks do not fit its contents.
  static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let chd = try CHDImage(path, as: .chd)
    let contents = ImageContents(chd.reader, name: path.string)
    guard chd.header.isCD else { return try dvd(contents, chd) }
    func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, path.string, reason) }
    let tracks = try tracks(chd.metadata, malformed)
    var remarks: [String] = []
    if chd.metadata.entries.contains(where: { $0.title == "CHGD" || $0.title == "CHGT" }) {
      remarks.append("a GD-ROM: its low and its high density area are one session here")
    }
    if chd.metadata.entries.contains(where: { $0.title == "CHSE" }) {
      remarks.append("it has marks of sessions, which are not read: all tracks are in one session")
    }
    var placed: [DiscTrack] = []
    var (lba, frame) = (0, 0)
    for track in tracks {
      guard let form = form(track) else {
        throw malformed("track \(track.number) is of the unknown type \(track.type)")
      }
      var next = self.track(track, form, lba: lba, frame: frame, isFirst: placed.isEmpty)
      if let run = next.extents(in: next.start..<next.end).first?.run {
        next.mode = TrackProbe.mode(
          of: track.number, at: run, count: track.frames, from: next.start, stated: form.mode, [contents],
          &remarks)
      }
      placed.append(next)
      lba = placed[placed.count - 1].end
      frame += track.frames + (CHDTrack.alignment - track.frames % CHDTrack.alignment) % CHDTrack.alignment
      let used = frame - (CHDTrack.alignment - track.frames % CHDTrack.alignment) % CHDTrack.alignment
      guard UInt64(used) * UInt64(CHDHeader.cdUnit) <= contents.size else {
        throw malformed("track \(track.number) leads behind the end of its contents")
      }
    }
    let session = DiscSession(
      number: 1, kind: SessionKind.bySectors(placed, [contents]), tracks: placed, leadOut: lba)
    return DiscImage(disc: Disc(medium: .cd, sessions: [session]), files: [contents], remarks: remarks)
  }

  private static func dvd(_ contents: ImageContents, _ chd: CHDImage) throws(EvidenceError) -> DiscImage {
    guard chd.metadata.first("DVD ") != nil else {
      return try ISOReader.image(of: contents, isNamed: true)
    }
    let count = Int(contents.size / 2048)
    guard count > 0 else {
      throw EvidenceError(.imageMalformed, contents.name, "it has no sector of 2048 bytes")
    }
    let track = DiscTrack(
      number: 1, mode: .dvd, control: .data, indexes: [1: 0],
      extents: [DiscExtent(start: 0, count: count, .stored(StoredRun(file: 0, offset: 0, layout: .dvdData)))])
    let tail = contents.size % 2048
    return DiscImage(
      disc: Disc(medium: .dvd, sessions: [DiscSession(number: 1, tracks: [track], leadOut: count)]),
      files: [contents],
      unclaimed: tail == 0
        ? []
        : [
          UnclaimedBytes(
            file: 0, range: contents.size - tail..<contents.size, reason: "\(tail) bytes at the end")
        ])
  }

  private static func tracks(
    _ metadata: CHDMetadata, _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) -> [CHDTrack] {
    var tracks: [CHDTrack] = []
    for entry in metadata.entries where ["CHT2", "CHTR", "CHGD"].contains(entry.title) {
      guard let track = CHDTrack(entry.text) else {
        throw malformed(
          "its description of a track is damaged: \(HumanText.fixedField(entry.bytes.prefix(80)))")
      }
      tracks.append(track)
    }
    if tracks.isEmpty, let old = metadata.first("CHCD") {
      guard let read = CHDTrack.tracks(binary: old.bytes) else {
        throw malformed("its list of tracks is damaged")
      }
      tracks = read
    }
    guard !tracks.isEmpty else { throw malformed("it has CD sectors and no description of tracks") }
    guard zip(tracks, tracks.dropFirst()).allSatisfy({ $0.number < $1.number }) else {
      throw malformed("its tracks are out of order")
    }
    return tracks
  }

  /// What a type of MAME stores of each sector, from the beginning of its 2352 bytes.
  private static func form(_ track: CHDTrack) -> (mode: TrackMode, layout: SectorLayout)? {
    switch track.type {
    case "MODE1": (.mode1, .mode1Data)
    case "MODE1_RAW": (.mode1, .raw)
    case "MODE2", "MODE2_FORM_MIX": (.mode2, .body)
    case "MODE2_FORM1": (.mode2, .form1Data)
    case "MODE2_FORM2": (.mode2, .form2Data)
    case "MODE2_RAW": (.mode2, .raw)
    case "AUDIO": (.audio, .raw)
    default: nil
    }
  }

  private static func subchannel(_ track: CHDTrack) -> SubchannelLayout? {
    ["RW": .packs, "RW_RAW": .interleaved][track.subtype]
  }

  private static func track(
    _ track: CHDTrack, _ form: (mode: TrackMode, layout: SectorLayout), lba: Int, frame: Int, isFirst: Bool
  ) -> DiscTrack {
    var extents: [DiscExtent] = []
    var position = lba
    func add(_ count: Int, _ source: DiscExtent.Source) {
      guard count > 0 else { return }
      extents.append(DiscExtent(start: position, count: count, source))
      position += count
    }
    if isFirst {
      position -= MSF.leadTime
      add(MSF.leadTime, .absent)
    }
    if !track.isPregapStored { add(track.pregap, .synthesised) }
    let offset = UInt64(frame) * UInt64(CHDHeader.cdUnit)
    let run = StoredRun(
      file: 0, offset: offset, layout: form.layout, isBigEndian: form.mode == .audio,
      subchannel: subchannel(track).map {
        SubchannelRun(
          file: 0, offset: offset + UInt64(SectorCodec.size), layout: $0, stride: CHDHeader.cdUnit)
      }, stride: CHDHeader.cdUnit)
    let start = position + (track.isPregapStored ? track.pregap : 0)
    add(track.frames - track.padding, .stored(run))
    add(track.padding, .absent)
    add(track.postgap, .synthesised)
    var indexes = [1: start]
    if let first = extents.first, first.start < start { indexes[0] = first.start }
    return DiscTrack(
      number: track.number, mode: form.mode, control: form.mode.isData ? .data : [], indexes: indexes,
      extents: extents)
  }
}
