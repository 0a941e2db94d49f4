import ArgumentParser
import CanonicalJSON
import Evidence
import Glibc
import Media
import Rendering
import Sessions
import SystemIO
import SystemPackage

struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List disks and optical drives, and whether each can be acquired now.",
    discussion: """
      Shows device identification, connection, contents by signature, what is using the device, and hidden areas: \
      present, absent, or could not be determined, with the reason. Opens devices read-only and sends only commands \
      from a list of allowed ones. Run as root to see more.

      --check-capacity samples the device to detect counterfeit media, which repeat the same sectors past their true \
      end (aliasing). Exit status: 0 no aliasing, 5 aliasing, 6 could not be determined.

      Examples:
        exhibit devices
        exhibit devices /dev/sdb --json
        exhibit devices --check-capacity /dev/sdb
      """)

  @Argument(help: "Devices, e.g. /dev/sdb. Default: all.", completion: .file()) var devices: [String] = []
  @Flag(help: "Keep running and report devices as they are connected and removed; end with Ctrl-C.")
  var watch = false
  @Flag(help: "Check one device for counterfeit capacity.") var checkCapacity = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if watch, !devices.isEmpty { throw ValidationError("--watch covers all devices: name none") }
    if checkCapacity, devices.count != 1 || watch {
      throw ValidationError("--check-capacity needs exactly one device, and no --watch")
    }
  }

  func run() throws {
    if checkCapacity { return try check(FilePath(devices[0])) }
    let job = try DevicesJob(devices.map { FilePath($0) })
    if watch { return watchAll() }
    let found = job.perform()
    let lines =
      found.isEmpty ? ["No disks or optical drives found."] : found.flatMap(DeviceRendering.lines)
    output.show(lines, json: .fields(["devices": .array(found.map(\.json))]))
  }

  private func check(_ path: FilePath) throws {
    let result = try CapacityJob(path).perform()
    output.show([DeviceRendering.line(result, of: path)], json: DeviceRendering.json(result, of: path))
    switch result {
    case .notAliased: return
    case .aliased: throw EndedWith(status: .mismatch)
    case .undetermined: throw EndedWith(status: .noReference)
    }
  }

  /// The kernel's list, looked at twice a second.
  private func watchAll() {
    StopSignals.install()
    var known: [String: SysfsDevice] = [:]
    while !StopSignals.flag.isRaised {
      let present = DevicesJob.present()
      for (key, device) in known.sorted(by: { $0.key < $1.key }) where present[key] == nil {
        tell("gone", device.path, nil)
      }
      for (key, device) in present.sorted(by: { $0.key < $1.key }) where known[key] == nil {
        tell("there", device.path, DeviceSurvey(device))
      }
      known = present
      usleep(500_000)
    }
  }

  /// One line for each event; with `--json` one object.
  private func tell(_ event: String, _ path: FilePath, _ survey: DeviceSurvey?) {
    if output.json {
      Rendering.show(
        JSONValue.fields([
          "event": .string(event), "path": .string(path.string), "device": survey?.json,
        ]).canonicalText)
    } else {
      Rendering.show(["\(event.padded(to: 6)) \(survey.map(DeviceRendering.headline) ?? path.string)"])
    }
  }
}
