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
    commandName: "devices", abstract: "List disks and optical drives, and whether they can be acquired now.",
    discussion: """
      What each device says of itself, how it is connected, what lies on it by its signatures, what holds it, and \
      areas that ordinary reads do not reach: present, absent, or could not be determined, with the reason. Devices \
      are opened read-only and asked only what a list of allowed commands permits; root sees more.

      --check-capacity reads places all over a device and tells whether it returns the same sectors again and again \
      past its true end, as counterfeit media do. Exit status: 0 no aliasing, 5 aliased, 6 could not be determined.

      Examples:
        exhibit devices
        exhibit devices /dev/sdb --json
        exhibit devices --check-capacity /dev/sdb
      """)

  @Argument(help: "Devices such as /dev/sdb. Default: all.", completion: .file()) var devices: [String] = []
  @Flag(help: "Go on, and tell what is connected and what goes; end with Ctrl-C.") var watch = false
  @Flag(help: "Look for a medium that has less than it claims; needs one device.") var checkCapacity = false
  @OptionGroup var output: OutputOptions

  func validate() throws {
    if watch, !devices.isEmpty { throw ValidationError("--watch looks at all devices: name none.") }
    if checkCapacity, devices.count != 1 || watch {
      throw ValidationError("--check-capacity needs exactly one device, and no --watch.")
    }
  }

  func run() throws {
    if checkCapacity { return try check(FilePath(devices[0])) }
    let job = try DevicesJob(devices.map { FilePath($0) })
    if watch { return watchAll() }
    let found = job.perform()
    let lines =
      found.isEmpty ? ["No disk and no optical drive was found."] : found.flatMap(DeviceRendering.lines)
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
