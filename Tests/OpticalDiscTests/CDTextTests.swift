import EvidenceTestKit
import OpticalDisc
import Testing

@Suite struct CDTextTests {
  private static func english() -> CDText.Block {
    var block = CDText.Block()
    block[.title, 0] = "The Disc of Tracks With a Rather Long Title"
    block[.performer, 0] = "Nobody"
    for track in 1...5 {
      block[.title, track] = "Track number \(track)"
      block[.performer, track] = track == 3 ? "Somebody é" : "Nobody"
    }
    block[.discIdentifier, 0] = "XY12345"
    block[.genre, 0] = "Field recordings"
    block.genreCode = 10
    block[.code, 0] = "1234567890123"
    block[.code, 2] = "DEMUA9800001"
    return block
  }

  private static func japanese() -> CDText.Block {
    var block = CDText.Block(characterSet: .japanese, language: 0x69)
    block[.title, 0] = "音の記録"
    for track in 1...5 { block[.title, track] = track == 2 ? "かな" : "曲目第一番の長い題名" }
    return block
  }

  /// Two languages, both ways, and every pack as the specification wants it.
  @Test func packsBothWays() throws {
    let text = CDText(blocks: [0: Self.english(), 1: Self.japanese()])
    let packs = try #require(text.packs(first: 1, last: 5))
    #expect(packs.count % 18 == 0)
    let read = CDText.read(packs: packs)
    #expect(read.remarks == [])
    #expect(read.text == text)
    #expect(packs[0] == 0x80 && packs[2] == 0 && packs[3] == 0)
    // The first pack of a text that began before says how many characters stand before it.
    #expect(packs[18 + 3] & 15 == 12 && packs[36 + 3] & 15 == 15)
    let types = stride(from: 0, to: packs.count, by: 18).map { packs[$0] }
    #expect(types.suffix(3) == [0x8F, 0x8F, 0x8F])
  }

  @Test func whatDoesNotFitIsRefused() {
    var block = CDText.Block()
    block[.title, 1] = "Живот"
    #expect(CDText(blocks: [0: block]).packs(first: 1, last: 1) == nil)
    block[.title, 1] = String(repeating: "x", count: 4000)
    #expect(CDText(blocks: [0: block]).packs(first: 1, last: 1) == nil)
    block[.title, 1] = "fits"
    #expect(CDText(blocks: [0: block]).packs(first: 2, last: 3) == nil)
    #expect(CDText(blocks: [8: block]).packs(first: 1, last: 1) == nil)
  }

  /// No size packs.
  @Test func textWithoutSizePacks() throws {
    let packs = try #require(CDText(blocks: [0: Self.english()]).packs(first: 1, last: 5))
    let read = CDText.read(packs: Array(packs.dropLast(3 * 18)))
    #expect(read.text.blocks[0]?[.title, 4] == "Track number 4")
    #expect(read.text.blocks[0]?.language == nil)
    #expect(read.remarks.contains { $0.contains("no size packs") })
  }

  /// The flag for double bytes on texts of single ones.
  @Test func doubleByteFlagOnSingleBytes() throws {
    var packs = try #require(CDText(blocks: [0: Self.english()]).packs(first: 1, last: 5))
    for start in stride(from: 0, to: packs.count, by: 18) {
      packs[start + 3] |= 0x80
      let crc = Subchannel.crc(packs[start..<start + 16])
      packs[start + 16] = UInt8(crc >> 8)
      packs[start + 17] = UInt8(crc & 255)
    }
    let read = CDText.read(packs: packs)
    #expect(read.text.blocks[0]?.texts == Self.english().texts)
    #expect(read.remarks.contains { $0.contains("single bytes") })
  }

  /// Packs are missing, damaged, or more than announced.
  @Test func missingAndDamagedPacks() throws {
    let packs = try #require(CDText(blocks: [0: Self.english()]).packs(first: 1, last: 5))
    var damaged = packs
    damaged[18 + 5] ^= 1
    let read = CDText.read(packs: damaged)
    #expect(read.remarks.contains { $0.contains("wrong CRC") })
    #expect(read.remarks.contains { $0.contains("announced") })
    #expect(read.text.blocks[0]?[.title, 0] == nil, "a text with a hole is no text")
    #expect(read.text.blocks[0]?[.title, 5] == "Track number 5")
    #expect(read.text.blocks[0]?[.performer, 0] == "Nobody")

    #expect(CDText.read(packs: packs + [0]).remarks == [], "libcdio's files end with one NUL more")
    #expect(!CDText.read(packs: packs + [1, 2]).remarks.isEmpty)
    #expect(CDText.read(packs: []).text.isEmpty)
  }

  @Test func aTabSaysAsBefore() throws {
    var block = CDText.Block()
    block[.performer, 1] = "Someone"
    block[.performer, 2] = "\t"
    let packs = try #require(CDText(blocks: [0: block]).packs(first: 1, last: 2))
    #expect(CDText.read(packs: packs).text.blocks[0]?[.performer, 2] == "Someone")
  }

  @Test func randomPacksAreAnswered() {
    var random = SeededGenerator(seed: 77)
    for _ in 0..<300 {
      let count = Int(random.next() % 20)
      var packs: [UInt8] = []
      for _ in 0..<count {
        var head = random.bytes(16)
        head[0] = 0x80 | head[0] & 15
        let crc = Subchannel.crc(head)
        packs += head + [UInt8(crc >> 8), UInt8(crc & 255)]
      }
      _ = CDText.read(packs: packs)
    }
  }
}

@Suite struct TextCodingTests {
  @Test(arguments: TextCoding.allCases) func bothWays(coding: TextCoding) {
    let text = [
      .shiftJIS: "日本語", .chinese: "中文", .korean: "한국어", .cyrillic: "Привет", .latin1: "é", .windows1252: "Ž",
    ][coding, default: "plain"]
    #expect(coding.encode(text).flatMap { coding.decode($0) } == text)
  }

  @Test(arguments: [TextCoding.utf8, .shiftJIS, .cyrillic, .windows1252])
  func guesses(coding: TextCoding) throws {
    let text = [.shiftJIS: "TITLE \"かなカナ\"", .cyrillic: "TITLE \"Время\""][coding, default: "TITLE \"Café\""]
    let guess = TextCoding.guess(try #require(coding.encode(text)))
    #expect(guess.text == text)
    #expect(guess.coding == coding)
  }

  @Test func marks() throws {
    let text = "TITLE \"Café\""
    #expect(TextCoding.guess([0xEF, 0xBB, 0xBF] + Array(text.utf8)).text == text)
    for (mark, coding) in [
      ([0xFF, 0xFE] as [UInt8], TextCoding.utf16LittleEndian), ([0xFE, 0xFF], .utf16BigEndian),
    ] {
      let guess = TextCoding.guess(mark + (try #require(coding.encode(text))))
      #expect(guess.text == text && guess.coding == coding)
    }
  }
}
