import Evidence
import OpticalDisc

/// Reads a table of contents of cdrdao.
package struct TOCParser {
  private var tokens: TOCTokens
  private var sheet = TOCSheet()

  /// - Throws: `sheetMalformed`, naming the line.
  package static func parse(_ text: SheetText) throws(EvidenceError) -> TOCSheet {
    var parser = TOCParser(tokens: try TOCTokens(text))
    try parser.header()
    while parser.tokens.peek != nil { try parser.track() }
    guard !parser.sheet.tracks.isEmpty else {
      throw EvidenceError(.sheetMalformed, text.name, "there are no tracks in it")
    }
    guard parser.sheet.firstTrack + parser.sheet.tracks.count <= 100 else {
      throw EvidenceError(.sheetMalformed, text.name, "there are more than 99 tracks")
    }
    return parser.sheet
  }

  private init(tokens: TOCTokens) { self.tokens = tokens }

  private mutating func header() throws(EvidenceError) {
    while let word = tokens.peekWord, word != "TRACK" {
      _ = tokens.pop()
      switch word {
      case "CD_DA", "CD_ROM": sheet.kind = .romOrAudio
      case "CD_ROM_XA": sheet.kind = .xa
      case "CD_I": sheet.kind = .cdi
      case "CATALOG":
        let text = String(decoding: try tokens.string("a catalogue number"), as: UTF8.self)
        sheet.catalog = MediaCatalogNumber(text)
        if sheet.catalog == nil { remark("\(text) is no catalogue number of 13 digits and is passed over") }
      case "FIRST_TRACK_NO":
        sheet.firstTrack = try tokens.number("the number of the first track")
        guard (1...99).contains(sheet.firstTrack) else { throw tokens.failure("a track number is 1 to 99") }
      case "CD_TEXT": try discText()
      case "FILE", "REM":
        throw tokens.failure("\(word) before any TRACK: this may be a cue sheet; give it the ending .cue")
      default: throw tokens.failure("unknown word \(word)")
      }
    }
  }

  // MARK: tracks

  private mutating func track() throws(EvidenceError) {
    guard tokens.peekWord == "TRACK" else {
      _ = tokens.pop()
      throw tokens.failure("TRACK is expected")
    }
    _ = tokens.pop()
    let line = tokens.lastLine
    let word = try tokens.word("the type of the track")
    guard var type = TOCSheet.trackTypes[word.uppercased()] else {
      throw tokens.failure("unknown track type \(word)")
    }
    if let sub = tokens.peekWord, sub == "RW" || sub == "RW_RAW" {
      _ = tokens.pop()
      type.subchannel = sub == "RW" ? .packs : .interleaved
    }
    var track = TOCSheet.Track(
      line: line, type: type, typeWord: word, control: type.mode.isData ? .data : [])
    while let word = tokens.peekWord, word != "TRACK" {
      _ = tokens.pop()
      try statement(word, &track)
    }
    guard !track.parts.isEmpty else { throw tokens.text.malformed(line, "a track without sectors") }
    sheet.tracks.append(track)
  }

  private mutating func statement(_ word: String, _ track: inout TOCSheet.Track) throws(EvidenceError) {
    switch word {
    case "ISRC":
      let text = String(decoding: try tokens.string("an ISRC"), as: UTF8.self)
      track.isrc = ISRC(text.uppercased())
      if track.isrc == nil { remark("\(text) is no ISRC and is passed over") }
    case "COPY": track.control.insert(.copyPermitted)
    case "PRE_EMPHASIS": track.control.insert(.preEmphasis)
    case "NO":
      switch try tokens.word("COPY or PRE_EMPHASIS").uppercased() {
      case "COPY": track.control.remove(.copyPermitted)
      case "PRE_EMPHASIS": track.control.remove(.preEmphasis)
      default: throw tokens.failure("COPY or PRE_EMPHASIS is expected behind NO")
      }
    case "TWO_CHANNEL_AUDIO": track.control.remove(.fourChannels)
    case "FOUR_CHANNEL_AUDIO": track.control.insert(.fourChannels)
    case "CD_TEXT": try trackText()
    case "PREGAP":
      track.parts.append(TOCSheet.Part(source: .zero, length: try length(), line: tokens.lastLine))
      track.start = .afterParts(track.parts.count)
    case "SILENCE", "ZERO":
      // The mode of the zeros, and of their subchannel, says nothing more than the track does.
      while let next = tokens.peekWord, TOCSheet.trackTypes[next] != nil || next == "RW" || next == "RW_RAW" {
        _ = tokens.pop()
      }
      track.parts.append(TOCSheet.Part(source: .zero, length: try length(), line: tokens.lastLine))
    case "FILE", "AUDIOFILE": try file(&track, isAudio: true)
    // cdrdao reads and writes audio with its subchannel by the word for data.
    case "DATAFILE": try file(&track, isAudio: false)
    case "FIFO": throw tokens.failure("FIFO names a pipe, which is no image")
    case "START": track.start = isExtent ? .sector(try sectors()) : .afterParts(track.parts.count)
    case "END": track.end = isExtent ? .sector(try sectors()) : .afterParts(track.parts.count)
    case "INDEX": track.indexes.append(try sectors())
    default: throw tokens.failure("unknown word \(word)")
    }
  }

  private mutating func file(_ track: inout TOCSheet.Track, isAudio: Bool) throws(EvidenceError) {
    let name = String(decoding: try tokens.string("the name of a file"), as: UTF8.self)
    let line = tokens.lastLine
    var isSwapped = false
    if tokens.peekWord == "SWAP" {
      _ = tokens.pop()
      isSwapped = true
    }
    let offset = tokens.take(.sign("#")) ? try tokens.number("an offset in bytes") : 0
    let start = isAudio ? try length() : .sectors(0)
    let length = isExtent ? try length() : nil
    track.parts.append(
      TOCSheet.Part(
        source: .file(
          name: name, offset: UInt64(offset), start: start, isSwapped: isSwapped, isAudio: isAudio),
        length: length, line: line))
  }

  private var isExtent: Bool {
    guard case .word(let word)? = tokens.peek else { return false }
    return word.first?.isNumber ?? false
  }

  private mutating func length() throws(EvidenceError) -> TOCSheet.Extent {
    let word = try tokens.word("a time or a number")
    if let time = MSF(word) { return .sectors(time.frames) }
    guard word.utf8.count < 16, let number = Int(word), number >= 0 else {
      throw tokens.failure("\(word) is neither a time (MM:SS:FF) nor a number")
    }
    return .units(number)
  }

  private mutating func sectors() throws(EvidenceError) -> Int {
    let word = try tokens.word("a time")
    guard let time = MSF(word) else { throw tokens.failure("\(word) is no time: MM:SS:FF") }
    return time.frames
  }

  // MARK: CD-TEXT

  private mutating func discText() throws(EvidenceError) {
    try tokens.expect("{")
    while !tokens.take(.sign("}")) {
      switch try tokens.word("LANGUAGE_MAP or LANGUAGE").uppercased() {
      case "LANGUAGE_MAP": try languageMap()
      case "LANGUAGE": try language(track: 0)
      default: throw tokens.failure("LANGUAGE_MAP or LANGUAGE is expected")
      }
    }
  }

  private mutating func trackText() throws(EvidenceError) {
    try tokens.expect("{")
    while !tokens.take(.sign("}")) {
      guard try tokens.word("LANGUAGE").uppercased() == "LANGUAGE" else {
        throw tokens.failure("LANGUAGE is expected")
      }
      try language(track: sheet.firstTrack + sheet.tracks.count)
    }
  }

  /// `0 : EN`, with or without blanks around the colon.
  private mutating func languageMap() throws(EvidenceError) {
    try tokens.expect("{")
    var words: [String] = []
    while !tokens.take(.sign("}")) {
      if tokens.take(.sign(",")) { continue }
      words += try tokens.word("a language").split(separator: ":").map(String.init)
    }
    for pair in stride(from: 0, to: words.count - 1, by: 2) {
      guard let number = Int(words[pair]), (0..<8).contains(number),
        let code = words[pair + 1].uppercased() == "EN" ? 9 : UInt8(words[pair + 1])
      else { throw tokens.failure("a language map has numbers from 0 to 7 and languages") }
      sheet.text.blocks[number, default: CDText.Block()].language = code
    }
  }

  private mutating func language(track: Int) throws(EvidenceError) {
    let number = try tokens.number("the number of the language")
    guard (0..<8).contains(number) else { throw tokens.failure("languages have numbers from 0 to 7") }
    var block = sheet.text.blocks[number] ?? CDText.Block(language: nil)
    var texts: [(CDText.Kind, [UInt8])] = []
    var isUTF8 = false
    try tokens.expect("{")
    while !tokens.take(.sign("}")) {
      let word = try tokens.word("a kind of text").uppercased()
      if let set = Self.encodings[word] {
        block.characterSet = set
        isUTF8 = true
        continue
      }
      guard case .string? = tokens.peek else {
        let bytes = try binary()
        switch word {
        case "GENRE" where bytes.count >= 2:
          block.genreCode = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
          texts.append((.genre, Array(bytes[2...].prefix { $0 != 0 })))
        case "SIZE_INFO":
          if let set = bytes.first.flatMap(CDText.CharacterSet.init) { block.characterSet = set }
        default: remark("\(word) of the CD-TEXT is passed over")
        }
        continue
      }
      let bytes = try tokens.string("a text")
      if let kind = Self.kinds[word] {
        texts.append((kind, bytes))
      } else {
        remark("\(word) of the CD-TEXT is passed over")
      }
    }
    for (kind, bytes) in texts where !bytes.isEmpty {
      block[kind, track] =
        isUTF8 ? String(decoding: bytes, as: UTF8.self) : decoded(bytes, block.characterSet)
    }
    sheet.text.blocks[number] = block
  }

  /// From version 1.2.5 on: the set of the packs; the texts beside it are UTF-8.
  private static let encodings: [String: CDText.CharacterSet] = [
    "ENCODING_ISO_8859_1": .latin1, "ENCODING_ASCII": .ascii, "ENCODING_MS_JIS": .japanese,
    "ENCODING_KOREAN": .korean, "ENCODING_MANDARIN": .chinese,
  ]

  private static let kinds: [String: CDText.Kind] = [
    "TITLE": .title, "PERFORMER": .performer, "SONGWRITER": .songwriter, "COMPOSER": .composer,
    "ARRANGER": .arranger, "MESSAGE": .message, "DISC_ID": .discIdentifier, "GENRE": .genre, "UPC_EAN": .code,
    "ISRC": .code,
  ]

  /// Older versions write the bytes of the disc, newer ones UTF-8.
  private mutating func decoded(_ bytes: [UInt8], _ set: CDText.CharacterSet) -> String {
    if bytes.allSatisfy({ $0 < 0x80 }) { return String(decoding: bytes, as: UTF8.self) }
    if set == .latin1, let text = TextCoding.utf8.decode(bytes) { return text }
    if let text = set.coding.decode(bytes) { return text }
    remark("a text of the CD-TEXT is not \(set.coding.rawValue)")
    return TextCoding.latin1.decode(bytes) ?? ""
  }

  private mutating func binary() throws(EvidenceError) -> [UInt8] {
    try tokens.expect("{")
    var bytes: [UInt8] = []
    while !tokens.take(.sign("}")) {
      if tokens.take(.sign(",")) { continue }
      let number = try tokens.number("a byte")
      guard let byte = UInt8(exactly: number) else { throw tokens.failure("\(number) is no byte") }
      bytes.append(byte)
    }
    return bytes
  }

  private mutating func remark(_ text: String) { sheet.remarks.append("line \(tokens.lastLine): \(text)") }
}
