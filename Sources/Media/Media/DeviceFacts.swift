import Evidence
import SystemIO
import SystemPackage

/// What sysfs says of a block device that is acquired.
enum DeviceFacts {
  static func fromSystem(_ path: FilePath) -> SourceFacts {
    var facts = SourceFacts(kind: .blockDevice, path: path)
    guard let device = SysfsDevice(node: path) else { return facts }
    let model = [device.vendor, device.model].compactMap { $0 }.joined(separator: " ")
    facts.model = model.isEmpty ? nil : model
    facts.serialNumber = device.serialNumber
    facts.firmware = device.firmware
    facts.worldWideName = device.worldWideName
    facts.isRemovable = device.isRemovable
    return facts
  }

  /// `/sys/dev/block/MAJOR:MINOR`, resolved.
  static func sysfsFolder(_ path: FilePath) -> FilePath? { SysfsDevice(node: path)?.folder }
}
