import DiskImages
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing

/// Chunks without a table.
@Suite struct EWFCarvingTests {
  /// Carves changed bytes of a sample.
  /// - Returns: the sectors carved, after each was compared with the source.
  private static func carve(_ sample: DamageSample, _ changed: [UInt8]) throws -> [SectorRange] {
    let folder = try TemporaryFolder()
    let path = folder.appending(sample.name)
    try TestFiles.write(changed, to: path)
    let reader = try #require(try Formats.openDisk(path) as? EWFReader)
    var found: [SectorRange] = []
    var wrong: [UInt64] = []
    let (_, damage) = try ImageBytes.all(reader)
    try reader.carve { (offset: UInt64, bytes: RawSpan) throws(EvidenceError) in
      let range = Int(offset)..<Int(offset) + bytes.byteCount
      let plain = bytes.withUnsafeBytes { Array($0) }
      if !ImageBytes.equal(plain, sample.payload, range) { wrong.append(offset) }
      // Never what read delivers as well.
      if !damage.contains(where: { $0.bytes.contains(offset) }) { wrong.append(offset) }
      found.append(SectorRange(offset / 512..<offset / 512 + UInt64(bytes.byteCount) / 512))
    }
    #expect(wrong == [])
    return found.joined()
  }

  @Test(arguments: [0, 1])
  func carvesACutSection(which: Int) throws {
    let sample = try [DamageSample.compressed, DamageSample.plain][which].get()
    let sectors = try sample.first("sectors")
    var largest: UInt64 = 0
    for length in stride(from: sectors.offset + 76, through: sectors.end, by: 7001) {
      let found = try Self.carve(sample, Array(sample.bytes[..<length]))
      #expect(found.count <= 1)
      if let range = found.first {
        #expect(range.first == 0)
        #expect(range.count >= largest)
        largest = range.count
      }
    }
    #expect(largest > 400)
  }

  /// Both copies of the table are gone, everything behind the chunks is there.
  @Test func carvesBetweenSections() throws {
    let sample = try DamageSample.compressed.get()
    var changed = sample.bytes
    for type in ["table", "table2"] {
      let table = try sample.first(type)
      for index in table.offset + 76..<table.offset + 100 { changed[index] = 0xff }
    }
    #expect(
      try Self.carve(sample, changed) == [SectorRange(first: 0, count: UInt64(sample.payload.count) / 512)])
  }

  /// As libewf leaves it: the section's length is filled in last.
  @Test func carvesASectionThatWasBeingWritten() throws {
    let sample = try DamageSample.plain.get()
    let sectors = try sample.first("sectors")
    var changed = Array(sample.bytes[..<(sectors.end - 10_000)])
    let start = sectors.offset
    func put(_ value: Int, at offset: Int) {
      for index in 0..<8 { changed[offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index)) }
    }
    put(start + 76, at: start + 16)
    put(76, at: start + 24)
    let checksum = changed[start..<start + 72].withUnsafeBytes { Adler32.of($0) }
    for index in 0..<4 { changed[start + 72 + index] = UInt8(truncatingIfNeeded: checksum >> (8 * index)) }
    let found = try Self.carve(sample, changed)
    #expect(found == [SectorRange(first: 0, count: 38 * 16)])
  }

  /// Behind a damaged chunk the count is lost: what follows is not guessed.
  @Test(arguments: [0, 1])
  func stopsAtADamagedChunk(which: Int) throws {
    let sample = try [DamageSample.compressed, DamageSample.plain][which].get()
    let sectors = try sample.first("sectors")
    let length = sectors.end - 100
    var changed = Array(sample.bytes[..<length])
    let whole = try Self.carve(sample, changed)
    for index in 0..<16 { changed[sectors.offset + 76 + (sectors.end - sectors.offset) / 2 + index] ^= 0xff }
    let found = try Self.carve(sample, changed)
    #expect(found.count == 1)
    #expect(found[0].first == 0)
    #expect(found[0].count < whole[0].count)
  }

  /// A chunk without place is not carved: the segment before is missing.
  @Test func carvesNothingBehindAGap() throws {
    let folder = try TemporaryFolder()
    let payload = ReferencePayload.bytes(length: 3 << 20)
    let path = try EWFAcquire(compression: "none", segmentSize: 1 << 20).build(
      payload, sectorSize: 512, folder: folder.path)
    try FileManager.default.removeItem(atPath: folder.appending("image.E02").string)
    let third = try TestFiles.read(folder.appending("image.E03"))
    try TestFiles.write(Array(third[..<500_000]), to: folder.appending("image.E03"))
    let reader = try #require(try Formats.openDisk(path) as? EWFReader)
    var count = 0
    try reader.carve { (_, _) throws(EvidenceError) in count += 1 }
    #expect(count == 0)
  }

  @Test(arguments: [0, 1])
  func salvagesWhatIsLeftOfAChunk(which: Int) throws {
    let sample = try [DamageSample.compressed, DamageSample.plain][which].get()
    let sectors = try sample.first("sectors")
    var changed = sample.bytes
    let place = sectors.offset + 76 + (which == 0 ? 60 : 6000)
    changed[place] ^= 0x40
    let folder = try TemporaryFolder()
    try TestFiles.write(changed, to: folder.appending(sample.name))
    let reader = try #require(
      try Formats.openDisk(folder.appending(sample.name)) as? EWFReader)
    #expect(try ImageBytes.all(reader).damage.map(\.bytes) == [0..<8192])
    var chunk = [UInt8](repeating: 0xee, count: 8192)
    try chunk.withUnsafeMutableBytes { try reader.salvage(chunkAt: 0, into: $0) }
    #expect(Array(chunk[..<20]) == Array(sample.payload[..<20]))
    if which == 1 { #expect(zip(chunk, sample.payload).filter { $0 != $1 }.count == 1) }
  }
}
