import Evidence

/// Why a SCSI device did not do what it was asked (SPC-4 §4.5), and the ATA registers that SAT returns this way.
package struct SenseData: Hashable, Sendable, CustomStringConvertible {
  package let key: UInt8
  /// Additional sense code and its qualifier.
  package let code: UInt8
  package let qualifier: UInt8
  /// The registers after an ATA command, where the device returned them.
  package let registers: ATARegisters?

  /// `nil` where these are no sense data.
  package init?(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return nil }
    switch first & 0x7f {
    case 0x70, 0x71:
      guard bytes.count >= 14 else { return nil }
      (key, code, qualifier) = (bytes[2] & 0xf, bytes[12], bytes[13])
      registers = nil
    case 0x72, 0x73:
      guard bytes.count >= 8 else { return nil }
      (key, code, qualifier) = (bytes[1] & 0xf, bytes[2], bytes[3])
      registers = Self.registers(in: bytes)
    default: return nil
    }
  }

  /// The ATA Status Return descriptor among the others.
  private static func registers(in bytes: [UInt8]) -> ATARegisters? {
    var position = 8
    let end = min(bytes.count, 8 + Int(bytes[7]))
    while position + 2 <= end {
      let length = 2 + Int(bytes[position + 1])
      guard position + length <= end else { return nil }
      if bytes[position] == 0x09, length >= 14 { return ATARegisters(bytes[position..<position + 14]) }
      position += length
    }
    return nil
  }

  package var description: String {
    let codes = [key, code, qualifier].map { Hex.encode([$0]) }.joined(separator: "/")
    let meaning = Self.meanings[key].map { " (\($0))" } ?? ""
    return "the device refused it with sense \(codes)\(meaning)"
  }

  private static let meanings: [UInt8: String] = [
    1: "recovered error", 2: "not ready", 3: "medium error", 4: "hardware error", 5: "illegal request",
    6: "unit attention", 7: "data protect", 0xb: "aborted command",
  ]
}

/// What an ATA device left in its registers.
package struct ATARegisters: Hashable, Sendable {
  package let isExtended: Bool
  package let error: UInt8
  package let status: UInt8
  /// The address: 28 bits, or 48 where extended.
  package let address: UInt64

  /// - Parameter descriptor: the ATA Status Return descriptor, 14 bytes (SAT-4 §12.2.7).
  init(_ descriptor: ArraySlice<UInt8>) {
    let bytes = Array(descriptor)
    isExtended = bytes[2] & 1 == 1
    error = bytes[3]
    status = bytes[13]
    let low = UInt64(bytes[7]) | UInt64(bytes[9]) << 8 | UInt64(bytes[11]) << 16
    let high = UInt64(bytes[6]) | UInt64(bytes[8]) << 8 | UInt64(bytes[10]) << 16
    address = isExtended ? low | high << 24 : low | UInt64(bytes[12] & 0xf) << 24
  }

  /// The device did what it was asked: neither ERR nor DF is set, and it is not busy.
  package var isSuccess: Bool { status & 0xa1 == 0 }
}
