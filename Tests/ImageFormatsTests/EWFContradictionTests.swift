import Digests
import Evidence
import EvidenceTestKit
import FormatKit
import Formats
import Testing

/// Sets whose checksums are all right and whose parts say different things: programs differ in which they believe.
@Suite struct EWFContradictionTests {
  private static let size = 64 * 512
  private static let plain = (0..<3).flatMap { [UInt8](repeating: UInt8($0 + 1), count: size) }

  /// Three compressed chunks, with what comes before and behind them.
  /// - Parameter tables: makes the tables of the entries.
  private static func image(
    volumes: [[UInt8]] = [EWFCraft.volume(chunks: 3, sectorsPerChunk: 64, sectors: 192)],
    errors: [(first: UInt64, count: UInt64)] = [],
    tables: (_ entries: [UInt32]) -> [[UInt32]] = { [$0] }
  ) -> EWFCraft {
    var craft = EWFCraft()
    for volume in volumes { craft.section("volume", volume) }
    if !errors.isEmpty { craft.section("error2", EWFCraft.errors(errors)) }
    var entries: [UInt32] = []
    var stored: [UInt8] = []
    for start in stride(from: 0, to: plain.count, by: size) {
      entries.append(UInt32(craft.bytes.count + 76 + stored.count) | 0x8000_0000)
      stored += EWFCraft.packed(Array(plain[start..<start + size]))
    }
    craft.section("sectors", stored)
    for table in tables(entries) { craft.section("table", EWFCraft.table(table)) }
    craft.section("hash", EWFCraft.md5(of: plain))
    craft.section("done")
    return craft
  }

  private static func findings(_ craft: EWFCraft) throws -> [Finding] {
    let (reader, folder) = try craft.open()
    return withExtendedLifetime(folder) { reader.structureFindings }
  }

  @Test func nothingContradictsInASoundImage() throws {
    #expect(try Self.findings(Self.image()) == [])
  }

  @Test(arguments: [(1, 64), (3, 191), (6, 384)] as [(UInt32, UInt64)])
  func aSecondVolumeThatDiffersIsAFailure(chunks: UInt32, sectors: UInt64) throws {
    let first = EWFCraft.volume(chunks: 3, sectorsPerChunk: 64, sectors: 192)
    let other = EWFCraft.volume(chunks: chunks, sectorsPerChunk: 64, sectors: sectors)
    let found = try Self.findings(Self.image(volumes: [first, other]))
    #expect(found.map(\.code) == [.structureDamaged])
    #expect(found.map(\.severity) == [.failure])
    #expect(try Self.findings(Self.image(volumes: [first, first])) == [])
  }

  @Test func tablesThatLeadAmongTheSameChunksAreAFailure() throws {
    let found = try Self.findings(Self.image { [$0, $0] })
    #expect(found.contains { $0.observed == "leads among the chunks of an earlier table" })
    #expect(found.allSatisfy { $0.severity == .failure })
  }

  @Test func entriesThatGoBackAreAFailure() throws {
    let found = try Self.findings(Self.image { [[$0[0], $0[2], $0[1]]] })
    #expect(found.map(\.observed) == ["1 entries do not lead further than the one before them"])
    let outside = try Self.findings(Self.image { [[$0[0], $0[1], $0[2] + 1_000_000]] })
    #expect(outside.map(\.observed) == ["leads out of the stored chunks"])
  }

  @Test func errorsBehindTheEndAreFindings() throws {
    let behind = try Self.findings(Self.image(errors: [(10, 2), (192, 1), (4_000_000, 7)]))
    #expect(behind.map(\.code) == [.lengthMismatch])
    #expect(behind.map(\.severity) == [.failure])
    #expect(behind.first?.observed == "sectors 192, 4000000-4000006")
    // Sectors are given up by the dozen: the last dozen may run over the end.
    let over = try Self.findings(Self.image(errors: [(180, 64)]))
    #expect(over.map(\.severity) == [.warning])
  }

  /// What the volume does not count is stored all the same, and nobody may say that everything was taken.
  @Test func chunksBehindTheStatedEndAreLeftOutByName() throws {
    let short = EWFCraft.volume(chunks: 1, sectorsPerChunk: 64, sectors: 64)
    let (reader, folder) = try Self.image(volumes: [short]).open()
    defer { withExtendedLifetime(folder) {} }
    #expect(reader.structureFindings.map(\.code) == [.lengthMismatch])
    #expect(reader.facts.leftOut == ["2 chunks behind the end that the volume states"])
  }

  @Test(arguments: [0, 1, 511, 512, 513])
  func bytesBehindTheLastSectorAreDeliveredUpToASector(more: Int) throws {
    let bytes = [UInt8](repeating: 0x5a, count: 4096 + more)
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: 1, sectorsPerChunk: 64, sectors: 8))
    let place = UInt32(craft.bytes.count + 76)
    craft.section("sectors", EWFCraft.summed(bytes))
    craft.section("table", EWFCraft.table([place]))
    craft.section("hash", EWFCraft.md5(of: bytes))
    craft.section("done")
    let (reader, folder) = try craft.open()
    defer { withExtendedLifetime(folder) {} }
    let isTail = more < 512
    #expect(reader.geometry.length == UInt64(4096 + (isTail ? more : 0)))
    #expect(try ImageBytes.all(reader).bytes == Array(bytes[..<(4096 + (isTail ? more : 0))]))
    #expect(reader.structureFindings.map(\.severity) == (more == 0 ? [] : [isTail ? .warning : .failure]))
    #expect(reader.facts.leftOut.isEmpty == isTail)
    let whole = try reader.digestsOfWholeSectors()
    #expect(whole?[.md5] == (isTail && more > 0 ? Digest.of(Array(bytes[..<4096]), .md5) : nil))
  }

  /// Two thousand tables of one entry claim 250 GiB of one chunk; nothing may be made of what the file cannot hold.
  @Test func nothingIsLocatedThatTheFileCannotHold() throws {
    let chunk = EWFCraft.packed([UInt8](repeating: 0, count: 1 << 20))
    var craft = EWFCraft()
    craft.section("volume", EWFCraft.volume(chunks: 2000, sectorsPerChunk: 2048, sectors: 2000 * 2048))
    let place = UInt32(craft.bytes.count + 76) | 0x8000_0000
    craft.section("sectors", chunk)
    for _ in 0..<2000 { craft.section("table", EWFCraft.table([place])) }
    craft.section("done")
    let (reader, folder) = try craft.open()
    defer { withExtendedLifetime(folder) {} }
    let located = reader.locatedBytes.reduce(0) { $0 + $1.count }
    #expect(located > 0 && located <= craft.bytes.count * 1032 + (1 << 20))
    #expect(reader.structureFindings.contains { $0.severity == .failure })
  }
}
