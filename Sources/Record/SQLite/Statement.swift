internal import CSQLite

/// A statement of SQL, made ready for a connection. For the thread that has the connection.
package final class Statement {
  private let statement: OpaquePointer
  private unowned let database: Database
  /// Whether somebody still takes rows from it.
  private(set) var isBusy = false

  /// - Throws: what SQLite has against `sql`, of which it is to be the only statement.
  init(_ database: Database, _ sql: String) throws {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(database.connection, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw DatabaseError(code, of: database.connection) }
    self.statement = statement
    self.database = database
  }

  deinit { sqlite3_finalize(statement) }

  /// Runs it to its end.
  package func execute(arguments: [any SQLColumn] = []) throws {
    try begin(arguments)
    defer { end() }
    while try step() {}
  }

  /// Its rows, one at a time.
  package func rows(arguments: [any SQLColumn] = []) throws -> Rows {
    try begin(arguments)
    return Rows(self)
  }

  func begin(_ arguments: [any SQLColumn]) throws {
    precondition(!isBusy, "its rows are still being taken")
    precondition(arguments.count == Int(sqlite3_bind_parameter_count(statement)), "of arguments")
    for (place, argument) in arguments.enumerated() {
      try database.demand(bind(argument.sqlValue, at: Int32(place) + 1))
    }
    isBusy = true
  }

  private func bind(_ value: SQLValue, at place: Int32) -> Int32 {
    switch value {
    case .null: return sqlite3_bind_null(statement, place)
    case .integer(let number): return sqlite3_bind_int64(statement, place, number)
    case .real(let number): return sqlite3_bind_double(statement, place, number)
    case .text(var text):
      return text.withUTF8 { utf8 in
        utf8.withMemoryRebound(to: CChar.self) { bytes in
          // Of nothing there may be no address, which would be NULL.
          bytes.baseAddress.map { csqlite_bind_text(statement, place, $0, UInt64(bytes.count)) }
            ?? csqlite_bind_text(statement, place, "", 0)
        }
      }
    case .blob(let bytes):
      return bytes.withUnsafeBytes { bytes in
        bytes.baseAddress.map { csqlite_bind_blob(statement, place, $0, UInt64(bytes.count)) }
          ?? sqlite3_bind_zeroblob(statement, place, 0)
      }
    }
  }

  /// - Returns: whether there is a row.
  func step() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw DatabaseError(code, of: database.connection)
    }
  }

  func end() {
    sqlite3_reset(statement)
    sqlite3_clear_bindings(statement)
    isBusy = false
  }

  // MARK: The row it stands at

  var columnCount: Int { Int(sqlite3_column_count(statement)) }

  func value(_ column: Int) -> SQLValue {
    let place = Int32(column)
    return switch sqlite3_column_type(statement, place) {
    case SQLITE_INTEGER: .integer(integer(column))
    case SQLITE_FLOAT: .real(sqlite3_column_double(statement, place))
    case SQLITE_TEXT: .text(String(decoding: bytes(column), as: UTF8.self))
    case SQLITE_BLOB: .blob(Array(bytes(column)))
    default: .null
    }
  }

  /// An integer column; 0 where it is NULL.
  func integer(_ column: Int) -> Int64 { sqlite3_column_int64(statement, Int32(column)) }

  /// The bytes of a text or a BLOB where they lie in SQLite's memory; valid until the next row. Empty where it is NULL.
  func bytes(_ column: Int) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(statement, Int32(column))
    return UnsafeRawBufferPointer(
      start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, Int32(column))))
  }
}

/// The rows of a statement. What was read of one is gone with the next.
package final class Rows {
  private let statement: Statement
  private var isAtEnd = false

  fileprivate init(_ statement: Statement) { self.statement = statement }

  deinit { if !isAtEnd { statement.end() } }

  /// Goes to the next row.
  /// - Returns: whether there is one.
  package func next() throws -> Bool {
    guard !isAtEnd else { return false }
    guard try statement.step() else {
      statement.end()
      isAtEnd = true
      return false
    }
    return true
  }

  /// A column, counted from 0; `nil` of NULL and where it is of another kind.
  package subscript<Value: SQLColumn>(_ column: Int) -> Value? { Value(statement.value(column)) }

  /// An integer column; 0 where it is NULL.
  package func integer(_ column: Int) -> Int64 { statement.integer(column) }

  /// The bytes of a text as they are stored, where a String would repair what is not valid UTF-8, and so hide an
  /// alteration; valid until the next row. Empty where it is NULL.
  package func bytes(_ column: Int) -> UnsafeRawBufferPointer { statement.bytes(column) }
}
