import Glibc
internal import GRDB
internal import GRDBSQLite

/// Reads the rows of one statement where they lie in SQLite's memory: for walks over all of a log.
final class Scan {
  private let statement: OpaquePointer
  private let connection: OpaquePointer

  /// - Throws: what SQLite has against `sql`.
  init(_ database: Database, _ sql: String) throws {
    guard let connection = database.sqliteConnection else { throw DatabaseError(resultCode: .SQLITE_MISUSE) }
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v2(connection, sql, -1, &statement, nil)
    guard code == SQLITE_OK, let statement else { throw Self.error(code, connection) }
    self.connection = connection
    self.statement = statement
  }

  deinit { sqlite3_finalize(statement) }

  /// Goes to the next row. What was read of the one before is gone.
  /// - Returns: whether there is one.
  func next() throws -> Bool {
    switch sqlite3_step(statement) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let code: throw Self.error(code, connection)
    }
  }

  /// An integer column; 0 where it is NULL.
  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

  /// The bytes of a text as they are stored, where a String would repair what is not valid UTF-8, and so hide an
  /// alteration; valid until the next row. Empty where it is NULL.
  func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(statement, column)
    return UnsafeRawBufferPointer(
      start: start, count: start == nil ? 0 : Int(sqlite3_column_bytes(statement, column)))
  }

  private static func error(_ code: Int32, _ connection: OpaquePointer) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
  }
}
