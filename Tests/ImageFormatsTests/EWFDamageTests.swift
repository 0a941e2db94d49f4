import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Foundation
import SystemPackage
import Testing

/// A section as it lies in a file made by ewfacquire; found here without the reader under test.
struct SectionPlace: Sendable {
  let type: String
  let offset: Int
  let end: Int

  static func list(_ file: [UInt8]) -> [SectionPlace] {
    var places: [SectionPlace] = []
    var offset = 13
    while offset + 76 <= file.count {
      let type = String(decoding: file[offset..<offset + 16].prefix { $0 != 0 }, as: UTF8.self)
      let next = (0..<8).reduce(0) { $0 | Int(file[offset + 16 + $1]) << (8 * $1) }
      let end = next > offset ? next : offset + 76
      places.append(SectionPlace(type: type, offset: offset, end: end))
      if next <= offset { break }
      offset = next
    }
    return places
  }
}

/// An image and its parts, made once.
struct DamageSample: Sendable {
  let payload: [UInt8]
  let name: String
  let bytes: [UInt8]
  let sections: [SectionPlace]

  init(_ image: EWFAcquire, length: Int) throws {
    let folder = try TemporaryFolder()
    self.payload = ReferencePayload.bytes(length: length)
    let path = try image.build(payload, sectorSize: 512, folder: folder.path)
    self.name = path.lastComponent?.string ?? ""
    self.bytes = try TestFiles.read(path)
    self.sections = SectionPlace.list(bytes)
  }

  static let compressed = Result { try DamageSample(EWFAcquire(sectorsPerChunk: 16), length: length) }
  static let plain = Result {
    try DamageSample(EWFAcquire(compression: "none", sectorsPerChunk: 16), length: length)
  }
  static let oldest = Result {
    try DamageSample(EWFAcquire(format: "encase1", sectorsPerChunk: 16), length: length)
  }

  /// In 40 chunks of 8 KiB: text, noise and the beginning of zeros.
  private static let length = 40 * 8192

