import DiskWriters
import Evidence
import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

@Suite struct ConvertTests {
  private static let payload = ReferencePayload.bytes(length: 3 << 20)

  private static func sum(_ program: String, _ name: String, in folder: FilePath) throws -> String {
    String(try Tool.run(program, [name], in: folder).output.prefix { $0 != " " })
  }

  private static func digests(_ run: Exhibit) -> [String: String] {
    run.json["digests"] as? [String: String] ?? [:]
  }

  /// E01 → raw → E01 → split raw: every step holds the same bytes, and other programs agree.
  @Test("DA-AO-09 a conversion through every form keeps the data") func goesRoundThroughEveryForm() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try SampleImage.make(
      Self.payload, in: path, options: SampleImage.header + ["-S", "1048576", "-c", "none"])
    let raw = try Exhibit(["convert", "image.E01", "copy.dd", "--json"], in: path)
    #expect(raw.status == 0, "\(raw.errors)")
    #expect(try TestFiles.read(folder.appending("copy.dd")) == Self.payload)
    #expect(Self.digests(raw)["sha256"] == (try Self.sum("sha256sum", "source", in: path)))
    #expect(Self.digests(raw)["md5"] == (try Self.sum("md5sum", "source", in: path)))
    let compared = try #require(raw.json["compared"] as? [[String: Any]])
    #expect(compared.compactMap { $0["algorithm"] as? String } == ["md5", "sha1"])
    #expect(compared.allSatisfy { $0["equal"] as? Bool == true })
    let lost = (raw.json["notCarried"] as? [String] ?? []).joined(separator: "\n")
    for name in ["case number 2026-0142", "examiner A. Examiner", "stored MD5", "acquisition date"] {
      #expect(lost.contains(name), "\(name)")
    }

    let back = try Exhibit(["convert", "copy.dd", "back.E01", "--segment-size", "1MiB", "--json"], in: path)
    #expect(back.status == 0)
    #expect((back.json["compared"] as? [Any])?.isEmpty == true)
    #expect(back.json["notCarried"] as? [String] == [])
    #expect(try Tool.run("ewfverify", ["back.E01"], in: path).output.contains("ewfverify: SUCCESS"))

