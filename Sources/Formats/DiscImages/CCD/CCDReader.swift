import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens a `.ccd` with the `.img` and `.sub` beside it.
package enum CCDReader {
  /// - Throws: `sheetMalformed`, `fileMissing`, `segmentMissing` where there is no `.img`, `imageMalformed` where it is
  ///   empty.
  package static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let text = try SheetText(path)
    let companions = CompanionFiles(sheet: path)
    guard let sectors = try companions.sibling("img") else {
      throw EvidenceError(.segmentMissing, "\(path.stem ?? "").img", "the sectors that \(path) describes")
    }
    let sub = try companions.sibling("sub").map { place throws(EvidenceError) in try PlainDiscFile(place) }
    let image = try image(of: text, sectors: try PlainDiscFile(sectors), sub: sub)
    guard let sheet = try companions.sibling("cue") else { return image }
    return DiscImage(
      disc: image.disc, files: image.files, remarks: image.remarks + disagreements(image.disc, sheet),
      unclaimed: image.unclaimed)
  }

  /// - Parameters:
  ///   - sectors: whole sectors, one after the other.
  ///   - sub: 96 bytes for each of them.
  /// - Throws: `sheetMalformed`, `imageMalformed`, `readFailed`.
  package static func image(
    of text: SheetText, sectors: any DiscFile, sub: (any DiscFile)?
  ) throws(EvidenceError) -> DiscImage {
    let sheet = try CCDParser.parse(text)
    var layout = CCDLayout(sheet, sectors: sectors, sub: sub, name: text.name)
    return try layout.image()
  }

  /// What a cue sheet of the same name says otherwise. It binds nothing.
  private static func disagreements(_ disc: Disc, _ path: FilePath) -> [String] {
    let name = path.lastComponent?.string ?? path.string
    let other: Disc
    do throws(EvidenceError) { other = try CUEReader.open(path).disc } catch {
      return ["\(name) beside it could not be read, and was not used: \(error.detail)"]
    }
    let places = { (disc: Disc) in disc.tracks.map { [$0.number, $0.start, $0.mode.isData ? 1 : 0] } }
    let (own, others) = (places(disc), places(other))
    guard own != others else { return [] }
    let text = "\(name) beside it disagrees, and was not used: "
    guard let pair = zip(own, others).first(where: { $0.0 != $0.1 }) else {
      return [text + "here \(own.count) tracks, there \(others.count)"]
    }
    let say = { (place: [Int]) in
      "track \(place[0]) (\(place[2] == 1 ? "data" : "audio")) begins at \(place[1])"
    }
    return [text + "here \(say(pair.0)), there \(say(pair.1))"]
  }
}

/// Puts the sectors of an `.img` on the disc that its table of contents describes.
struct CCDLayout {
  private struct Session {
    let number: Int
    var leadOut: Int
    var tracks: [FullTOC.Entry]
    var kind: DiscSession.Kind?
    /// Address of what the file has first of it.
    var first = 0
    /// The file's sector of address 0 of this session, were it there.
    var shift = 0
  }

  private let sheet: CCDSheet
  private let files: [any DiscFile]
  private let name: String
  private var remarks: [String]
  private var unclaimed: [UnclaimedBytes] = []
  /// Whole sectors of the `.img`, and of the `.sub`.
  private let sectorCount: Int
  private let subCount: Int

  init(_ sheet: CCDSheet, sectors: any DiscFile, sub: (any DiscFile)?, name: String) {
    self.sheet = sheet
    self.files = [sectors] + (sub.map { [$0] } ?? [])
    self.name = name
    self.remarks = sheet.remarks
    self.sectorCount = Int(clamping: sectors.size / UInt64(SectorCodec.size))
    self.subCount = Int(clamping: (sub?.size ?? 0) / UInt64(Subchannel.size))
  }

