import Evidence

/// The case itself; there is exactly one.
package struct CaseRecord: StoredRecord {
  package let id: RecordIdentifier
  package let number: String
  package let title: String
  /// The ``PersonRecord`` responsible for the case.
  package let examiner: RecordIdentifier
  package let organisation: String?
  package let created: Timestamp

  package static let table = RecordTable(
    "case_record", key: ["id"], text: ["id", "number", "title", "examiner", "organisation", "created"])

  package init(
    id: RecordIdentifier, number: String, title: String, examiner: RecordIdentifier, organisation: String?,
    created: Timestamp
  ) {
    self.id = id
    self.number = number
    self.title = title
    self.examiner = examiner
    self.organisation = organisation
    self.created = created
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("number", number)
    try fields.set("title", title)
    fields.set("examiner", examiner)
    try fields.set("organisation", organisation)
    fields.set("created", created)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.id = try fields.identifier("id")
    self.number = try fields.text("number")
    self.title = try fields.text("title")
    self.examiner = try fields.identifier("examiner")
    self.organisation = try fields.optionalText("organisation")
    self.created = try fields.time("created")
  }
}

/// What is told of a person.
package struct PersonDetails: Hashable, Sendable {
  package let name: String
  package let role: String?
  package let organisation: String?
  /// Badge, staff or licence number.
  package let identifier: String?

  package init(name: String, role: String? = nil, organisation: String? = nil, identifier: String? = nil) {
    self.name = name
    self.role = role
    self.organisation = organisation
    self.identifier = identifier
  }
}

/// Someone who acts in the case.
package struct PersonRecord: StoredRecord {
  package let id: RecordIdentifier
  package let details: PersonDetails

  package static let table = RecordTable(
    "person", key: ["id"], text: ["id", "name", "role", "organisation", "identifier"])

  package init(id: RecordIdentifier, _ details: PersonDetails) {
    self.id = id
    self.details = details
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("name", details.name)
    try fields.set("role", details.role)
    try fields.set("organisation", details.organisation)
    try fields.set("identifier", details.identifier)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.id = try fields.identifier("id")
    self.details = PersonDetails(
      name: try fields.text("name"), role: try fields.optionalText("role"),
      organisation: try fields.optionalText("organisation"),
      identifier: try fields.optionalText("identifier"))
  }
}

/// An evidence item (exhibit).
package struct EvidenceItemRecord: StoredRecord {
  package let number: ItemNumber
  package let description: String
  /// The serial number on the item's label.
  package let serial: String?
  package let remarks: String?
  package let created: Timestamp

  package static let table = RecordTable(
    "evidence_item", key: ["number"], text: ["number", "description", "serial", "remarks", "created"])

  package init(
    number: ItemNumber, description: String, serial: String? = nil, remarks: String? = nil,
    created: Timestamp
  ) {
    self.number = number
    self.description = description
    self.serial = serial
    self.remarks = remarks
    self.created = created
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("number", number)
    try fields.set("description", description)
    try fields.set("serial", serial)
    try fields.set("remarks", remarks)
    fields.set("created", created)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.number = try fields.item("number")
    self.description = try fields.text("description")
    self.serial = try fields.optionalText("serial")
    self.remarks = try fields.optionalText("remarks")
    self.created = try fields.time("created")
  }
}
