import DiscFiles
import DiscImages
import Evidence
import EvidenceTestKit
import OpticalDisc
import SystemPackage
import Testing

/// Sheets that call sectors what they are not.
@Suite struct SheetTypeTests {
  /// What lies in the file.
  enum Stored: String, CaseIterable {
    case mode1, form1, mode1Subchannel, userData, body, scrambled

    /// As the model has it.
    var type: (mode: TrackMode, layout: SectorLayout, stride: Int) {
      switch self {
      case .mode1, .scrambled: (.mode1, .raw, 2352)
      case .form1: (.mode2, .raw, 2352)
      case .mode1Subchannel: (.mode1, .raw, 2448)
      case .userData: (.mode1, .mode1Data, 2048)
      case .body: (.mode2, .body, 2336)
      }
    }

    func sector(_ data: [UInt8], _ lba: Int) -> [UInt8] {
      let time = MSF(frames: lba + 150)
      switch self {
      case .mode1: return SectorCodec.encode(.mode1, at: time, data: data)
      case .form1: return SectorCodec.encode(.form1, at: time, subheader: [0, 0, 8, 0], data: data)
      case .mode1Subchannel:
        return SectorCodec.encode(.mode1, at: time, data: data) + [UInt8](repeating: 0, count: 96)
      case .userData: return data
      case .body:
        return Array(SectorCodec.encode(.form1, at: time, subheader: [0, 0, 8, 0], data: data)[16...])
      case .scrambled:
        var sector = SectorCodec.encode(.mode1, at: time, data: data)
        Scrambler.apply(to: &sector)
        return sector
      }
    }

    func file(_ data: [UInt8]) -> [UInt8] {
      stride(from: 0, to: data.count, by: 2048).enumerated().flatMap {
        sector(Array(data[$0.element..<$0.element + 2048]), $0.offset)
      }
    }
  }

  static let words = [
    "MODE1/2048", "MODE1/2352", "MODE2/2336", "MODE2/2352", "MODE1/2448", "CDI/2352", "AUDIO",
  ]

  /// A volume with one file, in 40 sectors.
  private static func volume() -> [UInt8] {
    ISOBuilder.volume(file: Array("what it says\n".utf8), sectors: 40)
  }

