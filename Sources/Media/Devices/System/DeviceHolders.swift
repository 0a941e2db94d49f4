import Evidence
import SystemIO
import SystemPackage

/// Something that uses a block device or a part of it.
package struct DeviceHolder: Hashable, Sendable, CustomStringConvertible {
  package enum Kind: Hashable, Sendable {
    case mount(point: String, isReadOnly: Bool)
    case swap
    /// A device the kernel has built on it: md, dm, a loop.
    case device(String)
    case process(number: Int32, name: String)
  }

  /// The device or partition that is held.
  package let name: String
  package let kind: Kind

  package var description: String {
    switch kind {
    case .mount(let point, let isReadOnly):
      "\(name) is mounted on \(point)\(isReadOnly ? ", read-only" : "")"
    case .swap: "\(name) is swap space"
    case .device(let holder): "\(name) is a part of \(holder)"
    case .process(let number, let name): "\(self.name) is open in process \(number) (\(name))"
    }
  }

  /// Whether the kernel refuses to open the device exclusively because of it.
  package var isExclusive: Bool {
    if case .process = kind { false } else { true }
  }
}

/// Who holds a block device.
package enum DeviceHolders {
  /// One line that names what keeps others from opening the device exclusively, for a message.
  package static func describe(_ path: FilePath) -> String {
    let found = SysfsDevice(node: path).map { holders(of: $0) } ?? []
    let exclusive = found.filter(\.isExclusive)
    let named = (exclusive.isEmpty ? found : exclusive).map(\.description)
    return named.isEmpty ? "another process holds it" : named.joined(separator: ", ")
  }

  /// Of a disk and all its partitions; of a partition, those of the whole disk's folder are not its own.
  package static func holders(of device: SysfsDevice) -> [DeviceHolder] {
    let members = device.folder == device.disk ? [device] + device.partitions : [device]
    return members.flatMap { mounts(of: $0) + swaps(of: $0) + devices(on: $0) } + processes(holding: members)
  }

  /// Fields of `/proc/self/mountinfo`: identifier, parent, MAJOR:MINOR, root, mount point, options …
  private static func mounts(of device: SysfsDevice) -> [DeviceHolder] {
    let number = Files.systemText(device.folder.appending("dev")) ?? ""
    return lines("/proc/self/mountinfo").compactMap { line in
      let fields = line.split(separator: " ")
      guard fields.count > 5, fields[2] == number else { return nil }
      // The options of the file system itself stand last: a mount point may be read-only on its own.
      let isReadOnly = fields.last?.split(separator: ",").contains("ro") ?? false
      return DeviceHolder(
        name: device.name, kind: .mount(point: String(fields[4]), isReadOnly: isReadOnly))
    }
  }

  private static func swaps(of device: SysfsDevice) -> [DeviceHolder] {
    let isSwap = lines("/proc/swaps").contains {
      $0.split(whereSeparator: \.isWhitespace).first == "\(device.path)"
    }
    return isSwap ? [DeviceHolder(name: device.name, kind: .swap)] : []
  }

  /// md and dm name themselves; a loop device names the node it lies on.
  private static func devices(on device: SysfsDevice) -> [DeviceHolder] {
    let named = (try? Files.names(in: device.folder.appending("holders"))) ?? []
    let loops = SysfsDevice.all().filter { $0.backingFile == device.path.string }.map(\.name)
    return (named + loops).map { DeviceHolder(name: device.name, kind: .device($0)) }
  }

  /// Processes with an open descriptor; those that may not be looked at are not found.
  private static func processes(holding devices: [SysfsDevice]) -> [DeviceHolder] {
    let own = "\(Host.processNumber)"
    let names = Dictionary(devices.map { ($0.path.string, $0.name) }) { first, _ in first }
    return ((try? Files.names(in: "/proc")) ?? []).filter { Int32($0) != nil && $0 != own }.flatMap {
      process in
      let folder = FilePath("/proc").appending(process)
      let open = Set(
        ((try? Files.names(in: folder.appending("fd"))) ?? []).compactMap {
          try? Syscalls.resolve(folder.appending("fd").appending($0)).get()
        }.compactMap { names[$0.string] })
      return open.sorted().map {
        DeviceHolder(
          name: $0,
          kind: .process(
            number: Int32(process) ?? 0, name: Files.systemText(folder.appending("comm")) ?? "unknown"))
      }
    }
  }

  private static func lines(_ path: FilePath) -> [Substring] {
    guard let bytes = try? Files.contents(path, cap: 1 << 24) else { return [] }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
  }
}
