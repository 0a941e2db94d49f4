import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

extension CaseStore {
  /// Writes every table of records anew from the audit log, with the indexes and triggers that belong to it.
  ///
  /// The log itself is not touched; it records what differed before.
  /// - Returns: what differed before: rows, and the schema of the tables.
  /// - Throws: `caseDamaged` where the log itself is not intact, as then it is no source.
  package func rebuildTables() throws(EvidenceError) -> [Finding] {
    try write { transaction in
      let database = transaction.database
      var check = try AuditCheck(database: database, references: [])
      try check.run()
      let findings = check.result.findings
      let ofLog: Set<FindingCode> = [.auditChainBroken, .auditEventAltered]
      if let finding = findings.first(where: { ofLog.contains($0.code) }) {
        throw EvidenceError(
          .caseDamaged, finding.subject, "\(finding.code.meaning): it cannot be rebuilt from")
      }
      let differences = findings.filter { $0.severity == .failure }
      try TableRebuild(database: database).perform()
      try transaction.record(
        .tablesRebuilt,
        details: .fields([
          "differences": JSONValue(differences.count),
          "findings": .array(
            differences.prefix(FindingRecord.largestCount).map { finding in
              .fields([
                "code": .string(finding.code.rawValue),
                "subject": .string(HumanText.singleLine(finding.subject)),
                "expected": finding.expected.map { .string(HumanText.singleLine($0)) },
                "observed": finding.observed.map { .string(HumanText.singleLine($0)) },
              ])
            }),
        ]))
      return differences
    }
  }
}

/// Makes the tables of records what the audit log says.
private struct TableRebuild {
  let database: Database

  func perform() throws {
    let version = try Migration.version(of: database)
    let tables = RecordTable.all(in: version)
    try database.execute(sql: "PRAGMA defer_foreign_keys = ON")
    for table in tables.reversed() { try database.execute(sql: "DROP TABLE IF EXISTS \(table.name)") }
    var rest: [String] = []
    for table in tables {
      let statements = try Migration.statements(making: table.name, version: version)
      try database.execute(sql: statements[0])
      rest += statements.dropFirst()
    }
    let events = try AuditLog.scan(database)
    while try events.next() {
      let event = try AuditLog.row(of: events).event()
      for table in tables {
        for fields in event.rows(of: table) { try fields.insert(into: database, event: event.sequence) }
      }
    }
    // Triggers last: they let nothing be written but the newest event's rows.
    for statement in rest { try database.execute(sql: statement) }
  }
}
