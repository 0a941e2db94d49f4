@testable import Archiving
import CaseRecords
import CaseStore
import Digests
import Evidence
import EvidenceTestKit
import Signing
import SystemIO
import SystemPackage
import Testing
import Verification

/// A verification that is divided among machines: the plan, the shards, and what is collected.
@Suite struct ShardTests {
  // MARK: How it is divided

  private static func item(_ number: Int, _ size: UInt64, medium: UInt64 = 1, turns: Bool) -> ArchiveItem {
    ArchiveItem(
      number: UInt64(number), size: size, name: "\(number)", medium: medium, isRotating: turns,
      located: 0, before: nil)
  }

  @Test(arguments: [1, 2, 3, 7, 50]) func everyHoldingIsInOneShardAndShardsAreAlike(_ count: Int) {
    var generator = SeededGenerator(seed: UInt64(count))
    for round in 0..<40 {
      let items = (0..<200).map { number in
        Self.item(
          number, UInt64.random(in: 0...1_000_000, using: &generator),
          medium: UInt64.random(in: 1...5, using: &generator),
          turns: round % 4 == 0 ? false : Bool.random(using: &generator))
      }
      let shards = ShardLayout.divide(items, into: count)
      #expect(shards.count == count && shards.joined().sorted() == Array(items.indices))
      let loads = shards.map { $0.reduce(0) { $0 + items[$1].size } }
      let mean = items.reduce(0) { $0 + $1.size } / UInt64(count)
      let largest = items.map(\.size).max() ?? 0
      #expect((loads.max() ?? 0) <= mean + largest + 200, "\(loads)")
    }
  }

  @Test func aSpinningDiskIsInAsFewShardsAsItsBytesAllow() {
    // Four disks alike, four shards: one each.
    let items = (0..<400).map { Self.item($0, 1000, medium: UInt64($0 % 4) + 1, turns: true) }
    for shard in ShardLayout.divide(items, into: 4) {
      #expect(Set(shard.map { items[$0].medium }).count == 1 && shard.count == 100)
    }
    // Half of the bytes on one disk, the rest elsewhere: half of the shards.
    let mixed = (0..<400).map { Self.item($0, 1000, turns: $0 < 200) }
    let shards = ShardLayout.divide(mixed, into: 8)
    #expect(shards.count { $0.contains { mixed[$0].isRotating } } == 4)
    #expect(shards.allSatisfy { $0.count == 50 })
  }

  // MARK: A plan and its results

  final class Bench {
    let archive: ArchiveTests.Archive
    let signer: SigningIdentity
    let file: FilePath
    var results: FilePath { archive.folder.appending("results") }

    /// - Parameter sizes: of images `0.dd`, `1.dd` …, each with a hash list.
    init(_ sizes: [Int], shards: Int) throws {
      archive = try ArchiveTests.Archive()
      signer = try Self.identity("Worker")
      file = archive.folder.appending("plan.json")
      var list = ""
      for (index, size) in sizes.enumerated() {
        let bytes = ArchiveTests.noise(size, UInt64(index) + 1)
        try archive.write("\(index).dd", bytes)
        list += "\(ArchiveTests.hex(bytes))  \(index).dd\n"
      }
      try archive.write("SHA256SUMS", Array(list.utf8))
      _ = try archive.scan()
      _ = try plan(shards, to: file)
    }

    static func identity(_ name: String) throws -> SigningIdentity {
      let now = Host.now()
      let key = try SigningKey.generate()
      return try SigningIdentity(
        key: key, certificate: try Certificate.selfSigned(for: key, name: try SignerName(name), from: now),
        now: now)
    }

    @discardableResult
    func plan(_ shards: Int, to path: FilePath) throws -> ArchivePlanning.Planned {
      try #require(try ArchivePlanning(archive.store, ArchiveRunRequest()).perform(shards: shards, to: path))
    }

    @discardableResult
    func run(_ shard: Int, in folder: FilePath? = nil, by signer: SigningIdentity? = nil) throws
      -> ShardResult
    {
      try ShardRun(
        try ArchivePlanFile(file), shard: shard, results: folder ?? results, identity: signer ?? self.signer,
        VerificationSettings()
      ).perform(progress: { _ in }, each: { _ in })
    }

    func collect(_ folders: [FilePath]? = nil) throws -> CollectedResults {
      try ArchiveCollection(archive.store, trust: Trust([signer.certificate])).perform(folders ?? [results])
    }
  }

