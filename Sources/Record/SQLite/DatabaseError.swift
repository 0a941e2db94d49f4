internal import CSQLite

/// What SQLite has against something.
package struct DatabaseError: Error, Hashable {
  /// A kind of failure, as SQLite numbers them.
  package struct Kind: Hashable, Sendable {
    let code: Int32

    package static let busy = Kind(code: SQLITE_BUSY)
    package static let cannotOpen = Kind(code: SQLITE_CANTOPEN)
    package static let corrupt = Kind(code: SQLITE_CORRUPT)
    package static let error = Kind(code: SQLITE_ERROR)
    package static let full = Kind(code: SQLITE_FULL)
    package static let inputOutput = Kind(code: SQLITE_IOERR)
    package static let mismatch = Kind(code: SQLITE_MISMATCH)
    package static let notADatabase = Kind(code: SQLITE_NOTADB)
    package static let permission = Kind(code: SQLITE_PERM)
    package static let readOnly = Kind(code: SQLITE_READONLY)
    package static let tooBig = Kind(code: SQLITE_TOOBIG)
  }

  package let kind: Kind
  /// In SQLite's words.
  package let message: String
  /// The index of the write-ahead log, which processes share as memory, could not be made or used.
  package let isOfSharedMemory: Bool

  init(_ code: Int32, _ message: String) {
    // The kind is the lowest byte, what stands above says more of it.
    self.kind = Kind(code: code & 0xFF)
    self.message = message
    self.isOfSharedMemory = [
      csqlite_ioerr_shmopen, csqlite_ioerr_shmsize, csqlite_ioerr_shmlock, csqlite_ioerr_shmmap,
    ].contains(code)
  }

  /// What a connection says of a call that gave `code`.
  init(_ code: Int32, of connection: OpaquePointer?) {
    // A backup says "not an error" of the connection, whose own work went well.
    let own = connection.map { String(cString: sqlite3_errmsg($0)) } ?? ""
    let isOwn = sqlite3_extended_errcode(connection) & 0xFF == code & 0xFF && !own.isEmpty
    self.init(code, isOwn ? own : String(cString: sqlite3_errstr(code)))
  }
}
