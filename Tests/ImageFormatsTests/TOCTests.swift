import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import OpticalDisc
import SystemPackage
import Testing

@Suite struct TOCDialectTests {
  private static func open(_ text: String, files: [(String, Int)]) throws -> DiscImage {
    let fixture = try CUEFixture(text, files: files, name: "disc.toc")
    return try withExtendedLifetime(fixture) { try TOCReader.open(fixture.path) }
  }

  private static func error(_ text: String, files: [(String, Int)]) throws -> EvidenceError? {
    let fixture = try CUEFixture(text, files: files, name: "disc.toc")
    return withExtendedLifetime(fixture) {
      do throws(EvidenceError) { _ = try TOCReader.open(fixture.path) } catch { return error }
      return nil
    }
  }

  /// An offset in bytes, and samples the other way round.
  @Test func offsetsInBytesAndSwappedSamples() throws {
    let image = try Self.open(
      """
      CD_DA
      TRACK AUDIO
      FILE "a.bin" SWAP #4704 0 00:00:02
      TRACK AUDIO
      FILE "a.bin" #100 1176 00:00:02
      """, files: [("a.bin", 10 * 2352)])
    let runs = image.disc.tracks.compactMap { $0.extents.last?.run }
    #expect(runs.map(\.offset) == [4704, 100 + 1176 * 4])
    #expect(runs.map(\.isBigEndian) == [false, true])
    #expect(image.disc.sessions[0].leadOut == 4)
    #expect(image.unclaimed.map(\.range.upperBound) == [23520])
  }

  /// Samples are most significant byte first in a BIN of cdrdao, and least in a WAVE; in a cue sheet's least.
  @Test func samplesAreBigEndianInABinAndLittleEndianInASheet() throws {
    let folder = try TemporaryFolder()
    let image = SampleDisc.audio.build()
    let toc = try TOCWriter.write(image, folder: folder.path, base: "a")
    let cue = try CUEWriter.write(try TOCReader.open(toc[0]), folder: folder.path, base: "b")
    let (big, little) = (try TestFiles.read(toc[1]), try TestFiles.read(cue[1]))
    #expect(big.count == little.count && big != little)
    var turned = big
    DiscImage.swapSamples(&turned)
    #expect(turned == little)
    #expect(little == (try image.files[0].bytes(at: 0, count: little.count)))
  }

  /// START behind the data of a pregap that is stored.
  @Test func startBehindAStoredPregap() throws {
    for text in [
      "DATAFILE \"a.bin\" 00:06:00\nSTART 00:02:00\n",
      "DATAFILE \"a.bin\" 00:02:00\nSTART\nDATAFILE \"a.bin\" #352800 00:04:00\n",
    ] {
      let image = try Self.open("CD_ROM\nTRACK MODE1_RAW\n\(text)", files: [("a.bin", 450 * 2352)])
      #expect(image.disc.tracks[0].start == 150)
      #expect(image.disc.sessions[0].leadOut == 450)
    }
  }

  /// Indexes count from the end of the pregap.
  @Test func indexesCountFromTheEndOfThePregap() throws {
    let image = try Self.open(
      """
      CD_DA
      TRACK AUDIO
      FILE "a.bin" 0 00:04:00
      TRACK AUDIO
      SILENCE 00:01:00
      FILE "a.bin" 00:04:00 00:04:00
      START 00:02:00
      INDEX 00:01:00
      INDEX 00:02:10
      """, files: [("a.bin", 600 * 2352)])
    #expect(image.disc.tracks[1].indexes == [0: 300, 1: 450, 2: 525, 3: 610])
    #expect(DiscComparison.spans(image.disc.tracks[1]) == ["synthesised  300..<375", "stored raw 375..<675"])
  }

  /// Octal numbers, quotation marks, and a backslash before the end that nobody escaped.
  @Test func octalNumbersQuotationMarksAndALoneBackslash() throws {
    let image = try Self.open(
      """
      CD_DA
      CD_TEXT { LANGUAGE_MAP { 0:EN } LANGUAGE 0 { TITLE "C\\351 \\"x\\" \\\\" PERFORMER "ends\\"
       GENRE { 0, 10, 82, 111, 99, 107, 0 } } }
      TRACK AUDIO
      CD_TEXT { LANGUAGE 0 { TITLE "caf\u{e9}" ISRC "DEMUA9800001" } }
      FILE "a.bin" 0
      """, files: [("a.bin", 300 * 2352)])
    let block = try #require(image.disc.cdText?.blocks[0])
    #expect(block[.title, 0] == "Cé \"x\" \\")
    #expect(block[.performer, 0] == "ends\\")
    #expect(block.genreCode == 10 && block[.genre, 0] == "Rock")
    #expect(block[.title, 1] == "café" && block[.code, 1] == "DEMUA9800001")
    #expect(block.language == 9)
  }

