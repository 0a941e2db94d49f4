import CanonicalJSON
import CourtReport
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// What a report says of a device: taken from the files beside the images, where they are still those that the manifest
/// binds.
struct DeviceFactLines {
  let facts: [ReportModel.Fact]

  /// Bytes a description may have.
  private static let largestFile = 16 << 20

  /// - Parameter folder: of the acquisition.
  init(of manifest: Manifest, in folder: FilePath, _ names: RecordNames) {
    var facts: [ReportModel.Fact] = []
    func add(_ label: String, _ text: String?) {
      if let text, !text.isEmpty { facts.append(.init(label, text)) }
    }
    let descriptions = Self.descriptions(manifest, names)
    for (name, file) in descriptions {
      guard let value = Self.contents(file, in: folder) else {
        add(file.name, "is not the file that the manifest binds")
        continue
      }
      if name == DeviceCapture.nameAfter {
        add("Asked again", value["asked"]?.stringValue)
        add("Health afterwards", Self.health(value))
      } else {
        add(name == DeviceCapture.name() ? "Asked" : "Asked when resumed", value["asked"]?.stringValue)
        if name == DeviceCapture.name(), let device = value["device"] { facts += Self.lines(device) }
      }
    }
    self.facts = facts
  }

  /// The descriptions the manifest lists, in the order in which the device was asked.
  private static func descriptions(
    _ manifest: Manifest, _ names: RecordNames
  ) -> [(name: String, file: Manifest.File)] {
    let wanted =
      (0...manifest.acquisition.pauses.count).map { DeviceCapture.name(resumption: $0) } + [
        DeviceCapture.nameAfter
      ]
    return wanted.compactMap { name in
      manifest.files.first { $0.name == names.device("\(name).json") }.map { (name, $0) }
    }
  }

  private static func contents(_ file: Manifest.File, in folder: FilePath) -> JSONValue? {
    guard let bytes = try? Files.contents(folder.appending(file.name), cap: largestFile),
      Digest.of(bytes, .sha256) == file.sha256
    else { return nil }
    return try? JSONValue(parsing: bytes, name: file.name)
  }

  private static func lines(_ device: JSONValue) -> [ReportModel.Fact] {
    func text(_ value: JSONValue?) -> String? {
      value?.stringValue ?? value?.integerValue.map { Grouped.text(UInt64($0.magnitude)) }
    }
    func joined(_ object: JSONValue?, _ keys: String...) -> String? {
      guard let object else { return nil }
      let parts = keys.compactMap { key in text(object[key]).map { "\(key) \($0)" } }
      return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
    var lines: [(String, String?)] = [
      ("Connected", text(device["bus"])),
      (
        "Bridge",
        joined(device["bridge"], "manufacturer", "product", "serial", "vendorId", "productId", "release")
      ),
      ("NGUID", text(device["nguid"])), ("EUI-64", text(device["eui64"])),
      ("Rotation", device["rotationRate"]?.integerValue.map { $0 == 0 ? "none" : "\($0) per minute" }),
    ]
    if let table = device["partitionTable"] {
      let count = table["partitions"]?.arrayValue?.count ?? 0
      lines.append(("Partitions", "\(text(table["scheme"]) ?? ""), \(count)"))
    }
    for area in device["hiddenAreas"]?.arrayValue ?? [] {
      lines.append((text(area["kind"]) ?? "", "\(text(area["state"]) ?? "") (\(text(area["detail"]) ?? ""))"))
    }
    lines.append(("Health before", pairs(device["health"])))
    for (kind, reason) in (device["notDetermined"]?.objectValue ?? [:]).sorted(by: { $0.key < $1.key }) {
      lines.append(("Could not be determined: \(kind)", text(reason)))
    }
    return lines.compactMap { label, text in text.map { .init(label, $0) } }
  }

  private static func pairs(_ object: JSONValue?) -> String? {
    let fields = (object?.objectValue ?? [:]).sorted { $0.key < $1.key }
    guard !fields.isEmpty else { return nil }
    return fields.map { name, value in
      "\(name): \(value.stringValue ?? value.integerValue.map(String.init) ?? "")"
    }.joined(separator: ", ")
  }

  /// The differences in words; that there are none is said only where something was compared.
  private static func health(_ after: JSONValue) -> String {
    let changes = after["changes"]?.arrayValue ?? []
    let compared = after["health"]?.objectValue?.count ?? 0
    guard compared > 0 else {
      let reasons = (after["notDetermined"]?.objectValue ?? [:]).values.compactMap(\.stringValue).sorted()
      return "could not be determined"
        + (reasons.isEmpty
          ? ": the device has nothing that could be asked"
          : ", because \(reasons.joined(separator: "; "))")
    }
    guard !changes.isEmpty else { return "all \(compared) values are as they were before" }
    func number(_ value: JSONValue?) -> String {
      value?.integerValue.map(String.init) ?? value?.stringValue ?? "unknown"
    }
    return "of \(compared) values these differ: "
      + changes.map {
        "\($0["name"]?.stringValue ?? ""): \(number($0["before"])) before, \(number($0["after"])) after"
      }
      .joined(separator: "; ")
  }
}
