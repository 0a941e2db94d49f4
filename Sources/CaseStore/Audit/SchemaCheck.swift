import Evidence
internal import GRDB

/// Whether the database is what SQLite and the migrations made it.
enum SchemaCheck {
  /// Most lines SQLite is asked for.
  private static let largestReport = 100

  static func findings(of database: Database) throws -> [Finding] {
    var findings: [Finding] = []
    try findings += damage("structure") { findings += try structure(of: database) }
    try findings += damage("references") {
      let rows = try Row.fetchCursor(
        database, sql: "SELECT * FROM pragma_foreign_key_check LIMIT \(largestReport)")
      while let row = try rows.next() {
        let (table, parent): (String?, String?) = (row[0], row[2])
        findings.append(
          Finding(
            .databaseDamaged, subject: "table \(table ?? "?")",
            expected: "the row of \(parent ?? "?") it refers to", observed: "none"))
      }
    }
    try findings += damage("schema") { findings += try compare(database) }
    return findings
  }

  /// What SQLite itself finds: pages, order, indexes, types and constraints.
  ///
  /// First everything but constraints, then these, without a second look at the indexes. The constraints of the log are
  /// left out: they say that numbers are positive and digests hexadecimal, which ``AuditCheck`` holds every event to
  /// more strictly, and take SQLite longer than everything else together.
  private static func structure(of database: Database) throws -> [Finding] {
    var lines: Set<String> = []
    try database.execute(sql: "PRAGMA ignore_check_constraints = ON")
    lines.formUnion(try String.fetchAll(database, sql: "PRAGMA integrity_check(\(largestReport))"))
    try database.execute(sql: "PRAGMA ignore_check_constraints = OFF")
    let tables = try String.fetchAll(
      database,
      sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'audit_event' ORDER BY name")
    for table in tables {
      lines.formUnion(
        try String.fetchAll(database, sql: "PRAGMA quick_check(\(table.quotedDatabaseIdentifier))"))
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
      where [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
    {
      return [
        Finding(
          .databaseDamaged, subject: "\(CaseStore.fileName): \(part)", expected: "readable",
          observed: error.message)
      ]
    }
  }
}
