/// Version 3: signed checkpoints of the audit log.
extension Migration {
  static let signedHeads = Migration(
    version: 3, name: "signed-heads",
    sql: """
      CREATE TABLE checkpoint (
        sequence INTEGER NOT NULL PRIMARY KEY CHECK (sequence >= 1) REFERENCES audit_event(sequence),
        \(sha256("head")),
        \(sha256("document_sha256")),
        \(sha256("signature_sha256")),
        \(event)
      ) STRICT, WITHOUT ROWID;

      """ + protection(of: "checkpoint", where: "old.sequence = NEW.sequence"))
}
