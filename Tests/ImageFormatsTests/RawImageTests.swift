import DiskWriters
import Evidence
import EvidenceTestKit
import Formats
import Foundation
import SystemIO
import SystemPackage
import Testing
import WriterKit

@Suite struct RawImageTests {
  static func write(
    _ payload: [UInt8], to folder: FilePath, sectorSize: Int, segmentSize: UInt64?, blockSize: Int = 100_000
  ) throws -> [FilePath] {
    let writer = try RawWriter(
      folder: folder, base: "disk", sectorSize: UInt32(sectorSize), segmentSize: segmentSize)
    for start in stride(from: 0, to: payload.count, by: blockSize) {
      let block = PageBuffer(capacity: blockSize)
      let bytes = payload[start..<min(start + blockSize, payload.count)]
      block.fill { $0.copyBytes(from: bytes) }
      block.byteCount = bytes.count
      try writer.write(try writer.encode(block))
    }
    let files = try writer.finish(ImageClosing(digests: DigestSet(), unreadable: []))
    // The one file of an image is the medium, whose digest is known without it.
    try WrittenFiles.expect(files, areDigested: segmentSize != nil)
    return files.map(\.path)
  }

  @Test(
    "DA-AO-02 a raw image of any size and split holds the medium and nothing else",
    arguments: [1, 511, 512, 1_000_001, 2 << 20], [512, 4096])
  func conforms(length: Int, sectorSize: Int) throws {
    for segmentSize in [nil, UInt64(sectorSize) * 100, UInt64(1 << 20)] {
      let conformance = FormatConformance(.raw, padsLastSector: false) {
        try Self.write($0, to: $2, sectorSize: $1, segmentSize: segmentSize)[0]
      }
      let failures = try conformance.failures(length: length, sectorSize: sectorSize)
      #expect(failures == [])
    }
  }

  @Test("DA-AO-05 a raw image is split at the size that was asked for") func splitsAtTheSegmentSize() throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 3 * 4096)
    let paths = try Self.write(payload, to: folder.path, sectorSize: 512, segmentSize: 4096, blockSize: 5000)
    #expect(paths.map { $0.lastComponent?.string } == ["disk.001", "disk.002", "disk.003"])
    for (index, path) in paths.enumerated() {
      #expect(try TestFiles.read(path) == Array(payload[index * 4096..<(index + 1) * 4096]))
    }
  }

  @Test func overwritesNothing() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1, 2, 3], to: folder.appending("disk.002"))
    let error = #expect(throws: EvidenceError.self) {
      try Self.write([UInt8](repeating: 7, count: 2048), to: folder.path, sectorSize: 512, segmentSize: 1024)
    }
    #expect(error?.code == .outputExists)
    #expect(try TestFiles.read(folder.appending("disk.002")) == [1, 2, 3])
  }

  @Test func refusesSegmentsOfPartialSectors() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: EvidenceError.self) {
      try RawWriter(folder: folder.path, base: "disk", sectorSize: 512, segmentSize: 1000)
    }
    #expect(error?.code == .argumentInvalid)
    #expect(try TestFiles.names(in: folder.path) == [])
  }

  @Test func namesTheMissingFile() throws {
    let folder = try TemporaryFolder()
    for name in ["disk.001", "disk.002", "disk.004"] {
      try TestFiles.write([UInt8](repeating: 7, count: 512), to: folder.appending(name))
    }
    for name in ["disk.001", "disk.004"] {
      let error = #expect(throws: EvidenceError.self) { try Formats.openDisk(folder.appending(name)) }
      #expect(error?.code == .segmentMissing)
      #expect(error?.subject == folder.appending("disk.003").string)
    }
  }

  @Test func reportsAFileShorterThanTheFirst() throws {
    let folder = try TemporaryFolder()
    for (name, size) in [("disk.001", 2048), ("disk.002", 1024), ("disk.003", 512)] {
      try TestFiles.write([UInt8](repeating: 7, count: size), to: folder.appending(name))
    }
    let findings = try Formats.openDisk(folder.appending("disk.001")).structureFindings
    #expect(findings.map(\.code) == [.imageTruncated])
    #expect(findings.map(\.subject) == ["disk.002"])
  }

  @Test func namesWhatAShrunkenFileNoLongerHolds() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("disk.raw")
    try TestFiles.write([UInt8](repeating: 7, count: 4096), to: path)
    let reader = try Formats.openDisk(path)
    try #require(truncate(path.string, 1000) == 0)
    let (bytes, damage) = try ImageBytes.all(reader)
    #expect(bytes == [UInt8](repeating: 7, count: 1000) + [UInt8](repeating: 0, count: 3096))
    #expect(damage.map(\.bytes) == [1000..<4096])
  }

  @Test func refusesWhatIsNoImage() throws {
    let folder = try TemporaryFolder()
    let fifo = folder.appending("pipe")
    try #require(mkfifo(fifo.string, 0o600) == 0)
    try TestFiles.write([], to: folder.appending("empty"))
    try TestFiles.write(Array("EVF2\r\n\u{81}".utf8), to: folder.appending("a.Ex01"))
    let expected: [(String, ErrorCode)] = [
      ("pipe", .formatUnknown), ("empty", .imageMalformed), ("a.Ex01", .formatUnreadable),
      ("none", .fileMissing),
      (".", .formatUnknown),
    ]
    for (name, code) in expected {
      let error = #expect(throws: EvidenceError.self) {
        try Formats.openDisk(folder.path.appending(name))
      }
      #expect(error?.code == code, "\(name)")
    }
  }
}
