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
    func number(_ range: Range<Int>) -> Int { block[range].reduce(0) { $0 << 8 | Int($1) } }
    /// All bytes at these places are zero.
    func isEmpty(_ places: Int...) -> Bool { places.allSatisfy { block[$0] == 0 } }
    switch opcode {
    // INQUIRY: EVPD only in byte 1, a page only with it.
    case 0x12:
      return block.count == 6 && isEmpty(5) && block[1] <= 1 && (block[1] == 1 || block[2] == 0)
        && room > 0 && number(3..<5) == room
    // MODE SENSE (6): current values of all pages, without block descriptors.
    case 0x1a:
      return block.count == 6 && block[1] == 0x08 && block[2] == 0x3f && isEmpty(3, 5) && room > 0
        && Int(block[4]) == room
    // LOG SENSE: cumulative values; with the SP bit in byte 1 the device would save its parameters.
    case 0x4d:
      return block.count == 10 && isEmpty(1, 3, 4, 5, 6, 9) && [0x42, 0x43, 0x4d].contains(block[2])
        && room > 0 && number(7..<9) == room
    // SERVICE ACTION IN (16): READ CAPACITY (16) alone.
    case 0x9e:
      return block.count == 16 && block[1] == 0x10 && isEmpty(2, 3, 4, 5, 6, 7, 8, 9, 14, 15) && room > 0
        && number(10..<14) == room
    // REPORT LUNS: those that are addressed as usual.
    case 0xa0:
      return block.count == 12 && isEmpty(1, 2, 3, 4, 5, 10, 11) && room > 0 && number(6..<10) == room
    // SECURITY PROTOCOL IN: level 0 discovery alone; other protocols have a state that is changed by asking.
    case 0xa2:
      return block.count == 12 && block[1] == 0x01 && number(2..<4) == 0x0001 && isEmpty(4, 5, 10, 11)
        && room == 512 && number(6..<10) == room
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
      guard block[2] == 0x0e, sectors == 1, room == 512, block[13] == 0 else { return false }
      switch (extended, command, features) {
      // IDENTIFY DEVICE, DEVICE CONFIGURATION IDENTIFY.
      case (false, 0xec, 0), (false, 0xb1, 0xc2): return address == [0, 0, 0]
      // SMART READ DATA.
      case (false, 0xb0, 0xd0): return address == [0, 0x4f, 0xc2]
      // TRUSTED RECEIVE: protocol 01h, level 0 discovery.
      case (false, 0x5c, 0x01): return address == [0, 0x01, 0]
      // READ LOG EXT: the directory, and page 01h of the device statistics.
      case (true, 0x2f, 0): return address == [0, 0, 0] || address == [0x04, 0x01, 0]
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
    guard words.count == 6, words[2...].allSatisfy({ $0 == 0 }) else { return false }
    switch opcode {
    // Identify: namespace, controller, lists of namespaces.
    case 0x06:
      let isNamespace = words[0] == 0 && namespace > 0
      return words[1] == 0 && length == 4096
        && (isNamespace || [0x01, 0x02, 0x10].contains(words[0]) && namespace == 0)
    // Get Log Page: the health page of the controller, 512 bytes.
    case 0x02:
      return words[1] == 0 && length == 512 && words[0] == 127 << 16 | 0x02 && namespace == 0xffff_ffff
    // Security Receive: protocol 01h, level 0 discovery, 512 bytes.
    case 0x82: return words[0] == 0x0100_0100 && words[1] == 512 && length == 512 && namespace == 0
    default: return false
    }
  }
}
