import Evidence

/// An optical disc as an image describes it. Addresses are absolute and signed: LBA 0 is at the time 00:02:00, and
/// what lies before it is negative.
package struct Disc: Hashable, Sendable {
  package enum Medium: String, Hashable, Sendable, CaseIterable {
    case cd
    case dvd
    case bd
    /// Sectors of 2048 bytes alone, which any of them may have.
    case unknown

    package var title: String { self == .unknown ? "disc" : rawValue.uppercased() }
  }

  package var medium: Medium
  package var sessions: [DiscSession]
  package var catalog: MediaCatalogNumber?
  package var cdText: CDText?
  /// What a drive or an image stored, as read; `nil` where it is not known.
  package var raw: RawStructures

  package init(
    medium: Medium, sessions: [DiscSession], catalog: MediaCatalogNumber? = nil, cdText: CDText? = nil,
    raw: RawStructures = RawStructures()
  ) {
    self.medium = medium
    self.sessions = sessions
    self.catalog = catalog
    self.cdText = cdText
    self.raw = raw
  }

  /// Sectors of a CD of 99 minutes.
  package static let mostCDSectors = 99 * 60 * 75

  package var tracks: [DiscTrack] { sessions.flatMap(\.tracks) }

  /// Sectors of 2048 bytes of which nothing says of what they are, as mode 1 of a CD.
  /// - Returns: `nil` where that is stated, or there are more of them than a CD has.
  package func asCD() -> Disc? {
    guard medium == .unknown, sessions.allSatisfy({ $0.leadOut <= Self.mostCDSectors }) else { return nil }
    var disc = self
    disc.medium = .cd
    for session in disc.sessions.indices {
      for track in disc.sessions[session].tracks.indices {
        disc.sessions[session].tracks[track].becomeMode1(isFirst: session == 0 && track == 0)
      }
    }
    return disc
  }

  /// Sectors whose contents the image has.
  package var storedSectors: Int { tracks.reduce(0) { $0 + $1.storedSectors } }
}

/// Answers of a drive, byte for byte.
package struct RawStructures: Hashable, Sendable {
  /// READ TOC/PMA/ATIP, format 2: the full table of contents, header included.
  package var fullTOC: [UInt8]?
  /// Format 3.
  package var pma: [UInt8]?
  /// Format 4.
  package var atip: [UInt8]?
  /// CD-TEXT packs of 18 bytes, without a header.
  package var cdTextPacks: [UInt8]?
  /// READ DISC STRUCTURE of DVD and BD, by format and layer.
  package var discStructures: [DiscStructure: [UInt8]]
  /// Measurements of the density of data (DPM) as Alcohol 120% stores them, each from its number on.
  package var densities: [[UInt8]] = []

  package struct DiscStructure: Hashable, Sendable {
    package let format: UInt8
    package let layer: UInt8

    package init(format: UInt8, layer: UInt8) {
      self.format = format
      self.layer = layer
    }
  }

  package init() { discStructures = [:] }
}

/// One session: lead-in, tracks, lead-out.
package struct DiscSession: Hashable, Sendable {
  /// The disc type in the lead-in (A0, PSEC).
  package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    /// CD-DA, or CD-ROM with modes 1 and 2 formless.
    case romOrAudio = 0x00
    case cdi = 0x10
    case xa = 0x20

    package var title: String {
      switch self {
      case .romOrAudio: "CD-DA or CD-ROM"
      case .cdi: "CD-i"
      case .xa: "CD-ROM XA"
      }
    }
  }

  /// Sectors of the lead-out of the first session, and of later ones.
  package static let firstLeadOut = 6750
  package static let laterLeadOut = 2250
  package static let leadIn = 4500
  package static let pregap = 150

  /// From 1.
  package var number: Int
  package var kind: Kind
  package var tracks: [DiscTrack]
  /// Where the lead-out begins.
  package var leadOut: Int

  package init(number: Int, kind: Kind = .romOrAudio, tracks: [DiscTrack], leadOut: Int) {
    self.number = number
    self.kind = kind
    self.tracks = tracks
    self.leadOut = leadOut
  }

  /// The first sector of the first track, pregap included.
  package var first: Int { tracks.first?.first ?? leadOut }

  /// Sectors between the lead-out of session `number` and index 1 of the next, on a disc as drives write it.
  package static func usualGap(after number: Int) -> Int {
    (number == 1 ? firstLeadOut : laterLeadOut) + leadIn + pregap
  }
}

