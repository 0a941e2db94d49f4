import Archiving
import CanonicalJSON
import CaseRecords
import CaseStore
import Digests
import Evidence
import EvidenceTestKit
import Parity
import Signing
import SystemIO
import SystemPackage
import Testing
import Verification

/// Holdings are protected, damaged in every way, and restored from parity and copies; what comes back is compared with what was
/// there before, and originals with themselves.
@Suite struct RepairTests {
  /// An archive whose evidence is protected.
  struct Protected {
    let archive: ArchiveTests.Archive
    let identity: SigningIdentity
    /// As it was, by name.
    var before: [String: [UInt8]] = [:]
    var evidence: FilePath { archive.evidence }
    var folder: FilePath { archive.folder.path }

    init(_ files: [String: [UInt8]]) throws {
      archive = try ArchiveTests.Archive()
      identity = try ParityTests.signer()
      for (name, bytes) in files.sorted(by: { $0.key < $1.key }) { try archive.write(name, bytes) }
      before = files
      _ = try archive.scan()
      // The first one leaves what the second one compares with.
      for _ in 0..<2 { try archive.verify() }
    }

    @discardableResult
    func protect(_ number: UInt64 = 1, _ change: (inout ProtectRequest) -> Void = { _ in }) throws
      -> ProtectedHolding
    {
      var request = ProtectRequest()
      change(&request)
      let identity = identity
      return try ProtectJob(archive.store, request, stop: StopFlag()) { text throws(EvidenceError) in
        try identity.sign(text, at: Host.now())
      }.perform(number) { _, _ in }
    }

    func damage(_ name: String, _ change: (inout [UInt8]) -> Void) throws {
      var bytes = try Files.contents(evidence.appending(name), cap: 1 << 30)
      change(&bytes)
      try TestFiles.write(bytes, to: evidence.appending(name))
    }

    func remove(_ name: String) throws {
      _ = try Syscalls.unlink(evidence.appending(name)).orThrow(.writeFailed, name)
    }

    func repair(
      _ number: UInt64 = 1, _ output: String = "restored", stop: StopFlag = StopFlag(),
      _ change: (inout RepairRequest) -> Void = { _ in }
    ) throws -> RepairResult {
      var request = RepairRequest(output: folder.appending(output))
      request.trust = Trust([identity.certificate])
      change(&request)
      let evidence = evidence
      let digests = {
        try Files.names(in: evidence).map { name in
          (name, Digest.of(try Files.contents(evidence.appending(name), cap: 1 << 30), .sha256).hex)
        }
      }
      let originals = try digests()
      defer {
        // Whatever comes of it, nothing beside the evidence has changed.
        let after = (try? digests()) ?? []
        #expect(after.map(\.0) == originals.map(\.0) && after.map(\.1) == originals.map(\.1))
      }
      return try RepairJob(archive.store, request, stop: stop).perform(number) { _, _ in }
    }

    /// The files that were restored are what they were.
    func demandRestored(_ result: RepairResult, _ names: [String], _ output: String = "restored") throws {
      #expect(result.exitStatus == .complete)
      #expect(result.files.filter { $0.status == .restored }.map(\.name).sorted() == names.sorted())
      for name in names {
        let bytes = try Files.contents(folder.appending(output).appending(name), cap: 1 << 30)
        #expect(bytes == before[name], "\(name)")
      }
      for file in result.files where file.status == .restored {
        #expect(file.sha256 == before[file.name].map { Digest.of($0, .sha256) } && file.unresolved.isEmpty)
      }
      #expect(!Files.exists(folder.appending(output + ".partial")))
    }

    /// Python alone restores the same.
    func demandPythonToo(_ names: [String], status: Int32 = 0) throws {
      let script = SourceRoot.path.appending("Docs/formats/restore-parity.py")
      let target = folder.appending("python")
      try DurableFolder.create(target)
      let parity = try Files.names(in: evidence).filter { $0.hasSuffix(".parity") }.map {
        evidence.appending($0).string
      }
      let run = try Tool.run(
        "python3", [script.string, "--from", evidence.string, "--to", target.string] + parity, in: folder)
      #expect(run.status == status, "\(run.output)")
      for name in names {
        #expect(try Files.contents(target.appending(name), cap: 1 << 30) == before[name], "\(name)")
      }
      let complete = try Files.names(in: target).filter { !$0.hasSuffix(".incomplete") }
      #expect(complete == names.sorted())
    }
  }

  private static func noise(_ count: Int, _ seed: UInt64) -> [UInt8] { ArchiveTests.noise(count, seed) }

