import Acquisition
import Evidence
import EvidenceTestKit
import Media
import SystemIO
import SystemPackage
import Testing

/// A medium that is read in an order of its own gives the same images as one that is read from its beginning.
@Suite(.timeLimit(.minutes(20))) struct StagingTests {
  enum Order: CaseIterable {
    case reverse, skippingAhead, reverseSkippingAhead

    var policy: ReadingPolicy {
      var policy = ReadingPolicy()
      policy.isReverse = self != .skippingAhead
      policy.skipsAhead = self != .reverse
      return policy
    }
  }

  private static let length = (40 << 20) + 700
  /// A dead zone of 3 MiB, a sector in it that lives, and single sectors elsewhere, the short last one among them.
  private static let faults: FaultySource.Faults = {
    var faults = FaultySource.Faults()
    faults.unreadable = Set(20_000..<26_144).subtracting([22_222]).union([0, 127, 65_535, 65_536, 81_921])
    return faults
  }()

  private static func source(_ faults: FaultySource.Faults = faults) -> FaultySource {
    FaultySource(length: length, faults: faults)
  }

  @Test("DA-AM-06 DA-AM-08 every order reads every sector once it can be read", arguments: Order.allCases)
  func sameImages(order: Order) throws {
    let plain = try FaultRun(Self.source(), formats: [.raw, .e01])
    let expected = plain.perform()
    let source = Self.source()
    let run = try FaultRun(source, formats: [.raw, .e01], reading: order.policy)
    let outcome = run.perform()
    #expect(outcome.failure == nil)
    #expect(outcome.verdict == .completeWithUnreadable(sectors: UInt64(Self.faults.unreadable.count)))
    #expect(outcome.verdict == expected.verdict)
    #expect(outcome.map.runs == expected.map.runs)
    #expect(outcome.digests == expected.digests)
    #expect(outcome.merkleRoot == expected.merkleRoot)
    #expect(try TestFiles.read(run.raw) == source.filledContents)
    #expect(source.misalignedReadCount == 0)
  }

  /// Sectors of 2352 bytes do not divide 64 KiB: what is asked for again must still be whole sectors.
  @Test(
    "Sectors of discs that fail are filled alone, in every order",
    arguments: [nil] + Order.allCases.map(Optional.some))
  func sectorsOfDiscs(order: Order?) throws {
    var faults = FaultySource.Faults()
    faults.unreadable = Set(3000..<4100).subtracting([3333]).union([0, 26, 27, 28, 7130, 7131, 8999])
    let source = FaultySource(length: 9000 * 2352, sectorSize: 2352, faults: faults)
    let run = try FaultRun(source, reading: order?.policy ?? ReadingPolicy())
    let outcome = run.perform()
    #expect(outcome.verdict == .completeWithUnreadable(sectors: UInt64(faults.unreadable.count)))
    #expect(
      outcome.map.ranges(in: .unreadable).flatMap { Array($0.first..<$0.end) } == faults.unreadable.sorted())
    #expect(try TestFiles.read(run.raw) == source.filledContents)
    #expect(source.misalignedReadCount == 0)
  }

  @Test("From the end to the beginning: no read begins behind the one before")
  func reverse() throws {
    let source = Self.source(FaultySource.Faults())
    #expect(try FaultRun(source, reading: Order.reverse.policy).perform().verdict == .complete)
    let reads = source.reads
    #expect(reads.count == 3)
    #expect(reads.first?.upperBound == source.geometry.sectorCount)
    #expect(zip(reads, reads.dropFirst()).allSatisfy { $1.upperBound == $0.lowerBound })
    #expect(reads.last?.lowerBound == 0)
  }

  @Test("Skipping ahead leaves a dead zone with few reads and returns to it when all else is read")
  func skipAhead() throws {
    let source = Self.source()
    let run = try FaultRun(source, reading: Order.skippingAhead.policy)
    let map = run.perform().map
    let dead: Range<UInt64> = 20_000..<26_144
    let reads = source.reads
    let behind = try #require(reads.firstIndex { $0.contains(81_900) && $0.count <= 128 })
    let early = reads[..<behind].filter { dead.overlaps($0) }
    // 3 MiB with steps of 64, 128, 256 KiB …: a handful, and one for the block.
    #expect(early.count < 12)
    #expect(early.allSatisfy { $0.count > 1 })
    let single = reads[behind...].filter { dead.overlaps($0) && $0.count == 1 }
    #expect(single.count >= dead.count - 256)
    // What came on the way back says so.
    let efforts = map.effortful
    #expect(efforts.contains { $0.range.contains(22_222) && $0.effort.pass == 2 && $0.effort.refusal == nil })
    #expect(efforts.allSatisfy { $0.effort.pass == 2 })
    #expect(map.ranges(in: .unreadable).contains(SectorRange(20_000..<22_222)))
  }

  @Test("Stopped anywhere, it goes on from what was kept", arguments: Order.allCases)
  func resumed(order: Order) throws {
    let whole = try FaultRun(Self.source(), reading: order.policy)
    let expected = whole.perform()
    let states = whole.staged
    #expect(states.count > 3)
    #expect(states.last?.map.count(of: .notAttempted) == 0)
    for position in [0, 300, 20_100, 22_222, 40_000, 81_921] as [UInt64] {
      let stop = StopFlag()
      var faults = Self.faults
      faults.stops = (stop, position * 512)
      let begun = try FaultRun(Self.source(faults), reading: order.policy)
      #expect(begun.perform(stop: stop).failure?.code == .interrupted)
      let kept = try #require(begun.staged.last)
      #expect(kept.map.count(of: .notAttempted) > 0)
      let resumed = try FaultRun(Self.source(), reading: order.policy)
      let outcome = resumed.perform(goingOnFrom: (kept, begun.folder.appending("staging")))
      #expect(outcome.failure == nil)
      #expect(outcome.map.runs == expected.map.runs)
      #expect(outcome.digests == expected.digests)
    }
  }

  @Test("What was read of a range in which it ended does not count", arguments: Order.allCases)
  func endedWithin(order: Order) throws {
    var policy = order.policy
    policy.errorLimit = 3
    let begun = try FaultRun(Self.source(), reading: policy)
    #expect(begun.perform().failure?.code == .mediumTooManyErrors)
    let kept = try #require(begun.staged.last)
    let file = begun.folder.appending("staging")
    let staged = try TestFiles.read(file)
    let contents = Self.source().contents
    for range in kept.map.ranges(in: .read) {
      let bytes = Int(range.first) * 512..<min(Int(range.end) * 512, Self.length)
      #expect(staged[bytes] == contents[bytes])
    }
    let resumed = try FaultRun(Self.source(), reading: order.policy)
    let outcome = resumed.perform(goingOnFrom: (kept, file))
    #expect(outcome.failure == nil)
    #expect(try TestFiles.read(resumed.raw) == Self.source().filledContents)
  }
}

extension SectorRange {
  fileprivate func contains(_ sector: UInt64) -> Bool { sector >= first && sector < end }
}
