import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing

/// `ewfinfo` as pairs of name and value.
struct EWFInfo {
  let values: [String: String]
  let text: String

  init(_ path: FilePath, dates: String = "ctime") throws {
    let result = try Tool.run("ewfinfo", ["-d", dates, path.string], environment: ["TZ": "UTC"])
    try #require(result.status == 0)
    text = result.output
    var values: [String: String] = [:]
    for line in result.output.split(separator: "\n") where line.hasPrefix("\t") {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2 else { continue }
      values[parts[0].trimmingCharacters(in: .whitespaces)] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    self.values = values
  }
}

extension String {
  fileprivate var firstWord: String? { split(separator: " ").first.map(String.init) }
}

@Suite struct ImageFactsTests {
  private static let header = [
    "-C", "2026-0142", "-E", "001-2", "-e", "A. Examiner", "-D", "found in the desk", "-N", "two dents",
  ]

  /// Format, its name here, its name in ewfinfo where that is right, media type, media flag.
  @Test(arguments: [
    ("encase1", "EnCase 1", "EnCase 1", "fixed", "logical"),
    ("encase2", "EnCase 2 or 3", "EnCase 2", "removable", "physical"),
    ("encase3", "EnCase 2 or 3", "EnCase 2", "fixed", "physical"),
    ("encase4", "EnCase 4", "EnCase 4", "removable", "logical"),
    ("encase5", "EnCase 5", "EnCase 5", "optical", "physical"),
    ("encase6", "EnCase 6", "EnCase 6", "memory", "physical"),
    ("linen5", "linen 5", "linen 5", "fixed", "physical"),
    ("linen6", "linen 6 or 7", "linen 6", "removable", "logical"),
    ("ftk", "FTK Imager", "FTK Imager", "fixed", "physical"),
    ("ewfx", "EWF-X", nil, "removable", "physical"), ("smart", "SMART", nil, "fixed", "physical"),
    ("ewf", "EWF (original)", nil, "fixed", "physical"),
  ])
  func agreesWithEWFInfo(
    format: String, family: String, theirs: String?, media: String, kind: String
  ) throws {
    let folder = try TemporaryFolder()
    let image = EWFAcquire(
      format: format, compression: "best", sectorsPerChunk: 128,
      extra: Self.header + ["-m", media, "-M", kind])
    let path = try image.build(ReferencePayload.bytes(length: 1 << 20), sectorSize: 512, folder: folder.path)
    let reader = try Formats.openDisk(path)
    let facts = reader.facts
    let info = try EWFInfo(path)
    #expect(facts.family == family)
    if let theirs { #expect(info.values["File format"] == theirs) }
    #expect(info.values["Case number"] == reader.description.caseNumber)
    #expect(info.values["Evidence number"] == reader.description.evidenceNumber)
    #expect(info.values["Examiner name"] == reader.description.examiner)
    #expect(info.values["Description"] == reader.description.description)
    #expect(info.values["Notes"] == reader.description.notes)
    #expect(info.values["Operating system used"] == facts.operatingSystem)
    #expect(info.values["Software version used"] == reader.description.software)
    #expect(info.values["Sectors per chunk"] == facts.sectorsPerChunk.map(String.init))
    #expect(info.values["Bytes per sector"] == "\(reader.geometry.logicalSectorSize)")
    #expect(info.values["Number of sectors"] == "\(reader.geometry.sectorCount)")
    #expect(info.values["MD5"] == reader.storedDigests[.md5]?.hex)
    #expect(info.values["SHA1"] ?? reader.storedDigests[.sha1]?.hex == reader.storedDigests[.sha1]?.hex)
    #expect((info.values["Password"] == "N/A") == (facts.passwordHash == nil))
    // The short volume of SMART and EWF has no place for these.
    let isShort = ["smart", "ewf"].contains(format)
    #expect(facts.mediaType?.rawValue == (isShort ? nil : info.values["Media type"]?.firstWord))
    #expect(facts.isPhysical == (isShort ? nil : kind == "physical"))
    if !isShort { #expect(info.values["Is physical"] == (kind == "physical" ? "yes" : "no")) }
    #expect(info.values["Error granularity"] == facts.errorGranularity.map(String.init))
    if info.values["Error granularity"] != nil {
      #expect(info.values["Compression level"] == "best compression")
      #expect(facts.compression == .best)
    }
    #expect(facts.isComplete)
    #expect(facts.segments.map(\.storedNumber) == [1])
    #expect(facts.segments.map(\.size) == [UInt64(try TestFiles.read(path).count)])
  }

  @Test(arguments: ["encase2", "encase6", "linen5"])
  func tellsTheTimeOfAcquisition(format: String) throws {
    let folder = try TemporaryFolder()
    let path = try EWFAcquire(format: format).build(
      ReferencePayload.bytes(length: 1 << 16), sectorSize: 512, folder: folder.path)
    let facts = try Formats.openDisk(path).facts
    let acquired = try #require(facts.acquired)
    let theirs = try #require(try EWFInfo(path, dates: "iso8601").values["Acquisition date"])
    if format == "encase2" {
      // Local time without a zone: no moment.
      #expect(acquired.timestamp == nil)
      #expect(acquired.text.split(separator: " ").count == 6)
    } else {
      let moment = try #require(acquired.timestamp).description
      #expect(moment.prefix(19) == theirs.prefix(19))
    }
    #expect(facts.systemTime != nil)
  }

  @Test func listsSessionsAndTracks() throws {
    let toc = """
      FILE "x.bin" BINARY
        TRACK 01 MODE1/2048
          INDEX 01 00:00:00
      """
    let sessions = "REM SESSION 01\n\(toc)\nREM SESSION 02\n  TRACK 02 MODE1/2048\n    INDEX 01 00:10:00\n"
    let tracks = """
      REM SESSION 01
      FILE "x.bin" BINARY
        TRACK 01 AUDIO
          INDEX 01 00:00:00
        TRACK 02 AUDIO
          INDEX 01 00:10:00

      """
    for (text, expected) in [(sessions, ["0 - 749", "750 - "]), (tracks, ["0 - ", "0 - 749", "750 - "])] {
      let folder = try TemporaryFolder()
      try TestFiles.write(Array(text.utf8), to: folder.appending("disc.cue"))
      let image = EWFAcquire(extra: ["-m", "optical", "-T", "disc.cue"])
      let path = try image.build(
        ReferencePayload.bytes(length: 2000 * 2048, sectorSize: 2048), sectorSize: 2048, folder: folder.path)
      let reader = try Formats.openDisk(path)
      let facts = reader.facts
      #expect(facts.mediaType == .optical)
      let ours = (facts.sessions + facts.tracks).map { "\($0.first) - \($0.end - 1)" }
      // ewfacquire cuts the end of a disc with audio tracks off: the image itself says where it ends.
      let last = "\(reader.geometry.sectorCount - 1)"
      #expect(ours == expected.map { $0.hasSuffix(" ") ? $0 + last : $0 })
      let info = try EWFInfo(path).text
      for range in ours { #expect(info.contains("at sector(s): \(range)")) }
    }
  }

  /// Flags and set identifier, which ewfacquire does not set, in both copies of the volume.
  @Test func namesWriteBlockersAndTheSet() throws {
    let folder = try TemporaryFolder()
    let path = try EWFAcquire().build(
      ReferencePayload.bytes(length: 1 << 16), sectorSize: 512, folder: folder.path)
    #expect(try Formats.openDisk(path).facts.writeBlockers == [])
    #expect(try Formats.openDisk(path).facts.setIdentifier == nil)
    var bytes = try TestFiles.read(path)
    for section in SectionPlace.list(bytes) where ["volume", "data"].contains(section.type) {
      let start = section.offset + 76
      bytes[start + 36] |= 4 | 8
      for index in 0..<16 { bytes[start + 64 + index] = UInt8(index) }
      let checksum = bytes[start..<start + 1048].withUnsafeBytes { Adler32.of($0) }
      for index in 0..<4 { bytes[start + 1048 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
    }
    try TestFiles.write(bytes, to: path)
    let reader = try Formats.openDisk(path)
    #expect(reader.structureFindings == [])
    #expect(reader.facts.writeBlockers == ["FastBloc", "Tableau"])
    let identifier = ImageFacts.identifierText(try #require(reader.facts.setIdentifier))
    let info = try EWFInfo(path)
    #expect(info.values["Set identifier"] == identifier)
    #expect(info.values["Write blocked"]?.contains("Tableau") == true)
  }

  @Test func listsSegmentsWithTheirNumbers() throws {
    let folder = try TemporaryFolder()
    let path = try EWFAcquire(compression: "none", segmentSize: 1 << 20).build(
      ReferencePayload.bytes(length: 3 << 20), sectorSize: 512, folder: folder.path)
    let facts = try Formats.openDisk(path).facts
    #expect(facts.segments.count > 2)
    #expect(facts.segments.map(\.storedNumber) == facts.segments.indices.map { $0 + 1 })
    #expect(facts.isComplete)
    try FileManager.default.removeItem(atPath: folder.appending("image.E02").string)
    let damaged = try Formats.openDisk(path).facts
    #expect(!damaged.isComplete)
    #expect(damaged.hasEnd == true)
    #expect(damaged.lost.count == 1)
    #expect(damaged.segments.map(\.storedNumber).prefix(2) == [1, 3])
  }
}
