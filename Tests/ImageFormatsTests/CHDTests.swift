import Digests
import DiscImages
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

private let hasChdman = Tool.exists("chdman")
private let hasBuilder = Tool.exists("python3") && Tool.exists("zstd")

@Suite struct CHDTests {
  private static func make(
    _ command: String, _ input: FilePath, _ output: FilePath, _ codecs: String, _ more: [String] = []
  ) throws {
    try Tool.require(
      "chdman", [command, "-f", "-i", input.string, "-o", output.string, "-c", codecs, "-np", "1"] + more)
  }

  private static func contents(_ path: FilePath) throws -> [UInt8] {
    let all = try ImageBytes.all(try Builder.container(path))
    #expect(all.damage.isEmpty)
    return all.bytes
  }

  private static func digest(_ reader: any ImageReader) throws -> Bool {
    let computed = try reader.digests(of: 0..<reader.geometry.length)
    return !reader.storedDigests.isEmpty
      && reader.storedDigests.all.allSatisfy { computed[$0.algorithm] == $0 }
  }

  // MARK: CDs

  /// Every codec gives the sectors of the sheet that chdman read, and the SHA-1 that it stored.
  @Test(
    .enabled(if: hasChdman, "needs chdman of mame-tools"),
    arguments: [SampleDisc.dataOnly, .cooked, .mixedMode, .xa, .audio],
    ["none", "cdzl", "cdlz", "cdfl", "cdlz,cdzl,cdfl"])
  func sectorsAreThoseOfTheSheet(sample: SampleDisc, codecs: String) throws {
    let folder = try TemporaryFolder()
    let sheet = try WrittenDisc.files(sample.build(), as: .cue, folder: folder.path, base: "disc")[0]
    let path = folder.appending("disc.chd")
    try Self.make("createcd", sheet, path, codecs)
    #expect(try Formats.identify(path)?.id == .chd)
    let (source, image) = (try Formats.openDisc(sheet).image, try Formats.openDisc(path).image)
    #expect(image.disc.tracks.map(\.mode) == source.disc.tracks.map(\.mode))
    #expect(image.disc.tracks.map(\.start) == source.disc.tracks.map(\.start))
    #expect(image.disc.tracks.map(\.end) == source.disc.tracks.map(\.end))
    for (one, two) in zip(source.disc.tracks, image.disc.tracks) {
      let bytes = try image.bytes(of: two, in: two.first..<two.end, as: SectorForm())
      let expected = try source.bytes(of: one, in: one.first..<one.end, as: SectorForm())
      #expect(ImageBytes.equal(bytes, expected, 0..<expected.count), "track \(one.number)")
    }
    let reader = try Builder.container(path)
    #expect(reader.structureFindings == [])
    #expect(try codecs == "none" ? reader.storedDigests.isEmpty : Self.digest(reader))
  }

  // MARK: Disks

  private static func conformance(_ command: String, _ codecs: String) -> FormatConformance {
    FormatConformance(
      .chdDisk, padsLastSector: false, storedDigests: codecs == "none" ? [] : [.sha1]
    ) { payload, size, folder in
      let (source, path) = (folder.appending("source"), folder.appending("disk.chd"))
      try TestFiles.write(payload, to: source)
      let more = command == "createraw" ? ["-us", "\(size)", "-hs", "8192"] : ["-ss", "\(size)"]
      try make(command, source, path, codecs, more)
      try FileManager.default.removeItem(atPath: source.string)
      return path
    }
  }

  @Test(
    .enabled(if: hasChdman, "needs chdman of mame-tools"), arguments: ["createraw", "createhd"],
    ["none", "zlib", "lzma", "huff", "flac", "zlib,lzma,huff,flac"])
  func conformance(command: String, codecs: String) throws {
    // chdman makes disks of whole cylinders, and of four hunks or so a file that it cannot open itself.
    for sectors in command == "createhd" ? [16, 1100] : [17, 1100, 1101] {
      let failures = try Self.conformance(command, codecs).failures(length: sectors * 512, sectorSize: 512)
      #expect(failures == [], "\(sectors) sectors")
    }
    #expect(try Self.conformance(command, codecs).failures(length: 600 * 1024, sectorSize: 1024) == [])
  }

