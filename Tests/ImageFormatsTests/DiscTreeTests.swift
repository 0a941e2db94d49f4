import DiscFiles
import DiscImages
import Evidence
import EvidenceTestKit
import Foundation
import OpticalDisc
import SystemPackage
import Testing

/// Every entry is delivered, marked or counted; one that is wrong costs itself.
@Suite struct DiscTreeTests {
  private static func trees(_ builder: ISOBuilder, cut: Int = 0) throws -> (DiscSectors, [DiscTree]) {
    let bytes = builder.image()
    let image = try ISOReader.image(
      of: MemoryDiscFile(name: "x.iso", contents: Array(bytes.dropLast(cut * 2048))), isNamed: true)
    return (DiscSectors(image), try DiscTrees.all(of: image))
  }

  private static func tree(_ builder: ISOBuilder, _ kind: DiscTree.Kind = .iso9660) throws -> DiscTree {
    try #require(try trees(builder).1.first { $0.kind == kind })
  }

  private static func contents(
    _ entry: DiscEntry, _ sectors: DiscSectors
  ) throws -> (bytes: [UInt8], damage: [DiscFileContents.Damage]) {
    var bytes: [UInt8] = []
    let damage = try DiscFileContents(entry, on: sectors).read { bytes += $0 }
    return (bytes, damage)
  }

  private static func rockRidge(_ records: [ISOBuilder.Record]) -> ISOBuilder {
    var builder = ISOBuilder()
    builder.rootUse = SUSP.announced
    builder.records = records
    return builder
  }

  private static func named(_ name: String, _ rest: [UInt8], _ contents: String = "x") -> ISOBuilder.Record {
    var record = ISOBuilder.Record("A.;1", contents)
    record.systemUse = SUSP.name(name) + rest
    return record
  }

  @Test func contentsFollowAnExtendedAttributeRecord() throws {
    var record = ISOBuilder.Record("X.TXT;1", "payload")
    record.attributeBlocks = 1
    var builder = ISOBuilder()
    builder.records = [record, ISOBuilder.Record("B.;1", "b")]
    let (sectors, trees) = try Self.trees(builder)
    #expect(trees[0].entries.map(\.path) == ["B", "X.TXT"])
    #expect(try Self.contents(trees[0].entries[1], sectors).bytes == Array("payload".utf8))
  }

  @Test func aUnitAndAGapAreNotOneExtent() throws {
    var builder = ISOBuilder()
    var record = ISOBuilder.Record("I.;1")
    record.contents = [UInt8](repeating: 1, count: 2048) + [UInt8](repeating: 9, count: 2048)
    record.contents += [UInt8](repeating: 2, count: 1000)
    record.unit = 1
    record.gap = 1
    record.size = 3048
    builder.records = [record]
    let (sectors, trees) = try Self.trees(builder)
    let bytes = try Self.contents(trees[0].entries[0], sectors).bytes
    #expect(bytes == [UInt8](repeating: 1, count: 2048) + [UInt8](repeating: 2, count: 1000))
  }

  /// A number that several files share makes them no links.
  @Test func filesOfOneSerialNumberKeepTheirContents() throws {
    let mode = SUSP.mode(0o100644, serial: 0)
    let (sectors, trees) = try Self.trees(
      Self.rockRidge([Self.named("a", mode, "first"), Self.named("b", mode, "the second")]))
    #expect(trees.map(\.kind) == [.rockRidge, .iso9660])
    #expect(trees[0].entries.map(\.size) == [5, 10])
    #expect(try Self.contents(trees[0].entries[1], sectors).bytes == Array("the second".utf8))
  }

  @Test func aFileWhosePartIsMissingTakesNoOther() throws {
    var builder = ISOBuilder()
    builder.records = [
      ISOBuilder.Record("M.;1", "one", flags: 0x80), ISOBuilder.Record("N.;1", "two"),
      ISOBuilder.Record("O.;1", "three", flags: 0x80), ISOBuilder.Record("O.;1", "four"),
      ISOBuilder.Record("P.;1", "last", flags: 0x80),
    ]
    let entries = try Self.tree(builder).entries
    #expect(entries.map(\.path) == ["M", "N", "O", "P"])
    #expect(entries.map(\.isCut) == [true, false, false, true])
    #expect(entries.map(\.size) == [3, 3, 9, 4])
    #expect(entries[0].problems == ["its last part is not listed: it is cut"])
  }

