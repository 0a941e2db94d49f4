import Media
import SystemIO
import Testing

/// The gate's list: what is on it, and that nothing else is.
@Suite struct AllowListTests {
  private static let commands = DeviceCommand.all + [.vitalProductData(page: 0), .nvmeNamespace(1)]

  @Test(arguments: commands) func whatIsAskedIsPermitted(command: DeviceCommand) {
    #expect(AllowList.permits(command.request))
  }

  /// A command has one name, and a name one command.
  @Test func namesAreTheirOwn() {
    for command in DeviceCommand.all + [.nvmeNamespace(1), .nvmeNamespace(.max)] {
      #expect(DeviceCommand(name: command.name) == command, "\(command.name)")
    }
    #expect(Set(DeviceCommand.all.map(\.name)).count == DeviceCommand.all.count)
    #expect(Set(DeviceCommand.all.map(\.request)).count == DeviceCommand.all.count)
    for name in [
      "", "write", "INQUIRY", "inquiry ", "vpd-00", "log-sense-06", "nvme-namespace-", "nvme-namespace-01",
      "nvme-namespace-+1", "nvme-namespace--1", "nvme-namespace-4294967296", "ata-log-",
      "\u{12}\0\0\0\u{60}\0",
    ] { #expect(DeviceCommand(name: name) == nil, "\(name)") }
  }

  /// Every block that differs from an allowed one in a single byte is refused, unless it is an allowed one itself or
  /// another INQUIRY.
  @Test func noNeighbourOfAnAllowedBlockIsPermitted() {
    let known = Set(Self.commands.map(\.request))
    var tried = 0
    for case .scsi(let block, let room) in known {
      for position in block.indices {
        for value in UInt8.min...UInt8.max where value != block[position] {
          var other = block
          other[position] = value
          tried += 1
          guard AllowList.permits(.scsi(other, room: room)) else { continue }
          let isOtherInquiry = other[0] == 0x12 && (position == 1 || position == 2)
          #expect(known.contains(.scsi(other, room: room)) || isOtherInquiry, "\(other)")
        }
      }
      #expect(!AllowList.permits(.scsi(block + [0], room: room)))
      #expect(!AllowList.permits(.scsi(block.dropLast(), room: room)))
      #expect(!AllowList.permits(.scsi(block, room: room + 1)))
      #expect(!AllowList.permits(.scsi(block, room: room == 0 ? 512 : 0)))
    }
    #expect(tried > 30_000)
  }

  private static func ata(
    _ command: UInt8, features: UInt8 = 0, sectors: UInt8 = 1, mode: UInt8 = 4, flags: UInt8 = 0x0e,
    smart: Bool = false
  ) -> [UInt8] {
    [
      0x85, mode << 1, flags, 0, features, 0, sectors, 0, 0, 0, smart ? 0x4f : 0, 0, smart ? 0xc2 : 0, 0,
      command, 0,
    ]
  }

  /// By name, what would change a device or lose its data.
  private static let forbidden: [(name: String, block: [UInt8])] = [
    ("TEST UNIT READY", [0, 0, 0, 0, 0, 0]), ("FORMAT UNIT", [0x04, 0, 0, 0, 0, 0]),
    ("WRITE (6)", [0x0a, 0, 0, 0, 1, 0]), ("MODE SELECT (6)", [0x15, 0x10, 0, 0, 12, 0]),
    ("START STOP UNIT", [0x1b, 0, 0, 0, 0, 0]), ("SEND DIAGNOSTIC", [0x1d, 4, 0, 0, 0, 0]),
    ("LOG SENSE that saves parameters", [0x4d, 1, 0x42, 0, 0, 0, 0, 2, 0, 0]),
    ("LOG SENSE of the page of pending defects", [0x4d, 0, 0x55, 0, 0, 0, 0, 2, 0, 0]),
    ("SECURITY PROTOCOL IN of a session", [0xa2, 1, 0x10, 0, 0, 0, 0, 0, 2, 0, 0, 0]),
    ("SECURITY PROTOCOL IN of passwords", [0xa2, 0xef, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0]),
    ("MAINTENANCE OUT", [0xa4, 6, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0]),
    ("Tableau's removal of an overlay", [0xec, 0, 1, 96, 0, 255, 255, 255, 255, 0, 0, 0]),
    ("READ (10)", [0x28, 0, 0, 0, 0, 0, 0, 0, 1, 0]), ("WRITE (10)", [0x2a, 0, 0, 0, 0, 0, 0, 0, 1, 0]),
    ("SYNCHRONIZE CACHE", [0x35, 0, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("WRITE BUFFER", [0x3b, 5, 0, 0, 0, 0, 0, 2, 0, 0]),
    ("WRITE SAME (10)", [0x41, 0, 0, 0, 0, 0, 0, 0, 1, 0]), ("UNMAP", [0x42, 0, 0, 0, 0, 0, 0, 0, 24, 0]),
    ("SANITIZE", [0x48, 2, 0, 0, 0, 0, 0, 0, 0, 0]), ("LOG SELECT", [0x4c, 2, 0, 0, 0, 0, 0, 0, 0, 0]),
    ("MODE SELECT (10)", [0x55, 0x10, 0, 0, 0, 0, 0, 0, 20, 0]),
    ("PERSISTENT RESERVE OUT", [0x5f, 0, 0, 0, 0, 0, 0, 0, 24, 0]),
    ("WRITE (16)", [0x8a, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0]),
    ("SECURITY PROTOCOL OUT", [0xb5, 1, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0]), ("ATA WRITE DMA EXT", ata(0x35)),
    ("ATA SET MAX ADDRESS", ata(0xf9, sectors: 0, mode: 3, flags: 0x20)),
    ("ATA SET MAX ADDRESS EXT", ata(0x37, sectors: 0, mode: 3, flags: 0x20)),
    ("ATA DEVICE CONFIGURATION RESTORE", ata(0xb1, features: 0xc0)),
    ("ATA DEVICE CONFIGURATION FREEZE LOCK", ata(0xb1, features: 0xc1)),
    ("ATA DEVICE CONFIGURATION SET", ata(0xb1, features: 0xc3)),
    ("ATA TRUSTED SEND", ata(0x5e, features: 1)), ("ATA TRUSTED NON-DATA", ata(0x5b, features: 1)),
    ("ATA READ LOG EXT without its page", ata(0x2f)), ("ATA WRITE LOG EXT", ata(0x3f)),
    ("ATA SET ACCESSIBLE MAX ADDRESS", ata(0x78, features: 1, sectors: 0, mode: 3, flags: 0x20)),
    ("ATA SECURITY UNLOCK", ata(0xf2)), ("ATA SECURITY ERASE UNIT", ata(0xf4)),
    ("ATA SECURITY DISABLE PASSWORD", ata(0xf6)), ("ATA SANITIZE", ata(0xb4)),
    ("ATA DATA SET MANAGEMENT", ata(0x06, features: 1)), ("ATA DOWNLOAD MICROCODE", ata(0x92)),
    ("ATA STANDBY IMMEDIATE", ata(0xe0, sectors: 0, mode: 3, flags: 0x20)),
    ("ATA SET FEATURES", ata(0xef, features: 2, sectors: 0, mode: 3, flags: 0x20)),
    ("ATA SMART EXECUTE OFF-LINE", ata(0xb0, features: 0xd4, smart: true)),
    ("ATA SMART WRITE LOG", ata(0xb0, features: 0xd6, smart: true)),
    ("ATA SMART ENABLE", ata(0xb0, features: 0xd8, smart: true)),
    ("ATA SMART DISABLE", ata(0xb0, features: 0xd9, smart: true)),
    ("ATA IDENTIFY towards the device", ata(0xec, flags: 0x06)),
    ("ATA IDENTIFY as PIO data out", ata(0xec, mode: 5)),
  ]

  @Test(
    "SWB-AM-01 SWB-AM-02 SWB-AM-03 what writes, configures or acts passes no gate",
    arguments: forbidden.indices)
  func whatChangesADeviceIsRefused(index: Int) {
    let (name, block) = Self.forbidden[index]
    for room in [0, 36, 96, 252, 512, 4096] {
      #expect(!AllowList.permits(.scsi(block, room: room)), "\(name)")
    }
  }

  @Test func anAnswerCountsOnlyWhereTheTransportAndTheDeviceSaySo() {
    let registers = SampleReplies.registers(address: 7)
    #expect(
      CommandGate.meaning(of: SCSIReply(data: [1, 2]), hasData: true)
        == .answered(DeviceAnswer(data: [1, 2])))
    // Registers come with a check condition, by design.
    #expect(
      CommandGate.meaning(of: SCSIReply(status: 2, sense: registers), hasData: false)
        == .answered(DeviceAnswer(data: [], sense: registers)))
    let refusals: [(SCSIReply, Bool, String)] = [
      (SCSIReply(data: [1, 2], hostStatus: 7), true, "transport"),
      (SCSIReply(data: [1, 2], status: 2), true, "SCSI status 0x2"),
      (SCSIReply(data: [1, 2], status: 2, sense: registers), true, "sense 01/00/1d"),
      (SCSIReply(), false, "lacks the registers"),
    ]
    for (reply, hasData, reason) in refusals {
      guard case .refused(let said) = CommandGate.meaning(of: reply, hasData: hasData) else {
        Issue.record("\(reason) was not refused")
        continue
      }
      #expect(said.contains(reason), "\(said)")
    }
  }

  /// Of NVMe every opcode but Identify, Get Log Page and Security Receive, and of those every other form.
  @Test func onlyThreeOpcodesOfNVMeArePermitted() {
    for opcode in UInt8.min...UInt8.max where ![0x02, 0x06, 0x82].contains(opcode) {
      for length in [0, 512, 4096] {
        for words: [UInt32] in [
          [0, 0, 0, 0, 0, 0], [1, 0, 0, 0, 0, 0], [127 << 16 | 2, 0, 0, 0, 0, 0],
          [0x0100_0100, 512, 0, 0, 0, 0],
        ] {
          for namespace: UInt32 in [0, 1, .max] {
            let request = DeviceRequest.nvme(
              opcode: opcode, namespace: namespace, words: words, length: length)
            #expect(!AllowList.permits(request), "\(opcode)")
          }
        }
      }
    }
    #expect(!AllowList.permits(.nvme(opcode: 6, namespace: 0, words: [1, 1, 0, 0, 0, 0], length: 4096)))
    #expect(!AllowList.permits(.nvme(opcode: 6, namespace: 0, words: [1, 0, 0, 0, 0, 0], length: 8192)))
    #expect(
      !AllowList.permits(
        .nvme(opcode: 2, namespace: .max, words: [127 << 16 | 0x80, 0, 0, 0, 0, 0], length: 512)))
    #expect(!AllowList.permits(.nvme(opcode: 2, namespace: .max, words: [127 << 16 | 2], length: 512)))
    for words: [UInt32] in [
      [0x0110_0100, 512, 0, 0, 0, 0], [0xef00_0100, 512, 0, 0, 0, 0], [0x0100_0100, 4096, 0, 0, 0, 0],
      [0x0100_0100, 512, 1, 0, 0, 0], [0x0100_0200, 512, 0, 0, 0, 0],
    ] {
      #expect(!AllowList.permits(.nvme(opcode: 0x82, namespace: 0, words: words, length: 512)))
      #expect(!AllowList.permits(.nvme(opcode: 0x81, namespace: 0, words: words, length: 512)))
    }
  }
}
