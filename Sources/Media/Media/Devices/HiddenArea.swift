import Evidence

/// A part of a device that ordinary reads do not reach, or a lock before it.
package struct HiddenArea: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case hostProtectedArea = "HPA"
    case configurationOverlay = "DCO"
    case accessibleMaxAddress = "accessible max address"
    case security = "ATA security"
    case opal = "TCG Opal"
    case namespaces = "namespaces not attached"
    case bootPartitions = "eMMC boot and RPMB"
  }

  /// What is known of it. There is no fourth state, and absence is never assumed.
  package enum State: String, Hashable, Sendable {
    case present
    case absent
    case undetermined = "could not be determined"
  }

  package let kind: Kind
  package let state: State
  /// What it rests on: the device's own words, or why there are none.
  package let detail: String

  init(_ kind: Kind, _ state: State, _ detail: String) {
    self.kind = kind
    self.state = state
    self.detail = detail
  }
}

// MARK: ATA

extension HiddenArea {
  static let kindsOfATA: [Kind] = [
    .hostProtectedArea, .configurationOverlay, .accessibleMaxAddress, .security, .opal,
  ]

  /// Of a disk that does not say what it is. Of a disk that is none of ATA's there is nothing to say.
  static func undeterminedATA(because reason: String, isATA: Bool) -> [HiddenArea] {
    isATA ? kindsOfATA.map { HiddenArea($0, .undetermined, reason) } : []
  }

  /// - Parameter keep: takes each further reply, with a name.
  static func ofATA(
    _ identify: ATAIdentify, asking target: any CommandTarget, keep: (String, [UInt8]) -> Void
  ) -> [HiddenArea] {
    [
      protectedArea(identify, target, keep), overlay(identify, target, keep),
      accessibleMax(identify, target, keep), security(identify),
      identify.supportsTrustedComputing
        ? opal(.ata, asking: target, keep: keep)
        : HiddenArea(.opal, .absent, "IDENTIFY lacks the Trusted Computing feature set"),
    ]
  }

  /// READ NATIVE MAX ADDRESS against IDENTIFY.
  private static func protectedArea(
    _ identify: ATAIdentify, _ target: any CommandTarget, _ keep: (String, [UInt8]) -> Void
  ) -> HiddenArea {
    guard identify.supportsHostProtectedArea else {
      return HiddenArea(.hostProtectedArea, .absent, "IDENTIFY lacks the Host Protected Area feature set")
    }
    return compare(
      .hostProtectedArea, identify,
      maximum(of: target, .ataReadNativeMax(extended: identify.has48BitAddresses), keep),
      "READ NATIVE MAX")
  }

  private static func overlay(
    _ identify: ATAIdentify, _ target: any CommandTarget, _ keep: (String, [UInt8]) -> Void
  ) -> HiddenArea {
    let kind = Kind.configurationOverlay
    guard identify.supportsConfigurationOverlay else {
      return HiddenArea(kind, .absent, "IDENTIFY lacks the Device Configuration Overlay feature set")
    }
    switch target.send(.ataDeviceConfiguration) {
    case .refused(let reason): return HiddenArea(kind, .undetermined, reason)
    case .answered(let answer):
      keep(DeviceCommand.ataDeviceConfiguration.name, answer.data)
      guard let configuration = ATADeviceConfiguration(answer.data) else {
        return HiddenArea(kind, .undetermined, DeviceReplies.complaint(answer.data))
      }
      // An HPA lies within what the overlay leaves: only the native maximum tells the two apart.
      let native = maximum(
        of: target, .ataReadNativeMax(extended: identify.has48BitAddresses), { _, _ in })
      var visible = identify.sectorCount
      if case .success(let count) = native { visible = max(visible, count) }
      return compare(kind, visible, .success(configuration.sectorCount), "DEVICE CONFIGURATION IDENTIFY")
    }
  }

  private static func accessibleMax(
    _ identify: ATAIdentify, _ target: any CommandTarget, _ keep: (String, [UInt8]) -> Void
  ) -> HiddenArea {
    guard identify.supportsAccessibleMaxAddress else {
      return HiddenArea(
        .accessibleMaxAddress, .absent, "IDENTIFY lacks the Accessible Max Address Configuration feature set")
    }
    return compare(
      .accessibleMaxAddress, identify, maximum(of: target, .ataAccessibleMax, keep),
      "GET NATIVE MAX ADDRESS EXT")
  }

  private static func security(_ identify: ATAIdentify) -> HiddenArea {
    let security = identify.security
    guard security.isSupported else {
      return HiddenArea(.security, .absent, "IDENTIFY lacks the Security feature set")
    }
    let words = [
      security.isEnabled ? "a password is set" : "no password is set",
      security.isLocked ? "locked" : "not locked",
      security.isFrozen ? "frozen" : "not frozen",
      security.isCountExpired ? "attempts are used up" : nil,
    ]
    return HiddenArea(
      .security, security.isEnabled ? .present : .absent,
      words.compactMap { $0 }.joined(separator: ", "))
  }

  /// Why there is no number.
  private struct NoNumber: Error { let reason: String }

  /// A highest address that the device returns in its registers, as a count of sectors.
  private static func maximum(
    of target: any CommandTarget, _ command: DeviceCommand, _ keep: (String, [UInt8]) -> Void
  ) -> Result<UInt64, NoNumber> {
    switch target.send(command) {
    case .refused(let reason): return .failure(NoNumber(reason: reason))
    case .answered(let answer):
      keep(command.name, answer.sense)
      guard let registers = SenseData(answer.sense)?.registers else {
        return .failure(NoNumber(reason: "the answer lacks the registers"))
      }
      guard registers.isSuccess else {
        let (status, error) = (Hex.encode([registers.status]), Hex.encode([registers.error]))
        return .failure(NoNumber(reason: "the disk aborted it with status \(status), error \(error)"))
      }
      return .success(registers.address + 1)
    }
  }