  @Test(
    arguments: [
      ([126, 11, 29, 10, 0, 0, 0], 1_795_946_400, nil), ([126, 11, 29, 10, 0, 0, 4], 1_795_942_800, nil),
      ([0, 0, 0, 0, 0, 0, 0], nil, nil), ([0, 0, 0, 0, 0, 0, 36], nil, nil),
      ([126, 13, 45, 25, 61, 61, 0], nil, "2026-13-45 25:61:61"),
    ] as [([UInt8], Int64?, String?)])
  func aTimeIsOneOnlyWhereItCanBe(_ date: [UInt8], _ seconds: Int64?, _ digits: String?) throws {
    var record = ISOBuilder.Record("A.;1", "x")
    record.date = date
    var builder = ISOBuilder()
    builder.records = [record]
    let entry = try Self.tree(builder).entries[0]
    #expect(entry.modified == seconds && entry.impossibleTime == digits)
  }

  @Test func aContinuationThatLeadsBackEnds() throws {
    var builder = Self.rockRidge([])
    var record = ISOBuilder.Record("A.;1", "x")
    record.systemUse = SUSP.name("long") + SUSP.further(block: 22, offset: 0, count: 100)
    builder.records = [record]
    let area = SUSP.name("er") + SUSP.further(block: 22, offset: 0, count: 100)
    builder.sectors[22] = area
    let entry = try Self.tree(builder, .rockRidge).entries[0]
    #expect(entry.path == "longer")
    #expect(entry.problems == ["its continuation area leads back to itself"])
  }

  @Test func aContinuationMayLieAnywhere() throws {
    var builder = Self.rockRidge([])
    var record = ISOBuilder.Record("A.;1", "x")
    record.systemUse = SUSP.further(block: 40, offset: 1000, count: 20)
    builder.records = [record]
    builder.sectors[40] = [UInt8](repeating: 0, count: 1000) + SUSP.name("far away")
    #expect(try Self.tree(builder, .rockRidge).entries.map(\.path) == ["far away"])
  }

  @Test(
    arguments: [
      (250, ["A", "B", "C"], "a record of a wrong length"), (33, ["A", "C"], "a record that cannot be read"),
      (3, ["A", "C"], "a record that cannot be read"),
    ] as [(UInt8, [String], String)])
  func oneBadRecordCostsItself(_ length: UInt8, _ names: [String], _ words: String) throws {
    var builder = ISOBuilder()
    builder.records = [
      ISOBuilder.Record("A.;1", "a"), ISOBuilder.Record("B.;1", "b"), ISOBuilder.Record("C.;1", "c"),
    ]
    var image = builder.image()
    let first = try #require(image.firstRange(of: "B.;1".utf8)).lowerBound - 33
    image[first] = length
    let disc = try ISOReader.image(of: MemoryDiscFile(name: "x.iso", contents: image), isNamed: true)
    let tree = try DiscTrees.all(of: disc)[0]
    #expect(tree.entries.map(\.path) == names)
    #expect(tree.remarks.count == 1 && tree.remarks[0].contains(words))
  }

  @Test func whatLiesBehindTheEndIsMarked() throws {
    var far = ISOBuilder.Record("FAR.;1", "")
    (far.block, far.size) = (5000, 10)
    var builder = ISOBuilder()
    builder.records = [ISOBuilder.Record("A.;1", "a"), far, ISOBuilder.Record("Z.;1", "z")]
    let (sectors, trees) = try Self.trees(builder)
    #expect(trees[0].entries.map(\.path) == ["A", "FAR", "Z"])
    #expect(trees[0].entries[1].problems == ["it extends past the end of the image"])
    let read = try Self.contents(trees[0].entries[1], sectors)
    #expect(read.bytes.isEmpty && read.damage.map(\.reason) == [.missing])
    // An image that ends among the sectors of a file delivers what is there.
    builder.records = [ISOBuilder.Record("A.;1", String(repeating: "a", count: 10_000))]
    let (cut, half) = try Self.trees(builder, cut: 2)
    let partial = try Self.contents(half[0].entries[0], cut)
    #expect(partial.bytes.count == 6144 && partial.damage.map(\.bytes) == [6144..<10_000])
  }

