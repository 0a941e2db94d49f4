import EvidenceTestKit
import Foundation
import Testing

/// What `exhibit devices --json` says in a guest.
struct DeviceList {
  private let devices: [String: [String: Any]]

  var paths: [String] { devices.keys.sorted() }

  init(_ guest: Guest) throws {
    let text = try guest.require("exhibit devices --json")
    let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
    let list = object?["devices"] as? [[String: Any]] ?? []
    devices = Dictionary(list.map { ($0["path"] as? String ?? "", $0) }) { first, _ in first }
  }

  /// Holds what is said of a disk to what QEMU was told.
  func expect(_ disk: GuestDisk, at path: String) {
    let device = devices[path] ?? [:]
    func value<Value>(_ key: String, as type: Value.Type = Value.self) -> Value? { device[key] as? Value }
    #expect(value("serial") == disk.serial, "\(disk.name)")
    #expect(value("length") == disk.length && value("logicalSectorSize") == disk.sectorSize, "\(disk.name)")
    #expect(value("readOnly") == disk.isReadOnly, "\(disk.name)")
    #expect(value("canBeAcquired") == true, "\(disk.name): \(device["obstacles"] ?? "")")
    #expect(value("bus", as: String.self)?.lowercased() == disk.bus.rawValue, "\(disk.name)")
    if let wwn = disk.wwn { #expect(value("wwn") == "\(wwn.dropFirst(2))", "\(disk.name)") }
    if disk.bus == .usb {
      #expect(value("bridge", as: [String: String].self)?["vendorId"] == "46f4", "QEMU's number")
    }
    #expect(value("optical") == disk.isOptical, "\(disk.name)")
    #expect(value("commands", as: [String: Int].self)?.isEmpty == false, "\(disk.name)")

    let areas = value("hiddenAreas", as: [[String: String]].self) ?? []
    let states = Dictionary(areas.map { ($0["kind"] ?? "", $0["state"] ?? "") }) { first, _ in first }
    switch disk.bus {
    // QEMU's ATA disks have none of these feature sets, and say so in IDENTIFY.
    case .ata:
      #expect(
        states == [
          "HPA": "absent", "DCO": "absent", "accessible max address": "absent", "ATA security": "absent",
          "TCG Opal": "absent",
        ])
    // The bridge does not pass ATA commands on: nothing is known of what is behind it.
    case .usb: #expect(states.count == 5 && Set(states.values) == ["could not be determined"])
    case .nvme: #expect(states == ["namespaces not attached": "absent", "TCG Opal": "absent"])
    // QEMU's disks do not know the command that asks for it, which leaves it open; drives are not asked.
    case .scsi: #expect(states == (disk.isOptical ? [:] : ["TCG Opal": "could not be determined"]))
    }
  }
}
