import Evidence
import FormatKit
import OpticalDisc

/// The description at the end of a CDI file, little-endian: sessions, their tracks, and the disc. What it is made of differs
/// between versions 2, 3 and 4 of DiscJuggler; each track begins with a mark that comes twice.
struct CDILayout {
  /// The last eight bytes: version, and where the description begins, from the beginning or from the end.
  static let footerSize = 8
  /// Largest description; real ones have a few kilobytes.
  static let largest = 4 << 20
  private static let mark: [UInt8] = [0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
  static let mostTracks = 99

  enum Version: UInt32 {
    case two = 0x8000_0004
    case three = 0x8000_0005
    /// 3.5 and 4: the place counts from the end.
    case later = 0x8000_0006
  }

  struct Track {
    /// Sectors of each index, the pregap first.
    var indexes: [Int] = []
    var mode: UInt32 = 0
    /// Number of the first stored sector, 0 being at the time 00:00:00.
    var start = 0
    /// Sectors, pregap included.
    var sectors = 0
    var readMode: UInt32 = 0
    var control: UInt32 = 0
    var isrc: ISRC?
    var isDVD = false
  }

  struct Session {
    var tracks: [Track]
    var kind: UInt32
  }

  private(set) var sessions: [Session] = []
  private(set) var catalog: MediaCatalogNumber?
  private(set) var cdTextPacks: [UInt8]?

  /// - Returns: version, and where the description begins in a file of `size` bytes; `nil` where it is none.
  static func place(footer bytes: [UInt8], size: UInt64) -> (version: Version, offset: UInt64)? {
    let span = bytes.span.bytes
    guard bytes.count == footerSize,
      let version = span.littleEndian(at: 0, as: UInt32.self).flatMap(Version.init),
      let place = span.littleEndian(at: 4, as: UInt32.self), place > UInt32(footerSize), UInt64(place) < size
    else { return nil }
    return (version, version == .later ? size - UInt64(place) : UInt64(place))
  }

  static func isOne(_ input: ProbeInput) -> Bool {
    place(footer: Array(input.tail.suffix(footerSize)), size: input.size) != nil
  }

  /// - Returns: `nil` where it leads out of the bytes, or has no tracks.
  init?(_ bytes: [UInt8], _ version: Version) {
    var cursor = Cursor(bytes: bytes)
    guard let count = cursor.number(2), (1...Self.mostTracks).contains(Int(count)) else { return nil }
    for _ in 0..<count {
      guard let number = cursor.number(2), number <= Self.mostTracks else { return nil }
      var tracks: [Track] = []
      for _ in 0..<number {
        guard let track = Self.track(&cursor, version) else { return nil }
        tracks.append(track)
      }
      guard let kind = cursor.number(4), cursor.skip(version == .two ? 8 : 9) else { return nil }
      if !tracks.isEmpty { sessions.append(Session(tracks: tracks, kind: kind)) }
    }
    guard !sessions.isEmpty, sessions.reduce(0, { $0 + $1.tracks.count }) <= Self.mostTracks else {
      return nil
    }
    readDisc(&cursor)
  }

  private static func track(_ cursor: inout Cursor, _ version: Version) -> Track? {
    var track = Track()
    guard skipHeader(&cursor, &track), let count = cursor.number(2), count > 0, count <= 100 else {
      return nil
    }
    for _ in 0..<count {
      guard let sectors = cursor.number(4), sectors < 1 << 24 else { return nil }
      track.indexes.append(Int(sectors))
    }
    guard let texts = cursor.number(4), texts <= 64 else { return nil }
    for _ in 0..<texts * 18 {
      guard let length = cursor.number(1), cursor.skip(Int(length)) else { return nil }
    }
    guard cursor.skip(2), let mode = cursor.number(4), cursor.skip(4 + 8), let start = cursor.number(4),
      let sectors = cursor.number(4), cursor.skip(16), let readMode = cursor.number(4),
      let control = cursor.number(4), cursor.skip(9), let code = cursor.bytes(12),
      let hasCode = cursor.number(4)
    else { return nil }
    track.mode = mode
    track.start = Int(start)
    track.sectors = Int(sectors)
    track.readMode = readMode
    track.control = control
    if hasCode != 0 { track.isrc = ISRC(String(decoding: code, as: UTF8.self)) }
    guard start < 1 << 24, sectors < 1 << 24 else { return nil }
    if version != .two {
      guard cursor.skip(5), let more = cursor.number(4) else { return nil }
      if more == .max, !cursor.skip(78) { return nil }
    }
    return track
  }

  /// What is before the indexes of a track: marks, a file name, the medium.
  private static func skipHeader(_ cursor: inout Cursor, _ track: inout Track) -> Bool {
    guard let more = cursor.number(4), more == 0 || cursor.skip(8), cursor.bytes(10) == mark,
      cursor.bytes(10) == mark
    else { return false }
    return skipName(&cursor, &track)
  }

  private static func skipName(_ cursor: inout Cursor, _ track: inout Track) -> Bool {
    guard cursor.skip(4), let name = cursor.number(1), cursor.skip(Int(name) + 19),
      let mark = cursor.number(4)
    else {
      return false
    }
    guard mark == 0x8000_0000 else { return true }
    guard cursor.skip(6), let medium = cursor.number(2) else { return false }
    track.isDVD = medium == 0x38
    return true
  }

  /// Catalogue number and CD-TEXT, as far as they are there: an empty session, and what is of the disc.
  private mutating func readDisc(_ cursor: inout Cursor) {
    var unused = Track()
    guard cursor.number(2) == 0, Self.skipHeader(&cursor, &unused), cursor.skip(4),
      let name = cursor.number(1), cursor.skip(Int(name) + 9), let number = cursor.bytes(13),
      let hasNumber = cursor.number(4)
    else { return }
    if hasNumber != 0 { catalog = MediaCatalogNumber(String(decoding: number, as: UTF8.self)) }
    if let count = cursor.number(4), count > 0, let packs = cursor.bytes(Int(count)) { cdTextPacks = packs }
  }

  private struct Cursor {
    let bytes: [UInt8]
    private var place = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool { self.bytes(count) != nil }

    mutating func bytes(_ count: Int) -> [UInt8]? {
      guard count <= bytes.count - place else { return nil }
      defer { place += count }
      return Array(bytes[place..<place + count])
    }

    /// Of 1, 2 or 4 bytes.
    mutating func number(_ count: Int) -> UInt32? {
      bytes(count).map { $0.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
    }
  }
}
