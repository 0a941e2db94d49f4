import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// `exhibit` as built, and what it said.
struct Exhibit {
  let status: Int32
  let output: String
  let errors: String
  let json: [String: Any]

  /// Test bundle and programs are built into the same folder.
  static let program = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "exhibit")

  /// - Parameters:
  ///   - name: of the program, where it is not `exhibit`.
  ///   - environment: added to what there is.
  init(
    _ arguments: [String], in folder: FilePath, by name: String = "exhibit",
    environment: [String: String] = [:]
  ) throws {
    let program = Self.program.deletingLastPathComponent().appending(path: name).path
    let result = try Tool.run(
      "env", environment.map { "\($0.key)=\($0.value)" } + [program] + arguments, in: folder)
    status = result.status
    output = result.output
    errors = result.errors
    json =
      (try? JSONSerialization.jsonObject(with: Data(result.output.utf8))) as? [String: Any] ?? [:]
  }

  func number(_ key: String) -> Int? { json[key] as? Int }

  /// Pairs of first sector and count as ranges.
  func ranges(_ key: String) -> [Range<Int>] {
    (json[key] as? [[Int]] ?? []).map { $0[0]..<$0[0] + $0[1] }
  }

  var findingCodes: [String] {
    (json["findings"] as? [[String: Any]] ?? []).compactMap { $0["code"] as? String }
  }
}

/// Images by ewfacquire for tests of commands.
enum SampleImage {
  struct Failure: Error { let output: String }

  static let header = [
    "-C", "2026-0142", "-E", "001-2", "-e", "A. Examiner", "-D", "found in the desk", "-N", "two dents",
  ]

  /// Makes `image.E01` in `folder`, and `source` beside it.
  static func make(_ payload: [UInt8], in folder: FilePath, options: [String] = []) throws {
    try TestFiles.write(payload, to: folder.appending("source"))
    let result = try Tool.run(
      "ewfacquire", ["-u", "-b", "16", "-d", "sha1", "-t", "image"] + options + ["source"], in: folder,
      environment: ["TZ": "UTC"])
    guard result.status == 0 else { throw Failure(output: result.output + result.errors) }
  }

  /// Stores the Adler-32 (RFC 1950 §8.2) of a range behind it.
  static func putAdler(in bytes: inout [UInt8], of range: Range<Int>) {
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in bytes[range] {
      low = (low + UInt32(byte)) % 65521
      high = (high + low) % 65521
    }
    for index in 0..<4 {
      bytes[range.upperBound + index] = UInt8(truncatingIfNeeded: (high << 16 | low) >> (8 * index))
    }
  }

  /// Offset and end of the first section of a type in a file.
  static func section(_ type: String, in bytes: [UInt8]) throws -> Range<Int> {
    var offset = 13
    while offset + 76 <= bytes.count {
      let name = String(decoding: bytes[offset..<offset + 16].prefix { $0 != 0 }, as: UTF8.self)
      let next = (0..<8).reduce(0) { $0 | Int(bytes[offset + 16 + $1]) << (8 * $1) }
      if name == type { return offset..<max(next, offset + 76) }
      guard next > offset else { break }
      offset = next
    }
    throw Failure(output: "no section \(type)")
  }
}

@Suite struct InfoTests {
  private static let payload = ReferencePayload.bytes(length: 1 << 20)

