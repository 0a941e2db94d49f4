import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// Images as CloneCD and others leave them, whatever they say of themselves.
@Suite struct CCDTests {
  /// A disc written as CloneCD, whose files a test then changes.
  private struct Fixture {
    let folder: TemporaryFolder
    let image: DiscImage
    var sheet: FilePath { folder.appending("disc.ccd") }

    init(_ sample: SampleDisc) throws {
      folder = try TemporaryFolder()
      image = try WrittenDisc.prepared(sample.build(), for: .ccd).image
      _ = try WrittenDisc.files(sample.build(), as: .ccd, folder: folder.path, base: "disc")
    }

    func edit(_ change: (String) -> String) throws {
      let text = String(decoding: try TestFiles.read(sheet), as: UTF8.self)
      try TestFiles.write(Array(change(text).utf8), to: sheet)
    }

    func edit(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
      var bytes = try TestFiles.read(folder.appending(name))
      change(&bytes)
      try TestFiles.write(bytes, to: folder.appending(name))
    }

    func open() throws -> DiscImage { try Formats.openDisc(sheet).image }
  }

  private static func has(_ image: DiscImage, _ text: String) -> Bool {
    image.remarks.contains { $0.contains(text) }
  }

  @Test func nothingIsRemarkedOnASoundImage() throws {
    for sample in SampleDisc.allCases where sample != .cooked {
      let image = try Fixture(sample).open()
      #expect(image.remarks == [], "\(sample)")
      #expect(image.disc.raw.fullTOC == FullTOC(of: image.disc)?.bytes)
      // A table of contents that only says where the tracks are is nothing to lose.
      #expect(try CUEWriter.losses(image).allSatisfy { $0.kind != .rawTOC })
    }
  }

  /// The table of contents stays as it was read, also what has no meaning for tracks.
  @Test func theTableOfContentsStaysVerbatim() throws {
    let fixture = try Fixture(.mixedMode)
    let more =
      "[Entry 7]\r\nSession=1\r\nPoint=0xb0\r\nADR=0x05\r\nControl=0x04\r\nTrackNo=0\r\nAMin=255\r\nASec=199\r\n"
      + "AFrame=255\r\nALBA=0\r\nZero=2\r\nPMin=79\r\nPSec=59\r\nPFrame=74\r\nPLBA=0\r\n"
    try fixture.edit {
      $0.replacingOccurrences(of: "TocEntries=7", with: "TocEntries=8")
        .replacingOccurrences(of: "[TRACK 1]", with: more + "[TRACK 1]")
    }
    let image = try fixture.open()
    #expect(image.remarks == [])
    let toc = try #require(image.disc.raw.fullTOC)
    #expect(toc.suffix(11) == [1, 0x54, 0, 0xB0, 255, 199, 255, 2, 79, 59, 74])
    #expect(try CUEWriter.losses(image).map(\.kind) == [.rawTOC])
    let again = try TemporaryFolder()
    #expect(try CCDWriter.losses(image) == [])
    let files = try WrittenDisc.files(image, as: .ccd, folder: again.path, base: "disc")
    #expect(try Formats.openDisc(files[0]).image.disc.raw.fullTOC == toc)
    #expect(try TestFiles.read(files[0]) != TestFiles.read(fixture.sheet), "its own PLBA")
  }

  /// Entries in any order, and points that are no track.
  @Test func entriesInAnyOrder() throws {
    let fixture = try Fixture(.audio)
    let odd =
      "[Entry 7]\r\nSession=1\r\nPoint=0x6f\r\nADR=0x01\r\nControl=0x00\r\nTrackNo=0\r\nAMin=0\r\nASec=0\r\n"
      + "AFrame=0\r\nALBA=-150\r\nZero=0\r\nPMin=0\r\nPSec=2\r\nPFrame=0\r\nPLBA=0\r\n"
    try fixture.edit { text in
      let parts = text.components(separatedBy: "[Entry ")
      let last = parts[parts.count - 1].components(separatedBy: "[TRACK 1]")
      let entries = parts[1..<parts.count - 1] + [last[0]]
      return parts[0].replacingOccurrences(of: "TocEntries=7", with: "TocEntries=8") + odd
        + entries.reversed().map { "[Entry " + $0 }.joined() + "[TRACK 1]" + last[1]
    }
    let image = try fixture.open()
    #expect(try DiscComparison.differences(fixture.image, image) == [])
    #expect(image.remarks == ["session 1: point 111 is no track and is passed over"])
  }

