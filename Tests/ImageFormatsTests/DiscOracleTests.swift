import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

private func has(_ name: String) -> Bool { Tool.exists(name) }

/// What other programs make of our files, and what we make of theirs.
@Suite struct DiscOracleTests {
  private static func write(
    _ sample: SampleDisc, as format: FormatID, in folder: TemporaryFolder
  ) throws -> (image: DiscImage, files: [FilePath]) {
    let image = sample.build()
    return (image, try WrittenDisc.files(image, as: format, folder: folder.path, base: "disc"))
  }

  // MARK: libcdio

  private static let cdInfo = ["--no-header", "--no-device-info", "--no-cddb", "--no-disc-mode"]

  /// Track, LSN and kind from the list that cd-info prints.
  private static func tracks(_ output: String) -> [[String]] {
    output.split(separator: "\n").compactMap { line in
      let pattern = /^\s*(\d+):\s+\d\d:\d\d:\d\d\s+(\d+)\s+(data|audio|XA|leadout)/
      return line.firstMatch(of: pattern).map { [String($0.1), String(Int($0.2) ?? -1), String($0.3)] }
    }
  }

  /// libcdio takes no PREGAP into account: discs without one.
  @Test(
    .enabled(if: has("cd-info"), "needs cd-info of libcdio-utils"),
    arguments: [SampleDisc.dataOnly, .audio, .preEmphasis, .manyTracks])
  func libcdioReadsOurSheets(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(sample, as: .cue, in: folder)
    let said = try Tool.run("cd-info", Self.cdInfo + ["-c", files[0].string])
    var expected = image.disc.tracks.map {
      ["\($0.number)", "\($0.start)", $0.mode.isData ? "data" : "audio"]
    }
    expected.append(["170", "\(image.disc.sessions[0].leadOut)", "leadout"])
    #expect(Self.tracks(said.output) == expected, "\(said.output)")
  }

  @Test(.enabled(if: has("cd-info"), "needs cd-info of libcdio-utils"))
  func libcdioReadsOurCatalogNumber() throws {
    let folder = try TemporaryFolder()
    let (_, files) = try Self.write(.mixedMode, as: .cue, in: folder)
    let said = try Tool.run("cd-info", Self.cdInfo + ["-c", files[0].string]).output
    #expect(said.contains("1234567890123"))
  }

  // MARK: cdrdao

  /// Start, index and ISRC lines of show-toc with the sectors in parentheses.
  private static func places(_ output: String) -> [String] {
    output.split(separator: "\n").compactMap { line in
      if let found = line.firstMatch(of: /^TRACK\s+(\d+)\s+Mode (\w+)(?: RW\w*)?:/) {
        return "track \(found.1) \(found.2)"
      }
      if let found = line.firstMatch(of: /^\s+(START|END|INDEX\s+\d+)\s+[\d:]+\(\s*(\d+)\)/) {
        return "\(found.1.split(separator: " ").joined(separator: " ")) \(found.2)"
      }
      return nil
    }
  }

  @Test(
    .enabled(if: has("cdrdao"), "needs cdrdao"),
    arguments: [
      SampleDisc.dataOnly, .cooked, .mixedMode, .xa, .audio, .hiddenTrack, .lateStart, .preEmphasis, .texts,
      .subchannel,
    ])
  func cdrdaoReadsOurTables(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(sample, as: .toc, in: folder)
    let said = try Tool.run("cdrdao", ["show-toc", files[0].string], in: folder.path)
    #expect(said.status == 0, "\(said.errors)")
    var expected: [String] = []
    let modes = ["AUDIO", "MODE1_RAW", "MODE1", "MODE2_RAW"]
    for track in image.disc.tracks {
      let layout = track.extents.compactMap(\.run)[0].layout
      let mode = track.mode == .audio ? 0 : track.mode == .mode2 ? 3 : layout == .raw ? 1 : 2
      expected.append("track \(track.number) \(modes[mode])")
      expected.append("START \(track.start)")
      expected += track.indexes.filter { $0.key > 1 }.sorted { $0.key < $1.key }.map {
        "INDEX \($0.key) \($0.value)"
      }
      expected.append("END \(track.end)")
    }
    #expect(Self.places(said.output + said.errors) == expected)
  }

