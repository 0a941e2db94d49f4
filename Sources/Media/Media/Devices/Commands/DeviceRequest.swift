/// A command as it goes to the device.
package enum DeviceRequest: Hashable, Sendable {
  /// A descriptor block, and the most bytes to take from the device.
  case scsi([UInt8], room: Int)
  /// An admin command with its dwords 10 to 15, and the bytes the controller returns.
  case nvme(opcode: UInt8, namespace: UInt32, words: [UInt32], length: Int)
}

extension DeviceCommand {
  /// What is sent.
  package var request: DeviceRequest {
    switch self {
    case .inquiry: .scsi([0x12, 0, 0, 0, 96, 0], room: 96)
    case .vitalProductData(let page): .scsi([0x12, 1, page, 0, 252, 0], room: 252)
    case .readCapacity16:
      .scsi([0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0], room: 32)
    // Without block descriptors.
    case .modeSense: .scsi([0x1a, 0x08, 0x3f, 0, 192, 0], room: 192)
    // Cumulative values, and nothing saved.
    case .logSense(let page): .scsi([0x4d, 0, 0x40 | page, 0, 0, 0, 0, 0x02, 0, 0], room: 512)
    case .reportLUNs: .scsi([0xa0, 0, 0, 0, 0, 0, 0, 0, 0x02, 0, 0, 0], room: 512)
    case .ataIdentify: .scsi(ATAPassThrough(command: 0xec, sectors: 1).bytes, room: 512)
    case .ataReadNativeMax(let extended):
      .scsi(ATAPassThrough(command: extended ? 0x27 : 0xf8, isExtended: extended).bytes, room: 0)
    case .ataAccessibleMax: .scsi(ATAPassThrough(command: 0x78, isExtended: true).bytes, room: 0)
    case .ataDeviceConfiguration:
      .scsi(ATAPassThrough(command: 0xb1, features: 0xc2, sectors: 1).bytes, room: 512)
    // SMART wants its signature in the address.
    case .ataSMARTData:
      .scsi(
        ATAPassThrough(command: 0xb0, features: 0xd0, sectors: 1, address: [0, 0x4f, 0xc2]).bytes, room: 512)
    // The log in the lowest byte of the address, its page in the next.
    case .ataLog(let log):
      .scsi(
        ATAPassThrough(
          command: 0x2f, sectors: 1, isExtended: true, address: log == .directory ? [0, 0, 0] : [4, 1, 0]
        ).bytes, room: 512)
    case .nvmeController: .nvme(opcode: 0x06, namespace: 0, words: [1, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeNamespace(let number):
      .nvme(opcode: 0x06, namespace: number, words: [0, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeNamespaceList(let onlyAttached):
      .nvme(
        opcode: 0x06, namespace: 0, words: [onlyAttached ? 0x02 : 0x10, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeHealth:
      .nvme(opcode: 0x02, namespace: 0xffff_ffff, words: [127 << 16 | 0x02, 0, 0, 0, 0, 0], length: 512)
    // Security protocol 01h, ComID 0001h: level 0 discovery (TCG Storage Core §3.3.6).
    case .securityDiscovery(.scsi): .scsi([0xa2, 0x01, 0, 0x01, 0, 0, 0, 0, 0x02, 0, 0, 0], room: 512)
    case .securityDiscovery(.ata):
      .scsi(
        ATAPassThrough(command: 0x5c, features: 0x01, sectors: 1, address: [0, 0x01, 0]).bytes, room: 512)
    case .securityDiscovery(.nvme):
      .nvme(opcode: 0x82, namespace: 0, words: [0x01 << 24 | 0x01 << 8, 512, 0, 0, 0, 0], length: 512)
    }
  }
}

/// ATA PASS-THROUGH (16) of SAT: PIO data in, or no data with the registers returned in the sense data.
private struct ATAPassThrough {
  var command: UInt8
  var features: UInt8 = 0
  var sectors: UInt8 = 0
  var isExtended = false
  /// The low halves of the three address registers, lowest first.
  var address: [UInt8] = [0, 0, 0]

  var bytes: [UInt8] {
    let isDataIn = sectors > 0
    var block = [UInt8](repeating: 0, count: 16)
    block[0] = 0x85
    block[1] = (isDataIn ? 4 : 3) << 1 | (isExtended ? 1 : 0)
    // T_DIR from the device, BYT_BLOK in blocks, T_LENGTH in the sector count; or CK_COND.
    block[2] = isDataIn ? 0x0e : 0x20
    block[4] = features
    block[6] = sectors
    for (index, byte) in address.enumerated() { block[8 + 2 * index] = byte }
    if !isDataIn { block[13] = 0x40 }
    block[14] = command
    return block
  }
}
