import Evidence
import OpticalDisc

/// The chunks of an NRG, as they are stored. Numbers are big-endian.
struct NRGChunks {
  /// An entry of CUES or CUEX: control and ADR, track and index in BCD, and where that begins.
  struct Cue {
    /// Control bits in the upper half.
    let control: UInt8
    /// `nil` is the lead-out.
    let track: Int?
    let index: Int
    /// Four bytes: an address, or a time behind a zero.
    let place: [UInt8]
  }

  /// A record of DAOI or DAOX. Places are bytes of the file.
  struct Track {
    let isrc: [UInt8]
    let sectorSize: Int
    let mode: Int
    let index0: UInt64
    let index1: UInt64
    let end: UInt64
  }

  /// CUES or CUEX, and DAOI or DAOX: disc at once.
  struct DiscAtOnce {
    var cues: [Cue]
    var catalog: [UInt8] = []
    var kind: UInt8 = 0
    var first = 1
    var tracks: [Track] = []
  }

  /// A record of ETNF or ETN2: track at once.
  struct TrackAtOnce {
    let offset: UInt64
    let size: UInt64
    let mode: Int
    let start: Int
  }

  enum Group {
    case disc(DiscAtOnce)
    case tracks([TrackAtOnce])
  }

  /// Largest description: 999 tracks with all their indexes take less.
  static let sizeLimit: UInt64 = 16 << 20
  static let mostChunks = 4096
  static let mostTracks = 999

  let isVersion2: Bool
  /// Where the first chunk begins: before it lie sectors.
  let start: UInt64
  private(set) var groups: [Group] = []
  /// Tracks of each session (SINF).
  private(set) var sessions: [Int] = []
  private(set) var medium: UInt32?
  private(set) var packs: [UInt8] = []
  private(set) var remarks: [String] = []
  private var pendingCues: [Cue]?
  private let name: String

  /// - Throws: `imageMalformed`, `formatUnreadable` for a version before 1, `readFailed`.
  init(_ file: any DiscFile) throws(EvidenceError) {
    name = file.name
    let end = try file.bytes(at: file.size >= 12 ? file.size - 12 : 0, count: 12)
    let span = end.span.bytes
    if end.count == 12, end.starts(with: "NER5".utf8), let place = span.bigEndian(at: 4, as: UInt64.self),
      place < file.size - 12
    {
      (isVersion2, start) = (true, place)
    } else if end.count >= 8, end.suffix(8).starts(with: "NERO".utf8),
      let place = span.bigEndian(at: end.count - 4, as: UInt32.self), UInt64(place) < file.size - 8
    {
      (isVersion2, start) = (false, UInt64(place))
    } else {
      throw EvidenceError(.imageMalformed, file.name, "its last bytes name no place of a first chunk")
    }
    let length = file.size - start
    guard length <= Self.sizeLimit else {
      throw EvidenceError(
        .imageMalformed, file.name, "its description would have \(length) bytes, more than \(Self.sizeLimit)")
    }
    try read(try file.bytes(at: start, count: Int(length)))
    if pendingCues != nil { remarks.append("a table of places without a table of sizes is passed over") }
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x21
  }

  private mutating func read(_ bytes: [UInt8]) throws(EvidenceError) {
    var place = 0
    var isAtEnd = false
    var unknown: [String] = []
    for _ in 0..<Self.mostChunks where !isAtEnd {
      guard let size = bytes.span.bytes.bigEndian(at: place + 4, as: UInt32.self),
        bytes[place..<place + 4].allSatisfy(Self.isLetter), Int(size) <= bytes.count - place - 8
      else { throw malformed("the chunk at byte \(start + UInt64(place)) does not lie in the file") }
      let word = String(decoding: bytes[place..<place + 4], as: UTF8.self)
      let body = Array(bytes[place + 8..<place + 8 + Int(size)])
      switch word {
      case "END!": isAtEnd = true
      case "CUES", "CUEX": pendingCues = try cues(body, word)
      case "DAOI", "DAOX": try discAtOnce(body, word)
      case "ETNF", "ETN2": try tracksAtOnce(body, word)
      case "TINF":
        throw EvidenceError(
          .formatUnreadable, name,
          "NRG with the chunk TINF, of a version before 1; convert a copy to BIN/CUE or ISO with the program that wrote it"
        )
      case "SINF": sessions.append(Int(clamping: body.span.bytes.bigEndian(at: 0, as: UInt32.self) ?? 0))
      case "MTYP": medium = body.span.bytes.bigEndian(at: 0, as: UInt32.self)
      case "CDTX":
        // Some have the header of a drive's answer in front.
        packs = body.count % CDTextPack.size == 4 ? Array(body.dropFirst(4)) : body
      case "DINF", "TOCT", "RELO", "AFNM", "VOLM": break
      default: unknown.append(word)
      }
      place += 8 + Int(size)
    }
    if !isAtEnd { remarks.append("there is no chunk END!") }
    if !unknown.isEmpty {
      remarks.append("unknown chunks are passed over: \(unknown.prefix(8).joined(separator: ", "))")
    }
    guard !groups.isEmpty else { throw malformed("no chunk describes tracks") }
  }

