import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

enum CDIReader {
  /// - Throws: `fileMissing`, `imageMalformed`, `readFailed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let file = try PlainDiscFile(path)
    func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, path.string, reason) }
    let size = UInt64(CDILayout.footerSize)
    guard file.size > size,
      let place = CDILayout.place(
        footer: try file.bytes(at: file.size - size, count: Int(size)), size: file.size),
      file.size - place.offset <= UInt64(CDILayout.largest)
    else { throw malformed("its last bytes name no description") }
    let bytes = try file.bytes(at: place.offset, count: Int(file.size - place.offset))
    guard let layout = CDILayout(bytes, place.version) else {
      throw malformed("its description, at byte \(place.offset), is damaged")
    }
    var placing = CDIPlacing(file, end: place.offset)
    for session in layout.sessions { try placing.add(session, malformed) }
    var disc = Disc(medium: placing.isDVD ? .dvd : .cd, sessions: placing.sessions, catalog: layout.catalog)
    if let packs = layout.cdTextPacks {
      let read = CDText.read(packs: packs)
      disc.raw.cdTextPacks = packs
      disc.cdText = read.text
      placing.remarks += read.remarks
    }
    let rest = placing.offset..<place.offset
    return DiscImage(
      disc: disc, files: [file], remarks: placing.remarks,
      unclaimed: rest.isEmpty
        ? []
        : [UnclaimedBytes(file: 0, range: rest, reason: "\(rest.count) bytes between tracks and description")]
    )
  }
}

/// Puts the tracks on the disc, one after the other as they lie in the file.
private struct CDIPlacing {
  private let file: any DiscFile
  /// Where the description begins in the file.
  private let end: UInt64
  private(set) var sessions: [DiscSession] = []
  private(set) var offset: UInt64 = 0
  private(set) var isDVD = false
  var remarks: [String] = []
  private var number = 0

  init(_ file: any DiscFile, end: UInt64) {
    self.file = file
    self.end = end
  }

  mutating func add(
    _ session: CDILayout.Session, _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) {
    var tracks: [DiscTrack] = []
    for track in session.tracks {
      number += 1
      guard let form = Self.form(track) else {
        throw malformed(
          "track \(number) is of the unknown mode \(track.mode), read in mode \(track.readMode)")
      }
      isDVD = isDVD || track.isDVD
      let bytes = UInt64(track.sectors) * UInt64(form.stride)
      guard track.sectors > 0, bytes <= end - offset else {
        throw malformed("track \(number) has \(track.sectors) sectors, and the file ends before them")
      }
      var next = try self.track(track, form, at: place(track, after: tracks.last), malformed)
      if let run = next.extents(in: next.start..<next.end).first?.run {
        next.mode = TrackProbe.mode(
          of: number, at: run, count: next.end - next.start, from: next.start, stated: form.mode, [file],
          &remarks)
      }
      tracks.append(next)
      offset += bytes
    }
    guard let last = tracks.last else { return }
    let kinds: [UInt32: DiscSession.Kind] = [0: .romOrAudio, 1: .romOrAudio, 2: .xa]
    sessions.append(
      DiscSession(
        number: sessions.count + 1, kind: kinds[session.kind] ?? .romOrAudio, tracks: tracks,
        leadOut: last.end))
  }

  /// The address of the first stored sector of a track.
  private mutating func place(_ track: CDILayout.Track, after last: DiscTrack?) -> Int {
    let stated = track.isDVD ? -(track.indexes.first ?? 0) : track.start - MSF.leadTime
    if let last {
      if stated != last.end {
        remarks.append(
          "track \(number) is said to begin at \(stated), and follows the one before at \(last.end)")
      }
      return last.end
    }
    guard let previous = sessions.last else { return stated }
    guard stated < previous.leadOut else { return stated }
    let usual = DiscSession.usualGap(after: previous.number) - DiscSession.pregap
    remarks.append(
      "session \(previous.number + 1) is said to begin at \(stated), inside of the one before; the usual gap was taken"
    )
    return previous.leadOut + usual
  }

  private struct Form {
    let mode: TrackMode
    let layout: SectorLayout
    let stride: Int
    var subchannel: SubchannelLayout?
  }

  private static func form(_ track: CDILayout.Track) -> Form? {
    guard let mode: TrackMode = [0: .audio, 1: .mode1, 2: .mode2][track.mode] else { return nil }
    switch track.readMode {
    case 0 where track.isDVD: return Form(mode: .dvd, layout: .dvdData, stride: 2048)
    case 0 where mode == .mode1: return Form(mode: mode, layout: .mode1Data, stride: 2048)
    case 0 where mode == .mode2: return Form(mode: mode, layout: .form1Data, stride: 2048)
    case 1 where mode == .mode2: return Form(mode: mode, layout: .body, stride: 2336)
    case 2: return Form(mode: mode, layout: .raw, stride: 2352)
    case 3: return Form(mode: mode, layout: .raw, stride: 2352 + 16)
    case 4: return Form(mode: mode, layout: .raw, stride: 2352 + Subchannel.size, subchannel: .interleaved)
    default: return nil
    }
  }

  private mutating func track(
    _ track: CDILayout.Track, _ form: Form, at start: Int, _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) -> DiscTrack {
    let run = StoredRun(
      file: 0, offset: offset, layout: form.layout,
      subchannel: form.subchannel.map {
        SubchannelRun(file: 0, offset: offset + UInt64(form.layout.size), layout: $0, stride: form.stride)
      }, stride: form.stride)
    if track.readMode == 3 {
      remarks.append("track \(number): the 16 bytes of Q behind each sector are not read")
    }
    var indexes: [Int: Int] = [:]
    var place = start
    // The last index reaches to the end of the track, whatever is said of it.
    for (index, count) in track.indexes.enumerated() where index < max(2, track.indexes.count - 1) {
      if index > 0 || count > 0 { indexes[index] = place }
      place += count
    }
    if indexes[1] == nil { indexes[1] = place }
    guard indexes.values.allSatisfy({ $0 < start + track.sectors }) else {
      throw malformed("an index of track \(number) lies behind its end")
    }
    var extents = [DiscExtent(start: start, count: track.sectors, .stored(run))]
    // Before address 0 of a CD there are always two seconds.
    if !track.isDVD, sessions.isEmpty, number == 1, start > -MSF.leadTime, start <= 0 {
      extents.insert(DiscExtent(start: -MSF.leadTime, count: start + MSF.leadTime, .absent), at: 0)
      indexes[0] = -MSF.leadTime
    }
    let control = TrackControl(rawValue: UInt8(track.control & 15)).union(form.mode.isData ? .data : [])
    return DiscTrack(
      number: number, mode: form.mode, control: control, indexes: indexes, isrc: track.isrc, extents: extents)
  }
}