  @Test func filesBehindTheVolumeAreListed() throws {
    var builder = ISOBuilder()
    builder.announced = 25
    builder.records = [ISOBuilder.Record("A.;1", "a"), ISOBuilder.Record("B.;1", "b")]
    let tree = try Self.tree(builder)
    #expect(tree.entries.count == 2)
    #expect(tree.remarks == ["1 file lies behind the 51200 bytes the volume says it has"])
  }

  @Test(arguments: ["RR_MOVED", ".relocated", "ANY"])
  func relocatedFoldersAreWhereTheyBelong(_ container: String) throws {
    var place = ISOBuilder.Record("P.;1")
    place.systemUse = SUSP.name("deep") + SUSP.child(30)
    var holder = ISOBuilder.Record("R", flags: 2)
    (holder.block, holder.size) = (28, 2048)
    holder.systemUse = SUSP.name(container)
    var moved = ISOBuilder.Record("D", flags: 2)
    (moved.block, moved.size) = (30, 2048)
    moved.systemUse = SUSP.name("deep") + SUSP.relocated
    var builder = Self.rockRidge([place, holder])
    var inner = Self.rockRidge([moved])
    builder.sectors[28] = Array(
      inner.image()[ISOBuilder.rootSector * 2048..<(ISOBuilder.rootSector + 1) * 2048])
    inner.records = [Self.named("f.txt", SUSP.mode(0o100644))]
    builder.sectors[30] = Array(
      inner.image()[ISOBuilder.rootSector * 2048..<(ISOBuilder.rootSector + 1) * 2048])
    #expect(
      try Self.tree(builder, .rockRidge).entries.map(\.path) == [container, "deep", "deep/f.txt"].sorted())
  }

  @Test func namesThatAreAlikeStayApart() throws {
    var builder = ISOBuilder()
    builder.records = [
      ISOBuilder.Record("A.TXT;1", "fork", flags: 4), ISOBuilder.Record("A.TXT;1", "one"),
      ISOBuilder.Record("A.TXT;1", "two"), ISOBuilder.Record("H.;1", "h", flags: 1),
    ]
    let entries = try Self.tree(builder).entries
    #expect(entries.map(\.path) == ["A.TXT", "A.TXT~2", "A.TXT~associated", "H"])
    #expect(entries.map(\.marks) == [[], [.renamed], [.associated, .renamed], [.hidden]])
    #expect(entries.allSatisfy { $0.name == "A.TXT" || $0.path == "H" })
  }

  @Test func bytesOfNamesAreKept() throws {
    var builder = ISOBuilder()
    for byte in [0xC4, 0xD6] as [UInt8] {
      var record = ISOBuilder.Record("x", "x")
      record.name = [byte] + Array(".TXT;1".utf8)
      builder.records.append(record)
    }
    let entries = try Self.tree(builder).entries
    #expect(
      entries.map { NameText.bytes($0.name) } == [[0xC4] + Array(".TXT".utf8), [0xD6] + Array(".TXT".utf8)])
    #expect(Set(entries.map(\.path)).count == 2)
  }

  @Test(arguments: [".", "..", "../../evil", "a/b", "\0"])
  func noNameLeadsOut(_ name: String) throws {
    let entry = try Self.tree(
      Self.rockRidge([Self.named("ok", []), Self.named(name, [])]), .rockRidge
    ).entries.first { $0.path != "ok" }
    let path = try #require(entry?.path)
    #expect(!path.contains("/") && ![".", "..", ""].contains(path) && path.utf8.count < 255)
    #expect(entry?.marks.contains(.renamed) == true && entry?.name == name)
  }

  /// Longer than a file can be called.
  @Test func longNamesAreShortened() throws {
    var builder = ISOBuilder()
    builder.hasPrimary = false
    builder.hasJoliet = true
    for last in ["1", "2"] {
      var record = ISOBuilder.Record("x", last)
      let name = String(repeating: "\u{5B57}", count: 90) + last
      record.name = Array(name.utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
      builder.records.append(record)
    }
    let entries = try Self.tree(builder, .joliet).entries
    #expect(entries.allSatisfy { $0.path.utf8.count < 240 && $0.name.count == 91 })
    #expect(Set(entries.map(\.path)).count == 2)
  }

  @Test func jolietStandsWithoutThePrimary() throws {
    var builder = ISOBuilder()
    builder.hasPrimary = false
    builder.hasJoliet = true
    var record = ISOBuilder.Record("x", "x")
    record.name = Array("äß".utf16).flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    builder.records = [record]
    let tree = try Self.tree(builder, .joliet)
    #expect(tree.entries.map(\.path) == ["äß"])
    #expect(tree.remarks == ["the primary volume descriptor is missing or damaged"])
  }

  @Test func highSierra() throws {
    var builder = ISOBuilder()
    builder.isHighSierra = true
    builder.records = [ISOBuilder.Record("OLD.TXT;1", "1986")]
    let (sectors, trees) = try Self.trees(builder)
    #expect(trees.map(\.kind) == [.highSierra])
    #expect(trees[0].entries.map(\.path) == ["OLD.TXT"])
    #expect(try Self.contents(trees[0].entries[0], sectors).bytes == Array("1986".utf8))
  }

  /// A folder that is its own parent, and two that hold each other.
  @Test func foldersThatLeadBackEnd() throws {
    var loop = ISOBuilder.Record("LOOP", flags: 2)
    (loop.block, loop.size) = (ISOBuilder.rootSector, 2048)
    var builder = ISOBuilder()
    builder.records = [loop, ISOBuilder.Record("A.;1", "a")]
    let tree = try Self.tree(builder)
    #expect(tree.entries.map(\.path) == ["A", "LOOP"])
    #expect(tree.remarks == ["the folder LOOP is one that was read before: it is not read again"])
  }

  // MARK: Sectors

  private static func disc(
    _ image: [UInt8], as kind: SectorKind, mode: TrackMode, damaging: [Int: Int] = [:]
  ) throws -> DiscSectors {
    var bytes: [UInt8] = []
    for number in 0..<image.count / 2048 {
      var sector = SectorCodec.encode(
        kind, at: MSF(frames: number + 150), data: Array(image[number * 2048..<(number + 1) * 2048]))
      for byte in 0..<(damaging[number] ?? 0) { sector[100 + byte * 2] ^= 0x55 }
      bytes += sector
    }
    let file = MemoryDiscFile(name: "x.bin", contents: bytes)
    return DiscSectors(try ISOReader.image(of: file, isNamed: true))
  }

  @Test func damageIsToldOfTheFileItIsIn() throws {
    var builder = ISOBuilder()
    builder.records = [
      ISOBuilder.Record("A.;1", String(repeating: "a", count: 3000)), ISOBuilder.Record("B.;1", "b"),
      ISOBuilder.Record("C.;1", "c"),
    ]
    let sectors = try Self.disc(builder.image(), as: .mode1, mode: .mode1, damaging: [25: 1, 26: 300])
    let entries = try DiscTrees.all(of: sectors.image)[0].entries
    let damage = try entries.map { try Self.contents($0, sectors).damage }
    #expect(damage[0].map(\.reason) == [.wrong] && damage[0][0].bytes == 2048..<3000)
    #expect(damage[0][0].sectors == SectorRange(first: 25, count: 1))
    #expect(damage[1].map(\.reason) == [.wrong] && damage[2].isEmpty)
    // One byte is corrected by parity; three hundred are not.
    var bytes: [UInt8] = []
    let mended = try DiscFileContents(entries[0], on: sectors, repairs: true).read { bytes += $0 }
    #expect(mended.map(\.reason) == [.corrected] && bytes == [UInt8](repeating: 0x61, count: 3000))
    let other = try DiscFileContents(entries[1], on: sectors, repairs: true).read { _ in }
    #expect(other.map(\.reason) == [.wrong])
  }
}
