import Evidence
import SystemIO
import SystemPackage

/// The bus a device is on, by where the kernel has it.
package enum DeviceBus: String, Hashable, Sendable {
  case ata = "ATA"
  case scsi = "SCSI"
  case usb = "USB"
  case nvme = "NVMe"
  case mmc = "MMC"
  case virtio = "virtio"
  /// Made by the kernel: loop, md, dm, memory.
  case virtual
  case other

  /// - Parameter path: the device's resolved folder in sysfs.
  init(_ path: FilePath) {
    let parts = path.components.map(\.string)
    func any(_ prefix: String) -> Bool {
      parts.contains { $0.hasPrefix(prefix) && $0.dropFirst(prefix.count).first?.isNumber == true }
    }
    self =
      parts.contains("virtual")
      ? .virtual
      : any("usb")
        ? .usb
        : any("ata")
          ? .ata
          : any("nvme") ? .nvme : any("mmc") ? .mmc : any("host") ? .scsi : any("virtio") ? .virtio : .other
  }
}

extension DeviceBus {
  /// Its devices answer commands past the block layer.
  package var takesCommands: Bool {
    switch self {
    case .ata, .scsi, .usb, .nvme, .other: true
    case .mmc, .virtio, .virtual: false
    }
  }
}

/// What stands between a USB port and the disk.
package struct USBBridge: Hashable, Sendable {
  /// Four hexadecimal digits each.
  package let vendorIdentifier: String
  package let productIdentifier: String
  package let manufacturer: String?
  package let product: String?
  package let serialNumber: String?
  /// `bcdDevice`, four hexadecimal digits: the release of the device, as its maker counts.
  package let release: String?

  package init(
    vendorIdentifier: String, productIdentifier: String, manufacturer: String? = nil, product: String? = nil,
    serialNumber: String? = nil, release: String? = nil
  ) {
    self.vendorIdentifier = vendorIdentifier
    self.productIdentifier = productIdentifier
    self.manufacturer = manufacturer
    self.product = product
    self.serialNumber = serialNumber
    self.release = release
  }
}