  /// A backslash that escapes nothing stands for itself; newer versions name the set of characters and write UTF-8.
  @Test func backslashesAndEncodings() throws {
    let image = try Self.open(
      """
      CD_DA
      CD_TEXT { LANGUAGE_MAP { 0:EN 1:105 }
        LANGUAGE 0 { ENCODING_ISO_8859_1 TITLE "AC\\DC caf\u{e9}" }
        LANGUAGE 1 { ENCODING_MS_JIS TITLE "\u{8A3C}\u{62E0}" } }
      TRACK AUDIO
      FILE "a.bin" 0
      END 00:01:00
      """, files: [("a.bin", 300 * 2352)])
    let text = try #require(image.disc.cdText)
    #expect(text.blocks[0]?[.title, 0] == "AC\\DC caf\u{e9}")
    #expect(text.blocks[1]?[.title, 0] == "\u{8A3C}\u{62E0}" && text.blocks[1]?.characterSet == .japanese)
    #expect(image.disc.tracks[0].indexes == [0: -150, 1: 0, 2: 75])
  }

  /// END is the next index, counted from the beginning of the track; alone, where it stands.
  @Test(arguments: [
    "START 00:00:30\nEND 00:05:00\nINDEX 00:01:00", "START 00:00:30\nINDEX 00:01:00\nEND 00:05:00",
  ])
  func theEndIsAnIndex(words: String) throws {
    let image = try Self.open(
      "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0 00:06:00\n\(words)\n", files: [("a.bin", 450 * 2352)])
    #expect(image.disc.tracks[0].indexes == [0: -150, 1: 30, 2: 105, 3: 375])
  }

  @Test func theEndBetweenParts() throws {
    let image = try Self.open(
      "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0 00:05:00\nEND\nSILENCE 00:01:00\n", files: [("a.bin", 375 * 2352)]
    )
    #expect(image.disc.tracks[0].indexes == [0: -150, 1: 0, 2: 375])
  }

  @Test func lengthsInSamplesAndBytes() throws {
    let image = try Self.open(
      "CD_ROM\nTRACK MODE1\nDATAFILE \"d.bin\" 8192\nTRACK AUDIO\nFILE \"a.bin\" 588 1177 // comment\n",
      files: [("d.bin", 9000), ("a.bin", 5000 * 4)])
    #expect(image.disc.tracks.map(\.storedSectors) == [4, 3])
    #expect(image.disc.tracks[1].extents[0].run?.offset == 588 * 4)
  }

  @Test func firstNumberAndPregap() throws {
    let image = try Self.open(
      "CD_DA\nFIRST_TRACK_NO 5\nTRACK AUDIO\nPREGAP 0:1:0\nCOPY\nPRE_EMPHASIS\nFOUR_CHANNEL_AUDIO\nFILE \"a.bin\" 0\n",
      files: [("a.bin", 300 * 2352)])
    let track = image.disc.tracks[0]
    #expect(track.number == 5 && track.start == 75 && track.first == -150)
    #expect(track.control == [.copyPermitted, .preEmphasis, .fourChannels])
  }

  @Test(arguments: [
    "", "CD_DA\n", "CD_DA\nTRACK AUDIO\n", "CD_DA\nTRACK AUDIO\nFILE \"a.bin\n", "CD_DA\nTRACK NOISE\n",
    "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0 99:00:00\n", "CD_DA\nTRACK AUDIO\nDATAFILE \"a.bin\"\n",
    "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0\nSTART 00:10:00\n",
    "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0\nINDEX 00:10:00\n",
    "CD_DA\nTRACK AUDIO\nFIFO \"a.bin\" 1\n",
    "CD_DA\nCD_TEXT { LANGUAGE 9 { } }\nTRACK AUDIO\nFILE \"a.bin\" 0\n",
    "CD_DA\nCD_TEXT { LANGUAGE_MAP { 0 : E", "CD_DA\nTRACK", "CD_DA\nTRACK AUDIO\nISRC", "CD_TEXT",
    "FILE \"a.bin\" BINARY\n", "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 99999999999999 1\n",
    "CD_DA\nTRACK AUDIO\nFILE \"../a.bin\" 0\n",
  ])
  func whatIsNoTableIsRefused(text: String) throws {
    #expect(try Self.error(text, files: [("a.bin", 300 * 2352)])?.code == .sheetMalformed)
  }

  @Test func missingAndEmptyFiles() throws {
    let text = "CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0\n"
    #expect(try Self.error(text, files: [])?.code == .segmentMissing)
    #expect(try Self.error(text, files: [("a.bin", 0)])?.code == .imageMalformed)
  }
}
