import CanonicalJSON
import Evidence
import Manifests

/// What the device said of itself.
struct DeviceBlocks {
  private let device: JSONValue?
  /// What it said when it had been read.
  private let after: JSONValue?
  private let words: Wording
  private let names: RecordNames

  init(_ acquisition: ReportContents.Acquisition, _ words: Wording, _ names: RecordNames) {
    self.device = acquisition.device?["device"]
    self.after = acquisition.deviceAfter
    self.words = words
    self.names = names
  }

  func blocks() -> [ReportDocument.Block] {
    guard let device, let fields = device.objectValue else { return [.absence(words(.noDevice))] }
    let named = Set(Self.labels.map(\.key))
    let others = fields.keys.filter { !named.contains($0) }.sorted().map { (key: $0, label: Self.spaced($0)) }
    let facts = (Self.labels.map { (key: $0.key, label: words($0.label)) } + others).compactMap {
      key, label in
      fields[key].flatMap { fact(label, key, $0) }
    }
    var blocks: [ReportDocument.Block] = [.facts(words(.deviceCaption), facts)]
    let areas = device["hiddenAreas"]?.arrayValue ?? []
    if areas.isEmpty {
      blocks.append(.absence(words(.noHiddenAreas)))
    } else {
      blocks.append(
        .grid(
          words(.hiddenAreas), [(words(.area), false), (words(.state), false), (words(.detail), false)],
          areas.map { area in
            [
              .head(area["kind"]?.stringValue ?? ""), .text(state(area["state"]?.stringValue ?? "")),
              .text(area["detail"]?.stringValue ?? ""),
            ]
          }))
    }
    let missing = (device["notDetermined"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
    if !missing.isEmpty {
      blocks.append(.facts(words(.notDetermined), missing.map { .init($0.key, $0.value.stringValue ?? "") }))
    }
    blocks.append(.facts(words(.health), health(device)))
    return blocks + [.paragraph(words(.deviceRaw, names.device("device.json")))]
  }

  /// What a device says of itself, in the order in which an examiner reads it.
  private static let labels: [(key: String, label: Phrase)] = [
    ("path", .path), ("bus", .bus), ("busPath", .busPath), ("model", .model), ("serial", .serial),
    ("firmware", .firmware), ("wwn", .wwn), ("length", .length), ("sectorCount", .sectors),
    ("logicalSectorSize", .logicalSector), ("physicalSectorSize", .physicalSector),
    ("removable", .removable), ("rotational", .rotational), ("rotationRate", .rotationRate),
    ("readOnly", .readOnly), ("writeProtectedByItself", .writeProtectedByItself), ("optical", .optical),
  ]

  private func fact(_ label: String, _ key: String, _ value: JSONValue) -> ReportDocument.Fact? {
    switch value {
    case .string(let text):
      if key == "length", let bytes = UInt64(text) { return .init(label, words.length(bytes)) }
      if key == "sectorCount", let count = UInt64(text) { return .init(label, words.number(count)) }
      return .init(label, key == "bus" ? text.uppercased() : text, isCode: key != "bus")
    case .integer(let number):
      let count = UInt64(clamping: number)
      return .init(label, key == "length" ? words.length(count) : words.number(count))
    case .bool(let flag): return .init(label, words(flag ? .yes : .no))
    default: return nil
    }
  }

  /// A name of data as words: `busPath` as `bus path`.
  private static func spaced(_ name: String) -> String {
    name.map { $0.isUppercase ? " " + $0.lowercased() : String($0) }.joined()
  }

  /// The values before, and what differs from them afterwards.
  private func health(_ device: JSONValue) -> [ReportDocument.Fact] {
    let before = (device["health"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
    let listed = before.map { "\($0.key): \(Self.text($0.value))" }.joined(separator: ", ")
    return [.init(words(.healthBefore), listed), .init(words(.healthAfter), healthAfter())]
  }

  private func healthAfter() -> String {
    guard let after, let count = after["health"]?.objectValue?.count, count > 0 else {
      let reasons = (after?["notDetermined"]?.objectValue ?? [:]).values.compactMap(\.stringValue).sorted()
      return words(.healthUnknown, reasons.joined(separator: "; "))
    }
    let changes = after["changes"]?.arrayValue ?? []
    guard !changes.isEmpty else { return words(.healthSame, "\(count)") }
    return changes.map { change in
      "\(Self.text(change["name"])): " + words(.before, Self.text(change["before"])) + ", "
        + words(.after, Self.text(change["after"]))
    }.joined(separator: "; ")
  }

  private func state(_ name: String) -> String {
    switch name {
    case "present": words(.areaPresent)
    case "absent": words(.areaAbsent)
    case "could not be determined": words(.areaUnknown)
    default: name
    }
  }

  private static func text(_ value: JSONValue?) -> String {
    value?.stringValue ?? value?.integerValue.map(String.init) ?? ""
  }
}
