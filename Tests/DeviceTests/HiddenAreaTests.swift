import Media
import Testing

/// Three states, and the reply each rests on.
@Suite struct HiddenAreaTests {
  private typealias Identify = SampleReplies.Identify

  private func area(_ kind: HiddenArea.Kind, _ target: RecordedTarget, bus: DeviceBus = .ata) -> HiddenArea? {
    DeviceReplies(asking: target, bus: bus).hiddenAreas.first { $0.kind == kind }
  }

  private func native(_ sectors: UInt64) -> [DeviceCommand: CommandOutcome] {
    [
      .ataReadNativeMax(extended: true): RecordedTarget.registers(
        SampleReplies.registers(address: sectors - 1))
    ]
  }

  private func disk(
    _ identify: Identify = Identify(), _ more: [DeviceCommand: CommandOutcome] = [:]
  ) -> RecordedTarget {
    .disk(identify.bytes, sectors: identify.sectors, more)
  }

  @Test func aProtectedAreaIsTheDifferenceToTheNativeMaximum() {
    let hidden = area(.hostProtectedArea, disk(Identify(), native(1_000_100)))
    #expect(hidden?.state == .present)
    #expect(hidden?.detail.hasPrefix("100 sectors: ") == true)
    #expect(area(.hostProtectedArea, disk(Identify(), native(1_000_000)))?.state == .absent)
    #expect(area(.hostProtectedArea, disk(Identify(), native(999_999)))?.state == .undetermined)
    #expect(area(.hostProtectedArea, disk(Identify(hasHPA: false)))?.state == .absent)
  }

  /// A disk that refuses the command leaves it open; absence is never assumed.
  @Test func whatIsRefusedIsNotAbsent() {
    let refused = area(.hostProtectedArea, disk())
    #expect(refused?.state == .undetermined)
    #expect(refused?.detail.contains("05/20/00") == true)
    let aborted = area(
      .hostProtectedArea,
      disk(
        Identify(),
        [
          .ataReadNativeMax(extended: true): RecordedTarget.registers(
            SampleReplies.registers(address: 5, status: 0x51, error: 4))
        ]))
    #expect(aborted?.state == .undetermined)
    #expect(aborted?.detail == "the disk aborted it with status 51, error 04")
  }

  @Test func anOverlayIsWhatLiesPastTheNativeMaximum() {
    func overlay(_ real: UInt64, native: UInt64) -> HiddenArea? {
      area(
        .configurationOverlay,
        disk(
          Identify(),
          self.native(native).merging([
            .ataDeviceConfiguration: RecordedTarget.data(SampleReplies.configuration(sectors: real))
          ]) { $1 }))
    }
    #expect(overlay(1_000_500, native: 1_000_100)?.state == .present)
    #expect(overlay(1_000_500, native: 1_000_100)?.detail.hasPrefix("400 sectors: ") == true)
    // All that is hidden is hidden by the protected area.
    #expect(overlay(1_000_100, native: 1_000_100)?.state == .absent)
    #expect(area(.configurationOverlay, disk())?.state == .undetermined)
    #expect(area(.configurationOverlay, disk(Identify(hasDCO: false)))?.state == .absent)
    let zeros = RecordedTarget.data([UInt8](repeating: 0, count: 512))
    let lying = area(.configurationOverlay, disk(Identify(), [.ataDeviceConfiguration: zeros]))
    #expect(lying?.state == .undetermined)
    #expect(lying?.detail == "the reply is 512 bytes of 00")
  }

  @Test func theAccessibleMaximumOfNewerDisks() {
    let answer = RecordedTarget.registers(SampleReplies.registers(address: 1_999_999))
    let hidden = area(
      .accessibleMaxAddress, disk(Identify(hasAMA: true), [.ataAccessibleMax: answer]))
    #expect(hidden?.state == .present)
    #expect(area(.accessibleMaxAddress, disk(Identify(hasAMA: true)))?.state == .undetermined)
    #expect(area(.accessibleMaxAddress, disk())?.state == .absent)
  }

  @Test(arguments: [
    (0x0000, HiddenArea.State.absent, "IDENTIFY lacks the Security feature set"),
    (0x0001, .absent, "no password is set, not locked, not frozen"),
    (0x0009, .absent, "no password is set, not locked, frozen"),
    (0x0007, .present, "a password is set, locked, not frozen"),
    (0x001f, .present, "a password is set, locked, frozen, attempts are used up"),
  ])
  func security(word: UInt16, state: HiddenArea.State, detail: String) {
    let found = area(.security, disk(Identify(security: word)))
    #expect(found?.state == state && found?.detail == detail)
  }

