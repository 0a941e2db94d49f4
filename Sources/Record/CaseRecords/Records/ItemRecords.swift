import Evidence

/// An item that is a part of another one, such as the disc of a laptop.
package struct SubItemRecord: StoredRecord {
  package let item: ItemNumber
  package let parent: ItemNumber

  package init(item: ItemNumber, parent: ItemNumber) {
    self.item = item
    self.parent = parent
  }

  package static let table = RecordTable("sub_item", since: 2, key: ["item"], text: ["item", "parent"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("item", item)
    fields.set("parent", parent)
    return fields
  }
}

extension SubItemRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(item: try fields.item("item"), parent: try fields.item("parent"))
  }
}

/// What can be stated of an item; the newest statement of a kind counts.
package enum ItemFactName: String, Hashable, Sendable, CaseIterable {
  /// What it is, in place of the description it was added with.
  case description
  /// Computer, telephone, storage medium …
  case category
  case quantity
  /// Bag, box or other container, by its number.
  case container
  case condition
  case damage
  /// On, off, asleep, when it was found.
  case powerState = "power-state"
  /// How far the clock of the examined machine was ahead of the right time, `+HH:MM:SS`, or behind it, `-HH:MM:SS`.
  case clockOffset = "clock-offset"
  case locationFound = "location-found"
  case seizedFrom = "seized-from"
  case seizedBy = "seized-by"
  case seizedAt = "seized-at"
  /// Labels to find items by, separated by a comma and a space.
  case tags
}

/// What somebody states of an item.
package struct ItemStatement: Hashable, Sendable {
  package let name: ItemFactName
  /// `nil` to withdraw what was stated before.
  package let value: String?

  package init(_ name: ItemFactName, _ value: String?) {
    self.name = name
    self.value = value
  }
}

/// A statement about an item, as it was recorded.
package struct ItemFactRecord: StoredRecord {
  package let id: RecordIdentifier
  package let item: ItemNumber
  package let name: ItemFactName
  /// `nil` where an earlier statement is withdrawn.
  package let value: String?
  package let stated: Timestamp

  package init(
    id: RecordIdentifier, item: ItemNumber, name: ItemFactName, value: String?, stated: Timestamp
  ) {
    self.id = id
    self.item = item
    self.name = name
    self.value = value
    self.stated = stated
  }

  package static let table = RecordTable(
    "item_fact", since: 2, key: ["id"], text: ["id", "item", "name", "value", "stated"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    try fields.set("name", name.rawValue)
    try fields.set("value", value)
    fields.set("stated", stated)
    return fields
  }
}

extension ItemFactRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), item: try fields.item("item"), name: try fields.named("name"),
      value: try fields.optionalText("value"), stated: try fields.time("stated"))
  }
}

/// What is told of a legal authority.
package struct AuthorityDetails: Hashable, Sendable {
  /// Warrant, order, consent …
  package let kind: String
  /// Its number or date, as it is quoted.
  package let reference: String
  /// What it allows and what not.
  package let scope: String?
  package let expires: Timestamp?

  package init(kind: String, reference: String, scope: String? = nil, expires: Timestamp? = nil) {
    self.kind = kind
    self.reference = reference
    self.scope = scope
    self.expires = expires
  }
}

/// The legal authority under which an item, or every item of the case, is examined.
package struct LegalAuthorityRecord: StoredRecord {
  package let id: RecordIdentifier
  /// `nil` where it covers the whole case.
  package let item: ItemNumber?
  package let details: AuthorityDetails
  package let stated: Timestamp

  package init(id: RecordIdentifier, item: ItemNumber?, details: AuthorityDetails, stated: Timestamp) {
    self.id = id
    self.item = item
    self.details = details
    self.stated = stated
  }

  package static let table = RecordTable(
    "legal_authority", since: 2, key: ["id"],
    text: ["id", "item", "kind", "reference", "scope", "expires", "stated"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    try fields.set("kind", details.kind)
    try fields.set("reference", details.reference)
    try fields.set("scope", details.scope)
    try fields.set("expires", details.expires?.description)
    fields.set("stated", stated)
    return fields
  }
}

extension LegalAuthorityRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), item: try fields.optionalItem("item"),
      details: AuthorityDetails(
        kind: try fields.text("kind"), reference: try fields.text("reference"),
        scope: try fields.optionalText("scope"), expires: try fields.optionalTime("expires")),
      stated: try fields.time("stated"))
  }
}
