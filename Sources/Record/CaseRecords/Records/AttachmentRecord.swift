import Evidence
import SystemIO

/// A file to attach, whose contents lie in the case by their SHA-256.
package struct AttachedFile: Hashable, Sendable {
  package let kind: AttachmentRecord.Kind
  package let file: RecordedFile

  package init(kind: AttachmentRecord.Kind, file: RecordedFile) {
    self.kind = kind
    self.file = file
  }

  package func record(of item: ItemNumber, custody: RecordIdentifier?, added: Timestamp) -> AttachmentRecord {
    AttachmentRecord(
      id: Host.newIdentifier(), item: item, custody: custody, kind: kind, file: file, added: added)
  }
}

/// A file that belongs to an item or to one of its custody events; its contents lie in the case by their SHA-256.
package struct AttachmentRecord: StoredRecord {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case photograph
    /// A scanned form, a receipt …
    case document
  }

  package let id: RecordIdentifier
  package let item: ItemNumber
  package let custody: RecordIdentifier?
  package let kind: Kind
  /// By its own name.
  package let file: RecordedFile
  package let added: Timestamp

  package init(
    id: RecordIdentifier, item: ItemNumber, custody: RecordIdentifier?, kind: Kind,
    file: RecordedFile, added: Timestamp
  ) {
    self.id = id
    self.item = item
    self.custody = custody
    self.kind = kind
    self.file = file
    self.added = added
  }

  package static let table = RecordTable(
    "attachment", since: 2, key: ["id"],
    text: ["id", "item", "custody", "kind", "name", "sha256", "added"], integers: ["size"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("item", item)
    fields.set("custody", custody)
    try fields.set("kind", kind.rawValue)
    try fields.set("name", file.name)
    try fields.set("size", file.size)
    fields.set("sha256", file.sha256)
    fields.set("added", added)
    return fields
  }
}

extension AttachmentRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), item: try fields.item("item"),
      custody: try fields.optionalIdentifier("custody"), kind: try fields.named("kind"),
      file: RecordedFile(
        name: try fields.text("name"), size: try fields.number("size"),
        sha256: try fields.digest("sha256", .sha256)),
      added: try fields.time("added"))
  }
}
