import CanonicalJSON
import Evidence
internal import GRDB
import SystemIO

/// The case, its people and its evidence items.
extension CaseStore {
  package func caseRecord() throws(EvidenceError) -> CaseRecord {
    try read { database in
      guard let record = try database.plainRecords(CaseRecord.self).first else {
        throw EvidenceError(.caseDamaged, path.string, "it holds no case record")
      }
      return record
    }
  }

  /// In the order they were added.
  package func people() throws(EvidenceError) -> [PersonRecord] {
    try read { database in try database.plainRecords() }
  }

  /// The person the details describe: the one the case knows by exactly these, or a new one.
  package func person(_ details: PersonDetails) throws(EvidenceError) -> PersonRecord {
    try write { transaction in
      let known: [PersonRecord] = try transaction.database.plainRecords(where: "name = ?", [details.name])
      if let same = known.first(where: { $0.details == details }) { return same }
      let person = PersonRecord(id: Host.newIdentifier(), details)
      try transaction.record(.personAdded, [person])
      return person
    }
  }

  /// Adds an evidence item.
  /// - Throws: `itemExists`, also where an acquisition of another item bears that name.
  package func addItem(
    _ number: ItemNumber, description: String, serial: String? = nil, remarks: String? = nil
  ) throws(EvidenceError) -> EvidenceItemRecord {
    try write { transaction in
      let database = transaction.database
      let text = number.description
      guard try database.plainRecords(EvidenceItemRecord.self, where: "number = ?", [text]).isEmpty else {
        throw EvidenceError(.itemExists, text)
      }
      if let other = try database.plainRecords(AcquisitionRecord.self, where: "name = ?", [text]).first {
        throw EvidenceError(.itemExists, text, "an acquisition of item \(other.item) has this name")
      }
      let item = EvidenceItemRecord(
        number: number, description: description, serial: serial, remarks: remarks, created: transaction.now)
      try transaction.record(.itemAdded, [item])
      return item
    }
  }

  /// - Throws: `itemUnknown`.
  package func item(_ number: ItemNumber) throws(EvidenceError) -> EvidenceItemRecord {
    try read { database in try database.item(number) }
  }

  /// In the order they were added.
  package func items() throws(EvidenceError) -> [EvidenceItemRecord] {
    try read { database in try database.plainRecords() }
  }
}
