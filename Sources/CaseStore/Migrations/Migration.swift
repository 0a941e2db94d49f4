internal import GRDB

/// One step of the schema. Steps are only ever added: a released one never changes.
struct Migration: Sendable {
  /// The `user_version` a database has after this step.
  let version: Int
  /// Name as recorded in the audit log.
  let name: String
  let sql: String

  /// Every step, oldest first.
  static let all = [firstCase]

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

  /// What `sqlite_schema` holds in an untouched database of `version`: SQL text by type and name.
  static func expectedSchema(version: Int) throws -> [String: String] {
    try DatabaseQueue().write { database in
      for migration in all where migration.version <= version {
        try database.execute(sql: migration.sql)
      }
      return try schema(of: database)
    }
  }

  /// What `sqlite_schema` holds: SQL text by type and name. Indexes SQLite makes by itself are left out.
  static func schema(of database: Database) throws -> [String: String] {
    var schema: [String: String] = [:]
    let rows = try Row.fetchCursor(
      database, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL")
    while let row = try rows.next() {
      let (type, name, table, sql): (String?, String?, String?, String?) = (row[0], row[1], row[2], row[3])
      schema["\(type ?? "?") \(name ?? "?")"] = "\(table ?? "?"): \(sql ?? "")"
    }
    return schema
  }
}
