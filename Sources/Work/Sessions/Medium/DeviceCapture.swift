import CanonicalJSON
import Evidence
import Manifests
import Media
import SystemIO
import SystemPackage

/// What a device said of itself before it was read, and how to ask it again: its replies as they came, and what they
/// mean.
package struct DeviceCapture {
  /// A file beside the images: the name that follows the acquisition's, and its contents.
  typealias File = (name: String, bytes: [UInt8])

  let survey: DeviceSurvey
  /// Commands that were sent before it was read, by their kind.
  let commands: [String: UInt64]
  /// How the process that sends the commands has restricted itself; `nil` where this one sends them.
  let confinement: String?
  private let target: any CommandTarget
  private let asked: Timestamp
  private let firstSectors: [UInt8]?

  /// Sectors at the beginning that hold a partition table: MBR, GPT header, 128 entries.
  private static let tableSectors: UInt64 = 34

  /// What takes the commands for a source, to be made before anything else exists; `nil` where it is no device.
  /// - Parameter separately: in a process of its own, since this one will restrict itself.
  static func target(for source: FilePath, separately: Bool) -> (any CommandTarget)? {
    guard let device = SysfsDevice(node: source) else { return nil }
    // Without a process of its own the device can be asked now, and not again.
    if separately, device.bus.takesCommands, let process = try? CommandProcess(device) { return process }
    return try? CommandGate(device.path)
  }

  /// Asks the device. Blocks until it has answered everything; a device that answers nothing is no error.
  /// - Returns: `nil` where the medium is no device, or nothing takes commands for it.
  init?(_ medium: any SectorSource, asking target: (any CommandTarget)?) {
    guard medium.facts.kind == .blockDevice, let device = SysfsDevice(node: medium.facts.path), let target
    else {
      return nil
    }
    self.target = target
    self.asked = Host.now()
    self.survey = DeviceSurvey(device, asking: target)
    self.commands = survey.commands.mapValues { UInt64($0) }
    self.confinement = (target as? CommandProcess)?.confinement
    self.firstSectors = Self.firstSectors(of: medium)
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

  /// The name of a description without its ending: of the beginning, of the n-th resumption, of the end.
  package static func name(resumption number: Int = 0) -> String {
    number == 0 ? "device" : "device-resumed\(number)"
  }
  package static let nameAfter = "device-after"

  /// - Parameter name: what the names of all files begin with.
  func files(named name: String) -> [File] {
    var files = survey.replies.raw.map { ("\(name)-\($0.name).bin", $0.bytes) }
    if let firstSectors { files.append(("\(name)-first-sectors.bin", firstSectors)) }
    return [
      Self.description(
        name,
        [
          "asked": .string(asked.description), "device": survey.facts,
          "replies": .array(files.map { .string($0.0) }),
          "confinement": confinement.map { .string($0) },
        ])
    ] + files
  }

  private static func description(_ name: String, _ fields: KeyValuePairs<String, JSONValue?>) -> File {
    guard case .object(var object) = JSONValue.fields(fields) else {
      preconditionFailure("fields are an object")
    }
    object["version"] = 1
    return ("\(name).json", Array((JSONValue.object(object).indentedText + "\n").utf8))
  }

  // MARK: Afterwards

  /// What the device said after it was read.
  struct After {
    let files: [File]
    /// Commands that were sent since, by their kind.
    let commands: [String: UInt64]
    /// Values that were known before and after, and whether they differ; `nil` where nothing was to be asked.
    let health: HealthReading?
    let changes: [HealthReading.Change]
  }

  /// Asks what it was asked of its health before. Blocks until it has answered.
  func askAgain() -> After {
    let before = survey.replies.health
    let health = before.map { HealthReading(asking: target, $0.commands) }
    let changes = before.flatMap { before in health?.changes(since: before) } ?? []
    let sent = target.counts.reduce(into: [:] as [String: UInt64]) { sent, count in
      let since = UInt64(count.value) - min(UInt64(count.value), commands[count.key] ?? 0)
      if since > 0 { sent[count.key] = since }
    }
    let replies = (health?.raw ?? []).map { ("\(Self.nameAfter)-\($0.name).bin", $0.bytes) }
    let description = Self.description(
      Self.nameAfter,
      [
        "asked": .string(Host.now().description), "since": .string(asked.description),
        "health": health?.json,
        "changes": .array(
          changes.map {
            .fields([
              "name": .string($0.before.name), "before": .quantity($0.before.value),
              "after": .quantity($0.after),
            ])
          }),
        "notDetermined": health.map { health in
          .object(
            Dictionary(health.refusals.map { ($0.command.kind, .string($0.reason)) }) { first, _ in first })
        },
        "commands": CommandCounts.json(sent), "replies": .array(replies.map { .string($0.0) }),
      ])
    return After(files: [description] + replies, commands: sent, health: health, changes: changes)
  }
}
