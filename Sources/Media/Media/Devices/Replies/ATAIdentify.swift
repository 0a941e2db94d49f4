import Evidence

/// What an ATA device says of itself: IDENTIFY DEVICE, 512 bytes (ACS-3 §7.12).
package struct ATAIdentify: Hashable, Sendable {
  private let words: [UInt16]

  /// `nil` where the reply is no IDENTIFY data of a disk: too short, of a packet device, without text, or with a wrong
  /// checksum.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512 else { return nil }
    words = (0..<256).map { UInt16(bytes[2 * $0]) | UInt16(bytes[2 * $0 + 1]) << 8 }
    // Word 255 has a checksum where its low byte is A5h.
    if bytes[510] == 0xa5, bytes[..<512].reduce(0, &+) != 0 { return nil }
    if bit(15, of: 0) || model.isEmpty { return nil }
  }

  /// Characters lie high byte first.
  private func text(_ range: Range<Int>) -> String {
    HumanText.fixedField(words[range].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] })
  }

  private func number(_ word: Int, count: Int) -> UInt64 {
    (0..<count).reversed().reduce(0) { $0 << 16 | UInt64(words[word + $1]) }
  }

  private func bit(_ bit: Int, of word: Int) -> Bool { words[word] >> UInt16(bit) & 1 == 1 }

  /// Words that say what is supported count only where their top bits are 01.
  private func feature(_ bit: Int, of word: Int, checkedBy check: Int) -> Bool {
    words[check] >> 14 == 1 && self.bit(bit, of: word)
  }

  package var serialNumber: String { text(10..<20) }
  package var firmware: String { text(23..<27) }
  package var model: String { text(27..<47) }

  /// Hexadecimal digits; `nil` where the device has none.
  package var worldWideName: String? {
    guard feature(8, of: 84, checkedBy: 84) || feature(8, of: 87, checkedBy: 87) else { return nil }
    let name = Hex.encode(words[108..<112].flatMap { [UInt8($0 >> 8), UInt8($0 & 0xff)] })
    return name.allSatisfy { $0 == "0" } ? nil : name
  }

  package var has48BitAddresses: Bool { feature(10, of: 83, checkedBy: 83) }

  /// Sectors that can be addressed now.
  package var sectorCount: UInt64 {
    has48BitAddresses ? number(100, count: 4) & 0xffff_ffff_ffff : number(60, count: 2)
  }

  /// Bytes.
  package var logicalSectorSize: UInt32 {
    guard words[106] >> 14 == 1, bit(12, of: 106) else { return 512 }
    let size = number(117, count: 2) * 2
    return (512...(1 << 20)).contains(size) ? UInt32(size) : 512
  }

  /// Revolutions per minute; 0 for a medium that does not rotate, `nil` where the device does not say.
  package var rotationRate: Int? {
    let rate = Int(words[217])
    return rate == 1 ? 0 : (0x401...0xfffe).contains(rate) ? rate : nil
  }

  /// The Host Protected Area feature set.
  package var supportsHostProtectedArea: Bool { feature(10, of: 82, checkedBy: 83) }
  /// The Device Configuration Overlay feature set.
  package var supportsConfigurationOverlay: Bool { feature(11, of: 83, checkedBy: 83) }
  /// The Accessible Max Address Configuration feature set of ACS-3.
  package var supportsAccessibleMaxAddress: Bool { words[119] >> 14 == 1 && bit(8, of: 119) }
  package var supportsSMART: Bool { feature(0, of: 82, checkedBy: 83) }
  package var isSMARTEnabled: Bool { feature(0, of: 85, checkedBy: 87) }
  /// The General Purpose Logging feature set: READ LOG EXT.
  package var supportsLogs: Bool {
    feature(5, of: 84, checkedBy: 84) || feature(5, of: 87, checkedBy: 87)
  }
  /// The Trusted Computing feature set, which TCG Opal needs.
  package var supportsTrustedComputing: Bool { words[48] >> 14 == 1 && bit(0, of: 48) }

  /// Word 128.
  package struct Security: Hashable, Sendable {
    package let isSupported: Bool
    package let isEnabled: Bool
    package let isLocked: Bool
    package let isFrozen: Bool
    package let isCountExpired: Bool
  }

  package var security: Security {
    Security(
      isSupported: bit(0, of: 128), isEnabled: bit(1, of: 128), isLocked: bit(2, of: 128),
      isFrozen: bit(3, of: 128), isCountExpired: bit(4, of: 128))
  }
}

/// DEVICE CONFIGURATION IDENTIFY, 512 bytes (ATA8-ACS §7.10).
package struct ATADeviceConfiguration: Hashable, Sendable {
  /// Sectors the device has when nothing is overlaid.
  package let sectorCount: UInt64

  /// `nil` where the reply is none: too short, without the signature, or with a wrong checksum.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512, bytes[510] == 0xa5, bytes[..<512].reduce(0, &+) == 0,
      let last: UInt64 = bytes.span.bytes.littleEndian(at: 6), last < 1 << 48
    else { return nil }
    sectorCount = last + 1
  }
}
