import Evidence
internal import SQLite

/// Whether the database is what SQLite and the migrations made it.
enum SchemaCheck {
  /// Most lines SQLite is asked for.
  private static let largestReport = 100

  static func findings(of database: Database) throws -> [Finding] {
    var findings: [Finding] = []
    try findings += damage("structure") { findings += try structure(of: database) }
    try findings += damage("references") { findings += try references(of: database) }
    try findings += damage("schema") { findings += try compare(database) }
    return findings
  }

  /// Those of a case that are there; that there are others is a finding by itself, however many they are.
  private static func knownTables(of database: Database) throws -> [String] {
    let known = try Migration.expectedSchema(version: Migration.version(of: database))
    return try database.all(
      String.self, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name"
    ).filter { known["table \($0)"] != nil }
  }

  /// Rows that refer to one that is not there, as `PRAGMA foreign_key_check` finds them.
  ///
  /// That would look every event of every row up in the log. The log has no gaps, which ``AuditCheck`` demands, so that
  /// here the first and the last event of each table tell as much.
  private static func references(of database: Database) throws -> [Finding] {
    var findings = try cutEnd(of: database)
    for table in try knownTables(of: database) {
      for key in try foreignKeys(of: table, database) {
        let own = key.originColumns.map(\.quotedSQLName)
        let others = key.destinationColumns.map(\.quotedSQLName)
        let (child, parent) = (table.quotedSQLName, key.destinationTable.quotedSQLName)
        let missing =
          key.destinationTable == "audit_event"
          ? """
          SELECT (SELECT ifnull(min(\(own[0])), 1) FROM \(child)) < 1
          """
          : """
          SELECT EXISTS (SELECT 1 FROM (SELECT DISTINCT \(own.joined(separator: ", ")) FROM \(child)) c WHERE \(own.map { "c.\($0) IS NOT NULL" }.joined(separator: " AND "))
            AND NOT EXISTS (SELECT 1 FROM \(parent) p WHERE
              \(zip(own, others).map { "p.\($1) = c.\($0)" }.joined(separator: " AND "))))
          """
        guard try database.first(Bool.self, missing) ?? false else { continue }
        findings.append(
          Finding(
            .databaseDamaged, subject: "table \(table)",
            expected:
              "the row of \(key.destinationTable) that \(key.originColumns.joined(separator: ", ")) refers to",
            observed: "none"))
      }
    }
    return findings
  }

  /// Columns of a table that refer to those of another.
  private struct ForeignKey {
    let destinationTable: String
    var originColumns: [String] = []
    var destinationColumns: [String] = []
  }

  private static func foreignKeys(of table: String, _ database: Database) throws -> [ForeignKey] {
    let rows = try database.rows(
      "SELECT seq, [table], [from], [to] FROM pragma_foreign_key_list(?) ORDER BY id, seq", [table])
    var keys: [ForeignKey] = []
    while try rows.next() {
      guard let other: String = rows[1], let column: String = rows[2], let referred: String = rows[3] else {
        continue
      }
      if rows.integer(0) == 0 { keys.append(ForeignKey(destinationTable: other)) }
      keys[keys.count - 1].originColumns.append(column)
      keys[keys.count - 1].destinationColumns.append(referred)
    }
    return keys
  }

  /// Events past the end of the log that rows refer to: the end was cut off, and the rows were left.
  private static func cutEnd(of database: Database) throws -> [Finding] {
    let end = try database.first(Int64.self, "SELECT max(sequence) FROM audit_event") ?? 0
    var (tables, last): ([String], Int64) = ([], 0)
    for table in try knownTables(of: database) {
      for key in try foreignKeys(of: table, database) where key.destinationTable == "audit_event" {
        guard let column = key.originColumns.first?.quotedSQLName,
          let newest = try database.first(Int64.self, "SELECT max(\(column)) FROM \(table.quotedSQLName)"),
          newest > end
        else { continue }
        if !tables.contains(table) { tables.append(table) }
        last = max(last, newest)
      }
    }
    guard !tables.isEmpty else { return [] }
    return [
      Finding(
        .auditEventMissing, subject: "audit event \(last)",
        expected: "the event that rows of \(tables.joined(separator: ", ")) refer to",
        observed: "no such event; the log ends at \(end)")
    ]
  }

  /// What SQLite itself finds: pages, order, indexes, types and constraints.
  ///
  /// First everything but constraints, then these, without a second look at the indexes. The constraints of the log are
  /// left out: they say that numbers are positive and digests hexadecimal, which ``AuditCheck`` holds every event to
  /// more strictly, and take SQLite longer than everything else together.
  private static func structure(of database: Database) throws -> [Finding] {
    var lines: Set<String> = []
    try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
    lines.formUnion(try database.all(String.self, "PRAGMA integrity_check(\(largestReport))"))
    try database.execute(sql: "PRAGMA ignore_check_constraints = OFF")
    for table in try knownTables(of: database) where table != "audit_event" {
      lines.formUnion(
        try database.all(String.self, "PRAGMA quick_check(\(table.quotedSQLName))"))
    }
    return lines.filter { $0 != "ok" }.sorted().prefix(largestReport).map {
      Finding(.databaseDamaged, subject: CaseStore.fileName, expected: "ok", observed: $0)
    }
  }

  /// Tables, indexes and above all triggers, by their SQL text.
  private static func compare(_ database: Database) throws -> [Finding] {
    let version = try Migration.version(of: database)
    let expected = try Migration.expectedSchema(version: version)
    let observed = try Migration.schema(of: database)
    return Set(expected.keys).union(observed.keys).sorted().compactMap { name in
      switch (expected[name], observed[name]) {
      case (let sql?, nil): Finding(.schemaAltered, subject: name, expected: sql, observed: "missing")
      case (nil, let sql?): Finding(.schemaAltered, subject: name, expected: "none", observed: sql)
      case (let sql?, let other?) where sql != other:
        Finding(.schemaAltered, subject: name, expected: sql, observed: other)
      default: nil
      }
    }
  }

  /// Runs `body`; what SQLite cannot read of `part` is a finding, so that the rest is still looked at.
  static func damage(_ part: String, _ body: () throws -> Void) throws -> [Finding] {
    do {
      try body()
      return []
    } catch let error as DatabaseError
      where [.corrupt, .notADatabase, .error, .tooBig].contains(error.kind)
    {
      return [
        Finding(
          .databaseDamaged, subject: "\(CaseStore.fileName): \(part)", expected: "readable",
          observed: error.message)
      ]
    }
  }
}
