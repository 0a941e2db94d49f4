import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// Descriptions of Alcohol 120% as they are found, by changing what is written here.
@Suite struct MDSTests {
  private struct Fixture {
    let folder: TemporaryFolder
    let image: DiscImage
    var path: FilePath { folder.appending("disc.mds") }

    init(_ sample: SampleDisc) throws { try self.init(sample.build()) }

    init(_ original: DiscImage) throws {
      folder = try TemporaryFolder()
      image = try WrittenDisc.prepared(original, for: .mds).image
      _ = try WrittenDisc.files(original, as: .mds, folder: folder.path, base: "disc")
    }

    func open() throws -> DiscImage { try Formats.openDisc(path).image }

    func edit(_ name: String = "disc.mds", _ change: (inout [UInt8]) -> Void) throws {
      var bytes = try TestFiles.read(folder.appending(name))
      change(&bytes)
      try TestFiles.write(bytes, to: folder.appending(name))
    }

    /// Where the blocks of tracks begin.
    func blocks() throws -> [Int] {
      let bytes = try TestFiles.read(path)
      let table = MDSTests.number(bytes, MDSTests.number(bytes, 0x50) + 0x14)
      return (0..<Int(bytes[MDSTests.number(bytes, 0x50) + 10])).map { table + 80 * $0 }.filter {
        (1...99).contains(bytes[$0 + 4])
      }
    }

