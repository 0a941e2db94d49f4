import EvidenceTestKit
import SystemPackage

/// A disk of the guest, backed by a file of the host.
struct GuestDisk: Sendable {
  enum Bus: String, Sendable, CaseIterable {
    case ata, scsi, nvme, usb

    /// The reply in which its disks say what they are.
    var reply: String {
      switch self {
      case .ata: "ata-identify"
      case .scsi, .usb: "inquiry"
      case .nvme: "nvme-controller"
      }
    }
  }

  let name: String
  let bus: Bus
  /// Bytes; no two disks of a guest have the same, so that the guest can tell them apart by it.
  let length: Int
  var sectorSize = 512
  var isReadOnly = false
  /// A drive with a disc in it.
  var isOptical = false
  /// From this many bytes on the disk answers no read any more, until the limit is lifted.
  var stallsAfter: Int?
  let serial: String
  var wwn: String?
  var contents = Contents.stamped

  /// What a disk holds when the guest is booted.
  enum Contents: Sendable {
    /// Sectors stamped with their addresses.
    case stamped
    /// Zeros.
    case blank
    /// An empty ext4 file system.
    case formatted
    /// An empty file system of the kind that `mkfs.KIND` makes.
    case system(String)
    /// An empty UDF as a medium has it.
    case udf(medium: String, revision: String)
  }

  /// Makes the disk's contents.
  func fill(_ file: FilePath) throws {
    switch contents {
    case .stamped: try TestFiles.write(FaultySource(length: length, sectorSize: 512).contents, to: file)
    case .blank: try TestFiles.write([UInt8](repeating: 0, count: length), to: file)
    case .system(let kind):
      try Tool.require("truncate", ["-s", "\(length)", file.string])
      try Tool.require("mkfs.\(kind)", (kind == "ntfs" ? ["-F", "-Q", "-q"] : []) + [file.string])
    case .udf(let medium, let revision):
      try Tool.require("truncate", ["-s", "\(length)", file.string])
      try Tool.require(
        "mkudffs", ["--media-type=\(medium)", "--udfrev=\(revision)", "-b", "2048", file.string])
    case .formatted: try Tool.require("mke2fs", ["-q", "-t", "ext4", file.string, "\(length >> 10)k"])
    }
  }

  /// What `-object`, `-blockdev` and `-device` take.
  func arguments(file: FilePath) -> [String] {
    let access = "read-only=\(isReadOnly ? "on" : "off")"
    let limits = stallsAfter.map { ",x-bps-read=1,x-bps-read-max=\($0)" } ?? ""
    return [
      "-object", "throttle-group,id=limit-\(name)\(limits)",
      "-blockdev",
      "driver=throttle,node-name=node-\(name),throttle-group=limit-\(name),\(access),file.driver=file"
        + ",file.filename=\(file),file.\(access)",
      "-device", device.map { $0.value.isEmpty ? $0.key : "\($0.key)=\($0.value)" }.joined(separator: ","),
    ]
  }

  /// The device's properties, the driver's name first; also what `device_add` takes.
  var device: [(key: String, value: String)] {
    let common = [("drive", "node-\(name)"), ("id", name), ("serial", serial)]
    let address = wwn.map { [("wwn", $0)] } ?? []
    switch bus {
    case .ata: return [("driver", "ide-hd"), ("bus", "ide.0")] + common + address
    case .scsi where isOptical:
      return [("driver", "scsi-cd"), ("bus", "scsi.0"), ("vendor", "LAB"), ("product", "DVD-ROM")] + common
    case .scsi:
      return [
        ("driver", "scsi-hd"), ("bus", "scsi.0"), ("vendor", "LAB"), ("product", "DISK"),
        ("logical_block_size", "\(sectorSize)"), ("physical_block_size", "\(sectorSize)"),
      ] + common + address
    case .nvme: return [("driver", "nvme")] + common
    case .usb: return [("driver", "usb-storage"), ("bus", "xhci.0")] + common
    }
  }

  /// One of each kind.
  static let everyKind = [
    GuestDisk(
      name: "ata", bus: .ata, length: 1 << 20, serial: "ATA-0001", wwn: "0x5000c50015ea71ac"),
    GuestDisk(
      name: "scsi512", bus: .scsi, length: (2 << 20) + 512, serial: "SCSI-0001", wwn: "0x5000c50015ea71ad"),
    GuestDisk(name: "scsi4kn", bus: .scsi, length: 3 << 20, sectorSize: 4096, serial: "SCSI-4096"),
    GuestDisk(name: "readonly", bus: .scsi, length: 4 << 20, isReadOnly: true, serial: "SCSI-RO"),
    GuestDisk(name: "nvme", bus: .nvme, length: 5 << 20, serial: "NVME-0001"),
    GuestDisk(name: "usb", bus: .usb, length: 6 << 20, serial: "USB-0001"),
    GuestDisk(
      name: "disc", bus: .scsi, length: 7 << 20, sectorSize: 2048, isReadOnly: true, isOptical: true,
      serial: "DISC-0001"),
  ]
}
