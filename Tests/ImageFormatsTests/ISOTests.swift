import DiscImages
import DiscWriters
import Evidence
import EvidenceTestKit
import Formats
import OpticalDisc
import SystemPackage
import Testing

private let hasXorriso = Tool.exists("xorriso")
private let hasGenisoimage = Tool.exists("genisoimage")

@Suite struct ISOTests {
  /// A small file system by xorriso.
  static func fileSystem(_ folder: TemporaryFolder, _ arguments: [String] = ["-J", "-r"]) throws -> FilePath {
    let tree = folder.appending("tree")
    _ = try Tool.run("mkdir", ["-p", tree.appending("deeper").string])
    try TestFiles.write(Array("hello\n".utf8), to: tree.appending("Hello World.txt"))
    var random = SeededGenerator(seed: 11)
    try TestFiles.write(random.bytes(70_000), to: tree.appending("deeper").appending("noise.bin"))
    let path = folder.appending("fs.iso")
    let made = try Tool.run(
      "xorriso",
      ["-as", "mkisofs", "-quiet", "-V", "SAMPLE_VOLUME", "-o", path.string] + arguments + [tree.string])
    #expect(made.status == 0, "\(made.errors)")
    return path
  }

  private static func descriptors(_ image: DiscImage) throws -> VolumeDescriptors {
    try #require(try image.fileSystems().first?.descriptors)
  }

  @Test(.enabled(if: hasXorriso, "needs xorriso")) func fileSystemsAreIdentified() throws {
    let folder = try TemporaryFolder()
    let image = try ISOReader.open(try Self.fileSystem(folder))
    let found = try Self.descriptors(image)
    #expect(found.volumes.map(\.kind) == [.iso9660, .rockRidge, .joliet])
    #expect(found.volumes[0].name == "SAMPLE_VOLUME" && found.volumes[2].name == "SAMPLE_VOLUME")
    #expect(found.volumes[0].size == UInt64(image.disc.storedSectors) * 2048)
    // Sectors of 2048 bytes say neither the medium nor a mode, and no gap before them.
    #expect(image.disc.medium == .unknown)
    #expect(image.disc.tracks[0].mode == .userData && image.disc.tracks[0].first == 0)
  }

  /// Files from a Mac may have a header of their own before the sectors.
  @Test(.enabled(if: hasXorriso, "needs xorriso")) func aMacBinaryHeaderIsPassedOver() throws {
    let folder = try TemporaryFolder()
    let data = try TestFiles.read(try Self.fileSystem(folder))
    var header = [UInt8](repeating: 0, count: 128)
    header.replaceSubrange(1..<6, with: [4] + Array("disc".utf8))
    for index in 0..<4 { header[83 + index] = UInt8(truncatingIfNeeded: data.count >> (24 - 8 * index)) }
    let path = folder.appending("disc.toast")
    try TestFiles.write(header + data, to: path)
    let image = try Formats.openDisc(path).image
    #expect(image.remarks.contains { $0.contains("MacBinary") })
    #expect(try Self.descriptors(image).volumes.first?.name == "SAMPLE_VOLUME")
    #expect(image.disc.storedSectors * 2048 == data.count)
  }

  /// The same file system in sectors of every size.
  @Test(.enabled(if: hasXorriso, "needs xorriso"), arguments: ["raw", "raw+96", "2336", "2056", "mode2"])
  func rawSectorsAreTold(form: String) throws {
    let folder = try TemporaryFolder()
    let data = try TestFiles.read(try Self.fileSystem(folder))
    var bytes: [UInt8] = []
    for (number, start) in stride(from: 0, to: data.count, by: 2048).enumerated() {
      let user = Array(data[start..<start + 2048])
      let time = MSF(frames: number + 150)
      switch form {
      case "raw": bytes += SectorCodec.encode(.mode1, at: time, data: user)
      case "raw+96":
        bytes += SectorCodec.encode(.mode1, at: time, data: user) + [UInt8](repeating: 0, count: 96)
      case "mode2": bytes += SectorCodec.encode(.form1, at: time, subheader: [0, 0, 8, 0], data: user)
      case "2336": bytes += SectorCodec.encode(.form1, at: time, subheader: [0, 0, 8, 0], data: user)[16...]
      default: bytes += [0, 0, 8, 0, 0, 0, 8, 0] + user
      }
    }
    let path = folder.appending("raw.bin")
    try TestFiles.write(bytes + [1, 2, 3], to: path)
    let image = try ISOReader.open(path)
    #expect(image.disc.storedSectors == data.count / 2048)
    #expect(image.unclaimed.map { $0.range.count } == [3])
    #expect(try Self.descriptors(image).volumes.first?.name == "SAMPLE_VOLUME")
    let files = try ISOWriter.write(image, folder: folder.path, base: "out")
    #expect(try TestFiles.read(files[0]) == data)
  }