  mutating func image() throws(EvidenceError) -> DiscImage {
    guard sectorCount > 0 else {
      throw EvidenceError(.imageMalformed, files[0].name, "it has no whole sector")
    }
    var sessions = try place(try self.sessions())
    extendLast(&sessions)
    var disc = Disc(medium: .cd, sessions: [], catalog: sheet.catalog)
    disc.raw.fullTOC = FullTOC(entries: sheet.entries.map(\.entry)).bytes
    readTexts(&disc)
    for session in sessions {
      var tracks: [DiscTrack] = []
      for place in session.tracks.indices {
        tracks.append(
          try track(place, of: session, after: disc.sessions.last, isFirst: disc.sessions.isEmpty))
      }
      disc.sessions.append(
        DiscSession(
          number: session.number, kind: session.kind ?? SessionKind.bySectors(tracks, files), tracks: tracks,
          leadOut: session.leadOut))
    }
    noteRest(sessions)
    return DiscImage(disc: disc, files: files, remarks: remarks, unclaimed: unclaimed)
  }

  // MARK: the table of contents

  /// Tracks and lead-outs, in the order of their addresses; what cannot be is passed over.
  private mutating func sessions() throws(EvidenceError) -> [Session] {
    if let stated = sheet.statedEntries, stated != sheet.entries.count {
      remarks.append("\(stated) entries are announced, \(sheet.entries.count) are there")
    }
    var sessions: [Session] = []
    for number in Set(sheet.entries.map(\.entry.session)).sorted() {
      let entries = sheet.entries.map(\.entry).filter { $0.session == number && $0.adr == 1 }
      let odd = entries.filter { $0.point == 0 || (100..<0xA0).contains($0.point) }
      for entry in odd {
        remarks.append("session \(number): point \(entry.point) is no track and is passed over")
      }
      let first = (sessions.last?.leadOut).map { (at: $0, what: "the lead-out of session \(sessions.count)") }
      var tracks: [FullTOC.Entry] = []
      for entry in entries.filter({ (1...99).contains($0.point) }).sorted(by: { $0.point < $1.point }) {
        let least =
          tracks.last.map { (at: $0.lba + 1, what: "the end of track \($0.point)") } ?? first ?? (
            0, "00:02:00"
          )
        guard entry.lba >= least.at, entry.point != tracks.last?.point else {
          remarks.append(
            "session \(number): track \(entry.point) begins at \(entry.lba), before \(least.what); it is passed over"
          )
          continue
        }
        tracks.append(entry)
      }
      guard let last = tracks.last else { continue }
      let leadOut = entries.first { $0.point == FullTOC.leadOut }?.lba
      if leadOut == nil { remarks.append("session \(number) has no lead-out (A2)") }
      let kind = entries.first { $0.point == FullTOC.firstTrack }.map { $0.times[5] }
      sessions.append(
        Session(
          number: sessions.count + 1, leadOut: max(leadOut ?? 0, last.lba + 1), tracks: tracks,
          kind: kind.flatMap { DiscSession.Kind(rawValue: $0) }))
      if Int(number) != sessions.count { remarks.append("session \(number) is counted as \(sessions.count)") }
    }
    guard !sessions.isEmpty else {
      throw EvidenceError(.sheetMalformed, name, "there are no tracks in it")
    }
    return sessions
  }

  /// Where each session lies in the file: with what lies between sessions, or without. The sizes decide.
  private mutating func place(_ sessions: [Session]) throws(EvidenceError) -> [Session] {
    func placed(withGaps: Bool) -> [Session] {
      var sessions = sessions
      var next = 0
      for index in sessions.indices {
        let start = sessions[index].tracks[0].lba
        let end = index > 0 ? sessions[index - 1].leadOut : 0
        sessions[index].first = index == 0 ? 0 : withGaps ? max(end, start - DiscSession.pregap) : start
        sessions[index].shift = withGaps ? 0 : next - sessions[index].first
        next += sessions[index].leadOut - sessions[index].first
      }
      return sessions
    }
    let without = placed(withGaps: false)
    guard sessions.count > 1, let last = sessions.last else { return without }
    let with = placed(withGaps: true)
    if sectorCount == last.leadOut { return with }
    let sum = last.leadOut + (without.last?.shift ?? 0)
    if sectorCount == sum { return without }
    remarks.append(
      "\(sectorCount) sectors: neither the \(sum) of the sessions alone nor the \(last.leadOut) with what lies between; "
        + "headers of sectors were asked")
    guard try isAtItsPlace(with[1]) else { return without }
    return try isAtItsPlace(without[1]) ? without : with
  }

