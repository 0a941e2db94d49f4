import Evidence

/// Identify Controller, 4096 bytes (NVMe 1.4 §5.15.2.2).
package struct NVMeController: Hashable, Sendable {
  package let serialNumber: String
  package let model: String
  package let firmware: String
  /// Bytes of all namespaces together; 0 where the controller does not say.
  package let totalCapacity: UInt64
  /// Most namespaces.
  package let namespaceCount: UInt32
  /// Namespaces can be created, deleted, attached and detached.
  package let managesNamespaces: Bool
  /// Security Send and Security Receive, which TCG Opal needs.
  package let supportsSecurityCommands: Bool

  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4096 else { return nil }
    let span = bytes.span.bytes
    serialNumber = HumanText.fixedField(bytes[4..<24])
    model = HumanText.fixedField(bytes[24..<64])
    firmware = HumanText.fixedField(bytes[64..<72])
    let optional: UInt16 = span.littleEndian(at: 256) ?? 0
    supportsSecurityCommands = optional & 1 != 0
    managesNamespaces = optional & 8 != 0
    totalCapacity = span.littleEndian(at: 280) ?? 0
    namespaceCount = span.littleEndian(at: 516) ?? 0
    if model.isEmpty { return nil }
  }
}

/// Identify Namespace, 4096 bytes (NVMe 1.4 §5.15.2.1).
package struct NVMeNamespace: Hashable, Sendable {
  package let sectorCount: UInt64
  /// Bytes.
  package let logicalSectorSize: UInt32
  /// Hexadecimal digits; `nil` where all are zero.
  package let nguid: String?
  package let eui64: String?
  /// NSATTR: by its own account the namespace takes no writes.
  package let isWriteProtected: Bool

  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 4096 else { return nil }
    let span = bytes.span.bytes
    sectorCount = span.littleEndian(at: 0) ?? 0
    let format = Int(bytes[26] & 0xf)
    let exponent = bytes[128 + 4 * format + 2]
    guard sectorCount > 0, (9...20).contains(exponent) else { return nil }
    logicalSectorSize = 1 << UInt32(exponent)
    func identifier(_ range: Range<Int>) -> String? {
      bytes[range].allSatisfy { $0 == 0 } ? nil : Hex.encode(bytes[range])
    }
    isWriteProtected = bytes[99] & 1 != 0
    nguid = identifier(104..<120)
    eui64 = identifier(120..<128)
  }
}

/// A list of namespaces: at most 1024 numbers, ended by 0.
package enum NVMeNamespaceList {
  /// `nil` where the numbers do not ascend, as they must.
  package static func decode(_ bytes: [UInt8]) -> [UInt32]? {
    var numbers: [UInt32] = []
    for index in 0..<bytes.count / 4 {
      guard let number: UInt32 = bytes.span.bytes.littleEndian(at: 4 * index), number > 0 else { break }
      guard number > numbers.last ?? 0 else { return nil }
      numbers.append(number)
    }
    return numbers
  }
}

/// The health page, 512 bytes (NVMe 1.4 §5.14.1.2). Counters are of 128 bits; those past 64 bits are not to be met.
package struct NVMeHealth: Hashable, Sendable {
  package let criticalWarning: UInt8
  /// Kelvin.
  package let temperature: UInt16
  /// Percent.
  package let availableSpare: UInt8
  package let percentageUsed: UInt8
  /// By name.
  package let counters: [(name: String, value: UInt64)]

  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512 else { return nil }
    let span = bytes.span.bytes
    criticalWarning = bytes[0]
    temperature = span.littleEndian(at: 1) ?? 0
    availableSpare = bytes[3]
    percentageUsed = bytes[5]
    let names = [
      "data units read", "data units written", "host reads", "host writes", "controller busy minutes",
      "power cycles", "power-on hours", "unsafe shutdowns", "media errors", "error log entries",
    ]
    counters = names.enumerated().map { ($1, span.littleEndian(at: 32 + 16 * $0) ?? 0) }
    if temperature == 0, availableSpare == 0, counters.allSatisfy({ $0.value == 0 }) { return nil }
  }

  package static func == (left: Self, right: Self) -> Bool {
    left.criticalWarning == right.criticalWarning && left.temperature == right.temperature
      && left.availableSpare == right.availableSpare && left.percentageUsed == right.percentageUsed
      && left.counters.map(\.value) == right.counters.map(\.value)
  }

  package func hash(into hasher: inout Hasher) { hasher.combine(counters.map(\.value)) }
}
