import Media
import Testing

/// What a device counts of itself, before and after.
@Suite struct HealthTests {
  private typealias Identify = SampleReplies.Identify

  private func reading(_ identify: Identify, _ more: [DeviceCommand: [UInt8]]) -> (
    HealthReading?, RecordedTarget
  ) {
    let target = RecordedTarget.disk(
      identify.bytes, sectors: identify.sectors, more.mapValues { RecordedTarget.data($0) })
    return (DeviceReplies(asking: target, bus: .ata).health, target)
  }

  @Test func ofAnATADiskItIsSMARTAndStatistics() throws {
    let (found, target) = reading(
      Identify(hasLogs: true),
      [
        .ataSMARTData: SampleReplies.smart([5: 3, 241: 1000]),
        .ataLog(.directory): SampleReplies.logDirectory(statisticsPages: 8),
        .ataLog(.statistics): SampleReplies.statistics(sectorsWritten: 123_456, writeCommands: 789),
      ])
    let health = try #require(found)
    #expect(
      health.values == [
        HealthValue("SMART 5 reallocated sectors", 3),
        HealthValue("SMART 241 sectors written", 1000, countsWrites: true),
        HealthValue("logical sectors written", 123_456, countsWrites: true),
        HealthValue("write commands", 789, countsWrites: true),
      ])
    #expect(health.raw.map(\.name) == ["ata-smart-data", "ata-log-statistics"])
    #expect(health.commands == [.ataSMARTData, .ataLog(.statistics)])
    #expect(target.counts["ATA READ LOG EXT"] == 2)
  }

  /// A disk is not asked for logs it does not name.
  @Test func logsThatAreNotThereAreNotAskedFor() {
    let without = reading(Identify(hasLogs: false), [:]).1
    #expect(!without.asked.contains(.ataLog(.directory)))
    let unnamed = reading(
      Identify(hasLogs: true), [.ataLog(.directory): SampleReplies.logDirectory(statisticsPages: 1)]
    ).1
    #expect(unnamed.asked.contains(.ataLog(.directory)) && !unnamed.asked.contains(.ataLog(.statistics)))
    #expect(reading(Identify(hasSMART: false), [:]).0 == nil)
  }

  @Test func ofASCSIDiskItIsLogPages() throws {
    func log(_ page: UInt8, _ parameters: [(code: UInt16, value: [UInt8])]) -> CommandOutcome {
      RecordedTarget.data(SampleReplies.logPage(page, parameters))
    }
    let target = RecordedTarget([
      .inquiry: RecordedTarget.data(SampleReplies.inquiry(vendor: "LAB", product: "SAS DISK")),
      .logSense(page: 0x02): log(0x02, [(5, [0, 0, 1, 0]), (0x8000, [9])]),
      .logSense(page: 0x03): log(0x03, [(6, [2])]),
      .logSense(page: 0x0d): log(0x0d, [(0, [0, 31]), (1, [0, 255])]),
      .modeSense: RecordedTarget.data([3, 0, 0x90, 0]),
      .reportLUNs: RecordedTarget.data(
        SampleReplies.bigEndian(16, 4) + [UInt8](repeating: 0, count: 4) + [UInt8](repeating: 0, count: 8)
          + [0, 1, 0, 0, 0, 0, 0, 0]),
    ])
    let replies = DeviceReplies(asking: target, bus: .scsi)
    #expect(
      replies.health?.values == [
        HealthValue("writing: bytes processed", 256, countsWrites: true),
        HealthValue("reading: uncorrected errors", 2), HealthValue("temperature (°C)", 31),
      ])
    #expect(replies.isWriteProtected == true)
    #expect(replies.units == ["0000000000000000", "0001000000000000"])
    #expect(SCSILogPage(SampleReplies.logPage(0x02, [(5, [1])]), page: 0x03) == nil)
  }

  /// A bridge is asked nothing but what the kernel asks it too.
  @Test func aBridgeIsSparedWhatItMayNotKnow() {
    let target = RecordedTarget([
      .inquiry: RecordedTarget.data(SampleReplies.inquiry(vendor: "LAB", product: "STICK"))
    ])
    _ = DeviceReplies(asking: target, bus: .usb)
    let spared: Set<DeviceCommand> = [
      .reportLUNs, .logSense(page: 0x02), .logSense(page: 0x03), .logSense(page: 0x0d),
      .securityDiscovery(.scsi),
    ]
    #expect(spared.isDisjoint(with: target.asked))
  }

  @Test func whatHasChangedIsNamed() throws {
    func health(_ writes: UInt64) -> HealthReading {
      HealthReading(
        asking: RecordedTarget([
          .nvmeHealth: RecordedTarget.data(SampleReplies.nvmeHealth(hostWrites: writes))
        ]),
        [.nvmeHealth])
    }
    #expect(health(7).changes(since: health(7)).isEmpty)
    let change = try #require(health(9).changes(since: health(7)).first)
    #expect(change.before == HealthValue("host writes", 7, countsWrites: true) && change.after == 9)
    #expect(health(9).values.contains(HealthValue("temperature (K)", 310)))
    // What answers no more has no values, and so no changes that could be taken for none.
    let silent = HealthReading(asking: RecordedTarget([:]), [.nvmeHealth])
    #expect(silent.values.isEmpty && silent.refusals.map(\.command) == [.nvmeHealth])
    #expect(silent.changes(since: health(7)).isEmpty)
  }
}
