import Evidence
import OpticalDisc

/// Discs made in code, in memory, the same in every run: each sector is noise begun with the seed and its address.
package struct DiscBuilder: Sendable {
  package struct Track: Sendable {
    package var number: Int
    package var mode: TrackMode
    /// Sectors from index 1.
    package var sectors: Int
    package var layout: SectorLayout = .raw
    /// Kinds of the data sectors, in turns.
    package var kinds: [SectorKind] = []
    /// Sectors between index 0 and 1 that the image has.
    package var storedPregap = 0
    /// Sectors before those, of silence or zeros, that the image only names.
    package var silentPregap = 0
    /// Where indexes 2 and up begin, in sectors from index 1.
    package var laterIndexes: [Int] = []
    package var control: TrackControl
    package var isrc: ISRC?
    package var isBigEndian = false
    /// Samples of the value 1 in the place of noise.
    package var isNearlySilent = false
    package var subchannel: SubchannelLayout?

    package init(_ number: Int, _ mode: TrackMode, sectors: Int) {
      self.number = number
      self.mode = mode
      self.sectors = sectors
      self.control = mode.isData ? .data : []
      switch mode {
      case .mode0: kinds = [.mode0]
      case .mode1: kinds = [.mode1]
      case .mode2: kinds = [.form1]
      case .audio, .dvd, .userData: break
      }
      if mode == .dvd || mode == .userData { layout = .dvdData }
    }

    package func with(_ change: (inout Self) -> Void) -> Self {
      var copy = self
      change(&copy)
      return copy
    }
  }

  package struct Session: Sendable {
    package var kind: DiscSession.Kind
    package var tracks: [Track]

    package init(_ tracks: [Track], kind: DiscSession.Kind = .romOrAudio) {
      self.kind = kind
      self.tracks = tracks
    }
  }

  package var seed: UInt64 = 1
  package var medium = Disc.Medium.cd
  package var sessions: [Session]
  package var catalog: MediaCatalogNumber?
  package var cdText: CDText?
  /// Addresses whose Q gets a wrong CRC.
  package var wrongQ: Set<Int> = []

  package init(_ sessions: [Session]) { self.sessions = sessions }

  /// The disc, each session in a file of its own.
  package func build() -> DiscImage {
    var disc = Disc(medium: medium, sessions: [], catalog: catalog, cdText: cdText)
    var files: [MemoryDiscFile] = []
    var next = 0
    for (place, plan) in sessions.enumerated() {
      let number = place + 1
      var bytes: [UInt8] = []
      var tracks: [DiscTrack] = []
      if number > 1 { next += DiscSession.usualGap(after: number - 1) }
      for (index, track) in plan.tracks.enumerated() {
        let isFirst = index == 0
        let built = self.track(
          track, at: next, isFirst: isFirst, isLater: number > 1, file: place, bytes: &bytes)
        tracks.append(built)
        next = built.end
      }
      disc.sessions.append(DiscSession(number: number, kind: plan.kind, tracks: tracks, leadOut: next))
      files.append(MemoryDiscFile(name: "session \(number)", contents: bytes))
    }
    return DiscImage(disc: disc, files: files)
  }

  /// - Parameter position: where what is stored may begin; of a first track in a later session, index 1.
  private func track(
    _ plan: Track, at position: Int, isFirst: Bool, isLater: Bool, file: Int, bytes: inout [UInt8]
  ) -> DiscTrack {
    var extents: [DiscExtent] = []
    var start = position
    if isFirst && medium == .cd {
      // Two seconds that no image of this kind holds; in later sessions the stored part of them is.
      let missing = isLater ? 150 - plan.storedPregap : 150
      if isLater { start -= 150 } else { start = -150 }
      if missing > 0 { extents.append(DiscExtent(start: start, count: missing, .absent)) }
      start += missing
    }
    if plan.silentPregap > 0 {
      extents.append(DiscExtent(start: start, count: plan.silentPregap, .synthesised))
      start += plan.silentPregap
    }
    let size = plan.layout.size + (plan.subchannel == nil ? 0 : Subchannel.size)
    let sub = plan.subchannel.map {
      SubchannelRun(
        file: file, offset: UInt64(bytes.count + plan.layout.size), layout: $0, stride: size)
    }
    let index1 = start + plan.storedPregap
    extents.append(
      DiscExtent(
        start: start, count: plan.storedPregap + plan.sectors,
        .stored(
          StoredRun(
            file: file, offset: UInt64(bytes.count), layout: plan.layout, isBigEndian: plan.isBigEndian,
            subchannel: sub, stride: size))))
    var indexes = [1: index1]
    if extents[0].start < index1 { indexes[0] = extents[0].start }
    for (number, offset) in plan.laterIndexes.enumerated() { indexes[number + 2] = index1 + offset }
    let track = DiscTrack(
      number: plan.number, mode: plan.mode, control: plan.control, indexes: indexes, isrc: plan.isrc,
      extents: extents)
    for lba in start..<track.end {
      var sector = Array(self.sector(plan, lba, number: lba - start)[plan.layout.range])
      if plan.isBigEndian { DiscImage.swapSamples(&sector) }
      bytes += sector
      if let layout = plan.subchannel {
        let channels = channels(track, lba)
        bytes += layout == .interleaved ? Subchannel.interleave(channels) : channels
      }
    }
    return track
  }

  private func sector(_ plan: Track, _ lba: Int, number: Int) -> [UInt8] {
    var random = SeededGenerator(seed: seed &* 0x1000193 ^ UInt64(bitPattern: Int64(lba)))
    guard plan.mode != .audio else {
      return plan.isNearlySilent
        ? (0..<1176).flatMap { _ in [1, 0] as [UInt8] } : random.bytes(SectorCodec.size)
    }
    guard plan.mode != .dvd else {
      return [UInt8](repeating: 0, count: 16) + random.bytes(2048) + [UInt8](repeating: 0, count: 288)
    }
    let kind = plan.kinds[number % plan.kinds.count]
    let data = kind == .mode0 ? [UInt8](repeating: 0, count: 2336) : random.bytes(kind.dataRange.count)
    return SectorCodec.encode(
      kind, at: MSF(frames: lba + 150), subheader: kind == .form2 ? [1, 1, 0x64, 1] : [1, 0, 8, 0], data: data
    )
  }

  /// P to W of a sector: P marks pauses, Q says where it is, and every hundredth sector what it is.
  private func channels(_ track: DiscTrack, _ lba: Int) -> [UInt8] {
    let isPause = lba < track.start
    let control = track.control.rawValue
    let frame = (lba + 150) % 75
    var q = QChannel(
      control: control,
      .position(
        track: track.number, index: track.indexes.filter { $0.value <= lba }.keys.max() ?? 0,
        relative: MSF(frames: abs(lba - track.start)), absolute: MSF(frames: lba + 150)))
    if let catalog, lba % 100 == 40 { q = QChannel(control: control, .catalog(catalog, frame: frame)) }
    if let isrc = track.isrc, lba % 100 == 80 { q = QChannel(control: control, .isrc(isrc, frame: frame)) }
    var bytes = q.bytes
    if wrongQ.contains(lba) { bytes[11] ^= 0x55 }
    return [UInt8](repeating: isPause ? 0xFF : 0, count: 12) + bytes + [UInt8](repeating: 0, count: 72)
  }
}
