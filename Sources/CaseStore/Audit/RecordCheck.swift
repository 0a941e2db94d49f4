import CanonicalJSON
import Evidence
internal import GRDB

/// Compares every row of every table with the audit log, event by event.
///
/// Tables are walked in the order of their audit events, beside the log, so that no more than the rows of one
/// event are in memory.
struct RecordCheck {
  private var walks: [TableWalk]
  private var unknownTables: [Finding] = []

  init(_ database: Database) throws {
    let version = try Migration.version(of: database)
    self.walks = RecordTable.all(in: version).map { TableWalk($0, database) }
  }

  var findings: [Finding] { unknownTables + walks.flatMap(\.findings) }

  /// - Parameter event: `nil` where the event is not readable; its rows cannot be judged then.
  mutating func compare(_ event: AuditEvent?, sequence: Int64) throws {
    for index in walks.indices {
      try walks[index].compare(event.map { $0.rows(of: walks[index].table) }, sequence: sequence)
    }
    for name in event?.payload["records"]?.objectValue?.keys.sorted() ?? []
    where !RecordTable.all.contains(where: { $0.name == name }) {
      unknownTables.append(
        Finding(
          .recordMismatch, subject: "audit event \(sequence)", expected: "a known table", observed: name))
    }
  }

  /// What is left in the tables now is not in the log.
  mutating func finish() throws {
    for index in walks.indices { try walks[index].compare([], sequence: Int64.max) }
  }
}

/// One table, read in step with the audit log.
private struct TableWalk {
  let table: RecordTable
  private(set) var findings: [Finding] = []
  private let database: Database
  private var rows: RowCursor?
  private var next: (fields: RecordFields, event: Int64)?
  private enum Progress { case notBegun, reading, over }
  private var progress = Progress.notBegun

  init(_ table: RecordTable, _ database: Database) {
    self.table = table
    self.database = database
  }

  /// Takes all rows up to event `sequence`; those of that event must be `expected`.
  mutating func compare(_ expected: [RecordFields]?, sequence: Int64) throws {
    try begin()
    var observed: [String: RecordFields] = [:]
    while let row = next, row.event <= sequence {
      if row.event == sequence {
        observed[row.fields.keyText] = row.fields
      } else {
        reportExtra(row.fields, row.event)
      }
      try advance()
    }
    guard let expected else { return }
    for fields in expected {
      let found = observed.removeValue(forKey: fields.keyText)
      compare(fields, found, sequence)
    }
    for key in observed.keys.sorted() {
      if let fields = observed[key] { reportExtra(fields, sequence) }
    }
  }

  private mutating func compare(_ expected: RecordFields, _ observed: RecordFields?, _ event: Int64) {
    guard let observed else {
      report(expected, event, expected: expected.json.canonicalText, observed: "missing")
      return
    }
    // By bytes: Swift compares strings by meaning, and would not see é written in another way.
    func differing(_ fields: RecordFields, from other: RecordFields) -> [String: JSONValue] {
      fields.values.filter { $0.value.canonicalBytes != other.values[$0.key]?.canonicalBytes }
    }
    let told = differing(expected, from: observed)
    let stored = differing(observed, from: expected)
    if !told.isEmpty || !stored.isEmpty {
      report(
        expected, event, expected: JSONValue.object(told).canonicalText,
        observed: JSONValue.object(stored).canonicalText)
    }
  }

  private mutating func reportExtra(_ fields: RecordFields, _ event: Int64) {
    report(fields, event, expected: "no such row", observed: fields.json.canonicalText)
  }

  private mutating func report(_ fields: RecordFields, _ event: Int64, expected: String, observed: String) {
    findings.append(
      Finding(
        table.name == CustodyRecord.table.name ? .custodyMismatch : .recordMismatch,
        subject: "\(table.name) \(fields.keyText) (audit event \(event))", expected: expected,
        observed: observed))
  }

  // MARK: Reading

  private mutating func begin() throws {
    guard progress == .notBegun else { return }
    progress = .reading
    let order = (["event"] + table.key).joined(separator: ", ")
    let (table, database) = (table, database)
    rows = try unlessDamaged { try Row.fetchCursor(database, sql: table.select("ORDER BY \(order)")) }
    try advance()
  }

  private mutating func advance() throws {
    next = nil
    guard progress == .reading, let rows else { return }
    let table = table
    next =
      try unlessDamaged {
        try rows.next().map { row in
          (RecordFields(table, row: row), StoredValue.integer(row, table.columns.count) ?? 0)
        }
      } ?? nil
    if next == nil { progress = .over }
  }

  /// The value of `body`; `nil`, and a finding, where the table is damaged, which also ends the walk.
  private mutating func unlessDamaged<Value>(_ body: () throws -> Value) throws -> Value? {
    var value: Value?
    let damage = try SchemaCheck.damage("table \(table.name)") { value = try body() }
    findings += damage
    if !damage.isEmpty { progress = .over }
    return value
  }
}
