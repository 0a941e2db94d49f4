import Evidence
import OpticalDisc
import SystemIO
import SystemPackage

/// Opens an `.mds` of version 1 with the files it names.
package enum MDSReader {
  /// Gives the file of a name.
  package typealias Locate = (_ name: String) throws(EvidenceError) -> (any DiscFile, String?)

  /// - Throws: `formatUnreadable` for another version, `imageMalformed`, `segmentMissing`, `fileMissing`, `readFailed`.
  package static func open(_ path: FilePath) throws(EvidenceError) -> DiscImage {
    let head = try PlainDiscFile(path).bytes(at: 0, count: MDSDescription.headerSize)
    try demandVersion(head, name: path.string)
    let bytes = try Files.contents(path, cap: MDSDescription.sizeLimit)
    let companions = CompanionFiles(sheet: path)
    return try image(of: bytes, name: path.string) { (name: String) throws(EvidenceError) in
      // `*.mdf` is the name of the description with another ending.
      let real = name.hasPrefix("*") ? (path.stem ?? "") + name.dropFirst() : name
      guard let found = try companions.find(real, isOnly: true) else {
        throw EvidenceError(.segmentMissing, real, "named in \(path)")
      }
      return (try PlainDiscFile(found.path), found.remark)
    }
  }

  private static func demandVersion(_ head: [UInt8], name: String) throws(EvidenceError) {
    guard let version = MDSDescription.version(head) else {
      throw EvidenceError(.imageMalformed, name, "it does not begin as an MDS")
    }
    guard version.major != 1 else { return }
    throw EvidenceError(
      .formatUnreadable, name,
      "MDS or MDX of version \(version.major).\(version.minor) (Daemon Tools), whose description is encrypted; only "
        + "version 1 is read: convert a copy to BIN/CUE or ISO with the program that wrote it")
  }

  /// - Throws: as ``open(_:)``; what `locate` throws.
  package static func image(
    of bytes: [UInt8], name: String, locate: Locate
  ) throws(EvidenceError) -> DiscImage {
    try demandVersion(bytes, name: name)
    var layout = MDSLayout(try MDSDescription(bytes, name: name), name: name)
    return try layout.image(locate)
  }
}

/// Puts the tracks of an MDS on the disc.
struct MDSLayout {
  private let description: MDSDescription
  private let name: String
  private var files: [any DiscFile] = []
  private var known: [[String]: Int] = [:]
  private var remarks: [String]
  /// No sector lies further out.
  private static let mostSectors = 1 << 30
  private static let mostDVDSectors = 4_200_000

  init(_ description: MDSDescription, name: String) {
    self.description = description
    self.name = name
    self.remarks = description.remarks
  }

  mutating func image(_ locate: MDSReader.Locate) throws(EvidenceError) -> DiscImage {
    var disc = Disc(medium: description.isDVD ? .dvd : .cd, sessions: [])
    disc.raw.discStructures = description.structures
    disc.raw.densities = description.densities
    if !description.isDVD {
      disc.raw.fullTOC = FullTOC(entries: description.sessions.flatMap(\.blocks).map(\.entry)).bytes
    }
    for session in description.sessions {
      if let built = try self.session(session, after: disc.sessions.last, locate) {
        disc.sessions.append(built)
      }
    }
    guard !disc.sessions.isEmpty else { throw malformed("there are no tracks in it") }
    if disc.medium == .dvd, disc.storedSectors > Self.mostDVDSectors { disc.medium = .bd }
    return DiscImage(disc: disc, files: files, remarks: remarks, unclaimed: unclaimed(disc))
  }

  private mutating func session(
    _ session: MDSDescription.Session, after previous: DiscSession?, _ locate: MDSReader.Locate
  ) throws(EvidenceError) -> DiscSession? {
    let blocks = session.blocks.filter { description.isDVD || (1...99).contains($0.entry.point) }
      .sorted { $0.start < $1.start }
    var tracks: [DiscTrack] = []
    for block in blocks {
      let next = try track(
        block, after: tracks.last?.end ?? previous?.leadOut, isFirst: tracks.isEmpty, locate)
      if let last = tracks.last {
        guard next.number > last.number else {
          throw malformed("track \(next.number) lies behind track \(last.number)")
        }
        extend(&tracks[tracks.count - 1], to: next.first)
      }
      tracks.append(next)
    }
    guard let last = tracks.last else {
      remarks.append("session \(session.number) has no tracks and is passed over")
      return nil
    }
    if session.leadOut < last.end {
      if !description.isDVD {
        remarks.append(
          "the lead-out is said to begin at \(session.leadOut); the sectors go on to \(last.end)")
      }
    } else if session.leadOut < Self.mostSectors {
      extend(&tracks[tracks.count - 1], to: session.leadOut)
    }
    let number = (previous?.number ?? 0) + 1
    let kind = session.blocks.first { $0.entry.point == FullTOC.firstTrack }.map { $0.entry.times[5] }
    return DiscSession(
      number: number,
      kind: kind.flatMap { DiscSession.Kind(rawValue: $0) } ?? SessionKind.bySectors(tracks, files),
      tracks: tracks, leadOut: tracks[tracks.count - 1].end)
  }

