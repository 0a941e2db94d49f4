import Evidence
import OpticalDisc

/// Puts the tracks of a cue sheet on the disc, once the sizes of the files are known.
///
/// Times count from the beginning of the current file, in sectors; what a sector takes there depends on the track it
/// belongs to. Gaps of `PREGAP` and `POSTGAP` take time on the disc and nothing in the file.
struct CUELayout {
  var sheet: CUESheet
  let files: [any DiscFile]
  private let name: String
  var remarks: [String] = []
  var unclaimed: [UnclaimedBytes] = []

  /// A run of sectors in one file that belong to one track.
  struct Segment {
    /// Number in the sheet's list of tracks.
    let track: Int
    /// The index that begins here; `nil` for sectors before the first index of a file.
    let index: Int?
    let file: Int
    let offset: UInt64
    let count: Int
    /// From the beginning of the file.
    let firstSector: Int
  }

  /// - Parameter files: as the sheet lists them; of WAVE files, the samples.
  init(_ sheet: CUESheet, files: [any DiscFile], name: String) {
    self.sheet = sheet
    self.files = files
    self.name = name
  }

  /// - Throws: `sheetMalformed`, naming line and track.
  mutating func image() throws(EvidenceError) -> DiscImage {
    for file in files.indices { probe(file) }
    let (told, unused) = (remarks, unclaimed)
    let disc = try disc()
    guard announceSessions(in: disc) else {
      return DiscImage(disc: disc, files: files, remarks: remarks, unclaimed: unclaimed)
    }
    (remarks, unclaimed) = (told + remarks.suffix(1), unused)
    return DiscImage(disc: try self.disc(), files: files, remarks: remarks, unclaimed: unclaimed)
  }

  private mutating func disc() throws(EvidenceError) -> Disc {
    var segments: [[Segment]] = []
    for file in files.indices { segments.append(try self.segments(of: file)) }
    let all = segments.flatMap { $0 }
    var disc = Disc(medium: .cd, sessions: [], catalog: sheet.catalog)
    var position = 0
    for number in Set(sheet.tracks.map(\.session)).sorted() {
      let places = sheet.tracks.indices.filter { sheet.tracks[$0].session == number }
      var tracks: [DiscTrack] = []
      for place in places {
        var parts = all.filter { $0.track == place }
        let isFirst = place == places.first
        if isFirst, let previous = disc.sessions.popLast() {
          var ended = previous
          position =
            storedStart(of: number, after: &ended, place, &parts)
            ?? start(of: number, after: previous, place, parts)
          disc.sessions.append(ended)
        }
        let track = try self.track(
          place, parts, at: position, isFirst: isFirst, room: disc.sessions.last.map { position - $0.leadOut }
        )
        position = track.end
        tracks.append(track)
      }
      disc.sessions.append(
        DiscSession(number: number, kind: kind(places, tracks), tracks: tracks, leadOut: position))
    }
    return disc
  }

  // MARK: files

  /// Corrects types that the sectors of a file contradict, from its beginning on: what a sector takes there decides where
  /// the next track lies.
  private mutating func probe(_ file: Int) {
    guard sheet.files[file].type == .binary else { return }
    var offset: UInt64 = 0
    var before: (track: Int, sector: Int)?
    for place in sheet.tracks.indices {
      let own = sheet.tracks[place].indexes.filter { $0.file == file }
      guard let begin = own.first else { continue }
      let previous = before.map { ($0.track, begin.sector - $0.sector) } ?? (place, begin.sector)
      guard previous.1 >= 0 else { return }
      offset += UInt64(previous.1 * sheet.tracks[previous.0].type.stride)
      before = (place, begin.sector)
      guard let first = own.first(where: { $0.number > 0 }), first.sector >= begin.sector else { continue }
      let track = sheet.tracks[place]
      let start = offset + UInt64((first.sector - begin.sector) * track.type.stride)
      let next = sheet.tracks[(place + 1)...].lazy.flatMap(\.indexes).first { $0.file == file }
      let count = next.map { max(0, $0.sector - first.sector) }
      guard
        let found = TrackProbe.contradiction(in: files[file], at: start, count: count, stated: track.type)
      else { continue }
      remarks.append(
        "line \(track.line): track \(track.number) is called \(track.typeWord), but its sectors are \(found.words), and "
          + "read as such")
      sheet.tracks[place].type = found.type
    }
  }

