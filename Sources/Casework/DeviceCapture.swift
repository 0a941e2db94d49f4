import CanonicalJSON
import Evidence
import Media
import SystemIO

/// What a device said of itself before it was read: its replies as they came, and what they mean.
struct DeviceCapture {
  /// By the name that follows the acquisition's.
  let files: [(name: String, bytes: [UInt8])]

  /// Sectors at the beginning that hold a partition table: MBR, GPT header, 128 entries.
  private static let tableSectors: UInt64 = 34

  /// Asks the device. Blocks until it has answered everything; a device that answers nothing is no error.
  /// - Returns: `nil` where the medium is no device.
  init?(_ medium: any SectorSource) {
    guard medium.facts.kind == .blockDevice, let device = SysfsDevice(node: medium.facts.path) else {
      return nil
    }
    let survey = DeviceSurvey(device)
    var files = survey.replies.raw.map { ("device-\($0.name).bin", $0.bytes) }
    if let table = Self.firstSectors(of: medium) { files.append(("device-first-sectors.bin", table)) }
    let description = JSONValue.fields([
      "version": 1, "asked": .string(Host.now().description), "device": survey.facts,
      "replies": .array(files.map { .string($0.0) }),
      "healthAfter": .fields([
        "state": .string(HiddenArea.State.undetermined.rawValue),
        "detail": "The process that reads a source may send it no commands any more.",
      ]),
    ])
    self.files = [("device.json", Array((description.indentedText + "\n").utf8))] + files
  }

  /// `nil` where they cannot be read; the acquisition will say so.
  private static func firstSectors(of medium: any SectorSource) -> [UInt8]? {
    let geometry = medium.geometry
    let count = Int(min(Self.tableSectors, geometry.sectorCount)) * Int(geometry.logicalSectorSize)
    guard UInt64(count) <= geometry.length else { return nil }
    let page = PageBuffer(capacity: count)
    return page.fill { memory in
      let target = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
      return (try? medium.read(into: target, at: 0)).map { Array(target) }
    }
  }
}