  /// Whether the first sector of a session has a header that says so.
  private func isAtItsPlace(_ session: Session) throws(EvidenceError) -> Bool {
    let lba = session.tracks[0].lba
    let offset = UInt64(lba + session.shift) * UInt64(SectorCodec.size)
    let head = try files[0].bytes(at: offset, count: 16)
    return head.starts(with: SectorCodec.sync) && MSF(bcd: Array(head[12..<15]))?.lba == lba
  }

  /// Where the file goes on behind the last lead-out, the last track does.
  private mutating func extendLast(_ sessions: inout [Session]) {
    guard var last = sessions.popLast() else { return }
    let end = sectorCount - last.shift
    if end > last.leadOut {
      remarks.append(
        "the lead-out is said to begin at \(last.leadOut), and the sectors go on to \(end): they are taken for the last "
          + "track")
      last.leadOut = end
    }
    sessions.append(last)
  }

  // MARK: tracks

  private mutating func track(
    _ place: Int, of session: Session, after previous: DiscSession?, isFirst: Bool
  ) throws(EvidenceError) -> DiscTrack {
    let entry = session.tracks[place]
    let number = Int(entry.point)
    let start = entry.lba
    let end = place + 1 < session.tracks.count ? first(place + 1, of: session) : session.leadOut
    var first = first(place, of: session)
    var extents: [DiscExtent] = []
    if place == 0 {
      first = session.first
      let lead = isFirst ? -MSF.leadTime : max(previous?.leadOut ?? 0, start - DiscSession.pregap)
      if lead < first { extents.append(DiscExtent(start: lead, count: first - lead, .absent)) }
    }
    extents += stored(first..<end, shift: session.shift)
    if let missing = extents.last, missing.source == .absent, missing.end > start {
      remarks.append(
        "\(files[0].name) ends before the end of track \(number): sectors \(missing.start) to \(missing.end - 1) are "
          + "missing")
    }
    let found = look(start, end, shift: session.shift, isData: entry.control.contains(.data))
    let mode = mode(of: entry, found)
    if found.isScrambled || (sheet.isScrambled && mode.isData) {
      for index in extents.indices {
        guard var run = extents[index].run else { continue }
        run.isScrambled = true
        extents[index].source = .stored(run)
      }
    }
    let track = sheet.tracks[number]
    return DiscTrack(
      number: number, mode: mode, control: entry.control,
      indexes: indexes(of: number, start, end, first: extents[0].start), isrc: track?.isrc, extents: extents)
  }

  /// The first sector of a track that is not the first of its session.
  private func first(_ place: Int, of session: Session) -> Int {
    let start = session.tracks[place].lba
    guard place > 0, let indexes = sheet.tracks[Int(session.tracks[place].point)]?.indexes,
      let zero = indexes[0], let one = indexes[1], zero < one
    else { return start }
    return max(session.tracks[place - 1].lba + 1, start - (one - zero))
  }

  private mutating func indexes(of number: Int, _ start: Int, _ end: Int, first: Int) -> [Int: Int] {
    var indexes = [1: start]
    if first < start { indexes[0] = first }
    let stated = sheet.tracks[number]?.indexes ?? [:]
    guard let one = stated[1] else { return indexes }
    var last = start
    for (index, place) in stated.sorted(by: { $0.key < $1.key }) where index > 1 {
      let lba = start + place - one
      guard lba > last, lba < end else {
        remarks.append("index \(index) of track \(number) lies outside of it or out of order")
        continue
      }
      indexes[index] = lba
      last = lba
    }
    return indexes
  }

  /// What the files have of a range: sectors with their subchannel, sectors without, nothing.
  private func stored(_ range: Range<Int>, shift: Int) -> [DiscExtent] {
    var extents: [DiscExtent] = []
    let ends = [min(sectorCount, subCount) - shift, sectorCount - shift, Int.max]
    var lba = range.lowerBound
    for (part, end) in ends.enumerated() where lba < range.upperBound && end > lba {
      let count = min(end, range.upperBound) - lba
      let sector = UInt64(max(0, lba + shift))
      var run = StoredRun(file: 0, offset: sector * UInt64(SectorCodec.size), layout: .raw)
      if part == 0 {
        run.subchannel = SubchannelRun(
          file: 1, offset: sector * UInt64(Subchannel.size), layout: .deinterleaved, stride: Subchannel.size)
      }
      extents.append(DiscExtent(start: lba, count: count, part == 2 ? .absent : .stored(run)))
      lba += count
    }
    return extents
  }