  @Test func piecesOfARawImageArriveWithTheResult() throws {
    let bench = try Bench([3 << 20], shards: 1)
    #expect(try bench.run(0).exitStatus == .complete)
    #expect(!Files.exists(bench.archive.store.folder.appending("pieces")))
    #expect(try bench.collect().recorded == [1])
    let bytes = try Files.contents(bench.archive.evidence.appending("0.dd"), cap: 4 << 20)
    let list = String(
      decoding: try Files.contents(
        bench.archive.store.folder.appending("pieces").appending("1.txt"), cap: 1 << 20), as: UTF8.self)
    for piece in 0..<3 {
      let part = Array(bytes[piece << 20..<(piece + 1) << 20])
      #expect(list.contains("\(1 << 20),\(ArchiveTests.hex(part)),0.dd offset \(piece << 20)-"))
    }
    // The next verification locates damage by them, here and away from the catalogue.
    try bench.archive.rot(bench.archive.evidence.appending("0.dd"), at: (1 << 20) + 9)
    #expect(
      try bench.archive.only().findings.compactMap(\.sectors) == [SectorRange(first: 2048, count: 2048)])
  }

  @Test func twoMachinesThatDisagreeMakeNoVerdict() throws {
    let bench = try Bench([5000, 5000], shards: 1)
    let path = bench.archive.evidence.appending("0.dd")
    try bench.run(0)
    // A second machine that had no result to see, and reads something else.
    let other = bench.archive.folder.appending("other")
    try bench.archive.rot(path, at: 100)
    #expect(try bench.run(0, in: other).exitStatus == .mismatch)
    let collected = try bench.collect([bench.results, other])
    #expect(collected.verdicts == [1: .incomplete, 2: .verified] && collected.exitStatus == .incomplete)
    let outcome = try #require(collected.verified.first).outcome
    #expect(outcome.findings.first?.code == .readsDiffer && outcome.computed.isEmpty)
    // Once, and again: nothing more is recorded.
    #expect(try bench.collect([bench.results, other]).recorded.isEmpty)
    #expect(try bench.archive.store.checks(of: 1).count == 1)
  }

  @Test func aResultThatComesTooLateDoesNotReplaceANewerVerdict() throws {
    let bench = try Bench([5000], shards: 1)
    try bench.run(0)
    try bench.archive.rot(bench.archive.evidence.appending("0.dd"), at: 100)
    #expect(try bench.archive.only().verdict == .mismatch)
    let collected = try bench.collect()
    #expect(collected.outdated.map(\.holding) == [1] && collected.recorded.isEmpty && collected.isEnded)
    #expect(try bench.archive.store.checks(of: 1).map(\.check.verdict) == [.mismatch])
    // A bad one is recorded however late it is.
    let late = try Bench([5000], shards: 1)
    let path = late.archive.evidence.appending("0.dd")
    try late.archive.rot(path, at: 100)
    try late.run(0)
    try late.archive.rot(path, at: 100)
    #expect(try late.archive.only().verdict == .verified)
    #expect(try late.collect().recorded == [1])
    #expect(try late.archive.store.checks(of: 1).map(\.check.verdict) == [.verified, .mismatch])
  }

  @Test func whatLooksLikeAResultAndIsNoneIsReplacedByTheWorker() throws {
    let bench = try Bench([5000], shards: 1)
    try bench.run(0)
    let name = try #require(try Files.names(in: bench.results).first)
    let path = bench.results.appending(name)
    let sound = try Files.contents(path, cap: 1 << 20)
    for bytes in [[], Array(sound.dropLast(40)), Array("{}\n{}\n".utf8)] {
      try TestFiles.write(bytes, to: path)
      let again = try bench.run(0)
      #expect(again.replaced == [name] && again.verified.count == 1 && again.exitStatus == .complete)
    }
    #expect(try bench.collect().exitStatus == .complete)
  }

  @Test func theSignerMustBeTrusted() throws {
    let bench = try Bench([5000], shards: 1)
    try bench.run(0, by: try Bench.identity("Somebody"))
    let collected = try bench.collect()
    #expect(collected.recorded.isEmpty && collected.refused.map(\.error.code) == [.signerNotTrusted])
    #expect(collected.missing == [.init(shard: 0, holdings: [1])] && collected.exitStatus == .incomplete)
  }

  /// Bytes flipped throughout, at both ends and everywhere between.
  private static func places(_ count: Int) -> [Int] {
    Array(stride(from: 0, to: count, by: max(1, count / 300))) + [count - 1, count - 2]
  }

  @Test func noBytesOfAResultCanBeChanged() throws {
    let bench = try Bench([5000], shards: 1)
    try bench.run(0)
    let name = try #require(try Files.names(in: bench.results).first)
    let path = bench.results.appending(name)
    let sound = try Files.contents(path, cap: 1 << 20)
    for place in Self.places(sound.count) {
      var bytes = sound
      bytes[place] ^= 1
      try TestFiles.write(bytes, to: path)
      let collected = try bench.collect()
      #expect(
        collected.recorded.isEmpty && collected.refused.count == 1, "byte \(place) of \(sound.count) changed")
    }
    try TestFiles.write(sound, to: path)
    #expect(try bench.collect().recorded == [1])
  }

  @Test func aChangedPlanVerifiesNothing() throws {
    let bench = try Bench([5000, 6000, 7000], shards: 2)
    let sound = try Files.contents(bench.file, cap: 1 << 20)
    let digest = try ArchivePlanFile(bench.file).digest
    for place in Self.places(sound.count) {
      var bytes = sound
      bytes[place] ^= 1
      try TestFiles.write(bytes, to: bench.file)
      // Another plan with another digest, whose results nobody takes; or none at all.
      guard (try? ArchivePlanFile(bench.file).digest) == digest else { continue }
      let isAnyRefused = (0..<2).contains { shard in
        do {
          _ = try ArchivePlanFile(bench.file).holdings(ofShard: shard)
          return false
        } catch { return (error as? EvidenceError)?.code == .planMalformed }
      }
      // What stands after the last holding belongs to none.
      #expect(isAnyRefused || place >= sound.count - ArchivePlan.end.count, "byte \(place)")
    }
    for length in stride(from: 0, to: sound.count - 10, by: 97) {
      try TestFiles.write(Array(sound.prefix(length)), to: bench.file)
      #expect(throws: EvidenceError.self) {
        for shard in 0..<2 { _ = try ArchivePlanFile(bench.file).holdings(ofShard: shard) }
      }
    }
  }

  @Test func thereMayBeMoreShardsThanHoldings() throws {
    let bench = try Bench([10, 20], shards: 5)
    for shard in 0..<5 { #expect(try bench.run(shard).exitStatus == .complete) }
    let collected = try bench.collect()
    #expect(collected.exitStatus == .complete && collected.verdicts.count == 2)
    #expect(try bench.archive.store.plannedRun()?.ended != nil)
  }
}
