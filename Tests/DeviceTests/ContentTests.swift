import Evidence
import EvidenceTestKit
import Foundation
import Media
import SystemPackage
import Testing

/// Partition tables and signatures, of disks that stock tools made where there is one.
@Suite struct ContentTests {
  private func table(_ bytes: [UInt8], sectorSize: Int = 512) -> PartitionTable? {
    PartitionTable.find(sectorSize: UInt32(sectorSize), sectorCount: UInt64(bytes.count / sectorSize)) {
      guard $0 < bytes.count else { return [] }
      return Array(bytes[Int($0)..<min(bytes.count, Int($0) + $1)])
    }
  }

  private func disk(_ script: String, size: Int = 8 << 20) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    let file = folder.appending("disk")
    try TestFiles.write([UInt8](repeating: 0, count: size), to: file)
    let result = try Tool.run("sfdisk", ["--quiet", file.string], input: Data(script.utf8))
    try #require(result.status == 0, "\(result.errors)")
    return try TestFiles.read(file)
  }

  @Test(.enabled(if: Tool.exists("sfdisk"), "needs sfdisk")) func gptAsSfdiskMakesIt() throws {
    var bytes = try disk(
      """
      label: gpt
      start=2048, size=4096, type=linux, name="Daten ä"
      start=8192, size=1000, type=swap
      """)
    let found = try #require(table(bytes))
    #expect(found.scheme == .gpt && found.remarks.isEmpty)
    #expect(found.partitions.map(\.sectors) == [SectorRange(2048..<6144), SectorRange(8192..<9192)])
    #expect(found.partitions.map(\.typeName) == ["Linux", "Linux swap"])
    #expect(found.partitions.map(\.name) == ["Daten ä", nil])
    // The first header damaged: the copy at the end counts, and the damage is said.
    bytes[512 + 40] ^= 1
    let copy = try #require(table(bytes))
    #expect(copy.partitions == found.partitions)
    #expect(copy.remarks.count == 1)
    // Both: what is left is the protective MBR.
    bytes[bytes.count - 512 + 40] ^= 1
    #expect(table(bytes)?.scheme == .mbr)
    #expect(table(bytes)?.partitions.first?.typeName == "GPT protective")
  }

  @Test(.enabled(if: Tool.exists("sfdisk"), "needs sfdisk")) func mbrWithLogicalPartitions() throws {
    let bytes = try disk(
      """
      label: dos
      start=2048, size=2048, type=7
      start=4096, size=10000, type=5
      start=5000, size=1000, type=83
      start=7000, size=500, type=82
      """)
    let found = try #require(table(bytes))
    #expect(found.scheme == .mbr && found.remarks.isEmpty)
    #expect(found.partitions.map(\.number) == [1, 2, 5, 6])
    #expect(
      found.partitions.map(\.sectors.first) == [2048, 4096, 5000, 7000]
        && found.partitions.last?.sectors.count == 500)
    #expect(found.partitions.map(\.typeName) == ["NTFS or exFAT", "extended", "Linux", "Linux swap"])
    // On a disk that was cut short.
    let cut = try #require(table(Array(bytes.prefix(6000 * 512))))
    #expect(cut.remarks.contains("partition 2 reaches past the end of the disk"))
    #expect(cut.remarks.contains { $0.hasPrefix("the chain of logical partitions breaks") })
  }

  @Test func aChainThatRunsInACircleEnds() {
    var bytes = [UInt8](repeating: 0, count: 100 * 512)
    func entry(_ sector: Int, _ index: Int, type: UInt8, first: UInt64, count: UInt64) {
      let start = sector * 512 + 446 + 16 * index
      bytes[start + 4] = type
      bytes.replaceSubrange(start + 8..<start + 12, with: SampleReplies.littleEndian(first, 4))
      bytes.replaceSubrange(start + 12..<start + 16, with: SampleReplies.littleEndian(count, 4))
      bytes.replaceSubrange(sector * 512 + 510..<sector * 512 + 512, with: [0x55, 0xaa])
    }
    entry(0, 0, type: 5, first: 10, count: 80)
    entry(10, 0, type: 0x83, first: 1, count: 2)
    entry(10, 1, type: 5, first: 10, count: 2)
    entry(20, 0, type: 0x83, first: 1, count: 2)
    entry(20, 1, type: 5, first: 0, count: 2)
    let found = table(bytes)
    #expect(found?.partitions.map(\.sectors.first) == [10, 11, 21])
    #expect(found?.remarks == ["the chain of logical partitions runs in a circle"])
  }

  @Test func noTableIsMadeUp() {
    #expect(table([UInt8](repeating: 0, count: 4096)) == nil)
    #expect(table([UInt8](repeating: 0xff, count: 4096)) == nil)
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<200 {
      var noise = generator.bytes(64 * 512)
      noise.replaceSubrange(510..<512, with: [0x55, 0xaa])
      // Whatever it makes of it, it ends; entries of a random sector are refused by their state bytes almost always.
      _ = table(noise)
    }
  }

  /// What the tools that make file systems write.
  @Test(
    arguments: [
      ("mkfs.ext4", ["-q", "-F"], "ext4"), ("mkfs.ext3", ["-q", "-F"], "ext3"),
      ("mkfs.ext2", ["-q", "-F"], "ext2"),
      ("mkfs.vfat", ["-F", "12"], "FAT12"), ("mkfs.vfat", ["-F", "16"], "FAT16"),
      ("mkfs.vfat", ["-F", "32"], "FAT32"),
      ("mkswap", ["-q"], "swap"),
    ] as [(String, [String], String)])
  func fileSystemsOfStockTools(tool: String, options: [String], name: String) throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("volume")
    try Tool.require("truncate", ["-s", "40M", file.string])
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "") + ":/usr/sbin:/sbin"
    let result = try Tool.run(tool, options + [file.string], environment: ["PATH": path])
    try #require(result.status == 0, "\(result.errors)")
    let bytes = Array(try TestFiles.read(file).prefix(ContentSignature.needed))
    #expect(ContentSignature.find(in: bytes).map(\.name) == [name])
    #expect(!ContentSignature.find(in: bytes).contains { $0.isEncrypted })
  }

  @Test func isoOfXorriso() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1, 2, 3], to: folder.appending("file"))
    let image = folder.appending("image.iso")
    try Tool.require(
      "xorriso", ["-as", "mkisofs", "-quiet", "-o", image.string, folder.appending("file").string])
    let bytes = Array(try TestFiles.read(image).prefix(ContentSignature.needed))
    #expect(ContentSignature.find(in: bytes).map(\.name) == ["ISO 9660"])
  }

  /// Where no tool is at hand, the signature as its specification gives it.
  @Test(
    arguments: [
      ("LUKS 2", 0, [0x4c, 0x55, 0x4b, 0x53, 0xba, 0xbe, 0, 2], true),
      ("BitLocker", 3, Array("-FVE-FS-".utf8), true), ("NTFS", 3, Array("NTFS    ".utf8), false),
      ("exFAT", 3, Array("EXFAT   ".utf8), false), ("XFS", 0, Array("XFSB".utf8), false),
      ("btrfs", 0x10040, Array("_BHRfS_M".utf8), false), ("HFS+", 1024, Array("H+".utf8), false),
      ("APFS container, perhaps encrypted (FileVault)", 32, Array("NXSB".utf8), false),
      (
        "LVM2 physical volume", 512,
        Array("LABELONE".utf8) + [UInt8](repeating: 0, count: 16) + Array("LVM2 001".utf8), false
      ),
      ("md RAID member", 4096, [0xfc, 0x4e, 0x2b, 0xa9], false),
    ] as [(String, Int, [UInt8], Bool)])
  func signaturesByTheirSpecification(name: String, offset: Int, pattern: [UInt8], isEncrypted: Bool) {
    var bytes = [UInt8](repeating: 0, count: ContentSignature.needed)
    bytes.replaceSubrange(offset..<offset + pattern.count, with: pattern)
    let found = ContentSignature.find(in: bytes)
    #expect(
      found.map(\.name) == [name] && found.first?.isEncrypted == isEncrypted && found.first?.isGuess == false)
    // One byte off, it is not there.
    #expect(!ContentSignature.find(in: [0] + bytes.dropLast()).contains { $0.name == name })
  }

  @Test func noiseWithoutASignatureIsAGuessAndSaysSo() {
    var generator = SeededGenerator(seed: 11)
    let found = ContentSignature.find(in: generator.bytes(ContentSignature.needed))
    #expect(found.count == 1 && found[0].isGuess && found[0].name.contains("VeraCrypt"))
    #expect(ContentSignature.find(in: [UInt8](repeating: 0, count: ContentSignature.needed)).isEmpty)
    let text = Array(String(repeating: "Every sector has something to tell. ", count: 2000).utf8)
    #expect(ContentSignature.find(in: text).isEmpty)
    // A compressed file is not quite even; neither is a short piece of noise enough.
    #expect(ContentSignature.find(in: generator.bytes(4096)).isEmpty)
  }
}

