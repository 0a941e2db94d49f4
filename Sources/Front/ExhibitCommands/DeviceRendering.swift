import CanonicalJSON
import Evidence
import Media
import Rendering
import Sessions
import SystemPackage

/// A device as lines.
enum DeviceRendering {
  static func headline(_ survey: DeviceSurvey) -> String {
    let parts = [
      survey.model ?? "model unknown", survey.serialNumber.map { "serial \($0)" },
      survey.geometry.map { HumanText.size($0.length) } ?? "no medium",
    ]
    return "\(survey.device.path)  \(parts.compactMap { $0 }.joined(separator: ", "))"
  }

  /// A device that is about to be acquired.
  static func lines(_ identification: SourceIdentification) -> [String] {
    let (survey, geometry) = (identification.survey, identification.geometry)
    var lines = ["Device \(identification.facts.path)"]
    func add(_ name: String, _ text: String?) {
      if let text { lines.append("  \(name.padded(to: 12)) \(text)") }
    }
    add("make, model", survey?.model ?? identification.facts.model ?? "not reported by the device")
    add("serial", serial(identification))
    add("connected", survey.map { connection($0.device) })
    add(
      "size",
      "\(HumanText.size(geometry.length)), \(geometry.sectorCount) sectors of \(geometry.logicalSectorSize) bytes"
    )
    if let table = survey?.table {
      add("partitions", "\(table.scheme.rawValue), \(table.partitions.count)")
      if let survey { for partition in table.partitions { lines.append("    \(line(partition, survey))") } }
    }
    add("contents", survey?.contents.map(text))
    lines.append("Item \(identification.item)")
    add("description", identification.itemDescription)
    add("label serial", identification.recordedSerial ?? "not recorded")
    return lines.map(HumanText.singleLine)
  }

  private static func serial(_ identification: SourceIdentification) -> String {
    let stated = identification.statedSerials.joined(separator: ", ")
    return switch identification.comparison {
    case .same: "\(stated), as recorded for item \(identification.item)"
    case .different: "\(stated), NOT the serial number recorded for item \(identification.item)"
    case .noneRecorded:
      (stated.isEmpty ? "not reported by the device" : stated)
        + "; none recorded for item \(identification.item)"
    case .noneStated: "not reported by the device, so not comparable with the label"
    }
  }

  static func lines(_ survey: DeviceSurvey) -> [String] {
    let device = survey.device
    var lines = [headline(survey)]
    func add(_ name: String, _ text: String?) {
      if let text { lines.append("  \(name.padded(to: 12)) \(text)") }
    }
    add("connected", connection(device))
    add("firmware", survey.firmware)
    add("WWN", survey.worldWideName)
    add("NGUID", survey.replies.namespace?.nguid)
    add("EUI-64", survey.replies.namespace?.eui64)
    add(
      "sectors",
      survey.geometry.map {
        "\($0.sectorCount) of \($0.logicalSectorSize) bytes"
          + ($0.physicalSectorSize == $0.logicalSectorSize
            ? "" : ", written in units of \($0.physicalSectorSize)")
      })
    add("kind", kind(survey))
    add("blocker", survey.blocker?.sentence)
    add("writes", device.isReadOnly ? "refused by the kernel (read-only flag)" : "NOT refused by the kernel")
    if let isProtected = survey.replies.isWriteProtected {
      add(
        "by itself",
        isProtected ? "write-protected" : "not write-protected")
    }
    if let table = survey.table {
      add("partitions", "\(table.scheme.rawValue), \(table.partitions.count)")
      for partition in table.partitions { lines.append("    \(line(partition, survey))") }
      for remark in table.remarks { lines.append("    note: \(remark)") }
    }
    add("contents", survey.contents.map(text))
    for holder in survey.holders { add("in use", holder.description) }
    for area in survey.hiddenAreas {
      lines.append("  \("\(area.kind.rawValue):") \(area.state.rawValue) (\(area.detail))")
    }
    add(
      "acquirable",
      survey.obstacles.isEmpty ? "yes" : "no: \(survey.obstacles.joined(separator: "; "))")
    return lines
  }

  private static func connection(_ device: SysfsDevice) -> String {
    guard let bridge = device.bridge else { return device.bus.rawValue }
    let names = [bridge.manufacturer, bridge.product, bridge.serialNumber.map { "serial \($0)" }]
    let known = names.compactMap { $0 }.joined(separator: ", ")
    return "\(device.bus.rawValue) \(bridge.vendorIdentifier):\(bridge.productIdentifier) \(known)"
  }

  private static func kind(_ survey: DeviceSurvey) -> String {
    let words = [
      survey.device.isOptical ? "optical drive" : "disk",
      survey.device.isRemovable == true ? "removable" : nil,
      survey.rotationRate.map { $0 == 0 ? "does not rotate" : "\($0) revolutions per minute" },
    ]
    return words.compactMap { $0 }.joined(separator: ", ")
  }

  private static func line(_ partition: Partition, _ survey: DeviceSurvey) -> String {
    let size = survey.geometry.map {
      HumanText.size(partition.sectors.count * UInt64($0.logicalSectorSize))
    }
    let words = [
      "sectors \(partition.sectors)", size, partition.typeName ?? "type \(partition.type)",
      partition.name.map { "\"\($0)\"" }, survey.partitionContents[partition.number].map(text),
    ]
    return "\(partition.number): \(words.compactMap { $0 }.joined(separator: ", "))"
  }

  private static func text(_ contents: DeviceSurvey.Contents) -> String {
    if let reason = contents.unreadable { return "could not be read: \(reason)" }
    let names = contents.signatures.map {
      $0.isGuess ? "probably \($0.name)" : $0.isEncrypted ? "\($0.name) (encrypted)" : $0.name
    }
    return names.isEmpty ? "no known signature" : names.joined(separator: ", ")
  }

  // MARK: Capacity

  static func line(_ result: CapacityCheck.Result, of path: FilePath) -> String {
    switch result {
    case .aliased(let distance, let probes):
      "\(path): ALIASED: sectors \(HumanText.size(distance)) apart are identical at all \(probes) places checked; "
        + "the true capacity is probably no more than that."
    case .notAliased(let distances, let probes):
      "\(path): no aliasing at \(distances) distances, each checked at up to \(probes) places. "
        + "This check does not detect media that return zeros past their true end."
    case .undetermined(let reason): "\(path): could not be determined: \(reason)."
    }
  }

  static func json(_ result: CapacityCheck.Result, of path: FilePath) -> JSONValue {
    switch result {
    case .aliased(let distance, let probes):
      .fields([
        "path": .string(path.string), "result": "aliased", "distance": JSONValue(distance),
        "probes": JSONValue(probes),
      ])
    case .notAliased(let distances, let probes):
      .fields([
        "path": .string(path.string), "result": "notAliased", "distances": JSONValue(distances),
        "probes": JSONValue(probes),
      ])
    case .undetermined(let reason):
      .fields(["path": .string(path.string), "result": "undetermined", "reason": .string(reason)])
    }
  }
}
