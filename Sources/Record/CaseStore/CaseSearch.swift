import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO
import SystemPackage

/// Full-text search over everything the audit log says.
///
/// The index (FTS5) is a file of its own beside the database: it proves nothing, can be made anew from the log at any
/// time, and must not be among what a verification has to vouch for. It is brought up to date when something is looked
/// for, and what is shown is always read from the log itself.
package struct CaseSearch {
  /// Name of the index in a case folder.
  package static let fileName = "search.sqlite"

  package struct Found: Sendable {
    /// Newest first.
    package let events: [AuditEvent]
    /// There are more than were asked for.
    package let hasMore: Bool
  }

  private let store: CaseStore
  private let eventsPerPart: Int64

  /// - Parameter eventsPerPart: how many events one part of the index holds, at least 1; the newest part is asked
  ///   first, so that words which most events have are found without the others.
  package init(_ store: CaseStore, eventsPerPart: Int64 = 1 << 17) {
    precondition(eventsPerPart > 0)
    self.store = store
    self.eventsPerPart = eventsPerPart
  }

  /// Events in whose values every word occurs, as a whole or as a beginning; case and accents do not matter.
  /// - Throws: `argumentInvalid` where `text` has no word to look for.
  package func find(_ text: String, limit: Int) throws(EvidenceError) -> Found {
    let words = text.split(whereSeparator: \.isWhitespace).filter {
      $0.contains { $0.isLetter || $0.isNumber }
    }
    guard !words.isEmpty else {
      throw EvidenceError(.argumentInvalid, "'\(text)'", "it has no word to look for")
    }
    // Each word in quotation marks, so that nothing in it is taken for an operator.
    let pattern = words.map { "\"\($0.replacing("\"", with: "\"\""))\"*" }.joined(separator: " ")
    let numbers = try matches(pattern, limit: limit + 1)
    var events: [AuditEvent] = []
    for number in numbers.prefix(limit) {
      if let event = try store.event(number) { events.append(event) }
    }
    return Found(events: events, hasMore: numbers.count > limit)
  }

  // MARK: The index

  /// Version of the form of the index; one of another form is made anew.
  private static let form = 2

  private static let reached = """
    CREATE TABLE reached (sequence INTEGER NOT NULL, digest TEXT NOT NULL) STRICT;
    INSERT INTO reached VALUES (0, '');
    PRAGMA user_version = \(form);
    """

  private func part(_ sequence: Int64) -> Int64 { sequence / eventsPerPart }
  private static let tablePrefix = "events"
  private static func table(ofPart part: Int64) -> String { "\(tablePrefix)\(part)" }

  private static func creation(ofPart part: Int64) -> String {
    """
    CREATE VIRTUAL TABLE IF NOT EXISTS \(table(ofPart: part))
    USING fts5(text, content='', tokenize="unicode61 remove_diacritics 2")
    """
  }

  private func matches(_ pattern: String, limit: Int) throws(EvidenceError) -> [UInt64] {
    let path = store.folder.appending(Self.fileName)
    do {
      // An index that cannot be used, for whatever reason, costs nothing but the time to make another.
      if let found = try? matches(pattern, limit: limit, onDrive: path) { return found }
      return try look(for: pattern, limit: limit, in: update(DatabaseQueue()))
    } catch { throw StoreErrors.translate(error, path: path) }
  }

  /// By the index on the drive, brought up to date.
  private func matches(_ pattern: String, limit: Int, onDrive path: FilePath) throws -> [UInt64] {
    func attempt() throws -> [UInt64] {
      // Made like every file of the case, so that it is its owner's.
      if !Files.exists(path) { try? DurableFile(creating: path).close() }
      return try look(
        for: pattern, limit: limit,
        in: update(
          DatabaseQueue(path: CaseOpening.address(path, "mode=rw"), configuration: Self.configuration)))
    }
    do { return try attempt() } catch let error as DatabaseError where error.kind != .busy {
      // Never while another search is at work on it.
      for suffix in ["", "-wal", "-shm", "-journal"] { _ = Syscalls.unlink(FilePath(path.string + suffix)) }
      return try attempt()
    }
  }

  private static var configuration: DatabaseQueue.Configuration {
    var configuration = DatabaseQueue.Configuration()
    configuration.waits = CaseOpening.waits
    // After a loss of power the index may be damaged, and is made anew.
    configuration.prepare = { try $0.execute(sql: "PRAGMA synchronous = OFF") }
    return configuration
  }

  private func look(for pattern: String, limit: Int, in index: DatabaseQueue) throws -> [UInt64] {
    try index.read { database in
      var found: [Int64] = []
      for part in try Self.parts(of: database) where found.count < limit {
        let table = Self.table(ofPart: part)
        found += try database.all(
          Int64.self, "SELECT rowid FROM \(table) WHERE \(table) MATCH ? ORDER BY rowid DESC LIMIT ?",
          [pattern, limit - found.count])
      }
      return found.compactMap { UInt64(exactly: $0) }
    }
  }

  /// The parts there are, newest first.
  private static func parts(of database: Database) throws -> [Int64] {
    try database.all(
      String.self, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
    ).compactMap { $0.hasPrefix(tablePrefix) ? Int64($0.dropFirst(tablePrefix.count)) : nil }.sorted(by: >)
  }

  /// Adds what the log has and the index has not; begins anew where the index is of another log or of another form.
  private func update(_ index: DatabaseQueue) throws -> DatabaseQueue {
    try index.write { database in
      var known = try reached(in: database)
      let isOfLog = try known.sequence > 0 && store.storedDigest(known.sequence) == known.digest
      if !isOfLog {
        known = (0, "")
        try Self.begin(database)
      }
      var inserting: (part: Int64, statement: Statement)?
      try store.forEachStoredEvent(after: known.sequence) { stored in
        let part = part(stored.sequence)
        if inserting?.part != part {
          try database.execute(sql: Self.creation(ofPart: part))
          inserting = try (
            part,
            database.makeStatement(
              sql: "INSERT INTO \(Self.table(ofPart: part)) (rowid, text) VALUES (?, ?)")
          )
        }
        try inserting?.statement.execute(arguments: [stored.sequence, try Self.text(of: stored.event())])
        known = (stored.sequence, stored.digestText)
      }
      try database.execute(
        sql: "UPDATE reached SET sequence = ?, digest = ?", arguments: [known.sequence, known.digest])
    }
    return index
  }

  /// How far the index goes; 0 where it is of another form, or there is none.
  private func reached(in database: Database) throws -> (sequence: Int64, digest: String) {
    guard try database.first(Int.self, "PRAGMA user_version") == Self.form,
      let sequence = try database.first(Int64.self, "SELECT sequence FROM reached"),
      let digest = try database.first(String.self, "SELECT digest FROM reached")
    else { return (0, "") }
    return (sequence, digest)
  }

  /// Leaves nothing but an empty index.
  private static func begin(_ database: Database) throws {
    let tables = try database.all(
      String.self,
      """
      SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%' OR name IN ('reached', 'position')
      """)
    for table in tables { try database.execute(sql: "DROP TABLE \(table.quotedSQLName)") }
    try database.execute(sql: Self.reached)
  }

  /// Every value of an event, without the names of its fields.
  private static func text(of event: AuditEvent) -> String {
    var values = [event.kind.description, event.actor.name, event.actor.user, event.actor.host]
    func collect(_ value: JSONValue) {
      switch value {
      case .string(let text): values.append(text)
      case .integer(let number): values.append(String(number))
      case .array(let elements): elements.forEach(collect)
      case .object(let fields): fields.values.forEach(collect)
      case .null, .bool: break
      }
    }
    collect(event.payload)
    return values.joined(separator: "\n")
  }
}

extension CaseStore {
  /// The digest stored beside an event; `nil` where there is no such event.
  fileprivate func storedDigest(_ sequence: Int64) throws(EvidenceError) -> String? {
    try read { try AuditLog.stored(sequence, in: $0)?.digestText }
  }

  fileprivate func forEachStoredEvent(
    after sequence: Int64, _ body: (AuditLog.StoredEvent) throws -> Void
  ) throws(EvidenceError) {
    try read { database in
      let events = try AuditLog.scan(database, from: sequence + 1)
      while try events.next() { try body(AuditLog.row(of: events)) }
    }
  }
}