  @Test(.enabled(if: hasGenisoimage, "needs genisoimage")) func hybridsAreIdentified() throws {
    let folder = try TemporaryFolder()
    let tree = folder.appending("tree")
    _ = try Tool.run("mkdir", [tree.string])
    try TestFiles.write([1, 2, 3], to: tree.appending("a"))
    let path = folder.appending("hybrid.iso")
    let made = try Tool.run(
      "genisoimage",
      [
        "-quiet", "-udf", "-hfs", "-part", "-J", "-V", "HYBRID", "-hfs-volid", "Apple Side", "-o",
        path.string, tree.string,
      ])
    #expect(made.status == 0, "\(made.errors)")
    let found = try Self.descriptors(try ISOReader.open(path))
    #expect(Set(found.volumes.map(\.kind)).isSuperset(of: [.iso9660, .joliet, .udf, .apm, .hfs]))
    #expect(found.volumes.first { $0.kind == .hfs }?.name == "Apple Side")
    #expect(found.volumes.first { $0.kind == .udf }?.name == "HYBRID")
  }

  /// The second session alone keeps its addresses; the first sector is found by the root folder.
  @Test(.enabled(if: hasGenisoimage && hasXorriso, "needs genisoimage and xorriso"))
  func aSecondSessionAloneKeepsItsAddresses() throws {
    let folder = try TemporaryFolder()
    let first = try Self.fileSystem(folder)
    let tree = folder.appending("more")
    _ = try Tool.run("mkdir", [tree.string])
    try TestFiles.write(Array("later\n".utf8), to: tree.appending("later.txt"))
    let path = folder.appending("second.iso")
    let made = try Tool.run(
      "genisoimage",
      ["-quiet", "-r", "-C", "0,12000", "-M", first.string, "-V", "SECOND", "-o", path.string, tree.string])
    #expect(made.status == 0, "\(made.errors)")
    let image = try ISOReader.open(path)
    #expect(image.disc.tracks[0].start == 12000)
    #expect(image.remarks.contains { $0.contains("12000") })
    #expect(try Self.descriptors(image).volumes.first?.name == "SECOND")
    #expect(try CUEWriter.losses(image).map(\.kind) == [.addresses])
  }

  @Test func whatIsNoTrackIsRefused() throws {
    let folder = try TemporaryFolder()
    var random = SeededGenerator(seed: 4)
    for (name, bytes) in [
      ("noise", random.bytes(100_000)), ("zeros", [UInt8](repeating: 0, count: 100_000)), ("empty", []),
    ] {
      let path = folder.appending(name)
      try TestFiles.write(bytes, to: path)
      let error = #expect(throws: EvidenceError.self) { try ISOReader.open(path) }
      #expect(error?.code == .formatUnknown)
      #expect(try Formats.identify(path) == nil)
    }
  }

  /// What is not read must not be taken for something else.
  @Test(arguments: [
    ("disc.chd", "MComprHD", "CHD"), ("disc.b5t", "BWT5 STREAM SIGN", "BlindWrite"),
  ])
  func imageFormatsThatAreNotReadAreNamed(name: String, start: String, word: String) throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(Array(start.utf8) + [UInt8](repeating: 0, count: 60_000), to: folder.appending(name))
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(folder.appending(name)) }
    #expect(
      error?.code == .formatUnreadable && error?.detail.contains(word) == true, "\(String(describing: error))"
    )
  }
}