  private static func compare(
    _ kind: Kind, _ identify: ATAIdentify, _ native: Result<UInt64, NoNumber>, _ command: String
  ) -> HiddenArea {
    compare(kind, identify.sectorCount, native, command)
  }

  private static func compare(
    _ kind: Kind, _ visible: UInt64, _ native: Result<UInt64, NoNumber>, _ command: String
  ) -> HiddenArea {
    switch native {
    case .failure(let missing): return HiddenArea(kind, .undetermined, missing.reason)
    case .success(let count) where count > visible:
      return HiddenArea(
        kind, .present, "\(count - visible) sectors: \(command) has \(count), \(visible) can be addressed")
    case .success(let count) where count == visible:
      return HiddenArea(kind, .absent, "\(command) has the same \(count) sectors")
    case .success(let count):
      return HiddenArea(
        kind, .undetermined,
        "\(command) has \(count) sectors, fewer than the \(visible) that can be addressed")
    }
  }
}

// MARK: TCG Opal

extension HiddenArea {
  /// What level 0 discovery says of locks.
  static func opal(
    _ transport: DeviceCommand.SecurityTransport, asking target: any CommandTarget,
    keep: (String, [UInt8]) -> Void
  ) -> HiddenArea {
    let command = DeviceCommand.securityDiscovery(transport)
    switch target.send(command) {
    case .refused(let reason): return HiddenArea(.opal, .undetermined, reason)
    case .answered(let answer):
      keep(command.name, answer.data)
      guard let discovery = SecurityDiscovery(answer.data) else {
        return HiddenArea(.opal, .undetermined, DeviceReplies.complaint(answer.data))
      }
      return opal(discovery)
    }
  }

  private static func opal(_ discovery: SecurityDiscovery) -> HiddenArea {
    let names = discovery.subsystems.isEmpty ? "no subsystem" : discovery.subsystems.joined(separator: ", ")
    guard let locking = discovery.locking else {
      return HiddenArea(.opal, .absent, "level 0 discovery has no Locking feature (\(names))")
    }
    let words = [
      names, locking.isEnabled ? "locking is enabled" : "locking is not enabled",
      locking.isLocked ? "locked" : "not locked",
      locking.showsShadow ? "a shadow of the first sectors is shown in their place" : nil,
      locking.encryptsMedia ? "the medium is encrypted by the disk" : nil,
    ]
    return HiddenArea(
      .opal, locking.isEnabled || locking.isLocked || locking.showsShadow ? .present : .absent,
      words.compactMap { $0 }.joined(separator: ", "))
  }
}

// MARK: NVMe, eMMC

extension HiddenArea {
  static func ofNVMe(
    _ controller: NVMeController?, because reason: String?, asking target: any CommandTarget,
    keep: (String, [UInt8]) -> Void
  ) -> [HiddenArea] {
    guard let controller else {
      return [Kind.namespaces, .opal].map {
        HiddenArea($0, .undetermined, reason ?? "the controller does not say")
      }
    }
    let opal =
      controller.supportsSecurityCommands
      ? opal(.nvme, asking: target, keep: keep)
      : HiddenArea(.opal, .absent, "the controller lacks Security Receive")
    return [namespaces(controller, target, keep), opal]
  }

  private static func namespaces(
    _ controller: NVMeController, _ target: any CommandTarget, _ keep: (String, [UInt8]) -> Void
  ) -> HiddenArea {
    guard controller.managesNamespaces else {
      return HiddenArea(.namespaces, .absent, "the controller cannot detach namespaces")
    }
    func list(onlyAttached: Bool) -> Result<[UInt32], NoNumber> {
      let command = DeviceCommand.nvmeNamespaceList(onlyAttached: onlyAttached)
      switch target.send(command) {
      case .refused(let reason): return .failure(NoNumber(reason: reason))
      case .answered(let answer):
        keep(command.name, answer.data)
        guard let numbers = NVMeNamespaceList.decode(answer.data) else {
          return .failure(NoNumber(reason: DeviceReplies.complaint(answer.data)))
        }
        return .success(numbers)
      }
    }
    switch (list(onlyAttached: true), list(onlyAttached: false)) {
    case (.success(let attached), .success(let all)):
      let hidden = Set(all).subtracting(attached).sorted()
      return hidden.isEmpty
        ? HiddenArea(.namespaces, .absent, "all \(all.count) are attached")
        : HiddenArea(
          .namespaces, .present, "\(hidden.map(String.init).joined(separator: ", ")) of \(all.count)")
    case (.failure(let missing), _), (_, .failure(let missing)):
      return HiddenArea(.namespaces, .undetermined, missing.reason)
    }
  }

  /// The kernel shows an eMMC's further areas as devices of their own: boot and general partitions among the disks,
  /// the replay protected memory block below the card.
  package static func ofMMC(_ device: SysfsDevice) -> [HiddenArea] {
    let found = device.cardPartitions
    if !found.isEmpty {
      return [HiddenArea(.bootPartitions, .present, found.joined(separator: ", "))]
    }
    return [
      device.cardType == "SD"
        ? HiddenArea(.bootPartitions, .absent, "it is an SD card, which has none")
        : HiddenArea(
          .bootPartitions, .undetermined,
          "the kernel shows none of a card of type \(device.cardType ?? "unknown")")
    ]
  }
}