  @Test(arguments: words, Stored.allCases) func theSectorsDecide(word: String, stored: Stored) throws {
    // Without headers nothing tells a file of user data in an audio track from audio.
    if word == "AUDIO", stored == .userData || stored == .body { return }
    let fixture = try CUEFixture(
      "FILE \"a.bin\" BINARY\n TRACK 01 \(word)\n  INDEX 01 00:00:00\n", files: [])
    try TestFiles.write(stored.file(Self.volume()), to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    let track = image.disc.tracks[0]
    let run = try #require(track.extents.lazy.compactMap(\.run).first)
    #expect(track.mode == stored.type.mode && run.layout == stored.type.layout)
    #expect(run.stride == stored.type.stride && track.storedSectors == 40)
    let isStated = CUESheet.trackTypes[word].map { ($0.mode, $0.layout, $0.stride) == stored.type } ?? false
    #expect(image.remarks.contains { $0.contains("is called \(word), but its sectors are") } == !isStated)
    let trees = try DiscTrees.all(of: image)
    #expect(trees.contains { $0.entries.contains { $0.name == "FILE.TXT" && $0.size == 13 } })
    let count = try SectorCount(image, track)
    #expect(count.damaged == 0 && count.wrongMode == 0)
    #expect(count.scrambled == (stored == .scrambled ? 40 : 0))
  }

  /// What follows in the same file lies behind sectors of the size they have.
  @Test func theNextTrackIsFound() throws {
    let fixture = try CUEFixture(
      """
      FILE "a.bin" BINARY
        TRACK 01 MODE1/2352
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 01 00:00:40
      """, files: [])
    var random = SeededGenerator(seed: 3)
    let audio = random.bytes(30 * 2352)
    try TestFiles.write(Stored.userData.file(Self.volume()) + audio, to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    #expect(image.disc.tracks.map(\.storedSectors) == [40, 30])
    var found: [UInt8] = []
    try image.forEachBatch(of: image.disc.tracks[1]) { found += $0.main }
    #expect(found == audio)
  }

  /// A sector of the stated mode among the first leaves the sheet alone.
  @Test func aMixedTrackKeepsItsType() throws {
    let fixture = try CUEFixture(
      "FILE \"a.bin\" BINARY\n TRACK 01 MODE1/2352\n  INDEX 01 00:00:00\n", files: [])
    let data = Self.volume()
    var bytes: [UInt8] = []
    for number in 0..<40 {
      let stored: Stored = number < 3 ? .mode1 : .form1
      bytes += stored.sector(Array(data[number * 2048..<(number + 1) * 2048]), number)
    }
    try TestFiles.write(bytes, to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    #expect(image.disc.tracks[0].mode == .mode1)
    let count = try SectorCount(image, image.disc.tracks[0])
    #expect(count.damaged == 0 && count.wrongMode == 37)
    #expect(try !DiscTrees.all(of: image).isEmpty)
  }

  /// Audio is not a data track of which every sector is damaged.
  @Test(arguments: ["MODE1/2352", "MODE2/2352"]) func audioIsTold(word: String) throws {
    let fixture = try CUEFixture(
      "FILE \"a.bin\" BINARY\n TRACK 01 \(word)\n  INDEX 01 00:00:00\n", files: [("a.bin", 200 * 2352)])
    let image = try fixture.open()
    #expect(image.disc.tracks[0].mode == .audio)
    #expect(image.remarks.contains { $0.contains("without a sync") })
    // One data sector anywhere, and it is a damaged data track.
    var bytes = try TestFiles.read(fixture.folder.appending("a.bin"))
    bytes.replaceSubrange(0..<2352, with: Stored.mode1.sector([UInt8](repeating: 7, count: 2048), 0))
    try TestFiles.write(bytes, to: fixture.folder.appending("a.bin"))
    #expect(try fixture.open().disc.tracks[0].mode.isData)
    #expect(
      try SectorCount(fixture.open(), fixture.open().disc.tracks[0]).faults[.unrecognisable]?.count == 199)
  }

  /// The first sectors may be empty: those behind them tell.
  @Test(arguments: ["MODE1/2352", "MODE2/2352"]) func sectorsOfZerosTellNothing(word: String) throws {
    let fixture = try CUEFixture(
      "FILE \"a.bin\" BINARY\n TRACK 01 \(word)\n  INDEX 01 00:00:00\n", files: [])
    var bytes = Stored.form1.file(Self.volume())
    bytes.replaceSubrange(0..<16 * 2352, with: [UInt8](repeating: 0, count: 16 * 2352))
    try TestFiles.write(bytes, to: fixture.folder.appending("a.bin"))
    #expect(try fixture.open().disc.tracks[0].mode == .mode2)
    // Silence before music is no data track.
    var random = SeededGenerator(seed: 12)
    let music = [UInt8](repeating: 0, count: 20 * 2352) + random.bytes(200 * 2352)
    try TestFiles.write(music, to: fixture.folder.appending("a.bin"))
    #expect(try fixture.open().disc.tracks[0].mode == .audio)
  }

  /// Data sectors that are called audio.
  @Test(arguments: [Stored.mode1, .form1]) func audioOfATableOfContentsMayBeData(stored: Stored) throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(stored.file(Self.volume()), to: folder.appending("a.bin"))
    try TestFiles.write(
      Array("CD_DA\nTRACK AUDIO\nFILE \"a.bin\" 0\n".utf8), to: folder.appending("disc.toc"))
    let image = try TOCReader.open(folder.appending("disc.toc"))
    #expect(image.disc.tracks[0].mode == stored.type.mode)
    #expect(try DiscTrees.all(of: image).contains { $0.files == 1 })
  }

  @Test(arguments: ["MODE1", "MODE1_RAW", "MODE2_RAW", "MODE2"], [Stored.mode1, .form1, .userData])
  func tablesOfContentsToo(word: String, stored: Stored) throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(stored.file(Self.volume()), to: folder.appending("a.bin"))
    try TestFiles.write(
      Array("CD_ROM\nTRACK \(word)\nDATAFILE \"a.bin\"\n".utf8), to: folder.appending("disc.toc"))
    let image = try TOCReader.open(folder.appending("disc.toc"))
    #expect(image.disc.tracks[0].mode == stored.type.mode && image.disc.tracks[0].storedSectors == 40)
    #expect(try DiscTrees.all(of: image).contains { $0.files == 1 })
  }
}

