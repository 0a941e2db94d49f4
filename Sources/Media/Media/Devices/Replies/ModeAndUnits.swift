import Evidence

/// The header of MODE SENSE (6) (SPC-4 §7.5.5), as a disk answers it (SBC-3 §6.4.1).
package struct ModeHeader: Hashable, Sendable {
  /// The WP bit: by its own account the device takes no writes.
  package let isWriteProtected: Bool

  /// `nil` where the reply is too short, or its length contradicts it.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4, bytes[0] >= 3 else { return nil }
    isWriteProtected = bytes[2] & 0x80 != 0
  }
}

/// REPORT LUNS (SPC-4 §6.33).
package enum UnitList {
  /// The units behind one target, as they came, in hexadecimal; `nil` where the reply is too short or has a length that
  /// cannot be.
  package static func decode(_ bytes: [UInt8]) -> [String]? {
    guard let length = bytes.span.bytes.bigEndian(at: 0, as: UInt32.self), length > 0, length % 8 == 0,
      length < 1 << 16
    else { return nil }
    let end = min(bytes.count, 8 + Int(length))
    return stride(from: 8, through: end - 8, by: 8).map { Hex.encode(bytes[$0..<$0 + 8]) }
  }
}
