import DiscFiles
import DiscImages
import Evidence
import EvidenceTestKit
import Foundation
import OpticalDisc
import Testing

/// What a record states besides names and places, and what is no file.
@Suite struct DiscFactsTests {
  private static func trees(_ image: [UInt8]) throws -> (DiscSectors, [DiscTree]) {
    let disc = try ISOReader.image(of: MemoryDiscFile(name: "x.iso", contents: image), isNamed: true)
    return (DiscSectors(disc), try DiscTrees.all(of: disc))
  }

  private static func rockRidge(_ use: [UInt8]) throws -> DiscEntry {
    var builder = ISOBuilder()
    builder.rootUse = SUSP.announced
    var record = ISOBuilder.Record("A.;1", "x")
    record.systemUse = SUSP.name("a") + use
    builder.records = [record]
    return try #require(try trees(builder.image()).1.first { $0.kind == .rockRidge }?.entries.first)
  }

  private static func times(_ flags: UInt8, _ dates: [[UInt8]]) -> [UInt8] {
    let bytes = dates.flatMap(\.self)
    return Array("TF".utf8) + [UInt8(5 + bytes.count), 1, flags] + bytes
  }

  @Test func everyTimeIsTakenAsItIs() throws {
    let entry = try Self.rockRidge(
      Self.times(
        0x0F,
        [
          [100, 1, 2, 3, 4, 5, 4], [0, 0, 0, 0, 0, 0, 0], [101, 13, 2, 3, 4, 5, 0],
          [101, 1, 2, 3, 4, 5, 0xFC],
        ]))
    #expect(entry.times.map(\.kind) == [.created, .accessed, .attributes])
    // An hour east of UTC.
    #expect(entry.time(.created)?.microseconds == 946_778_645_000_000 && entry.time(.created)?.zone == 60)
    #expect(entry.time(.accessed)?.impossible == "2001-13-02 03:04:05")
    #expect(entry.time(.attributes)?.zone == -60)
    // A time of zero is none, and not that of the record.
    #expect(entry.modified == nil && entry.impossibleTime == nil)
  }

  @Test func timesOfDigits() throws {
    let entry = try Self.rockRidge(Self.times(0x82, [Array("2003050607080912".utf8) + [8]]))
    #expect(entry.time(.modified)?.microseconds == 1_052_197_689_120_000)
    #expect(entry.modified == 1_052_197_689)
    let odd = try Self.rockRidge(Self.times(0x82, [Array("2003-5-607080912".utf8) + [8]]))
    #expect(odd.impossibleTime == "2003-5-607080912" && odd.modified == nil)
  }

  @Test func ownerModeAndNumber() throws {
    let entry = try Self.rockRidge(SUSP.mode(0o100640, serial: 77))
    #expect(entry.owner?.mode == 0o100640 && entry.owner?.serial == 77 && entry.owner?.user == 0)
    #expect(entry.record.map { $0 / 2048 } == UInt64(ISOBuilder.rootSector))
  }

  @Test func aTableOfPiecesIsNotTheFile() throws {
    let entry = try Self.rockRidge(Array("SF".utf8) + [21, 1] + [UInt8](repeating: 0, count: 17))
    #expect(entry.isCut && entry.problems.contains { $0.contains("Rock Ridge SF") })
  }

  // MARK: Areas

  private static func bootable(_ change: (inout [UInt8]) -> Void = { _ in }) throws -> DiscTree? {
    var builder = ISOBuilder()
    builder.records = [ISOBuilder.Record("A.;1", String(repeating: "a", count: 5000))]
    var record = [UInt8](repeating: 0, count: 2048)
    record.replaceSubrange(1..<30, with: Array("CD001\u{1}EL TORITO SPECIFICATION".utf8))
    record[71] = 22
    builder.sectors[17] = record
    builder.sectors[18] = [255] + Array("CD001\u{1}".utf8)
    var catalogue = [UInt8](repeating: 0, count: 2048)
    (catalogue[0], catalogue[28], catalogue[29], catalogue[30], catalogue[31]) = (1, 0xAA, 0x55, 0x55, 0xAA)
    (catalogue[32], catalogue[38], catalogue[40]) = (0x88, 4, UInt8(ISOBuilder.firstFile))
    // A section for EFI with one image that is not to be started.
    (catalogue[64], catalogue[65], catalogue[66]) = (0x91, 0xEF, 1)
    (catalogue[96], catalogue[102], catalogue[104]) = (0, 1, 23)
    change(&catalogue)
    builder.sectors[22] = catalogue
    return try trees(builder.image()).1.first { $0.kind == .areas }
  }

  @Test func bootImages() throws {
    let areas = try #require(try Self.bootable())
    #expect(areas.entries.map(\.path) == ["boot-1-x86.img", "boot-2-efi.img", "boot-catalogue.bin"])
    // As long as the file that begins there; what is loaded otherwise.
    #expect(areas.entries.map(\.size) == [5000, 512, 2048])
    #expect(areas.entries[0].note?.contains("bootable") == true && areas.remarks == [])
    #expect(areas.entries[1].note?.contains("not bootable") == true)
  }

  @Test func aDamagedCatalogueIsSaid() throws {
    let wrong = try #require(try Self.bootable { $0[5] = 9 })
    #expect(wrong.remarks == ["the checksum of the boot catalogue is wrong"] && wrong.entries.count == 3)
    let none = try #require(try Self.bootable { $0[30] = 0 })
    #expect(
      none.remarks == ["the boot catalogue is damaged"] && none.entries.map(\.path) == ["boot-catalogue.bin"])
    let many = try #require(try Self.bootable { $0[67] = 0xFF })
    #expect(many.remarks.contains("the boot catalogue announces more entries than it has"))
  }

  @Test func whatLiesBehindTheVolume() throws {
    var builder = ISOBuilder()
    builder.announced = 26
    builder.records = [ISOBuilder.Record("A.;1", "a")]
    builder.sectors[29] = Array("remains".utf8)
    let (sectors, trees) = try Self.trees(builder.image())
    let area = try #require(trees.first { $0.kind == .areas }?.entries.first)
    #expect(area.path == "behind-volume.bin" && area.sector == 26 && area.size == 4 * 2048)
    var bytes: [UInt8] = []
    let damage = try DiscFileContents(area, on: sectors).read { bytes += $0 }
    #expect(damage.isEmpty && bytes.dropFirst(3 * 2048).starts(with: "remains".utf8))
  }
}
