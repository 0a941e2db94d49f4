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
  package private(set) var ata: ATAIdentify?
  package private(set) var smart: ATASMARTData?
  package private(set) var controller: NVMeController?
  package private(set) var namespace: NVMeNamespace?
  package private(set) var health: NVMeHealth?
  package private(set) var hiddenAreas: [HiddenArea] = []

  /// Asks a device. Blocks until it has answered everything.
  /// - Parameter namespace: of an NVMe device, otherwise ignored.
  package init(asking target: any CommandTarget, bus: DeviceBus, namespace: UInt32 = 1) {
    switch bus {
    case .nvme: askNVMe(target, namespace)
    case .ata, .scsi, .usb, .other: askSCSI(target, bus)
    case .mmc, .virtio, .virtual: break
    }
  }

  private mutating func askSCSI(_ target: any CommandTarget, _ bus: DeviceBus) {
    inquiry = ask(target, .inquiry, "inquiry", InquiryData.init)
    // Without INQUIRY it is no SCSI device, and nothing else would be understood.
    guard let inquiry else { return }
    serialNumber = ask(target, .vitalProductData(page: 0x80), "vpd-80", UnitSerialNumber.decode)
    identification = ask(target, .vitalProductData(page: 0x83), "vpd-83", DeviceIdentification.init)
    limits = ask(target, .vitalProductData(page: 0xb0), "vpd-b0", BlockLimits.init)
    characteristics = ask(
      target, .vitalProductData(page: 0xb1), "vpd-b1", BlockDeviceCharacteristics.init)
    if inquiry.deviceType == 0 {
      capacity = ask(target, .readCapacity16, "read-capacity", CapacityData.init)
      // A USB bridge or a host adapter may hide an ATA disk.
      if bus == .ata || bus == .usb || inquiry.vendor == "ATA" { askATA(target) }
      hiddenAreas =
        ata.map { HiddenArea.ofATA($0, asking: target, keep: { raw.append(Raw(name: $0, bytes: $1)) }) }
        ?? HiddenArea.undeterminedATA(
          because: refusals[DeviceCommand.ataIdentify.kind] ?? "it is no ATA disk by its own account",
          isATA: bus == .ata || bus == .usb)
    }
  }

  private mutating func askATA(_ target: any CommandTarget) {
    ata = ask(target, .ataIdentify, "ata-identify", ATAIdentify.init)
    // A bridge may answer with what it once read of another disk, or with fixed bytes.
    if let found = ata, let capacity,
      found.sectorCount * UInt64(found.logicalSectorSize) / 512
        < capacity.sectorCount * UInt64(capacity.logicalSectorSize) / 512
    {
      refusals[DeviceCommand.ataIdentify.kind] =
        "the reply contradicts READ CAPACITY: \(found.sectorCount) sectors against \(capacity.sectorCount)"
      ata = nil
    }
    if ata?.isSMARTEnabled == true {
      smart = ask(target, .ataSMARTData, "ata-smart-data", ATASMARTData.init)
    }
  }

  private mutating func askNVMe(_ target: any CommandTarget, _ number: UInt32) {
    controller = ask(target, .nvmeController, "nvme-controller", NVMeController.init)
    namespace = ask(target, .nvmeNamespace(number), "nvme-namespace", NVMeNamespace.init)
    health = ask(target, .nvmeHealth, "nvme-health", NVMeHealth.init)
    hiddenAreas = HiddenArea.ofNVMe(
      controller, because: refusals[DeviceCommand.nvmeController.kind], asking: target,
      keep: { raw.append(Raw(name: $0, bytes: $1)) })
  }

  /// Sends, keeps the reply as it came, and decodes it.
  private mutating func ask<Reply>(
    _ target: any CommandTarget, _ command: DeviceCommand, _ name: String, _ decode: ([UInt8]) -> Reply?
  ) -> Reply? {
    switch target.send(command) {
    case .answered(let answer):
      raw.append(Raw(name: name, bytes: answer.data))
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
