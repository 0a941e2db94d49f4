import Evidence
import OpticalDisc
import SystemPackage

/// Opens an image of Nero, of version 1 or 2.
package enum NRGReader {
  /// - Throws: `imageMalformed`, `formatUnreadable` for a version before 1, `fileMissing`, `readFailed`.
  package static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    try image(of: try PlainDiscFile(path))
  }

  package static func image(of file: any DiscFile) throws(EvidenceError) -> DiscImage {
    let chunks = try NRGChunks(file)
    // What lies behind is the description, and no sector.
    var layout = NRGLayout(chunks, DiscFilePart(file, range: 0..<chunks.start))
    return try layout.image()
  }
}

/// Puts the tracks of an NRG on the disc.
struct NRGLayout {
  /// A track on its way to the disc.
  private struct Piece {
    let group: Int
    let number: Int
    var mode: TrackMode
    let control: TrackControl
    var indexes: [Int: Int]
    let isrc: ISRC?
    var extents: [DiscExtent]
    var kind: DiscSession.Kind?
    var leadOut: Int?

    var first: Int { extents[0].start }
    var end: Int { extents[extents.count - 1].end }
  }

  private struct Form {
    let mode: TrackMode
    let layout: SectorLayout
    var hasSubchannel = false
    var stride: Int { layout.size + (hasSubchannel ? Subchannel.size : 0) }
  }

  private let chunks: NRGChunks
  private let file: any DiscFile
  private var remarks: [String]
  private var unclaimed: [UnclaimedBytes] = []
  /// The end of what tracks have of the file.
  private var claimed: UInt64 = 0
  /// No sector of a CD lies further out.
  private static let mostSectors = 1 << 30

  init(_ chunks: NRGChunks, _ file: any DiscFile) {
    self.chunks = chunks
    self.file = file
    self.remarks = chunks.remarks
  }

  mutating func image() throws(EvidenceError) -> DiscImage {
    var disc = Disc(medium: medium, sessions: [])
    var pieces: [Piece] = []
    for (number, group) in chunks.groups.enumerated() {
      switch group {
      case .disc(let group):
        disc.catalog = disc.catalog ?? catalog(group)
        pieces += try discAtOnce(group, number, after: pieces)
      case .tracks(let tracks): pieces += try tracksAtOnce(tracks, number, of: disc.medium, after: pieces)
      }
    }
    leave(claimed..<file.size)
    let counts = sessions(pieces)
    var rest = pieces[...]
    for count in counts {
      let session = Array(rest.prefix(count))
      rest = rest.dropFirst(count)
      try add(session, before: rest.first?.first ?? Self.mostSectors, to: &disc)
    }
    if !chunks.packs.isEmpty {
      let read = CDText.read(packs: chunks.packs)
      disc.raw.cdTextPacks = chunks.packs
      disc.cdText = read.text
      remarks += read.remarks
    }
    return DiscImage(disc: disc, files: [file], remarks: remarks, unclaimed: unclaimed)
  }

  // MARK: what there is

  private static let dvdBits: UInt32 = 0x4 | 0x8 | 0x10 | 0x200
  private static let bdBits: UInt32 = 0x10_0000 | 0x20_0000 | 0x40_0000

  /// By the chunk MTYP; without it by its size.
  private var medium: Disc.Medium {
    guard case .tracks(let tracks)? = chunks.groups.first, tracks.count == 1, [0, 2].contains(tracks[0].mode)
    else {
      return .cd
    }
    if let type = chunks.medium, type & 0x401 == 0 {
      if type & Self.bdBits != 0 { return .bd }
      if type & Self.dvdBits != 0 { return .dvd }
    }
    return tracks[0].size / 2048 > UInt64(Disc.mostCDSectors) ? .dvd : .cd
  }

  /// How many tracks each session has: by SINF, where that fits what there is.
  private mutating func sessions(_ pieces: [Piece]) -> [Int] {
    let groups = Set(pieces.map(\.group)).sorted()
    let byGroup = groups.map { group in pieces.count { $0.group == group } }
    let stated = chunks.sessions
    guard !stated.isEmpty, stated != byGroup else { return byGroup }
    if stated.allSatisfy({ $0 > 0 }), stated.reduce(0, +) == pieces.count { return stated }
    remarks.append(
      "sessions of \(stated.prefix(8).map(String.init).joined(separator: ", ")) tracks are announced, and there are "
        + "\(pieces.count) tracks in \(byGroup.count) groups, which were taken for sessions")
    return byGroup
  }