  private static func segments() -> [String: [UInt8]] {
    [
      "s.001": noise(400_000, 1), "s.002": noise(400_000, 2), "s.003": noise(400_000, 3),
      "s.004": noise(123_457, 4),
    ]
  }

  // MARK: Damage that comes back

  @Test func rottenBytesSectorsAndBurstsComeBack() throws {
    let case1 = try Protected(["a.dd": Self.noise(2_000_000, 5)])
    try case1.protect()
    try case1.damage("a.dd") { bytes in
      bytes[17] ^= 1
      bytes[1_999_999] ^= 0x80
      for index in 800_000..<800_512 { bytes[index] = 0 }
      for index in 1_200_000..<1_260_000 { bytes[index] = 0xFF }
    }
    try case1.demandRestored(try case1.repair(), ["a.dd"])
    try case1.demandPythonToo(["a.dd"])
  }

  @Test func aTruncatedFileComesBack() throws {
    let protected = try Protected(["a.dd": Self.noise(2_000_000, 6)])
    try protected.protect()
    try protected.damage("a.dd") { $0.removeLast(70_001) }
    let result = try protected.repair()
    try protected.demandRestored(result, ["a.dd"])
    // Only what was lost was taken from elsewhere: whole shards of 4096 bytes.
    #expect(result.files[0].sources.map(\.bytes) == [UInt64(1_929_216)..<2_000_000])
    #expect(result.verification?.verdict == .verified)
    try protected.demandPythonToo(["a.dd"])
  }

  @Test func whatIsTooLongGetsItsLength() throws {
    let protected = try Protected(["a.dd": Self.noise(100_000, 7)])
    try protected.protect()
    try protected.damage("a.dd") { $0 += [1, 2, 3] }
    try protected.demandRestored(try protected.repair(), ["a.dd"])
    try protected.demandPythonToo(["a.dd"])
  }

  @Test func aLostSegmentComesBackAlsoWhereOthersAreDamaged() throws {
    let protected = try Protected(Self.segments())
    let made = try protected.protect()
    #expect(made.written.count == 5 && made.notLost.isEmpty && made.wasVerified)
    try protected.remove("s.002")
    try protected.damage("s.003") { $0[250_000] ^= 4 }
    try protected.damage("s.004") { $0.removeFirst(4096) }
    // Of s.004 only its own beginning is gone, so that no shard of it is where it was.
    try protected.damage("s.004") { $0 = Array(Self.segments()["s.004"]?.prefix(120_000) ?? []) }
    try protected.demandRestored(try protected.repair(), ["s.002", "s.003", "s.004"])
    try protected.demandPythonToo(["s.002", "s.003", "s.004"])
  }

  @Test func theFirstSegmentAndTheScanAfterItsLossDoNotMatter() throws {
    let protected = try Protected(Self.segments())
    try protected.protect()
    try protected.remove("s.001")
    _ = try protected.archive.scan()
    try protected.demandRestored(try protected.repair(), ["s.001"])
  }

  /// An empty file of a bag has nothing to protect, and is judged by its size.
  @Test func emptyFilesAreNoObstacle() throws {
    let protected = try Protected([
      "bagit.txt": Array("BagIt-Version: 0.97\n".utf8), "a.txt": [], "b.bin": Self.noise(5000, 22),
    ])
    try protected.protect { $0.output = protected.folder.appending("parity") }
    try protected.damage("b.bin") { $0[100] ^= 1 }
    try protected.damage("a.txt") { $0 = [1] }
    try protected.demandRestored(try protected.repair(), ["a.txt", "b.bin"])
  }

  @Test func severalSegmentsComeBackWhereThatWasAskedFor() throws {
    let protected = try Protected(Self.segments())
    try protected.protect { $0.lost = 2 }
    try protected.remove("s.001")
    try protected.remove("s.003")
    try protected.demandRestored(try protected.repair(), ["s.001", "s.003"])
    try protected.demandPythonToo(["s.001", "s.003"])
  }

  @Test func damagedParityRestoresWhatItStillCan() throws {
    let protected = try Protected(["a.dd": Self.noise(2_000_000, 8)])
    let parity = try protected.protect().written[0].path
    try protected.damage("a.dd") { bytes in for index in 0..<3 { bytes[700_000 + 5000 * index] ^= 1 } }
    try protected.damage("a.dd.parity") { bytes in
      // The first copy of the head, and a burst in the parity behind it.
      bytes[100] ^= 1
      let head = bytes[8..<16].reduce(0) { $0 << 8 | Int($1) }
      for index in head..<head + 30_000 { bytes[index] ^= 0x55 }
    }
    let check = try protected.archive.only().findings.filter { $0.code == .parityDamaged }
    #expect(check.count == 1 && check[0].severity == .warning && check[0].subject == parity.string)
    try protected.demandRestored(try protected.repair(), ["a.dd"])
    try protected.demandPythonToo(["a.dd"])
  }

