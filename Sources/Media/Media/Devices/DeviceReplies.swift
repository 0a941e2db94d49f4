import Evidence

/// What a device answered to everything that it is asked about itself.
package struct DeviceReplies: Sendable {
  /// A reply as it came.
  package struct Raw: Hashable, Sendable {
    /// Of lower-case letters, digits and hyphens; ends up in a file name.
    package let name: String
    package let bytes: [UInt8]
  }

  package private(set) var raw: [Raw] = []
  /// Why a command has no usable reply, by the kind of the command.
  package private(set) var refusals: [String: String] = [:]

  package private(set) var inquiry: InquiryData?
  package private(set) var serialNumber: String?
  package private(set) var identification: DeviceIdentification?
  package private(set) var limits: BlockLimits?
  package private(set) var characteristics: BlockDeviceCharacteristics?
  package private(set) var capacity: CapacityData?
  package private(set) var mode: ModeHeader?
  /// Units behind the same target, in hexadecimal.
  package private(set) var units: [String]?
  package private(set) var ata: ATAIdentify?
  package private(set) var controller: NVMeController?
  package private(set) var namespace: NVMeNamespace?
  /// `nil` where the device has nothing that could be asked.
  package private(set) var health: HealthReading?
  package private(set) var hiddenAreas: [HiddenArea] = []

  /// Whether the device says that it takes no writes; `nil` where it does not say.
  package var isWriteProtected: Bool? { mode?.isWriteProtected ?? namespace?.isWriteProtected }

  /// Asks a device. Blocks until it has answered everything.
  /// - Parameter namespace: of an NVMe device, otherwise ignored.
  package init(asking target: any CommandTarget, bus: DeviceBus, namespace: UInt32 = 1) {
    guard bus.takesCommands else { return }
    if bus == .nvme { askNVMe(target, namespace) } else { askSCSI(target, bus) }
  }

  private mutating func askSCSI(_ target: any CommandTarget, _ bus: DeviceBus) {
    inquiry = ask(target, .inquiry, InquiryData.init)
    // Without INQUIRY it is no SCSI device, and nothing else would be understood.
    guard let inquiry else { return }
    serialNumber = ask(target, .vitalProductData(page: 0x80), UnitSerialNumber.decode)
    identification = ask(target, .vitalProductData(page: 0x83), DeviceIdentification.init)
    limits = ask(target, .vitalProductData(page: 0xb0), BlockLimits.init)
    characteristics = ask(target, .vitalProductData(page: 0xb1), BlockDeviceCharacteristics.init)
    guard inquiry.deviceType == 0 else { return }
    capacity = ask(target, .readCapacity16, CapacityData.init)
    mode = ask(target, .modeSense, ModeHeader.init)
    // A USB bridge or a host adapter may hide an ATA disk.
    if bus == .ata || bus == .usb || inquiry.vendor == "ATA" { askATA(target) }
    if let ata {
      hiddenAreas = HiddenArea.ofATA(ata, asking: target, keep: { raw.append(Raw(name: $0, bytes: $1)) })
    } else {
      hiddenAreas = HiddenArea.undeterminedATA(
        because: refusals[DeviceCommand.ataIdentify.kind] ?? "it is no ATA disk by its own account",
        isATA: bus == .ata || bus == .usb)
    }
    // Bridges have been known to stop at commands they do not know: only what is SCSI throughout is asked these.
    if bus == .scsi, ata == nil {
      units = ask(target, .reportLUNs, UnitList.decode)
      takeHealth(HealthReading(asking: target, DeviceCommand.logPages.map { .logSense(page: $0) }))
      hiddenAreas.append(
        HiddenArea.opal(.scsi, asking: target, keep: { raw.append(Raw(name: $0, bytes: $1)) }))
    }
  }

  private mutating func askATA(_ target: any CommandTarget) {
    ata = ask(target, .ataIdentify, ATAIdentify.init)
    // A bridge may answer with what it once read of another disk, or with fixed bytes.
    if let found = ata, let capacity,
      found.sectorCount * UInt64(found.logicalSectorSize) / 512
        < capacity.sectorCount * UInt64(capacity.logicalSectorSize) / 512
    {
      refusals[DeviceCommand.ataIdentify.kind] =
        "the reply contradicts READ CAPACITY: \(found.sectorCount) sectors against \(capacity.sectorCount)"
      ata = nil
    }
    guard let ata else { return }
    var commands: [DeviceCommand] = ata.isSMARTEnabled ? [.ataSMARTData] : []
    if ata.supportsLogs, ask(target, .ataLog(.directory), Self.statistics) == true {
      commands.append(.ataLog(.statistics))
    }
    if !commands.isEmpty { takeHealth(HealthReading(asking: target, commands)) }
  }

  /// Whether a directory of logs names the statistics.
  private static func statistics(_ bytes: [UInt8]) -> Bool? { ATAStatistics.isNamed(inDirectory: bytes) }

  private mutating func askNVMe(_ target: any CommandTarget, _ number: UInt32) {
    controller = ask(target, .nvmeController, NVMeController.init)
    namespace = ask(target, .nvmeNamespace(number), NVMeNamespace.init)
    takeHealth(HealthReading(asking: target, [.nvmeHealth]))
    hiddenAreas = HiddenArea.ofNVMe(
      controller, because: refusals[DeviceCommand.nvmeController.kind], asking: target,
      keep: { raw.append(Raw(name: $0, bytes: $1)) })
  }

  private mutating func takeHealth(_ reading: HealthReading) {
    health = reading
    raw += reading.raw
    for refusal in reading.refusals { refusals[refusal.command.kind] = refusal.reason }
  }

  /// Sends, keeps the reply as it came, and decodes it.
  private mutating func ask<Reply>(
    _ target: any CommandTarget, _ command: DeviceCommand, _ decode: ([UInt8]) -> Reply?
  ) -> Reply? {
    switch target.send(command) {
    case .answered(let answer):
      raw.append(Raw(name: command.name, bytes: answer.data))
      if let reply = decode(answer.data) { return reply }
      refusals[command.kind] = Self.complaint(answer.data)
    case .refused(let reason): refusals[command.kind] = reason
    }
    return nil
  }

  static func complaint(_ data: [UInt8]) -> String {
    if data.isEmpty { return "the reply is empty" }
    return data.allSatisfy({ $0 == data[0] })
      ? "the reply is \(data.count) bytes of \(Hex.encode([data[0]]))"
      : "the reply of \(data.count) bytes does not follow its format"
  }
}
