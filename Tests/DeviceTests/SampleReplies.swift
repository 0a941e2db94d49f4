import Media
import SystemIO

/// Replies as a disk gives them, put together field by field from the standards.
enum SampleReplies {
  static func text(_ value: String, _ length: Int) -> [UInt8] {
    Array(value.utf8) + [UInt8](repeating: 0x20, count: length - value.utf8.count)
  }

  static let inquiry = inquiry(vendor: "ATA", product: "LAB DISK")

  static func inquiry(vendor: String, product: String, revision: String = "1.02") -> [UInt8] {
    [0, 0, 6, 2, 91, 0, 0, 0] + text(vendor, 8) + text(product, 16) + text(revision, 4)
      + [UInt8](repeating: 0, count: 60)
  }

  static func page(_ page: UInt8, _ contents: [UInt8]) -> [UInt8] {
    [0, page, UInt8(contents.count >> 8), UInt8(contents.count & 255)] + contents
  }

  static func capacity(sectors: UInt64, size: UInt32 = 512) -> [UInt8] {
    bigEndian(sectors - 1, 8) + bigEndian(UInt64(size), 4) + [UInt8](repeating: 0, count: 20)
  }

  static func bigEndian(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * (count - 1 - $0))) }
  }

  static func littleEndian(_ value: UInt64, _ count: Int) -> [UInt8] { bigEndian(value, count).reversed() }

  /// A disk with every feature set that is asked for, unless changed.
  struct Identify {
    var sectors: UInt64 = 1_000_000
    var hasHPA = true
    var hasDCO = true
    var hasAMA = false
    var hasTrusted = false
    var hasSMART = true
    var hasLogs = false
    /// Word 128.
    var security: UInt16 = 0x0001

    var bytes: [UInt8] {
      var words = [UInt16](repeating: 0, count: 256)
      func put(_ value: String, _ range: Range<Int>) {
        let bytes = text(value, 2 * range.count)
        for (index, word) in range.enumerated() {
          words[word] = UInt16(bytes[2 * index]) << 8 | UInt16(bytes[2 * index + 1])
        }
      }
      put("LAB-SERIAL-01", 10..<20)
      put("1.02", 23..<27)
      put("LAB DISK 500", 27..<47)
      words[48] = hasTrusted ? 0x4001 : 0x4000
      for index in 0..<2 {
        words[60 + index] = UInt16(truncatingIfNeeded: min(sectors, 0xfff_ffff) >> UInt64(16 * index))
      }
      words[82] = (hasHPA ? 1 << 10 : 0) | (hasSMART ? 1 : 0)
      words[83] = 0x4000 | 1 << 10 | (hasDCO ? 1 << 11 : 0)
      words[84] = 0x4000 | 1 << 8 | (hasLogs ? 1 << 5 : 0)
      words[85] = hasSMART ? 1 : 0
      words[87] = 0x4000 | 1 << 8
      for index in 0..<4 { words[100 + index] = UInt16(truncatingIfNeeded: sectors >> UInt64(16 * index)) }
      words[106] = 0x4000
      for (index, value) in [0x5000, 0xc500, 0x15ea, 0x71ac].enumerated() {
        words[108 + index] = UInt16(value)
      }
      words[119] = 0x4000 | (hasAMA ? 1 << 8 : 0)
      words[128] = security
      words[217] = 7200
      words[255] = 0x00a5
      return withChecksum(words.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] })
    }
  }

  /// The last byte makes the sum of all zero.
  static func withChecksum(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    bytes[511] = 0
    bytes[511] = 0 &- bytes.reduce(0, &+)
    return bytes
  }

  static func configuration(sectors: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes.replaceSubrange(6..<14, with: littleEndian(sectors - 1, 8))
    bytes[510] = 0xa5
    return withChecksum(bytes)
  }

  static func smart(_ raw: [UInt8: UInt64]) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes[0] = 16
    for (index, attribute) in raw.sorted(by: { $0.key < $1.key }).enumerated() {
      let entry = [attribute.key, 0, 0, 100, 99] + littleEndian(attribute.value, 6) + [0]
      bytes.replaceSubrange(2 + 12 * index..<14 + 12 * index, with: entry)
    }
    return withChecksum(bytes)
  }

  /// Log 00h: this many pages of the device statistics.
  static func logDirectory(statisticsPages: UInt16) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes[0] = 1
    bytes.replaceSubrange(8..<10, with: littleEndian(UInt64(statisticsPages), 2))
    return bytes
  }

  /// Page 01h of the device statistics: sectors written at 24, commands that write at 32, the others left out.
  static func statistics(sectorsWritten: UInt64, writeCommands: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes[2] = 1
    bytes.replaceSubrange(24..<32, with: littleEndian(0b11 << 62 | sectorsWritten, 8))
    bytes.replaceSubrange(32..<40, with: littleEndian(0b11 << 62 | writeCommands, 8))
    // Supported, but not valid.
    bytes.replaceSubrange(40..<48, with: littleEndian(0b10 << 62 | 77, 8))
    return bytes
  }

  static func nvmeHealth(hostWrites: UInt64) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes.replaceSubrange(1..<3, with: littleEndian(310, 2))
    (bytes[3], bytes[5]) = (100, 3)
    bytes.replaceSubrange(80..<88, with: littleEndian(hostWrites, 8))
    return bytes
  }

  static func logPage(_ page: UInt8, _ parameters: [(code: UInt16, value: [UInt8])]) -> [UInt8] {
    let body = parameters.flatMap {
      [UInt8($0.code >> 8), UInt8($0.code & 255), 0x40, UInt8($0.value.count)] + $0.value
    }
    return [page, 0] + bigEndian(UInt64(body.count), 2) + body
  }

  /// Level 0 discovery with a TPer, the Locking feature with these flags, and one subsystem.
  static func discovery(locking: UInt8?, subsystem: UInt16 = 0x0203) -> [UInt8] {
    func feature(_ code: UInt16, _ data: [UInt8]) -> [UInt8] {
      bigEndian(UInt64(code), 2) + [0x10, UInt8(data.count)] + data
    }
    let padding = [UInt8](repeating: 0, count: 11)
    let features =
      feature(1, [0x11] + padding) + (locking.map { feature(2, [$0] + padding) } ?? [])
      + feature(subsystem, [0, 1] + padding)
    let header =
      bigEndian(UInt64(features.count + 44), 4) + bigEndian(1, 4) + [UInt8](repeating: 0, count: 40)
    return header + features + [UInt8](repeating: 0, count: 512 - 48 - features.count)
  }

  /// Descriptor sense with the registers after a command (SAT-4 §12.2.7).
  static func registers(address: UInt64, status: UInt8 = 0x50, error: UInt8 = 0, extended: Bool = true)
    -> [UInt8]
  {
    func byte(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: address >> shift) }
    let descriptor: [UInt8] = [
      0x09, 0x0c, extended ? 1 : 0, error, 0, 0, extended ? byte(24) : 0, byte(0), extended ? byte(32) : 0,
      byte(8),
      extended ? byte(40) : 0, byte(16), extended ? 0x40 : 0x40 | (byte(24) & 0xf), status,
    ]
    return [0x72, 1, 0, 0x1d, 0, 0, 0, 14] + descriptor
  }

  static func nvmeController(managesNamespaces: Bool = true, hasSecurity: Bool = false) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(4..<24, with: text("NV-SERIAL", 20))
    bytes.replaceSubrange(24..<64, with: text("LAB NVME", 40))
    bytes.replaceSubrange(64..<72, with: text("3.1", 8))
    bytes[256] = (managesNamespaces ? 0x0a : 0x02) | (hasSecurity ? 0x01 : 0)
    bytes.replaceSubrange(280..<288, with: littleEndian(1 << 40, 8))
    bytes[516] = 32
    return bytes
  }

  static func nvmeNamespace() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(0..<8, with: littleEndian(2_000_000, 8))
    bytes[26] = 1
    bytes.replaceSubrange(120..<128, with: [0, 2, 0xc9, 1, 2, 3, 4, 5])
    bytes[128 + 4 + 2] = 12
    return bytes
  }

  static func namespaces(_ numbers: [UInt32]) -> [UInt8] {
    let bytes = numbers.flatMap { littleEndian(UInt64($0), 4) }
    return bytes + [UInt8](repeating: 0, count: 4096 - bytes.count)
  }
}

