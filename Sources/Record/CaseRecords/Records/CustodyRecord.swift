import Evidence

/// What can happen to an evidence item.
package enum CustodyEventType: String, Hashable, Sendable, CaseIterable {
  case collect, seal, receive, transfer, store, retrieve, open, acquire, copy, verify, access, export, mount
  case ship, `return`, dispose, correct
}

/// What is told of a custody event; everything but the type may be unknown.
package struct CustodyDetails: Hashable, Sendable {
  package var type: CustodyEventType
  /// When it happened, as told; the time of recording is taken from the clock.
  package var occurred: Timestamp
  package var place: String?
  /// The ``PersonRecord`` who gave the item away, took it, and watched.
  package var releasedBy: RecordIdentifier?
  package var receivedBy: RecordIdentifier?
  package var witness: RecordIdentifier?
  package var purpose: String?
  /// The order, warrant or consent it was done under.
  package var authority: String?
  /// By hand, courier, tracking number.
  package var method: String?
  package var sealBefore: String?
  package var sealAfter: String?
  package var condition: String?
  /// Locker, vault, shelf.
  package var storage: String?
  package var remarks: String?
  /// The earlier event that this one corrects.
  package var corrects: RecordIdentifier?

  package init(_ type: CustodyEventType, occurred: Timestamp) {
    self.type = type
    self.occurred = occurred
  }
}

/// A custody event of an item. A mistake is put right by a later `correct` event that names it.
package struct CustodyRecord: StoredRecord {
  package let id: RecordIdentifier
  package let item: ItemNumber
  package let recorded: Timestamp
  package let details: CustodyDetails

  package static let table = RecordTable(
    "custody_event", key: ["id"],
    text: [
      "id", "item", "type", "occurred", "recorded", "place", "released_by", "received_by", "witness",
      "purpose", "authority", "method", "seal_before", "seal_after", "condition", "storage", "remarks",
      "corrects",
    ])

  package init(id: RecordIdentifier, item: ItemNumber, recorded: Timestamp, details: CustodyDetails) {
    self.id = id
    self.item = item
    self.recorded = recorded
    self.details = details
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    try fields.set("type", details.type.rawValue)
    fields.set("occurred", details.occurred)
    fields.set("recorded", recorded)
    try fields.set("place", details.place)
    fields.set("released_by", details.releasedBy)
    fields.set("received_by", details.receivedBy)
    fields.set("witness", details.witness)
    try fields.set("purpose", details.purpose)
    try fields.set("authority", details.authority)
    try fields.set("method", details.method)
    try fields.set("seal_before", details.sealBefore)
    try fields.set("seal_after", details.sealAfter)
    try fields.set("condition", details.condition)
    try fields.set("storage", details.storage)
    try fields.set("remarks", details.remarks)
    fields.set("corrects", details.corrects)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.id = try fields.identifier("id")
    self.item = try fields.item("item")
    self.recorded = try fields.time("recorded")
    var details = CustodyDetails(try fields.named("type"), occurred: try fields.time("occurred"))
    details.place = try fields.optionalText("place")
    details.releasedBy = try fields.optionalIdentifier("released_by")
    details.receivedBy = try fields.optionalIdentifier("received_by")
    details.witness = try fields.optionalIdentifier("witness")
    details.purpose = try fields.optionalText("purpose")
    details.authority = try fields.optionalText("authority")
    details.method = try fields.optionalText("method")
    details.sealBefore = try fields.optionalText("seal_before")
    details.sealAfter = try fields.optionalText("seal_after")
    details.condition = try fields.optionalText("condition")
    details.storage = try fields.optionalText("storage")
    details.remarks = try fields.optionalText("remarks")
    details.corrects = try fields.optionalIdentifier("corrects")
    self.details = details
  }
}
