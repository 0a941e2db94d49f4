import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// What the database itself refuses, asked through the `sqlite3` shell.
@Suite struct ProtectionTests {
  let sample: SampleCase

  init() throws {
    self.sample = try SampleCase()
    try sample.filled().close()
  }

  static let tables = [
    "audit_event", "person", "case_record", "evidence_item", "acquisition", "acquisition_result", "image",
    "segment", "digest", "verification", "finding", "report", "custody_event",
  ]

  @Test(arguments: tables)
  func noRowIsChanged(_ table: String) throws {
    let before = try sample.sql("SELECT * FROM \(table)").output
    #expect(!before.isEmpty)
    let column = try sample.sql("SELECT name FROM pragma_table_info('\(table)') LIMIT 1").output
      .trimmingCharacters(in: .newlines)
    for statement in [
      "UPDATE \(table) SET \(column) = \(column)", "DELETE FROM \(table)",
      "REPLACE INTO \(table) SELECT * FROM \(table) LIMIT 1",
      "INSERT OR IGNORE INTO \(table) SELECT * FROM \(table) LIMIT 1",
      "INSERT INTO \(table) SELECT * FROM \(table) WHERE true LIMIT 1 ON CONFLICT DO UPDATE SET \(column) = 'x'",
    ] {
      let result = try sample.sql(statement)
      #expect(result.status != 0, "\(statement)")
      #expect(result.errors.contains(table), "\(statement): \(result.errors)")
    }
    #expect(try sample.sql("SELECT * FROM \(table)").output == before)
  }

  @Test(arguments: [
    "INSERT INTO audit_event VALUES (10, '{\"sequence\":10}', printf('%064d', 0))",
    "INSERT INTO audit_event VALUES (9, '{\"sequence\":9,\"previous\":\"00\"}', printf('%064d', 0))",
    "INSERT INTO person VALUES ('x', 'Nobody', NULL, NULL, NULL, 1)",
    "REPLACE INTO audit_event SELECT 8, event, digest FROM audit_event WHERE sequence = 8",
  ])
  func nothingIsSlippedIn(_ statement: String) throws {
    #expect(try sample.sql(statement).status != 0)
    #expect(try CaseStore.openForReading(folder: sample.folder).checkAudit().isEmpty)
  }

  @Test func theDatabaseIsSetUpAsPromised() throws {
    #expect(try sample.sql("PRAGMA integrity_check; PRAGMA foreign_key_check").output == "ok\n")
    #expect(try sample.sql("PRAGMA journal_mode").output == "wal\n")
    #expect(try sample.sql("PRAGMA application_id").output == "\(0x4558_4842)\n")
    #expect(try sample.sql("PRAGMA user_version").output == "5\n")
    let loose = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
    #expect(try sample.sql(loose + "AND NOT strict").output == "sqlite_schema\n")
    #expect(try sample.sql(loose + "AND NOT wr ORDER BY name").output == "audit_event\nsqlite_schema\n")
  }

  /// What a stranger needs to follow the chain: SQLite and sha256sum.
  @Test func theChainIsCheckedWithStockTools() throws {
    let script = """
      previous=$(printf '%064d' 0)
      for n in $(sqlite3 "$0" 'SELECT sequence FROM audit_event ORDER BY sequence'); do
        event=$(sqlite3 "$0" "SELECT event FROM audit_event WHERE sequence = $n")
        case "$event" in *"\\"previous\\":\\"$previous\\""*) ;; *) exit 1 ;; esac
        previous=$(printf %s "$event" | sha256sum | cut -d ' ' -f 1)
        [ "$previous" = "$(sqlite3 "$0" "SELECT digest FROM audit_event WHERE sequence = $n")" ] || exit 2
      done
      echo "$n $previous"
      """
    let result = try Tool.run("sh", ["-c", script, sample.database.string])
    let head = try CaseStore.openForReading(folder: sample.folder).auditHead()
    #expect(result.status == 0)
    #expect(result.output == "\(head.sequence) \(head.digest)\n")
  }
}
