import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import OpticalDisc
import Testing
import WriterKit

/// What is computed around parts of sectors, and what is made where nothing is stored.
@Suite struct WholeSectorTests {
  private static func disc(
    _ mode: TrackMode, _ kind: SectorKind, _ layout: SectorLayout, _ subchannel: SubchannelLayout? = nil
  ) -> DiscImage {
    DiscBuilder([
      .init([
        DiscBuilder.Track(1, mode, sectors: 310).with {
          $0.kinds = [kind]
          $0.layout = layout
          $0.subchannel = subchannel
        }
      ])
    ]).build()
  }

  private static let parts: [(TrackMode, SectorKind, SectorLayout, isAll: Bool)] = [
    (.mode1, .mode1, .mode1Data, true), (.mode2, .form1, .body, true), (.mode2, .formless, .body, true),
    (.mode2, .form2, .form2Body, true), (.mode0, .mode0, .body, true), (.mode2, .form1, .form1Data, false),
    (.mode2, .form2, .form2Data, false),
  ]

  /// From each part the sector that it was a part of, byte for byte, but for a subheader that was never stored.
  @Test(arguments: parts.indices) func partsBecomeTheSectorsTheyWereOf(number: Int) throws {
    let (mode, kind, layout, isAll) = Self.parts[number]
    var made = PreparedDisc(Self.disc(mode, kind, layout))
    try made.makeSectorsWhole()
    #expect(made.generated.map(\.kind) == [.sectorCodes] && made.generated.map(\.range) == [0..<310])
    let whole = Self.disc(mode, kind, .raw)
    let count = try SectorCount(made.image, made.image.disc.tracks[0])
    #expect(
      count.kinds == [kind: 310] && count.damaged == 0 && count.wrongParity == 0 && count.wrongAddress == 0)
    if isAll { #expect(try DiscComparison.differences(whole, made.image) == []) }
    #expect(try DiscComparison.missing(of: Self.disc(mode, kind, layout), in: made.image) == [])
    // Written and read as whole ones, in every format that holds them.
    for format in [FormatID.cue, .ccd, .nrg, .mds] {
      let folder = try TemporaryFolder()
      let files = try WrittenDisc.files(made.image, as: format, folder: folder.path, base: "disc")
      let again = try Formats.openDisc(files[0]).image
      #expect(try DiscComparison.missing(of: made.image, in: again) == [], "\(format)")
      #expect(again.disc.tracks[0].mode == mode, "\(format)")
    }
  }

  /// What has its headers, and audio, stays as it is; other media have no such sectors.
  @Test func nothingElseIsTouched() throws {
    for sample in [SampleDisc.dataOnly, .audio, .xa, .subchannel] {
      var made = PreparedDisc(sample.build())
      try made.makeSectorsWhole()
      #expect(made.generated.isEmpty)
      #expect(try DiscComparison.differences(sample.build(), made.image) == [])
    }
    var plan = DiscBuilder([.init([DiscBuilder.Track(1, .dvd, sectors: 40)])])
    plan.medium = .dvd
    var made = PreparedDisc(plan.build())
    let error = #expect(throws: EvidenceError.self) { try made.makeSectorsWhole() }
    #expect(error?.field == .wholeSectors)
    #expect(throws: EvidenceError.self) { try CCDWriter.losses(plan.build()) }
  }

  /// Data with P to W goes through the formats that have a place for it, in whichever order each stores them.
  @Test(arguments: [FormatID.ccd, .nrg, .mds], [SubchannelLayout.interleaved, .deinterleaved])
  func dataWithASubchannel(format: FormatID, layout: SubchannelLayout) throws {
    for (mode, kind) in [(TrackMode.mode1, SectorKind.mode1), (.mode2, .form1)] {
      let image = Self.disc(mode, kind, .raw, layout)
      #expect(try WrittenDisc.losses(image, in: format) == [])
      let folder = try TemporaryFolder()
      let files = try WrittenDisc.files(image, as: format, folder: folder.path, base: "disc")
      let again = try Formats.openDisc(files[0]).image
      #expect(again.disc.tracks[0].hasChannels && again.remarks == [])
      #expect(try DiscComparison.differences(WrittenDisc.prepared(image, for: format).image, again) == [])
      let count = try SectorCount(again, again.disc.tracks[0])
      #expect(count.wrongQ == 0 && count.foreignQ == 0 && count.subchannels == again.disc.storedSectors)
    }
  }

  /// A Q that is sound and names another track, and one that tells the time of the sector before: they are counted, move
  /// no track, and go through every format as they are.
  @Test(arguments: [FormatID.nrg, .mds]) func aSoundQOfAnotherPlace(format: FormatID) throws {
    let image = Self.disc(.mode1, .mode1, .raw, .deinterleaved)
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(image, as: .ccd, folder: folder.path, base: "disc")
    let track = image.disc.tracks[0]
    let other = DiscTrack(
      number: 5, mode: track.mode, control: track.control, indexes: track.indexes, isrc: nil,
      extents: track.extents)
    var channels = try TestFiles.read(files[2])
    for (lba, wrong) in [
      (10, Subchannel.position(of: other, at: 10)), (20, Subchannel.position(of: track, at: 19)),
    ] {
      channels.replaceSubrange(lba * Subchannel.size..<(lba + 1) * Subchannel.size, with: wrong)
    }
    try TestFiles.write(channels, to: files[2])
    let odd = try Formats.openDisc(files[0]).image
    let count = try SectorCount(odd, odd.disc.tracks[0])
    #expect(count.wrongQ == 0 && count.foreignQ == 2)
    #expect(odd.disc.tracks.map(\.start) == [0] && odd.disc.tracks.map(\.number) == [1])
    let second = try WrittenDisc.files(odd, as: format, folder: folder.path, base: "second")
    let between = try Formats.openDisc(second[0]).image
    let kept = between.disc.tracks[0]
    #expect(try between.channels(of: kept, in: kept.start..<kept.end) == channels)
    let third = try WrittenDisc.files(between, as: .ccd, folder: folder.path, base: "third")
    #expect(try TestFiles.read(third[2]) == channels)
  }

  /// Of a track without a subchannel in a disc that has one, P and Q are made, and said to be.
  @Test(arguments: [FormatID.ccd, .nrg, .mds]) func aSubchannelThatOneTrackLacks(format: FormatID) throws {
    let image = DiscBuilder([
      .init([
        DiscBuilder.Track(1, .audio, sectors: 300).with { $0.subchannel = .interleaved },
        DiscBuilder.Track(2, .audio, sectors: 310),
      ])
    ]).build()
    #expect(try WrittenDisc.losses(image, in: format) == [])
    let made = try WrittenDisc.prepared(image, for: format).generated.filter { $0.kind == .subchannel }
    #expect(made.last?.track == 2 && made.last?.range == 300..<610)
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(image, as: format, folder: folder.path, base: "disc")
    let again = try Formats.openDisc(files[0]).image
    let count = try SectorCount(again, again.disc.tracks[1])
    #expect(count.subchannels == 310 && count.wrongQ == 0 && count.foreignQ == 0)
    // Where a track is stored in part, nothing follows its sectors: it is lost, and said to be.
    let cooked = DiscBuilder([
      .init([
        DiscBuilder.Track(1, .mode1, sectors: 300).with { $0.layout = .mode1Data },
        DiscBuilder.Track(2, .audio, sectors: 310).with { $0.subchannel = .interleaved },
      ])
    ]).build()
    guard format != .ccd else { return }
    #expect(try WrittenDisc.losses(cooked, in: format).map(\.kind) == [.subchannel])
  }
}
