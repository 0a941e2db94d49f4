internal import CSQLite

/// A connection to a database, for the thread that has it. Texts of SQL are the program's own; values are arguments.
package final class Database {
  let connection: OpaquePointer
  private var cached: [String: Statement] = [:]
  private var isClosed = false

  init(path: String, isReadOnly: Bool) throws {
    let access = isReadOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
    var connection: OpaquePointer?
    let code = sqlite3_open_v2(path, &connection, access | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, nil)
    guard code == SQLITE_OK, let connection else {
      let error = DatabaseError(code, of: connection)
      sqlite3_close_v2(connection)
      throw error
    }
    sqlite3_extended_result_codes(connection, 1)
    self.connection = connection
  }

  deinit { if !isClosed { sqlite3_close_v2(connection) } }

  func demand(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw DatabaseError(code, of: connection) }
  }

  /// Makes it defend its file, see `csqlite_defend`.
  /// - Parameter longest: most bytes of a value or a row.
  package func defend(longest: Int) throws { try demand(csqlite_defend(connection, Int32(longest))) }

  /// Closes it; statements that are still held keep it from that.
  func close() throws {
    cached = [:]
    try demand(sqlite3_close(connection))
    isClosed = true
  }

  // MARK: Statements

  /// Runs statements, one after the other.
  package func execute(sql: String) throws { try demand(sqlite3_exec(connection, sql, nil, nil, nil)) }

  /// Runs one statement.
  package func execute(sql: String, arguments: [any SQLColumn]) throws {
    try Statement(self, sql).execute(arguments: arguments)
  }

  /// A statement, made ready.
  package func makeStatement(sql: String) throws -> Statement { try Statement(self, sql) }

  /// A statement that is kept, for what is asked again and again.
  package func cachedStatement(sql: String) throws -> Statement {
    if let statement = cached[sql], !statement.isBusy { return statement }
    let statement = try Statement(self, sql)
    cached[sql] = statement
    return statement
  }

  // MARK: Rows

  /// The rows of a query, one at a time.
  package func rows(_ sql: String, _ arguments: [any SQLColumn] = []) throws -> Rows {
    try makeStatement(sql: sql).rows(arguments: arguments)
  }

  /// The first column of every row.
  /// - Throws: `mismatch` where one is of another kind, or NULL.
  package func all<Value: SQLColumn>(
    _ type: Value.Type, _ sql: String, _ arguments: [any SQLColumn] = []
  ) throws -> [Value] {
    let rows = try rows(sql, arguments)
    var values: [Value] = []
    while try rows.next() { values.append(try Self.demand(rows[0])) }
    return values
  }

  /// The first column of the first row; `nil` where there is none, or it is NULL.
  /// - Throws: `mismatch` where it is of another kind.
  package func first<Value: SQLColumn>(
    _ type: Value.Type, _ sql: String, _ arguments: [any SQLColumn] = []
  ) throws -> Value? {
    let rows = try cachedStatement(sql: sql).rows(arguments: arguments)
    guard try rows.next(), let value: SQLValue = rows[0], value != .null else { return nil }
    return try Self.demand(Value(value))
  }

  private static func demand<Value>(_ value: Value?) throws -> Value {
    guard let value else { throw DatabaseError(SQLITE_MISMATCH, "a column has a value of another kind") }
    return value
  }
}
