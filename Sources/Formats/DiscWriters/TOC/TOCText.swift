import OpticalDisc

/// The lines of a table of contents being written.
struct TOCText {
  private(set) var text = ""

  mutating func line(_ line: String) { text += line + "\n" }

  /// Between quotation marks: quotation marks, backslashes and bytes outside of ASCII as octal numbers, which every
  /// version of cdrdao reads; an escaped backslash at the end it does not.
  func quoted(_ text: String, _ set: CDText.CharacterSet? = nil) -> String {
    let bytes = set.flatMap { $0.coding.encode(text) } ?? Array(text.utf8)
    var output = "\""
    for byte in bytes {
      switch byte {
      case 0x20..<0x7F where byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\"):
        output += String(UnicodeScalar(byte))
      default:
        let octal = String(byte, radix: 8)
        output += "\\" + String(repeating: "0", count: 3 - octal.count) + octal
      }
    }
    return output + "\""
  }

  private static let words: [(kind: CDText.Kind, word: String)] = [
    (.title, "TITLE"), (.performer, "PERFORMER"), (.songwriter, "SONGWRITER"), (.composer, "COMPOSER"),
    (.arranger, "ARRANGER"), (.message, "MESSAGE"),
  ]

  mutating func disc(_ texts: CDText?, tracks: [Int]) {
    guard let texts, !texts.isEmpty, let first = tracks.min(), let last = tracks.max() else { return }
    line("CD_TEXT {")
    line("  LANGUAGE_MAP {")
    for (number, block) in texts.blocks.sorted(by: { $0.key < $1.key }) {
      line("    \(number) : \(block.language == 9 ? "EN" : "\(block.language ?? 0)")")
    }
    line("  }")
    for (number, block) in texts.blocks.sorted(by: { $0.key < $1.key }) {
      line("  LANGUAGE \(number) {")
      entries(block, track: 0)
      if let text = block[.discIdentifier, 0] { line("    DISC_ID \(quoted(text, block.characterSet))") }
      if let code = block.genreCode {
        let text = block.characterSet.coding.encode(block[.genre, 0] ?? "") ?? []
        let bytes = [UInt8(code >> 8), UInt8(code & 255)] + text + [0]
        line("    GENRE { \(bytes.map { "\($0)" }.joined(separator: ", ")) }")
      } else if let text = block[.genre, 0] {
        line("    GENRE \(quoted(text, block.characterSet))")
      }
      if let text = block[.code, 0] { line("    UPC_EAN \(quoted(text, block.characterSet))") }
      if block.characterSet != .latin1 { sizes(CDText(blocks: [number: block]), first, last) }
      line("  }")
    }
    line("}")
  }

  /// The contents of the packs 8Fh, of which cdrdao takes the character set.
  private mutating func sizes(_ text: CDText, _ first: Int, _ last: Int) {
    guard let packs = text.packs(first: first, last: last) else { return }
    let tail = Array(packs.suffix(3 * CDTextPack.size))
    let bytes = (0..<3).flatMap { tail[$0 * 18 + 4..<$0 * 18 + 16] }
    line("    SIZE_INFO { \(bytes.map { "\($0)" }.joined(separator: ", ")) }")
  }

  private mutating func entries(_ block: CDText.Block, track: Int) {
    // What one track has, cdrdao wants of all.
    for word in Self.words where !(block.texts[word.kind]?.isEmpty ?? true) {
      line("    \(word.word) \(quoted(block[word.kind, track] ?? "", block.characterSet))")
    }
  }

  mutating func track(_ track: DiscTrack, type: String, text: CDText?) {
    line("")
    line("// track \(track.number)")
    line("TRACK \(type)")
    line(track.control.contains(.copyPermitted) ? "COPY" : "NO COPY")
    if track.mode == .audio {
      line(track.control.contains(.preEmphasis) ? "PRE_EMPHASIS" : "NO PRE_EMPHASIS")
      line(track.control.contains(.fourChannels) ? "FOUR_CHANNEL_AUDIO" : "TWO_CHANNEL_AUDIO")
      if let isrc = track.isrc { line("ISRC \"\(isrc)\"") }
    }
    guard let text, !text.isEmpty else { return }
    line("CD_TEXT {")
    for (number, block) in text.blocks.sorted(by: { $0.key < $1.key }) {
      line("  LANGUAGE \(number) {")
      entries(block, track: track.number)
      if let code = block[.code, track.number] { line("    ISRC \(quoted(code, block.characterSet))") }
      line("  }")
    }
    line("}")
  }

  /// - Parameter first: address of the first sector that is in the table.
  mutating func places(_ track: DiscTrack, from first: Int) {
    if track.start > first { line("START \(MSF(frames: track.start - first))") }
    for (number, lba) in track.indexes.sorted(by: { $0.key < $1.key }) where number > 1 {
      line("INDEX \(MSF(frames: lba - track.start))")
    }
  }
}
