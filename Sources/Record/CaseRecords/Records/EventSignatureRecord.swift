import Evidence

/// A signature of an audit event by a person of the case, over exactly the canonical bytes of that event.
package struct EventSignatureRecord: StoredRecord {
  package let id: RecordIdentifier
  /// Sequence of the audit event that is signed.
  package let signedEvent: UInt64
  package let person: RecordIdentifier
  /// SHA-256 of the certificate it was made with.
  package let fingerprint: Digest
  /// Detached CMS SignedData (CAdES-BES) in DER.
  package let signature: [UInt8]
  package let made: Timestamp

  package init(
    id: RecordIdentifier, signedEvent: UInt64, person: RecordIdentifier, fingerprint: Digest,
    signature: [UInt8], made: Timestamp
  ) {
    self.id = id
    self.signedEvent = signedEvent
    self.person = person
    self.fingerprint = fingerprint
    self.signature = signature
    self.made = made
  }

  package static let table = RecordTable(
    "event_signature", since: 2, key: ["id"],
    text: ["id", "person", "fingerprint", "signature", "made"], integers: ["signed_event"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("signed_event", signedEvent)
    fields.set("person", person)
    fields.set("fingerprint", fingerprint)
    try fields.set("signature", Hex.encode(signature))
    fields.set("made", made)
    return fields
  }
}

extension EventSignatureRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), signedEvent: try fields.number("signed_event"),
      person: try fields.identifier("person"), fingerprint: try fields.digest("fingerprint", .sha256),
      signature: try fields.present("signature", Hex.decode(fields.text("signature"))),
      made: try fields.time("made"))
  }
}
