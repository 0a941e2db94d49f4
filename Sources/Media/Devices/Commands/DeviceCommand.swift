/// A command that asks a device about itself. There are no others.
package enum DeviceCommand: Hashable, Sendable {
  case inquiry
  /// A page of vital product data.
  case vitalProductData(page: UInt8)
  case readCapacity16
  case ataIdentify
  /// The highest address the disk has, whatever it says of itself: READ NATIVE MAX ADDRESS, or its EXT form.
  case ataReadNativeMax(extended: Bool)
  /// GET NATIVE MAX ADDRESS EXT of ACS-3.
  case ataAccessibleMax
  case ataDeviceConfiguration
  case ataSMARTData
  case nvmeController
  case nvmeNamespace(UInt32)
  /// The namespaces attached to the controller, or all that exist.
  case nvmeNamespaceList(onlyAttached: Bool)
  case nvmeHealth

  /// Name of its kind, under which it is counted.
  package var kind: String {
    switch self {
    case .inquiry: "INQUIRY"
    case .vitalProductData: "INQUIRY (vital product data)"
    case .readCapacity16: "READ CAPACITY (16)"
    case .ataIdentify: "ATA IDENTIFY DEVICE"
    case .ataReadNativeMax(let extended): "ATA READ NATIVE MAX ADDRESS\(extended ? " EXT" : "")"
    case .ataAccessibleMax: "ATA GET NATIVE MAX ADDRESS EXT"
    case .ataDeviceConfiguration: "ATA DEVICE CONFIGURATION IDENTIFY"
    case .ataSMARTData: "ATA SMART READ DATA"
    case .nvmeController: "NVMe Identify (controller)"
    case .nvmeNamespace: "NVMe Identify (namespace)"
    case .nvmeNamespaceList: "NVMe Identify (list of namespaces)"
    case .nvmeHealth: "NVMe Get Log Page (health)"
    }
  }

  /// What is sent.
  package var request: DeviceRequest {
    switch self {
    case .inquiry: .scsi([0x12, 0, 0, 0, 96, 0], room: 96)
    case .vitalProductData(let page): .scsi([0x12, 1, page, 0, 252, 0], room: 252)
    case .readCapacity16:
      .scsi([0x9e, 0x10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0, 0], room: 32)
    case .ataIdentify: .scsi(ATAPassThrough(command: 0xec, sectors: 1).bytes, room: 512)
    case .ataReadNativeMax(let extended):
      .scsi(ATAPassThrough(command: extended ? 0x27 : 0xf8, isExtended: extended).bytes, room: 0)
    case .ataAccessibleMax: .scsi(ATAPassThrough(command: 0x78, isExtended: true).bytes, room: 0)
    case .ataDeviceConfiguration:
      .scsi(ATAPassThrough(command: 0xb1, features: 0xc2, sectors: 1).bytes, room: 512)
    case .ataSMARTData:
      .scsi(ATAPassThrough(command: 0xb0, features: 0xd0, sectors: 1, isSMART: true).bytes, room: 512)
    case .nvmeController: .nvme(opcode: 0x06, namespace: 0, words: [1, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeNamespace(let number):
      .nvme(opcode: 0x06, namespace: number, words: [0, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeNamespaceList(let onlyAttached):
      .nvme(
        opcode: 0x06, namespace: 0, words: [onlyAttached ? 0x02 : 0x10, 0, 0, 0, 0, 0], length: 4096)
    case .nvmeHealth:
      .nvme(opcode: 0x02, namespace: 0xffff_ffff, words: [127 << 16 | 0x02, 0, 0, 0, 0, 0], length: 512)
    }
  }
}

/// A command as it goes to the device.
package enum DeviceRequest: Hashable, Sendable {
  /// A descriptor block, and the most bytes to take from the device.
  case scsi([UInt8], room: Int)
  /// An admin command with its dwords 10 to 15, and the bytes the controller returns.
  case nvme(opcode: UInt8, namespace: UInt32, words: [UInt32], length: Int)
}

/// ATA PASS-THROUGH (16) of SAT: PIO data in, or no data with the registers returned in the sense data.
private struct ATAPassThrough {
  var command: UInt8
  var features: UInt8 = 0
  var sectors: UInt8 = 0
  var isExtended = false
  /// SMART wants its signature in the address.
  var isSMART = false

  var bytes: [UInt8] {
    let isDataIn = sectors > 0
    var block = [UInt8](repeating: 0, count: 16)
    block[0] = 0x85
    block[1] = (isDataIn ? 4 : 3) << 1 | (isExtended ? 1 : 0)
    // T_DIR from the device, BYT_BLOK in blocks, T_LENGTH in the sector count; or CK_COND.
    block[2] = isDataIn ? 0x0e : 0x20
    block[4] = features
    block[6] = sectors
    if isSMART {
      block[10] = 0x4f
      block[12] = 0xc2
    }
    if !isDataIn { block[13] = 0x40 }
    block[14] = command
    return block
  }
}
