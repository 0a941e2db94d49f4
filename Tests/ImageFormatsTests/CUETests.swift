import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import OpticalDisc
import SystemPackage
import Testing

/// A cue sheet with files of noise beside it.
struct CUEFixture {
  let folder: TemporaryFolder
  let path: FilePath

  /// - Parameter files: name and length in bytes.
  init(_ sheet: String, files: [(String, Int)], name: String = "disc.cue") throws {
    try self.init(Array(sheet.utf8), files: files, name: name)
  }

  init(_ sheet: [UInt8], files: [(String, Int)], name: String = "disc.cue") throws {
    folder = try TemporaryFolder()
    path = folder.appending(name)
    try TestFiles.write(sheet, to: path)
    for (number, file) in files.enumerated() {
      var random = SeededGenerator(seed: UInt64(number))
      try TestFiles.write(random.bytes(file.1), to: folder.appending(file.0))
    }
  }

  func open() throws(EvidenceError) -> DiscImage { try CUEReader.open(path) }

  func error() -> EvidenceError? {
    do throws(EvidenceError) { _ = try open() } catch { return error }
    return nil
  }
}

@Suite struct CUERoundTripTests {
  @Test(arguments: SampleDisc.allCases) func everySampleComesBack(sample: SampleDisc) throws {
    let image = sample.build()
    let folder = try TemporaryFolder()
    #expect(try CUEWriter.losses(image) == [])
    let files = try CUEWriter.write(image, folder: folder.path, base: "disc")
    #expect(files.first == folder.appending("disc.cue"))
    let again = try CUEReader.open(folder.appending("disc.cue"))
    #expect(try DiscComparison.differences(image, again) == [])
    #expect(again.unclaimed == [])
    #expect(again.disc.storedSectors == image.disc.storedSectors)
  }

  /// 99 tracks, the last included.
  @Test func allNinetyNineTracksAreWrittenAndRead() throws {
    let folder = try TemporaryFolder()
    _ = try CUEWriter.write(SampleDisc.manyTracks.build(), folder: folder.path, base: "disc")
    let disc = try CUEReader.open(folder.appending("disc.cue")).disc
    #expect(disc.tracks.map(\.number) == Array(1...99))
    #expect(disc.tracks[98].end == 99 * 6)
  }

  @Test func whatDoesNotFitIsListed() throws {
    var image = SampleDisc.dataOnly.build()
    var disc = image.disc
    disc.raw.fullTOC = [0, 2, 1, 1]
    disc.sessions[0].kind = .cdi
    disc.sessions[0].tracks[0].control = []
    image = DiscImage(
      disc: disc, files: image.files, unclaimed: [UnclaimedBytes(file: 0, range: 0..<4, reason: "a tail")])
    #expect(try CUEWriter.losses(image).map(\.kind) == [.rawTOC, .unclaimedBytes, .flags, .sessionType])
    let dvd = DiscBuilder([.init([DiscBuilder.Track(1, .dvd, sectors: 20)])])
    var builder = dvd
    builder.medium = .dvd
    #expect(try CUEWriter.losses(builder.build()).map(\.kind) == [.medium])
  }
}

@Suite struct CUEDialectTests {
  private static let sector = 2352

  /// PREGAP and INDEX 00 in one track add up.
  @Test func pregapAndIndexZeroOfOneTrackAddUp() throws {
    let image = try CUEFixture(
      """
      FILE "a.bin" BINARY
        TRACK 01 MODE1/2352
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          PREGAP 00:03:00
          INDEX 00 00:04:00
          INDEX 01 00:06:00
      """, files: [("a.bin", 900 * Self.sector)]
    ).open()
    let track = image.disc.tracks[1]
    #expect(track.indexes == [0: 300, 1: 300 + 225 + 150])
    #expect(DiscComparison.spans(track) == ["synthesised  300..<525", "stored raw 525..<1125"])
    #expect(image.remarks.contains { $0.contains("sum of both") })
    #expect(image.disc.sessions[0].leadOut == 900 + 225)
  }