  /// USB bridges that refuse, return zeros, cut the reply short, or tell of another disk.
  @Test func behindABridgeThatLiesNothingIsKnown() {
    let truth = Identify().bytes
    let bridges: [(CommandOutcome?, String)] = [
      (nil, "05/20/00"), (RecordedTarget.data([UInt8](repeating: 0, count: 512)), "512 bytes of 00"),
      (RecordedTarget.data([UInt8](repeating: 0xff, count: 512)), "512 bytes of ff"),
      (RecordedTarget.data([]), "empty"),
      (RecordedTarget.data(Array(truth.prefix(96))), "does not follow its format"),
      (RecordedTarget.data(Identify(sectors: 5000).bytes), "contradicts READ CAPACITY"),
    ]
    for (answer, reason) in bridges {
      var answers: [DeviceCommand: CommandOutcome] = [
        .inquiry: RecordedTarget.data(SampleReplies.inquiry),
        .readCapacity16: RecordedTarget.data(SampleReplies.capacity(sectors: 1_000_000)),
      ]
      if let answer { answers[.ataIdentify] = answer }
      let replies = DeviceReplies(asking: RecordedTarget(answers), bus: .usb)
      #expect(replies.ata == nil)
      #expect(replies.hiddenAreas.map(\.state) == [HiddenArea.State](repeating: .undetermined, count: 5))
      #expect(replies.hiddenAreas.allSatisfy { $0.detail.contains(reason) }, "\(reason)")
    }
  }

  /// Level 0 discovery, by the command of each bus.
  @Test func whatIsSaidOfOpal() {
    func found(_ discovery: CommandOutcome?) -> [HiddenArea?] {
      func answers(_ transport: DeviceCommand.SecurityTransport) -> [DeviceCommand: CommandOutcome] {
        discovery.map { [.securityDiscovery(transport): $0] } ?? [:]
      }
      let scsi = RecordedTarget(
        [.inquiry: RecordedTarget.data(SampleReplies.inquiry(vendor: "LAB", product: "SAS DISK"))]
          .merging(answers(.scsi)) { $1 })
      let nvme = RecordedTarget(
        [.nvmeController: RecordedTarget.data(SampleReplies.nvmeController(hasSecurity: true))]
          .merging(answers(.nvme)) { $1 })
      return [
        area(.opal, disk(Identify(hasTrusted: true), answers(.ata))), area(.opal, scsi, bus: .scsi),
        area(.opal, nvme, bus: .nvme),
      ]
    }
    func expect(_ discovery: CommandOutcome?, _ state: HiddenArea.State, _ detail: String) {
      for area in found(discovery) {
        #expect(area?.state == state)
        #expect(area?.detail.contains(detail) == true, "\(area?.detail ?? "")")
      }
    }
    func said(_ locking: UInt8?) -> CommandOutcome {
      RecordedTarget.data(SampleReplies.discovery(locking: locking))
    }
    expect(said(0x01), .absent, "Opal 2, locking is not enabled, not locked")
    expect(said(0x0f), .present, "Opal 2, locking is enabled, locked, the medium is encrypted by the disk")
    expect(said(0x0b), .present, "locking is enabled, not locked")
    expect(said(0x11), .present, "a shadow of the first sectors is shown in their place")
    // The shadow is done with.
    expect(said(0x31), .absent, "not locked")
    expect(said(nil), .absent, "no Locking feature (Opal 2)")
    expect(RecordedTarget.data([UInt8](repeating: 0, count: 512)), .undetermined, "512 bytes of 00")
    expect(nil, .undetermined, "05/20/00")
    #expect(area(.opal, disk(Identify(hasTrusted: false)))?.state == .absent)
  }

  @Test func namespacesThatAreNotAttached() {
    func found(_ attached: [UInt32], _ all: [UInt32]) -> HiddenArea? {
      area(
        .namespaces,
        RecordedTarget([
          .nvmeController: RecordedTarget.data(SampleReplies.nvmeController()),
          .nvmeNamespaceList(onlyAttached: true): RecordedTarget.data(SampleReplies.namespaces(attached)),
          .nvmeNamespaceList(onlyAttached: false): RecordedTarget.data(SampleReplies.namespaces(all)),
        ]), bus: .nvme)
    }
    #expect(found([1], [1])?.state == .absent)
    #expect(found([1], [1, 2, 5])?.state == .present)
    #expect(found([1], [1, 2, 5])?.detail == "2, 5 of 3")
    #expect(area(.namespaces, RecordedTarget([:]), bus: .nvme)?.state == .undetermined)
    let fixed = RecordedTarget.data(SampleReplies.nvmeController(managesNamespaces: false))
    #expect(area(.namespaces, RecordedTarget([.nvmeController: fixed]), bus: .nvme)?.state == .absent)
  }

  /// What is no SCSI device is asked nothing more, and raw replies are kept as they came.
  @Test func onlyWhatAnswersInquiryIsAskedFurther() {
    let silent = RecordedTarget([:])
    _ = DeviceReplies(asking: silent, bus: .scsi)
    #expect(silent.asked == [.inquiry])
    let replies = DeviceReplies(asking: disk(), bus: .ata)
    #expect(replies.raw.contains { $0.name == "ata-identify" && $0.bytes == Identify().bytes })
  }
}
