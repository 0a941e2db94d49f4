import CaseRecords
import CaseStore
import Evidence
import CSQLite
import CanonicalJSON
import Digests
import Sessions
import SystemIO
import SystemPackage

/// Journals of an acquisition: what is taken is written again with the same bytes, and what is authentic is what was
/// signed.
///
/// Input: one byte of flags, then the journal; with flag 1 its body, which gets its digest and the seal of another.
enum JournalTarget {
  static let isBody: UInt8 = 1
  private static let sample = Sample.bytes("journal")

  static func problem(with input: [UInt8]) -> String? {
    guard let flags = input.first else { return nil }
    var bytes = Array(input.dropFirst())
    guard case .object(let whole) = try? JSONValue(parsing: sample, name: "journal"),
      let signed = whole["body"]
    else { return "the sample is no journal" }
    if flags & isBody != 0 {
      guard let body = try? JSONValue(parsing: bytes, name: "body") else { return nil }
      let digest = Digest.of(body.canonicalBytes, .sha256).hex
      bytes =
        JSONValue.fields(["body": body, "sha256": .string(digest), "seal": whole["seal"]]).canonicalBytes
    }
    guard let journal = try? AcquisitionJournal(parsing: bytes, name: "input") else { return nil }
    let body = (try? JSONValue(parsing: bytes, name: "input"))?["body"]
    let isCurrent = body?["version"]?.integerValue != 1
    if isCurrent, journal.bodyBytes != body?.canonicalBytes {
      return "written with another body than it was read from"
    }
    guard (try? journal.demandAuthentic(by: Sample.examiner, at: "input")) == true else { return nil }
    return body == signed ? nil : "authentic, and not what was signed"
  }

  static var seeds: [(String, [UInt8])] {
    let body = (try? JSONValue(parsing: sample, name: "journal"))?["body"]?.canonicalBytes ?? []
    var older = body
    if let place = body.firstRange(of: Array("\"version\":2".utf8)) {
      older[place.upperBound - 1] = UInt8(ascii: "1")
    }
    return [("journal", [0] + sample), ("body", [isBody] + body), ("older", [isBody] + older)]
  }
}

/// Case databases: where nothing is found, every table holds what it held.
///
/// Input: one byte; where it is even, then edits of the file: three bytes of position, one of length, as many bytes;
/// where it is odd, SQL that is run on it.
enum DatabaseTarget {
  private static let sample = Sample.bytes("case.sqlite")
  private static let rows = dump(of: "sample.sqlite", sample)
  private static let reference: AuditReference? = {
    guard let path = Scratch.shared.write([sample], as: ["head.sqlite"]),
      let store = try? CaseStore.openCopy(path), let head = try? store.auditResult().head
    else { return nil }
    return AuditReference(head, from: "sample")
  }()

  static func problem(with input: [UInt8]) -> String? {
    guard let kind = input.first else { return nil }
    guard let reference, let rows else { return "the sample is no case" }
    var bytes = sample
    if kind % 2 == 0 { edit(&bytes, input.dropFirst()) }
    let name = "case.sqlite"
    guard
      let path = Scratch.shared.write([bytes], as: [name, name + "-wal", name + "-shm", name + "-journal"])
    else { return "the scratch file was not written" }
    if kind % 2 == 1 { run(String(decoding: input.dropFirst(), as: UTF8.self), on: path) }
    guard let store = try? CaseStore.openCopy(path), let found = try? store.checkAudit(against: [reference])
    else { return nil }
    try? store.close()
    guard !found.contains(where: { $0.severity == .failure }) else { return nil }
    return dump(path) == rows ? nil : "nothing is found, and tables hold something else"
  }

  private static func edit(_ bytes: inout [UInt8], _ input: ArraySlice<UInt8>) {
    var rest = input
    while rest.count >= 4 {
      let head = Array(rest.prefix(4))
      let position = Int(head[0]) | Int(head[1]) << 8 | Int(head[2]) << 16
      let change = rest.dropFirst(4).prefix(Int(head[3]))
      rest = rest.dropFirst(4 + change.count)
      for (offset, byte) in change.enumerated() where position + offset < bytes.count {
        bytes[position + offset] = byte
      }
    }
  }

  /// Within limits: what is looked for is what a check of the database says, not what SQL may cost.
  private static func run(_ sql: String, on path: FilePath) {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    guard sqlite3_open_v2(path.string, &database, SQLITE_OPEN_READWRITE, nil) == SQLITE_OK else { return }
    sqlite3_limit(database, SQLITE_LIMIT_LENGTH, 1 << 20)
    sqlite3_limit(database, SQLITE_LIMIT_ATTACHED, 0)
    sqlite3_progress_handler(database, 100_000, { _ in 1 }, nil)
    sqlite3_exec(database, sql, nil, nil, nil)
  }

  private static func dump(of name: String, _ bytes: [UInt8]) -> [String]? {
    Scratch.shared.write([bytes], as: [name]).flatMap { dump($0) }
  }

  /// Every row of the tables that the sample has, as text that tells types apart.
  private static func dump(_ path: FilePath) -> [String]? {
    var database: OpaquePointer?
    defer { sqlite3_close(database) }
    guard sqlite3_open_v2(path.string, &database, SQLITE_OPEN_READONLY, nil) == SQLITE_OK else { return nil }
    func texts(_ sql: String) -> [String]? {
      var statement: OpaquePointer?
      defer { sqlite3_finalize(statement) }
      guard sqlite3_prepare_v2(database, sql, -1, &statement, nil) == SQLITE_OK else { return nil }
      var rows: [String] = []
      while sqlite3_step(statement) == SQLITE_ROW {
        rows.append(sqlite3_column_text(statement, 0).map { String(cString: $0) } ?? "")
      }
      return rows
    }
    guard
      let tables = texts(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    else { return nil }
    var all: [String] = []
    for table in tables {
      guard let columns = texts("SELECT name FROM pragma_table_info('\(table)')") else { return nil }
      let values = columns.map { "typeof(\"\($0)\") || quote(\"\($0)\")" }.joined(separator: " || ',' || ")
      guard let rows = texts("SELECT \(values) FROM \"\(table)\"") else { return nil }
      all += ([table] + rows.sorted())
    }
    return all
  }

  static var seeds: [(String, [UInt8])] {
    let sql = [
      "DROP TRIGGER evidence_item_append_only_update; UPDATE evidence_item SET description = 'other'",
      "PRAGMA writable_schema = 1; UPDATE sqlite_master SET sql = 'x' WHERE type = 'trigger'",
      "DELETE FROM audit_event WHERE sequence > 30", "CREATE VIEW v AS SELECT 1", "PRAGMA user_version = 3",
      "INSERT INTO person VALUES (1, 2, 3, 4)", "CREATE TRIGGER t AFTER INSERT ON person BEGIN SELECT 1; END",
      "ALTER TABLE person ADD COLUMN more", "REINDEX; VACUUM",
    ]
    let edits: [[UInt8]] = [
      [0, 0, 0, 0, 1, 9], [0, 60, 0, 0, 4, 1, 2, 3, 4], [0, 0, 32, 1, 2, 7, 7], [0, 100, 0, 0, 1, 5],
    ]
    return sql.enumerated().map { ("sql-\($0.offset)", [1] + Array($0.element.utf8)) }
      + edits.enumerated().map { ("edit-\($0.offset)", $0.element) }
  }
}
