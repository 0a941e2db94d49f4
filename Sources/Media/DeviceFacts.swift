import Evidence
import SystemIO
import SystemPackage

/// What sysfs says of a block device.
enum DeviceFacts {
  static func fromSystem(_ path: FilePath) -> SourceFacts {
    var facts = SourceFacts(kind: .blockDevice, path: path)
    guard let folder = sysfsFolder(path) else { return facts }
    let disk = disk(of: folder)
    let device = disk.appending("device")
    func text(_ names: String...) -> String? {
      names.lazy.compactMap { Files.systemText(device.appending($0)) }.first { !$0.isEmpty }
    }
    let model = [text("vendor"), text("model", "name")].compactMap { $0 }.joined(separator: " ")
    facts.model = model.isEmpty ? nil : model
    facts.serialNumber = text("serial")
    facts.firmware = text("rev", "firmware_rev")
    facts.worldWideName = text("wwid") ?? Files.systemText(disk.appending("wwid"))
    facts.isRemovable = Files.systemText(disk.appending("removable")).map { $0 == "1" }
    return facts
  }

  /// `/sys/dev/block/MAJOR:MINOR`, resolved.
  static func sysfsFolder(_ path: FilePath) -> FilePath? {
    guard let number = Files.deviceNumber(path) else { return nil }
    return try? Syscalls.resolve(FilePath("/sys/dev/block/\(number)")).get()
  }

  /// The folder of the disk: a partition's own lies inside it, and the hardware is described by the disk's.
  static func disk(of folder: FilePath) -> FilePath {
    Files.exists(folder.appending("partition")) ? folder.removingLastComponent() : folder
  }
}

/// Who holds a block device.
enum DeviceHolders {
  /// One line that names every holder that can be found, for a message.
  static func describe(_ path: FilePath) -> String {
    let found = members(of: path).flatMap { holders(of: $0) }
    return found.isEmpty ? "another process holds it" : found.joined(separator: ", ")
  }

  /// The device and its partitions, as sysfs folders.
  private static func members(of path: FilePath) -> [FilePath] {
    guard let folder = DeviceFacts.sysfsFolder(path) else { return [] }
    let partitions = ((try? Files.names(in: folder)) ?? []).map { folder.appending($0) }.filter {
      Files.exists($0.appending("partition"))
    }
    return [folder] + partitions
  }

  private static func holders(of folder: FilePath) -> [String] {
    let name = folder.lastComponent?.string ?? ""
    let number = Files.systemText(folder.appending("dev")) ?? ""
    var found = mountPoints(ofDevice: number).map { "\(name) is mounted on \($0)" }
    for holder in (try? Files.names(in: folder.appending("holders"))) ?? [] {
      found.append("\(name) is a part of \(holder)")
    }
    let swaps = Files.systemText("/proc/swaps") ?? ""
    if swaps.split(separator: "\n").contains(where: {
      $0.hasPrefix("/dev/\(name) ") || $0.hasPrefix("/dev/\(name)\t")
    }) {
      found.append("\(name) is swap space")
    }
    return found
  }

  /// Fields of `/proc/self/mountinfo`: identifier, parent, MAJOR:MINOR, root, mount point …
  private static func mountPoints(ofDevice number: String) -> [String] {
    guard let bytes = try? Files.contents("/proc/self/mountinfo", cap: 1 << 24) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
      let fields = line.split(separator: " ")
      return fields.count > 4 && fields[2] == number ? String(fields[4]) : nil
    }
  }
}
