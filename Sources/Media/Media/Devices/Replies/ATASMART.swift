import Evidence

/// SMART READ DATA: the attributes, 512 bytes. Their layout is no standard, but all vendors share it.
package struct ATASMARTData: Hashable, Sendable {
  package struct Attribute: Hashable, Sendable {
    package let number: UInt8
    package let value: UInt8
    package let worst: UInt8
    /// 48 bits whose meaning the vendor chooses.
    package let raw: UInt64
  }

  package let attributes: [Attribute]

  /// `nil` where the reply is too short, its checksum is wrong, or it has nothing.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512, bytes[..<512].reduce(0, &+) == 0 else { return nil }
    attributes = (0..<30).compactMap { index in
      let start = 2 + 12 * index
      guard bytes[start] != 0 else { return nil }
      let raw = (0..<6).reversed().reduce(0 as UInt64) { $0 << 8 | UInt64(bytes[start + 5 + $1]) }
      return Attribute(
        number: bytes[start], value: bytes[start + 3], worst: bytes[start + 4], raw: raw)
    }
    if attributes.isEmpty { return nil }
  }

  /// It counts sectors written by the host, or by the flash behind it.
  static func countsWrites(_ number: UInt8) -> Bool { [241, 246].contains(number) }

  package static func name(of number: UInt8) -> String {
    let names: [UInt8: String] = [
      1: "read error rate", 3: "spin-up time", 4: "start/stop count", 5: "reallocated sectors",
      7: "seek error rate", 9: "power-on hours", 10: "spin retries", 12: "power cycles",
      184: "end-to-end errors", 187: "uncorrectable errors", 188: "command timeouts",
      190: "airflow temperature", 192: "power-off retracts", 193: "load cycles", 194: "temperature",
      196: "reallocation events", 197: "pending sectors", 198: "uncorrectable sectors",
      199: "interface CRC errors", 241: "sectors written", 242: "sectors read", 246: "host sectors written",
    ]
    return names[number] ?? "attribute \(number)"
  }
}