  /// A PREGAP belongs to its track alone, and counts once at the border of files.
  @Test func aPregapAtTheBorderOfFilesCountsOnce() throws {
    let disc = try CUEFixture(
      """
      FILE "a.bin" BINARY
        TRACK 01 MODE1/2352
          INDEX 01 00:00:00
      FILE "b.bin" BINARY
        TRACK 02 AUDIO
          PREGAP 00:02:00
          INDEX 01 00:00:00
      FILE "c.bin" BINARY
        TRACK 03 AUDIO
          INDEX 01 00:00:00
      """, files: [("a.bin", 300 * Self.sector), ("b.bin", 400 * Self.sector), ("c.bin", 500 * Self.sector)]
    ).open().disc
    #expect(disc.tracks.map(\.start) == [0, 450, 850])
    #expect(disc.sessions[0].leadOut == 1350)
  }

  /// In one file, each track counts with its own sector size.
  @Test func everyTrackOfAFileCountsWithItsOwnSectorSize() throws {
    let image = try CUEFixture(
      """
      FILE "a.bin" BINARY
        TRACK 01 MODE1/2048
          INDEX 01 00:00:00
        TRACK 02 MODE2/2336
          INDEX 01 00:01:00
        TRACK 03 AUDIO
          INDEX 01 00:02:00
      """, files: [("a.bin", 75 * 2048 + 75 * 2336 + 75 * Self.sector)]
    ).open()
    let offsets: [UInt64] = [0, 75 * 2048, 75 * 2048 + 75 * 2336]
    #expect(image.disc.tracks.compactMap { $0.extents.last?.run?.offset } == offsets)
    #expect(image.disc.sessions[0].leadOut == 225)
    #expect(image.unclaimed == [])
  }

  /// Minutes above 99 are times; a place behind the end of the file is an error that names the track.
  @Test func aPlaceBehindTheEndOfTheFileNamesTheTrack() throws {
    let sheet = { (time: String) in
      "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\nTRACK 02 AUDIO\nINDEX 01 \(time)\n"
    }
    for time in ["120:00:00", "00:02:00", "00:01:25"] {
      let error = try CUEFixture(sheet(time), files: [("a.bin", 100 * Self.sector)]).error()
      #expect(error?.code == .sheetMalformed)
      #expect(error?.description.contains("track ") == true && error?.description.contains("line ") == true)
    }
    let short = try CUEFixture(sheet("00:01:24"), files: [("a.bin", 100 * Self.sector)]).open()
    #expect(short.disc.tracks[1].storedSectors == 1)
  }

  /// Indexes out of order and times that are none, with their line.
  @Test(arguments: [
    ("INDEX 00 00:02:00\nINDEX 01 00:01:00", 4), ("INDEX 01 00:00:255", 3), ("INDEX 01 00:60:00", 3),
    ("INDEX 01 00:00:00\nINDEX 01 00:00:10", 4), ("INDEX 1x 00:00:00", 3), ("INDEX 100 00:00:00", 3),
  ])
  func indexesOutOfOrderAndImpossibleTimesNameTheirLine(lines: String, line: Int) throws {
    let fixture = try CUEFixture(
      "FILE a.bin BINARY\nTRACK 01 AUDIO\n\(lines)\n", files: [("a.bin", 300 * Self.sector)])
    let error = fixture.error()
    #expect(error?.code == .sheetMalformed)
    #expect(error?.subject.hasSuffix("disc.cue, line \(line)") == true)
  }

  /// Commands and file names in any case; a name that fits two files is refused.
  @Test func commandsAndFileNamesInAnyCase() throws {
    let sheet = "file \"Disc.BIN\" binary\n track 01 audio\n  flags dcp\n  index 01 00:00:00\n"
    let image = try CUEFixture(sheet, files: [("disc.bin", 4 * Self.sector)]).open()
    #expect(image.disc.tracks[0].control == .copyPermitted)
    let two = try CUEFixture(sheet, files: [("disc.bin", Self.sector), ("DISC.bin", Self.sector)]).error()
    #expect(two?.code == .sheetMalformed && two?.detail.contains("fits 2 files") == true)
    let exact = try CUEFixture(sheet, files: [("Disc.BIN", Self.sector), ("DISC.bin", 9 * Self.sector)])
      .open()
    #expect(exact.disc.storedSectors == 1)
  }

