import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
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
      .xa: [.sectorHeaders, .tracks, .form2, .sessionType], .formless: [.sectorHeaders, .sessionType],
      .cdExtra: [.sectorHeaders, .tracks, .sessions, .addresses, .sessionType],
      .threeSessions: [.sectorHeaders, .tracks, .sessions],
    ],
    .tracks: [
      .dataOnly: [.sectorHeaders], .mixedMode: [.sectorHeaders], .xa: [.sectorHeaders, .form2],
      .formless: [.sectorHeaders, .sessionType], .mode0: [.sectorHeaders], .cdExtra: [.sectorHeaders],
      .threeSessions: [.sectorHeaders, .gaps], .subchannel: [.subchannel],
    ],
    .ccd: [.threeSessions: [.gaps]],
    .nrgTrackAtOnce: [.threeSessions: [.gaps]],
    .chd: [
      .mixedMode: [.catalog, .isrc, .indexes, .flags], .preEmphasis: [.flags, .indexes],
      .texts: [.cdText], .subchannel: [.catalog, .isrc, .subchannel],
    ],
    .mds: [
      .mixedMode: [.catalog, .isrc, .indexes], .audio: [.indexes], .cdExtra: [.indexes],
      .threeSessions: [.gaps],
      .hiddenTrack: [.gaps], .lateStart: [.gaps], .preEmphasis: [.indexes], .texts: [.cdText],
      .subchannel: [.catalog, .isrc, .indexes],
    ],
  ]

  /// Formats that hold whole sectors, and the discs they refuse until those are made.
  private static let wantsWholeSectors: [FormatID: Set<SampleDisc>] = [.ccd: [.cooked]]

  /// Formats in which every sector has an address: what is named as silence is stored, as zeros.
  private static let fillsGaps: Set<FormatID> = [.ccd, .nrg, .mds]

  /// Discs without a sector of 2048 bytes of user data in their first data track.
  private static let withoutData: Set<SampleDisc> = [
    .audio, .manyTracks, .hiddenTrack, .lateStart, .preEmphasis, .texts, .subchannel, .mode0,
  ]

  /// Discs that were not written so, and discs that another program does not take.
  private static let refused: [FormatID: Set<SampleDisc>] = [
    .nrgTrackAtOnce: [
      .mixedMode, .audio, .manyTracks, .cdExtra, .hiddenTrack, .lateStart, .preEmphasis, .texts,
      .subchannel, .mode0,
    ],
    .chd: [.cdExtra, .threeSessions, .mode0],
  ]

  private static let pairs = DiscWriters.formats.filter { $0 != .chd || Tool.exists("chdman") }.flatMap {
    format in
    SampleDisc.allCases.map { (format, $0) }
  }

  @Test(arguments: pairs) func matrix(format: FormatID, sample: SampleDisc) throws {
    var image = sample.build()
    let expected = Self.expected[format]?[sample] ?? []
    if Self.wantsWholeSectors[format]?.contains(sample) == true {
      let error = #expect(throws: EvidenceError.self) { try WrittenDisc.losses(image, in: format) }
      #expect(error?.alternatives == [.wholeSectors])
      image = try Self.whole(image)
    }
    if format == .iso, Self.withoutData.contains(sample) {
      #expect(throws: EvidenceError.self) { try WrittenDisc.losses(image, in: format) }
      return
    }
    if Self.refused[format]?.contains(sample) == true {
      #expect(throws: EvidenceError.self) { try WrittenDisc.losses(image, in: format) }
      return
    }
    let losses = Set(try WrittenDisc.losses(image, in: format).map(\.kind))
    #expect(losses == expected)
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(image, as: format, folder: folder.path, base: "disc")
    let again = try Formats.openDisc(
      try #require(files.first), as: try #require(DiscWriters.writer(format)).readAs
    ).image
    let prepared = try WrittenDisc.prepared(image, for: format)
    if losses.isEmpty {
      let differences = try DiscComparison.differences(prepared.image, again)
      // An ISO does not say of which medium or mode its sectors are, and that is what an ISO is.
      #expect(differences.filter { format != .iso || !Self.unsaid($0) } == [])
    }
    if Self.fillsGaps.contains(format) {
      // Pregaps of later sessions may be lost; nothing else is.
      let start = losses.contains(.gaps) ? image.disc.tracks.map(\.start) : image.disc.tracks.map(\.first)
      for (track, first) in zip(image.disc.tracks, start) {
        #expect(try DiscComparison.missing(of: image, in: again, range: first..<track.end) == [])
      }
    } else {
      #expect(prepared.generated.isEmpty)
    }
    #expect(again.unclaimed == [])
    // Whatever is lost, no track that is there has another number of sectors.
    let kept = again.disc.tracks.map(\.number)
    for track in prepared.image.disc.tracks where losses.isDisjoint(with: [.tracks, .gaps]) {
      let copy = again.disc.tracks.first { $0.number == track.number }
      #expect(copy?.storedSectors == track.storedSectors)
      #expect(kept.contains(track.number))
      #expect(copy?.end == track.end)
    }
  }

  private static func whole(_ image: DiscImage) throws -> DiscImage {
    var prepared = PreparedDisc(image)
    try prepared.makeSectorsWhole()
    return prepared.image
  }

  /// The table in the documents is the one above. `EXHIBIT_UPDATE_DOCS=1` writes it anew.
  @Test func theTableOfLossesIsTrue() throws {
    let path = FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending("Docs").appending("formats").appending("discs.md")
    let text = String(decoding: try TestFiles.read(path), as: UTF8.self)
    let (start, end) = ("<!-- losses -->\n", "<!-- end -->")
    let parts = [text.components(separatedBy: start), text.components(separatedBy: end)]
    try #require(parts.allSatisfy { $0.count == 2 })
    let right = parts[0][0] + start + Self.table + end + parts[1][1]
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(right.utf8), to: path)
    } else {
      #expect(text == right, "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter DiscConversionTests")
    }
  }

  private static var table: String {
    let titles = DiscWriters.formats.map { $0 == .tracks ? "a file per track" : Formats.title($0) }
    let head = "| disc | \(titles.joined(separator: " | ")) |\n|---|\(titles.map { _ in "---|" }.joined())\n"
    return head
      + SampleDisc.allCases.map { sample in
        let cells = DiscWriters.formats.map { cell($0, sample) }
        return "| \(title(sample)) | \(cells.joined(separator: " | ")) |\n"
      }.joined()
  }

  private static func cell(_ format: FormatID, _ sample: SampleDisc) -> String {
    if format == .iso, withoutData.contains(sample) { return "n/a" }
    if refused[format]?.contains(sample) == true { return "n/a" }
    let losses = expected[format]?[sample] ?? []
    let words = DiscLoss.Kind.allCases.filter(losses.contains).map(\.rawValue)
    let whole = wantsWholeSectors[format]?.contains(sample) == true ? ["whole"] : []
    return words.isEmpty && whole.isEmpty ? "–" : (whole + words).joined(separator: ", ")
  }

  private static func title(_ sample: SampleDisc) -> String {
    switch sample {
    case .dataOnly: "mode 1, whole sectors"
    case .cooked: "mode 1, 2048 bytes"
    case .mixedMode: "mixed mode: MCN, ISRC, indexes, flags"
    case .xa: "XA, forms 1 and 2 mixed"
    case .formless: "mode 2 formless"
    case .audio: "audio with gaps"
    case .manyTracks: "99 tracks"
    case .cdExtra: "CD-Extra, two sessions"
    case .threeSessions: "three sessions"
    case .hiddenTrack: "hidden track one"
    case .lateStart: "first index at 33"
    case .preEmphasis: "pre-emphasis, four channels, indexes above 1"
    case .texts: "CD-TEXT, English and Japanese"
    case .subchannel: "audio with subchannel (P to W)"
    case .mode0: "mode 0"
    }
  }

  /// From a cue sheet through each format and back to one: every sector is where it was, and what is lost is what the
  /// matrix says of the three steps.
  @Test(arguments: DiscWriters.formats.filter { fillsGaps.contains($0) }, SampleDisc.allCases)
  func everySectorSurvivesTheWayThroughAFormat(format: FormatID, sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let first = try WrittenDisc.files(sample.build(), as: .cue, folder: folder.path, base: "one")
    let sheet = try CUEReader.open(first[0])
    let image = Self.wantsWholeSectors[format]?.contains(sample) == true ? try Self.whole(sheet) : sheet
    let lost = Set(try WrittenDisc.losses(image, in: format).map(\.kind))
    #expect(lost == Self.expected[format]?[sample] ?? [])
    let second = try WrittenDisc.files(image, as: format, folder: folder.path, base: "two")
    let between = try Formats.openDisc(second[0]).image
    let onTheWay = Set(try WrittenDisc.losses(between, in: .cue).map(\.kind))
    #expect(onTheWay == Self.expectedOnTheWayBack[format]?[sample] ?? [])
    for track in sheet.disc.tracks {
      let range = (lost.contains(.gaps) ? track.start : track.first)..<track.end
      #expect(try DiscComparison.missing(of: sheet, in: between, range: range) == [])
    }
    // A sheet begins at address 0: what comes later than that comes first.
    guard !onTheWay.contains(.addresses) else { return }
    let third = try WrittenDisc.files(between, as: .cue, folder: folder.path, base: "three")
    let back = try CUEReader.open(third[0])
    for track in sheet.disc.tracks {
      let range = (lost.contains(.gaps) ? track.start : track.first)..<track.end
      #expect(try DiscComparison.missing(of: sheet, in: back, range: range) == [])
    }
    #expect(back.disc.tracks.map(\.start) == sheet.disc.tracks.map(\.start))
    #expect(back.disc.tracks.map(\.mode) == sheet.disc.tracks.map(\.mode))
    #expect(back.disc.sessions.map(\.leadOut) == sheet.disc.sessions.map(\.leadOut))
  }

  /// What a cue sheet loses of what a format holds.
  private static let expectedOnTheWayBack: [FormatID: [SampleDisc: Set<DiscLoss.Kind>]] = [
    .ccd: [.subchannel: [.subchannel]],
    // The two seconds before address 0, which it stores.
    .nrg: Dictionary(uniqueKeysWithValues: SampleDisc.allCases.map { ($0, [.gaps]) }),
    // Gaps between tracks that are in no file.
    .mds: [.mixedMode: [.gaps], .xa: [.gaps], .hiddenTrack: [.addresses], .lateStart: [.addresses]],
  ]

  private static func unsaid(_ difference: String) -> Bool {
    ["medium: ", "mode of ", "indexes of ", "extents of "].contains { difference.hasPrefix($0) }
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