  // MARK: Damage that does not

  @Test func moreDamageThanParityIsSaidRangeByRange() throws {
    let protected = try Protected(["a.dd": Self.noise(2_000_000, 9)])
    try protected.protect()
    let lost = 409_600..<819_200
    try protected.damage("a.dd") { bytes in
      for index in lost { bytes[index] = 0 }
      bytes[1_500_000] ^= 1
    }
    let result = try protected.repair()
    #expect(result.exitStatus == .incomplete && result.files.map(\.status) == [.incomplete])
    let name = try #require(result.files[0].output)
    #expect(name == "a.dd.incomplete" && result.verification == nil)
    let bytes = try Files.contents(protected.folder.appending("restored").appending(name), cap: 1 << 30)
    let before = try #require(protected.before["a.dd"])
    // Exactly the listed ranges differ, in whole shards.
    let listed = result.files[0].unresolved
    #expect(!listed.isEmpty && bytes.count == before.count)
    for shard in 0..<bytes.count / 4096 {
      let range = shard * 4096..<(shard + 1) * 4096
      let isListed = listed.contains { $0.contains(UInt64(range.lowerBound)) }
      #expect((bytes[range] == before[range]) != isListed, "shard \(shard)")
    }
    try protected.demandPythonToo([], status: 4)
  }

  @Test func withoutParityAndCopyNothingIsBegun() throws {
    let protected = try Protected(["a.dd": Self.noise(5000, 10)])
    #expect { try protected.repair() } throws: { ($0 as? EvidenceError)?.code == .parityMissing }
    #expect(!Files.exists(protected.folder.appending("restored.partial")))
  }

  @Test func whatIsIntactIsNotWrittenAgain() throws {
    let protected = try Protected(["a.dd": Self.noise(5000, 11)])
    try protected.protect()
    let result = try protected.repair()
    #expect(result.exitStatus == .complete && result.output == nil && result.files.map(\.status) == [.intact])
    #expect(!Files.exists(protected.folder.appending("restored")))
  }