  private mutating func extend(_ track: inout DiscTrack, to end: Int) {
    guard track.end < end else { return }
    remarks.append("sectors \(track.end) to \(end - 1) of track \(track.number) are not stored")
    track.extents.append(DiscExtent(start: track.end, count: end - track.end, .absent))
  }

  // MARK: a track

  private mutating func track(
    _ block: MDSDescription.Block, after before: Int?, isFirst: Bool, _ locate: MDSReader.Locate
  ) throws(EvidenceError) -> DiscTrack {
    let number = description.isDVD ? max(1, min(99, Int(block.entry.point))) : Int(block.entry.point)
    guard block.length > 0, block.length < Self.mostSectors, block.pregap < Self.mostSectors,
      block.start < Self.mostSectors, block.start >= before ?? 0
    else {
      throw malformed(
        "track \(number) has \(block.length) sectors from \(block.start), behind \(before ?? 0)")
    }
    if !description.isDVD, block.entry.adr == 1, block.entry.lba != block.start {
      remarks.append(
        "the table of contents has track \(number) at \(block.entry.lba), its block at \(block.start)")
    }
    let file = try file(block.files, locate)
    var form = try form(block, number)
    form.file = file
    form.subchannel?.file = file
    let room = block.offset < files[file].size ? files[file].size - block.offset : 0
    let count = Int(min(UInt64(block.length), room / UInt64(form.stride)))
    let pregap = min(block.pregap, block.start - (before ?? -MSF.leadTime))
    var extents: [DiscExtent] = []
    var indexes = [1: block.start]
    if pregap > 0, !description.isDVD {
      indexes[0] = block.start - pregap
      extents.append(DiscExtent(start: block.start - pregap, count: pregap, .absent))
    }
    if count > 0 { extents.append(DiscExtent(start: block.start, count: count, .stored(form))) }
    if count < block.length {
      remarks.append(
        "\(files[file].name) ends before the end of track \(number): sectors \(block.start + count) to "
          + "\(block.start + block.length - 1) are missing")
      extents.append(DiscExtent(start: block.start + count, count: block.length - count, .absent))
    }
    return DiscTrack(
      number: number,
      mode: description.isDVD
        ? .dvd
        : TrackProbe.mode(
          of: number, at: form, count: count, from: block.start, stated: Self.mode(block), files, &remarks),
      control: description.isDVD ? .data : block.entry.control, indexes: indexes, extents: extents)
  }

  private static func mode(_ block: MDSDescription.Block) -> TrackMode {
    switch block.mode {
    case 1: .audio
    case 2: .mode1
    default: .mode2
    }
  }

  /// Where the sectors of a track lie, in file 0.
  private mutating func form(_ block: MDSDescription.Block, _ number: Int) throws(EvidenceError) -> StoredRun
  {
    let hasSubchannel = block.subchannel == 8 || (block.subchannel == 0 && block.sectorSize == 2448)
    if block.subchannel != 8, block.subchannel != 0 {
      remarks.append("track \(number) has the unknown subchannel mode \(block.subchannel), taken for none")
    }
    let size = block.sectorSize - (hasSubchannel ? Subchannel.size : 0)
    let layouts: [Int: SectorLayout] = [
      2048: description.isDVD ? .dvdData : Self.mode(block) == .mode2 ? .form1Data : .mode1Data,
      2324: .form2Data, 2332: .form2Body, 2336: .body, 2352: .raw,
    ]
    guard let layout = layouts[size], Self.mode(block).isData || layout == .raw,
      !description.isDVD || size == 2048
    else {
      throw malformed("track \(number) of mode \(block.mode) has sectors of \(block.sectorSize) bytes")
    }
    return StoredRun(
      file: 0, offset: block.offset, layout: layout,
      subchannel: hasSubchannel
        ? SubchannelRun(
          file: 0, offset: block.offset &+ UInt64(size), layout: .interleaved, stride: block.sectorSize)
        : nil,
      stride: block.sectorSize)
  }

  /// The number of the file, or of several as one.
  private mutating func file(_ names: [String], _ locate: MDSReader.Locate) throws(EvidenceError) -> Int {
    if let number = known[names] { return number }
    var parts: [any DiscFile] = []
    for name in names {
      let (file, remark) = try locate(name)
      if let remark { remarks.append(remark) }
      parts.append(file)
    }
    files.append(parts.count == 1 ? parts[0] : JoinedDiscFile(parts))
    known[names] = files.count - 1
    return files.count - 1
  }

  // MARK: the rest

  /// What no track has of the files.
  private mutating func unclaimed(_ disc: Disc) -> [UnclaimedBytes] {
    var rest: [UnclaimedBytes] = []
    for (number, file) in files.enumerated() {
      let runs = disc.tracks.flatMap(\.extents).compactMap { extent in
        extent.run.flatMap { run in
          run.file == number ? run.offset..<run.offset + UInt64(extent.count * run.stride) : nil
        }
      }.sorted { $0.lowerBound < $1.lowerBound }
      var end: UInt64 = 0
      for range in runs + [file.size..<file.size] {
        if range.lowerBound > end {
          let reason = "\(range.lowerBound - end) bytes of no track"
          rest.append(UnclaimedBytes(file: number, range: end..<range.lowerBound, reason: reason))
          remarks.append("\(file.name): \(reason)")
        }
        end = max(end, range.upperBound)
      }
    }
    return rest
  }

  private func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, name, reason) }
}
