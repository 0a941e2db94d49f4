import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// Chunks made by hand, as versions 1 and 2 and other programs have them.
private struct NRGBuilder {
  var bytes: [UInt8]
  private var chunks: [UInt8] = []

  init(_ sectors: [UInt8] = []) { bytes = sectors }

  static func number(_ value: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
  }

  mutating func add(_ word: String, _ body: [UInt8]) {
    chunks += Array(word.utf8) + Self.number(body.count, 4) + body
  }

  /// A table of version 1: control, track, index, and a time in BCD or in binary.
  mutating func cues(_ entries: [(UInt8, UInt8, UInt8, Int)], inBCD: Bool) {
    add(
      "CUES",
      entries.flatMap { control, track, index, lba in
        let time = MSF(frames: lba + 150)
        let parts = [time.minute, time.second, time.frame].map { inBCD ? BCD.encode($0) : UInt8($0) }
        return [control, track, index, 0, 0] + parts
      })
  }

  mutating func discAtOnce(
    _ tracks: [(mode: UInt8, size: Int, places: [Int])], isLong: Bool, isrc: String = ""
  ) {
    let width = isLong ? 8 : 4
    var body = Self.number(0, 4) + Array("1234567890123".utf8) + [0, 0, 1, 1, UInt8(tracks.count)]
    for track in tracks {
      body += Array(isrc.utf8) + [UInt8](repeating: 0, count: 12 - isrc.utf8.count)
      body += Self.number(track.size, 2) + [track.mode, 0, 0, 1]
      body += track.places.flatMap { Self.number($0, width) }
    }
    add(isLong ? "DAOX" : "DAOI", body)
  }

  mutating func trackAtOnce(_ tracks: [(offset: Int, size: Int, mode: Int, start: Int)], isLong: Bool) {
    let width = isLong ? 8 : 4
    add(
      isLong ? "ETN2" : "ETNF",
      tracks.flatMap { track in
        Self.number(track.offset, width) + Self.number(track.size, width) + Self.number(track.mode, 4)
          + Self.number(track.start, 4) + Self.number(0, isLong ? 8 : 4)
      })
  }

  func file(version: Int) -> [UInt8] {
    let end = chunks + Array("END!".utf8) + [0, 0, 0, 0]
    return bytes + end
      + (version == 2
        ? Array("NER5".utf8) + Self.number(bytes.count, 8) : Array("NERO".utf8) + Self.number(bytes.count, 4))
  }

  func open(version: Int) throws -> DiscImage {
    try NRGReader.image(of: MemoryDiscFile(name: "made.nrg", contents: file(version: version)))
  }
}

@Suite struct NRGTests {
  private static func noise(_ count: Int) -> [UInt8] {
    var random = SeededGenerator(seed: 9)
    return random.bytes(count)
  }

  /// Times of version 1 in both codings: the sizes of the tracks tell which.
  @Test(arguments: [true, false]) func timesOfVersionOne(inBCD: Bool) throws {
    var builder = NRGBuilder(Self.noise((150 + 700 + 20 + 330) * 2352))
    builder.cues(
      [
        (0x01, 0, 0, -150), (0x01, 1, 0, -150), (0x01, 1, 1, 0), (0x21, 2, 0, 700), (0x21, 2, 1, 720),
        (0x01, 0xAA, 1, 1050),
      ],
      inBCD: inBCD)
    builder.discAtOnce(
      [
        (7, 2352, [0, 150 * 2352, 850 * 2352]), (7, 2352, [850 * 2352, 870 * 2352, 1200 * 2352]),
      ], isLong: false, isrc: "DEMUA9800001")
    let image = try builder.open(version: 1)
    #expect(image.remarks == [])
    #expect(image.disc.tracks.map(\.start) == [0, 720] && image.disc.tracks.map(\.first) == [-150, 700])
    #expect(image.disc.sessions[0].leadOut == 1050 && image.disc.storedSectors == 1200)
    #expect(image.disc.catalog?.description == "1234567890123")
    #expect(image.disc.tracks.allSatisfy { $0.isrc?.description == "DEMUA9800001" })
    #expect(image.disc.tracks.map(\.control) == [[], .copyPermitted])
  }