  @Test func parityOfOtherFilesOrOfAnotherKeyIsNotUsed() throws {
    let protected = try Protected(["a.dd": Self.noise(50_000, 12), "b.dd": Self.noise(50_001, 13)])
    try protected.protect(1)
    try protected.protect(2)
    let parity = protected.evidence.appending("a.dd.parity")
    try TestFiles.write(
      try Files.contents(protected.evidence.appending("b.dd.parity"), cap: 1 << 30), to: parity)
    try protected.damage("a.dd") { $0[9] ^= 1 }
    // In the place of the recorded one: signed by the archive, and of another file.
    #expect { try protected.repair() } throws: {
      ($0 as? EvidenceError)?.code == .parityMalformed
        && ($0 as? EvidenceError)?.detail == "it belongs to other files"
    }
    let stranger = try Protected(["a.dd": protected.before["a.dd"] ?? []])
    try stranger.protect()
    #expect {
      try protected.repair { $0.parityFolders = [stranger.evidence] }
    } throws: { ($0 as? EvidenceError)?.code == .parityMalformed }
    // Whoever trusts the other key may use it.
    let result = try protected.repair {
      $0.parityFolders = [stranger.evidence]
      $0.trust = Trust([stranger.identity.certificate])
    }
    try protected.demandRestored(result, ["a.dd"])
    #expect(result.unused.map(\.path) == [parity.string])
  }

  @Test func whatFailsItsVerificationIsNotProtected() throws {
    let protected = try Protected(["a.dd": Self.noise(5000, 14)])
    try protected.archive.rot(protected.evidence.appending("a.dd"), at: 77)
    try protected.archive.verify()
    #expect { try protected.protect() } throws: { ($0 as? EvidenceError)?.code == .notAsRecorded }
    #expect(try Files.names(in: protected.evidence) == ["a.dd"])
  }

  @Test func whatContradictsItsListIsNotProtected() throws {
    let protected = try Protected([
      "a.E99": Self.noise(5000, 15),
      "SHA256SUMS": Array("\(ArchiveTests.hex(Self.noise(5, 1)))  a.E99\n".utf8),
    ])
    #expect { try protected.protect() } throws: { ($0 as? EvidenceError)?.code == .notAsRecorded }
    #expect(try !Files.names(in: protected.evidence).contains { $0.contains(".parity") })
  }

  // MARK: Copies

  /// Neither the image nor its copies are whole; every chunk is whole somewhere.
  @Test func copiesDamagedAtOtherPlacesAreMergedChunkByChunk() throws {
    let bytes = Self.noise(5 << 20, 16)
    let protected = try Protected(["a.dd": bytes])
    for name in ["one", "two"] { try DurableFolder.create(protected.folder.appending(name)) }
    let copies = ["one", "two"].map { protected.folder.appending($0).appending("a.dd") }
    func damaged(_ places: [Int]) -> [UInt8] {
      var changed = bytes
      for place in places { changed[place << 20] ^= 1 }
      return changed
    }
    try protected.damage("a.dd") { $0 = damaged([0, 2]) }
    try TestFiles.write(damaged([0, 1, 4]), to: copies[0])
    try TestFiles.write(damaged([2, 3]), to: copies[1])
    let result = try protected.repair { $0.copies = [copies[0], copies[1].removingLastComponent()] }
    try protected.demandRestored(result, ["a.dd"])
    #expect(result.files[0].sources.map(\.source.path) == [copies[1].string, copies[0].string])
    #expect(result.files[0].sources.map(\.bytes) == [0..<1 << 20, 2 << 20..<3 << 20])
    // The same chunk is damaged everywhere.
    try TestFiles.write(damaged([0, 2]), to: copies[1])
    let second = try protected.repair(1, "again") { $0.copies = copies }
    #expect(second.exitStatus == .incomplete && second.files[0].unresolved == [0..<1 << 20])
  }

  @Test func aCopyAndParityTogetherRestoreWhatNeitherCould() throws {
    let protected = try Protected(Self.segments())
    try protected.protect()
    try DurableFolder.create(protected.folder.appending("copy"))
    for name in ["s.001", "s.002"] {
      var bytes = protected.before[name] ?? []
      for index in 200_000..<212_000 { bytes[index] ^= 1 }
      try TestFiles.write(bytes, to: protected.folder.appending("copy").appending(name))
      try protected.damage(name) { for index in 100_000..<300_000 { $0[index] = 0 } }
    }
    try protected.remove("s.003")
    #expect(try protected.repair().exitStatus == .incomplete)
    let result = try protected.repair(1, "both") {
      $0.copies = [protected.folder.appending("copy").appending("s.001")]
    }
    try protected.demandRestored(result, ["s.001", "s.002", "s.003"], "both")
    let kinds = Set(result.files.flatMap { $0.sources.map { RepairJob.kind($0.source) } })
    #expect(kinds == ["copy", "parity"])
  }

  /// Neither set is whole and nothing but its own checksums tells which chunk is: the one whose structure is sound says
  /// where chunks are.
  @Test func copiesOfAnE01AreMergedByItsOwnChecksums() throws {
    let folder = try TemporaryFolder()
    var bytes = Self.noise(3 << 20, 21)
    for index in stride(from: 0, to: bytes.count, by: 3) { bytes[index] = 0 }
    try TestFiles.write(bytes, to: folder.appending("base.raw"))
    try Tool.require(
      "ewfacquire",
      [
        "-u", "-q", "-t", folder.appending("c").string, "-c", "fast", "-S", "1100000",
        folder.appending("base.raw").string,
      ])
    let names = try Files.names(in: folder.path).filter { $0.hasPrefix("c.E") }
    #expect(names.count >= 2)
    var files: [String: [UInt8]] = [:]
    for name in names { files[name] = try Files.contents(folder.appending(name), cap: 1 << 30) }
    let protected = try Protected(files)
    try DurableFolder.create(protected.folder.appending("copy"))
    let copy = protected.folder.appending("copy")
    for (name, bytes) in files {
      // In chunks of the copy, and in the header of the original's first segment: its structure is not sound.
      var changed = bytes
      for place in [200_000, 600_000] where place < bytes.count { changed[place] ^= 0x10 }
      try TestFiles.write(changed, to: copy.appending(name))
      try protected.damage(name) { bytes in
        if name == names[0] { bytes[5] ^= 1 }
        for place in [100_000, 700_000] where place < bytes.count { bytes[place] ^= 0x10 }
      }
    }
    let result = try protected.repair { $0.copies = [copy.appending(names[0])] }
    try protected.demandRestored(
      result, names.filter { (files[$0]?.count ?? 0) > 100_000 })
    #expect(result.verification?.verdict == .verified)
    // The same chunk is damaged in both.
    try protected.damage(names[0]) { $0[600_001] ^= 0x10 }
    let second = try protected.repair(1, "again") { $0.copies = [copy] }
    #expect(second.exitStatus == .incomplete)
    let unresolved = second.files.flatMap(\.unresolved)
    #expect(unresolved.count == 1 && unresolved[0].contains(600_001) && unresolved[0].count < 40_000)
  }

  /// A copy that the catalogue knows needs no name.
  @Test func copiesInTheCatalogueAreUsed() throws {
    let bytes = Self.noise(3 << 20, 17)
    let protected = try Protected(["a.dd": bytes, "z.dd": bytes])
    try protected.damage("a.dd") { $0[5] ^= 1 }
    let result = try protected.repair()
    try protected.demandRestored(result, ["a.dd"])
    #expect(result.files[0].sources.map(\.source.path) == [protected.evidence.appending("z.dd").string])
  }

  // MARK: Records

  @Test func theLogHasWhatCameFromWhereAndSoHasTheFolder() throws {
    let protected = try Protected(["a.dd": Self.noise(100_000, 18)])
    try protected.protect()
    try protected.damage("a.dd") { $0[50_000] ^= 1 }
    let result = try protected.repair()
    var events: [JSONValue] = []
    try protected.archive.store.forEachEvent(of: [.archiveProtected, .archiveRepaired]) {
      event throws(EvidenceError) in
      events.append(event.payload["details"] ?? .null)
    }
    #expect(events.count == 2 && events[0]["form"] == "exhibit")
    let from = try #require(events[1]["repair"]?["files"]?.arrayValue?.first?["from"]?.arrayValue?.first)
    #expect(from["first"] == 49152 && from["last"] == 53247 && from["kind"] == "parity")
    #expect(from["path"]?.stringValue == protected.evidence.appending("a.dd.parity").string)
    let record = try Files.contents(try #require(result.output).appending("repair.json"), cap: 1 << 20)
    #expect(events[1]["recordSha256"]?.stringValue == ArchiveTests.hex(record))
    #expect(try JSONValue(parsingCanonical: record, name: "repair.json") == events[1]["repair"])
  }

  @Test func anInterruptedRepairLeavesNothing() throws {
    let protected = try Protected(["a.dd": Self.noise(100_000, 19)])
    try protected.protect()
    try protected.damage("a.dd") { $0[50_000] ^= 1 }
    let stop = StopFlag()
    stop.raise()
    #expect { try protected.repair(stop: stop) } throws: { ($0 as? EvidenceError)?.code == .interrupted }
    #expect(try !Files.names(in: protected.folder).contains { $0.hasPrefix("restored") })
  }

  @Test func parityIsFoundAgainByAScanAndIsNoHolding() throws {
    let protected = try Protected(Self.segments())
    try protected.protect()
    let scan = try protected.archive.scan()
    #expect(scan.added.isEmpty && scan.changed.isEmpty && scan.otherFiles == 0 && scan.unchanged == 1)
    #expect(try protected.archive.only().verdict == .verified)
    // A second time would replace it.
    #expect { try protected.protect() } throws: { ($0 as? EvidenceError)?.code == .outputExists }
  }

  // MARK: PAR2

  @Test func par2VerifiesAndRestores() throws {
    let protected = try Protected(["a.dd": Self.noise(900_000, 20)])
    let made = try protected.protect {
      $0.form = .par2
      $0.percent = 10
    }
    #expect(made.written.map(\.path) == [protected.evidence.appending("a.dd.par2")])
    #expect(try Tool.run("par2", ["verify", "-q", "a.dd.par2"], in: protected.evidence).status == 0)
    try protected.damage("a.dd") { bytes in
      for index in 300_000..<330_000 { bytes[index] = 0 }
    }
    let result = try protected.repair()
    try protected.demandRestored(result, ["a.dd"])
    #expect(Set(result.files[0].sources.map(\.source.path)) == [made.written[0].path.string])
    // Its files have digests in the catalogue: par2 itself takes no offence at damaged recovery files.
    let volume = try #require(try Files.names(in: protected.evidence).first { $0.contains(".vol") })
    try protected.damage(volume) { $0[2000] ^= 1 }
    #expect(
      try protected.archive.only().findings.contains {
        $0.code == .parityDamaged && $0.subject.contains(".vol")
      })
  }
}

/// The folder of the project.
enum SourceRoot {
  static let path = FilePath(#filePath).removingLastComponent().removingLastComponent()
    .removingLastComponent()
}
