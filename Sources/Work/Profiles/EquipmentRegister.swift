import Evidence
import Manifests
import StrictTOML
import SystemIO
import SystemPackage

/// The laboratory's devices: a TOML file beside each profile, a table for each device.
package struct EquipmentRegister: Hashable, Sendable {
  package static let fileName = "equipment.toml"

  /// In the order of the file.
  package private(set) var devices: [Manifest.Equipment] = []

  package init() {}

  /// - Throws: `profileMalformed` with the line.
  package init(parsing bytes: [UInt8], file: FilePath) throws(EvidenceError) {
    func malformed(_ line: Int, _ reason: String) -> EvidenceError {
      EvidenceError(.profileMalformed, file.string, "line \(line): \(reason)")
    }
    let document: TOMLDocument
    do throws(TOMLProblem) { document = try TOMLDocument(parsing: bytes) } catch {
      throw malformed(error.line, error.reason)
    }
    var kinds: [(name: String, line: Int, hasKind: Bool)] = []
    for entry in document.entries {
      guard !entry.table.isEmpty else {
        throw malformed(entry.line, "\(entry.key) is outside any [DEVICE] table")
      }
      guard case .string(let text) = entry.value, !text.isEmpty else {
        throw malformed(entry.line, "\(entry.key) must be text")
      }
      if kinds.last?.name != entry.table {
        kinds.append((entry.table, entry.line, false))
        devices.append(Manifest.Equipment(entry.table, .other))
      }
      if entry.key == "kind" { kinds[kinds.count - 1].hasKind = true }
      if let reason = devices[devices.count - 1].set(entry.key, text) { throw malformed(entry.line, reason) }
    }
    if let incomplete = kinds.first(where: { !$0.hasKind }) {
      throw malformed(incomplete.line, "[\(incomplete.name)] has no kind")
    }
  }

  /// Takes over what another says, in place of what was said.
  package mutating func take(_ other: EquipmentRegister) { for device in other.devices { put(device) } }

  /// Adds a device, or describes it anew.
  package mutating func put(_ device: Manifest.Equipment) {
    if let index = devices.firstIndex(where: { $0.name == device.name }) {
      devices[index] = device
    } else {
      devices.append(device)
    }
  }

  /// - Returns: whether there was one of that name.
  package mutating func remove(_ name: String) -> Bool {
    let count = devices.count
    devices.removeAll { $0.name == name }
    return devices.count < count
  }

  package subscript(name: String) -> Manifest.Equipment? { devices.first { $0.name == name } }

  /// As a file.
  /// - Parameter comment: one line put before it.
  package func toml(comment: String) -> String {
    devices.reduce(into: "# \(comment)\n") { text, device in
      text += "\n[\(device.name)]\n"
      for (key, value) in device.texts { text += "\(key) = \(TOMLDocument.quoted(value))\n" }
    }
  }
}

extension Manifest.Equipment {
  /// Characters of a value.
  private static let longest = 200

  /// Every value under its key, in the order they are written.
  package var texts: [(key: String, value: String)] {
    let values: [(String, String?)] = [
      ("kind", kind.rawValue), ("make", make), ("model", model), ("serial", serial), ("firmware", firmware),
      ("tested", tested), ("record", record),
    ]
    return values.compactMap { key, value in value.map { (key, $0) } }
  }

  /// - Returns: why it cannot be; `nil` where it was set.
  package mutating func set(_ key: String, _ text: String) -> String? {
    guard text.count <= Self.longest, text == HumanText.singleLine(text) else {
      return "\(key) must be one line of at most \(Self.longest) characters"
    }
    switch key {
    case "kind":
      guard let kind = Kind(rawValue: text) else {
        return "kind must be one of \(Kind.allCases.map(\.rawValue).joined(separator: ", "))"
      }
      self.kind = kind
    case "make": make = text
    case "model": model = text
    case "serial": serial = text
    case "firmware": firmware = text
    case "tested":
      guard Self.day(text) != nil else { return "tested must be a date, e.g. 2026-10-01" }
      tested = text
    case "record": record = text
    default: return "a device has no \(key); it has kind, make, model, serial, firmware, tested, record"
    }
    return nil
  }
}
