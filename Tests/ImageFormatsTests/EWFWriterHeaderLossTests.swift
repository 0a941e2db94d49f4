import DiskWriters
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing

/// What libewf loses of the description of an image, and that the writer stays out of each.
@Suite struct EWFWriterHeaderLossTests {
  private static let payload = ReferencePayload.bytes(length: 1 << 16)

  private static func description(_ change: (inout ImageDescription) -> Void) -> ImageDescription {
    var description = ImageDescription()
    description.caseNumber = "2026-0142"
    description.evidenceNumber = "001-2"
    description.examiner = "A. Examiner"
    description.description = "found in the desk"
    description.notes = "two dents"
    description.model = "Cruzer"
    description.serialNumber = "4C530001"
    description.software = "exhibit 1.0"
    change(&description)
    return description
  }

  private static func build(_ description: ImageDescription, in folder: TemporaryFolder) throws -> FilePath {
    try EWFWriting().with { $0.description = description }.build(payload, folder: folder.path)
  }

  /// The fields of a header are separated by tabulators and line ends, without escaping: one in a value would make
  /// part of the case number the evidence number.
  @Test(arguments: ["\t", "\n", "\r\n", "\r", "\u{1}", "\u{1b}", "\u{7f}", "\u{85}", "\0"])
  func controlCharactersShiftNoField(character: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.build(
      Self.description {
        $0.caseNumber = "2026\(character)0142"
        $0.examiner = "\(character)A. Examiner\(character)"
        $0.notes = "two\(character)dents"
      }, in: folder)
    let space = String(repeating: " ", count: character.unicodeScalars.count)
    let info = try EWFTools.info(path)
    #expect(info["Case number"] == "2026\(space)0142")
    #expect(info["Evidence number"] == "001-2")
    #expect(info["Examiner name"] == "\(space)A. Examiner\(space)")
    #expect(info["Notes"] == "two\(space)dents")
    #expect(info["Description"] == "found in the desk")
    #expect(info["Model"] == "Cruzer")
    #expect(info["Serial number"] == "4C530001")
    let read = try Formats.openDisk(path).description
    #expect(read.caseNumber == "2026\(space)0142")
    #expect(read.evidenceNumber == "001-2")
    #expect(read.serialNumber == "4C530001")
  }

  /// libewf looks at the byte behind the length it is given; without a NUL there values are lost at random.
  @Test func headerValuesOfEveryLengthAreKept() throws {
    for length in 1...48 {
      let folder = try TemporaryFolder()
      let value = String("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789abcdefghijklmnopqrstuvwxyz".prefix(length))
      let path = try Self.build(
        Self.description {
          $0.caseNumber = value
          $0.notes = value + value
          $0.serialNumber = value
        }, in: folder)
      let read = try Formats.openDisk(path).description
      #expect(read.caseNumber == value)
      #expect(read.notes == value + value)
      #expect(read.serialNumber == value)
      #expect(read.examiner == "A. Examiner")
    }
  }

  /// UTF-16 in `header2` holds every character; the 8-bit copy has a substitute where it cannot.
  @Test(arguments: [
    "Ä. Prüfer – Straße", "证据 №7", "доказательство", "🔍 \u{1F469}\u{200D}\u{1F52C}", "é e\u{301}",
  ])
  func valuesInEveryScriptAreKept(value: String) throws {
    let folder = try TemporaryFolder()
    let path = try Self.build(Self.description { $0.examiner = value }, in: folder)
    #expect(try EWFTools.info(path)["Examiner name"] == value)
    let read = try Formats.openDisk(path)
    #expect(read.description.examiner.map { Array($0.unicodeScalars) } == Array(value.unicodeScalars))
    #expect(read.description.notes == "two dents")
    #expect(read.structureFindings == [])
  }