  /// Tracks at once: the addresses leave out the pregaps, which are in no file.
  @Test(arguments: [1, 2]) func tracksAtOnce(version: Int) throws {
    var builder = NRGBuilder(Self.noise(300 * 2336 + 400 * 2352 + 310 * 2352))
    builder.trackAtOnce(
      [
        (0, 300 * 2336, 3, 0), (300 * 2336, 400 * 2352, 7, 300),
        (300 * 2336 + 400 * 2352, 310 * 2352, 7, 700),
      ], isLong: version == 2)
    builder.add("SINF", [0, 0, 0, 3])
    builder.add("MTYP", [0, 0, 0, 1])
    let image = try builder.open(version: version)
    #expect(image.remarks == [])
    #expect(image.disc.medium == .cd && image.disc.sessions.count == 1)
    #expect(image.disc.tracks.map(\.start) == [0, 450, 1000])
    #expect(image.disc.tracks.map(\.first) == [-150, 300, 850])
    #expect(image.disc.tracks.map(\.mode) == [.mode2, .audio, .audio])
    #expect(image.disc.sessions[0].leadOut == 1310)
    // With the pregaps, as another program has them.
    var other = NRGBuilder(Self.noise(600 * 2352))
    other.trackAtOnce([(0, 300 * 2352, 7, 0), (300 * 2352, 300 * 2352, 7, 450)], isLong: true)
    #expect(try other.open(version: 2).disc.tracks.map(\.start) == [0, 600])
    // Addresses that fit no size.
    var odd = NRGBuilder(Self.noise(600 * 2352))
    odd.trackAtOnce([(0, 300 * 2352, 7, 0), (300 * 2352, 300 * 2352, 7, 17)], isLong: true)
    let placed = try odd.open(version: 2)
    #expect(placed.disc.tracks.map(\.start) == [0, 450])
    #expect(placed.remarks.contains { $0.contains("do not fit their sizes") })
  }

  /// Several tables of tracks are one session where SINF says so.
  @Test func sessionsAsTheirCountsSay() throws {
    func image(_ counts: [UInt8]) throws -> DiscImage {
      var builder = NRGBuilder(Self.noise(600 * 2352))
      builder.trackAtOnce([(0, 300 * 2352, 7, 0)], isLong: true)
      builder.trackAtOnce([(300 * 2352, 300 * 2352, 7, 450)], isLong: true)
      for count in counts { builder.add("SINF", [0, 0, 0, count]) }
      return try builder.open(version: 2)
    }
    #expect(try image([2]).disc.sessions.map { $0.tracks.count } == [2])
    #expect(try image([1, 1]).disc.sessions.map { $0.tracks.count } == [1, 1])
    let wrong = try image([5])
    #expect(wrong.disc.sessions.map { $0.tracks.count } == [1, 1])
    #expect(wrong.remarks.contains { $0.contains("sessions of 5 tracks are announced") })
  }

  /// Where mode and size of sectors disagree, the size is right; what whole sectors are, they say.
  @Test func theSizeOfSectorsIsBelieved() throws {
    let sample = SampleDisc.dataOnly.build()
    let sectors = try sample.files[0].bytes(at: 0, count: 320 * 2352)
    for mode in [0, 2, 3, 6] as [UInt8] {
      var builder = NRGBuilder([UInt8](repeating: 0, count: 150 * 2352) + sectors)
      builder.add(
        "CUEX",
        [0x41, 1, 0, 0] + NRGBuilder.number(-150, 4) + [0x41, 1, 1, 0, 0, 0, 0, 0] + [
          0x41, 0xAA, 1, 0, 0, 0, 1, 64,
        ])
      builder.discAtOnce([(mode, 2352, [0, 150 * 2352, 470 * 2352])], isLong: true)
      let image = try builder.open(version: 2)
      #expect(image.disc.tracks[0].mode == .mode1)
      #expect(try DiscComparison.missing(of: sample, in: image) == [])
      #expect(!image.remarks.isEmpty)
    }
  }