  private func look(_ start: Int, _ end: Int, shift: Int, isData: Bool) -> TrackProbe.Found {
    let count = min(end, sectorCount - shift) - start
    guard count > 0 else { return TrackProbe.Found() }
    let run = StoredRun(
      file: 0, offset: UInt64(start + shift) * UInt64(SectorCodec.size), layout: .raw)
    return TrackProbe.look(at: run, count: count, from: start, stated: isData ? .mode1 : .audio, files)
  }

  /// The sectors decide; where they say nothing, the section of the track, then the table of contents.
  private mutating func mode(of entry: FullTOC.Entry, _ found: TrackProbe.Found) -> TrackMode {
    let number = Int(entry.point)
    let stated = sheet.tracks[number]?.mode
    let byEntry: TrackMode = entry.control.contains(.data) ? .mode1 : .audio
    let described = stated.flatMap { [0: .audio, 1: .mode1, 2: .mode2][$0] } ?? byEntry
    guard let mode = found.mode else { return described }
    if let stated, mode != described, !(mode == .mode0 && stated == 1) {
      remarks.append("track \(number) is said to be of MODE \(stated); its sectors are \(mode.rawValue)")
    } else if mode.isData != entry.control.contains(.data) {
      remarks.append(
        "the table of contents calls track \(number) \(byEntry.isData ? "data" : "audio"); its sectors are "
          + mode.rawValue)
    }
    if mode.isData, found.isScrambled {
      remarks.append(
        "sectors of track \(number) are stored as they lie on the disc, scrambled"
          + (sheet.isScrambled ? "" : ", which the description does not say") + "; they are descrambled")
    }
    return mode
  }

  // MARK: the rest

  private mutating func readTexts(_ disc: inout Disc) {
    guard !sheet.packs.isEmpty else { return }
    let packs = sheet.packs.sorted { $0.key < $1.key }.flatMap { entry in
      let bytes = Array(entry.value.prefix(16))
      let crc = Subchannel.crc(bytes)
      return entry.value.count == 18 ? entry.value : bytes + [UInt8(crc >> 8), UInt8(crc & 0xFF)]
    }
    for stated in [sheet.statedPacks, sheet.statedTextLength.map { $0 / CDTextPack.size }] {
      if let stated, stated != sheet.packs.count {
        remarks.append("CD-TEXT: \(stated) packs are announced, \(sheet.packs.count) are there")
      }
    }
    let read = CDText.read(packs: packs)
    disc.raw.cdTextPacks = packs
    disc.cdText = read.text
    remarks += read.remarks
  }

  /// Bytes that no track has, and a subchannel that does not fit.
  private mutating func noteRest(_ sessions: [Session]) {
    let size = UInt64(SectorCodec.size)
    for (one, two) in zip(sessions, sessions.dropFirst()) {
      let gap = one.leadOut + one.shift..<max(one.leadOut + one.shift, two.first + two.shift)
      let part =
        UInt64(min(gap.lowerBound, sectorCount)) * size..<UInt64(min(gap.upperBound, sectorCount)) * size
      guard !part.isEmpty else { continue }
      let reason = "\(gap.count) sectors between sessions \(one.number) and \(two.number)"
      unclaimed.append(UnclaimedBytes(file: 0, range: part, reason: reason))
      let sub = Subchannel.size
      let subPart = UInt64(min(gap.lowerBound, subCount) * sub)..<UInt64(min(gap.upperBound, subCount) * sub)
      if !subPart.isEmpty { unclaimed.append(UnclaimedBytes(file: 1, range: subPart, reason: reason)) }
    }
    noteTail(0, from: UInt64(sectorCount) * size)
    guard files.count > 1 else { return }
    if subCount != sectorCount {
      remarks.append("\(files[1].name): subchannel of \(subCount) sectors, and there are \(sectorCount)")
    }
    noteTail(1, from: UInt64(min(subCount, sectorCount) * Subchannel.size))
  }

  private mutating func noteTail(_ file: Int, from end: UInt64) {
    guard end < files[file].size else { return }
    let reason = "\(files[file].size - end) bytes at the end"
    remarks.append("\(files[file].name): \(reason) belong to no sector")
    unclaimed.append(UnclaimedBytes(file: file, range: end..<files[file].size, reason: reason))
  }
}
