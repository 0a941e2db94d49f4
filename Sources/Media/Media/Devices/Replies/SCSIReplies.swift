import Evidence

/// Standard INQUIRY data (SPC-4 §6.6).
package struct InquiryData: Hashable, Sendable {
  /// Peripheral device type: 0 a disk, 5 an optical drive.
  package let deviceType: UInt8
  package let isRemovable: Bool
  package let vendor: String
  package let product: String
  package let revision: String

  /// `nil` where the reply is too short, names no device, or has no text at all.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 36, bytes[0] >> 5 == 0 else { return nil }
    deviceType = bytes[0] & 0x1f
    isRemovable = bytes[1] & 0x80 != 0
    vendor = HumanText.fixedField(bytes[8..<16])
    product = HumanText.fixedField(bytes[16..<32])
    revision = HumanText.fixedField(bytes[32..<36])
    if vendor.isEmpty && product.isEmpty { return nil }
  }
}

/// A page of vital product data: its contents after the header.
private func vitalProductData(_ bytes: [UInt8], page: UInt8) -> ArraySlice<UInt8>? {
  guard bytes.count >= 4, bytes[1] == page else { return nil }
  let length = Int(bytes[2]) << 8 | Int(bytes[3])
  guard length > 0 else { return nil }
  // A device may state more than it was given room for.
  return bytes[4..<min(bytes.count, 4 + length)]
}

/// Page 80h: the unit's serial number.
package enum UnitSerialNumber {
  /// `nil` where there is none.
  package static func decode(_ bytes: [UInt8]) -> String? {
    guard let contents = vitalProductData(bytes, page: 0x80) else { return nil }
    let text = HumanText.fixedField(contents)
    return text.isEmpty ? nil : text
  }
}

/// Page 83h: names of the unit that are the same wherever it is connected.
package struct DeviceIdentification: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable {
    case vendorSpecific, t10Vendor, eui64, naa, name
  }

  package struct Designator: Hashable, Sendable {
    package let kind: Kind
    /// Text, or hexadecimal digits.
    package let value: String
  }

  /// Those of the unit itself; those of ports and targets are left out.
  package let designators: [Designator]

  /// `nil` where the reply is no such page.
  package init?(_ bytes: [UInt8]) {
    guard let contents = vitalProductData(bytes, page: 0x83) else { return nil }
    var found: [Designator] = []
    var rest = contents
    while rest.count >= 4 {
      let start = rest.startIndex
      let length = Int(rest[start + 3])
      guard rest.count >= 4 + length else { break }
      let value = rest[(start + 4)..<(start + 4 + length)]
      let codeSet = rest[start] & 0xf
      let association = rest[start + 1] >> 4 & 3
      let kinds: [UInt8: Kind] = [0: .vendorSpecific, 1: .t10Vendor, 2: .eui64, 3: .naa, 8: .name]
      if association == 0, let kind = kinds[rest[start + 1] & 0xf], !value.isEmpty {
        let text = codeSet == 1 ? Hex.encode(value) : HumanText.fixedField(value)
        if !text.isEmpty { found.append(Designator(kind: kind, value: text)) }
      }
      rest = rest[(start + 4 + length)...]
    }
    designators = found
  }

  /// The World Wide Name, in hexadecimal.
  package var worldWideName: String? {
    (designators.first { $0.kind == .naa } ?? designators.first { $0.kind == .eui64 })?.value
  }
}

/// Page B1h: what kind of medium the unit has.
package struct BlockDeviceCharacteristics: Hashable, Sendable {
  /// Revolutions per minute; 0 for a medium that does not rotate, `nil` where the device does not say.
  package let rotationRate: Int?

  package init?(_ bytes: [UInt8]) {
    guard let contents = vitalProductData(bytes, page: 0xb1), contents.count >= 2 else { return nil }
    let rate = Int(contents[contents.startIndex]) << 8 | Int(contents[contents.startIndex + 1])
    rotationRate = rate == 1 ? 0 : (0x401...0xfffe).contains(rate) ? rate : nil
  }
}

/// Page B0h: the limits of the unit.
package struct BlockLimits: Hashable, Sendable {
  /// Longest and best transfer, in logical blocks; 0 where the device does not say.
  package let longestTransfer: UInt32
  package let bestTransfer: UInt32
  /// Most blocks of one UNMAP; 0 where it has none.
  package let longestUnmap: UInt32

  package init?(_ bytes: [UInt8]) {
    guard let contents = vitalProductData(bytes, page: 0xb0), contents.count >= 12 else { return nil }
    let fields = Array(contents)
    longestTransfer = fields.span.bytes.bigEndian(at: 4) ?? 0
    bestTransfer = fields.span.bytes.bigEndian(at: 8) ?? 0
    longestUnmap = fields.span.bytes.bigEndian(at: 16) ?? 0
  }
}

/// READ CAPACITY (16).
package struct CapacityData: Hashable, Sendable {
  package let sectorCount: UInt64
  /// Bytes.
  package let logicalSectorSize: UInt32
  package let physicalSectorSize: UInt32

  /// `nil` where the reply is too short or states what cannot be.
  package init?(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    guard let last = span.bigEndian(at: 0, as: UInt64.self), last < .max,
      let size = span.bigEndian(at: 8, as: UInt32.self), (256...(1 << 20)).contains(size), bytes.count >= 14
    else { return nil }
    sectorCount = last + 1
    logicalSectorSize = size
    physicalSectorSize = size << UInt32(min(bytes[13] & 0xf, 8))
  }
}
