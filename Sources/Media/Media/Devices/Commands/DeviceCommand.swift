import Evidence

/// A command that asks a device about itself. There are no others.
package enum DeviceCommand: Hashable, Sendable {
  case inquiry
  /// A page of vital product data.
  case vitalProductData(page: UInt8)
  case readCapacity16
  /// All mode pages; their header says whether the device is write-protected.
  case modeSense
  /// A page of counters.
  case logSense(page: UInt8)
  case reportLUNs
  case ataIdentify
  /// The highest address the disk has, whatever it says of itself: READ NATIVE MAX ADDRESS, or its EXT form.
  case ataReadNativeMax(extended: Bool)
  /// GET NATIVE MAX ADDRESS EXT of ACS-3.
  case ataAccessibleMax
  case ataDeviceConfiguration
  case ataSMARTData
  /// A page of one of the logs of READ LOG EXT.
  case ataLog(ATALog)
  case nvmeController
  case nvmeNamespace(UInt32)
  /// The namespaces attached to the controller, or all that exist.
  case nvmeNamespaceList(onlyAttached: Bool)
  case nvmeHealth
  /// What the device says of TCG Opal and its kin, by the command of its bus.
  case securityDiscovery(SecurityTransport)

  /// Logs and pages that are asked for.
  package enum ATALog: String, Hashable, Sendable, CaseIterable {
    /// Log 00h: which logs there are.
    case directory
    /// Log 04h, page 01h: general statistics.
    case statistics
  }

  /// What carries level 0 discovery of the Trusted Computing Group.
  package enum SecurityTransport: String, Hashable, Sendable, CaseIterable {
    /// SECURITY PROTOCOL IN.
    case scsi
    /// TRUSTED RECEIVE.
    case ata
    /// Security Receive.
    case nvme
  }

  /// Pages that are asked for.
  package static let productPages: [UInt8] = [0x80, 0x83, 0xb0, 0xb1]
  package static let logPages: [UInt8] = [0x02, 0x03, 0x0d]

  /// Every command but those that name a namespace.
  package static let all: [DeviceCommand] =
    [.inquiry] + productPages.map { .vitalProductData(page: $0) } + [.readCapacity16, .modeSense]
    + logPages.map { .logSense(page: $0) }
    + [
      .reportLUNs, .ataIdentify, .ataReadNativeMax(extended: false), .ataReadNativeMax(extended: true),
      .ataAccessibleMax, .ataDeviceConfiguration, .ataSMARTData,
    ] + ATALog.allCases.map { .ataLog($0) }
    + [
      .nvmeController, .nvmeNamespaceList(onlyAttached: true), .nvmeNamespaceList(onlyAttached: false),
      .nvmeHealth,
    ] + SecurityTransport.allCases.map { .securityDiscovery($0) }

  /// Its own name, of lower-case letters, digits and hyphens: what another process asks for, and what a file with the
  /// reply is called.
  package var name: String {
    switch self {
    case .inquiry: "inquiry"
    case .vitalProductData(let page): "vpd-\(Hex.encode([page]))"
    case .readCapacity16: "read-capacity"
    case .modeSense: "mode-sense"
    case .logSense(let page): "log-sense-\(Hex.encode([page]))"
    case .reportLUNs: "report-luns"
    case .ataIdentify: "ata-identify"
    case .ataReadNativeMax(let extended): "ata-native-max\(extended ? "-ext" : "")"
    case .ataAccessibleMax: "ata-accessible-max"
    case .ataDeviceConfiguration: "ata-device-configuration"
    case .ataSMARTData: "ata-smart-data"
    case .ataLog(let log): "ata-log-\(log.rawValue)"
    case .nvmeController: "nvme-controller"
    case .nvmeNamespace(let number): "nvme-namespace-\(number)"
    case .nvmeNamespaceList(let onlyAttached): "nvme-\(onlyAttached ? "attached" : "allocated")"
    case .nvmeHealth: "nvme-health"
    case .securityDiscovery(let transport): "security-discovery-\(transport.rawValue)"
    }
  }

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
  private static let namespacePrefix = "nvme-namespace-"

  /// `nil` where no command has this name.
  package init?(name: String) {
    if let known = Self.byName[name] {
      self = known
    } else if name.hasPrefix(Self.namespacePrefix),
      let number = UInt32(name.dropFirst(Self.namespacePrefix.count))
    {
      self = .nvmeNamespace(number)
      // Each has one name.
      if self.name != name { return nil }
    } else {
      return nil
    }
  }

  /// Name of its kind, under which it is counted.
  package var kind: String {
    switch self {
    case .inquiry: "INQUIRY"
    case .vitalProductData: "INQUIRY (vital product data)"
    case .readCapacity16: "READ CAPACITY (16)"
    case .modeSense: "MODE SENSE (6)"
    case .logSense: "LOG SENSE"
    case .reportLUNs: "REPORT LUNS"
    case .ataIdentify: "ATA IDENTIFY DEVICE"
    case .ataReadNativeMax(let extended): "ATA READ NATIVE MAX ADDRESS\(extended ? " EXT" : "")"
    case .ataAccessibleMax: "ATA GET NATIVE MAX ADDRESS EXT"
    case .ataDeviceConfiguration: "ATA DEVICE CONFIGURATION IDENTIFY"
    case .ataSMARTData: "ATA SMART READ DATA"
    case .ataLog: "ATA READ LOG EXT"
    case .nvmeController: "NVMe Identify (controller)"
    case .nvmeNamespace: "NVMe Identify (namespace)"
    case .nvmeNamespaceList: "NVMe Identify (list of namespaces)"
    case .nvmeHealth: "NVMe Get Log Page (health)"
    case .securityDiscovery(.scsi): "SECURITY PROTOCOL IN (level 0 discovery)"
    case .securityDiscovery(.ata): "ATA TRUSTED RECEIVE (level 0 discovery)"
    case .securityDiscovery(.nvme): "NVMe Security Receive (level 0 discovery)"
    }
  }
}
