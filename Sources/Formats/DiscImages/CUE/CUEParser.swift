import Evidence
import OpticalDisc

/// Reads the lines of a cue sheet. Commands that are not known are passed over with a remark; what would put sectors in
/// the wrong place is an error with its line.
package struct CUEParser {
  private let text: SheetText
  private var sheet = CUESheet()
  private var session = 1
  private var line = 0

  /// Most tracks: 99 per session, and as many sessions as anybody has seen.
  private static let trackLimit = 999

  /// - Throws: `sheetMalformed`, naming the line.
  package static func parse(_ text: SheetText) throws(EvidenceError) -> CUESheet {
    var parser = CUEParser(text: text)
    for (number, line) in text.lines.enumerated() {
      parser.line = number + 1
      try parser.read(line)
    }
    try parser.finish()
    return parser.sheet
  }

  private init(text: SheetText) { self.text = text }

  private mutating func read(_ raw: String) throws(EvidenceError) {
    let line = SheetText.trimmed(raw)
    guard !line.isEmpty, !line.hasPrefix(";"), !line.hasPrefix("//") else { return }
    let command = SheetText.words(line)[0]
    let rest = SheetText.trimmed(line.dropFirst(command.count))
    switch command.uppercased() {
    case "REM": try comment(rest)
    case "FILE": try file(rest)
    case "TRACK": try track(rest)
    case "INDEX": try index(rest)
    case "PREGAP": try change { track, parser throws(EvidenceError) in track.pregap += try parser.time(rest) }
    case "POSTGAP":
      try change { track, parser throws(EvidenceError) in track.postgap += try parser.time(rest) }
    case "FLAGS": try flags(rest)
    case "ISRC": try recordingCode(rest)
    case "CATALOG": catalog(rest)
    case "CDTEXTFILE": sheet.cdTextFile = (Self.unquoted(rest), self.line)
    case "TITLE": put(.title, rest)
    case "PERFORMER": put(.performer, rest)
    case "SONGWRITER": put(.songwriter, rest)
    case "COMPOSER": put(.composer, rest)
    case "ARRANGER": put(.arranger, rest)
    case "MESSAGE": put(.message, rest)
    case "GENRE": put(.genre, rest)
    case "DISC_ID": put(.discIdentifier, rest)
    case "UPC_EAN": put(.code, rest)
    case "CD_DA", "CD_ROM", "CD_ROM_XA", "CD_I", "CD_TEXT", "AUDIOFILE", "DATAFILE":
      throw failure("this is a table of contents of cdrdao, no cue sheet; give it the ending .toc")
    default: remark("unknown command \(command) is passed over")
    }
  }

  private func finish() throws(EvidenceError) {
    guard let last = sheet.tracks.last else {
      throw EvidenceError(.sheetMalformed, text.name, "there are no tracks in it")
    }
    try check(last)
  }

  // MARK: commands

  private mutating func file(_ rest: String) throws(EvidenceError) {
    // Names with blanks come without quotes: the type is the last word.
    let words = SheetText.words(rest)
    var name = rest
    var type = CUESheet.FileType.binary
    if let last = words.last, let known = CUESheet.FileType(rawValue: last.uppercased()), words.count > 1 {
      type = known
      name = SheetText.trimmed(rest.dropLast(last.count))
    } else if rest.hasSuffix("\"") {
      remark("FILE without a type is taken for BINARY")
    } else {
      throw failure("FILE needs a name and one of BINARY, MOTOROLA, WAVE, AIFF, MP3")
    }
    name = Self.unquoted(name)
    guard !name.isEmpty else { throw failure("FILE without a name") }
    sheet.files.append(CUESheet.File(name: name, type: type, line: line))
  }

  private mutating func track(_ rest: String) throws(EvidenceError) {
    let words = SheetText.words(rest)
    guard words.count >= 2, let number = Self.number(words[0]) else {
      let isTOC = words.first.map(Self.isTOCType) ?? false
      throw failure(
        isTOC
          ? "a TRACK without a number is of a table of contents of cdrdao; give it the ending .toc"
          : "TRACK needs a number and a type")
    }
    guard (1...99).contains(number) else { throw failure("track \(number) is not one of 1 to 99") }
    guard !sheet.files.isEmpty else { throw failure("TRACK before any FILE") }
    let word = words[1].uppercased()
    guard var type = CUESheet.trackTypes[word] else { throw failure("unknown track type \(words[1])") }
    switch words.dropFirst(2).first?.uppercased() {
    case "RW_RAW": type.subchannel = .interleaved
    case "RW": type.subchannel = .packs
    case .some(let word): remark("\(word) behind the track type is passed over")
    case nil: break
    }
    if let last = sheet.tracks.last {
      try check(last)
      if number != last.number + 1 {
        if last.session == session, number <= last.number {
          throw failure("track \(number) follows track \(last.number)")
        }
        remark("track \(number) follows track \(last.number)")
      }
    }
    guard sheet.tracks.count < Self.trackLimit else { throw failure("more than \(Self.trackLimit) tracks") }
    sheet.tracks.append(
      CUESheet.Track(number: number, line: line, session: session, type: type, typeWord: words[1]))
  }

  private static func isTOCType(_ word: String) -> Bool {
    [
      "AUDIO", "MODE0", "MODE1", "MODE1_RAW", "MODE2", "MODE2_RAW", "MODE2_FORM1", "MODE2_FORM2",
      "MODE2_FORM_MIX",
    ]
    .contains(word.uppercased())
  }

  private mutating func index(_ rest: String) throws(EvidenceError) {
    let words = SheetText.words(rest)
    guard words.count >= 2, let number = Self.number(words[0]), (0...99).contains(number) else {
      throw failure("INDEX needs a number from 0 to 99 and a time")
    }
    let sector = try time(words[1])
    let file = sheet.files.count - 1
    try change { track, parser throws(EvidenceError) in
      if let last = track.indexes.last {
        guard number > last.number else {
          throw parser.failure("index \(number) of track \(track.number) follows index \(last.number)")
        }
        guard file != last.file || sector >= last.sector else {
          throw parser.failure("index \(number) of track \(track.number) lies before index \(last.number)")
        }
      }
      track.indexes.append(CUESheet.Index(number: number, sector: sector, file: file, line: parser.line))
    }
  }

  /// What must hold of a track when the next begins.
  private func check(_ track: CUESheet.Track) throws(EvidenceError) {
    guard track.indexes.contains(where: { $0.number == 1 }) else {
      throw text.malformed(track.line, "track \(track.number) has no INDEX 01")
    }
  }

  private mutating func flags(_ rest: String) throws(EvidenceError) {
    var flags: TrackControl = []
    for word in SheetText.words(rest) {
      switch word.uppercased() {
      case "DCP": flags.insert(.copyPermitted)
      case "PRE": flags.insert(.preEmphasis)
      case "4CH": flags.insert(.fourChannels)
      case "DATA": break
      case "SCMS": remark("FLAGS SCMS is passed over: serial copy management is no fixed bit")
      default: remark("unknown flag \(word) is passed over")
      }
    }
    try change { track, _ in track.flags = flags }
  }

  private mutating func recordingCode(_ rest: String) throws(EvidenceError) {
    let code = ISRC(Self.unquoted(rest).uppercased())
    if code == nil { remark("\(rest) is no ISRC and is passed over") }
    try change { track, _ in track.isrc = code }
  }

  private mutating func catalog(_ rest: String) {
    sheet.catalog = MediaCatalogNumber(Self.unquoted(rest))
    if sheet.catalog == nil { remark("\(rest) is no catalogue number of 13 digits and is passed over") }
  }

  private mutating func put(_ kind: CDText.Kind, _ rest: String) {
    let value = Self.unquoted(rest)
    guard !value.isEmpty else { return }
    sheet.texts[kind, default: [:]][sheet.tracks.last?.number ?? 0] = value
  }

  /// Comments that programs use to say more than the grammar can.
  private mutating func comment(_ rest: String) throws(EvidenceError) {
    let words = SheetText.words(rest)
    guard let word = words.first?.uppercased() else { return }
    let value = words.dropFirst().first
    switch word {
    case "SESSION":
      guard let number = value.flatMap(Self.number), (1...99).contains(number) else {
        return remark("REM SESSION without a number is passed over")
      }
      guard number >= session else { throw failure("session \(number) follows session \(session)") }
      session = number
    case "LEAD-OUT": mark(value) { $0.leadOut = $1 }
    case "LEAD-IN": mark(value) { $0.leadIn = $1 }
    case "PREGAP": mark(value) { $0.pregap = $1 }
    default: break
    }
  }

  private mutating func mark(_ value: String?, _ put: (inout CUESheet.SessionMarks, Int) -> Void) {
    guard let frames = value.flatMap({ MSF($0) })?.frames else { return remark("a time is expected") }
    var marks = sheet.sessions[session] ?? CUESheet.SessionMarks()
    put(&marks, frames)
    if marks.leadOut != nil, marks.leadOutFile == nil { marks.leadOutFile = sheet.files.count - 1 }
    sheet.sessions[session] = marks
  }

  // MARK: parts

  private mutating func change(
    _ body: (inout CUESheet.Track, CUEParser) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    guard var track = sheet.tracks.last else { throw failure("there is no TRACK it could belong to") }
    try body(&track, self)
    sheet.tracks[sheet.tracks.count - 1] = track
  }

  private func time(_ text: String) throws(EvidenceError) -> Int {
    guard let time = MSF(text) else {
      throw failure("\(text) is no time: MM:SS:FF with SS below 60 and FF below 75")
    }
    return time.frames
  }

  /// Up to the last quotation mark: some texts have more inside.
  static func unquoted(_ text: String) -> String {
    guard text.hasPrefix("\"") else { return text }
    let inner = text.dropFirst()
    guard let end = inner.lastIndex(of: "\"") else { return String(inner) }
    return String(inner[..<end])
  }

  private static func number(_ text: String) -> Int? {
    text.utf8.allSatisfy { (0x30...0x39).contains($0) } && text.utf8.count < 6 ? Int(text) : nil
  }

  private func failure(_ reason: String) -> EvidenceError { text.malformed(line, reason) }
  private mutating func remark(_ reason: String) { sheet.remarks.append("line \(line): \(reason)") }
}