/// A device that answers as it was told, and refuses everything else as a SCSI device does.
final class RecordedTarget: CommandTarget {
  private let answers: [DeviceCommand: CommandOutcome]
  private(set) var asked: [DeviceCommand] = []
  private(set) var counts: [String: Int] = [:]

  init(_ answers: [DeviceCommand: CommandOutcome]) { self.answers = answers }

  func send(_ command: DeviceCommand) -> CommandOutcome {
    asked.append(command)
    counts[command.kind, default: 0] += 1
    return answers[command] ?? .refused("the device refused it with sense 05/20/00 (illegal request)")
  }

  /// Of a disk that says this of itself.
  static func disk(
    _ identify: [UInt8], sectors: UInt64, _ more: [DeviceCommand: CommandOutcome] = [:]
  ) -> RecordedTarget {
    RecordedTarget(
      [
        .inquiry: data(SampleReplies.inquiry), .ataIdentify: data(identify),
        .readCapacity16: data(SampleReplies.capacity(sectors: sectors)),
      ].merging(more) { $1 })
  }

  static func data(_ bytes: [UInt8]) -> CommandOutcome { .answered(DeviceAnswer(data: bytes)) }

  static func registers(_ sense: [UInt8]) -> CommandOutcome {
    .answered(DeviceAnswer(data: [], sense: sense))
  }
}
