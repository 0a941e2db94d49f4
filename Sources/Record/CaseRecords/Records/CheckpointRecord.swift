import Evidence

/// A signed statement of how far the audit log went; its files lie outside of the database.
package struct CheckpointRecord: StoredRecord {
  /// The event that was signed.
  package let head: AuditHead
  /// SHA-256 of the statement, and of its signature.
  package let document: Digest
  package let signature: Digest

  package static let table = RecordTable(
    "checkpoint", since: 3, key: ["sequence"], text: ["head", "document_sha256", "signature_sha256"],
    integers: ["sequence"])

  package init(head: AuditHead, document: Digest, signature: Digest) {
    self.head = head
    self.document = document
    self.signature = signature
  }

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    try fields.set("sequence", head.sequence)
    fields.set("head", head.digest)
    fields.set("document_sha256", document)
    fields.set("signature_sha256", signature)
    return fields
  }

  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      head: AuditHead(
        sequence: try fields.number("sequence"), digest: try fields.digest("head", .sha256)),
      document: try fields.digest("document_sha256", .sha256),
      signature: try fields.digest("signature_sha256", .sha256))
  }
}
