import CaseRecords
import Evidence
import Media

/// The device that is about to be acquired, held against what the case says of the item.
package struct SourceIdentification {
  /// The serial number recorded for the item, from its label, beside those the device states.
  package enum Comparison: Hashable, Sendable {
    case same
    case different
    /// The item has none on record.
    case noneRecorded
    /// The device states none.
    case noneStated
  }

  package let facts: SourceFacts
  package let geometry: MediaGeometry
  /// `nil` of a device that could not be asked.
  package let survey: DeviceSurvey?
  package let item: ItemNumber
  package let itemDescription: String
  /// As read from the item's label.
  package let recordedSerial: String?
  /// Every serial number the device states, its own first, then that of a USB bridge; each once.
  package let statedSerials: [String]
  package let comparison: Comparison

  /// - Returns: `nil` of a medium that is not a device.
  init?(_ medium: any SectorSource, _ survey: DeviceSurvey?, of item: EvidenceItemRecord) {
    guard medium.facts.kind == .blockDevice else { return nil }
    self.facts = medium.facts
    self.geometry = medium.geometry
    self.survey = survey
    self.item = item.number
    self.itemDescription = item.description
    let recorded = item.serial.flatMap { Self.significant($0).isEmpty ? nil : $0 }
    self.recordedSerial = recorded
    var stated: [String] = []
    for serial in [survey?.serialNumber, facts.serialNumber, survey?.device.bridge?.serialNumber] {
      if let serial, !Self.significant(serial).isEmpty, !stated.contains(serial) { stated.append(serial) }
    }
    self.statedSerials = stated
    self.comparison =
      switch recorded {
      case nil: .noneRecorded
      case _? where stated.isEmpty: .noneStated
      case let label?: stated.contains { Self.areSame(label: label, $0) } ? .same : .different
      }
  }

  /// Labels differ from what a device states in case, spaces and hyphens. Western Digital puts `WD-` before what its
  /// labels say.
  private static func areSame(label: String, _ stated: String) -> Bool {
    let (label, own) = (significant(label), significant(stated))
    return own == label || own == "WD" + label
  }

  private static func significant(_ serial: String) -> String {
    String(serial.uppercased().filter { $0.isLetter || $0.isNumber })
  }

  /// In words, for the record of an acquisition that went on all the same.
  var difference: String {
    "the device states serial number \(statedSerials.joined(separator: ", ")); recorded for item \(item), from its label: "
      + (recordedSerial ?? "none")
  }
}
