import Digests
import Evidence
import FormatKit
import SystemIO

/// What a CHD says of its contents: a list of entries, each with a tag of four letters.
struct CHDMetadata {
  struct Entry {
    let tag: UInt32
    /// Whether it is part of the SHA-1.
    let isDigested: Bool
    let bytes: [UInt8]

    var text: String { String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
    var title: String { CHDHeader.text(tag) }
  }

  private static let headSize = 16
  static let mostEntries = 512
  static let mostBytes = 16 << 20

  let entries: [Entry]

  /// - Throws: `imageMalformed` where an entry leads out of the file or there are too many; `readFailed`.
  init(_ header: CHDHeader, in file: SegmentFile, name: String) throws(EvidenceError) {
    func malformed(_ offset: UInt64, _ reason: String) -> EvidenceError {
      EvidenceError(.imageMalformed, name, "metadata at byte \(offset): \(reason)")
    }
    var entries: [Entry] = []
    var offset = header.metadataOffset
    var total = 0
    while offset != 0 {
      guard entries.count < Self.mostEntries else {
        throw malformed(offset, "more than \(Self.mostEntries) entries")
      }
      let head = try file.bytes(at: offset, count: Self.headSize)
      let span = head.span.bytes
      guard let tag = span.bigEndian(at: 0, as: UInt32.self),
        let size = span.bigEndian(at: 4, as: UInt32.self),
        let next = span.bigEndian(at: 8, as: UInt64.self)
      else { throw malformed(offset, "it lies behind the end of the file") }
      let count = Int(size & 0xFFFFFF)
      total += count
      guard total <= Self.mostBytes else { throw malformed(offset, "more than \(Self.mostBytes) bytes") }
      let bytes = try file.bytes(at: offset + UInt64(Self.headSize), count: count)
      guard bytes.count == count else { throw malformed(offset, "it leads out of the file") }
      entries.append(Entry(tag: tag, isDigested: size >> 24 & 1 != 0, bytes: bytes))
      offset = next
    }
    self.entries = entries
  }

  /// SHA-1 of contents and metadata: of the digest of the contents and the sorted pairs of tag and digest.
  func digest(contents: [UInt8]) -> [UInt8] {
    let pairs = entries.filter(\.isDigested).map { entry in
      (0..<4).map { UInt8(truncatingIfNeeded: entry.tag >> UInt32(24 - 8 * $0)) }
        + Digest.of(entry.bytes, .sha1).bytes
    }
    let sorted = pairs.sorted { $0.lexicographicallyPrecedes($1) }
    return Digest.of(contents + sorted.flatMap { $0 }, .sha1).bytes
  }

  func first(_ title: String) -> Entry? { entries.first { $0.title == title } }
}

/// One track of a CD or GD, as `CHT2`, `CHTR`, `CHGD` or `CHCD` describe it.
struct CHDTrack: Hashable {
  var number: Int
  var type: String
  var subtype: String
  /// Stored, gaps that are stored included.
  var frames: Int
  /// Behind the frames of the track, zeros that only fill up; among `frames`.
  var padding = 0
  var pregap = 0
  var isPregapStored = false
  var postgap = 0

  static let mostTracks = 99
  /// More than any disc has.
  static let mostFrames = 1 << 24
  /// Frames of a track are filled up to a multiple of it.
  static let alignment = 4

  /// Of a text such as `TRACK:1 TYPE:MODE1 SUBTYPE:NONE FRAMES:300 PREGAP:0 PGTYPE:MODE1 PGSUB:RW POSTGAP:0`.
  /// - Returns: `nil` where a field is missing or out of range.
  init?(_ text: String) {
    var fields: [Substring: Substring] = [:]
    for word in text.split(separator: " ") {
      let parts = word.split(separator: ":", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    func number(_ name: Substring, _ range: ClosedRange<Int>) -> Int? {
      fields[name].flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
    }
    guard let track = number("TRACK", 1...Self.mostTracks), let type = fields["TYPE"],
      let subtype = fields["SUBTYPE"], let frames = number("FRAMES", 1...Self.mostFrames)
    else { return nil }
    self.init(number: track, type: String(type), subtype: String(subtype), frames: frames)
    for (name, put) in [
      ("PREGAP", \CHDTrack.pregap), ("POSTGAP", \.postgap), ("PAD", \.padding),
    ] as [(Substring, WritableKeyPath<CHDTrack, Int>)] where fields[name] != nil {
      guard let value = number(name, 0...Self.mostFrames) else { return nil }
      self[keyPath: put] = value
    }
    isPregapStored = fields["PGTYPE"]?.hasPrefix("V") == true && pregap > 0
    guard padding < frames, !isPregapStored || pregap < frames - padding else { return nil }
  }

  init(number: Int, type: String, subtype: String, frames: Int) {
    self.number = number
    self.type = type
    self.subtype = subtype
    self.frames = frames
  }

  /// All tracks of the binary form of old files: a count, and six numbers for each.
  /// - Returns: `nil` where one is out of range.
  static func tracks(binary bytes: [UInt8]) -> [CHDTrack]? {
    let span = bytes.span.bytes
    // Files have either order of bytes.
    let isBig = (1...mostTracks).contains(Int(span.bigEndian(at: 0, as: UInt32.self) ?? 0))
    func number(_ index: Int) -> Int {
      Int((isBig ? span.bigEndian(at: 4 * index, as: UInt32.self) : span.littleEndian(at: 4 * index)) ?? 0)
    }
    let types = [
      "MODE1", "MODE1_RAW", "MODE2", "MODE2_FORM1", "MODE2_FORM2", "MODE2_FORM_MIX", "MODE2_RAW", "AUDIO",
    ]
    let subtypes = ["RW", "RW_RAW", "NONE"]
    let count = number(0)
    guard (1...mostTracks).contains(count), bytes.count >= 4 + 24 * count else { return nil }
    var tracks: [CHDTrack] = []
    for index in 0..<count {
      let (type, subtype, frames) = (number(1 + 6 * index), number(2 + 6 * index), number(5 + 6 * index))
      guard types.indices.contains(type), subtypes.indices.contains(subtype),
        (1...mostFrames).contains(frames)
      else { return nil }
      tracks.append(
        CHDTrack(number: index + 1, type: types[type], subtype: subtypes[subtype], frames: frames))
    }
    return tracks
  }
}
