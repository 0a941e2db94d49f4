import Evidence
import FormatKit

/// `session`: sessions and tracks of an optical disc.
///
/// count u32, 28 zero bytes, Adler-32 of them, then per entry flags u32, first sector u32, 24 zero bytes, and the
/// Adler-32 of all entries.
struct EWFSessionList: Equatable {
  let sessions: [SectorRange]
  let tracks: [SectorRange]

  /// Set in the flags of an audio track.
  private static let isTrack: UInt32 = 1

  /// - Parameter sectorCount: of the whole image; the last entry reaches to it.
  /// - Returns: `nil` where a checksum does not match or entries are not in order.
  init?(_ bytes: RawSpan, sectorCount: UInt64) {
    guard let starts = Self.entries(bytes) else { return nil }
    var sessions: [SectorRange] = []
    var tracks: [SectorRange] = []
    var sessionStart: UInt64?
    for (index, entry) in starts.enumerated() {
      let end = index + 1 < starts.count ? starts[index + 1].first : max(sectorCount, entry.first)
      guard end >= entry.first else { return nil }
      if entry.flags & Self.isTrack != 0 {
        // Tracks belong to a session that is not listed itself: it begins with the first of them.
        tracks.append(SectorRange(entry.first..<end))
        if sessionStart == nil { sessionStart = entry.first }
      } else {
        if let start = sessionStart, start < entry.first { sessions.append(SectorRange(start..<entry.first)) }
        sessionStart = entry.first
      }
    }
    if let start = sessionStart { sessions.append(SectorRange(start..<max(start, sectorCount))) }
    self.sessions = sessions
    self.tracks = tracks
  }

  private static func entries(_ bytes: RawSpan) -> [(flags: UInt32, first: UInt64)]? {
    let header = EWFLayout.sessionHeaderSize
    let size = EWFLayout.sessionEntrySize
    guard let count = bytes.littleEndian(at: 0, as: UInt32.self), count <= EWFLayout.largestSessionCount,
      bytes.byteCount >= header, bytes.littleEndian(at: 32) == Adler32.of(bytes.extracting(0..<32))
    else { return nil }
    guard count > 0 else { return [] }
    let end = header + Int(count) * size
    guard bytes.byteCount >= end + 4,
      bytes.littleEndian(at: end) == Adler32.of(bytes.extracting(header..<end))
    else { return nil }
    return (0..<Int(count)).compactMap { index in
      guard let flags = bytes.littleEndian(at: header + index * size, as: UInt32.self),
        let first = bytes.littleEndian(at: header + index * size + 4, as: UInt32.self)
      else { return nil }
      // Programs store 16 for the first entry, which begins at sector 0 (EWF specification, "session section").
      return (flags, index == 0 && first == 16 ? 0 : UInt64(first))
    }
  }
}