  /// Blanks without quotes, absolute Windows paths, another stem; nothing outside of the folder.
  @Test func unquotedBlanksWindowsPathsAndOtherStemsAreFound() throws {
    let sheet = { (name: String) in "FILE \(name) BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n" }
    let blanks = try CUEFixture(sheet("My Old Disc.bin"), files: [("My Old Disc.bin", Self.sector)]).open()
    #expect(blanks.remarks == [])
    let absolute = try CUEFixture(
      sheet("\"C:\\Images\\disc one.bin\""), files: [("disc one.bin", Self.sector)]
    ).open()
    #expect(absolute.remarks.contains { $0.contains("taken from the folder") })
    let other = try CUEFixture(sheet("\"old.bin\""), files: [("disc.bin", Self.sector)]).open()
    #expect(other.remarks.contains { $0.contains("disc.bin was taken for it") })
    #expect(try CUEFixture(sheet("\"../a.bin\""), files: []).error()?.code == .sheetMalformed)
    #expect(try CUEFixture(sheet("\"a.bin\""), files: []).error()?.code == .segmentMissing)
  }

  /// Texts in any coding.
  @Test(arguments: [TextCoding.utf8, .utf16LittleEndian, .utf16BigEndian, .shiftJIS, .cyrillic, .windows1252])
  func textsInAnyEncoding(coding: TextCoding) throws {
    let title = [.shiftJIS: "かなの題名", .cyrillic: "Время года"][coding, default: "Café Ž"]
    let text = "TITLE \"\(title)\"\nFILE \"a.bin\" BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
    let mark: [UInt8] = [.utf16LittleEndian: [0xFF, 0xFE], .utf16BigEndian: [0xFE, 0xFF]][coding, default: []]
    let image = try CUEFixture(mark + (try #require(coding.encode(text))), files: [("a.bin", Self.sector)])
      .open()
    #expect(image.disc.cdText?.blocks[0]?[.title, 0] == title)
    #expect(image.remarks.contains { $0.contains(coding.rawValue) } == (coding != .utf8))
  }

  @Test func aByteOrderMarkBeforeUTF8() throws {
    let text = "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n"
    let image = try CUEFixture([0xEF, 0xBB, 0xBF] + Array(text.utf8), files: [("a.bin", Self.sector)]).open()
    #expect(image.disc.tracks.count == 1)
  }

  /// Lone CR, trailing NUL and 1Ah, tabs and foreign blanks.
  @Test func loneCarriageReturnsTrailingNULsAndForeignBlanks() throws {
    let text =
      "REM x\rFILE\t\"a.bin\"\tBINARY\r\u{3000}TRACK\u{A0}01 AUDIO\r\t\tINDEX 01\u{3000}00:00:00\r\n; note\r// note\r\0\u{1A}"
    #expect(try CUEFixture(text, files: [("a.bin", Self.sector)]).open().disc.tracks.count == 1)
  }

  /// A file without bytes.
  @Test func aFileWithoutBytesIsRefused() throws {
    let error = try CUEFixture(
      "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n", files: [("a.bin", 0)]
    ).error()
    #expect(error?.code == .imageMalformed && error?.detail == "the file is empty")
  }

  /// A track without a number, and a table of contents of cdrdao under the wrong name.
  @Test func aTableOfContentsUnderTheWrongNameIsTold() throws {
    for text in ["CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0\n", "FILE \"a.bin\" BINARY\nTRACK AUDIO\n"] {
      let error = try CUEFixture(text, files: [("a.bin", Self.sector)]).error()
      #expect(error?.code == .sheetMalformed && error?.detail.contains("ending .toc") == true)
    }
  }

  /// The lead-out as a place within one file, whose filler belongs to no track.
  @Test func leadOutAsAPlaceWithinOneFile() throws {
    let image = try CUEFixture(
      """
      REM SESSION 01
      FILE "a.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
      REM LEAD-OUT 00:10:00
      REM SESSION 02
        TRACK 02 MODE1/2352
          INDEX 01 02:42:00
      """, files: [("a.bin", (750 + 11400 + 300) * Self.sector)]
    ).open()
    #expect(image.disc.sessions.map(\.leadOut) == [750, 750 + 11400 + 300])
    #expect(image.disc.tracks[1].start == 750 + 11400)
    #expect(image.unclaimed.map(\.range) == [UInt64(750 * Self.sector)..<UInt64((750 + 11400) * Self.sector)])
    #expect(image.disc.tracks[1].storedSectors == 300)
  }

  /// The lead-out as a length beside a file per session, and the usual gap where nothing is said.
  @Test func leadOutAsALengthBesideAFilePerSession() throws {
    let sheet = { (mark: String) in
      """
      REM SESSION 01
      FILE "a.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
      \(mark)
      REM SESSION 02
      REM LEAD-IN 01:00:00
      REM PREGAP 00:02:00
      FILE "b.bin" BINARY
        TRACK 02 MODE1/2352
          INDEX 01 00:00:00
      """
    }
    let files = [("a.bin", 750 * Self.sector), ("b.bin", 300 * Self.sector)]
    for (mark, start) in [
      ("REM LEAD-OUT 01:30:00", 12150), ("REM LEAD-OUT 00:10:00", 12150), ("", 12150),
      ("REM LEAD-OUT 01:30:10", 12160),
    ] {
      let image = try CUEFixture(sheet(mark), files: files).open()
      #expect(image.disc.tracks[1].start == start, "\(mark)")
      #expect(image.disc.tracks[1].first == start - 150)
      #expect(image.remarks.contains { $0.contains("usual 11400") } == mark.isEmpty)
    }
  }

  /// Numbers that begin again in session 2, and two tracks in the file of that session.
  @Test func trackNumbersThatBeginAgainInTheSecondSession() throws {
    let image = try CUEFixture(
      """
      REM SESSION 01
      FILE "a.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
      REM SESSION 02
      FILE "b.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 01 00:02:00
      """, files: [("a.bin", 300 * Self.sector), ("b.bin", 400 * Self.sector)]
    ).open()
    #expect(image.disc.sessions.map { $0.tracks.map(\.number) } == [[1], [1, 2]])
    #expect(image.disc.tracks[2].start == 300 + 11400 + 150)
    #expect(image.remarks.contains { $0.contains("track 1 follows track 1") })
  }

  /// The gap at the end of one file, its track in the next.
  @Test func gapsAtTheEndOfTheFileBefore() throws {
    let image = try CUEFixture(
      """
      FILE "a.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 00 00:03:00
      FILE "b.bin" BINARY
          INDEX 01 00:00:00
      """, files: [("a.bin", 300 * Self.sector), ("b.bin", 400 * Self.sector)]
    ).open()
    let track = image.disc.tracks[1]
    #expect(track.indexes == [0: 225, 1: 300])
    #expect(track.extents.map(\.run?.file) == [0, 1])
    #expect(image.disc.tracks[0].storedSectors == 225)
  }

  /// What is hidden before index 1 of track 1 is stored, however short.
  @Test func audioHiddenBeforeIndexOneIsStored() throws {
    let image = try CUEFixture(
      "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:40\n", files: [("a.bin", 300 * Self.sector)]
    ).open()
    let track = image.disc.tracks[0]
    #expect(track.indexes == [0: -150, 1: 40])
    #expect(DiscComparison.spans(track) == ["absent  -150..<0", "stored raw 0..<300"])
  }

  /// The first track begins late; nothing is moved to address 0.
  @Test(arguments: [32, 33]) func aLateFirstTrackIsNotMovedToAddressZero(sector: Int) throws {
    let image = try CUEFixture(
      "FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 00 00:00:00\nINDEX 01 00:00:\(sector)\n",
      files: [("a.bin", 300 * Self.sector)]
    ).open()
    #expect(image.disc.tracks[0].start == sector && image.disc.sessions[0].leadOut == 300)
  }

  @Test func tailsAndUnusedFilesAreNamed() throws {
    let image = try CUEFixture(
      "FILE a.bin BINARY\nTRACK 01 MODE1/2048\nINDEX 01 00:00:00\nFILE b.bin BINARY\n",
      files: [("a.bin", 3 * 2048 + 17), ("b.bin", 9)]
    ).open()
    #expect(image.disc.storedSectors == 3)
    #expect(image.unclaimed.map(\.range) == [6144..<6161, 0..<9])
    #expect(image.remarks.count == 2)
  }

  @Test func flacAndMP3AreNamed() throws {
    let sheet = { (type: String) in "FILE a.wav \(type)\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n" }
    let fixture = try CUEFixture(sheet("WAVE"), files: [("a.wav", 10)])
    try TestFiles.write(Array("fLaC0000000000000000".utf8), to: fixture.folder.appending("a.wav"))
    #expect(fixture.error()?.detail.contains("FLAC") == true)
    #expect(fixture.error()?.code == .imageMalformed, "it begins as FLAC and is none")
    // Samples of another rate are not damage.
    var header = WaveFile.header(samples: 2352)
    header[24...25] = [0x80, 0xBB]
    try TestFiles.write(header + [UInt8](repeating: 0, count: 2352), to: fixture.folder.appending("a.wav"))
    #expect(fixture.error()?.code == .formatUnreadable)
    #expect(try CUEFixture(sheet("MP3"), files: [("a.wav", 10)]).error()?.code == .sheetMalformed)
  }

  @Test func waveSamplesAreFoundAndFilledUp() throws {
    let fixture = try CUEFixture(
      "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n", files: [("a.wav", 1)])
    var random = SeededGenerator(seed: 3)
    let samples = random.bytes(2 * Self.sector + 40)
    let header = WaveFile.header(samples: UInt64(samples.count))
    // A chunk of odd length in front of the samples.
    let extra = Array("LIST".utf8) + [3, 0, 0, 0, 1, 2, 3, 0]
    let wave = Array(header[..<36]) + extra + Array(header[36...]) + samples
    try TestFiles.write(wave, to: fixture.folder.appending("a.wav"))
    let image = try fixture.open()
    #expect(image.disc.storedSectors == 3)
    #expect(image.remarks.contains { $0.contains("2312 zero bytes") })
    let last = try #require(try image.sector(2, of: image.disc.tracks[0]))
    #expect(last.main == Array(samples[(2 * Self.sector)...]) + [UInt8](repeating: 0, count: 2312))
  }

  /// The size of RF64 and BW64 stands before the samples; a chunk behind them is none.
  @Test(arguments: ["RF64", "BW64"]) func longFilesKnowTheirSize(word: String) throws {
    let fixture = try CUEFixture(
      "FILE a.wav WAVE\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n", files: [("a.wav", 1)])
    var random = SeededGenerator(seed: 4)
    let samples = random.bytes(2 * Self.sector)
    let header = WaveFile.header(samples: UInt64(samples.count))
    let size = (0..<8).map { UInt8(truncatingIfNeeded: samples.count >> (8 * $0)) }
    let long = Array("ds64".utf8) + [28, 0, 0, 0] + [UInt8](repeating: 0, count: 8) + size
    var wave = Array(word.utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + Array("WAVE".utf8) + long
    wave += [UInt8](repeating: 0, count: 12) + header[12..<40] + [0xFF, 0xFF, 0xFF, 0xFF] + samples
    wave += Array("LIST".utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
    try TestFiles.write(wave, to: fixture.folder.appending("a.wav"))
    let image = try fixture.open()
    #expect(image.disc.storedSectors == 2)
    #expect(!image.remarks.contains { $0.contains("its size is not given") })
    let last = try #require(try image.sector(1, of: image.disc.tracks[0]))
    #expect(last.main == Array(samples[Self.sector...]))
  }

  @Test func motorolaIsTurned() throws {
    let image = try CUEFixture(
      "FILE a.bin MOTOROLA\nTRACK 01 AUDIO\nINDEX 01 00:00:00\n", files: [("a.bin", Self.sector)]
    ).open()
    let stored = try image.files[0].bytes(at: 0, count: 4)
    let read = try #require(try image.sector(0, of: image.disc.tracks[0]))
    #expect(Array(read.main[..<4]) == [stored[1], stored[0], stored[3], stored[2]])
  }

  @Test(arguments: [
    "", "REM only\n", "FILE a.bin BINARY\n", "TRACK 01 AUDIO\n", "INDEX 01 00:00:00\n", "FILE\n",
    "FILE a.bin\n",
    "FILE a.bin BINARY\nTRACK 00 AUDIO\nINDEX 01 00:00:00", "FILE a.bin BINARY\nTRACK 01 MODE9/1\n",
    "FILE a.bin BINARY\nTRACK 01 AUDIO\n",
    "FILE a.bin BINARY\nTRACK 02 AUDIO\nINDEX 01 0:0:0\nTRACK 01 AUDIO\n",
  ])
  func whatIsNoSheetIsRefused(text: String) throws {
    #expect(try CUEFixture(text, files: [("a.bin", Self.sector)]).error()?.code == .sheetMalformed)
  }
}
