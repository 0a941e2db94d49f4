import Manifests

extension Wording {
  /// Devices as one text: `write blocker Tableau T35u (bridge-1), serial number 0001, last tested 1 October 2026`.
  func equipment(_ devices: [Manifest.Equipment]) -> String {
    devices.map { device in
      let kind =
        switch device.kind {
        case .writeBlocker: self(.equipmentWriteBlocker)
        case .workstation: self(.equipmentWorkstation)
        case .drive: self(.equipmentDrive)
        case .other: self(.equipmentOther)
        }
      let title = ([kind] + [device.make, device.model].compactMap { $0 }).joined(separator: " ")
      let tested = device.tested.flatMap(Manifest.Equipment.day).map { self(.equipmentTested, day($0)) }
      let facts: [String?] = [
        "\(title) (\(device.name))", device.serial.map { self(.equipmentSerial, $0) },
        device.firmware.map { self(.equipmentFirmware, $0) }, tested,
        device.record.map { self(.equipmentRecord, $0) },
      ]
      return facts.compactMap { $0 }.joined(separator: ", ")
    }.joined(separator: "; ")
  }
}
