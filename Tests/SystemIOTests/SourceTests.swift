import Evidence
import EvidenceTestKit
import Foundation
import Media
import SystemIO
import SystemPackage
import Testing

@Suite(.timeLimit(.minutes(20))) struct FileSourceTests {
  private func code(_ path: FilePath, sectorSize: UInt32? = nil) -> ErrorCode? {
    do throws(EvidenceError) {
      _ = try Sources.open(path, sectorSize: sectorSize)
      return nil
    } catch { return error.code }
  }

  @Test func refusesWhatIsNoMedium() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([], to: folder.appending("empty"))
    try Tool.require("mkfifo", [folder.appending("pipe").string])
    try Tool.require("ln", ["-s", "nowhere", folder.appending("dangling").string])
    try Tool.require("ln", ["-s", "loop", folder.appending("loop").string])
    #expect(code(folder.appending("missing")) == .sourceMissing)
    #expect(code(folder.appending("missing").appending("deeper")) == .sourceMissing)
    #expect(code(folder.appending("empty")) == .sourceEmpty)
    #expect(code(folder.path) == .sourceNotReadable)
    #expect(code(folder.appending("pipe")) == .sourceNotReadable)
    #expect(code("/dev/null") == .sourceNotReadable)
    #expect(code("/dev/zero") == .sourceNotReadable)
    #expect(code(folder.appending("dangling")) == .sourceMissing)
    #expect(code(folder.appending("loop")) == .sourceMissing)
    #expect(code("") == .sourceMissing)
  }

  @Test func missingRightsAreNamed() async throws {
    let folder = try TemporaryFolder()
    try Tool.require("chmod", ["755", folder.path.string])
    try TestFiles.write([1], to: folder.appending("closed"))
    try Tool.require("chmod", ["000", folder.appending("closed").string])
    let path = folder.appending("closed").string
    await #expect(processExitsWith: .success) { [path = path as String] in
      if geteuid() == 0 { setuid(65534) }
      let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(FilePath(path)) }
      #expect(error?.code == .permissionDenied)
    }
  }

  @Test(
    "DA-AM-02 DA-AM-06 a file of any size is read to its last byte",
    arguments: [1, 511, 512, 513, 4096, 1_000_003], [512, 2048, 4096] as [UInt32])
  func readsFilesOfAnySize(length: Int, sectorSize: UInt32) throws {
    let folder = try TemporaryFolder()
    let bytes = ReferencePayload.bytes(length: length, sectorSize: Int(sectorSize))
    try TestFiles.write(bytes, to: folder.appending("odd.bin"))
    let source = try Sources.open(folder.appending("odd.bin"), sectorSize: sectorSize)
    #expect(source.geometry == MediaGeometry(length: UInt64(length), logicalSectorSize: sectorSize))
    #expect(source.facts.kind == .file && source.facts.files.isEmpty && source.facts.isReadOnly == nil)
    #expect(!source.readsDirectly)
    #expect(try contents(source) == bytes)
  }

  @Test(arguments: [0, 1, 256, 513, 8192] as [UInt32])
  func refusesOtherSectorSizes(sectorSize: UInt32) throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("a"))
    #expect(code(folder.appending("a"), sectorSize: sectorSize) == .argumentInvalid)
  }

  @Test func followsLinksAndSaysWhereTheyLead() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1, 2, 3], to: folder.appending("file"))
    try Tool.require("ln", ["-s", "file", folder.appending("link").string])
    let source = try Sources.open(folder.appending("link"))
    #expect(source.facts.path.lastComponent?.string == "file")
    #expect(source.geometry.length == 3)
  }

  @Test(
    "DA-AM-02 a split set is one medium",
    arguments: [["d.001", "d.002", "d.003"], ["d.aa", "d.ab", "d.ac"], ["d.000", "d.001", "d.002"]])
  func aSplitSetIsOneMedium(names: [String]) throws {
    let folder = try TemporaryFolder()
    let bytes = ReferencePayload.bytes(length: 2500)
    for (index, name) in names.enumerated() {
      let part = bytes[(index * 1000)..<min(2500, index * 1000 + 1000)]
      try TestFiles.write(Array(part), to: folder.appending(name))
    }
    for name in names {
      let source = try Sources.open(folder.appending(name))
      #expect(source.facts.kind == .splitFiles)
      #expect(source.facts.files.compactMap { $0.lastComponent?.string } == names)
      #expect(try contents(source) == bytes)
    }
  }

  @Test(arguments: [
    (["d.001", "d.003"], "d.002"), (["d.002"], "d.001"), (["d.aa", "d.ab", "d.ad"], "d.ac"),
  ])
  func aGapIsNamed(names: [String], missing: String) throws {
    let folder = try TemporaryFolder()
    for name in names { try TestFiles.write([1], to: folder.appending(name)) }
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(folder.appending(names[0])) }
    #expect(error?.code == .segmentMissing)
    #expect(error?.subject.hasSuffix("/" + missing) == true)
  }

  @Test func aPipeInASplitSetDoesNotBlock() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("d.001"))
    try Tool.require("mkfifo", [folder.appending("d.002").string])
    #expect(code(folder.appending("d.001")) == .readFailed)
  }

  @Test(.enabled(if: Machine.canMount, "needs a file system with files of 8 EiB"))
  func aMediumWithoutANumberIsRefused() throws {
    let small = try SmallFileSystem(bytes: 1 << 20)
    let file = small.path.appending("huge")
    try Tool.require("truncate", ["-s", "\(1 << 53)", file.string])
    #expect(code(file) == .fileTooLarge)
    try Tool.require("truncate", ["-s", "\((1 << 53) - 1)", file.string])
    #expect(code(file) == nil)
  }

  @Test func aFileThatShrinksHasChanged() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([UInt8](repeating: 1, count: 5000), to: folder.appending("a"))
    let source = try Sources.open(folder.appending("a"))
    try Tool.require("truncate", ["-s", "3000", folder.appending("a").string])
    let error = #expect(throws: EvidenceError.self) { try contents(source) }
    #expect(error?.code == .mediumChanged)
    #expect(error?.detail.contains("3000") == true)
  }
}

