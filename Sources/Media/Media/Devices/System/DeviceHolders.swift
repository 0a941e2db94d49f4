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

extension DeviceHolder {
  /// It is a mounted file system that takes no writes.
  package var isReadOnly: Bool {
    if case .mount(_, let isReadOnly) = kind { isReadOnly } else { false }
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
    exclusive(of: device) + processes(holding: members(of: device))
  }

  /// Those that may write to it, or keep the kernel from giving it to one reader alone: all but processes.
  package static func exclusive(of device: SysfsDevice) -> [DeviceHolder] {
    let mounted = mounts()
    var seen: Set<DeviceHolder> = []
    return members(of: device).flatMap { member in
      mounted.compactMap { $0.holder(of: member) } + swaps(of: member) + devices(on: member)
    }.filter { seen.insert($0).inserted }
  }

  private static func members(of device: SysfsDevice) -> [SysfsDevice] {
    device.folder == device.disk ? [device] + device.partitions : [device]
  }

  /// A line of `/proc/PID/mountinfo`: identifier, parent, MAJOR:MINOR, root, mount point, options … - type, source,
  /// options of the file system.
  private struct MountLine {
    let number: Substring
    let point: Substring
    let source: Substring
    let isReadOnly: Bool

    init?(_ line: Substring) {
      let fields = line.split(separator: " ")
      guard fields.count > 8, fields[fields.count - 4] == "-" else { return nil }
      number = fields[2]
      point = fields[4]
      source = fields[fields.count - 2]
      // The options of the file system itself: a mount point may be read-only on its own.
      isReadOnly = fields[fields.count - 1].split(separator: ",").contains("ro")
    }

    /// A file system of several devices has a number of its own, and names one of them.
    func holder(of device: SysfsDevice) -> DeviceHolder? {
      let isIt =
        number == Files.systemText(device.folder.appending("dev")) ?? ""
        || source == device.path.string
      return isIt
        ? DeviceHolder(name: device.name, kind: .mount(point: String(point), isReadOnly: isReadOnly)) : nil
    }
  }

  /// What is mounted for this process or any other that may be looked at: each may have mounts of its own.
  private static func mounts() -> [MountLine] {
    var seen: Set<String> = []
    let processes = ((try? Files.names(in: "/proc")) ?? []).filter { Int32($0) != nil }
    let lines = (["self"] + processes).flatMap { process -> [Substring] in
      let folder = FilePath("/proc").appending(process)
      guard let space = Syscalls.linkTarget(folder.appending("ns/mnt")), seen.insert(space).inserted else {
        return []
      }
      return Self.lines(folder.appending("mountinfo"))
    }
    return Set(lines).sorted().compactMap(MountLine.init)
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
