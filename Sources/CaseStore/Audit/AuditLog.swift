import CanonicalJSON
import Digests
import Evidence
internal import GRDB

extension CaseStore {
  /// Appends an event that changes no record.
  /// - Parameter details: an object; becomes `payload.details`.
  @discardableResult
  package func append(_ kind: AuditKind, details: JSONValue) throws(EvidenceError) -> AuditHead {
    try write { transaction in try transaction.record(kind, details: details) }
  }

  /// The newest event.
  package func auditHead() throws(EvidenceError) -> AuditHead {
    try read { database in try AuditLog.head(of: database) }
  }

  /// One event.
  /// - Returns: `nil` where the log has no such event.
  /// - Throws: `caseDamaged` where it is not readable.
  package func event(_ sequence: UInt64) throws(EvidenceError) -> AuditEvent? {
    try read { database in
      guard let number = Int64(exactly: sequence) else { return nil }
      let rows = try AuditLog.rows(of: database, where: "WHERE sequence = \(number)")
      return try rows.next().map { try $0.event() }
    }
  }

  /// Hands every event to `body`, oldest first, from one unchanging state of the log. Blocks until the last.
  package func forEachEvent(
    _ body: (AuditEvent) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try read { database in
      let rows = try AuditLog.rows(of: database)
      while let row = try rows.next() { try body(try row.event()) }
    }
  }

  /// The records of one kind as the audit log tells them, without a look at their table.
  package func recordsFromLog<Record: StoredRecord>(
    _ type: Record.Type = Record.self
  ) throws(EvidenceError) -> [Record] {
    var records: [Record] = []
    try forEachEvent { event throws(EvidenceError) in
      for fields in event.rows(of: Record.table) { records.append(try Record(fields)) }
    }
    return records
  }
}

/// The table `audit_event`.
enum AuditLog {
  /// A stored event, not yet looked into.
  struct StoredEvent {
    let sequence: Int64
    /// `nil` where it is longer than any event can be.
    let bytes: [UInt8]?
    /// As stored beside the event; not recomputed.
    let digest: String

    var name: String { "audit event \(sequence)" }

    func event() throws(EvidenceError) -> AuditEvent {
      do throws(EvidenceError) {
        guard let bytes else { throw EvidenceError(.jsonMalformed, name, "too long") }
        return try AuditEvent(canonical: bytes, name: name)
      } catch {
        throw EvidenceError(.caseDamaged, name, error.detail)
      }
    }
  }

  /// Stored events in order.
  static func rows(
    of database: Database, where condition: String = ""
  ) throws -> some Cursor<StoredEvent> {
    // As bytes: a String would repair what is not valid UTF-8, and so hide an alteration.
    let sql = """
      SELECT sequence, CASE WHEN length(event) <= \(AuditEvent.largestSize) THEN CAST(event AS BLOB) END,
        CAST(digest AS BLOB)
      FROM audit_event \(condition) ORDER BY sequence
      """
    return try Row.fetchCursor(database, sql: sql).map { row in
      StoredEvent(
        sequence: StoredValue.integer(row, 0) ?? 0, bytes: StoredValue.bytes(row, 1),
        digest: StoredValue.bytes(row, 2).map { String(decoding: $0, as: UTF8.self) } ?? "")
    }
  }

  /// The canonical bytes of one event; `nil` where there is none.
  static func bytes(of sequence: UInt64, in database: Database) throws -> [UInt8]? {
    guard let number = Int64(exactly: sequence) else { return nil }
    return try rows(of: database, where: "WHERE sequence = \(number)").next()?.bytes
  }

  /// The newest event.
  /// - Throws: `caseDamaged` where there is none, or where its digest is none.
  static func head(of database: Database) throws -> AuditHead {
    let condition = "WHERE sequence = (SELECT max(sequence) FROM audit_event)"
    guard let row = try rows(of: database, where: condition).next(),
      (1..<JSONValue.largestInteger).contains(row.sequence), let digest = Digest(.sha256, hex: row.digest)
    else { throw EvidenceError(.caseDamaged, CaseStore.fileName, "the audit log has no readable last event") }
    return AuditHead(sequence: UInt64(row.sequence), digest: digest)
  }

  /// Appends `event`, which must follow the newest one.
  static func append(_ event: AuditEvent, to database: Database) throws -> AuditHead {
    let bytes = event.json.canonicalBytes
    guard bytes.count <= AuditEvent.largestSize else {
      throw EvidenceError(
        .argumentInvalid, "audit event \(event.sequence)", "\(bytes.count) bytes are too many")
    }
    let digest = Digest.of(bytes, .sha256)
    try database.cachedStatement(sql: "INSERT INTO audit_event (sequence, event, digest) VALUES (?, ?, ?)")
      .execute(arguments: [
        Int64(event.sequence), String(decoding: bytes, as: UTF8.self), digest.hex,
      ])
    return AuditHead(sequence: event.sequence, digest: digest)
  }
}