  func first(_ type: String) throws -> SectionPlace { try #require(sections.first { $0.type == type }) }

  /// Opens changed bytes and reads everything.
  func open(_ changed: [UInt8]) throws -> (reader: any ImageReader, bytes: [UInt8], damage: [DamagedRange]) {
    let folder = try TemporaryFolder()
    let path = folder.appending(name)
    try TestFiles.write(changed, to: path)
    let reader = try Formats.openDisk(path)
    let (bytes, damage) = try ImageBytes.all(reader)
    return (reader, bytes, damage)
  }

  /// What is delivered is the payload, and zeros exactly where damage is named.
  func expectTruth(_ bytes: [UInt8], _ damage: [DamagedRange], _ comment: Comment) {
    var expected = payload
    for range in damage {
      let bytes = Int(range.bytes.lowerBound)..<Int(range.bytes.upperBound)
      expected.replaceSubrange(bytes, with: [UInt8](repeating: 0, count: bytes.count))
    }
    let isTrue = ImageBytes.equal(bytes, expected, 0..<expected.count)
    #expect(isTrue, comment)
  }
}

@Suite struct EWFDamageTests {
  /// One bit in each kind of structure, at several places of it.
  @Test("DA-AO-07 one changed bit anywhere in the structure of an E01 is found", arguments: [0, 1, 2])
  func findsOneBitAnywhereInTheStructure(which: Int) throws {
    let sample = try [DamageSample.compressed, DamageSample.plain, DamageSample.oldest][which].get()
    var places: [(String, Int)] = [
      ("file header", 0), ("file header", 8), ("file header", 9), ("file header", 12),
    ]
    for section in sample.sections {
      for offset in [0, 3, 16, 19, 24, 30, 32, 60, 71, 72, 75] {
        places.append((section.type, section.offset + offset))
      }
      if section.type == "sectors" || section.end <= section.offset + 76 { continue }
      let payload =
        section.offset + 76..<(section.type == "table" && which == 2 ? section.offset + 180 : section.end)
      // header streams have a few bits of padding that no checksum covers; their last bytes are checksum.
      for index in 0..<8 {
        places.append((section.type, payload.lowerBound + index * (payload.count - 1) / 7))
      }
    }
    for (part, offset) in places {
      for bit in [0, 5] {
        var changed = sample.bytes
        changed[offset] ^= 1 << UInt8(bit)
        let (reader, bytes, damage) = try sample.open(changed)
        let comment: Comment = "\(part), byte \(offset), bit \(bit)"
        #expect(reader.format.id == .e01, comment)
        #expect(!reader.structureFindings.isEmpty, comment)
        let named = reader.structureFindings.allSatisfy { $0.subject.hasPrefix("image.E01") }
        #expect(named, comment)
        // Every structure but the chunks themselves is stored twice or can be done without.
        if which != 2 || part != "table" { #expect(damage.isEmpty, comment) }
        if bytes.count == sample.payload.count {
          sample.expectTruth(bytes, damage, comment)
        } else {
          Issue.record("\(comment): length \(bytes.count)")
        }
      }
    }
  }

  @Test("DA-AO-08 one changed bit in a chunk of an E01 is located", arguments: [0, 1, 2])
  func namesTheChunkOfOneBit(which: Int) throws {
    let sample = try [DamageSample.compressed, DamageSample.plain, DamageSample.oldest][which].get()
    let data = try sample.first(which == 2 ? "table" : "sectors")
    let start = data.offset + 76 + (which == 2 ? 24 + 4 * 40 + 4 : 0)
    var random = SeededRandom(seed: 5)
    var missed = 0
    for _ in 0..<60 {
      let offset = start + random.number(below: data.end - start)
      var changed = sample.bytes
      changed[offset] ^= 1 << UInt8(random.number(below: 8))
      let (reader, bytes, damage) = try sample.open(changed)
      #expect(reader.structureFindings.isEmpty, "byte \(offset)")
      sample.expectTruth(bytes, damage, "byte \(offset)")
      if damage.isEmpty { missed += 1 } else { #expect(damage.count == 1, "byte \(offset)") }
      for range in damage {
        #expect(range.bytes.lowerBound % 8192 == 0 && range.bytes.count == 8192)
        #expect(range.reason.contains("chunk \(range.bytes.lowerBound / 8192) in image.E01"))
      }
    }
    // Up to seven bits between a deflate stream and its checksum mean nothing.
    #expect(missed <= (which == 1 ? 0 : 3))
  }

  @Test func readsBesideADamagedTable() throws {
    let sample = try DamageSample.compressed.get()
    for type in ["table", "table2"] {
      let table = try sample.first(type)
      var changed = sample.bytes
      for index in table.offset + 76..<table.end { changed[index] = 0xff }
      let (reader, bytes, damage) = try sample.open(changed)
      #expect(damage.isEmpty)
      #expect(bytes == sample.payload)
      let finding = try #require(reader.structureFindings.first)
      #expect(finding.code == .structureDamaged)
      #expect(finding.subject == "image.E01: \(type) at offset \(table.offset)")
    }
  }

  /// Different entries damaged in each copy: every chunk is located by one of them.
  @Test func readsFromTwoDamagedTables() throws {
    let sample = try DamageSample.compressed.get()
    var changed = sample.bytes
    changed[try sample.first("table").offset + 100 + 4 * 10] ^= 0x10
    changed[try sample.first("table2").offset + 100 + 4 * 30] ^= 0x10
    let (reader, bytes, damage) = try sample.open(changed)
    #expect(damage.isEmpty)
    #expect(bytes == sample.payload)
    #expect(reader.structureFindings.count == 2)
  }

  @Test func refusesWithoutAnyVolume() throws {
    let sample = try DamageSample.compressed.get()
    var changed = sample.bytes
    for section in sample.sections where ["volume", "data"].contains(section.type) {
      for index in section.offset + 76..<section.end { changed[index] = 0xee }
    }
    let error = #expect(throws: EvidenceError.self) { try sample.open(changed) }
    #expect(error?.code == .imageMalformed)
    #expect(error?.detail.contains("volume") == true)
  }

  /// A file of that name is never taken for a raw image.
  @Test func refusesGarbageNamedE01() throws {
    let sample = try DamageSample.compressed.get()
    for garbage in [[UInt8](repeating: 0, count: 5000), [7], Array("EVF".utf8)] {
      let error = #expect(throws: EvidenceError.self) { try sample.open(garbage) }
      #expect(error?.code == .imageMalformed)
    }
  }

  @Test func survivesTruncation() throws {
    let sample = try DamageSample.compressed.get()
    var lengths = Set(stride(from: 1, to: sample.bytes.count, by: 9999))
    for section in sample.sections {
      for offset in [-1, 0, 1, 40, 75, 76, 77, 90, 100, 104, 180] { lengths.insert(section.offset + offset) }
    }
    let volume = try sample.first("volume")
    let table = try sample.first("table").end
    for length in lengths.sorted() where length < sample.bytes.count {
      let changed = Array(sample.bytes[..<length])
      // The first fields of a volume that is cut off agree with each other and can be used.
      if length < volume.offset + 76 + 94 {
        let error = #expect(throws: EvidenceError.self) { _ = try sample.open(changed) }
        #expect(error?.code == .imageMalformed, "cut at \(length)")
        continue
      }
      let (reader, bytes, damage) = try sample.open(changed)
      #expect(reader.structureFindings.contains { $0.code == .imageTruncated }, "cut at \(length)")
      #expect(bytes.count == sample.payload.count)
      sample.expectTruth(bytes, damage, "cut at \(length)")
      if length >= table { #expect(damage.isEmpty, "cut at \(length)") }
    }
  }

  /// Mutations of many bytes at once: nothing is promised but an answer.
  @Test func survivesMutations() throws {
    var random = SeededRandom(seed: 2026)
    for which in 0..<3 {
      let sample = try [DamageSample.compressed, DamageSample.plain, DamageSample.oldest][which].get()
      let structures = sample.sections.filter { $0.type != "sectors" }
      for _ in 0..<120 {
        var changed = sample.bytes
        for _ in 0...random.number(below: 6) {
          let section = structures[random.number(below: structures.count)]
          let length = min(section.end, section.offset + 300) - section.offset
          let offset = section.offset + random.number(below: length)
          switch random.number(below: 3) {
          case 0: changed[offset] = UInt8(random.number(below: 256))
          case 1: changed[offset] ^= 1 << UInt8(random.number(below: 8))
          default:
            for index in offset..<min(changed.count, offset + 8) { changed[index] = 0xff }
          }
        }
        if random.number(below: 4) == 0 { changed.removeLast(random.number(below: changed.count)) }
        guard let result = try? sample.open(changed) else { continue }
        guard result.bytes.count == sample.payload.count else { continue }
        let log = result.reader.structureFindings.map { "\($0.subject): \($0.observed ?? "")" }
        sample.expectTruth(result.bytes, result.damage, "\(which): \(log)")
      }
    }
  }
}
