import Evidence
import EvidenceTestKit
import Formats
import Foundation
import SystemPackage
import Testing

@Suite struct EWFSegmentTests {
  /// Five segments without compression, so that each holds known chunks.
  private static func build(in folder: FilePath) throws -> (payload: [UInt8], path: FilePath, names: [String])
  {
    let payload = ReferencePayload.bytes(length: 4_500_000 / 512 * 512)
    let path = try EWFAcquire(compression: "none", segmentSize: 1 << 20).build(
      payload, sectorSize: 512, folder: folder)
    let names = try TestFiles.names(in: folder)
    try #require(names == ["image.E01", "image.E02", "image.E03", "image.E04", "image.E05"])
    return (payload, path, names)
  }

  private static func checkGap(_ missing: String, opening: String) throws {
    let folder = try TemporaryFolder()
    let (payload, _, names) = try build(in: folder.path)
    try FileManager.default.removeItem(atPath: folder.appending(missing).string)
    let reader = try Formats.openDisk(folder.appending(opening))
    #expect(reader.segments.count == names.count - 1)
    let named = reader.structureFindings.filter { $0.code == .segmentMissing }
    #expect(named.map(\.subject) == [missing])
    let lost = reader.structureFindings.compactMap(\.sectors)
    #expect(lost.count == 1)
    let (bytes, damage) = try ImageBytes.all(reader)
    #expect(bytes.count == payload.count)
    // One run is lost, less than 1 MiB and most of it, and the findings name it by its sectors.
    let bounds = try #require(damage.first?.bytes.lowerBound)..<(try #require(damage.last?.bytes.upperBound))
    #expect(lost.first == SectorRange(bounds.lowerBound / 512..<bounds.upperBound / 512))
    #expect(bounds.count < 1 << 20)
    var expected = payload
    expected.replaceSubrange(
      Int(bounds.lowerBound)..<Int(bounds.upperBound), with: [UInt8](repeating: 0, count: bounds.count))
    let isTrue = ImageBytes.equal(bytes, expected, 0..<expected.count)
    #expect(isTrue)
  }

  @Test(arguments: ["image.E02", "image.E03", "image.E04"])
  func readsAroundAMissingSegment(name: String) throws { try Self.checkGap(name, opening: "image.E01") }

  @Test func readsWithoutTheFirstSegment() throws { try Self.checkGap("image.E01", opening: "image.E03") }

  /// A later segment under a name of no set has the place that it states itself: its first chunk is not sector 0.
  @Test func aLaterSegmentUnderAnotherNameKeepsItsPlace() throws {
    let folder = try TemporaryFolder()
    let (payload, _, _) = try Self.build(in: folder.path)
    let alone = try TemporaryFolder()
    // What a middle segment holds could lie anywhere; the last one ends where the medium does.
    try TestFiles.write(try TestFiles.read(folder.appending("image.E02")), to: alone.appending("middle.dd"))
    let middle = try ImageBytes.all(try Formats.openDisk(alone.appending("middle.dd")))
    #expect(
      middle.bytes.allSatisfy { $0 == 0 } && middle.damage.reduce(0) { $0 + $1.bytes.count } == payload.count)
    try TestFiles.write(try TestFiles.read(folder.appending("image.E05")), to: alone.appending("part.dd"))
    let reader = try Formats.openDisk(alone.appending("part.dd"))
    #expect(reader.structureFindings.contains { $0.code == .segmentMissing })
    let (bytes, damage) = try ImageBytes.all(reader)
    var lost = 0
    var expected = payload
    for range in damage.map(\.bytes) {
      lost += range.count
      expected.replaceSubrange(
        Int(range.lowerBound)..<Int(range.upperBound), with: [UInt8](repeating: 0, count: range.count))
    }
    #expect(damage.first?.bytes.lowerBound == 0)
    #expect(lost < payload.count - 100_000, "the rest is in the segment")
    let isTrue = ImageBytes.equal(bytes, expected, 0..<expected.count)
    #expect(isTrue)
  }

  @Test func readsWithoutTheLastSegment() throws { try Self.checkGap("image.E05", opening: "image.E01") }

  @Test func reportsSegmentsInEachOthersPlace() throws {
    let folder = try TemporaryFolder()
    let (_, path, _) = try Self.build(in: folder.path)
    let two = try TestFiles.read(folder.appending("image.E02"))
    try TestFiles.write(try TestFiles.read(folder.appending("image.E03")), to: folder.appending("image.E02"))
    try TestFiles.write(two, to: folder.appending("image.E03"))
    let findings = try Formats.openDisk(path).structureFindings
    #expect(findings.map(\.observed) == ["segment 3", "segment 2"])
  }

  /// More segments than are kept open at once.
  @Test func readsMoreSegmentsThanStayOpen() throws {
    let image = EWFAcquire(compression: "none", sectorsPerChunk: 1024, segmentSize: 1 << 20)
    let conformance = FormatConformance(.e01, padsLastSector: true, storedDigests: [.md5]) {
      let path = try image.build($0, sectorSize: $1, folder: $2)
      try #require(TestFiles.names(in: $2).count > 64)
      return path
    }
    let failures = try conformance.failures(length: 40 << 20, sectorSize: 512)
    #expect(failures == [])
  }

  /// Past E99 come EAA, EAB, …
  @Test func readsPastNinetyNineSegments() throws {
    let folder = try TemporaryFolder()
    let payload = [UInt8](repeating: 0x5a, count: 52 << 20)
    let path = try EWFAcquire(compression: "none", sectorsPerChunk: 1024, segmentSize: 1 << 20).build(
      payload, sectorSize: 512, folder: folder.path)
    let reader = try Formats.openDisk(path)
    #expect(reader.segments.count > 99)
    #expect(reader.segments.last?.extension?.hasPrefix("EA") == true)
    #expect(reader.structureFindings == [])
    #expect(try Formats.openDisk(folder.appending("image.EAA")).segments == reader.segments)
    let isTrue = ImageBytes.equal(try ImageBytes.all(reader).bytes, payload, 0..<payload.count)
    #expect(isTrue)
  }
}
