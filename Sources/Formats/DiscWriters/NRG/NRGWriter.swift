import DiscImages
import Evidence
import OpticalDisc
import WriterKit

/// Writes a disc as NRG of version 2: a CD disc at once, with the pregaps of all tracks, a DVD or BD as a track.
package enum NRGWriter: SequentialDiscWriter {
  package static let format = FormatID.nrg
  package static let ending = "nrg"

  /// - Throws: `argumentInvalid` where sectors are stored in a part that it has no mode for.
  package static func losses(_ image: DiscImage) throws(EvidenceError) -> [DiscLoss] {
    let disc = DiscLosses.settled(image.disc)
    var losses = DiscLosses.ofStructures(image, keepsPacks: disc.medium == .cd)
    guard disc.medium == .cd else {
      try demandPlain(disc)
      if image.disc.medium == .unknown { losses.append(DiscLoss(.medium, "it is called a DVD")) }
      return losses
    }
    try DiscLosses.demandCD(disc, for: "NRG")
    try DiscLosses.demandLayouts(disc, for: "NRG") { mode(of: $0, $1, hasSubchannel: false) != nil }
    losses += DiscLosses.ofMissing(disc) { $1.first..<$1.end }
    losses += DiscLosses.ofUnpackedText(disc)
    let keeps = keepsSubchannel(disc)
    losses += DiscLosses.ofSubchannel(disc) { keeps && $1.layout != .packs }
    return losses
  }

  private static func demandPlain(_ disc: Disc) throws(EvidenceError) {
    guard disc.tracks.count == 1, disc.tracks[0].extents.allSatisfy(\.isStored) else {
      throw EvidenceError(.argumentInvalid, "NRG", "of a DVD or BD it holds one track, stored as a whole")
    }
  }

  /// The subchannel follows each sector: whole ones, and all of them.
  static func keepsSubchannel(_ disc: Disc) -> Bool {
    disc.tracks.contains(where: \.hasChannels)
      && disc.tracks.flatMap(\.extents).compactMap(\.run).allSatisfy { $0.layout == .raw }
  }

  package static func prepare(_ prepared: inout PreparedDisc) {
    prepared.redescribe { $0 = DiscLosses.settled($0) }
    guard prepared.image.disc.medium == .cd else { return }
    prepared.fill { $1.first..<$1.end }
    if keepsSubchannel(prepared.image.disc) { prepared.noteMissingSubchannels() }
  }

  /// The number that a mode and a part of its sectors have; `nil` where there is none.
  static func mode(of track: DiscTrack, _ layout: SectorLayout, hasSubchannel: Bool) -> UInt8? {
    switch (track.mode, layout) {
    case (.audio, .raw): hasSubchannel ? 0x10 : 7
    // There is no word for mode 0: whole sectors say it.
    case (.mode1, .raw), (.mode0, .raw): hasSubchannel ? 0x0F : 5
    case (.mode2, .raw): hasSubchannel ? 0x11 : 6
    case (.mode1, .mode1Data), (.dvd, .dvdData): 0
    case (.mode2, .form1Data): 2
    case (.mode2, .body): 3
    default: nil
    }
  }

  package static let endings: Set = [ending]

  package static func layout(of disc: Disc, base: String) throws(EvidenceError) -> DiscLayout {
    let hasSubchannel = disc.medium == .cd && keepsSubchannel(disc)
    let file = SectorFile(
      ending, hasSubchannel ? .sectorsWithChannels : .sectors,
      disc.tracks.flatMap { [.init($0, $0.first..<$0.start), .init($0, $0.start..<$0.end)] })
    // Two parts of each track.
    var offsets = file.offsets[...]
    var chunks = NRGDescription()
    for (number, session) in disc.sessions.enumerated() {
      let records = try session.tracks.mapThrowing { track throws(EvidenceError) in
        defer { offsets.removeFirst(2) }
        return try record(of: track, offsets: Array(offsets.prefix(3)), hasSubchannel: hasSubchannel)
      }
      if disc.medium == .cd {
        chunks.discAtOnce(session, records, catalog: disc.catalog)
        if number == 0 { chunks.texts(disc.raw.cdTextPacks ?? CUEText.packs(disc)) }
      } else {
        chunks.trackAtOnce(records, gap: 0)
      }
      chunks.session(records.count)
    }
    chunks.medium(disc.medium)
    return DiscLayout([file], tail: chunks.bytes(at: file.size))
  }

  static func record(
    of track: DiscTrack, offsets: [UInt64], hasSubchannel: Bool
  ) throws(EvidenceError) -> NRGDescription.Record {
    let layout = track.extents.lazy.compactMap(\.run).first?.layout ?? .raw
    guard let mode = mode(of: track, layout, hasSubchannel: hasSubchannel) else {
      throw EvidenceError(
        .argumentInvalid, "NRG", "track \(track.number) is stored in a part without a mode")
    }
    return NRGDescription.Record(
      track: track, mode: mode, sectorSize: layout.size + (hasSubchannel ? Subchannel.size : 0),
      offsets: offsets)
  }
}

