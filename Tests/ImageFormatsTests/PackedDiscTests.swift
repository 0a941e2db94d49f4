import DiscImages
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// Files by `Tests/Builders`, which knows the layouts and nothing of the readers.
enum Builder {
  private static let folder = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .appending("Builders")

  static func run(_ script: String, _ arguments: [String]) throws {
    try Tool.require("python3", [folder.appending(script).string] + arguments)
  }

  /// The container of the sectors of a disc.
  static func container(_ path: FilePath) throws -> any ImageReader {
    try #require(try Formats.openDisc(path).image.containers.first)
  }
}

private let hasPython = Tool.exists("python3")

@Suite(.enabled(if: hasPython, "needs python3")) struct PackedDiscTests {
  struct Packing: Sendable, CustomTestStringConvertible {
    let format: FormatID
    let kind: String
    var options: [String] = []
    var checksWhole = false
    var sectorSize = 2048
    var ending: String?

    var testDescription: String { ([kind] + options).joined(separator: " ") }

    func pack(_ source: FilePath, to target: FilePath) throws {
      let isDAA = format == .daa
      try Builder.run(
        isDAA ? "daa.py" : "pack.py", (isDAA ? [] : [kind]) + [source.string, target.string] + options)
    }

    func pack(_ bytes: [UInt8], in folder: FilePath) throws -> FilePath {
      let source = folder.appending("source")
      try TestFiles.write(bytes, to: source)
      let target = folder.appending("disc.\(ending ?? format.rawValue)")
      try pack(source, to: target)
      try FileManager.default.removeItem(atPath: source.string)
      return target
    }
  }

  static let packings =
    [
      Packing(format: .ecm, kind: "ecm", checksWhole: true, sectorSize: 2352),
      Packing(format: .cso, kind: "cso"), Packing(format: .cso, kind: "cso", options: ["--aligned"]),
      Packing(format: .cso, kind: "cso2"), Packing(format: .cso, kind: "zso"),
      Packing(format: .isz, kind: "isz", checksWhole: true),
      Packing(format: .isz, kind: "isz", options: ["--segment", "30000"], checksWhole: true),
    ] + (Tool.exists("7zz") ? daa : [])

  /// PowerISO and gBurner: deflate, and in version 2 LZMA in turns.
  private static let daa = [
    [], ["--volume", "40000"], ["--version", "2"], ["--version", "2", "--filter"],
    ["--version", "2", "--obscured"], ["--version", "2", "--flags", "0x20000", "--volume", "40000"],
    ["--gbi"],
    ["--gbi", "--version", "2"],
  ].map { options in
    Packing(
      format: .daa, kind: "daa", options: options, ending: options.contains("--gbi") ? "gbi" : "daa")
  }

  /// What the builder makes is what daa2iso reads.
  @Test(.enabled(if: Tool.exists("daa2iso") && Tool.exists("7zz"), "needs daa2iso, 7zz"), arguments: daa)
  func daa2isoReadsWhatTheBuilderMakes(packing: Packing) throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: 500 * 2048, sectorSize: 2048)
    let path = try packing.pack(contents, in: folder.path)
    let made = folder.appending("made.iso")
    // It ends with 1 also where it has done everything.
    _ = try Tool.run("daa2iso", [path.string, made.string])
    #expect(try TestFiles.read(made) == contents)
  }

  @Test(arguments: packings) func conformance(packing: Packing) throws {
    let conformance = FormatConformance(
      packing.format, padsLastSector: false, open: { path, _ in try Builder.container(path) },
      build: { payload, _, folder in try packing.pack(payload, in: folder) })
    // About chunks of 16 KiB and blocks of 2 KiB, and the four kinds of contents.
    for sectors in [1, 2, 7, 8, 9, 33, 1100] {
      let failures = try conformance.failures(
        length: sectors * packing.sectorSize, sectorSize: packing.sectorSize)
      #expect(failures == [], "\(sectors) sectors")
    }
  }

  private static func problem(_ reader: any ImageReader, _ contents: [UInt8]) throws -> String? {
    let all = try ImageBytes.all(reader)
    if !all.damage.isEmpty { return "damage" }
    guard ImageBytes.equal(all.bytes, contents, 0..<contents.count) else { return "other bytes" }
    guard let checksum = reader.wholeChecksum else { return nil }
    return try checksum.computed(over: reader) == checksum.stored ? nil : "checksum"
  }

  /// Sectors without their codes come out with them.
  @Test(arguments: [SampleDisc.dataOnly, .xa, .audio, .mixedMode])
  func sectorsComeOutOfECMAsTheyWere(sample: SampleDisc) throws {
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(sample.build(), as: .cue, folder: folder.path, base: "disc")
    let bin = try #require(files.first { $0.extension == "bin" })
    let contents = try TestFiles.read(bin)
    let packed = folder.appending("disc.bin.ecm")
    try PackedDiscTests.packings[0].pack(bin, to: packed)
    #expect(try Formats.identify(packed)?.id == .ecm)
    #expect(try Self.problem(try Builder.container(packed), contents) == nil)
    if sample == .dataOnly {
      #expect(try TestFiles.read(packed).count < contents.count * 9 / 10)
      let image = try Formats.openDisc(packed).image
      let expected = try Formats.openDisc(files[0]).image
      #expect(image.disc.tracks.map(\.mode) == [.mode1])
      #expect(
        try image.sector(3, of: image.disc.tracks[0])?.main
          == expected.sector(3, of: expected.disc.tracks[0])?.main)
    }
  }

  /// A cue sheet still names the file that was packed.
  @Test func aSheetFindsItsPackedSectors() throws {
    let folder = try TemporaryFolder()
    let files = try WrittenDisc.files(
      SampleDisc.mixedMode.build(), as: .cue, folder: folder.path, base: "disc")
    let bin = try #require(files.first { $0.extension == "bin" })
    let before = try Formats.openDisc(files[0]).image
    try PackedDiscTests.packings[0].pack(bin, to: folder.appending("disc.bin.ecm"))
    let expected = try before.disc.tracks.map {
      try before.bytes(of: $0, in: $0.first..<$0.end, as: SectorForm())
    }
    try FileManager.default.removeItem(atPath: bin.string)
    let after = try Formats.openDisc(files[0]).image
    #expect(after.disc == before.disc && after.containers.count == 1)
    #expect(after.remarks.contains { $0.contains("disc.bin.ecm") })
    #expect(
      try after.disc.tracks.map { try after.bytes(of: $0, in: $0.first..<$0.end, as: SectorForm()) }
        == expected)
  }

  /// A changed byte is damage, another checksum, or an answer in one line; what has no checksums may say nothing.
  @Test(arguments: packings) func changedBytesShow(packing: Packing) throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: 9 * packing.sectorSize, sectorSize: packing.sectorSize)
    let path = try packing.pack(contents, in: folder.path)
    let whole = try TestFiles.read(path)
    for place in whole.indices where place < 200 || place % 97 == 0 {
      for bit in [0, 6] as [UInt8] {
        var changed = whole
        changed[place] ^= 1 << bit
        try TestFiles.write(changed, to: path)
        do {
          let reader = try Builder.container(path)
          guard reader.geometry.length < 1 << 24 else { continue }
          if try Self.problem(reader, contents) == "other bytes" {
            let checksum = reader.wholeChecksum
            #expect(
              try checksum.map { try $0.computed(over: reader) != $0.stored } ?? !packing.checksWhole,
              "byte \(place)")
          }
        } catch let error as EvidenceError {
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  /// Sizes and counts that cannot be: an error, or damage, and never other bytes without one.
  @Test(arguments: packings) func sizesThatCannotBe(packing: Packing) throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: 9 * packing.sectorSize, sectorSize: packing.sectorSize)
    let path = try packing.pack(contents, in: folder.path)
    let whole = try TestFiles.read(path)
    for place in stride(from: 4, to: min(96, whole.count - 8), by: 4) {
      for (value, width) in [(UInt8(0xFF), 4), (0x7F, 4), (0xFF, 8)] {
        var changed = whole
        changed.replaceSubrange(place..<place + width, with: [UInt8](repeating: value, count: width))
        try TestFiles.write(changed, to: path)
        do {
          let reader = try Builder.container(path)
          guard reader.geometry.length < 1 << 24 else { continue }
          let checksum = reader.wholeChecksum
          guard try Self.problem(reader, contents) == "other bytes", packing.checksWhole else { continue }
          #expect(try checksum.map { try $0.computed(over: reader) != $0.stored } == true, "byte \(place)")
        } catch let error as EvidenceError {
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  @Test(arguments: packings) func whatIsCutIsSaid(packing: Packing) throws {
    let folder = try TemporaryFolder()
    let contents = ReferencePayload.bytes(length: 9 * packing.sectorSize, sectorSize: packing.sectorSize)
    let path = try packing.pack(contents, in: folder.path)
    let whole = try TestFiles.read(path)
    for count in stride(from: 0, to: whole.count - 5, by: whole.count > 20_000 ? 331 : 61) {
      try TestFiles.write(Array(whole[..<count]), to: path)
      guard let reader = try? Builder.container(path) else { continue }
      #expect(try Self.problem(reader, contents) != nil, "\(count) of \(whole.count) bytes")
    }
  }

  @Test(.enabled(if: Tool.exists("7zz"), "needs 7zz")) func aDAAThatCannotBeReadSaysWhy() throws {
    for (options, word) in [
      (["--encrypted"], "encrypted"), (["--version", "2", "--flags", "0x4000"], "compressed table"),
      (["--version", "2", "--flags", "0x1000000"], "exchanged bits"),
    ] {
      let folder = try TemporaryFolder()
      let path = try Packing(format: .daa, kind: "daa", options: options).pack(
        ReferencePayload.bytes(length: 20_480, sectorSize: 2048), in: folder.path)
      let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
      #expect(error?.code == .formatUnreadable && error?.detail.contains(word) == true)
    }
  }

  @Test func whatIsEncryptedSaysSo() throws {
    let folder = try TemporaryFolder()
    let path = try Packing(format: .isz, kind: "isz", options: ["--encrypted"]).pack(
      ReferencePayload.bytes(length: 20_480, sectorSize: 2048), in: folder.path)
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
    #expect(error?.code == .formatUnreadable && error?.detail.contains("AES-128") == true)
  }

  @Test func aMissingPartIsNamed() throws {
    let folder = try TemporaryFolder()
    let path = try Self.packings[6].pack(
      ReferencePayload.bytes(length: 1100 * 2048, sectorSize: 2048), in: folder.path)
    try FileManager.default.removeItem(atPath: folder.appending("disc.i02").string)
    let error = #expect(throws: EvidenceError.self) { try Formats.openDisc(path) }
    #expect(error?.code == .segmentMissing && error?.subject.hasSuffix("disc.i02") == true)
  }
}
