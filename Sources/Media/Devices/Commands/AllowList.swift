/// Which requests may go to a device: those named here, down to their fields. Whatever is not named is refused.
///
/// It looks at the bytes alone and shares nothing with what put them together.
package enum AllowList {
  /// Most bytes any of them returns.
  package static let mostBytes = 4096

  package static func permits(_ request: DeviceRequest) -> Bool {
    switch request {
    case .scsi(let block, let room): permits(block, room: room)
    case .nvme(let opcode, let namespace, let words, let length):
      permitsNVMe(opcode, namespace: namespace, words: words, length: length)
    }
  }

  private static func permits(_ block: [UInt8], room: Int) -> Bool {
    guard let opcode = block.first, (0...mostBytes).contains(room) else { return false }
    switch opcode {
    // INQUIRY: EVPD only in byte 1, a page only with it.
    case 0x12:
      return block.count == 6 && block[5] == 0 && block[1] <= 1 && (block[1] == 1 || block[2] == 0)
        && room > 0
        && Int(block[3]) << 8 | Int(block[4]) == room
    // SERVICE ACTION IN (16): READ CAPACITY (16) alone.
    case 0x9e:
      return block.count == 16 && block[1] == 0x10 && (block[2..<10] + block[14...]).allSatisfy { $0 == 0 }
        && room > 0
        && block[10..<14].reduce(0) { $0 << 8 | Int($1) } == room
    case 0x85: return block.count == 16 && permitsATA(block, room: room)
    default: return false
    }
  }

  /// ATA PASS-THROUGH (16): SAT-4 §12.2.2.
  private static func permitsATA(_ block: [UInt8], room: Int) -> Bool {
    let (protocolNumber, extended) = (block[1] >> 1 & 0xf, block[1] & 1 == 1)
    let (features, sectors, command) = (block[4], block[6], block[14])
    let address = [block[8], block[10], block[12]]
    // The upper halves of the registers, the multiple count, and the control byte stay empty.
    let rest = [block[3], block[5], block[7], block[9], block[11], block[15], block[1] >> 5]
    guard rest.allSatisfy({ $0 == 0 }) else { return false }
    if protocolNumber == 4 {
      // PIO data in: one sector from the device.
      guard block[2] == 0x0e, sectors == 1, room == 512, !extended, block[13] == 0 else { return false }
      switch (command, features) {
      case (0xec, 0), (0xb1, 0xc2): return address == [0, 0, 0]
      case (0xb0, 0xd0): return address == [0, 0x4f, 0xc2]
      default: return false
      }
    }
    // No data, the registers come back in the sense data.
    guard protocolNumber == 3, block[2] == 0x20, sectors == 0, room == 0, features == 0,
      address == [0, 0, 0], block[13] == 0x40
    else { return false }
    return extended ? command == 0x27 || command == 0x78 : command == 0xf8
  }

  private static func permitsNVMe(
    _ opcode: UInt8, namespace: UInt32, words: [UInt32], length: Int
  ) -> Bool {
    guard words.count == 6, words[1...].allSatisfy({ $0 == 0 }) else { return false }
    switch opcode {
    // Identify: namespace, controller, lists of namespaces.
    case 0x06:
      let isNamespace = words[0] == 0 && namespace > 0
      return length == 4096 && (isNamespace || [0x01, 0x02, 0x10].contains(words[0]) && namespace == 0)
    // Get Log Page: the health page of the controller, 512 bytes.
    case 0x02: return length == 512 && words[0] == 127 << 16 | 0x02 && namespace == 0xffff_ffff
    default: return false
    }
  }
}