  private func cues(_ body: [UInt8], _ word: String) throws(EvidenceError) -> [Cue] {
    guard body.count % 8 == 0 else { throw malformed("\(word) has \(body.count) bytes, no multiple of 8") }
    return try stride(from: 0, to: body.count, by: 8).map { $0 }.mapThrowing { at throws(EvidenceError) in
      let isLeadOut = body[at + 1] == 0xAA
      guard let track = isLeadOut ? 0xAA : BCD.decode(body[at + 1]), let index = BCD.decode(body[at + 2])
      else {
        throw malformed("\(word) names track \(body[at + 1]), index \(body[at + 2]), which is no BCD")
      }
      return Cue(
        control: body[at] >> 4, track: isLeadOut ? nil : track, index: index,
        place: Array(body[at + 4..<at + 8]))
    }
  }

  private mutating func discAtOnce(_ body: [UInt8], _ word: String) throws(EvidenceError) {
    let isLong = word == "DAOX"
    let size = isLong ? 42 : 30
    let head = 22
    guard body.count >= head, (body.count - head) % size == 0 else {
      throw malformed("\(word) has \(body.count) bytes: not \(head) and a multiple of \(size)")
    }
    let count = (body.count - head) / size
    guard (1...99).contains(count), (1...99).contains(Int(body[20])), Int(body[20]) + count - 1 <= 99 else {
      throw malformed("\(word) has \(count) tracks, from \(body[20])")
    }
    if Int(body[21]) != Int(body[20]) + count - 1 {
      remarks.append("\(word) announces the tracks \(body[20]) to \(body[21]), and has \(count)")
    }
    var disc = DiscAtOnce(cues: pendingCues ?? [])
    if pendingCues == nil { remarks.append("\(word) comes without a table of places") }
    pendingCues = nil
    disc.catalog = Array(body[4..<17])
    disc.kind = body[18]
    disc.first = Int(body[20])
    let span = body.span.bytes
    for at in stride(from: head, to: body.count, by: size) {
      func place(_ number: Int) -> UInt64 {
        isLong
          ? span.bigEndian(at: at + 18 + 8 * number, as: UInt64.self) ?? 0
          : UInt64(span.bigEndian(at: at + 18 + 4 * number, as: UInt32.self) ?? 0)
      }
      disc.tracks.append(
        Track(
          isrc: Array(body[at..<at + 12]), sectorSize: Int(span.bigEndian(at: at + 12, as: UInt16.self) ?? 0),
          mode: Int(body[at + 14]), index0: place(0), index1: place(1), end: place(2)))
    }
    try add(.disc(disc), tracks: count)
  }

  private mutating func tracksAtOnce(_ body: [UInt8], _ word: String) throws(EvidenceError) {
    let isLong = word == "ETN2"
    let size = isLong ? 32 : 20
    guard body.count % size == 0, !body.isEmpty else {
      throw malformed("\(word) has \(body.count) bytes, no multiple of \(size)")
    }
    let span = body.span.bytes
    let tracks = stride(from: 0, to: body.count, by: size).map { at in
      func number(_ offset: Int) -> UInt32 { span.bigEndian(at: at + offset, as: UInt32.self) ?? 0 }
      func long(_ offset: Int) -> UInt64 { span.bigEndian(at: at + offset, as: UInt64.self) ?? 0 }
      return isLong
        ? TrackAtOnce(
          offset: long(0), size: long(8), mode: Int(number(16)), start: Int(Int32(bitPattern: number(20))))
        : TrackAtOnce(
          offset: UInt64(number(0)), size: UInt64(number(4)), mode: Int(number(8)),
          start: Int(Int32(bitPattern: number(12))))
    }
    try add(.tracks(tracks), tracks: tracks.count)
  }

  private mutating func add(_ group: Group, tracks: Int) throws(EvidenceError) {
    let known = groups.reduce(0) { sum, group in
      switch group {
      case .disc(let disc): sum + disc.tracks.count
      case .tracks(let tracks): sum + tracks.count
      }
    }
    guard known + tracks <= Self.mostTracks else { throw malformed("more than \(Self.mostTracks) tracks") }
    groups.append(group)
  }

  private func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, name, reason) }
}
