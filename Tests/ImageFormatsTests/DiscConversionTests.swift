import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import OpticalDisc
import SystemPackage
import Testing
import WriterKit

/// Every kind of disc into every format: identical, or exactly what is lost.
@Suite struct DiscConversionTests {
  /// What formats lose; a pair that is not listed loses nothing.
  private static let expected: [FormatID: [SampleDisc: Set<DiscLoss.Kind>]] = [
    .cue: [:],
    .toc: [
      .cdExtra: [.sessions, .tracks], .threeSessions: [.sessions, .tracks], .mode0: [.sectorHeaders],
    ],
    .iso: [
      .dataOnly: [.sectorHeaders], .mixedMode: [.sectorHeaders, .tracks, .catalog, .isrc, .indexes],
      .xa: [.sectorHeaders, .tracks, .form2], .formless: [.sectorHeaders],
      .cdExtra: [.sectorHeaders, .tracks, .sessions, .addresses],
      .threeSessions: [.sectorHeaders, .tracks, .sessions],
    ],
    .tracks: [
      .dataOnly: [.sectorHeaders], .mixedMode: [.sectorHeaders], .xa: [.sectorHeaders, .form2],
      .formless: [.sectorHeaders, .sessionType], .mode0: [.sectorHeaders], .cdExtra: [.sectorHeaders],
      .threeSessions: [.sectorHeaders, .gaps], .subchannel: [.subchannel],
    ],
  ]

  /// Discs without a sector of 2048 bytes of user data in their first data track.
  private static let withoutData: Set<SampleDisc> = [
    .audio, .manyTracks, .hiddenTrack, .lateStart, .preEmphasis, .texts, .subchannel, .mode0,
  ]

  private static let pairs = DiscWriters.formats.flatMap { format in
    SampleDisc.allCases.map { (format, $0) }
  }

  @Test(arguments: pairs) func matrix(format: FormatID, sample: SampleDisc) throws {
    let image = sample.build()
    let expected = Self.expected[format]?[sample] ?? []
    if format == .iso, Self.withoutData.contains(sample) {
      #expect(throws: EvidenceError.self) { try WrittenDisc.losses(image, in: format) }
      return
    }
    let losses = Set(try WrittenDisc.losses(image, in: format).map(\.kind))
    #expect(losses == expected)
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(image, as: format, folder: folder.path, base: "disc")
    let again = try Formats.openDisc(try #require(files.first), as: format).image
    if losses.isEmpty {
      #expect(try DiscComparison.differences(image, again) == [])
    }
    #expect(again.unclaimed == [])
    // Whatever is lost, no track that is there has another number of sectors.
    let kept = again.disc.tracks.map(\.number)
    for track in image.disc.tracks where losses.isDisjoint(with: [.tracks, .gaps]) {
      let copy = again.disc.tracks.first { $0.number == track.number }
      #expect(copy?.storedSectors == track.storedSectors)
      #expect(kept.contains(track.number))
      #expect(copy?.end == track.end)
    }
  }

  /// From table of contents to cue sheet and back, every sector is there.
  @Test func everySectorSurvivesTableToSheetAndBack() throws {
    let folder = try TemporaryFolder()
    let image = SampleDisc.mixedMode.build()
    let toc = try WrittenDisc.files(image, as: .toc, folder: folder.path, base: "one")
    let cue = try WrittenDisc.files(try TOCReader.open(toc[0]), as: .cue, folder: folder.path, base: "two")
    let back = try WrittenDisc.files(
      try CUEReader.open(cue[0]), as: .toc, folder: folder.path, base: "three")
    #expect(try DiscComparison.differences(image, try TOCReader.open(back[0])) == [])
    #expect(try TestFiles.read(toc[1]) == TestFiles.read(back[1]))
  }

  /// The user data of a track is what its sectors hold, whole or cooked.
  @Test func isoHoldsTheUserData() throws {
    let folder = try TemporaryFolder()
    let whole = try WrittenDisc.files(SampleDisc.dataOnly.build(), as: .iso, folder: folder.path, base: "a")
    let cooked = try WrittenDisc.files(SampleDisc.cooked.build(), as: .iso, folder: folder.path, base: "b")
    #expect(try TestFiles.read(whole[0]) == TestFiles.read(cooked[0]))
    #expect(try TestFiles.size(whole[0]) == 320 * 2048)
  }

  /// A DVD has no pregap before address 0, and keeps its sectors.
  @Test func dvdsHaveNoPregap() throws {
    var builder = DiscBuilder([.init([DiscBuilder.Track(1, .dvd, sectors: 40)])])
    builder.medium = .dvd
    let image = builder.build()
    #expect(image.disc.tracks[0].first == 0)
    let folder = try TemporaryFolder()
    #expect(try WrittenDisc.losses(image, in: .iso) == [])
    let files = try WrittenDisc.files(image, as: .iso, folder: folder.path, base: "dvd")
    #expect(try TestFiles.read(files[0]) == image.files[0].bytes(at: 0, count: 40 * 2048))
    #expect(try WrittenDisc.losses(image, in: .cue).map(\.kind) == [.medium])
  }

  /// A track ends where the next begins, however many indexes it has.
  @Test func aTrackEndsWhereTheNextBeginsHoweverManyIndexes() throws {
    let sheet = """
      FILE "a.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 00 00:00:07
          INDEX 01 00:02:07
          INDEX 02 00:03:00
        TRACK 03 AUDIO
          INDEX 01 00:03:50
      """
    let image = try CUEFixture(sheet, files: [("a.bin", 400 * 2352)]).open()
    let folder = try TemporaryFolder()
    let files = try TrackFilesWriter.write(image, folder: folder.path, base: "t")
    #expect(files.map { $0.lastComponent?.string } == ["t.cue", "t01.wav", "t02.wav", "t03.wav"])
    #expect(try TestFiles.size(files[2]) == 44 + 118 * 2352)
    #expect(try DiscComparison.differences(image, try CUEReader.open(files[0])) == [])
  }

  /// What is hidden before track 1 is in its file, and said to be.
  @Test func audioHiddenBeforeTrackOneIsKept() throws {
    let folder = try TemporaryFolder()
    let image = SampleDisc.hiddenTrack.build()
    let files = try TrackFilesWriter.write(image, folder: folder.path, base: "t")
    #expect(try TestFiles.size(files[1]) == 44 + 340 * 2352)
    #expect(try DiscComparison.differences(image, try CUEReader.open(files[0])) == [])
  }

  /// Data in the pregap of an audio track, as it lies on the disc: told, and carried over as it is.
  @Test func dataInThePregapOfAnAudioTrackIsCarriedOver() throws {
    var data = (0..<20).flatMap { number in
      var sector = SectorCodec.encode(
        .mode1, at: MSF(frames: number + 150), data: [UInt8](repeating: UInt8(number), count: 2048))
      if number < 8 { Scrambler.apply(to: &sector) }
      return sector
    }
    var random = SeededGenerator(seed: 6)
    data += random.bytes(300 * 2352)
    let fixture = try CUEFixture("FILE a.bin BINARY\nTRACK 01 AUDIO\nINDEX 01 00:00:20\n", files: [])
    try TestFiles.write(data, to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    let count = try SectorCount(image, image.disc.tracks[0])
    #expect(count.dataInAudio == 20 && count.scrambled == 8 && count.kinds == [.mode1: 20])
    let files = try CUEWriter.write(image, folder: fixture.folder.path, base: "copy")
    #expect(try TestFiles.read(files[1]) == data)
  }
}
