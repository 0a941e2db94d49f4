import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
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
  /// - Parameters:
  ///   - parent: the item it is a part of.
  ///   - statements: what else is told of it.
  ///   - attachments: files whose contents lie in the case already.
  /// - Throws: `itemExists`, also where an acquisition of another item bears that name; `itemUnknown` of the parent;
  ///   `caseNotOpen`.
  package func addItem(
    _ number: ItemNumber, description: String, serial: String? = nil, remarks: String? = nil,
    partOf parent: ItemNumber? = nil, _ statements: [ItemStatement] = [], attachments: [AttachedFile] = []
  ) throws(EvidenceError) -> EvidenceItemRecord {
    try write { transaction in
      let database = transaction.database
      try transaction.demandState([.open], for: "adding item \(number)")
      if let parent { _ = try database.item(parent) }
      let text = number.description
      guard try database.plainRecords(EvidenceItemRecord.self, where: "number = ?", [text]).isEmpty else {
        throw EvidenceError(.itemExists, text)
      }
      if let like = try database.plainRecords(EvidenceItemRecord.self).first(where: {
        $0.number.looksLike(number)
      }) {
        throw EvidenceError(.itemExists, text, "nobody could tell it from item \(like.number)")
      }
      if let other = try database.plainRecords(AcquisitionRecord.self, where: "name = ?", [number.fileName])
        .first
      {
        throw EvidenceError(.itemExists, text, "an acquisition of item \(other.item) has this name")
      }
      let item = EvidenceItemRecord(
        number: number, description: description, serial: serial, remarks: remarks, created: transaction.now)
      var records: [any StoredRecord] = [item]
      if let parent { records.append(SubItemRecord(item: number, parent: parent)) }
      records += transaction.records(statements, attachments, of: number)
      try transaction.record(.itemAdded, records)
      return item
    }
  }

  /// States something of an item, in place of what was stated before.
  /// - Throws: `itemUnknown`, `caseNotOpen`.
  package func describe(
    _ number: ItemNumber, _ statements: [ItemStatement], attachments: [AttachedFile] = []
  ) throws(EvidenceError) {
    try write { transaction in
      _ = try transaction.database.item(number)
      try transaction.demandState([.open], for: "describing item \(number)")
      try transaction.record(.itemDescribed, transaction.records(statements, attachments, of: number))
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

extension CaseTransaction {
  fileprivate func records(
    _ statements: [ItemStatement], _ attachments: [AttachedFile], of item: ItemNumber
  ) -> [any StoredRecord] {
    statements.map {
      ItemFactRecord(id: Host.newIdentifier(), item: item, name: $0.name, value: $0.value, stated: now)
    } + attachments.map { $0.record(of: item, custody: nil, added: now) }
  }
}
