import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

extension Database {
  /// The records of one kind that meet `condition`, in the order they were written; none where the case is of a
  /// version that did not know them.
  func records<Record: StoredRecord>(
    _ type: Record.Type = Record.self, where condition: String = "true",
    _ arguments: [any SQLColumn] = []
  ) throws -> [Recorded<Record>] {
    let table = Record.table
    guard try table.since <= Migration.version(of: self) else { return [] }
    // Sorted after they are found: by the index of events every row of the table would be looked up, out of its order.
    let order = (["+event"] + table.key).joined(separator: ", ")
    let rows = try cachedStatement(sql: table.select("WHERE \(condition) ORDER BY \(order)")).rows(
      arguments: arguments)
    var records: [Recorded<Record>] = []
    while try rows.next() {
      let number: Int64? = rows[table.columns.count]
      let event = number.flatMap { UInt64(exactly: $0) }
      records.append(Recorded(record: try Record(RecordFields(table, row: rows)), event: event ?? 0))
    }
    return records
  }

  /// As `records`, without the audit events.
  func plainRecords<Record: StoredRecord>(
    _ type: Record.Type = Record.self, where condition: String = "true",
    _ arguments: [any SQLColumn] = []
  ) throws -> [Record] {
    try records(type, where: condition, arguments).map(\.record)
  }

  /// - Throws: `itemUnknown`.
  func item(_ number: ItemNumber) throws -> EvidenceItemRecord {
    let items = try plainRecords(EvidenceItemRecord.self, where: "number = ?", [number.description])
    guard let item = items.first else { throw EvidenceError(.itemUnknown, number.description) }
    return item
  }
}

/// One change of the case: records and the audit event that repeats them, all or nothing.
struct CaseTransaction {
  let database: Database
  let actor: AuditActor
  /// The moment of the change, the same for the event and all its records.
  let now: Timestamp

  /// Appends the audit event and writes its records.
  /// - Parameter records: referenced records before those that refer to them.
  @discardableResult
  func record(
    _ kind: AuditKind, details: JSONValue = .object([:]), _ records: [any StoredRecord] = []
  ) throws -> AuditHead {
    let head = try AuditLog.head(of: database)
    return try record(kind, details: details, records, after: head)
  }

  /// As above, for the first event of a case.
  func recordFirst(_ kind: AuditKind, details: JSONValue, _ records: [any StoredRecord]) throws {
    let head = AuditHead(sequence: 0, digest: AuditEvent.noPredecessor)
    try record(kind, details: details, records, after: head)
  }

  @discardableResult
  private func record(
    _ kind: AuditKind, details: JSONValue, _ records: [any StoredRecord], after head: AuditHead
  ) throws -> AuditHead {
    var rows: [RecordFields] = []
    var byTable: [String: [JSONValue]] = [:]
    for record in records {
      let fields = try record.fields()
      rows.append(fields)
      byTable[fields.table.name, default: []].append(fields.json)
    }
    let payload = JSONValue.fields([
      "details": details, "records": .object(byTable.mapValues { .array($0) }),
    ])
    let event = AuditEvent(
      sequence: head.sequence + 1, time: now, kind: kind, actor: actor, payload: payload,
      previous: head.digest)
    let newHead = try AuditLog.append(event, to: database)
    for row in rows { try row.insert(into: database, event: event.sequence) }
    return newHead
  }
}