  private mutating func catalog(_ group: NRGChunks.DiscAtOnce) -> MediaCatalogNumber? {
    let text = Self.text(group.catalog)
    let catalog = MediaCatalogNumber(text)
    if catalog == nil, text.contains(where: { $0 != "0" }) {
      remarks.append("\(text) is no catalogue number of 13 digits and is passed over")
    }
    return catalog.flatMap { $0.description.allSatisfy { $0 == "0" } ? nil : $0 }
  }

  private static func text(_ bytes: [UInt8]) -> String {
    SheetText.trimmed(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self))
  }

  /// What a mode and a size of sectors mean. Where they disagree, the size is right.
  private mutating func form(_ mode: Int, _ size: Int?, _ track: Int) throws(EvidenceError) -> Form {
    let forms: [Int: Form] = [
      0: Form(mode: .mode1, layout: .mode1Data), 2: Form(mode: .mode2, layout: .form1Data),
      3: Form(mode: .mode2, layout: .body), 5: Form(mode: .mode1, layout: .raw),
      6: Form(mode: .mode2, layout: .raw), 7: Form(mode: .audio, layout: .raw),
      8: Form(mode: .audio, layout: .raw), 0x0F: Form(mode: .mode1, layout: .raw, hasSubchannel: true),
      0x10: Form(mode: .audio, layout: .raw, hasSubchannel: true),
      0x11: Form(mode: .mode2, layout: .raw, hasSubchannel: true),
    ]
    guard let form = forms[mode] else { throw malformed("track \(track) has the unknown mode \(mode)") }
    guard let size, size != form.stride else { return form }
    let layouts: [Int: Form] = [
      2048: Form(mode: form.mode, layout: form.mode == .mode2 ? .form1Data : .mode1Data),
      2336: Form(mode: .mode2, layout: .body), 2352: Form(mode: form.mode, layout: .raw),
      2448: Form(mode: form.mode, layout: .raw, hasSubchannel: true),
    ]
    guard let other = layouts[size], form.mode.isData || other.layout == .raw else {
      throw malformed("track \(track) of mode \(mode) has sectors of \(size) bytes")
    }
    remarks.append("track \(track) of mode \(mode) has sectors of \(size) bytes, which were believed")
    return other
  }

  /// A part of the file that belongs to the next track: behind all before, and within.
  private mutating func claim(_ range: Range<UInt64>, _ track: Int) throws(EvidenceError) {
    guard range.lowerBound >= claimed, range.upperBound <= file.size else {
      throw malformed(
        "track \(track) has the bytes \(range.lowerBound) to \(range.upperBound), which do not lie behind byte "
          + "\(claimed) in the \(file.size) bytes of sectors")
    }
    leave(claimed..<range.lowerBound)
    claimed = range.upperBound
  }

  private mutating func leave(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    let reason = "\(range.count) bytes of no track"
    remarks.append(reason)
    unclaimed.append(UnclaimedBytes(file: 0, range: range, reason: reason))
  }

  private func run(_ form: Form, at offset: UInt64) -> StoredRun {
    StoredRun(
      file: 0, offset: offset, layout: form.layout,
      subchannel: form.hasSubchannel
        ? SubchannelRun(
          file: 0, offset: offset + UInt64(form.layout.size), layout: .interleaved, stride: form.stride)
        : nil,
      stride: form.stride)
  }

  private mutating func mode(
    _ form: Form, _ number: Int, at offset: UInt64, count: Int, from lba: Int
  ) -> TrackMode {
    TrackProbe.mode(
      of: number, at: run(form, at: offset), count: count, from: lba, stated: form.mode, [file], &remarks)
  }

  // MARK: disc at once

  private mutating func discAtOnce(
    _ group: NRGChunks.DiscAtOnce, _ place: Int, after known: [Piece]
  ) throws(EvidenceError) -> [Piece] {
    let addresses = NRGPlaces(group, isVersion2: chunks.isVersion2)
    remarks += addresses.remarks
    var pieces: [Piece] = []
    for (offset, track) in group.tracks.enumerated() {
      let number = group.first + offset
      let form = try form(track.mode, track.sectorSize, number)
      guard track.index0 <= track.index1, track.index1 < track.end else {
        throw malformed(
          "track \(number) has its indexes at the bytes \(track.index0), \(track.index1), \(track.end)")
      }
      let stride = UInt64(form.stride)
      let before = Int((track.index1 - track.index0) / stride)
      let count = Int((track.end - track.index1) / stride)
      guard count > 0, count < Self.mostSectors, before < Self.mostSectors else {
        throw malformed("track \(number) has \(track.end - track.index1) bytes")
      }
      try claim(track.index1 - UInt64(before) * stride..<track.index1 + UInt64(count) * stride, number)
      let least = pieces.last?.end ?? known.last?.end
      let start = addresses[number, 1] ?? (least ?? -MSF.leadTime) + before
      if addresses[number, 1] == nil {
        remarks.append("track \(number) has no place; it was taken to follow")
      }
      var extents: [DiscExtent] = []
      let lead = addresses[number, 0] ?? start
      if lead < start - before, lead >= -MSF.leadTime {
        extents.append(DiscExtent(start: lead, count: start - before - lead, .absent))
      } else if lead > start - before {
        remarks.append(
          "track \(number): \(before) sectors before index 1 are stored, \(start - lead) are announced")
      }
      guard (extents.first?.start ?? start - before) >= least ?? -MSF.leadTime, start < Self.mostSectors
      else {
        throw malformed("track \(number) begins at \(start), within what is before it")
      }
      extents.append(
        DiscExtent(
          start: start - before, count: before + count,
          .stored(run(form, at: track.index1 - UInt64(before) * stride))))
      var indexes = addresses.indexes(of: number, from: start, to: start + count)
      indexes[1] = start
      if extents[0].start < start { indexes[0] = extents[0].start }
      let code = Self.text(track.isrc)
      let isrc = ISRC(code)
      if isrc == nil, !code.isEmpty {
        remarks.append("track \(number): \(code) is no ISRC and is passed over")
      }
      pieces.append(
        Piece(
          group: place, number: number,
          mode: mode(form, number, at: track.index1, count: count, from: start),
          control: addresses.control(of: number) ?? (form.mode.isData ? .data : []), indexes: indexes,
          isrc: isrc,
          extents: extents, kind: DiscSession.Kind(rawValue: group.kind)))
      close(&pieces)
    }
    if let leadOut = addresses.leadOut { pieces[pieces.count - 1].leadOut = leadOut }
    return pieces
  }

  /// Between two tracks of a session nothing is left.
  private mutating func close(_ pieces: inout [Piece]) {
    guard pieces.count > 1 else { return }
    let first = pieces[pieces.count - 1].first
    extend(&pieces[pieces.count - 2], to: first)
  }

  private mutating func extend(_ piece: inout Piece, to end: Int) {
    guard piece.end < end else { return }
    remarks.append("sectors \(piece.end) to \(end - 1) of track \(piece.number) are not stored")
    piece.extents.append(DiscExtent(start: piece.end, count: end - piece.end, .absent))
  }

  // MARK: track at once

  private mutating func tracksAtOnce(
    _ tracks: [NRGChunks.TrackAtOnce], _ group: Int, of medium: Disc.Medium, after known: [Piece]
  ) throws(EvidenceError) -> [Piece] {
    var pieces: [Piece] = []
    let gap = medium == .cd ? DiscSession.pregap : 0
    let least = known.last?.end
    var forms: [(form: Form, count: Int)] = []
    for (place, track) in tracks.enumerated() {
      let number = known.count + place + 1
      var form = try form(track.mode, size(of: track), number)
      if medium != .cd { form = Form(mode: .dvd, layout: .dvdData) }
      let count = track.size / UInt64(form.stride)
      guard count > 0, count < UInt64(Self.mostSectors) else {
        throw malformed("track \(number) has \(track.size) bytes")
      }
      forms.append((form, Int(count)))
    }
    let starts = starts(tracks, forms.map(\.count), gap: gap, after: known)
    for (place, (form, count)) in forms.enumerated() {
      let number = known.count + place + 1
      guard number <= 99 else { throw malformed("more than 99 tracks") }
      let offset = tracks[place].offset
      try claim(offset..<max(offset, offset &+ UInt64(count * form.stride)), number)
      let start = starts[place]
      let before = pieces.last?.end ?? least ?? -gap
      let lead = min(gap, start - before)
      var extents: [DiscExtent] = []
      if lead > 0 { extents.append(DiscExtent(start: start - lead, count: lead, .absent)) }
      extents.append(DiscExtent(start: start, count: count, .stored(run(form, at: offset))))
      var indexes = [1: start]
      if lead > 0 { indexes[0] = start - lead }
      let mode = mode(form, number, at: offset, count: count, from: start)
      pieces.append(
        Piece(
          group: group, number: number, mode: mode, control: mode.isData ? .data : [], indexes: indexes,
          isrc: nil,
          extents: extents))
      close(&pieces)
    }
    return pieces
  }

  /// A table of tracks has no size of sectors. Some programs write whole ones whatever the mode says: the number of
  /// bytes tells.
  private func size(of track: NRGChunks.TrackAtOnce) -> Int? {
    let usual: [Int: UInt64] = [0: 2048, 2: 2048, 3: 2336]
    guard let usual = usual[track.mode], track.size % usual != 0, track.size % 2352 == 0 else { return nil }
    return 2352
  }

  /// Index 1 of each track. The addresses that are stored leave out the pregaps before later tracks, or do not: what
  /// fits the sizes is right.
  private mutating func starts(
    _ tracks: [NRGChunks.TrackAtOnce], _ counts: [Int], gap: Int, after known: [Piece]
  ) -> [Int] {
    let least = known.last?.end ?? 0
    func fits(_ starts: [Int]) -> Bool {
      var end = least
      for (start, count) in zip(starts, counts) {
        guard start >= end, start < Self.mostSectors else { return false }
        end = start + count
      }
      return true
    }
    let without = tracks.enumerated().map { $0.element.start + gap * $0.offset }
    if fits(without) { return without }
    let with = tracks.map(\.start)
    if fits(with) { return with }
    remarks.append("the addresses of tracks do not fit their sizes; they were taken to follow each other")
    var starts: [Int] = []
    var next = known.isEmpty ? 0 : least + DiscSession.usualGap(after: 1)
    for count in counts {
      starts.append(next)
      next += count + gap
    }
    return starts
  }

  // MARK: sessions

  /// - Parameter end: where the next session begins.
  private mutating func add(
    _ pieces: [Piece], before end: Int, to disc: inout Disc
  ) throws(EvidenceError) {
    guard var last = pieces.last else { return }
    var pieces = pieces
    if let leadOut = last.leadOut {
      if leadOut < last.end || leadOut > end {
        remarks.append("the lead-out is said to begin at \(leadOut); the sectors go on to \(last.end)")
      } else {
        extend(&last, to: leadOut)
      }
    }
    pieces[pieces.count - 1] = last
    for index in pieces.indices.dropLast() {
      // Groups that are one session: what lies between them.
      guard pieces[index].end <= pieces[index + 1].first, pieces[index].number < pieces[index + 1].number
      else {
        throw malformed("track \(pieces[index + 1].number) does not follow track \(pieces[index].number)")
      }
      extend(&pieces[index], to: pieces[index + 1].first)
    }
    let tracks = pieces.map {
      DiscTrack(
        number: $0.number, mode: $0.mode, control: $0.control, indexes: $0.indexes, isrc: $0.isrc,
        extents: $0.extents)
    }
    disc.sessions.append(
      DiscSession(
        number: disc.sessions.count + 1, kind: pieces[0].kind ?? SessionKind.bySectors(tracks, [file]),
        tracks: tracks, leadOut: last.end))
  }

  private func malformed(_ reason: String) -> EvidenceError {
    EvidenceError(.imageMalformed, file.name, reason)
  }
}