/// Media that claim more than they have.
@Suite struct CapacityTests {
  /// Repeats its first `real` bytes up to its length.
  private final class Wrapping: SectorSource {
    let facts = SourceFacts(kind: .blockDevice, path: "/dev/false")
    let geometry: MediaGeometry
    let readsDirectly = true
    private let contents: [UInt8]

    init(real: Int, length: Int, seed: UInt64) {
      var generator = SeededGenerator(seed: seed)
      contents = generator.bytes(real)
      geometry = MediaGeometry(length: UInt64(length))
    }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) {
      for index in 0..<buffer.count { buffer[index] = contents[(Int(offset) + index) % contents.count] }
    }
  }

  @Test(arguments: [2, 4, 8]) func whatRepeatsIsFound(real: Int) throws {
    let result = try CapacityCheck.perform(Wrapping(real: real << 20, length: 32 << 20, seed: 1))
    guard case .aliased(let distance, let probes) = result else {
      Issue.record("\(result)")
      return
    }
    #expect(distance == UInt64(real) << 20 && probes >= CapacityCheck.fewest)
  }

  @Test func anHonestMediumIsNot() throws {
    let result = try CapacityCheck.perform(FaultySource(length: 16 << 20))
    guard case .notAliased = result else {
      Issue.record("\(result)")
      return
    }
  }

  @Test func anEmptyMediumTellsNothing() throws {
    let folder = try TemporaryFolder()
    try Tool.require("truncate", ["-s", "16M", folder.appending("empty").string])
    let result = try CapacityCheck.perform(try Sources.open(folder.appending("empty")))
    guard case .undetermined = result else {
      Issue.record("\(result)")
      return
    }
  }
}