  /// What of a file belongs to which track.
  private mutating func segments(of file: Int) throws(EvidenceError) -> [Segment] {
    let title = sheet.files[file].name
    let marks = sheet.tracks.enumerated().flatMap { place, track in
      track.indexes.filter { $0.file == file }.map { (place: place, index: $0) }
    }
    guard let first = marks.first else {
      remarks.append("line \(sheet.files[file].line): no track uses \(title)")
      unclaimed.append(
        UnclaimedBytes(file: file, range: 0..<files[file].size, reason: "a file no track uses"))
      return []
    }
    var segments: [Segment] = []
    var offset: UInt64 = 0
    if first.index.sector > 0 {
      if first.place > 0 {
        remarks.append(
          "line \(first.index.line): the first index of \(title) is not at 00:00:00; what lies before is taken for the "
            + "pregap of track \(sheet.tracks[first.place].number)")
      }
      let stride = UInt64(sheet.tracks[first.place].type.stride)
      segments.append(
        Segment(
          track: first.place, index: nil, file: file, offset: 0, count: first.index.sector, firstSector: 0))
      offset = UInt64(first.index.sector) * stride
      guard offset <= files[file].size else {
        throw malformed(
          first.index.line, sheet.tracks[first.place].number,
          "\(title) has \(files[file].size) bytes and ends before the index, at byte \(offset)")
      }
    }
    for (number, mark) in marks.enumerated() {
      let track = sheet.tracks[mark.place]
      let stride = UInt64(track.type.stride)
      var end = number + 1 < marks.count ? marks[number + 1].index.sector : nil
      let next = number + 1 < marks.count ? marks[number + 1] : nil
      if let following = next, following.index.sector < mark.index.sector {
        throw malformed(
          following.index.line, sheet.tracks[following.place].number, "its index lies before the one above it"
        )
      }
      // The lead-out of a session may be stored: sectors of no track.
      var filler = 0
      if let leadOut = storedLeadOut(
        of: track.session, file: file, from: mark.index.sector, before: next?.place),
        end.map({ leadOut <= $0 }) ?? true
      {
        filler = (end ?? leadOut) - leadOut
        end = leadOut
      }
      let room = files[file].size > offset ? files[file].size - offset : 0
      let count = end.map { $0 - mark.index.sector } ?? Int(room / stride)
      guard UInt64(count) * stride <= room else {
        throw malformed(
          mark.index.line, track.number,
          "\(title) has \(files[file].size) bytes and ends before the \(count) sectors of \(stride) bytes there should be "
            + "from byte \(offset)")
      }
      segments.append(
        Segment(
          track: mark.place, index: mark.index.number, file: file, offset: offset, count: count,
          firstSector: mark.index.sector))
      offset += UInt64(count) * stride
      if filler > 0 {
        let length = UInt64(filler) * stride
        unclaimed.append(
          UnclaimedBytes(
            file: file, range: offset..<min(offset + length, files[file].size),
            reason: "\(filler) sectors after the lead-out of session \(track.session)"))
        offset += length
      }
    }
    if offset < files[file].size {
      let stride = UInt64(sheet.tracks[marks[marks.count - 1].place].type.stride)
      let rest = files[file].size - offset
      let reason =
        rest < stride ? "\(rest) bytes, a part of a sector, at the end" : "\(rest) bytes after the lead-out"
      remarks.append("\(title): \(reason)")
      unclaimed.append(UnclaimedBytes(file: file, range: offset..<files[file].size, reason: reason))
    }
    return segments
  }

  /// The place in `file` where the lead-out of a session lies, where the sheet says it and its last track is there.
  private func storedLeadOut(of session: Int, file: Int, from sector: Int, before next: Int?) -> Int? {
    guard let marks = sheet.sessions[session], let leadOut = marks.leadOut, marks.leadOutFile == file,
      next.map({ sheet.tracks[$0].session != session }) ?? false, leadOut > sector
    else { return nil }
    return leadOut
  }

  // MARK: tracks

