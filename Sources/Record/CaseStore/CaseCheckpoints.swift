import CaseRecords
import Digests
import Evidence
internal import SQLite

/// Signed checkpoints as the case records them.
extension CaseStore {
  /// In the order of what they signed.
  package func checkpoints() throws(EvidenceError) -> [CheckpointRecord] {
    try read { database in try database.plainRecords() }
  }

  /// The one that covers most of the log; `nil` where none is recorded.
  package func newestCheckpoint() throws(EvidenceError) -> CheckpointRecord? {
    try read { database in
      try database.plainRecords(
        CheckpointRecord.self, where: "sequence = (SELECT max(sequence) FROM checkpoint)"
      ).first
    }
  }

  /// Records a checkpoint whose files are written.
  package func recordCheckpoint(_ checkpoint: CheckpointRecord) throws(EvidenceError) {
    _ = try write { transaction in try transaction.record(.checkpointSigned, [checkpoint]) }
  }

  /// SHA-256 over the digests of all events up to each of these, as far as they are there.
  /// - Throws: `auditBroken` where an event is missing or has no digest.
  package func digests(ofEventsUpTo ends: Set<UInt64>) throws(EvidenceError) -> [UInt64: Digest] {
    try read { database in
      var all = StreamingDigest(.sha256)
      var found: [UInt64: Digest] = [:]
      var sequence: UInt64 = 0
      let events = try database.rows("SELECT sequence, digest FROM audit_event ORDER BY sequence")
      while found.count < ends.count, try events.next() {
        sequence += 1
        let digest = Digest(.sha256, hex: String(decoding: events.bytes(1), as: UTF8.self))
        guard Int64(exactly: sequence) == events.integer(0), let digest else {
          throw EvidenceError(.auditBroken, "audit event \(sequence)", "it does not have its digest")
        }
        all.update(digest.bytes.span.bytes)
        if ends.contains(sequence) { found[sequence] = all.finish() }
      }
      return found
    }
  }

  /// The newest event, once the chain was followed to it.
  /// - Parameter earlier: from where on; an event that was seen or signed before. From the first on where `nil`.
  /// - Throws: `auditBroken` where the log is not the one `earlier` belongs to, or does not lead on from there.
  package func followedHead(from earlier: AuditHead?) throws(EvidenceError) -> AuditHead {
    try read { database in
      var head = earlier ?? AuditHead(sequence: 0, digest: AuditEvent.noPredecessor)
      func broken(_ sequence: UInt64, _ reason: String) -> EvidenceError {
        EvidenceError(.auditBroken, "audit event \(sequence)", reason)
      }
      if let earlier {
        guard let number = Int64(exactly: earlier.sequence),
          let stored = try AuditLog.stored(number, in: database), stored.digestText == earlier.digest.hex
        else { throw broken(earlier.sequence, "not the one that was signed, \(earlier.digest)") }
      }
      let events = try AuditLog.scan(database, from: Int64(clamping: head.sequence) + 1)
      while try events.next() {
        let stored = AuditLog.row(of: events)
        let event = try stored.event()
        let next = head.sequence + 1
        guard event.sequence == next, Int64(exactly: next) == stored.sequence, event.previous == head.digest
        else {
          throw broken(next, "it does not follow the one before")
        }
        let digest = Digest.of(stored.bytes ?? [], .sha256)
        guard digest.hex == stored.digestText else { throw broken(next, "it does not have its digest") }
        head = AuditHead(sequence: next, digest: digest)
      }
      guard head.sequence > 0 else { throw broken(1, "the log is empty") }
      return head
    }
  }
}
