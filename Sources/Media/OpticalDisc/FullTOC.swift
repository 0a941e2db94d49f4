import Evidence

/// The full table of contents: READ TOC/PMA/ATIP, format 2 (MMC).
package struct FullTOC: Hashable, Sendable {
  /// One entry of Q in the lead-in.
  package struct Entry: Hashable, Sendable {
    package var session: UInt8
    /// ADR in the upper half, the control bits of the track in the lower.
    package var adrControl: UInt8
    package var track: UInt8
    package var point: UInt8
    /// MIN, SEC, FRAME, ZERO, PMIN, PSEC, PFRAME, in binary.
    package var times: [UInt8]

    package var adr: UInt8 { adrControl >> 4 }
    package var control: TrackControl { TrackControl(rawValue: adrControl) }
    /// The address that PMIN, PSEC and PFRAME make.
    package var lba: Int { FullTOC.frames(Array(times[4..<7])) - MSF.leadTime }

    /// - Precondition: seven times.
    package init(
      session: UInt8, adrControl: UInt8, track: UInt8 = 0, point: UInt8, times: [UInt8]
    ) {
      precondition(times.count == 7)
      self.session = session
      self.adrControl = adrControl
      self.track = track
      self.point = point
      self.times = times
    }
  }

  package static let firstTrack: UInt8 = 0xA0
  package static let lastTrack: UInt8 = 0xA1
  package static let leadOut: UInt8 = 0xA2
  static let entrySize = 11
  /// As many as the length has room for.
  package static let mostEntries = (0xFFFF - 2) / entrySize

  package var entries: [Entry]

  package init(entries: [Entry]) { self.entries = entries }

  /// The frames of a time in binary, whatever its parts.
  package static func frames(_ time: [UInt8]) -> Int {
    (Int(time[0]) * 60 + Int(time[1])) * MSF.framesPerSecond + Int(time[2])
  }

  /// The answer of a drive, header included.
  package var bytes: [UInt8] {
    let length = 2 + entries.count * Self.entrySize
    let sessions = entries.map(\.session)
    return [UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), sessions.min() ?? 1, sessions.max() ?? 1]
      + entries.flatMap { [$0.session, $0.adrControl, $0.track, $0.point] + $0.times }
  }

  /// - Returns: `nil` where it is no such answer.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4, (bytes.count - 4) % Self.entrySize == 0 else { return nil }
    self.entries = stride(from: 4, to: bytes.count, by: Self.entrySize).map { start in
      Entry(
        session: bytes[start], adrControl: bytes[start + 1], track: bytes[start + 2], point: bytes[start + 3],
        times: Array(bytes[start + 4..<start + 11]))
    }
  }

  /// The table that follows from the tracks alone.
  /// - Returns: `nil` for a disc that is no CD, or goes past 99:59:74.
  package init?(of disc: Disc) {
    guard disc.medium == .cd else { return nil }
    var entries: [Entry] = []
    for session in disc.sessions {
      guard let first = session.tracks.first, let last = session.tracks.last,
        let number = UInt8(exactly: session.number), let leadOut = Self.time(session.leadOut)
      else { return nil }
      func add(_ control: TrackControl, _ point: UInt8, _ value: [UInt8]) {
        entries.append(
          Entry(
            session: number, adrControl: 0x10 | control.rawValue, point: point, times: [0, 0, 0, 0] + value))
      }
      add(first.control, Self.firstTrack, [UInt8(first.number), session.kind.rawValue, 0])
      add(last.control, Self.lastTrack, [UInt8(last.number), 0, 0])
      add(last.control, Self.leadOut, leadOut)
      for track in session.tracks {
        guard let start = Self.time(track.start) else { return nil }
        add(track.control, UInt8(track.number), start)
      }
    }
    self.init(entries: entries)
  }

  private static func time(_ lba: Int) -> [UInt8]? {
    guard let time = MSF(lba: lba), time.minute < 100 else { return nil }
    return [UInt8(time.minute), UInt8(time.second), UInt8(time.frame)]
  }

  /// The table to store of a disc: the one that was read where it tells of the same tracks, else the one that follows
  /// from them.
  package static func toStore(of disc: Disc) -> FullTOC? {
    guard let made = FullTOC(of: disc) else { return nil }
    guard let read = disc.raw.fullTOC.flatMap({ FullTOC($0) }) else { return made }
    return places(read) == places(made) ? read : made
  }

  /// Where tracks and lead-outs are; what lies beside them tells nothing of that.
  private static func places(_ toc: FullTOC) -> Set<[Int]> {
    let entries = toc.entries.filter { $0.adr == 1 && ((1...99).contains($0.point) || $0.point == leadOut) }
    return Set(entries.map { [Int($0.session), Int($0.point), $0.lba] })
  }
}
