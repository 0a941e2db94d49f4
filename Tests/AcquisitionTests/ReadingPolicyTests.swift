import Acquisition
import Evidence
import EvidenceTestKit
import Glibc
import Media
import SystemIO
import SystemPackage
import Testing

/// What is done where a medium refuses, as the examiner chose it.
@Suite(.timeLimit(.minutes(20))) struct ReadingPolicyTests {
  @Test(
    "DA-AM-08 a sector that comes after some tries is what the medium returned, and the effort is recorded")
  func retries() throws {
    var faults = FaultySource.Faults()
    // Refused with its piece, then by itself so many times.
    faults.refusals = [100: 1 + 1, 5000: 1 + 3]
    faults.unreadable = [9000]
    faults.errorNumbers = [5000: ENODATA, 9000: EREMOTEIO]
    let source = FaultySource(length: 8 << 20, faults: faults)
    var reading = ReadingPolicy()
    reading.retries = 3
    let run = try FaultRun(source, reading: reading)
    let outcome = run.perform()
    #expect(outcome.verdict == .completeWithUnreadable(sectors: 1))
    #expect(try TestFiles.read(run.raw) == source.filledContents)
    let efforts = outcome.map.effortful
    #expect(efforts.map(\.range) == [100, 5000, 9000].map { SectorRange(first: $0, count: 1) })
    #expect(efforts[0].effort == ReadEffort(pass: 1, tries: 2, refusal: EIO))
    #expect(efforts[1].effort == ReadEffort(pass: 1, tries: 4, refusal: ENODATA))
    #expect(efforts[2].effort == ReadEffort(pass: 1, tries: 4, refusal: EREMOTEIO))
  }

  @Test(
    "DA-AM-10 only sectors that failed are filled, with the stated pattern", arguments: ["ff", "a5", "text"])
  func fills(pattern: String) throws {
    var faults = FaultySource.Faults()
    faults.unreadable = [0, 1, 777, 4096, 6144]
    let source = FaultySource(length: (3 << 20) + 100, faults: faults)
    let fill = try #require(FillPattern(pattern))
    let run = try FaultRun(source, fill: fill)
    #expect(run.perform().verdict == .completeWithUnreadable(sectors: 5))
    let expected = source.filledContents { sector, length in
      guard pattern == "text" else {
        return [UInt8](repeating: pattern == "ff" ? 0xff : 0xa5, count: length)
      }
      let line = Array("unreadable sector \(sector)\n".utf8)
      return (0..<length).map { line[$0 % line.count] }
    }
    #expect(try TestFiles.read(run.raw) == expected)
  }

  @Test(
    "With more unreadable sectors than were accepted it stops as incomplete",
    arguments: [0, 2, 4, 5] as [UInt64])
  func errorLimit(limit: UInt64) throws {
    var faults = FaultySource.Faults()
    faults.unreadable = [40_000, 40_001, 70_000, 70_001, 70_002]
    let source = FaultySource(length: 48 << 20, faults: faults)
    var reading = ReadingPolicy()
    reading.errorLimit = limit
    let run = try FaultRun(source, reading: reading)
    let outcome = run.perform()
    guard limit < 5 else { return #expect(outcome.verdict == .completeWithUnreadable(sectors: 5)) }
    #expect(outcome.failure?.code == .mediumTooManyErrors)
    #expect(outcome.verdict.exitStatus == .incomplete)
    // The block in which it stopped went no further.
    let blocks: UInt64 = limit < 2 ? 1 : 2
    #expect(outcome.map.ranges(in: .notAttempted) == [SectorRange(blocks << 15..<48 << 11)])
    #expect(try TestFiles.read(run.raw) == Array(source.filledContents.prefix(Int(blocks) << 24)))
  }

  @Test("A read that hangs counts as refused after its time, and only its sector is lost")
  func timeLimit() throws {
    let back = StopFlag()
    defer { back.raise() }
    var faults = FaultySource.Faults()
    faults.hangs = ([2000], back)
    let source = FaultySource(length: 4 << 20, faults: faults)
    // Long for a read of a few bytes of memory, also on a busy machine.
    let run = try FaultRun(TimeLimitedSource(source, seconds: 4))
    let outcome = run.perform()
    #expect(outcome.verdict == .completeWithUnreadable(sectors: 1))
    #expect(outcome.map.ranges(in: .unreadable) == [SectorRange(first: 2000, count: 1)])
    #expect(outcome.map.effortful.map(\.effort) == [ReadEffort(pass: 1, tries: 1, refusal: ETIMEDOUT)])
    let written = try TestFiles.read(run.raw)
    #expect(written[..<(2000 * 512)] == source.contents[..<(2000 * 512)])
    #expect(written[(2001 * 512)...] == source.contents[(2001 * 512)...])
  }

  @Test("Where too many reads hang, the medium has stopped to answer; it may come back")
  func stalled() throws {
    let back = StopFlag()
    var faults = FaultySource.Faults()
    faults.hangs = ([7], back)
    let medium = FaultySource(length: 1 << 20, faults: faults)
    let source = TimeLimitedSource(medium, seconds: 0.02)
    let page = PageBuffer(capacity: 512)
    func read(_ sector: UInt64) -> EvidenceError? {
      do throws(EvidenceError) {
        try page.fill { (memory) throws(EvidenceError) in try source.read(into: memory, at: sector * 512) }
        return nil
      } catch { return error }
    }
    for _ in 0..<TimeLimitedSource.mostHanging { #expect(read(7)?.errno == ETIMEDOUT) }
    #expect(read(8)?.code == .mediumStalled)
    back.raise()
    while let error = read(7) { #expect([.mediumStalled, .mediumUnreadable].contains(error.code)) }
    page.byteCount = 512
    #expect(page.bytes.withUnsafeBytes { Array($0) } == Array(medium.contents[(7 * 512)..<(8 * 512)]))
  }
}