  /// The format EnCase 7 is accepted by libewf and written without any case data.
  @Test func formatCarriesCaseData() throws {
    let folder = try TemporaryFolder()
    let path = try Self.build(Self.description { _ in }, in: folder)
    #expect(try EWFTools.info(path)["File format"] == "EnCase 6")
    let types = SectionPlace.list(try TestFiles.read(path)).map(\.type)
    #expect(types.prefix(4) == ["header2", "header2", "header", "volume"])
    #expect(types.suffix(3) == ["digest", "hash", "done"])
  }

  /// Dates are stamped by the library in the form each section needs; ISO 8601 would vanish.
  @Test func datesAreSet() throws {
    let folder = try TemporaryFolder()
    let before = Date()
    let path = try Self.build(Self.description { _ in }, in: folder)
    let after = Date()
    let info = try EWFTools.info(path)
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = TimeZone(identifier: "UTC")
    format.dateFormat = "EEE MMM d HH:mm:ss yyyy"
    for name in ["Acquisition date", "System date"] {
      let date = try #require(format.date(from: info[name] ?? ""), "\(name): \(info[name] ?? "none")")
      // In whole seconds.
      #expect((before.addingTimeInterval(-1)...after).contains(date))
    }
    #expect(try Formats.openDisk(path).description.acquisitionDate?.isEmpty == false)
  }

  /// ewfacquire leaves the identifier of the set zero; two sets of ours never share one.
  @Test func identifierIsRandom() throws {
    let identifiers = try (0..<4).map { _ in
      let folder = try TemporaryFolder()
      return try #require(
        try EWFTools.info(try Self.build(Self.description { _ in }, in: folder))["Set identifier"])
    }
    #expect(Set(identifiers).count == 4)
    #expect(!identifiers.contains("00000000-0000-0000-0000-000000000000"))
  }

  @Test func storedDigestsAreThoseOfStockTools() throws {
    let folder = try TemporaryFolder()
    let path = try Self.build(Self.description { _ in }, in: folder)
    try TestFiles.write(Self.payload, to: folder.appending("payload"))
    let info = try EWFTools.info(path)
    for (tool, name) in [("md5sum", "MD5"), ("sha1sum", "SHA1")] {
      let sum = try Tool.run(tool, [folder.appending("payload").string]).output
      #expect(sum.hasPrefix(try #require(info[name]) + " "))
    }
  }

  @Test(arguments: [
    (MediaType.fixed, "fixed disk"), (.removable, "removable disk"),
    (.optical, "optical disk (CD/DVD/BD)"),
    (.memory, "memory (RAM)"),
  ])
  func mediaTypeIsShown(type: MediaType, words: String) throws {
    let folder = try TemporaryFolder()
    let image = EWFWriting().with { $0.mediaType = type }
    #expect(try EWFTools.info(try image.build(Self.payload, folder: folder.path))["Media type"] == words)
  }

  @Test(arguments: [true, false], [nil, EWFWriteBlocker.tableau, .fastbloc])
  func mediaFlagsAreShown(isPhysical: Bool, blocker: EWFWriteBlocker?) throws {
    let folder = try TemporaryFolder()
    let image = EWFWriting().with {
      $0.isPhysical = isPhysical
      $0.writeBlocker = blocker
      $0.errorGranularity = 8
    }
    let info = try EWFTools.info(try image.build(Self.payload, folder: folder.path))
    #expect(info["Is physical"] == (isPhysical ? "yes" : "no"))
    #expect(info["Write blocked"] == blocker.map { $0 == .tableau ? "Tableau" : "Fastbloc" })
    #expect(info["Error granularity"] == "8")
  }

  @Test(arguments: [
    (ImageCompression.none, "no compression"), (.fast, "good (fast) compression"),
    (.best, "best compression"),
  ])
  func compressionIsShown(compression: ImageCompression, words: String) throws {
    let folder = try TemporaryFolder()
    let info = try EWFTools.info(
      try EWFWriting(compression, sectorsPerChunk: 128).build(Self.payload, folder: folder.path))
    #expect(info["Compression level"] == words)
    #expect(info["Sectors per chunk"] == "128")
  }
}