/// The chunks behind the sectors, big-endian.
struct NRGDescription {
  struct Record {
    let track: DiscTrack
    let mode: UInt8
    let sectorSize: Int
    /// Where its pregap and its index 1 begin in the file, and where it ends.
    let offsets: [UInt64]
  }

  private var chunks: [UInt8] = []

  private static func number(_ value: some BinaryInteger, _ bytes: Int) -> [UInt8] {
    (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * (bytes - 1 - $0))) }
  }

  private mutating func add(_ word: String, _ body: [UInt8]) {
    chunks += Array(word.utf8) + Self.number(body.count, 4) + body
  }

  private static func text(_ text: String?, _ count: Int) -> [UInt8] {
    let bytes = Array((text ?? "").utf8.prefix(count))
    return bytes + [UInt8](repeating: 0, count: count - bytes.count)
  }

  mutating func discAtOnce(_ session: DiscSession, _ records: [Record], catalog: MediaCatalogNumber?) {
    func cue(_ control: TrackControl, _ track: UInt8, _ index: UInt8, _ lba: Int) -> [UInt8] {
      [control.rawValue << 4 | 1, track, index, 0] + Self.number(lba, 4)
    }
    guard let first = session.tracks.first, let last = session.tracks.last else { return }
    var cues = cue(first.control, 0, 0, first.first)
    for track in session.tracks {
      var indexes = track.indexes
      indexes[0] = track.first
      for (index, lba) in indexes.sorted(by: { $0.key < $1.key }) {
        cues += cue(track.control, BCD.encode(track.number), BCD.encode(index), lba)
      }
    }
    add("CUEX", cues + cue(last.control, 0xAA, 1, session.leadOut))
    let size = 22 + 42 * records.count
    var body = Self.number(size, 4) + Self.text(catalog?.description, 14)
    body += [session.kind.rawValue, 1, UInt8(first.number), UInt8(last.number)]
    for record in records {
      body += Self.text(record.track.isrc?.description, 12) + Self.number(record.sectorSize, 2)
      body += [record.mode, 0, 0, 1] + record.offsets.flatMap { Self.number($0, 8) }
    }
    add("DAOX", body)
  }

  /// - Parameter gap: sectors before each track that are in no file; addresses leave out those of later tracks.
  mutating func trackAtOnce(_ records: [Record], gap: Int) {
    add(
      "ETN2",
      records.enumerated().flatMap { place, record in
        Self.number(record.offsets[1], 8) + Self.number(record.offsets[2] - record.offsets[1], 8)
          + Self.number(record.mode, 4) + Self.number(record.track.start - gap * place, 4) + Self.number(0, 8)
      })
  }

  mutating func texts(_ packs: [UInt8]?) {
    if let packs, !packs.isEmpty { add("CDTX", packs) }
  }

  mutating func session(_ tracks: Int) { add("SINF", Self.number(tracks, 4)) }

  mutating func medium(_ medium: Disc.Medium) {
    let type: UInt32 =
      switch medium {
      case .cd: 1
      case .dvd, .unknown: 0x200
      case .bd: 0x10_0000
      }
    add("MTYP", Self.number(type, 4))
  }

  /// With the end, and the footer.
  func bytes(at place: UInt64) -> [UInt8] {
    chunks + Array("END!".utf8) + [0, 0, 0, 0] + Array("NER5".utf8) + Self.number(place, 8)
  }
}
