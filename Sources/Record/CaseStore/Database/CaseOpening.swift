import CaseRecords
import Evidence
internal import SQLite
import SystemIO
import SystemPackage

/// Opens connections to a case database.
enum CaseOpening {
  /// How long a writer waits for other processes before it gives up, in milliseconds.
  private static let longestWait = 30_000
  /// Looks again after this many milliseconds at most. SQLite's own waiting grows to a tenth of a second, by which
  /// those who came last overtake; with eight writers one of them could wait for very long.
  private static let longestPause = 9

  /// - Parameter isNew: the file is still empty.
  static func connect(_ path: FilePath, isNew: Bool = false) throws(EvidenceError) -> DatabaseQueue {
    do {
      let queue = try DatabaseQueue(path: address(path, "mode=rw"), configuration: configuration())
      if isNew {
        // Kept in the file, and not allowed inside a transaction.
        try queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = WAL") }
      }
      return queue
    } catch { throw StoreErrors.translate(error, path: path) }
  }

  /// Opens for reading, also where the folder cannot be written.
  ///
  /// Where it can be, this is an ordinary connection, which sees what other processes write and leaves no file
  /// behind. Where it cannot, SQLite has no place for its shared memory; without a write-ahead log nobody is
  /// writing, and the file can be read as one that does not change.
  static func connectForReading(_ path: FilePath) throws(EvidenceError) -> DatabaseQueue {
    do throws(EvidenceError) {
      let queue = try connect(path)
      try check(queue, path)
      return queue
    } catch  where [.permissionDenied, .databaseFailed, .readOnlyFileSystem].contains(error.code) {
      guard !hasLog(path) else {
        throw EvidenceError(
          error.code, path.string,
          "\(error.detail); the newest events are in \(path.lastComponent?.string ?? "")-wal: copy the case to "
            + "a folder that can be written")
      }
    }
    do {
      var settings = configuration()
      settings.isReadOnly = true
      return try DatabaseQueue(path: address(path, "mode=ro&immutable=1"), configuration: settings)
    } catch { throw StoreErrors.translate(error, path: path) }
  }

  /// Looks whether this is a case database that this version understands.
  /// - Throws: `notACase`, `caseNewer`, `caseDamaged`.
  static func check(_ queue: DatabaseQueue, _ path: FilePath) throws(EvidenceError) {
    let identity: (application: Int?, version: Int?)
    do {
      identity = try queue.read { database in
        // Touches the first page through the write-ahead log, as a query does.
        (
          try database.first(Int.self, "PRAGMA application_id"),
          try database.first(Int.self, "SELECT user_version FROM pragma_user_version")
        )
      }
    } catch { throw StoreErrors.translate(error, path: path) }
    guard identity.application == Migration.applicationID else {
      throw EvidenceError(.notACase, path.string, "an SQLite database of another kind")
    }
    let version = identity.version ?? 0
    guard version <= Migration.newestVersion else {
      throw EvidenceError(
        .caseNewer, path.string, "database version \(version), this program knows \(Migration.newestVersion)")
    }
    guard version >= 1 else { throw EvidenceError(.caseDamaged, path.string, "it has no version") }
  }

  /// Most bytes of a value or a row: the longest event, and what stands beside it.
  private static let longestValue = AuditEvent.largestSize + (1 << 20)

  /// Waits for another process, each time for another while, so that two who wait do not come at the same moment again and
  /// again.
  static let waits: @Sendable (Int) -> Bool = { tries in
    Host.pause(milliseconds: UInt32.random(in: 1...UInt32(longestPause)))
    return tries < longestWait / ((longestPause + 1) / 2)
  }

  /// How every connection behaves, whichever database it is to.
  static func configuration() -> DatabaseQueue.Configuration {
    var configuration = DatabaseQueue.Configuration()
    configuration.waits = waits
    configuration.prepare = { database in
      try database.defend(longest: longestValue)
      try database.execute(
        sql: "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON")
      // What is sorted stays in memory: nothing of a case is left in the folder for temporary files, and a full one is
      // not taken for a damaged database.
      try database.execute(sql: "PRAGMA temp_store = MEMORY")
    }
    return configuration
  }

  private static func hasLog(_ path: FilePath) -> Bool {
    switch Syscalls.status(FilePath(path.string + "-wal")) {
    case .success(let status): status.st_size > 0
    case .failure: false
    }
  }

  /// The path as an SQLite URI, which can say that the file must exist.
  static func address(_ path: FilePath, _ query: String) -> String {
    var text = "file:"
    for byte in NameText.bytes(path.string) {
      switch byte {
      case UInt8(ascii: "%"), UInt8(ascii: "?"), UInt8(ascii: "#"), 0x80...: text += "%" + Hex.encode([byte])
      default: text.unicodeScalars.append(Unicode.Scalar(byte))
      }
    }
    return text + "?" + query
  }
}
