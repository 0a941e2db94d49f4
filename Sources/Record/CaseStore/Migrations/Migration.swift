internal import SQLite

/// One step of the schema. Steps are only ever added: a released one never changes.
struct Migration: Sendable {
  /// The `user_version` a database has after this step.
  let version: Int
  /// Name as recorded in the audit log.
  let name: String
  let sql: String

  /// Every step, oldest first.
  static let all = [firstCase, custodyAndPeople, signedHeads, statementsOfTheCase, archive]

  /// `PRAGMA application_id` of a case database: "EXHB".
  static let applicationID = 0x4558_4842

  static var newestVersion: Int { all.last?.version ?? 0 }

  /// Brings a database from `version` to the newest; the caller holds the transaction.
  static func apply(to database: Database, from version: Int) throws {
    for migration in all where migration.version > version {
      try database.execute(sql: migration.sql)
      try database.execute(sql: "PRAGMA user_version = \(migration.version)")
    }
  }

  /// The `user_version` of a database.
  static func version(of database: Database) throws -> Int {
    try database.first(Int.self, "SELECT user_version FROM pragma_user_version") ?? 0
  }

  /// What `sqlite_schema` holds in an untouched database of `version`: SQL text by type and name.
  static func expectedSchema(version: Int) throws -> [String: String] {
    try untouched(version: version) { try schema(of: $0) }
  }

  /// The statements that make a table with its indexes and triggers, the table first, in a database of `version`.
  static func statements(making table: String, version: Int) throws -> [String] {
    try untouched(version: version) { database in
      try database.all(
        String.self,
        """
        SELECT sql FROM sqlite_schema WHERE tbl_name = ? AND sql IS NOT NULL ORDER BY type <> 'table', rowid
        """, [table])
    }
  }

  private static func untouched<Value>(version: Int, _ body: (Database) throws -> Value) throws -> Value {
    try DatabaseQueue().write { database in
      for migration in all where migration.version <= version {
        try database.execute(sql: migration.sql)
      }
      return try body(database)
    }
  }

  /// What `sqlite_schema` holds: SQL text by type and name. Indexes SQLite makes by itself are left out.
  static func schema(of database: Database) throws -> [String: String] {
    var schema: [String: String] = [:]
    // A bit can make a text a BLOB of the same bytes, which SQLite takes for the same schema.
    let rows = try database.rows(
      """
      SELECT type, name, tbl_name, sql, typeof(type) || typeof(name) || typeof(tbl_name) || typeof(sql)
      FROM sqlite_schema WHERE sql IS NOT NULL
      """)
    while try rows.next() {
      let (type, name, table, sql): (String?, String?, String?, String?) = (
        rows[0], rows[1], rows[2], rows[3]
      )
      let kinds: String = rows[4] ?? "?"
      schema["\(type ?? "?") \(name ?? "?")"] =
        "\(table ?? "?"): \(sql ?? "")" + (kinds == "texttexttexttext" ? "" : " (\(kinds))")
    }
    return schema
  }
}