/// One track, from the beginning of its pregap to the beginning of what follows.
package struct DiscTrack: Hashable, Sendable {
  /// 1 to 99.
  package var number: Int
  package var mode: TrackMode
  package var control: TrackControl
  /// Where each index begins. There always is an index 1; index 0 is the pregap.
  package var indexes: [Int: Int]
  package var isrc: ISRC?
  /// Cover the track without a hole, in order.
  package var extents: [DiscExtent]

  /// - Precondition: there is an index 1, and extents follow each other.
  package init(
    number: Int, mode: TrackMode, control: TrackControl, indexes: [Int: Int], isrc: ISRC? = nil,
    extents: [DiscExtent]
  ) {
    precondition(indexes[1] != nil && !extents.isEmpty)
    precondition(zip(extents, extents.dropFirst()).allSatisfy { $0.end == $1.start })
    self.number = number
    self.mode = mode
    self.control = control
    self.indexes = indexes
    self.isrc = isrc
    self.extents = extents
  }

  /// Where the track begins for a player: index 1.
  package var start: Int { indexes[1] ?? first }
  /// The first sector, pregap included.
  package var first: Int { extents.first?.start ?? 0 }
  /// The sector after the last.
  package var end: Int { extents.last?.end ?? 0 }
  /// Sectors before index 1.
  package var pregap: Int { start - first }
  package var storedSectors: Int { extents.reduce(0) { $0 + ($1.isStored ? $1.count : 0) } }

  /// - Parameter isFirst: it begins the disc: then a pregap before address 0 is absent.
  fileprivate mutating func becomeMode1(isFirst: Bool) {
    guard mode == .userData else { return }
    mode = .mode1
    extents = extents.map { extent in
      guard var run = extent.run, run.layout == .dvdData else { return extent }
      run.layout = .mode1Data
      return DiscExtent(start: extent.start, count: extent.count, .stored(run))
    }
    guard isFirst, first == 0 else { return }
    extents.insert(DiscExtent(start: -MSF.leadTime, count: MSF.leadTime, .absent), at: 0)
    indexes[0] = -MSF.leadTime
  }

  /// The parts of the extents that lie within `range`.
  package func extents(in range: Range<Int>) -> [DiscExtent] { extents.compactMap { $0.clamped(to: range) } }
}

/// A run of sectors of one origin.
package struct DiscExtent: Hashable, Sendable {
  package enum Source: Hashable, Sendable {
    /// The image has them.
    case stored(StoredRun)
    /// The image does not have them but says that they are there: silence, or zeros.
    case synthesised
    /// On the disc there is something here that the image does not have.
    case absent
  }

  package var start: Int
  /// At least 1.
  package var count: Int
  package var source: Source

  package init(start: Int, count: Int, _ source: Source) {
    precondition(count > 0)
    self.start = start
    self.count = count
    self.source = source
  }

  package var end: Int { start + count }
  package var isStored: Bool { run != nil }

  package var run: StoredRun? {
    guard case .stored(let run) = source else { return nil }
    return run
  }

  /// As printed: where a gap comes from.
  package var word: String {
    switch source {
    case .stored: "stored"
    case .synthesised: "synthesised"
    case .absent: "absent"
    }
  }

  /// - Returns: `nil` where nothing of it lies within `range`.
  package func clamped(to range: Range<Int>) -> DiscExtent? {
    let part = (start..<end).clamped(to: range)
    guard !part.isEmpty else { return nil }
    guard case .stored(var run) = source else {
      return DiscExtent(start: part.lowerBound, count: part.count, source)
    }
    run.skip(part.lowerBound - start)
    return DiscExtent(start: part.lowerBound, count: part.count, .stored(run))
  }
}

/// Where sectors lie in the files of an image.
package struct StoredRun: Hashable, Sendable {
  /// Number of the file in ``DiscImage/files``.
  package var file: Int
  /// Of the first sector, in bytes.
  package var offset: UInt64
  /// The part of each sector that is delivered.
  package var layout: SectorLayout
  /// The part that the file has, where the rest of a whole sector is computed around it; `nil` where it is `layout`.
  package var computedAround: SectorLayout?
  /// The file has data sectors as they lie on the disc; they are delivered descrambled.
  package var isScrambled = false
  /// Audio samples are stored with the most significant byte first.
  package var isBigEndian: Bool
  package var subchannel: SubchannelRun?
  /// Bytes from one sector to the next.
  package var stride: Int

  package init(
    file: Int, offset: UInt64, layout: SectorLayout, isBigEndian: Bool = false,
    subchannel: SubchannelRun? = nil,
    stride: Int? = nil
  ) {
    self.file = file
    self.offset = offset
    self.layout = layout
    self.isBigEndian = isBigEndian
    self.subchannel = subchannel
    self.stride = stride ?? layout.size
  }

  /// The part of each sector that the file has.
  package var fileLayout: SectorLayout { computedAround ?? layout }

  /// Moves on by sectors.
  package mutating func skip(_ sectors: Int) {
    offset += UInt64(sectors * stride)
    if var moved = subchannel {
      moved.offset += UInt64(sectors * moved.stride)
      subchannel = moved
    }
  }
}

/// Where the subchannel of a run lies: behind each sector, or in a file of its own.
package struct SubchannelRun: Hashable, Sendable {
  package var file: Int
  /// Of the first 96 bytes.
  package var offset: UInt64
  package var layout: SubchannelLayout
  package var stride: Int

  package init(file: Int, offset: UInt64, layout: SubchannelLayout, stride: Int) {
    self.file = file
    self.offset = offset
    self.layout = layout
    self.stride = stride
  }
}
