import EvidenceTestKit
import SQLite
import SystemIO
import SystemPackage
import Testing

/// A connection to SQLite by itself.
@Suite struct ConnectionTests {
  private func withTable<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try DatabaseQueue().write { database in
      try database.execute(sql: "CREATE TABLE t (n INTEGER PRIMARY KEY, value)")
      return try body(database)
    }
  }

  @Test(arguments: [
    SQLValue.null, .integer(.max), .integer(.min), .real(0.5), .text(""), .text("a\0b"), .text("ä€𐐷"),
    .blob([]),
    .blob([0, 255, 0]),
  ]) func valuesComeBack(value: SQLValue) throws {
    try withTable { database in
      try database.execute(sql: "INSERT INTO t (value) VALUES (?)", arguments: [value])
      let rows = try database.rows("SELECT value FROM t")
      #expect(try rows.next())
      #expect((rows[0] ?? SQLValue.null) == value)
      #expect(try !rows.next())
      #expect(try !rows.next())
    }
  }

  @Test func anotherKindIsAnErrorAndNoCrash() throws {
    try withTable { database in
      try database.execute(sql: "INSERT INTO t (value) VALUES ('x'), (NULL)")
      #expect(throws: DatabaseError.self) { try database.all(Int64.self, "SELECT value FROM t") }
      #expect(throws: DatabaseError.self) { try database.first(Int64.self, "SELECT value FROM t ORDER BY n") }
      #expect(try database.first(String.self, "SELECT value FROM t ORDER BY n DESC") == nil)
      #expect(try database.first(String.self, "SELECT value FROM t WHERE n = ?", [3]) == nil)
      #expect(try database.all(String.self, "SELECT value FROM t WHERE value IS NOT NULL") == ["x"])
    }
  }

  /// A statement that is kept is asked again while its rows are still being taken.
  @Test func aKeptStatementCanBeNested() throws {
    try withTable { database in
      for number in 1...3 {
        try database.execute(sql: "INSERT INTO t (n, value) VALUES (?, ?)", arguments: [number, number * 10])
      }
      let sql = "SELECT value FROM t WHERE n >= ? ORDER BY n"
      var found: [[Int]] = []
      let rows = try database.cachedStatement(sql: sql).rows(arguments: [1])
      while try rows.next() {
        let value: Int = try #require(rows[0])
        let inner = try database.cachedStatement(sql: sql).rows(arguments: [value / 10 + 1])
        var values: [Int] = []
        while try inner.next() { values.append(try #require(inner[0])) }
        found.append([value] + values)
      }
      #expect(found == [[10, 20, 30], [20, 30], [30]])
    }
  }

  @Test func changesAreWholeOrNone() throws {
    struct Stop: Error {}
    let queue = try DatabaseQueue()
    try queue.write { try $0.execute(sql: "CREATE TABLE t (n UNIQUE)") }
    #expect(throws: Stop.self) {
      try queue.write { database in
        try database.execute(sql: "INSERT INTO t VALUES (1)")
        throw Stop()
      }
    }
    #expect(throws: DatabaseError.self) {
      try queue.write { try $0.execute(sql: "INSERT INTO t VALUES (2); INSERT INTO t VALUES (2)") }
    }
    #expect(throws: DatabaseError.self) { try queue.read { try $0.execute(sql: "INSERT INTO t VALUES (3)") } }
    #expect(try queue.read { try $0.first(Int.self, "SELECT count(*) FROM t") } == 0)
    try queue.write { try $0.execute(sql: "INSERT INTO t VALUES (4)") }
    let copy = try DatabaseQueue()
    try queue.backup(to: copy)
    #expect(try copy.read { try $0.all(Int.self, "SELECT n FROM t") } == [4])
  }

  @Test func anotherProcessIsWaitedFor() throws {
    let folder = try TemporaryFolder()
    let path = folder.appending("a.sqlite").string
    try TestFiles.write([], to: FilePath(path))
    let first = try DatabaseQueue(path: path, configuration: DatabaseQueue.Configuration())
    try first.write { try $0.execute(sql: "CREATE TABLE t (n)") }
    var patient = DatabaseQueue.Configuration()
    let asked = Monitor(0)
    patient.waits = {
      asked.withLock { $0 += 1 }
      return $0 < 5
    }
    let second = try DatabaseQueue(path: path, configuration: patient)
    let error = #expect(throws: DatabaseError.self) {
      try first.write { _ in try second.write { try $0.execute(sql: "INSERT INTO t VALUES (1)") } }
    }
    #expect(error?.kind == .busy)
    #expect(asked.withLock { $0 } == 6)
    try second.close()
    #expect(throws: DatabaseError.self) { try second.read { try $0.first(Int.self, "SELECT 1") } }
  }
}