  @Test(.enabled(if: hasChdman, "needs chdman of mame-tools"), arguments: ["zlib", "none"])
  func whatAParentHasIsReadFromIt(codecs: String) throws {
    let folder = try TemporaryFolder()
    let source = folder.appending("source")
    var bytes = ReferencePayload.bytes(length: 1100 * 512)
    try TestFiles.write(bytes, to: source)
    let (parent, child) = (folder.appending("first.chd"), folder.appending("second.chd"))
    try Self.make("createraw", source, parent, "zlib", ["-us", "512", "-hs", "4096"])
    bytes.replaceSubrange(200_000..<200_100, with: [UInt8](repeating: 7, count: 100))
    try TestFiles.write(bytes, to: source)
    try Self.make(
      "createraw", source, child, codecs, ["-us", "512", "-hs", "4096", "-op", parent.string])
    let reader = try Formats.openDisk(child)
    #expect(try TestFiles.size(child) < 120_000 || codecs == "none")
    #expect(reader.segments == [child, parent])
    let all = try ImageBytes.all(reader)
    #expect(all.damage.isEmpty && ImageBytes.equal(all.bytes, bytes, 0..<bytes.count))
    // Whatever its name: the SHA-1 tells. Without it, the SHA-1 is what is said.
    let elsewhere = folder.appending("other name.chd")
    try FileManager.default.moveItem(atPath: parent.string, toPath: elsewhere.string)
    #expect(try Formats.openDisk(child).segments == [child, elsewhere])
    let sha1 = try #require(
      try TestFiles.read(elsewhere)[84..<104].map { String(format: "%02x", $0) }.joined() as String?)
    try FileManager.default.removeItem(atPath: elsewhere.string)
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisk(child) }
    #expect(error?.code == .segmentMissing && error?.detail.contains(sha1) == true)
  }

  /// From a cue sheet through a CHD that chdman writes for us, and back to one: the sectors are where they were.
  @Test(
    .enabled(if: hasChdman, "needs chdman of mame-tools"),
    arguments: [SampleDisc.dataOnly, .cooked, .xa, .formless, .audio, .mixedMode, .manyTracks, .texts])
  func everySectorSurvivesTheWayThroughACHD(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let one = try WrittenDisc.files(sample.build(), as: .cue, folder: folder.path, base: "one")
    let sheet = try CUEReader.open(one[0])
    let two = try WrittenDisc.files(sheet, as: .chd, folder: folder.path, base: "two")
    #expect(two.map { $0.lastComponent?.string } == ["two.chd"])
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: folder.path.string).contains {
        $0.contains("for-chdman")
      })
    #expect(try Tool.run("chdman", ["verify", "-i", two[0].string]).status == 0)
    let between = try Formats.openDisc(two[0]).image
    let three = try WrittenDisc.files(between, as: .cue, folder: folder.path, base: "three")
    let back = try CUEReader.open(three[0])
    #expect(try TestFiles.read(folder.appending("one.bin")) == TestFiles.read(folder.appending("three.bin")))
    #expect(back.disc.tracks.map(\.start) == sheet.disc.tracks.map(\.start))
    #expect(back.disc.tracks.map(\.mode) == sheet.disc.tracks.map(\.mode))
    #expect(back.disc.sessions.map(\.leadOut) == sheet.disc.sessions.map(\.leadOut))
  }

  // MARK: What chdman of Debian does not write

  private static func build(_ bytes: [UInt8], _ path: FilePath, _ options: [String]) throws {
    let source = FilePath(path.string + ".source")
    try TestFiles.write(bytes, to: source)
    try Builder.run("chd.py", [source.string, path.string] + options)
  }

  @Test(
    .enabled(if: hasBuilder, "needs python3, zstd"),
    arguments: [["--version", "3"], ["--version", "4"], ["--codec", "zlib"], ["--codec", "zstd"]])
  func otherVersionsAndCodecs(options: [String]) throws {
    let folder = try TemporaryFolder()
    let bytes = ReferencePayload.bytes(length: 1100 * 512)
    let (base, path) = (folder.appending("base.chd"), folder.appending("disk.chd"))
    try Self.build(bytes, base, options)
    let reader = try Formats.openDisk(base)
    #expect(try reader.structureFindings == [] && Self.digest(reader))
    #expect(try ImageBytes.equal(ImageBytes.all(reader).bytes, bytes, 0..<bytes.count))
    if hasChdman, !options.contains("zstd") {
      // The builder itself is judged.
      #expect(try Tool.run("chdman", ["verify", "-i", base.string]).status == 0)
    }
    let place = options.contains("3") ? 80 : options.contains("4") ? 48 : 84
    let sha1 = try TestFiles.read(base)[place..<place + 20].map { String(format: "%02x", $0) }.joined()
    var changed = bytes
    changed[100_000] ^= 1
    try Self.build(changed, path, options + ["--parent", "\(base).source:\(sha1)"])
    let child = try Formats.openDisk(path)
    #expect(child.segments.count == 2)
    #expect(try ImageBytes.equal(ImageBytes.all(child).bytes, changed, 0..<changed.count))
  }

  @Test(.enabled(if: hasBuilder && hasChdman, "needs python3, zstd, chdman"), arguments: [5, 4, 3])
  func sectorsOfOtherVersions(version: Int) throws {
    let folder = try TemporaryFolder()
    let sheet = try WrittenDisc.files(
      SampleDisc.dataOnly.build(), as: .cue, folder: folder.path, base: "disc")[0]
    let plain = folder.appending("plain.chd")
    try Self.make("createcd", sheet, plain, "none")
    let (units, disc) = (try Self.contents(plain), try Formats.openDisc(plain).image.disc)
    let path = folder.appending("disc.chd")
    let frames = disc.tracks[0].storedSectors
    var options = ["--version", "\(version)", "--unit", "2448", "--hunk", "19584"]
    if version == 5 { options += ["--codec", "cdzs"] }
    let text = "TRACK:1 TYPE:MODE1_RAW SUBTYPE:NONE FRAMES:\(frames)"
    options += [
      "--meta", version == 5 ? "CHT2=\(text) PREGAP:0 PGTYPE:MODE1 PGSUB:NONE POSTGAP:0" : "CHTR=\(text)",
    ]
    try Self.build(units, path, options)
    #expect(try Formats.openDisc(path).image.disc == disc)
    #expect(try Self.contents(path) == units)
    #expect(try Builder.container(path).structureFindings == [])
  }

  @Test(.enabled(if: hasBuilder, "needs python3, zstd")) func aDVDIsOne() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("disc.chd")
    try Self.build(
      ReferencePayload.bytes(length: 40 * 2048, sectorSize: 2048), path,
      ["--codec", "zstd", "--unit", "2048", "--meta", "DVD ="])
    let image = try Formats.openDisc(path).image
    #expect(image.disc.medium == .dvd && image.disc.storedSectors == 40)
  }

  // MARK: Hostile

  /// What is changed is found, or changes nothing.
  @Test(.enabled(if: hasBuilder, "needs python3, zstd"), arguments: ["zlib", "zstd"])
  func changedBytesShow(codec: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("disk.chd")
    let bytes = ReferencePayload.bytes(length: 40 * 512)
    try Self.build(bytes, path, ["--codec", codec, "--meta", "GDDD=CYLS:1,HEADS:1,SECS:40,BPS:512"])
    let whole = try TestFiles.read(path)
    for place in whole.indices where place < 320 || place % 37 == 0 || place > whole.count - 120 {
      var changed = whole
      changed[place] ^= 0x10
      try TestFiles.write(changed, to: path)
      guard let reader = try? Formats.openDisk(path), reader.geometry.length < 1 << 24 else { continue }
      let all = try ImageBytes.all(reader)
      let isEqual = ImageBytes.equal(all.bytes, bytes, 0..<bytes.count)
      let isSaid = try !all.damage.isEmpty || !reader.structureFindings.isEmpty || !Self.digest(reader)
      #expect(isEqual && reader.format.id == .chdDisk || isSaid || reader.format.id == .raw, "byte \(place)")
    }
  }

  @Test(
    .enabled(if: hasBuilder, "needs python3, zstd"),
    arguments: [
      "TRACK:200 TYPE:AUDIO SUBTYPE:NONE FRAMES:4", "TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:99999",
      "TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:-1", "TRACK:1 TYPE:AUDIO FRAMES:4",
      "TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:4 PREGAP:99999999999",
      "TRACK:1 FRAMES:4 SUBTYPE:NONE TYPE:"
        + String(repeating: "A", count: 60_000), "",
    ])
  func damagedDescriptionsAreRefused(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("disc.chd")
    try Self.build(
      [UInt8](repeating: 1, count: 16 * 2448), path,
      ["--unit", "2448", "--hunk", "19584"] + (text.isEmpty ? [] : ["--meta", "CHT2=\(text)"]))
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
    #expect(error?.code == .imageMalformed && error.map { !$0.description.contains("\n") } == true)
  }

  @Test(.enabled(if: hasBuilder, "needs python3, zstd")) func listsThatLeadAstrayEnd() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("disc.chd")
    let text = "TRACK:1 TYPE:AUDIO SUBTYPE:NONE FRAMES:16"
    let bytes = [UInt8](repeating: 1, count: 16 * 2448)
    try Self.build(bytes, path, ["--unit", "2448", "--hunk", "19584", "--meta", "CHT2=\(text)"])
    let whole = try TestFiles.read(path)
    // The first entry leads back to itself; map and metadata lie behind the end.
    for (place, value) in [(132, 124), (40, 1 << 40), (48, 1 << 40), (32, 1 << 60)] as [(Int, UInt64)] {
      var changed = whole
      for index in 0..<8 {
        changed[place + index] = UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * index))
      }
      try TestFiles.write(changed, to: path)
      #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
    }
  }
}