@Suite struct SectorRangeSourceTests {
  @Test(
    "DA-AO-16 a range of sectors is exactly that part of the medium",
    arguments: [SectorRange(0..<1), SectorRange(3..<9), SectorRange(0..<11), SectorRange(10..<11)])
  func isAPartOfTheWhole(range: SectorRange) throws {
    let whole = FaultySource(length: 10 * 512 + 100)
    let part = try SectorRangeSource(range, of: whole)
    let bytes = Int(range.first) * 512..<min(Int(range.end) * 512, 10 * 512 + 100)
    #expect(part.geometry == MediaGeometry(length: UInt64(bytes.count)))
    #expect(part.facts == whole.facts && part.readsDirectly == whole.readsDirectly)
    #expect(try contents(part) == Array(whole.contents[bytes]))
    #expect(whole.misalignedReadCount == 0)
  }

  @Test(arguments: [
    SectorRange(5..<5), SectorRange(0..<12), SectorRange(11..<12), SectorRange(0..<UInt64.max),
  ])
  func mustLieWithinTheMedium(range: SectorRange) {
    let error = #expect(throws: EvidenceError.self) {
      _ = try SectorRangeSource(range, of: FaultySource(length: 10 * 512 + 100))
    }
    #expect(error?.code == .argumentInvalid)
  }
}

@Suite(
  .timeLimit(.minutes(20)), .serialized,
  .enabled(if: Machine.hasLoopDevices, "needs root and loop devices (losetup)"))