    let split = try Exhibit(["convert", "back.E01", "parts.001", "--split", "1MiB", "--json"], in: path)
    #expect(split.status == 0)
    #expect(
      split.json["files"] as? [[String: String]]
        == ["001", "002", "003"].map { ["path": "./parts.\($0)"] })
    let parts = try ["parts.001", "parts.002", "parts.003"].flatMap {
      try TestFiles.read(folder.appending($0))
    }
    #expect(parts == Self.payload)
    let last = try Exhibit(["convert", "parts.001", "last", "--format", "raw", "--json"], in: path)
    #expect(last.status == 0)
    #expect(try TestFiles.read(folder.appending("last.raw")) == Self.payload)
    #expect(try TestFiles.names(in: path).filter { $0.hasSuffix(".partial") } == [])
  }

  @Test func carriesCaseData() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(
      Self.payload, in: folder.path, options: SampleImage.header + ["-f", "encase4", "-m", "removable"])
    let run = try Exhibit(["convert", "image.E01", "copy.E01", "--compression", "best"], in: folder.path)
    #expect(run.status == 0)
    let info = try Tool.run("ewfinfo", ["copy.E01"], in: folder.path).output
    for value in [
      "2026-0142", "001-2", "A. Examiner", "found in the desk", "two dents", "best compression",
      "removable disk",
    ] {
      #expect(info.contains(value), "\(value)")
    }
    #expect(try Tool.run("ewfverify", ["copy.E01"], in: folder.path).status == 0)
  }

  @Test func carriesDates() throws {
    let folder = try TemporaryFolder()
    let writer = try EWFImageWriter(
      folder: folder.path, name: "image", geometry: MediaGeometry(length: 4096, logicalSectorSize: 512),
      options: EWFOptions(), blockSize: 16 << 20, blocksAtOnce: 1,
      identity: EWFIdentity(
        identifier: [UInt8](repeating: 1, count: 16), acquired: 1_000_000_000, systemTime: 1_100_000_000))
    let buffer = PageBuffer(capacity: 4096)
    _ = buffer.fill { memory in memory.initializeMemory(as: UInt8.self, repeating: 7) }
    buffer.byteCount = 4096
    try writer.write(try writer.encode(buffer))
    _ = try writer.finish(ImageClosing(digests: DigestSet(), unreadable: []))
    let run = try Exhibit(["convert", "image.E01", "copy.E01"], in: folder.path)
    #expect(run.status == 0)
    for image in ["image.E01", "copy.E01"] {
      let info = try Tool.run(
        "ewfinfo", ["-d", "iso8601", image], in: folder.path, environment: ["TZ": "UTC"])
      #expect(info.output.contains("2001-09-09T01:46:40"), "\(info.output)")
      #expect(info.output.contains("2004-11-09T11:33:20"))
    }
  }

  @Test func padsAnOddLengthAndSaysSo() throws {
    let folder = try TemporaryFolder()
    let odd = Array(Self.payload[..<1_000_001])
    try TestFiles.write(odd, to: folder.appending("odd.dd"))
    let run = try Exhibit(["convert", "odd.dd", "odd.E01"], in: folder.path)
    #expect(run.status == 0)
    #expect(run.output.contains("447 zero bytes fill the last sector"))
    #expect(run.output.contains(try Self.sum("sha256sum", "odd.dd", in: folder.path)))
    #expect(try Tool.run("ewfverify", ["odd.E01"], in: folder.path).status == 0)
    let back = try Exhibit(["convert", "odd.E01", "back.dd"], in: folder.path)
    #expect(back.status == 0)
    #expect(
      try TestFiles.read(folder.appending("back.dd")) == odd + [UInt8](repeating: 0, count: 447))
  }

  @Test func refusesDamageUnlessItIsAccepted() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try SampleImage.make(Self.payload, in: path)
    let sectors = try SampleImage.section("sectors", in: try TestFiles.read(folder.appending("image.E01")))
    try TestFiles.flipBit(folder.appending("image.E01"), byte: sectors.lowerBound + 76 + 9000, bit: 4)
    let before = try TestFiles.names(in: path)
    let refused = try Exhibit(["convert", "image.E01", "copy.raw", "--json"], in: path)
    #expect(refused.status == 5)
    #expect(refused.findingCodes == ["image.chunk-damaged"])
    #expect(try TestFiles.names(in: path) == before)

    let accepted = try Exhibit(["convert", "image.E01", "copy.E01", "--accept-damage", "--json"], in: path)
    #expect(accepted.status == 3)
    let lost = accepted.ranges("lost")
    #expect(lost.count == 1)
    var expected = Self.payload
    for range in lost {
      expected.replaceSubrange(
        range.lowerBound * 512..<range.upperBound * 512, with: [UInt8](repeating: 0, count: range.count * 512)
      )
    }
    let info = try Tool.run("ewfinfo", ["copy.E01"], in: path).output
    #expect(info.contains("at sector(s): \(lost[0].lowerBound) - \(lost[0].upperBound - 1)"))
    let copy = try Exhibit(["convert", "copy.E01", "copy.raw", "--json"], in: path)
    #expect(copy.status == 0)
    #expect(copy.ranges("recordedUnreadable") == lost)
    #expect(try TestFiles.read(folder.appending("copy.raw")) == expected)
    // The list of unreadable sectors goes from E01 to E01.
    let again = try Exhibit(["convert", "copy.E01", "again.E01"], in: path)
    #expect(again.status == 0)
    #expect(
      try Tool.run("ewfinfo", ["again.E01"], in: path).output.contains("at sector(s): \(lost[0].lowerBound)"))
  }

  @Test func refusesAMissingSegmentBeforeWriting() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path, options: ["-c", "none", "-S", "1048576"])
    try FileManager.default.removeItem(atPath: folder.appending("image.E02").string)
    let before = try TestFiles.names(in: folder.path)
    let run = try Exhibit(["convert", "image.E01", "copy.raw"], in: folder.path)
    #expect(run.status == 5)
    #expect(run.output.contains("Not converted"))
    #expect(try TestFiles.names(in: folder.path) == before)
  }

  /// Contents that are whole by their own checksums, but not those the digest was made of.
  @Test func marksAMismatchAsPartial() throws {
    let folder = try TemporaryFolder()
    let path = folder.path
    try SampleImage.make(Self.payload, in: path, options: ["-f", "encase4"])
    let image = folder.appending("image.E01")
    var bytes = try TestFiles.read(image)
    let hash = try SampleImage.section("hash", in: bytes)
    let start = hash.lowerBound + 76
    bytes[start] ^= 1
    SampleImage.putAdler(in: &bytes, of: start..<start + 32)
    try TestFiles.write(bytes, to: image)
    let run = try Exhibit(["convert", "image.E01", "copy.raw", "--json"], in: path)
    #expect(run.status == 5)
    #expect(run.json["outcome"] as? String == "mismatch")
    #expect(run.findingCodes == ["digest.stored-in-image-mismatch"])
    let names = try TestFiles.names(in: path)
    #expect(!names.contains("copy.raw"))
    #expect(names.contains("copy.raw.partial"))
  }

  private static let refusals: [(String, Int32)] = [
    ("image.E01 image.E01", 2), ("image.E01 x.zip", 1), ("none.E01 x.raw", 2), ("image.E01 no/x.raw", 2),
    ("image.E01 x.raw --compression best", 1), ("image.E01 x.E01 --split 2MiB", 1),
    ("image.E01 x.E01 --compression lz", 1), ("image.E01 x.raw --split 1000", 1),
    ("image.E01 taken.raw", 2), ("image.E01 taken.E01", 2), ("image.E01 taken.001", 2),
  ]

  @Test(arguments: refusals)
  func refusesWithoutATrace(arguments: String, status: Int32) throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Array(Self.payload[..<65536]), in: folder.path)
    for name in ["taken.raw", "taken.E07", "taken.004"] {
      try TestFiles.write([7], to: folder.appending(name))
    }
    let before = try TestFiles.names(in: folder.path)
    let run = try Exhibit(["convert"] + arguments.split(separator: " ").map(String.init), in: folder.path)
    #expect(run.status == status, "\(run.errors)")
    #expect(run.errors.hasPrefix("exhibit: "))
    #expect(try TestFiles.names(in: folder.path) == before)
  }
}