  /// cdrdao turns its own BIN into a sheet; the samples it then means are those of the disc.
  @Test(.enabled(if: has("toc2cue"), "needs toc2cue of cdrdao"))
  func cdrdaoTurnsOurTableIntoASheet() throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(.audio, as: .toc, in: folder)
    let made = try Tool.run("toc2cue", [files[0].string, "out.cue"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let sheet = try CUEReader.open(folder.appending("out.cue"))
    #expect(sheet.disc.tracks.map(\.start) == image.disc.tracks.map(\.start))
    #expect(sheet.disc.sessions[0].leadOut == image.disc.sessions[0].leadOut)
  }

  // MARK: chdman, which rebuilds EDC and ECC of whole sectors

  @Test(
    .enabled(if: has("chdman"), "needs chdman of mame-tools"),
    arguments: [SampleDisc.dataOnly, .cooked, .audio, .mixedMode, .xa])
  func chdmanKeepsOurSectors(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(sample, as: .cue, in: folder)
    let made = try Tool.run("chdman", ["createcd", "-i", files[0].string, "-o", "d.chd"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let info = try Tool.run("chdman", ["info", "-v", "-i", "d.chd"], in: folder.path).output
    let frames = info.matches(of: /TRACK:\d+ TYPE:\w+ SUBTYPE:\w+ FRAMES:(\d+)/).map { Int($0.1) }
    if !frames.isEmpty { #expect(frames == image.disc.tracks.map(\.storedSectors)) }
    let back = try Tool.run(
      "chdman", ["extractcd", "-i", "d.chd", "-o", "back.cue", "-ob", "back.bin"], in: folder.path)
    #expect(back.status == 0, "\(back.errors)")
    #expect(try TestFiles.read(folder.appending("back.bin")) == TestFiles.read(folder.appending("disc.bin")))
    let again = try CUEReader.open(folder.appending("back.cue"))
    #expect(again.disc.tracks.map(\.start) == image.disc.tracks.map(\.start))
  }

  // MARK: bchunk

  /// bchunk takes the last index for the first; tracks with one or two agree, but for the gap before the next,
  /// which it leaves out.
  @Test(.enabled(if: has("bchunk"), "needs bchunk")) func bchunkSplitsAsWeDo() throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(.audio, as: .cue, in: folder)
    let split = try Tool.run("bchunk", ["-w", files[1].string, files[0].string, "peer"], in: folder.path)
    #expect(split.status == 0, "\(split.errors)")
    let own = try TrackFilesWriter.write(image, folder: folder.path, base: "own")
    for (number, path) in own.dropFirst().enumerated() {
      let peer = try TestFiles.read(folder.appending("peer\(MSF.twoDigits(number + 1)).wav")).dropFirst(44)
      let samples = try TestFiles.read(path).dropFirst(44)
      let gap = number < 3 ? image.disc.tracks[number + 1].pregap * 2352 : 0
      #expect(samples.dropLast(gap).elementsEqual(peer), "track \(number + 1)")
    }
  }

  /// With a third index bchunk loses 68 sectors that we keep.
  @Test(.enabled(if: has("bchunk"), "needs bchunk")) func bchunkLosesSectorsOfTracksWithAThirdIndex() throws {
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
    let fixture = try CUEFixture(sheet, files: [("a.bin", 400 * 2352)])
    _ = try Tool.run("bchunk", ["-w", "a.bin", "disc.cue", "peer"], in: fixture.folder.path)
    let own = try TrackFilesWriter.write(try fixture.open(), folder: fixture.folder.path, base: "own")
    #expect(try TestFiles.size(fixture.folder.appending("peer02.wav")) == 44 + 50 * 2352)
    #expect(try TestFiles.size(own[2]) == 44 + 118 * 2352)
  }

  @Test(.enabled(if: has("bchunk"), "needs bchunk")) func bchunkTakesTheSameUserData() throws {
    let folder = try TemporaryFolder()
    let (image, files) = try Self.write(.dataOnly, as: .cue, in: folder)
    _ = try Tool.run("bchunk", [files[1].string, files[0].string, "peer"], in: folder.path)
    let own = try ISOWriter.write(image, folder: folder.path, base: "own")
    #expect(try TestFiles.read(own[0]) == TestFiles.read(folder.appending("peer01.iso")))
  }

  // MARK: vcdimager, which makes sectors of forms 1 and 2

  @Test(.enabled(if: has("vcdimager"), "needs vcdimager")) func sectorsOfVCDImagerAreSound() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write((0..<200).flatMap(Self.pack), to: folder.appending("v.mpg"))
    let made = try Tool.run("vcdimager", ["-t", "vcd2", "-l", "SAMPLE", "v.mpg"], in: folder.path)
    #expect(made.status == 0, "\(made.errors)")
    let image = try CUEReader.open(folder.appending("videocd.cue"))
    var kinds: Set<SectorKind> = []
    for track in image.disc.tracks {
      let count = try SectorCount(image, track)
      #expect(count.wrongEDC == 0 && count.wrongParity == 0 && count.wrongAddress == 0 && count.damaged == 0)
      kinds.formUnion(count.kinds.keys)
    }
    #expect(kinds == [.form1, .form2])
    #expect(image.disc.sessions[0].kind == .xa)
    #expect(try image.fileSystems().first?.descriptors.volumes.first?.name == "SAMPLE")
  }

  /// A pack of an MPEG-1 program stream (ISO 11172-1) of 2324 bytes with one empty intra picture in it: enough for a
  /// program that only places packs.
  private static func pack(_ number: Int) -> [UInt8] {
    func time(_ time: Int) -> [UInt8] {
      [
        UInt8(0x21 | (time >> 30 & 7) << 1), UInt8(time >> 22 & 255), UInt8((time >> 15 & 127) << 1 | 1),
        UInt8(time >> 7 & 255), UInt8((time & 127) << 1 | 1),
      ]
    }
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (24 - 8 * $0) & 255) } }
    let rate = 3528
    let head: [UInt8] =
      [0, 0, 1, 0xBA] + time(number * 1200) + [
        UInt8(0x80 | rate >> 15), UInt8(rate >> 7 & 255), UInt8((rate << 1 | 1) & 255),
      ]
    // 352 by 288, 25 pictures a second.
    let sequence: [UInt8] = [0, 0, 1, 0xB3, 22, 1, 32, 0x83] + word(2880 << 14 | 1 << 13 | 20 << 3)
    let group: [UInt8] = [0, 0, 1, 0xB8] + word(1 << 19 | 1 << 6)
    let picture: [UInt8] =
      [0, 0, 1, 0] + word((number % 1024) << 22 | 1 << 19 | 0xFFFF << 3) + [0, 0, 1, 1]
      + [UInt8](repeating: 0x22, count: 100)
    let contents = sequence + group + picture
    let payload =
      time(number * 3600) + contents + [UInt8](repeating: 0, count: 2324 - 12 - 6 - 5 - contents.count)
    let packet: [UInt8] = [0, 0, 1, 0xE0, UInt8(payload.count >> 8), UInt8(payload.count & 255)] + payload
    return head + packet
  }

  // MARK: file systems

  @Test(.enabled(if: has("xorriso") && has("isoinfo"), "needs xorriso and isoinfo"))
  func isoinfoSeesTheSameVolume() throws {
    let folder = try TemporaryFolder()
    let path = try ISOTests.fileSystem(folder)
    let said = try Tool.run("isoinfo", ["-d", "-i", path.string]).output
    let systems = try ISOReader.open(path).fileSystems()[0].descriptors
    let volume = try #require(systems.volumes.first)
    #expect(said.contains("Volume id: \(volume.name)"))
    #expect(said.contains("Volume size is: \((volume.size ?? 0) / 2048)"))
    #expect(said.contains("Joliet") == systems.volumes.contains { $0.kind == .joliet })
    #expect(said.contains("Rock Ridge") == systems.volumes.contains { $0.kind == .rockRidge })
  }
}
