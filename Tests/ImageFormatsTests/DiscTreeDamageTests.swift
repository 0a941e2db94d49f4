import DiscFiles
import DiscImages
import Evidence
import EvidenceTestKit
import OpticalDisc
import Testing

/// Records, folders and descriptors that are damaged: what they led to is found by other ways, or said to be missing.
@Suite struct DiscTreeDamageTests {
  private static func trees(_ bytes: [UInt8]) throws -> [DiscTree] {
    try DiscTrees.all(of: ISOReader.image(of: MemoryDiscFile(name: "x.iso", contents: bytes), isNamed: true))
  }

  private static func both(_ value: Int) -> [UInt8] {
    let little = (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    return little + little.reversed()
  }

  /// A file and a folder with a file, which its path table lists too.
  private struct Volume {
    var bytes: [UInt8]
    static let folderSector = 40
    static let descriptor = 16 * 2048

    init() {
      var folder = ISOBuilder.Record("SUB", flags: 2)
      (folder.block, folder.size) = (Self.folderSector, 2048)
      var inner = ISOBuilder()
      var file = ISOBuilder.Record("IN.TXT;1")
      (file.block, file.size) = (24, 1)
      inner.records = [file]
      var builder = ISOBuilder()
      builder.records = [ISOBuilder.Record("A.;1", "a"), folder, ISOBuilder.Record("Z.;1", "z")]
      var sub = Array(inner.image()[ISOBuilder.rootSector * 2048..<(ISOBuilder.rootSector + 1) * 2048])
      sub.replaceSubrange(2..<10, with: both(Self.folderSector))
      builder.sectors[Self.folderSector] = sub
      let root = UInt8(ISOBuilder.rootSector)
      builder.sectors[19] =
        [1, 0, root, 0, 0, 0, 1, 0, 0, 0] + [3, 0, UInt8(Self.folderSector), 0, 0, 0, 1, 0]
        + Array("SUB".utf8) + [0]
      bytes = builder.image()
      bytes.replaceSubrange(Self.descriptor + 132..<Self.descriptor + 144, with: both(22) + [19, 0, 0, 0])
    }

    /// Byte of the record of a name in the root.
    func record(_ name: String) throws -> Int {
      let root = ISOBuilder.rootSector * 2048
      return root + (try #require(bytes[root...].firstRange(of: name.utf8)).lowerBound - root) - 33
    }

    func tree() throws -> DiscTree { try #require(try DiscTreeDamageTests.trees(bytes).first) }
  }

  @Test func aSoundVolumeHasNoLosses() throws {
    let tree = try Volume().tree()
    #expect(tree.entries.map(\.path) == ["A", "SUB", "SUB/IN.TXT", "Z"])
    #expect(tree.losses.isEmpty && tree.remarks.isEmpty && tree.entries.allSatisfy(\.problems.isEmpty))
  }

  @Test func thePathTableLeadsToAFolderWhoseRecordIsDamaged() throws {
    var volume = Volume()
    volume.bytes[try volume.record("SUB") + 32] = 250
    let tree = try volume.tree()
    #expect(tree.entries.map(\.path) == ["A", "SUB", "SUB/IN.TXT", "Z"])
    #expect(tree.entries[1].problems.count == 1 && tree.losses.count == 1)
  }

  @Test func aBlankRootIsNoEmptyDisc() throws {
    var volume = Volume()
    let root = ISOBuilder.rootSector * 2048
    volume.bytes.replaceSubrange(root..<root + 2048, with: [UInt8](repeating: 0, count: 2048))
    let tree = try volume.tree()
    #expect(tree.entries.map(\.path) == ["SUB", "SUB/IN.TXT"])
    #expect(tree.losses == ["the folder / does not begin with the record of itself"])
  }

  /// Both numbers are said; the one that can be is read.
  @Test(arguments: [(2, "SUB/IN.TXT"), (6, "SUB/IN.TXT")]) func twoCopiesOfANumberThatDiffer(
    _ copy: Int, _ path: String
  ) throws {
    var volume = Volume()
    let place = try volume.record("SUB")
    volume.bytes[place + copy + (copy == 2 ? 1 : 2)] = 90
    let tree = try volume.tree()
    #expect(tree.entries.map(\.path).contains(path))
    #expect(tree.entries.first { $0.path == "SUB" }?.problems.first?.contains("two things") == true)
  }

  @Test(arguments: [(158..<162, "the other copy"), (156..<190, "path table")])
  func theRootIsFoundBesideADamagedDescriptor(_ range: Range<Int>, _ words: String) throws {
    var volume = Volume()
    let place = Volume.descriptor
    volume.bytes.replaceSubrange(
      place + range.lowerBound..<place + range.upperBound, with: range.map { _ in range.count == 4 ? 99 : 0 })
    let tree = try volume.tree()
    #expect(tree.entries.count == 4 && tree.remarks.count == 1 && tree.remarks[0].contains(words))
  }

  @Test func aDamagedDescriptorHidesNoneBehindIt() throws {
    var builder = ISOBuilder()
    builder.hasJoliet = true
    var record = ISOBuilder.Record("x", "x")
    record.name = [0, 0x61]
    builder.records = [record]
    var bytes = builder.image()
    // Between the primary descriptor and that of Joliet.
    let joliet = Array(bytes[17 * 2048..<18 * 2048])
    bytes.replaceSubrange(18 * 2048..<19 * 2048, with: joliet)
    bytes.replaceSubrange(17 * 2048..<18 * 2048, with: [UInt8](repeating: 0x3F, count: 2048))
    #expect(try Self.trees(bytes).map(\.kind) == [.joliet, .iso9660])
    // The first: what is shown of the disc names Joliet too.
    bytes.replaceSubrange(16 * 2048..<17 * 2048, with: [UInt8](repeating: 0x3F, count: 2048))
    let image = try ISOReader.image(of: MemoryDiscFile(name: "x", contents: bytes))
    #expect(try image.fileSystems().flatMap(\.descriptors.volumes).map(\.kind) == [.joliet])
  }

  /// Half a surrogate pair is no character, and two such names are two names.
  @Test func halvesOfPairsAreKept() throws {
    var builder = ISOBuilder()
    builder.hasPrimary = false
    builder.hasJoliet = true
    for unit in [[0xD8, 0], [0xD8, 1], [0xD8, 0x3D, 0xDE, 0]] as [[UInt8]] {
      var record = ISOBuilder.Record("x", "x")
      record.name = unit
      builder.records.append(record)
    }
    let names = try #require(try Self.trees(builder.image()).first).entries.map(\.name)
    #expect(names.map { NameText.bytes($0) }.contains([0xED, 0xA0, 0x80]))
    #expect(Set(names).count == 3 && names.contains("\u{1F600}"))
  }

  // MARK: Sectors

  private static func stored(_ image: [UInt8], wrong: Int, from byte: Int, headless: Bool = false) -> [UInt8]
  {
    var bytes: [UInt8] = []
    for number in 0..<image.count / 2048 {
      let data = Array(image[number * 2048..<(number + 1) * 2048])
      var sector = SectorCodec.encode(
        .form1, at: MSF(frames: number + 150), subheader: [0, 0, 8, 0], data: data)
      let first = byte - number * 2048
      if (0..<2048).contains(first) { for one in 0..<wrong { sector[24 + first + one * 2] ^= 0x55 } }
      bytes += headless ? Array(sector[16...]) : sector
    }
    return bytes
  }

  /// What lies in the padding of a folder may be wrong, and what lies in its records.
  @Test(arguments: [(1, true), (300, false)]) func aFolderInADamagedSector(_ wrong: Int, _ isCorrected: Bool)
    throws
  {
    let volume = Volume()
    let tree = try #require(
      try Self.trees(Self.stored(volume.bytes, wrong: wrong, from: ISOBuilder.rootSector * 2048 + 1000)).first
    )
    #expect(tree.entries.count == 4 && tree.losses.isEmpty == isCorrected && tree.remarks.count == 1)
    #expect(tree.remarks[0].contains(isCorrected ? "corrected by parity" : "may be missing or wrong"))
  }

  /// Sectors of 2336 bytes have no header, and their EDC all the same.
  @Test func damageIsToldOfSectorsWithoutHeaders() throws {
    let bytes = Self.stored(Volume().bytes, wrong: 1, from: 24 * 2048, headless: true)
    let image = try ISOReader.image(of: MemoryDiscFile(name: "x", contents: bytes))
    let sectors = DiscSectors(image)
    let entry = try #require(try DiscTrees.all(of: image).first?.entries.first)
    #expect(try DiscFileContents(entry, on: sectors).read { _ in }.map(\.reason) == [.wrong])
    var mended: [UInt8] = []
    let damage = try DiscFileContents(entry, on: sectors, repairs: true).read { mended += $0 }
    #expect(damage.map(\.reason) == [.corrected] && mended == Array("a".utf8))
  }

  /// A lone file of sectors is told by most of the first ones.
  @Test(arguments: [0, 96]) func theFirstSectorsMayBeDamaged(_ subchannel: Int) throws {
    var bytes: [UInt8] = []
    let volume = Volume().bytes
    for number in 0..<volume.count / 2048 {
      let data = Array(volume[number * 2048..<(number + 1) * 2048])
      bytes += SectorCodec.encode(.mode1, at: MSF(frames: number + 150), data: data)
      bytes += [UInt8](repeating: 0, count: subchannel)
    }
    bytes.replaceSubrange(0..<2352, with: [UInt8](repeating: 0, count: 2352))
    bytes[2352 + subchannel + 3] = 0
    let image = try ISOReader.image(of: MemoryDiscFile(name: "x", contents: bytes))
    #expect(image.disc.tracks[0].mode == .mode1 && image.disc.tracks[0].start == 0)
    #expect(try DiscTrees.all(of: image).first?.entries.count == 4)
  }

  // MARK: Contents

  @Test(arguments: ["pz", "PZ", "xz"]) func zisofs(_ algorithm: String) throws {
    let plain = [UInt8](repeating: 0x61, count: 40_000)
    // Two blocks: zeros, which have no bytes, would not be `a`; both are stored by zlib without compression.
    func deflated(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
      var (a, b): (UInt32, UInt32) = (1, 0)
      for byte in bytes {
        a = (a + UInt32(byte)) % 65521
        b = (b + a) % 65521
      }
      let count = UInt16(bytes.count)
      let sum = b << 16 | a
      return [0x78, 1, 1, UInt8(count & 0xFF), UInt8(count >> 8), UInt8(~count & 0xFF), UInt8(~count >> 8)]
        + Array(bytes) + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
    }
    let blocks = [deflated(plain[..<32_768]), deflated(plain[32_768...])]
    let isLong = algorithm == "PZ"
    let header = isLong ? 24 : 16
    let size = isLong ? 8 : 4
    var places = [header + 3 * size]
    for block in blocks { places.append(places[places.count - 1] + block.count) }
    var contents = [UInt8](repeating: 0, count: header)
    for place in places { contents += (0..<size).map { UInt8(truncatingIfNeeded: place >> (8 * $0)) } }
    contents += blocks.flatMap(\.self)
    var record = ISOBuilder.Record("A.;1")
    record.contents = contents
    let length = isLong ? (0..<8).map { UInt8(truncatingIfNeeded: 40_000 >> (8 * $0)) } : Self.both(40_000)
    record.systemUse =
      SUSP.name("a") + Array("ZF".utf8) + [16, isLong ? 2 : 1] + Array(algorithm.utf8)
      + [UInt8(header / 4), 15] + length
    var builder = ISOBuilder()
    builder.rootUse = SUSP.announced
    builder.records = [record]
    let image = try ISOReader.image(
      of: MemoryDiscFile(name: "x", contents: builder.image()), isNamed: true)
    let entry = try #require(try DiscTrees.all(of: image).first { $0.kind == .rockRidge }?.entries.first)
    var bytes: [UInt8] = []
    let damage = try DiscFileContents(entry, on: DiscSectors(image)).read { bytes += $0 }
    #expect(damage.isEmpty)
    if algorithm == "xz" {
      #expect(entry.isCut && entry.problems[0].contains("ZF xz") && bytes == contents)
    } else {
      #expect(!entry.isCut && bytes == plain)
    }
  }
}
