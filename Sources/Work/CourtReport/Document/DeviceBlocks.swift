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
    let facts = fields.sorted { $0.key < $1.key }.compactMap { key, value -> ReportDocument.Fact? in
      switch value {
      case .string(let text): .init(key, text, isCode: true)
      case .integer(let number): .init(key, String(number), isCode: true)
      case .bool(let flag): .init(key, words(flag ? .yes : .no))
      default: nil
      }
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
              .head(area["kind"]?.stringValue ?? ""), .text(area["state"]?.stringValue ?? ""),
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

  private static func text(_ value: JSONValue?) -> String {
    value?.stringValue ?? value?.integerValue.map(String.init) ?? ""
  }
}