    /// Gives all tracks other files.
    func name(_ names: [String], isWide: Bool) throws {
      let blocks = try blocks()
      try edit { bytes in
        let footer = bytes.count
        var text: [UInt8] = []
        for name in names {
          let place = footer + 16 * names.count + text.count
          bytes +=
            MDSTests.bytes(place, 4) + MDSTests.bytes(isWide ? 1 : 0, 4) + [UInt8](repeating: 0, count: 8)
          text +=
            isWide
            ? name.utf16.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] } + [0, 0] : Array(name.utf8) + [0]
        }
        bytes += text
        for block in blocks {
          bytes.replaceSubrange(block + 0x30..<block + 0x34, with: MDSTests.bytes(names.count, 4))
          bytes.replaceSubrange(block + 0x34..<block + 0x38, with: MDSTests.bytes(footer, 4))
        }
      }
    }
  }

  private static func number(_ bytes: [UInt8], _ at: Int) -> Int {
    bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
  }

  private static func bytes(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  @Test func nothingIsRemarkedOnASoundImage() throws {
    for sample in SampleDisc.allCases {
      let image = try Fixture(sample).open()
      #expect(image.remarks == [], "\(sample)")
      #expect(image.unclaimed == [])
      #expect(image.disc.raw.fullTOC == FullTOC(of: image.disc)?.bytes)
    }
  }

  /// The gap between two tracks of audio lies at the end of the first, any other is in no file.
  @Test func gapsBetweenTracks() throws {
    let image = try Fixture(.mixedMode).open()
    let sample = SampleDisc.mixedMode.build()
    #expect(image.disc.tracks.map(\.start) == sample.disc.tracks.map(\.start))
    #expect(
      image.disc.tracks[1].extents.map(\.word) == ["absent", "stored"] && image.disc.tracks[1].pregap == 150)
    #expect(image.disc.tracks[1].end == sample.disc.tracks[2].start && image.disc.tracks[2].pregap == 0)
    #expect(try DiscComparison.missing(of: sample, in: image) == [])
  }

  @Test(arguments: [true, false]) func namesInBothCodings(isWide: Bool) throws {
    let fixture = try Fixture(.audio)
    for name in ["*.mdf", "disc.mdf", "DISC.MDF", "C:\\Images\\disc.mdf", "andere-Größe.mdf"] {
      try fixture.name([name], isWide: isWide)
      let image = try fixture.open()
      #expect(try DiscComparison.differences(fixture.image, image) == [], "\(name)")
      // A name that is not there: what has the name of the description.
      #expect(image.remarks.isEmpty == (name.count < 9), "\(name): \(image.remarks)")
    }
    try fixture.name(["../disc.mdf"], isWide: isWide)
    #expect(throws: EvidenceError.self) { try fixture.open() }
  }

  /// Files end where they end, also within a sector.
  @Test func severalFilesAreOne() throws {
    let fixture = try Fixture(.dataOnly)
    let bytes = try TestFiles.read(fixture.folder.appending("disc.mdf"))
    let parts = [bytes[..<200_001], bytes[200_001..<400_000], bytes[400_000...]]
    for (name, part) in zip(["disc.mdf", "disc.md1", "disc.md2"], parts) {
      try TestFiles.write(Array(part), to: fixture.folder.appending(name))
    }
    try fixture.name(["*.mdf", "*.md1", "*.md2"], isWide: true)
    let image = try fixture.open()
    #expect(try DiscComparison.differences(fixture.image, image) == [])
    #expect(image.files.map(\.names.count) == [3] && image.remarks == [])
    _ = try Tool.run("rm", [fixture.folder.appending("disc.md1").string])
    let error = #expect(throws: EvidenceError.self) { try fixture.open() }
    #expect(error?.code == .segmentMissing && error?.subject == "disc.md1")
  }

  /// Another version has nothing readable behind its header.
  @Test func anotherVersionIsRefusedByName() throws {
    for (name, minor) in [("disc.mds", 0), ("disc.mdx", 1)] as [(String, UInt8)] {
      let folder = try TemporaryFolder()
      let path = folder.appending(name)
      try TestFiles.write(
        Array("MEDIA DESCRIPTOR".utf8) + [2, minor] + [UInt8](repeating: 0xA5, count: 60_000), to: path)
      let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
      #expect(error?.code == .formatUnreadable)
      #expect(error?.detail.contains("version 2.\(minor) (Daemon Tools)") == true)
      #expect(throws: EvidenceError.self) { try Formats.openDisk(path) }
    }
  }

  /// Structures of both layers, a burst cutting area, and measurements of density: kept.
  @Test func structuresOfADVD() throws {
    var plan = DiscBuilder([.init([DiscBuilder.Track(1, .dvd, sectors: 40)])])
    plan.medium = .dvd
    let plain = plan.build()
    var disc = plain.disc
    for layer in 0..<2 as Range<UInt8> {
      disc.raw.discStructures[.init(format: 0, layer: layer)] =
        [layer, 2, 0x31] + [UInt8](repeating: 5, count: 2045)
      disc.raw.discStructures[.init(format: 1, layer: layer)] = [1, layer, 0, 0]
      disc.raw.discStructures[.init(format: 4, layer: layer)] = [UInt8](repeating: layer + 7, count: 2048)
    }
    disc.raw.discStructures[.init(format: 3, layer: 0)] = [UInt8](repeating: 9, count: 188)
    disc.raw.densities = [
      Self.bytes(1, 4) + Self.bytes(0, 4) + Self.bytes(256, 4) + Self.bytes(2, 4) + Self.bytes(77, 4)
        + Self.bytes(88, 4),
      Self.bytes(2, 4) + Self.bytes(5, 4) + Self.bytes(256, 4) + Self.bytes(0, 4),
    ]
    let image = plain.describing(disc)
    #expect(try MDSWriter.losses(image) == [])
    let fixture = try Fixture(image)
    let again = try fixture.open()
    #expect(try DiscComparison.differences(image, again) == [])
    #expect(again.disc.raw == disc.raw && again.remarks == [])
    #expect(try WrittenDisc.losses(again, in: .iso).map(\.kind) == [.discStructures, .discStructures])
    // In the description that an acquisition leaves, byte for byte.
    let stream = try DiscStream(wholeOf: again)
    let description = DiscDescription(
      image: "disc.bin", sectorSize: 2048, disc: stream.disc,
      origin: DiscDescription.Origin(format: .mds, files: [], remarks: []))
    let read = try DiscDescription(parsing: Array(description.json.indentedText.utf8), name: "disc.json")
    #expect(read.disc == stream.disc && read.disc.raw.discStructures.count == 7)
    // A structure that has no place in it.
    var other = disc
    other.raw.discStructures[.init(format: 0x0D, layer: 0)] = [1]
    #expect(try MDSWriter.losses(plain.describing(other)).map(\.kind) == [.discStructures])
  }

  @Test func theSectorsDecideWhatATrackIs() throws {
    let fixture = try Fixture(.xa)
    let blocks = try fixture.blocks()
    try fixture.edit { $0[blocks[0]] = 0xA9 }
    let image = try fixture.open()
    #expect(image.disc.tracks.map(\.mode) == [.mode2, .mode2])
    #expect(image.remarks == ["track 1 is said to be audio; its sectors are mode2"])
  }

  @Test func aFileThatIsTooShortOrTooLong() throws {
    let fixture = try Fixture(.audio)
    try fixture.edit("disc.mdf") { $0 += [1, 2, 3] }
    let long = try fixture.open()
    #expect(long.unclaimed.map { $0.range.count } == [3])
    try fixture.edit("disc.mdf") { $0.removeLast(3 + 1000) }
    let short = try fixture.open()
    let last = try #require(short.disc.tracks.last)
    #expect(last.extents.last?.source == .absent && last.extents.last?.count == 1)
    #expect(short.remarks.contains { $0.contains("ends before the end of track 4: sectors \(last.end - 1)") })
    #expect(try MDSWriter.losses(short).map(\.kind) == [.unclaimedBytes, .gaps])
  }

  @Test func whatCannotBeIsNamed() throws {
    for (at, value, size) in [(0x14, 0, 2), (0x14, 60000, 2), (0x50, 1 << 30, 4)] {
      let fixture = try Fixture(.audio)
      try fixture.edit { $0.replaceSubrange(at..<at + size, with: Self.bytes(value, size)) }
      let error = #expect(throws: EvidenceError.self) { try fixture.open() }
      #expect(error?.code == .imageMalformed)
    }
    for (at, value, size) in [
      (0x0C, 1 << 30, 4), (0x10, 17, 2), (0x24, 1, 4), (0x30, 1 << 20, 4), (0x34, 1 << 30, 4),
    ] {
      let fixture = try Fixture(.audio)
      let block = try fixture.blocks()[1]
      try fixture.edit { $0.replaceSubrange(block + at..<block + at + size, with: Self.bytes(value, size)) }
      let error = #expect(throws: EvidenceError.self) { try fixture.open() }
      #expect(error?.code == .imageMalformed, "\(at)")
    }
    let fixture = try Fixture(.audio)
    let bytes = try TestFiles.read(fixture.path)
    // Blocks that name the same bytes again and again.
    let many = try Fixture(.manyTracks)
    try many.name([String](repeating: "disc.mdf", count: 42), isWide: false)
    let error = #expect(throws: EvidenceError.self) { try many.open() }
    #expect(error?.code == .imageMalformed && error?.detail.contains("files or more") == true)
    for count in 0..<bytes.count {
      // Cut at every byte: an error, or a disc; never a crash.
      _ = try? MDSReader.image(of: Array(bytes[..<count]), name: "cut") {
        (name: String) throws(EvidenceError) in
        (MemoryDiscFile(name: name, contents: []), nil)
      }
    }
  }

  /// Data alone, as another program takes it out.
  @Test(
    .enabled(if: Tool.exists("mdf2iso") && Tool.exists("xorriso"), "needs mdf2iso and xorriso"),
    arguments: [true, false])
  func othersTakeTheSameUserData(isWhole: Bool) throws {
    let folder = try TemporaryFolder()
    let iso = try ISOTests.fileSystem(folder)
    var made = PreparedDisc(try ISOReader.open(iso))
    if isWhole { try made.makeSectorsWhole() }
    _ = try WrittenDisc.files(made.image, as: .mds, folder: folder.path, base: "disc")
    let run = try Tool.run("mdf2iso", ["disc.mdf", "out.iso"], in: folder.path)
    // It makes nothing of what is an ISO already.
    let out = isWhole ? "out.iso" : "disc.mdf"
    #expect(try TestFiles.read(folder.appending(out)) == TestFiles.read(iso), "\(run.output)\(run.errors)")
  }
}
