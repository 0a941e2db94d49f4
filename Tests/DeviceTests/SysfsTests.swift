import EvidenceTestKit
import Foundation
import Media
import SystemPackage
import Testing

/// Devices as the kernel describes them, from trees of files laid out as sysfs has them.
@Suite struct SysfsTests {
  /// Makes files with their texts, and links from `block` to each disk, as in `/sys`.
  private func tree(_ files: [String: String], disks: [String]) throws -> TemporaryFolder {
    let root = try TemporaryFolder()
    for (name, text) in files {
      let path = FilePath("\(root.path)/\(name)")
      try FileManager.default.createDirectory(
        atPath: path.removingLastComponent().string, withIntermediateDirectories: true)
      try TestFiles.write(Array((text + "\n").utf8), to: path)
    }
    let block = root.appending("block")
    try FileManager.default.createDirectory(atPath: block.string, withIntermediateDirectories: true)
    for disk in disks {
      let name = FilePath(disk).lastComponent?.string ?? ""
      try FileManager.default.createSymbolicLink(
        atPath: block.appending(name).string, withDestinationPath: "../\(disk)")
    }
    return root
  }

  /// The link `device` of a disk, as sysfs has it.
  private func link(_ root: TemporaryFolder, _ disk: String) throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(root.path)/\(disk)/device", withDestinationPath: "../..")
  }

  private static let card = "devices/platform/mmc0/mmc_host/mmc0/mmc0:0001"

  private func cards(type: String, areas: [String], hasRPMB: Bool) throws -> TemporaryFolder {
    let card = Self.card
    let names = ["mmcblk0"] + areas
    var files = ["\(card)/name": "DG4008", "\(card)/type": type, "\(card)/serial": "0x1a2b3c4d"]
    for name in names {
      files["\(card)/block/\(name)/size"] = name == "mmcblk0" ? "15269888" : "8192"
      files["\(card)/block/\(name)/ro"] = name == "mmcblk0" ? "0" : "1"
      files["\(card)/block/\(name)/removable"] = "0"
    }
    if hasRPMB { files["\(card)/mmcblk0rpmb/dev"] = "245:0" }
    let root = try tree(files, disks: names.map { "\(card)/block/\($0)" })
    for name in names { try link(root, "\(card)/block/\(name)") }
    return root
  }

  @Test func anEMMCShowsItsBootPartitionsAndItsProtectedMemory() throws {
    let root = try cards(type: "MMC", areas: ["mmcblk0boot0", "mmcblk0boot1"], hasRPMB: true)
    let devices = SysfsDevice.all(sysfs: root.path)
    #expect(devices.map(\.name) == ["mmcblk0", "mmcblk0boot0", "mmcblk0boot1"])
    #expect(devices.allSatisfy { $0.bus == .mmc && $0.model == "DG4008" && $0.serialNumber == "0x1a2b3c4d" })
    #expect(devices.map(\.isReadOnly) == [false, true, true])
    let user = try #require(devices.first)
    let area = try #require(HiddenArea.ofMMC(user).first)
    #expect(area.kind == .bootPartitions && area.state == .present)
    #expect(area.detail == "mmcblk0boot0, mmcblk0boot1, mmcblk0rpmb")
  }

  @Test func absenceIsSaidOfAnSDCardAlone() throws {
    func area(_ type: String) throws -> HiddenArea? {
      let root = try cards(type: type, areas: [], hasRPMB: false)
      return SysfsDevice.all(sysfs: root.path).first.flatMap { HiddenArea.ofMMC($0).first }
    }
    #expect(try area("SD")?.state == .absent)
    #expect(try area("MMC")?.state == .undetermined)
    #expect(try area("MMC")?.detail == "the kernel shows none of a card of type MMC")
  }

  @Test func anOpticalDriveWithoutAMedium() throws {
    let target = "devices/pci0000:00/0000:00:1f.2/ata2/host1/target1:0:0/1:0:0:0"
    let root = try tree(
      [
        "\(target)/type": "5", "\(target)/vendor": "LAB     ", "\(target)/model": "DVD-ROM DRIVE   ",
        "\(target)/rev": "1.00", "\(target)/block/sr0/size": "2097151", "\(target)/block/sr0/ro": "0",
        "\(target)/block/sr0/removable": "1",
      ], disks: ["\(target)/block/sr0"])
    try link(root, "\(target)/block/sr0")
    let drive = try #require(SysfsDevice.all(sysfs: root.path).first)
    #expect(drive.isOptical && drive.bus == .ata && drive.isRemovable == true)
    #expect(drive.vendor == "LAB" && drive.model == "DVD-ROM DRIVE" && drive.firmware == "1.00")
  }

  @Test func aBridgeIsFoundAboveItsDisk() throws {
    let usb = "devices/pci0000:00/0000:00:14.0/usb2/2-1"
    let target = "\(usb)/2-1:1.0/host4/target4:0:0/4:0:0:0"
    let root = try tree(
      [
        "\(usb)/idVendor": "13d7", "\(usb)/idProduct": "000c", "\(usb)/manufacturer": "Tableau",
        "\(usb)/product": "T8-R2", "\(usb)/serial": "0123", "\(usb)/bcdDevice": "0105",
        "\(target)/type": "0", "\(target)/block/sdb/size": "4096", "\(target)/block/sdb/ro": "1",
      ], disks: ["\(target)/block/sdb"])
    let disk = try #require(SysfsDevice.all(sysfs: root.path).first)
    #expect(
      disk.bridge
        == USBBridge(
          vendorIdentifier: "13d7", productIdentifier: "000c", manufacturer: "Tableau", product: "T8-R2",
          serialNumber: "0123", release: "0105"))
    #expect(WriteBlocker(inquiry: nil, bridge: disk.bridge)?.maker == "Tableau")
    #expect(disk.isReadOnly && !disk.isOptical)
  }
}
