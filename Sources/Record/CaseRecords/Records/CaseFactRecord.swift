import Evidence

/// What can be stated of a case; the newest statement of a kind counts.
package enum CaseFactName: String, Hashable, Sendable, CaseIterable {
  /// Where the laboratory is, in one line.
  case address
  /// Who asked for the examination: a client, a court, a police authority.
  case client
  /// The client's own reference.
  case clientReference = "client-reference"
  /// The method or standard operating procedure, by the laboratory's reference.
  case method
}

/// A statement about the case, as it was recorded.
package struct CaseFactRecord: StoredRecord {
  package let id: RecordIdentifier
  package let name: CaseFactName
  /// `nil` where an earlier statement is withdrawn.
  package let value: String?
  package let stated: Timestamp

  package init(id: RecordIdentifier, name: CaseFactName, value: String?, stated: Timestamp) {
    self.id = id
    self.name = name
    self.value = value
    self.stated = stated
  }

  package static let table = RecordTable(
    "case_fact", since: 4, key: ["id"], text: ["id", "name", "value", "stated"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("name", name.rawValue)
    try fields.set("value", value)
    fields.set("stated", stated)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), name: try fields.named("name"),
      value: try fields.optionalText("value"), stated: try fields.time("stated"))
  }
}
