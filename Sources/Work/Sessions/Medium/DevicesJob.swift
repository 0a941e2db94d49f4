import Evidence
import Media
import SystemPackage

/// Looks at the disks and optical drives of the machine.
package struct DevicesJob {
  private let devices: [SysfsDevice]

  /// - Parameter paths: of the devices; all there are where empty.
  /// - Throws: `sourceMissing`, `sourceNotReadable` where a path is no block device.
  package init(_ paths: [FilePath]) throws(EvidenceError) {
    if paths.isEmpty {
      devices = SysfsDevice.all()
      return
    }
    var found: [SysfsDevice] = []
    for path in paths { found.append(try SysfsDevice.at(path)) }
    devices = found
  }

  /// Blocks until every device has answered.
  package func perform() -> [DeviceSurvey] { devices.map { DeviceSurvey($0) } }

  /// The paths of all devices there are, with what tells one in a slot from the next.
  package static func present() -> [String: SysfsDevice] {
    Dictionary(SysfsDevice.all().map { ("\($0.path) \($0.folder)", $0) }) { first, _ in first }
  }
}

/// Looks for a medium that claims more than it has.
package struct CapacityJob {
  private let source: any SectorSource

  /// - Throws: as ``Sources/open(_:sectorSize:)``.
  package init(_ path: FilePath) throws(EvidenceError) { source = try Sources.open(path) }

  /// Reads some thousand places. Blocks until done.
  package func perform() throws(EvidenceError) -> CapacityCheck.Result { try CapacityCheck.perform(source) }
}
