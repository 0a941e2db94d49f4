import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

/// Compares every row of every table with the audit log, event by event.
///
/// Tables are walked in the order of their audit events, beside the log, so that no more than one row of each is in
/// memory. SQLite writes a row as the canonical JSON that the event must repeat; only where the two differ are they
/// taken apart.
struct RecordCheck {
  let tables: [RecordTable]
  private var walks: [TableWalk]
  private var unknownTables = BoundedFindings(of: "audit log")
  private var firstUnknown: Int64?

  init(_ database: Database) throws {
    self.tables = RecordTable.all(in: try Migration.version(of: database))
    self.walks = try tables.map { try TableWalk($0, database) }
  }

  var findings: [Finding] { unknownTables.all + walks.flatMap(\.findings.all) }
  /// Number of the first event whose records are not in order.
  var firstWrong: Int64? { (walks.map(\.firstWrong) + [firstUnknown]).compactMap(\.self).min() }

  /// - Parameter rows: those of the event; they stand in `bytes`, by table.
  mutating func compare(_ rows: [ExpectedRow], in bytes: UnsafeRawBufferPointer, sequence: Int64) throws {
    var isSettled = true
    for row in rows where isSettled {
      isSettled = try walks[row.table].take(UnsafeRawBufferPointer(rebasing: bytes[row.place]), sequence)
    }
    guard !isSettled || walks.contains(where: { $0.isBehind(sequence) }) else { return }
    try compare(AuditEvent(canonical: Array(bytes), name: "audit event \(sequence)"), sequence: sequence)
  }

  /// - Parameter event: `nil` where the event is not readable; its rows cannot be judged then.
  mutating func compare(_ event: AuditEvent?, sequence: Int64) throws {
    for index in walks.indices {
      try walks[index].settle(event.map { $0.rows(of: tables[index]) }, sequence: sequence)
    }
    for name in event?.payload["records"]?.objectValue?.keys.sorted() ?? []
    where !tables.contains(where: { $0.name == name }) {
      firstUnknown = firstUnknown ?? sequence
      unknownTables.append(
        Finding(
          .recordMismatch, subject: "audit event \(sequence)", expected: "a known table", observed: name))
    }
  }

  /// What is left in the tables now is not in the log.
  mutating func finish() throws {
    for index in walks.indices { try walks[index].finish() }
  }
}

/// One table, read in step with the audit log.
private struct TableWalk {
  private let table: RecordTable
  private let database: Database
  private(set) var findings: BoundedFindings
  private(set) var firstWrong: Int64?
  /// Stands on the next row that was not taken; `nil` past the last.
  private var rows: Rows?
  /// The event of that row.
  private var nextEvent = Int64.max

  init(_ table: RecordTable, _ database: Database) throws {
    self.table = table
    self.database = database
    self.findings = BoundedFindings(of: "table \(table.name)")
    try unlessDamaged { walk in
      walk.rows = try database.rows(table.walk)
      try walk.advance()
    }
  }

  /// Whether a row is there that must have been taken by now.
  func isBehind(_ sequence: Int64) -> Bool { rows != nil && nextEvent <= sequence }

  /// Takes the next row, if it is this one, of this event.
  /// - Parameter expected: canonical JSON.
  mutating func take(_ expected: UnsafeRawBufferPointer, _ sequence: Int64) throws -> Bool {
    guard let rows, nextEvent == sequence, rows.bytes(1).holds(expected) else { return false }
    try unlessDamaged { try $0.advance() }
    return true
  }

  /// Compares all rows of an event with those that are expected, whatever was taken of them, and goes past them.
  mutating func settle(_ expected: [RecordFields]?, sequence: Int64) throws {
    while rows != nil, nextEvent < sequence {
      let event = nextEvent
      for row in try stored(event) { reportExtra(row, event) }
      try pass(event)
    }
    let rows = expected == nil ? [] : try stored(sequence)
    if rows.count > Self.mostOfAnEvent {
      report(
        rows[0], sequence, expected: "the rows of one event", observed: "more than \(Self.mostOfAnEvent)")
    } else if let expected {
      var observed = Dictionary(rows.map { ($0.keyText, $0) }) { $1 }
      for fields in expected { compare(fields, observed.removeValue(forKey: fields.keyText), sequence) }
      for key in observed.keys.sorted() {
        if let fields = observed[key] { reportExtra(fields, sequence) }
      }
    }
    try pass(sequence)
  }

  mutating func finish() throws {
    while rows != nil {
      let event = nextEvent
      for row in try stored(event) { reportExtra(row, event) }
      try pass(event)
    }
  }

  // MARK: What differs

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
    firstWrong = min(firstWrong ?? event, event)
  }

  // MARK: Reading

  /// More rows than an event has that is no longer than one can be; they are held in memory.
  private static let mostOfAnEvent = 1 << 16

  /// The rows of one event, with every column as it is stored; a few of them where they are more than one can have.
  private mutating func stored(_ event: Int64) throws -> [RecordFields] {
    var all: [RecordFields] = []
    try unlessDamaged { walk in
      let order = walk.table.key.joined(separator: ", ")
      let rows = try walk.database.rows(
        walk.table.select("WHERE event = ? ORDER BY \(order) LIMIT \(Self.mostOfAnEvent + 1)"),
        [event])
      while try rows.next() { all.append(RecordFields(walk.table, row: rows)) }
    }
    return all
  }

  /// Goes past what is left of the rows of an event.
  private mutating func pass(_ event: Int64) throws {
    try unlessDamaged { walk in
      while walk.rows != nil, walk.nextEvent <= event { try walk.advance() }
    }
  }

  private mutating func advance() throws {
    guard let rows, try rows.next() else {
      self.rows = nil
      return
    }
    nextEvent = rows.integer(0)
  }

  /// Runs `body`; where the table is damaged, that is a finding, and the walk is over.
  private mutating func unlessDamaged(_ body: (inout TableWalk) throws -> Void) throws {
    do { try body(&self) } catch {
      rows = nil
      findings += try SchemaCheck.damage("table \(table.name)") { throw error }
    }
  }
}