  /// - Parameter room: sectors between the lead-out of the session before and `position`; `nil` in the first session.
  private mutating func track(
    _ place: Int, _ parts: [Segment], at position: Int, isFirst: Bool, room: Int?
  ) throws(EvidenceError) -> DiscTrack {
    let track = sheet.tracks[place]
    var extents: [DiscExtent] = []
    var indexes: [Int: Int] = [:]
    var lba = position
    func add(_ count: Int, _ source: DiscExtent.Source) {
      guard count > 0 else { return }
      extents.append(DiscExtent(start: lba, count: count, source))
      lba += count
    }
    if isFirst {
      let before = room.map { min(missingPregap(place, parts), $0) } ?? MSF.leadTime
      lba -= before
      add(before, .absent)
    }
    add(track.pregap, .synthesised)
    if track.pregap > 0, track.indexes.contains(where: { $0.number == 0 }) {
      remarks.append(
        "line \(track.line): track \(track.number) has a PREGAP and an INDEX 00; its gap is the sum of both")
    }
    for part in parts {
      if let index = part.index, index > 0 { indexes[index] = lba }
      let run = StoredRun(
        file: part.file, offset: part.offset, layout: track.type.layout,
        isBigEndian: sheet.files[part.file].type == .motorola && track.type.mode == .audio,
        subchannel: track.type.subchannel.map {
          SubchannelRun(
            file: part.file, offset: part.offset + UInt64(track.type.layout.size), layout: $0,
            stride: track.type.stride)
        }, stride: track.type.stride)
      add(part.count, files[part.file] is LossyFile ? .absent : .stored(run))
    }
    guard let start = indexes[1], lba > start else {
      throw malformed(track.line, track.number, "it has no sectors; its index lies at the end of its file")
    }
    if let first = extents.first, first.start < start { indexes[0] = first.start }
    add(track.postgap, .synthesised)
    return DiscTrack(
      number: track.number, mode: track.type.mode,
      control: track.flags.union(track.type.mode.isData ? .data : []), indexes: indexes, isrc: track.isrc,
      extents: Self.joined(extents))
  }

  /// Neighbours that follow each other in one file are one extent.
  private static func joined(_ extents: [DiscExtent]) -> [DiscExtent] {
    var joined: [DiscExtent] = []
    for extent in extents {
      if var last = joined.last, let one = last.run, let two = extent.run {
        var next = one
        next.skip(last.count)
        if next == two {
          last.count += extent.count
          joined[joined.count - 1] = last
          continue
        }
      }
      joined.append(extent)
    }
    return joined
  }

  // MARK: sessions

  /// Sectors before index 1 of the first track of a session that the sheet does not account for.
  private func missingPregap(_ place: Int, _ parts: [Segment]) -> Int {
    let known = sheet.tracks[place].pregap + storedPregap(place, parts)
    return max(0, (sheet.sessions[sheet.tracks[place].session]?.pregap ?? DiscSession.pregap) - known)
  }

  func storedPregap(_ place: Int, _ parts: [Segment]) -> Int {
    parts.prefix { ($0.index ?? 0) == 0 }.reduce(0) { $0 + $1.count }
  }

  /// The address of what a later session begins with: of what the sheet has of the pregap, or index 1.
  private mutating func start(of number: Int, after previous: DiscSession, _ place: Int, _ parts: [Segment])
    -> Int
  {
    let marks = sheet.sessions[previous.number]
    let last = sheet.tracks.lastIndex { $0.session == previous.number }
    if let leadOut = marks?.leadOut, let first = parts.first, marks?.leadOutFile == first.file,
      last.map({ sheet.tracks[$0].indexes.last?.file == first.file }) ?? false
    {
      // Lead-out, lead-in and pregap are sectors of the file: it tells how many.
      if first.firstSector >= leadOut { return previous.leadOut + first.firstSector - leadOut }
      remarks.append(
        "the lead-out of session \(previous.number) lies behind the beginning of session \(number) in the file: its "
          + "time was taken for a length")
    }
    let usual = previous.number == 1 ? DiscSession.firstLeadOut : DiscSession.laterLeadOut
    // In sheets of a file per session or track it is the length; some give the place, at the end of the file.
    let value = marks?.leadOut ?? usual
    let leadOut = value == previous.leadOut ? usual : value
    let pregap = sheet.sessions[number]?.pregap ?? DiscSession.pregap
    let gap = leadOut + (sheet.sessions[number]?.leadIn ?? DiscSession.leadIn) + pregap
    if marks?.leadOut == nil {
      remarks.append(
        "the sheet does not say how far session \(number) is from session \(previous.number); the usual \(gap) sectors "
          + "were taken")
    }
    let known = sheet.tracks[place].pregap + storedPregap(place, parts)
    return previous.leadOut + max(0, gap - known)
  }

  /// A cue sheet does not say what kind a session is: its sectors do.
  private func kind(_ places: [Int], _ tracks: [DiscTrack]) -> DiscSession.Kind {
    if places.contains(where: { sheet.tracks[$0].type.isCDi }) { return .cdi }
    return SessionKind.bySectors(tracks, files)
  }

  private func malformed(_ line: Int, _ track: Int, _ reason: String) -> EvidenceError {
    EvidenceError(.sheetMalformed, "\(name), line \(line)", "track \(track): \(reason)")
  }
}
