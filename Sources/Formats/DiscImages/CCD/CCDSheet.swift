import Evidence
import OpticalDisc

/// What a `.ccd` says, before the sizes of its files are known.
package struct CCDSheet: Sendable {
  package struct Track: Sendable {
    package let line: Int
    /// 0 audio, 1 and 2.
    package var mode: Int?
    package var isrc: ISRC?
    package var indexes: [Int: Int] = [:]
  }

  package var version: Int?
  package var statedEntries: Int?
  package var isScrambled = false
  package var catalog: MediaCatalogNumber?
  package var statedTextLength: Int?
  /// Packs of CD-TEXT by the number of their entry: 16 bytes, or 18 with their CRC.
  package var packs: [Int: [UInt8]] = [:]
  package var statedPacks: Int?
  /// Entries of the table of contents in the order of the file.
  package var entries: [(line: Int, entry: FullTOC.Entry)] = []
  package var tracks: [Int: Track] = [:]
  package var remarks: [String] = []
}

/// Reads the lines of a `.ccd`: sections in brackets, and `key=value` in decimal or, after `0x`, in hexadecimal.
package struct CCDParser {
  private enum Section {
    case cloneCD, disc, text, session
    case entry(line: Int, fields: [String: Int])
    case track(Int)
    case unknown
  }

  private let text: SheetText
  private var sheet = CCDSheet()
  private var section = Section.unknown
  private var line = 0

  /// Packs of CD-TEXT: 8 blocks of 256.
  private static let mostPacks = 2048

  /// - Throws: `sheetMalformed`, naming the line.
  package static func parse(_ text: SheetText) throws(EvidenceError) -> CCDSheet {
    var parser = CCDParser(text: text)
    for (number, line) in text.lines.enumerated() {
      parser.line = number + 1
      try parser.read(SheetText.trimmed(line))
    }
    try parser.endSection()
    return parser.sheet
  }

  private init(text: SheetText) { self.text = text }

  private mutating func read(_ line: String) throws(EvidenceError) {
    guard !line.isEmpty, !line.hasPrefix(";") else { return }
    if line.hasPrefix("[") {
      try endSection()
      return begin(SheetText.words(String(line.dropFirst().prefix { $0 != "]" })).map { $0.uppercased() })
    }
    guard let mark = line.firstIndex(of: "=") else {
      return remark("it is no section and no value, and is passed over")
    }
    let key = SheetText.trimmed(line[..<mark]).uppercased()
    try put(key, SheetText.trimmed(line[line.index(after: mark)...]))
  }

  private mutating func begin(_ words: [String]) {
    let number = words.dropFirst().first.flatMap { Int($0) }
    switch (words.first, number) {
    case ("CLONECD", _): section = .cloneCD
    case ("DISC", _): section = .disc
    case ("CDTEXT", _): section = .text
    case ("SESSION", _): section = .session
    case ("ENTRY", _): section = .entry(line: line, fields: [:])
    case ("TRACK", let number?) where (1...99).contains(number):
      if sheet.tracks[number] != nil { remark("a second section of track \(number)") }
      sheet.tracks[number] = CCDSheet.Track(line: line)
      section = .track(number)
    default:
      remark("unknown section [\(words.joined(separator: " "))] is passed over")
      section = .unknown
    }
  }

  private mutating func put(_ key: String, _ value: String) throws(EvidenceError) {
    switch section {
    case .cloneCD: if key == "VERSION" { sheet.version = try number(value) }
    case .disc: try putDisc(key, value)
    case .text: try putText(key, value)
    case .session, .unknown: break
    case .entry(let start, var fields):
      fields[key] = try number(value)
      section = .entry(line: start, fields: fields)
    case .track(let track): try putTrack(track, key, value)
    }
  }

  private mutating func putDisc(_ key: String, _ value: String) throws(EvidenceError) {
    switch key {
    case "TOCENTRIES": sheet.statedEntries = try number(value)
    case "DATATRACKSSCRAMBLED": sheet.isScrambled = try number(value) != 0
    case "CDTEXTLENGTH": sheet.statedTextLength = try number(value)
    case "CATALOG":
      sheet.catalog = MediaCatalogNumber(value)
      if sheet.catalog == nil { remark("\(value) is no catalogue number of 13 digits and is passed over") }
    default: break
    }
  }

  private mutating func putText(_ key: String, _ value: String) throws(EvidenceError) {
    let words = SheetText.words(key)
    if key == "ENTRIES" { sheet.statedPacks = try number(value) }
    guard words.count == 2, words[0] == "ENTRY", let number = Int(words[1]), number >= 0 else { return }
    guard let bytes = Hex.decode(SheetText.words(value).joined()), [16, 18].contains(bytes.count) else {
      return remark("entry \(number) of CD-TEXT is not 16 bytes and is passed over")
    }
    guard sheet.packs.count < Self.mostPacks else { throw failure("more than \(Self.mostPacks) packs") }
    sheet.packs[number] = bytes
  }

  private mutating func putTrack(_ track: Int, _ key: String, _ value: String) throws(EvidenceError) {
    let words = SheetText.words(key)
    switch words.first {
    case "MODE":
      let mode = try number(value)
      sheet.tracks[track]?.mode = mode
    case "ISRC":
      sheet.tracks[track]?.isrc = ISRC(value.uppercased())
      if sheet.tracks[track]?.isrc == nil { remark("\(value) is no ISRC and is passed over") }
    case "INDEX":
      guard words.count == 2, let index = Int(words[1]), (0...99).contains(index) else {
        throw failure("INDEX needs a number from 0 to 99")
      }
      let place = try number(value)
      guard abs(place) < 1 << 30 else { throw failure("an index past any disc") }
      sheet.tracks[track]?.indexes[index] = place
    default: break
    }
  }

  /// An entry is complete when its section ends.
  private mutating func endSection() throws(EvidenceError) {
    guard case .entry(let start, let fields) = section else { return }
    section = .unknown
    func byte(_ key: String, _ most: Int = 255) throws(EvidenceError) -> UInt8 {
      guard let value = fields[key] else { throw text.malformed(start, "the entry has no \(key)") }
      guard (0...most).contains(value) else { throw text.malformed(start, "\(key) is \(value)") }
      return UInt8(value)
    }
    guard sheet.entries.count < FullTOC.mostEntries else { throw text.malformed(start, "too many entries") }
    let times = try ["AMIN", "ASEC", "AFRAME", "ZERO", "PMIN", "PSEC", "PFRAME"].mapThrowing {
      (key: String) throws(EvidenceError) in try byte(key)
    }
    let entry = FullTOC.Entry(
      session: try byte("SESSION"), adrControl: try byte("ADR", 15) << 4 | (try byte("CONTROL", 15)),
      track: try byte("TRACKNO"), point: try byte("POINT"), times: times)
    if entry.adr == 1, (1...99).contains(entry.point), let stated = fields["PLBA"], stated != entry.lba {
      sheet.remarks.append(
        "line \(start): track \(entry.point) has PLBA \(stated); its time makes \(entry.lba), which was taken"
      )
    }
    sheet.entries.append((start, entry))
  }

  private func number(_ text: String) throws(EvidenceError) -> Int {
    let isHex = text.lowercased().hasPrefix("0x")
    guard text.utf8.count < 12, let value = isHex ? Int(text.dropFirst(2), radix: 16) : Int(text) else {
      throw failure("\(text) is no number")
    }
    return value
  }

  private func failure(_ reason: String) -> EvidenceError { text.malformed(line, reason) }

  /// Most lines that are remarked on one by one.
  private static let mostRemarks = 500

  private mutating func remark(_ reason: String) {
    guard sheet.remarks.count <= Self.mostRemarks else { return }
    sheet.remarks.append(
      sheet.remarks.count == Self.mostRemarks
        ? "from line \(line) on, more lines are odd and not listed" : "line \(line): \(reason)")
  }
}