/// What sysfs says of a block device.
package struct SysfsDevice: Hashable, Sendable {
  /// `sda`, `nvme0n1`, `sda1`.
  package let name: String
  /// Its resolved folder; a partition's lies inside its disk's.
  package let folder: FilePath
  /// The folder of the disk itself.
  package let disk: FilePath

  /// - Parameter folder: `/sys/block/NAME`, or where that leads.
  package init?(_ folder: FilePath) {
    guard let resolved = try? Syscalls.resolve(folder).get(), let name = resolved.lastComponent?.string,
      Files.exists(resolved.appending("size"))
    else { return nil }
    self.name = name
    self.folder = resolved
    self.disk = Files.exists(resolved.appending("partition")) ? resolved.removingLastComponent() : resolved
  }

  /// The device behind a node, by its number.
  package init?(node path: FilePath) {
    guard let number = Files.deviceNumber(path) else { return nil }
    self.init(FilePath("/sys/dev/block/\(number)"))
  }

  /// The device behind a path that an examiner typed.
  /// - Throws: `sourceMissing`, `sourceNotReadable` where it is no block device.
  package static func at(_ path: FilePath) throws(EvidenceError) -> SysfsDevice {
    switch Files.kind(path) {
    case nil: throw EvidenceError(.sourceMissing, path.string)
    case .blockDevice:
      if let device = SysfsDevice(node: path) { return device }
      throw EvidenceError(.sourceNotReadable, path.string, "the kernel does not know it")
    default: throw EvidenceError(.sourceNotReadable, path.string, "it is no block device")
    }
  }

  /// Every disk and optical drive there is, by name. Devices without a medium are among them, unused loop and memory
  /// devices are not.
  /// - Parameter sysfs: where sysfs is mounted.
  package static func all(sysfs: FilePath = "/sys") -> [SysfsDevice] {
    let folder = sysfs.appending("block")
    return ((try? Files.names(in: folder)) ?? []).compactMap { SysfsDevice(folder.appending($0)) }.filter {
      $0.bus != .virtual || $0.sizeIn512 > 0 && !$0.name.hasPrefix("ram")
    }
  }

  package var path: FilePath { FilePath("/dev").appending(name.replacing("!", with: "/")) }

  package var bus: DeviceBus { DeviceBus(disk) }

  /// In units of 512 bytes, whatever the sectors are.
  var sizeIn512: UInt64 { number("size") ?? 0 }

  package var isRemovable: Bool? { flag(disk, "removable") }
  package var isRotational: Bool? { flag(disk, "queue/rotational") }
  /// The kernel refuses writes to it.
  package var isReadOnly: Bool { flag(folder, "ro") ?? false }

  /// `nil` also where there is but a number.
  package var vendor: String? { text("vendor").flatMap { $0.hasPrefix("0x") ? nil : $0 } }
  package var model: String? { text("model", "name") }
  package var serialNumber: String? { text("serial") ?? Files.systemText(disk.appending("serial")) }
  package var firmware: String? { text("rev", "firmware_rev", "fwrev") }
  package var worldWideName: String? { text("wwid") ?? Files.systemText(disk.appending("wwid")) }
  /// SCSI's type: 5 is an optical drive.
  package var isOptical: Bool { text("type") == "5" }

  /// `MMC` of an eMMC, `SD` of a card; `nil` of what is on another bus.
  var cardType: String? { bus == .mmc ? text("type") : nil }

  /// Areas of an eMMC that its user area does not hold, by the names the kernel gives them.
  var cardPartitions: [String] {
    guard bus == .mmc else { return [] }
    let disks = (try? Files.names(in: disk.removingLastComponent())) ?? []
    let card = (try? Files.names(in: disk.appending("device"))) ?? []
    return Set(disks + card).filter { name in
      ["boot", "rpmb", "gp"].contains { name.hasPrefix(self.name + $0) }
    }.sorted()
  }

  /// Partitions as the kernel knows them, by number.
  package var partitions: [SysfsDevice] {
    ((try? Files.names(in: disk)) ?? []).filter { Files.exists(disk.appending($0).appending("partition")) }
      .compactMap { SysfsDevice(disk.appending($0)) }.sorted { $0.partitionNumber < $1.partitionNumber }
  }

  package var partitionNumber: Int { Int(number("partition") ?? 0) }
  /// First sector of a partition, in units of 512 bytes.
  var startIn512: UInt64 { number("start") ?? 0 }

  /// The USB device it hangs on.
  package var bridge: USBBridge? {
    guard bus == .usb else { return nil }
    var place = disk
    while place.components.count > 2 {
      if let vendor = Files.systemText(place.appending("idVendor")),
        let product = Files.systemText(place.appending("idProduct"))
      {
        return USBBridge(
          vendorIdentifier: vendor, productIdentifier: product,
          manufacturer: Files.systemText(place.appending("manufacturer")),
          product: Files.systemText(place.appending("product")),
          serialNumber: Files.systemText(place.appending("serial")),
          release: Files.systemText(place.appending("bcdDevice")))
      }
      place = place.removingLastComponent()
    }
    return nil
  }

  /// The file behind a loop device.
  package var backingFile: String? { Files.systemText(disk.appending("loop/backing_file")) }

  private func text(_ names: String...) -> String? {
    names.lazy.compactMap { Files.systemText(disk.appending("device").appending($0)) }.first { !$0.isEmpty }
  }

  private func number(_ name: String) -> UInt64? {
    Files.systemText(folder.appending(name)).flatMap { UInt64($0) }
  }

  private func flag(_ folder: FilePath, _ name: String) -> Bool? {
    Files.systemText(folder.appending(name)).map { $0 == "1" }
  }
}
