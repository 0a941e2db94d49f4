import Evidence

/// Something a device counts or measures of itself.
package struct HealthValue: Hashable, Sendable {
  package let name: String
  package let value: UInt64
  /// It grows with what is written to the device, or with commands that write.
  package let countsWrites: Bool

  package init(_ name: String, _ value: UInt64, countsWrites: Bool = false) {
    self.name = name
    self.value = value
    self.countsWrites = countsWrites
  }
}

/// What a device says of its health: SMART attributes and statistics, the NVMe health page, or log pages of SCSI.
package struct HealthReading: Sendable {
  package private(set) var values: [HealthValue] = []
  /// The replies as they came.
  package private(set) var raw: [DeviceReplies.Raw] = []
  /// Why a command has no usable reply, by the command.
  package private(set) var refusals: [(command: DeviceCommand, reason: String)] = []
  /// What was asked, and can be asked again.
  package let commands: [DeviceCommand]

  /// Asks a device. Blocks until it has answered.
  package init(asking target: any CommandTarget, _ commands: [DeviceCommand]) {
    self.commands = commands
    for command in commands {
      switch target.send(command) {
      case .refused(let reason): refusals.append((command, reason))
      case .answered(let answer):
        raw.append(DeviceReplies.Raw(name: command.name, bytes: answer.data))
        if let found = Self.values(of: command, answer.data) {
          values += found
        } else {
          refusals.append((command, DeviceReplies.complaint(answer.data)))
        }
      }
    }
  }

  /// A value that is not what it was.
  package struct Change: Hashable, Sendable {
    package let before: HealthValue
    package let after: UInt64
  }

  /// What has changed since an earlier reading, in the order of that one.
  package func changes(since earlier: HealthReading) -> [Change] {
    let now = Dictionary(values.map { ($0.name, $0.value) }) { first, _ in first }
    return earlier.values.compactMap { before in
      guard let after = now[before.name], after != before.value else { return nil }
      return Change(before: before, after: after)
    }
  }

  private static func values(of command: DeviceCommand, _ bytes: [UInt8]) -> [HealthValue]? {
    switch command {
    case .ataSMARTData: ATASMARTData(bytes)?.values
    case .ataLog(.statistics): ATAStatistics(bytes)?.values
    case .nvmeHealth: NVMeHealth(bytes)?.values
    case .logSense(let page): SCSILogPage(bytes, page: page)?.values
    default: nil
    }
  }
}

extension ATASMARTData {
  var values: [HealthValue] {
    attributes.map {
      HealthValue(
        "SMART \($0.number) \(Self.name(of: $0.number))", $0.raw, countsWrites: Self.countsWrites($0.number))
    }
  }
}

extension NVMeHealth {
  var values: [HealthValue] {
    [
      HealthValue("critical warning", UInt64(criticalWarning)),
      HealthValue("temperature (K)", UInt64(temperature)),
      HealthValue("available spare (%)", UInt64(availableSpare)),
      HealthValue("percentage used", UInt64(percentageUsed)),
    ]
      + counters.map {
        HealthValue($0.name, $0.value, countsWrites: ["data units written", "host writes"].contains($0.name))
      }
  }
}

/// Page 01h of the Device Statistics log, 512 bytes (ACS-3 §A.5.4): what an ATA disk counts of all its life.
package struct ATAStatistics: Hashable, Sendable {
  package let values: [HealthValue]

  private static let names: [(offset: Int, name: String, countsWrites: Bool)] = [
    (8, "power-on resets", false), (16, "power-on hours (statistics)", false),
    (24, "logical sectors written", true), (32, "write commands", true),
    (40, "logical sectors read", false), (48, "read commands", false),
  ]

  /// `nil` where the reply is no such page, or the disk supports none of its values.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count >= 512, bytes[2] == 0x01 else { return nil }
    values = Self.names.compactMap { field in
      // Bits 63 and 62 of each: supported, valid.
      guard let word: UInt64 = bytes.span.bytes.littleEndian(at: field.offset), word >> 62 == 0b11
      else { return nil }
      return HealthValue(field.name, word & 0x00ff_ffff_ffff_ffff, countsWrites: field.countsWrites)
    }
    if values.isEmpty { return nil }
  }

  /// Whether the directory of logs (log 00h, 512 bytes) names this page.
  package static func isNamed(inDirectory bytes: [UInt8]) -> Bool {
    let version: UInt16? = bytes.span.bytes.littleEndian(at: 0)
    let pages: UInt16 = bytes.span.bytes.littleEndian(at: 2 * 0x04) ?? 0
    return version == 1 && pages >= 2
  }
}

/// A log page of SCSI (SPC-4 §7.3): parameters with a number each.
package struct SCSILogPage: Hashable, Sendable {
  package let values: [HealthValue]

  /// `nil` where the reply is not this page, or has no parameter that is known.
  package init?(_ bytes: [UInt8], page: UInt8) {
    guard bytes.count >= 4, bytes[0] & 0x3f == page, bytes[1] == 0 else { return nil }
    var values: [HealthValue] = []
    var position = 4
    let end = min(bytes.count, 4 + Int(bytes[2]) << 8 + Int(bytes[3]))
    while position + 4 <= end {
      let code = UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
      let length = Int(bytes[position + 3])
      guard position + 4 + length <= end else { break }
      let data = bytes[(position + 4)..<(position + 4 + length)]
      if let value = Self.value(page: page, code: code, data) { values.append(value) }
      position += 4 + length
    }
    guard !values.isEmpty else { return nil }
    self.values = values
  }

  private static func value(page: UInt8, code: UInt16, _ data: ArraySlice<UInt8>) -> HealthValue? {
    // A temperature is the second byte; FFh where it is not known.
    if page == 0x0d {
      guard code <= 1, data.count == 2, let degrees = data.last, degrees != 0xff else { return nil }
      return HealthValue(code == 0 ? "temperature (°C)" : "reference temperature (°C)", UInt64(degrees))
    }
    let names: [UInt16: String] = [
      0: "corrected without delay", 1: "corrected with delay", 2: "retries", 3: "corrected errors",
      4: "correction algorithm runs", 5: "bytes processed", 6: "uncorrected errors",
    ]
    guard let name = names[code], (1...8).contains(data.count) else { return nil }
    let isWriting = page == 0x02
    return HealthValue(
      "\(isWriting ? "writing" : "reading"): \(name)", data.reduce(0) { $0 << 8 | UInt64($1) },
      countsWrites: isWriting && code == 5)
  }
}
