import CanonicalJSON
import CaseRecords
import Digests
import Evidence
internal import SQLite

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
      return try AuditLog.stored(number, in: database)?.event()
    }
  }

  /// Hands every event to `body`, oldest first, from one unchanging state of the log. Blocks until the last.
  package func forEachEvent(
    _ body: (AuditEvent) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try read { database in
      let events = try AuditLog.scan(database)
      while try events.next() { try body(try AuditLog.row(of: events).event()) }
    }
  }

  /// Hands the events of some kinds to `body`, oldest first. No other is looked into.
  package func forEachEvent(
    of kinds: [AuditKind], _ body: (AuditEvent) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try forEachEvent(of: kinds, among: "true", body)
  }

  /// Hands the events of one kind that wrote an acquisition to `body`, oldest first. No other is looked at.
  package func forEachAcquisitionEvent(
    of kind: AuditKind, _ body: (AuditEvent) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try forEachEvent(
      of: [kind], among: "sequence IN (SELECT event FROM \(AcquisitionRecord.table.name))", body)
  }

  private func forEachEvent(
    of kinds: [AuditKind], among condition: String, _ body: (AuditEvent) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try read { database in
      // The keys of an event stand in one order, and a quotation mark inside of a text is escaped.
      let isOneOfThem = kinds.map { _ in "instr(event, ?) > 0" }.joined(separator: " OR ")
      let numbers = try database.all(
        Int64.self,
        "SELECT sequence FROM audit_event WHERE \(condition) AND (\(isOneOfThem)) ORDER BY sequence",
        kinds.map { ",\"kind\":\"\($0)\",\"payload\":" })
      for number in numbers {
        guard let event = try AuditLog.stored(number, in: database)?.event(), kinds.contains(event.kind)
        else {
          continue
        }
        try body(event)
      }
    }
  }

  /// Hands the stored bytes of every event to `body`, oldest first, from one unchanging state of the log.
  /// - Returns: the newest event.
  /// - Throws: `caseDamaged` where an event is not readable or does not have its number; what `body` throws.
  package func forEachEventBytes(
    _ body: (UInt64, [UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> AuditHead {
    try read { database in
      let events = try AuditLog.scan(database)
      while try events.next() {
        let stored = AuditLog.row(of: events)
        let event = try stored.event()
        guard Int64(exactly: event.sequence) == stored.sequence else {
          throw EvidenceError(.caseDamaged, stored.name, "it has the number of another event")
        }
        try body(event.sequence, stored.bytes ?? [])
      }
      return try AuditLog.head(of: database)
    }
  }

  /// The head as it was with event `sequence`; `nil` where there is no such event.
  package func head(at sequence: UInt64) throws(EvidenceError) -> AuditHead? {
    try read { database in
      guard let number = Int64(exactly: sequence), let stored = try AuditLog.stored(number, in: database),
        let digest = Digest(.sha256, hex: stored.digestText)
      else { return nil }
      return AuditHead(sequence: sequence, digest: digest)
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
    /// As stored beside the event; not recomputed. Hexadecimal digits, if it is as it should be.
    let digest: [UInt8]

    var digestText: String { String(decoding: digest, as: UTF8.self) }
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

  /// Stored events in order, from event `first`: number, event, digest.
  static func scan(_ database: Database, from first: Int64 = Int64.min) throws -> Rows {
    try database.rows(
      "SELECT sequence, event, digest FROM audit_event WHERE sequence >= \(first) ORDER BY sequence")
  }

  /// One stored event.
  static func stored(_ sequence: Int64, in database: Database) throws -> StoredEvent? {
    let events = try scan(database, from: sequence)
    guard try events.next(), events.integer(0) == sequence else { return nil }
    return row(of: events)
  }

  /// The event a scan stands on; `nil` where it is longer than any can be.
  static func bytes(of events: Rows) -> UnsafeRawBufferPointer? {
    let bytes = events.bytes(1)
    return bytes.count <= AuditEvent.largestSize ? bytes : nil
  }

  /// What a scan stands on.
  static func row(of events: Rows) -> StoredEvent {
    StoredEvent(
      sequence: events.integer(0), bytes: bytes(of: events).map(Array.init),
      digest: Array(events.bytes(2)))
  }

  /// The canonical bytes of one event; `nil` where there is none.
  static func bytes(of sequence: UInt64, in database: Database) throws -> [UInt8]? {
    guard let number = Int64(exactly: sequence) else { return nil }
    return try stored(number, in: database)?.bytes
  }

  /// The newest event.
  /// - Throws: `caseDamaged` where there is none, or where its digest is none.
  static func head(of database: Database) throws -> AuditHead {
    // The event itself is not needed, and may be long.
    let sql = "SELECT sequence, digest FROM audit_event ORDER BY sequence DESC LIMIT 1"
    let row = try database.cachedStatement(sql: sql).rows()
    guard try row.next(), let number: Int64 = row[0], (1..<JSONValue.largestInteger).contains(number),
      let text: String = row[1],
      let digest = Digest(.sha256, hex: text)
    else { throw EvidenceError(.caseDamaged, CaseStore.fileName, "the audit log has no readable last event") }
    return AuditHead(sequence: UInt64(number), digest: digest)
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
