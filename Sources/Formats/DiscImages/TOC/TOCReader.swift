import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens a table of contents of cdrdao with the files it names. One describes one session.
package enum TOCReader {
  /// - Throws: `sheetMalformed`, `fileMissing`, `segmentMissing` for a file it names, `imageMalformed`.
  package static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let text = try SheetText(path)
    return try image(of: text) { (name: String, line: Int, isOnly: Bool) throws(EvidenceError) in
      let found = try CompanionFiles(sheet: path).find(name, in: text, line: line, isOnly: isOnly)
      return (try PlainDiscFile(found.path), found.remark)
    }
  }

  /// Gives a file that is named: its name, the line, and whether no other is named. Beside it, what is worth saying.
  package typealias Locate =
    (_ name: String, _ line: Int, _ isOnly: Bool) throws(EvidenceError) -> (any DiscFile, String?)

  /// The disc that a table of contents describes.
  /// - Throws: `sheetMalformed`, `imageMalformed`; what `locate` throws.
  package static func image(of text: SheetText, locate: @escaping Locate) throws(EvidenceError) -> DiscImage {
    var layout = TOCLayout(try TOCParser.parse(text), text: text, locate: locate)
    return try layout.image()
  }
}

/// Puts the tracks on the disc, once the sizes of the files are known.
struct TOCLayout {
  private struct Contents {
    let number: Int
    let isWave: Bool
  }

  private let sheet: TOCSheet
  private let text: SheetText
  private let locate: TOCReader.Locate
  private var files: [any DiscFile] = []
  private var known: [String: Contents] = [:]
  private var remarks: [String]

  init(_ sheet: TOCSheet, text: SheetText, locate: @escaping TOCReader.Locate) {
    self.sheet = sheet
    self.text = text
    self.locate = locate
    self.remarks = sheet.remarks
  }

  mutating func image() throws(EvidenceError) -> DiscImage {
    var tracks: [DiscTrack] = []
    var position = 0
    for (place, stated) in sheet.tracks.enumerated() {
      let number = sheet.firstTrack + place
      let track = try probed(stated, number)
      tracks.append(try self.track(track, number, at: position, isFirst: place == 0))
      position = tracks[place].end
    }
    let session = DiscSession(number: 1, kind: sheet.kind, tracks: tracks, leadOut: position)
    let disc = Disc(
      medium: .cd, sessions: [session], catalog: sheet.catalog, cdText: sheet.text.isEmpty ? nil : sheet.text)
    return DiscImage(disc: disc, files: files, remarks: remarks, unclaimed: unclaimed(tracks))
  }

  /// With the type its sectors have, where they contradict the stated one and as many as are stated fit the file.
  private mutating func probed(
    _ track: TOCSheet.Track, _ number: Int
  ) throws(EvidenceError) -> TOCSheet.Track {
    for part in track.parts {
      guard case .file(let name, let offset, let start, let isSwapped, let isAudio) = part.source,
        [.sectors(0), .units(0)].contains(start), !isSwapped || !isAudio
      else { continue }
      let file = files[try self.file(name, part.line).number]
      let count: Int? = if case .sectors(let count)? = part.length { count } else { nil }
      guard let found = TrackProbe.contradiction(in: file, at: offset, count: count, stated: track.type),
        found.type.mode.isData
      else { return track }
      if let count, offset + UInt64(count * found.type.stride) > file.size {
        return track
      }
      if case .units? = part.length, found.type.stride != track.type.stride || isAudio { return track }
      remarks.append(
        "line \(track.line): track \(number) is called \(track.typeWord), but its sectors are \(found.words), and read as "
          + "such")
      var other = track
      other.type = found.type
      other.control.insert(.data)
      other.parts = track.parts.map(\.asData)
      return other
    }
    return track
  }

  private mutating func track(
    _ track: TOCSheet.Track, _ number: Int, at position: Int, isFirst: Bool
  ) throws(EvidenceError) -> DiscTrack {
    var extents: [DiscExtent] = []
    if isFirst { extents.append(DiscExtent(start: -MSF.leadTime, count: MSF.leadTime, .absent)) }
    var lba = position
    // From the beginning of the track to that of each part, and to the end.
    var places: [Int] = []
    for (place, part) in track.parts.enumerated() {
      places.append(lba - position)
      let isLast = place == track.parts.count - 1
      for extent in try self.extents(part, of: track, at: lba, isLast: isLast) {
        extents.append(extent)
        lba = extent.end
      }
    }
    places.append(lba - position)
    func sector(of place: TOCSheet.Place) -> Int {
      switch place {
      case .sector(let sector): sector
      case .afterParts(let count): places[count]
      }
    }
    let pregap = track.start.map(sector) ?? 0
    let start = position + pregap
    guard start < lba else {
      throw text.malformed(
        track.line, "track \(number) has \(lba - position) sectors and begins after \(pregap)")
    }
    var indexes = [1: start]
    if isFirst || pregap > 0 { indexes[0] = isFirst ? -MSF.leadTime : position }
    for (place, offset) in (track.indexes + (track.end.map { [sector(of: $0) - pregap] } ?? [])).enumerated()
    {
      let before = indexes[place + 1] ?? start
      guard start + offset < lba, start + offset > before, place + 2 <= 99 else {
        throw text.malformed(
          track.line, "index \(place + 2) of track \(number) lies outside of it or out of order")
      }
      indexes[place + 2] = start + offset
    }
    return DiscTrack(
      number: number, mode: track.type.mode, control: track.control, indexes: indexes, isrc: track.isrc,
      extents: extents)
  }

