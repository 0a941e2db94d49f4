import ArgumentParser
import CanonicalJSON
import Evidence
import Manifests
import Profiles
import Rendering
import SystemPackage

struct EquipmentCommands: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "equipment",
    abstract: "Register of the laboratory's write blockers, workstations and drives.",
    subcommands: [EquipmentAddCommand.self, EquipmentListCommand.self, EquipmentRemoveCommand.self])

  static let comment = "Equipment of the laboratory; see `exhibit equipment`."
}

struct EquipmentAddCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a device, or replace its description.",
    discussion: """
      The register is equipment.toml beside the profile. `exhibit acquire --write-blocker NAME` and `--equipment NAME`
      copy the description into manifest and report; the profile setting acquisition.equipment names what is always
      used.

      Example:
        exhibit equipment add bridge-1 --kind write-blocker --make Tableau \\
          --model T35u --serial 000ECC01 --firmware 1.4.2 --tested 2026-10-01 \\
          --record "Validation V-12"
      """)

  @Argument(help: "Name of the device: letters, digits, hyphens, underscores.") var name: String
  @Option(help: "Kind of device: \(AcquireChoices.list(Manifest.Equipment.Kind.self)).") var kind: String
  @Option(help: "Make.") var make: String?
  @Option(help: "Model.") var model: String?
  @Option(help: "Serial number of the device.") var serial: String?
  @Option(help: "Firmware version.") var firmware: String?
  @Option(help: "Day of the last test, e.g. 2026-10-01.") var tested: String?
  @Option(help: "Where the validation is recorded.") var record: String?
  @Flag(help: "Write to /etc/exhibit, for all users of this machine.") var system = false
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard !name.isEmpty, name.utf8.allSatisfy(Self.isBare), name.utf8.count <= 64 else {
      throw EvidenceError(.argumentInvalid, name, "letters, digits, hyphens, underscores; at most 64")
    }
    var device = Manifest.Equipment(name, .other)
    let given = [
      ("kind", Optional(kind)), ("make", make), ("model", model), ("serial", serial), ("firmware", firmware),
      ("tested", tested), ("record", record),
    ]
    for case (let key, let text?) in given {
      if let reason = device.set(key, try required(text, "--\(key)")) {
        throw EvidenceError(.argumentInvalid, "--\(key) \(text)", reason)
      }
    }
    let file = ProfileFiles.register(beside: try profile.place(forAll: system))
    var register = try ProfileFiles.readRegister(file) ?? EquipmentRegister()
    register.put(device)
    try ProfileFiles.write(register, comment: EquipmentCommands.comment, to: file, forAll: system)
    output.show(["\(EquipmentListCommand.line(device))", "  register  \(file)"], json: device.json)
  }

  private static func isBare(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == 0x2d || byte == 0x5f
  }
}

struct EquipmentListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the register.",
    discussion: """
      Example:
        exhibit equipment list
      """)

  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let devices = try profile.equipment().devices
    output.show(
      devices.isEmpty
        ? ["The register is empty. Add a device with `exhibit equipment add`."] : devices.map(Self.line),
      json: .fields(["equipment": .array(devices.map(\.json))]))
  }

  static func line(_ device: Manifest.Equipment) -> String {
    let rest = device.texts.dropFirst().map { key, text in
      ["make", "model"].contains(key) ? text : "\(key) \(text)"
    }
    return "\(device.name)  \(([device.kind.rawValue] + rest).joined(separator: ", "))"
  }
}

struct EquipmentRemoveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a device from the register. Manifests keep what they recorded.",
    discussion: """
      Example:
        exhibit equipment remove bridge-1
      """)

  @Argument(help: "Name of the device.") var name: String
  @Flag(help: "Write to /etc/exhibit, for all users of this machine.") var system = false
  @OptionGroup var profile: ProfileOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    let file = ProfileFiles.register(beside: try profile.place(forAll: system))
    var register = try ProfileFiles.readRegister(file) ?? EquipmentRegister()
    guard register.remove(name) else {
      let names = register.devices.map(\.name).joined(separator: ", ")
      throw EvidenceError(.argumentInvalid, name, names.isEmpty ? "\(file) is empty" : "\(file) has \(names)")
    }
    try ProfileFiles.write(register, comment: EquipmentCommands.comment, to: file, forAll: system)
    output.show(["Removed \(name) from \(file)"], json: .fields(["removed": .string(name)]))
  }
}