  /// A track of session 2 that lies within session 1, and a track 0: passed over, and said to be.
  @Test func aTrackThatLiesInAnotherSession() throws {
    let fixture = try Fixture(.dataOnly)
    let entry = { (number: Int, session: Int, point: String, second: Int) in
      "[Entry \(number)]\r\nSession=\(session)\r\nPoint=\(point)\r\nADR=0x01\r\nControl=0x04\r\nTrackNo=0\r\nAMin=0\r\n"
        + "ASec=0\r\nAFrame=0\r\nALBA=-150\r\nZero=0\r\nPMin=0\r\nPSec=\(second)\r\nPFrame=0\r\nPLBA=\(second * 75 - 150)\r\n"
    }
    try fixture.edit {
      $0.replacingOccurrences(of: "TocEntries=4", with: "TocEntries=5")
        .replacingOccurrences(of: "[TRACK 1]", with: entry(4, 1, "0x00", 2) + "[TRACK 1]")
    }
    #expect(try DiscComparison.differences(fixture.image, fixture.open()) == [])
    let other = try Fixture(.dataOnly)
    try other.edit {
      $0.replacingOccurrences(of: "TocEntries=4", with: "TocEntries=5")
        .replacingOccurrences(of: "Sessions=1", with: "Sessions=2")
        .replacingOccurrences(of: "[TRACK 1]", with: entry(4, 2, "0x01", 3) + "[TRACK 1]")
    }
    let image = try other.open()
    #expect(try DiscComparison.differences(other.image, image) == [])
    #expect(
      image.remarks == [
        "session 2: track 1 begins at 75, before the lead-out of session 1; it is passed over"
      ])
  }

  @Test func theSectorsDecideWhatATrackIs() throws {
    let fixture = try Fixture(.xa)
    try fixture.edit { $0.replacingOccurrences(of: "MODE=2", with: "MODE=0") }
    let image = try fixture.open()
    #expect(image.disc.tracks.map(\.mode) == [.mode2, .mode2])
    #expect(Self.has(image, "track 1 is said to be of MODE 0; its sectors are mode2"))
    let other = try Fixture(.audio)
    try other.edit { $0.replacingOccurrences(of: "MODE=0", with: "MODE=1") }
    #expect(try other.open().disc.tracks.allSatisfy { $0.mode == .audio })
  }

  /// With all that lies between sessions, or without: the sizes decide, then the headers of sectors.
  @Test func sessionsWithWhatLiesBetweenThem() throws {
    let fixture = try Fixture(.cdExtra)
    let original = fixture.image.disc
    let gap = original.sessions[1].tracks[0].start - original.sessions[0].leadOut
    try fixture.edit("disc.img") {
      $0.insert(
        contentsOf: [UInt8](repeating: 0, count: gap * 2352), at: original.sessions[0].leadOut * 2352)
    }
    let image = try fixture.open()
    #expect(try DiscComparison.missing(of: fixture.image, in: image) == [])
    #expect(image.disc.tracks[2].first == original.tracks[2].start - 150)
    #expect(image.unclaimed.map { $0.range.count } == [(gap - 150) * 2352])
    #expect(image.remarks == [])
    // A sector less: neither size fits.
    try fixture.edit("disc.img") { $0.removeLast(2352) }
    let cut = try fixture.open()
    #expect(Self.has(cut, "headers of sectors were asked"))
    #expect(Self.has(cut, "ends before the end of track 3"))
    #expect(cut.disc.tracks[2].extents.last?.source == .absent)
    #expect(cut.disc.tracks[2].start == original.tracks[2].start)
    #expect(
      try DiscComparison.missing(of: cut, in: fixture.image, range: 0..<original.tracks[2].end - 1) == [
        "track 3: sector \(original.tracks[2].start - 150) is not there"
      ])
  }

  @Test func aLeadOutBeforeTheEndOfTheSectors() throws {
    let fixture = try Fixture(.dataOnly)
    try fixture.edit {
      $0.replacingOccurrences(
        of: "PMin=0\r\nPSec=6\r\nPFrame=20\r\nPLBA=320", with: "PMin=0\r\nPSec=2\r\nPFrame=1\r\nPLBA=1")
    }
    let image = try fixture.open()
    #expect(image.disc.tracks[0].end == 320)
    #expect(Self.has(image, "the lead-out is said to begin at 1"))
    #expect(try CCDWriter.losses(image).map(\.kind) == [.rawTOC])
  }

  @Test func aSubchannelThatIsShortOrMissing() throws {
    let fixture = try Fixture(.subchannel)
    #expect(try fixture.open().disc.tracks[1].hasChannels)
    try fixture.edit("disc.sub") { $0.removeLast(300 * 96 + 5) }
    let short = try fixture.open()
    #expect(Self.has(short, "subchannel of \(short.disc.tracks[1].end - 301) sectors"))
    #expect(short.disc.tracks[1].extents.map { $0.run?.subchannel != nil } == [true, false])
    #expect(short.unclaimed.map(\.file) == [1])
    // What is missing is made when it is written again, and that is said.
    let made = try WrittenDisc.prepared(short, for: .ccd)
    #expect(made.generated.map(\.kind) == [.subchannel] && made.generated[0].range.count == 301)
    try fixture.edit("disc.sub") { $0.removeAll() }
    #expect(try !fixture.open().disc.tracks.contains(where: \.hasChannels))
    _ = try Tool.run("rm", [fixture.folder.appending("disc.sub").string])
    #expect(try fixture.open().remarks == [])
  }

  @Test(arguments: [true, false])
  func scrambledSectorsAreDescrambled(isSaid: Bool) throws {
    let fixture = try Fixture(.mixedMode)
    let count = fixture.image.disc.tracks[0].end
    try fixture.edit("disc.img") { bytes in
      for number in 0..<count {
        var sector = Array(bytes[number * 2352..<(number + 1) * 2352])
        Scrambler.apply(to: &sector)
        bytes.replaceSubrange(number * 2352..<(number + 1) * 2352, with: sector)
      }
    }
    if isSaid {
      try fixture.edit { $0.replacingOccurrences(of: "DataTracksScrambled=0", with: "DataTracksScrambled=1") }
    }
    let image = try fixture.open()
    #expect(try DiscComparison.differences(fixture.image, image) == [])
    #expect(Self.has(image, "scrambled"))
    #expect(Self.has(image, "which the description does not say") == !isSaid)
    let stream = try DiscStream(wholeOf: image)
    #expect(stream.sectorCount == image.disc.storedSectors)
  }

  @Test func aCueSheetBesideItThatDisagrees() throws {
    let fixture = try Fixture(.audio)
    _ = try WrittenDisc.files(fixture.image, as: .cue, folder: fixture.folder.path, base: "disc")
    #expect(try fixture.open().remarks == [])
    let path = fixture.folder.appending("disc.cue")
    let text = String(decoding: try TestFiles.read(path), as: UTF8.self)
    try TestFiles.write(
      Array(text.replacingOccurrences(of: "INDEX 01 00:04:41", with: "INDEX 01 00:04:40").utf8), to: path)
    #expect(
      try fixture.open().remarks == [
        "disc.cue beside it disagrees, and was not used: here track 2 (audio) begins at 341, there track 2 (audio) begins at 340"
      ])
  }

  /// CloneCD leaves out the CRC of packs, and some programs count wrongly.
  @Test func textsWithoutTheirCRC() throws {
    let fixture = try Fixture(.texts)
    let image = try fixture.open()
    #expect(image.disc.cdText?.blocks == fixture.image.disc.cdText?.blocks)
    try fixture.edit { $0.replacingOccurrences(of: "Entries=", with: "Entries=1") }
    #expect(Self.has(try fixture.open(), "packs are announced"))
  }

  @Test func linesThatSayNothingAreNotListedWithoutEnd() throws {
    let fixture = try Fixture(.dataOnly)
    try fixture.edit { $0 + String(repeating: "x\r\n", count: 100_000) }
    let image = try fixture.open()
    #expect(image.remarks.count == 501 && image.remarks.last?.contains("more lines are odd") == true)
  }

  @Test func whatCannotBeIsNamedWithItsLine() throws {
    let cases: [(String, String, String)] = [
      ("PMin=0", "PMin=300", "PMIN is 300"), ("ADR=0x01", "ADR=0x11", "ADR is 17"),
      ("Session=1\r\n", "", "no SESSION"), ("INDEX 1=0", "INDEX 1=x", "x is no number"),
    ]
    for (old, new, reason) in cases {
      let fixture = try Fixture(.dataOnly)
      try fixture.edit { $0.replacingOccurrences(of: old, with: new) }
      let error = #expect(throws: EvidenceError.self) { try fixture.open() }
      #expect(error?.code == .sheetMalformed && error?.subject.contains("line ") == true)
      #expect(error?.detail.contains(reason) == true, "\(error?.description ?? "")")
    }
    let fixture = try Fixture(.dataOnly)
    _ = try Tool.run(
      "mv", [fixture.folder.appending("disc.img").string, fixture.folder.appending("DISC.IMG").string])
    #expect(try fixture.open().remarks == [])
    _ = try Tool.run("rm", [fixture.folder.appending("DISC.IMG").string])
    let error = #expect(throws: EvidenceError.self) { try fixture.open() }
    #expect(error?.code == .segmentMissing && error?.subject == "disc.img")
  }

  // MARK: other programs

  /// An ISO in whole sectors: every sector is generated around what was read, and two other programs take that out.
  @Test(.enabled(if: Tool.exists("xorriso"), "needs xorriso"), arguments: ["ccd2iso", "iat"])
  func othersTakeTheSameUserData(tool: String) throws {
    guard Tool.exists(tool) else { try Test.cancel("needs \(tool)") }
    let folder = try TemporaryFolder()
    let iso = try ISOTests.fileSystem(folder)
    var made = PreparedDisc(try ISOReader.open(iso))
    try made.makeSectorsWhole()
    #expect(made.generated.map(\.kind) == [.sectorCodes])
    #expect(made.generated.map(\.range) == [0..<Int(try TestFiles.size(iso)) / 2048])
    let files = try WrittenDisc.files(made.image, as: .ccd, folder: folder.path, base: "disc")
    let count = try SectorCount(try Formats.openDisc(files[0]).image, made.image.disc.tracks[0])
    #expect(count.kinds.keys.sorted { $0.title < $1.title } == [.mode1])
    #expect(count.damaged == 0 && count.wrongParity == 0 && count.wrongAddress == 0)
    let run = try Tool.run(tool, ["disc.img", "out.iso"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    #expect(try TestFiles.read(folder.appending("out.iso")) == TestFiles.read(iso))
  }
}