/// Sessions that lie in one file.
@Suite struct SessionsInOneFileTests {
  static func sheet(isAnnounced: Bool, index: Int, word: String) -> String {
    """
    \(isAnnounced ? "REM SESSION 01" : "")
    FILE "a.bin" BINARY
      TRACK 01 AUDIO
        INDEX 01 00:00:00
    \(isAnnounced ? "REM SESSION 02" : "")
      TRACK 02 \(word)
        INDEX 01 \(MSF(frames: index))
    """
  }

  /// 300 sectors of audio, what lies between, and a volume whose headers say 11700.
  @Test(arguments: [true, false], [true, false]) func theHeadersTell(isStored: Bool, isAnnounced: Bool) throws
  {
    // Where the gap is stored and no session named, the headers agree with the file: one session.
    if isStored, !isAnnounced { return }
    var random = SeededGenerator(seed: 4)
    let audio = random.bytes(300 * 2352)
    let gap = isStored ? 11_400 : 0
    let data = ISOBuilder.volume(file: Array("extra\n".utf8), sectors: 40, at: 11_700)
    var sectors: [UInt8] = []
    for number in 0..<40 {
      let part = Array(data[number * 2048..<(number + 1) * 2048])
      sectors += SheetTypeTests.Stored.form1.sector(part, 11_700 + number)
    }
    let fixture = try CUEFixture(
      Self.sheet(isAnnounced: isAnnounced, index: 300 + gap, word: "MODE2/2352"), files: [])
    try TestFiles.write(
      audio + [UInt8](repeating: 0, count: gap * 2352) + sectors, to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    #expect(image.disc.sessions.map(\.number) == [1, 2])
    #expect(image.disc.sessions[0].leadOut == 300)
    #expect(image.disc.tracks[0].end == 300 && image.disc.tracks[1].start == 11_700)
    #expect(image.disc.tracks[1].end == 11_740)
    #expect(image.remarks.contains { $0.contains("session") })
    #expect(image.unclaimed.count == (isStored ? 1 : 0))
    let tree = try #require(try DiscTrees.all(of: image).first { $0.session == 2 })
    #expect(tree.files == 1)
    let count = try SectorCount(image, image.disc.tracks[1])
    #expect(count.damaged == 0 && count.wrongAddress == 0 && count.emptyInGap == (isStored ? 150 : 0))
  }

  /// Sectors of user data have no headers; the root folder of their file system says where it lies.
  @Test(arguments: ["MODE1/2048", "MODE2/2336"], [true, false])
  func theFileSystemTells(word: String, isStored: Bool) throws {
    var random = SeededGenerator(seed: 6)
    let stored: SheetTypeTests.Stored = word == "MODE1/2048" ? .userData : .body
    let data = ISOBuilder.volume(file: Array("extra\n".utf8), sectors: 40, at: 11_700)
    let fixture = try CUEFixture(
      "REM SESSION 01\nFILE \"a.bin\" BINARY\n TRACK 01 \(word)\n  INDEX 01 00:00:00\nREM SESSION 02\n"
        + " TRACK 02 \(word)\n  INDEX 01 \(MSF(frames: isStored ? 11_700 : 300))\n", files: [])
    let gap = isStored ? random.bytes(11_400 * stored.type.stride) : []
    try TestFiles.write(
      random.bytes(300 * stored.type.stride) + gap + stored.file(data), to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    #expect(image.disc.sessions[0].leadOut == 300 && image.disc.tracks[1].start == 11_700)
    #expect(try DiscTrees.all(of: image).contains { $0.session == 2 && $0.files == 1 })
  }

  /// Without headers, zeros as long as the usual gap do; anything else is music.
  @Test(arguments: [true, false]) func zerosTell(isSilent: Bool) throws {
    var random = SeededGenerator(seed: 5)
    let sheet = Self.sheet(isAnnounced: true, index: 11_700, word: "AUDIO")
    let fixture = try CUEFixture(sheet, files: [])
    let between =
      isSilent ? [UInt8](repeating: 0, count: 11_400 * 2352) : [UInt8](repeating: 1, count: 11_400 * 2352)
    try TestFiles.write(
      random.bytes(300 * 2352) + between + random.bytes(100 * 2352), to: fixture.folder.appending("a.bin"))
    let image = try fixture.open()
    #expect(image.disc.sessions[0].leadOut == (isSilent ? 300 : 11_700))
    #expect(image.disc.tracks[1].start == (isSilent ? 11_700 : 23_100))
    #expect(image.remarks.count == 1)
  }
}
