import ArgumentParser
import DiskWriters
import Evidence
import Manifests
import Profiles

/// Which devices of the laboratory are used.
struct EquipmentOptions: ParsableArguments {
  @Option(
    help: """
      The hardware write blocker used: a name of `exhibit equipment list`, or \
      \(AcquireChoices.list(EWFWriteBlocker.self)). Recorded in manifest and report.
      """)
  var writeBlocker: String?
  @Option(help: "Other equipment used, by its name in `exhibit equipment list`. May be given more than once.")
  var equipment: [String] = []

  struct Used {
    let devices: [Manifest.Equipment]
    /// The write blocker an E01 names, where it is one that it knows.
    let flag: EWFWriteBlocker?
    /// It was typed as such, and not taken from the register.
    let flagIsTyped: Bool
  }

  /// - Throws: `argumentInvalid` for a name that the register does not have, or a write blocker that is none.
  func devices(
    _ profile: ProfileOptions
  ) throws(EvidenceError) -> Used {
    let register = try profile.equipment()
    let known = register.devices.map(\.name).joined(separator: ", ")
    var devices: [Manifest.Equipment] = []
    for name in try profile.defaults().texts(equipment, .equipment, "--equipment") {
      guard let device = register[name] else {
        throw EvidenceError(
          .argumentInvalid, "--equipment \(name)", known.isEmpty ? "the register is empty" : "one of \(known)"
        )
      }
      if !devices.contains(device) { devices.append(device) }
    }
    var flag: EWFWriteBlocker?
    if let writeBlocker {
      flag = EWFWriteBlocker(rawValue: writeBlocker.lowercased())
      if let device = register[writeBlocker] {
        guard device.kind == .writeBlocker else {
          throw EvidenceError(
            .argumentInvalid, "--write-blocker \(writeBlocker)",
            "the register has it as \(device.kind.rawValue)")
        }
        if !devices.contains(device) { devices.append(device) }
      } else if flag == nil {
        throw EvidenceError(
          .argumentInvalid, "--write-blocker \(writeBlocker)",
          "one of \(AcquireChoices.list(EWFWriteBlocker.self))" + (known.isEmpty ? "" : ", \(known)"))
      }
    }
    let make = devices.first { $0.kind == .writeBlocker }?.make?.lowercased()
    return Used(
      devices: devices, flag: flag ?? make.flatMap { EWFWriteBlocker(rawValue: $0) },
      flagIsTyped: flag != nil && register[writeBlocker ?? ""] == nil)
  }
}
