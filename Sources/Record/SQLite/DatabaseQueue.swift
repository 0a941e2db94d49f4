internal import CSQLite
import SystemIO

/// A connection that threads take turns with.
package final class DatabaseQueue: Sendable {
  /// How a connection behaves.
  package struct Configuration: Sendable {
    package var isReadOnly = false
    /// Asked while another process holds the database, with the number of times it was asked: whether to try again. It may
    /// take its time.
    package var waits: @Sendable (_ tries: Int) -> Bool = { _ in false }
    /// What is done with a connection before anything else.
    package var prepare: @Sendable (Database) throws -> Void = { _ in }

    package init() {}
  }

  private final class Waiting: Sendable {
    let again: @Sendable (Int) -> Bool
    init(_ again: @escaping @Sendable (Int) -> Bool) { self.again = again }
  }

  /// A connection, until it is closed.
  private let connection: Monitor<Database?>
  /// Lives as long as the connection, which asks it.
  private let waiting: Waiting

  /// A database in memory, gone with the connection.
  package convenience init() throws { try self.init(path: ":memory:", configuration: Configuration()) }

  /// - Parameter path: a path, or a URI that SQLite understands.
  package init(path: String, configuration: Configuration) throws {
    let database = try Database(path: path, isReadOnly: configuration.isReadOnly)
    let waiting = Waiting(configuration.waits)
    self.waiting = waiting
    self.connection = Monitor(nil)
    let context = Unmanaged.passUnretained(waiting).toOpaque()
    try database.demand(
      sqlite3_busy_handler(
        database.connection,
        { context, tries in
          guard let context else { return 0 }
          return Unmanaged<Waiting>.fromOpaque(context).takeUnretainedValue().again(Int(tries)) ? 1 : 0
        }, context))
    try configuration.prepare(database)
    connection.withLock { $0 = database }
  }

  private func with<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try connection.withLock { (database: inout Database?) throws in
      guard let database else { throw DatabaseError(SQLITE_MISUSE, "the database is closed") }
      return try body(database)
    }
  }

  /// Runs `body` on one unchanging state of the database, which it cannot change.
  package func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try with { database in
      try database.execute(sql: "PRAGMA query_only = ON")
      defer { try? database.execute(sql: "PRAGMA query_only = OFF") }
      return try Self.transaction("BEGIN", of: database, body)
    }
  }

  /// Runs `body` as one change: all of it is kept, or nothing.
  package func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try with { try Self.transaction("BEGIN IMMEDIATE", of: $0, body) }
  }

  package func writeWithoutTransaction<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try with(body)
  }

  private static func transaction<Value>(
    _ beginning: String, of database: Database, _ body: (Database) throws -> Value
  ) throws -> Value {
    try database.execute(sql: beginning)
    do {
      let value = try body(database)
      try database.execute(sql: "COMMIT")
      return value
    } catch {
      // Some failures end the transaction by themselves.
      if sqlite3_get_autocommit(database.connection) == 0 { try? database.execute(sql: "ROLLBACK") }
      throw error
    }
  }

  /// Replaces everything in another database by what this one holds at this moment; others go on reading and writing.
  package func backup(to other: DatabaseQueue) throws {
    try with { source in
      try other.with { target in
        guard let backup = sqlite3_backup_init(target.connection, "main", source.connection, "main") else {
          throw DatabaseError(sqlite3_errcode(target.connection), of: target.connection)
        }
        let stepped = sqlite3_backup_step(backup, -1)
        let finished = sqlite3_backup_finish(backup)
        guard stepped == SQLITE_DONE else { throw DatabaseError(stepped, of: target.connection) }
        try target.demand(finished)
      }
    }
  }

  /// Closes the connection. Nothing can be done with it afterwards.
  package func close() throws {
    try connection.withLock { (database: inout Database?) throws in
      guard let open = database else { return }
      try open.close()
      database = nil
    }
  }
}