struct BlockDeviceSourceTests {
  @Test("DA-AM-01 a block device of either sector size is read as it is", arguments: [512, 4096])
  func readsADevice(sectorSize: Int) throws {
    let bytes = ReferencePayload.bytes(length: 1 << 20, sectorSize: sectorSize)
    let loop = try LoopDevice(contents: bytes, options: ["--sector-size", "\(sectorSize)"])
    let source = try Sources.open(loop.path)
    #expect(source.facts.kind == .blockDevice)
    #expect(source.facts.path == loop.path)
    #expect(source.facts.isReadOnly == false)
    #expect(source.facts.isRemovable == false)
    #expect(source.geometry.logicalSectorSize == UInt32(sectorSize))
    #expect(source.geometry.length == 1 << 20)
    #expect(source.readsDirectly)
    #expect(try contents(source) == bytes)
    let error = #expect(throws: EvidenceError.self) {
      _ = try Sources.open(loop.path, sectorSize: sectorSize == 512 ? 4096 : 512)
    }
    #expect(error != nil)
  }

  @Test func aStatedSectorSizeMustBeTheDevices() throws {
    let loop = try LoopDevice(length: 1 << 20)
    #expect(throws: Never.self) { _ = try Sources.open(loop.path, sectorSize: 512) }
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path, sectorSize: 4096) }
    #expect(error?.code == .argumentInvalid)
  }

  @Test func saysThatItIsReadOnly() throws {
    let loop = try LoopDevice(length: 1 << 20, options: ["--read-only"])
    #expect(try Sources.open(loop.path).facts.isReadOnly == true)
  }

  @Test func anEmptyDeviceIsEmpty() throws {
    let loop = try LoopDevice(length: 100)
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) }
    #expect(error?.code == .sourceEmpty)
  }

  @Test func aDeviceThatIsHeldIsRefused() throws {
    let loop = try LoopDevice(length: 1 << 20)
    let holder = try Sources.open(loop.path)
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) }
    #expect(error?.code == .sourceInUse)
    #expect(error?.detail == "another process holds it")
    withExtendedLifetime(holder) {}
  }

  @Test(.enabled(if: Machine.canMount && Tool.exists("mkfs.ext4"), "needs mount and mkfs.ext4"))
  func aMountedDeviceIsRefusedByItsMountPoint() throws {
    let loop = try LoopDevice(length: 4 << 20)
    try Tool.require("mkfs.ext4", ["-q", loop.path.string])
    let mount = try Mount(loop)
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) }
    #expect(error?.code == .sourceInUse)
    #expect(error?.detail == "\(name(loop)) is mounted on \(mount.point)")
  }

  @Test(
    .enabled(
      if: Machine.canMount && Tool.exists("mkfs.ext4") && Tool.exists("addpart"),
      "needs mount, mkfs.ext4 and addpart"))
  func aMountedPartitionIsNamed() throws {
    let loop = try LoopDevice(length: 16 << 20)
    let free = try loop.addPartition(1, first: 2048, count: 8192)
    let partition = try loop.addPartition(2, first: 10240, count: 8192)
    try Tool.require("mkfs.ext4", ["-q", partition.string])
    let mount = try Mount(loop, partition: partition)
    for path in [loop.path, partition] {
      let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(path) }
      #expect(error?.code == .sourceInUse)
      #expect(error?.detail == "\(name(loop))p2 is mounted on \(mount.point)")
    }
    // The other partition is free, and as long as the table says.
    #expect(try Sources.open(free).geometry.length == 4 << 20)
  }

  @Test(.enabled(if: Tool.exists("mkswap"), "needs mkswap"))
  func swapSpaceIsRefused() throws {
    let loop = try LoopDevice(length: 4 << 20)
    try Tool.require("mkswap", [loop.path.string])
    guard try Tool.run("swapon", [loop.path.string]).status == 0 else {
      try Test.cancel("the kernel takes no swap space here")
    }
    defer { _ = try? Tool.run("swapoff", [loop.path.string]) }
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) }
    #expect(error?.code == .sourceInUse)
    #expect(error?.detail == "\(name(loop)) is swap space")
    #expect(refusal(loop.path)?.detail == "\(name(loop)) is swap space")
  }

  /// How a device is refused where a read-only mount is accepted; `nil` where it is not.
  private func refusal(_ path: FilePath) -> EvidenceError? {
    do throws(EvidenceError) {
      _ = try Sources.open(path, accepting: [.mountedReadOnly])
      return nil
    } catch { return error }
  }

  @Test(.enabled(if: Machine.canMount && Tool.exists("mkfs.ext4"), "needs mount and mkfs.ext4"))
  func onlyWhatIsMountedReadOnlyIsAccepted() throws {
    let loop = try LoopDevice(length: 4 << 20)
    try Tool.require("mkfs.ext4", ["-q", loop.path.string])
    let mount = try Mount(loop)
    #expect(refusal(loop.path)?.code == .sourceInUse)
    try Tool.require("mount", ["-o", "remount,ro", mount.point.string])
    #expect(refusal(loop.path) == nil)
    let facts = try Sources.open(loop.path, accepting: [.mountedReadOnly]).facts
    #expect(
      facts.acceptedHolders.map(\.description) == ["\(name(loop)) is mounted on \(mount.point), read-only"])
    let error = #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) }
    #expect(error?.code == .sourceInUse)
  }

  /// The kernel gives a device that a loop device lies on to anybody.
  @Test func whatAnotherLoopDeviceLiesOnIsRefused() throws {
    let loop = try LoopDevice(length: 1 << 20)
    let upper = try LoopDevice(over: loop.path, keeping: TemporaryFolder())
    for error in [
      refusal(loop.path), #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) },
    ] {
      #expect(error?.code == .sourceInUse)
      #expect(error?.detail == "\(name(loop)) is a part of \(name(upper))")
    }
  }

  @Test(.enabled(if: Tool.exists("dmsetup"), "needs dmsetup"))
  func aMemberOfADeviceMapperDeviceIsRefused() throws {
    let loop = try LoopDevice(length: 1 << 20)
    let mapped = "exhibit-test-\(name(loop))"
    guard
      try Tool.run("dmsetup", ["create", mapped, "--table", "0 2048 linear \(loop.path) 0"]).status == 0
    else {
      try Test.cancel("the kernel makes no device mapper devices here")
    }
    defer { _ = try? Tool.run("dmsetup", ["remove", mapped]) }
    for error in [
      refusal(loop.path), #expect(throws: EvidenceError.self) { _ = try Sources.open(loop.path) },
    ] {
      #expect(error?.code == .sourceInUse)
      #expect(error?.detail.contains("\(name(loop)) is a part of dm-") == true, "\(error?.detail ?? "")")
    }
  }

  @Test("DA-AO-24 reading a device that could be written to changes nothing on it")
  func readingChangesNothing() throws {
    let bytes = ReferencePayload.bytes(length: 1 << 20)
    let loop = try LoopDevice(contents: bytes)
    _ = try contents(try Sources.open(loop.path))
    #expect(try TestFiles.read(loop.backingFile) == bytes)
  }

  private func name(_ loop: LoopDevice) -> String { loop.path.lastComponent?.string ?? "" }
}

/// Everything a source holds, read in pieces that are whole sectors.
private func contents(_ source: any SectorSource) throws -> [UInt8] {
  var result: [UInt8] = []
  let buffer = PageBuffer(capacity: 1 << 16)
  while UInt64(result.count) < source.geometry.length {
    let count = Int(min(1 << 16, source.geometry.length - UInt64(result.count)))
    try buffer.fill { memory in
      let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      try source.read(into: target, at: UInt64(result.count))
      result += target
    }
  }
  return result
}