  private mutating func extents(
    _ part: TOCSheet.Part, of track: TOCSheet.Track, at lba: Int, isLast: Bool
  ) throws(EvidenceError) -> [DiscExtent] {
    // Samples in a FILE, bytes in a DATAFILE.
    let unit = if case .file(_, _, _, _, false) = part.source { 1 } else { track.type.mode == .audio ? 4 : 1 }
    let stride = track.type.stride
    func bytes(_ extent: TOCSheet.Extent) throws(EvidenceError) -> UInt64 {
      let (value, overflow) =
        switch extent {
        case .sectors(let count): count.multipliedReportingOverflow(by: stride)
        case .units(let count): count.multipliedReportingOverflow(by: unit)
        }
      guard !overflow, value < 1 << 50 else { throw text.malformed(part.line, "a length past any disc") }
      return UInt64(value)
    }
    func whole(_ bytes: UInt64) throws(EvidenceError) -> Int {
      let count = Int((bytes + UInt64(stride) - 1) / UInt64(stride))
      guard bytes % UInt64(stride) == 0 || isLast else {
        throw text.malformed(part.line, "a part that does not end with a sector is not the last of its track")
      }
      return count
    }
    switch part.source {
    case .zero:
      let count = try whole(try bytes(part.length ?? .sectors(0)))
      return count > 0 ? [DiscExtent(start: lba, count: count, .synthesised)] : []
    case .file(let name, let offset, let start, let isSwapped, let isAudio):
      let hasSubchannel = track.type.subchannel != nil
      guard isAudio == (track.type.mode == .audio) || !isAudio && hasSubchannel else {
        throw text.malformed(
          part.line, isAudio ? "FILE in a data track; DATAFILE is meant" : "DATAFILE in an audio track")
      }
      let contents = try file(name, part.line)
      let first = try offset + bytes(start)
      let size = files[contents.number].size
      let length =
        try part.length.map { length throws(EvidenceError) in try bytes(length) }
        ?? (size > first ? size - first : 0)
      guard length > 0, first < size,
        length <= size - first || isLast && length - (size - first) < UInt64(stride)
      else {
        throw text.malformed(
          part.line, "\(name) has \(size) bytes; \(length) from byte \(first) are not there")
      }
      let count = try whole(length)
      var number = contents.number
      var begin = first
      if UInt64(count * stride) > size - first {
        remarks.append("line \(part.line): zero bytes fill the last sector, which \(name) has only in part")
        files.append(DiscFilePart(files[number], range: first..<size, size: UInt64(count * stride)))
        number = files.count - 1
        begin = 0
      }
      let run = StoredRun(
        file: number, offset: begin, layout: track.type.layout,
        isBigEndian: track.type.mode == .audio && contents.isWave == isSwapped,
        subchannel: track.type.subchannel.map {
          SubchannelRun(
            file: number, offset: begin + UInt64(track.type.layout.size), layout: $0, stride: stride)
        }, stride: stride)
      return [DiscExtent(start: lba, count: count, .stored(run))]
    }
  }

  /// Opened once, however often it is named. Of WAVE files, the samples.
  private mutating func file(_ name: String, _ line: Int) throws(EvidenceError) -> Contents {
    if let contents = known[name] { return contents }
    let (file, remark) = try locate(name, line, names.count == 1)
    if let remark { remarks.append(remark) }
    guard file.size > 0 else { throw EvidenceError(.imageMalformed, file.name, "the file is empty") }
    let isWave = name.lowercased().hasSuffix(".wav")
    if isWave {
      let samples = try WaveFile.samples(of: file)
      if let remark = samples.remark { remarks.append(remark) }
      files.append(DiscFilePart(file, range: samples.range))
    } else {
      files.append(file)
    }
    let contents = Contents(number: files.count - 1, isWave: isWave)
    known[name] = contents
    return contents
  }

  private var names: Set<String> {
    Set(
      sheet.tracks.flatMap(\.parts).compactMap { part in
        if case .file(let name, _, _, _, _) = part.source { name } else { nil }
      })
  }

  /// What lies behind the last sector that is used of a file.
  private func unclaimed(_ tracks: [DiscTrack]) -> [UnclaimedBytes] {
    known.values.sorted { $0.number < $1.number }.compactMap { contents in
      let ends = tracks.flatMap(\.extents).compactMap { extent in
        extent.run.flatMap { $0.file == contents.number ? $0.offset + UInt64(extent.count * $0.stride) : nil }
      }
      guard let end = ends.max(), end < files[contents.number].size else { return nil }
      return UnclaimedBytes(
        file: contents.number, range: end..<files[contents.number].size, reason: "bytes no track uses")
    }
  }
}