  @Test func showsEverythingEWFInfoShows() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(
      Self.payload, in: folder.path,
      options: SampleImage.header + ["-c", "best", "-m", "removable", "-M", "physical"])
    let info = try Exhibit(["info", "image.E01"], in: folder.path)
    #expect(info.status == 0)
    let theirs = try Tool.run("ewfinfo", ["image.E01"], in: folder.path).output
    for value in [
      "2026-0142", "001-2", "A. Examiner", "found in the desk", "two dents", "Linux", "20140813", "EnCase 6",
      "16", "best", "removable", "512", "2048", "1048576",
    ] {
      #expect(theirs.contains(value), "ewfinfo: \(value)")
      #expect(info.output.contains(value), "\(value)")
    }
    for line in theirs.split(separator: "\n") where line.contains("MD5:") || line.contains("SHA1:") {
      #expect(info.output.contains(try #require(line.split(separator: "\t").last)))
    }
    let json = try Exhibit(["info", "image.E01", "--json"], in: folder.path)
    #expect(json.status == 0)
    #expect(json.json["family"] as? String == "EnCase 6")
    #expect(json.json["sound"] as? Bool == true)
    #expect((json.json["caseData"] as? [String: Any])?["examiner"] as? String == "A. Examiner")
    #expect((json.json["medium"] as? [String: Any])?["sectorCount"] as? Int == 2048)
  }

  @Test func namesWhatIsDamaged() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    let path = folder.appending("image.E01")
    let sound = try TestFiles.read(path)
    let table = try SampleImage.section("table", in: sound)
    try TestFiles.flipBit(path, byte: table.lowerBound + 120)
    let info = try Exhibit(["info", "image.E01"], in: folder.path)
    #expect(info.status == 5)
    #expect(info.output.contains("table at offset \(table.lowerBound)"))
    #expect(info.output.contains("Complete, but damaged"))
    #expect(try Tool.run("ewfinfo", ["image.E01"], in: folder.path).status == 0)

    // Stored data is looked at only when it is asked for.
    try TestFiles.write(sound, to: path)
    let sectors = try SampleImage.section("sectors", in: sound)
    try TestFiles.flipBit(path, byte: sectors.lowerBound + 76 + 500, bit: 3)
    #expect(try Exhibit(["info", "image.E01"], in: folder.path).status == 0)
    let read = try Exhibit(["info", "image.E01", "--read-data", "--json"], in: folder.path)
    #expect(read.status == 5)
    #expect(read.findingCodes == ["image.chunk-damaged"])
    #expect(read.ranges("lost") == [0..<16])
  }

  @Test func tellsThatTheEndIsMissing() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    let path = folder.appending("image.E01")
    let bytes = try TestFiles.read(path)
    try TestFiles.write(Array(bytes[..<(bytes.count / 2)]), to: path)
    let info = try Exhibit(["info", "image.E01"], in: folder.path)
    #expect(info.status == 5)
    #expect(info.output.contains("Incomplete: its last section is missing."))
    #expect(info.output.contains("lost: sectors 0-2047"))
    #expect(
      info.output.contains("None: this image stores no hash value to verify against."))
  }

  @Test func worksForRawAndSplitRaw() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write(Array(Self.payload[..<1000]), to: folder.appending("disk.dd"))
    let raw = try Exhibit(["info", "disk.dd", "--json"], in: folder.path)
    #expect(raw.status == 0)
    #expect((raw.json["medium"] as? [String: Any])?["length"] as? Int == 1000)
    try TestFiles.write(Array(Self.payload[..<1024]), to: folder.appending("disk.001"))
    try TestFiles.write(Array(Self.payload[..<500]), to: folder.appending("disk.002"))
    let split = try Exhibit(["info", "disk.002"], in: folder.path)
    #expect(split.status == 0)
    #expect(split.output.contains("raw, 2 files"))
    #expect(split.output.contains("1524 bytes"))
    #expect(split.output.contains("no hash value to verify against"))
    let none = try Exhibit(["info", "missing.E01"], in: folder.path)
    #expect(none.status == 2)
    #expect(none.errors.contains("the file does not exist"))
    #expect(try Exhibit(["info", "disk.dd", "--sector-size", "7"], in: folder.path).status == 1)
  }

  /// Numbers that a hostile image chooses do not stop the program.
  @Test func survivesAMediumOfAnySize() throws {
    let folder = try TemporaryFolder()
    try SampleImage.make(Self.payload, in: folder.path)
    let path = folder.appending("image.E01")
    var bytes = try TestFiles.read(path)
    let start = try SampleImage.section("volume", in: bytes).lowerBound + 76
    let count = (1 << 53) + 5
    for index in 0..<8 { bytes[start + 16 + index] = UInt8(truncatingIfNeeded: count >> (8 * index)) }
    SampleImage.putAdler(in: &bytes, of: start..<start + 1048)
    try TestFiles.write(bytes, to: path)
    let info = try Exhibit(["info", "image.E01", "--json"], in: folder.path)
    #expect(info.status == 5)
    #expect((info.json["medium"] as? [String: Any])?["sectorCount"] as? String == "9007199254740997")
    let recovery = try Exhibit(["recover", "image.E01", "--output", "out.raw"], in: folder.path)
    #expect(recovery.status == 2)
    let conversion = try Exhibit(["convert", "image.E01", "out.raw"], in: folder.path)
    #expect(conversion.status == 2)
    #expect(try !TestFiles.names(in: folder.path).contains { $0.hasPrefix("out") })
  }
}
