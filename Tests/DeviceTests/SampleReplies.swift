import Media
import SystemIO

/// Replies as a disk gives them, put together field by field from the standards.
enum SampleReplies {
  static func text(_ value: String, _ length: Int) -> [UInt8] {
    Array(value.utf8) + [UInt8](repeating: 0x20, count: length - value.utf8.count)
  }

  static let inquiry: [UInt8] =
    [0, 0, 6, 2, 91, 0, 0, 0] + text("ATA", 8) + text("LAB DISK", 16) + text("1.02", 4)
    + [UInt8](repeating: 0, count: 60)

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
      words[84] = 0x4000 | 1 << 8
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

  static func nvmeController(managesNamespaces: Bool = true) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 4096)
    bytes.replaceSubrange(4..<24, with: text("NV-SERIAL", 20))
    bytes.replaceSubrange(24..<64, with: text("LAB NVME", 40))
    bytes.replaceSubrange(64..<72, with: text("3.1", 8))
    bytes[256] = managesNamespaces ? 0x0a : 0x02
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

  init(_ answers: [DeviceCommand: CommandOutcome]) { self.answers = answers }

  func send(_ command: DeviceCommand) -> CommandOutcome {
    asked.append(command)
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