  @Test func whatCannotBeIsNamed() throws {
    let sectors = Self.noise(400 * 2352)
    func reason(_ build: (inout NRGBuilder) -> Void) -> String {
      var builder = NRGBuilder(sectors)
      build(&builder)
      do { _ = try builder.open(version: 2) } catch {
        let error = error as? EvidenceError
        return error?.code == .imageMalformed ? error?.detail ?? "" : "\(error.map(\.description) ?? "")"
      }
      return "it opens"
    }
    let good: (mode: UInt8, size: Int, places: [Int]) = (7, 2352, [0, 0, 400 * 2352])
    #expect(reason { $0.add("CUEX", [1, 2, 3]) }.contains("no multiple of 8"))
    #expect(reason { $0.discAtOnce([(9, 2352, good.places)], isLong: true) }.contains("unknown mode 9"))
    #expect(reason { $0.discAtOnce([(7, 2048, good.places)], isLong: true) }.contains("sectors of 2048"))
    #expect(
      reason { $0.discAtOnce([(7, 2352, [0, 0, 401 * 2352])], isLong: true) }.contains("do not lie behind"))
    #expect(reason { $0.discAtOnce([(7, 2352, [9, 5, 3])], isLong: true) }.contains("has its indexes at"))
    #expect(reason { $0.discAtOnce([good, good], isLong: true) }.contains("do not lie behind"))
    #expect(
      reason { $0.discAtOnce([(7, 2352, [0, Int.max, Int.max])], isLong: true) } != "it opens")
    #expect(reason { $0.trackAtOnce([(-1, -1, 7, 0)], isLong: true) } != "it opens")
    #expect(reason { _ in }.contains("no chunk describes tracks"))
    #expect(reason { $0.add("DAOX", [UInt8](repeating: 0, count: 22 + 42 * 120)) }.contains("120 tracks"))
    #expect(
      reason {
        $0.add("SINF", []); $0.add("ETN2", [UInt8](repeating: 0, count: 33))
      }.contains("no multiple of 32"))
    #expect(reason { $0.add("TINF", [UInt8](repeating: 0, count: 12)) }.contains("of a version before 1"))
    let cut = NRGBuilder(sectors).file(version: 2)
    let hostile = cut.dropLast(20) + Array("DAOX".utf8) + [0xFF, 0xFF, 0xFF, 0xFF] + cut.suffix(12)
    #expect(throws: EvidenceError.self) {
      try NRGReader.image(of: MemoryDiscFile(name: "x", contents: Array(hostile)))
    }
  }

  /// A description of any size, and offsets past 32 bits.
  @Test func manyTracksAndLargeFiles() throws {
    let folder = try TemporaryFolder()
    let image = SampleDisc.manyTracks.build()
    let path = try WrittenDisc.files(image, as: .nrg, folder: folder.path, base: "disc")[0]
    let bytes = try TestFiles.read(path)
    let start = bytes.suffix(8).reduce(0) { $0 << 8 | Int($1) }
    #expect(bytes.count - start > 4096)
    #expect(try Formats.identify(path)?.id == .nrg)
    #expect(try Formats.openDisc(path).image.disc.tracks.count == 99)
    // A DVD of 5 GiB, whose sectors are a hole.
    let large = folder.appending("large.nrg")
    let size = 5 << 30
    var builder = NRGBuilder()
    builder.trackAtOnce([(2048, size - 2048, 0, 0)], isLong: true)
    builder.add("MTYP", [0, 0, 2, 0])
    let tail = builder.file(version: 2).dropLast(8) + NRGBuilder.number(size, 8)
    try TestFiles.write(Array(tail), to: folder.appending("tail"))
    try Tool.require(
      "bash", ["-c", "cd '\(folder.path)' && truncate -s \(size) large.nrg && cat tail >> large.nrg"])
    let dvd = try Formats.openDisc(large).image
    #expect(dvd.disc.medium == .dvd && dvd.disc.tracks[0].end == (size - 2048) / 2048)
    #expect(dvd.unclaimed.map(\.range) == [0..<2048])
    #expect(dvd.disc.tracks[0].extents.compactMap(\.run).map(\.offset) == [2048])
    let last = try dvd.sector(dvd.disc.tracks[0].end - 1, of: dvd.disc.tracks[0])
    #expect(last?.main.count == 2048)
  }

  @Test func aDVDIsWrittenAsATrack() throws {
    var plan = DiscBuilder([.init([DiscBuilder.Track(1, .dvd, sectors: 40)])])
    plan.medium = .dvd
    let image = plan.build()
    let folder = try TemporaryFolder()
    #expect(try NRGWriter.losses(image) == [])
    let files = try WrittenDisc.files(image, as: .nrg, folder: folder.path, base: "dvd")
    #expect(try DiscComparison.differences(image, try Formats.openDisc(files[0]).image) == [])
    #expect(try TestFiles.read(files[0]).starts(with: image.files[0].bytes(at: 0, count: 40 * 2048)))
  }

  // MARK: other programs

  private static let cdInfo = ["--no-header", "--no-device-info", "--no-cddb", "--no-disc-mode"]

  /// libcdio asks for pairs of indexes 0 and 1, takes every sector for one of 2336 bytes, and ends itself on descriptions of more than 4 KiB: discs without others,
  /// of one session and few tracks.
  @Test(
    .enabled(if: Tool.exists("cd-info"), "needs cd-info of libcdio-utils"),
    arguments: [SampleDisc.dataOnly, .cooked, .xa, .audio, .texts])
  func libcdioReadsOurs(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let image = sample.build()
    let files = try WrittenDisc.files(image, as: .nrg, folder: folder.path, base: "disc")
    let said = try Tool.run("cd-info", Self.cdInfo + ["-N", files[0].string]).output
    let found = said.split(separator: "\n").compactMap { line -> [Int]? in
      let pattern = /^\s*(\d+):\s+\d\d:\d\d:\d\d\s+(\d+)\s+(?:data|audio|XA|leadout)/
      return line.firstMatch(of: pattern).map { [Int($0.1) ?? -1, Int($0.2) ?? -1] }
    }
    #expect(
      found == image.disc.tracks.map { [$0.number, $0.start] } + [[170, image.disc.sessions[0].leadOut]],
      "\(said)")
  }

  /// chdman takes lengths and pregaps from the places in DAOX. It reads no raw data, and takes later tracks from as many
  /// sectors too early as the first pregap has: their contents are not compared.
  @Test(
    .enabled(if: Tool.exists("chdman"), "needs chdman of mame-tools"),
    arguments: [SampleDisc.cooked, .audio, .preEmphasis])
  func chdmanReadsOurs(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let image = sample.build()
    let files = try WrittenDisc.files(image, as: .nrg, folder: folder.path, base: "disc")
    let made = try Tool.run("chdman", ["createcd", "-i", files[0].string, "-o", "d.chd"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let info = try Tool.run("chdman", ["info", "-v", "-i", "d.chd"], in: folder.path).output
    let found = info.matches(of: /FRAMES:(\d+) PREGAP:(\d+)/).map { [Int($0.1), Int($0.2)] }
    #expect(found == image.disc.tracks.map { [$0.end - $0.start, $0.pregap] })
    let back = try Tool.run(
      "chdman", ["extractcd", "-i", "d.chd", "-o", "back.cue", "-ob", "back.bin"], in: folder.path)
    #expect(back.status == 0, "\(back.errors)")
    let first = image.disc.tracks[0]
    let expected = try image.bytes(of: first, in: first.start..<first.end, as: SectorForm())
    #expect(try TestFiles.read(folder.appending("back.bin")).starts(with: expected))
  }

  /// Tracks at once: cd-info and iat find them where they are. nrg2iso calls such a file the ISO it begins with.
  @Test(
    .enabled(
      if: ["cd-info", "nrg2iso", "iat", "xorriso"].allSatisfy(Tool.exists),
      "needs cd-info, nrg2iso, iat and xorriso"))
  func othersReadTracksAtOnce() throws {
    let folder = try TemporaryFolder()
    let iso = try ISOTests.fileSystem(folder)
    let image = try ISOReader.open(iso)
    #expect(try NRGTrackAtOnceWriter.losses(image) == [])
    let files = try WrittenDisc.files(image, as: .nrgTrackAtOnce, folder: folder.path, base: "disc")
    let made = try Formats.openDisc(files[0]).image
    #expect(made.remarks == [] && made.unclaimed == [])
    #expect(try DiscComparison.missing(of: image, in: made) == [])
    let bytes = try TestFiles.read(iso)
    let run = try Tool.run("nrg2iso", [files[0].string, "out.iso"], in: folder.path)
    #expect((run.output + run.errors).contains("already an ISO 9660 image"), "\(run.output) \(run.errors)")
    _ = try Tool.run("iat", [files[0].string, "iat.iso"], in: folder.path)
    #expect(try TestFiles.read(folder.appending("iat.iso")).starts(with: bytes))
    let said = try Tool.run("cd-info", Self.cdInfo + ["-N", files[0].string]).output
    #expect(said.contains(/\n\s*1:\s+00:02:00\s+0+\s+(data|XA)/), "\(said)")
    // Data of two tracks: addresses leave out the gap, and it is there.
    let two = try WrittenDisc.files(
      SampleDisc.xa.build(), as: .nrgTrackAtOnce, folder: folder.path, base: "two")
    let again = try Formats.openDisc(two[0]).image
    #expect(again.remarks == [])
    #expect(again.disc.tracks.map(\.start) == SampleDisc.xa.build().disc.tracks.map(\.start))
  }

  /// nrg2iso leaves out the first 150 sectors and what is behind.
  @Test(.enabled(if: Tool.exists("nrg2iso") && Tool.exists("xorriso"), "needs nrg2iso and xorriso"))
  func othersTakeTheSameUserData() throws {
    let folder = try TemporaryFolder()
    let iso = try ISOTests.fileSystem(folder)
    let image = try ISOReader.open(iso)
    #expect(try NRGWriter.losses(image) == [])
    let made = try WrittenDisc.prepared(image, for: .nrg)
    #expect(made.generated.map(\.range) == [-150..<0] && made.generated.map(\.kind) == [.zeros])
    let files = try WrittenDisc.files(image, as: .nrg, folder: folder.path, base: "disc")
    let run = try Tool.run("nrg2iso", [files[0].string, "out.iso"], in: folder.path)
    #expect(run.status == 0, "\(run.errors)")
    let bytes = try TestFiles.read(iso)
    #expect(try TestFiles.read(folder.appending("out.iso")).starts(with: bytes))
    #expect(try DiscComparison.missing(of: image, in: Formats.openDisc(files[0]).image) == [])
  }
}
