import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Alterations by somebody who has the file and knows SQL.
@Suite struct TamperTests {
  let sample: SampleCase
  let head: AuditHead

  init() throws {
    self.sample = try SampleCase()
    let store = try sample.filled()
    self.head = try store.auditHead()
    try store.close()
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sql: String
    let code: FindingCode
    /// Text the subject of the finding begins with.
    let subject: String

    init(_ name: String, _ sql: String, _ code: FindingCode, _ subject: String) {
      (self.testDescription, self.sql, self.code, self.subject) = (name, sql, code, subject)
    }
  }

  static let cases = [
    Case(
      "edit an event", "UPDATE audit_event SET event = replace(event, 'black', 'white') WHERE sequence = 2",
      .auditEventAltered, "audit event 2"),
    Case(
      "edit a digest", "UPDATE audit_event SET digest = printf('%064d', 0) WHERE sequence = 4",
      .auditEventAltered, "audit event 4"),
    Case(
      "make an event not canonical",
      "UPDATE audit_event SET event = replace(event, ',', ', ') WHERE sequence = 3", .auditEventAltered,
      "audit event 3"),
    Case(
      "delete an event", "DELETE FROM audit_event WHERE sequence = 5", .auditEventMissing, "audit event 5"),
    Case(
      "delete the first", "DELETE FROM audit_event WHERE sequence = 1", .auditEventMissing, "audit event 1"),
    Case("delete the log", "DELETE FROM audit_event", .auditChainBroken, "audit event 1"),
    Case(
      "cut off the end", "DELETE FROM audit_event WHERE sequence > 6", .auditEventMissing, "audit event 8"),
    Case(
      "cut off the end with its records",
      """
      DELETE FROM audit_event WHERE sequence > 6; DELETE FROM verification; DELETE FROM finding;
      DELETE FROM report
      """, .auditEventMissing, "audit event 8"),
    Case(
      "swap two events",
      """
      UPDATE audit_event SET sequence = 99 WHERE sequence = 3;
      UPDATE audit_event SET sequence = 3 WHERE sequence = 4;
      UPDATE audit_event SET sequence = 4 WHERE sequence = 99
      """, .auditEventAltered, "audit event 3"),
    Case(
      "insert an event",
      "INSERT INTO audit_event SELECT 9, event, digest FROM audit_event WHERE sequence = 8",
      .auditEventAltered, "audit event 9"),
    Case(
      "edit an item", "UPDATE evidence_item SET description = 'SSD'", .recordMismatch, "evidence_item 001"),
    Case(
      "hide text behind a NUL", "UPDATE evidence_item SET description = description || char(0) || 'x'",
      .recordMismatch, "evidence_item 001"),
    Case("edit a size", "UPDATE segment SET size = size + 1 WHERE position = 1", .recordMismatch, "segment "),
    Case(
      "edit a custody event", "UPDATE custody_event SET place = 'Room 13'", .custodyMismatch, "custody_event "
    ),
    Case("delete a custody event", "DELETE FROM custody_event", .custodyMismatch, "custody_event "),
    Case("delete a digest", "DELETE FROM digest WHERE algorithm = 'md5'", .recordMismatch, "digest "),
    Case(
      "insert a custody event",
      """
      INSERT INTO custody_event (id, item, type, occurred, recorded, event)
      VALUES ('x', '001', 'open', 'then', 'now', 8)
      """, .custodyMismatch, "custody_event x (audit event 8)"),
    Case(
      "insert a person of no event", "INSERT INTO person VALUES ('x', 'Nobody', NULL, NULL, NULL, 77)",
      .recordMismatch, "person x (audit event 77)"),
    Case("break a reference", "DELETE FROM person", .databaseDamaged, "table c"),
    Case("drop a trigger", "", .schemaAltered, "trigger audit_event_update"),
    Case("weaken a trigger", "", .schemaAltered, "trigger segment_delete"),
    Case("make a text of the schema a BLOB of the same bytes", "", .schemaAltered, "trigger segment_delete"),
  ]

  @Test(arguments: cases)
  func everyAlterationIsFoundAndNamed(_ alteration: Case) throws {
    if !alteration.sql.isEmpty { try sample.tamper(alteration.sql) }
    switch alteration.testDescription {
    case "drop a trigger": try sample.sql("DROP TRIGGER audit_event_update")
    case "weaken a trigger":
      try sample.sql(
        """
        DROP TRIGGER segment_delete;
        CREATE TRIGGER segment_delete BEFORE DELETE ON segment BEGIN SELECT 1; END
        """)
    case "make a text of the schema a BLOB of the same bytes":
      try sample.sql(
        """
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = CAST(sql AS BLOB) WHERE name = 'segment_delete'
        """)
    default: break
    }
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit(against: [
      AuditReference(head, from: "a report")
    ])
    #expect(
      findings.contains {
        $0.code == alteration.code && $0.subject.hasPrefix(alteration.subject) && $0.severity == .failure
      }, "\(findings)")
    // The triggers were put back as they were.
    if !alteration.sql.isEmpty { #expect(!findings.contains { $0.code == .schemaAltered }, "\(findings)") }
  }

  @Test func aDroppedTableIsFound() throws {
    try sample.sql("PRAGMA foreign_keys = OFF; DROP TABLE report")
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    #expect(findings.contains { $0.code == .schemaAltered && $0.subject == "table report" })
  }

  @Test(
    arguments: [
      ("DELETE FROM person WHERE name <> 'A. Examiner'", "the row of person that released_by refers to"),
      ("UPDATE custody_event SET event = 900", "the event that rows of custody_event refer to"),
      ("UPDATE segment SET image = 7", "the row of image that acquisition, image refers to"),
    ])
  func aReferenceToNothingIsFound(sql: String, expected: String) throws {
    try sample.tamper(sql)
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    #expect(findings.contains { $0.severity == .failure && $0.expected == expected }, "\(findings)")
    #expect(!(try sample.sql("PRAGMA foreign_key_check").output.isEmpty), "SQLite sees it too")
  }

  /// What a row must be, as the schema says it; the log holds its own rows to more.
  @Test(
    arguments: [
      "PRAGMA ignore_check_constraints = ON; UPDATE custody_event SET type = 'gift'",
      "PRAGMA ignore_check_constraints = ON; UPDATE audit_event SET digest = upper(digest)",
    ])
  func whatTheSchemaForbidsIsFound(sql: String) throws {
    try sample.tamper(sql)
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    let code: FindingCode = sql.contains("audit_event") ? .auditEventAltered : .databaseDamaged
    #expect(findings.contains { $0.code == code }, "\(findings)")
  }

  @Test func theFirstWrongEventIsNamedFirst() throws {
    try sample.tamper("UPDATE audit_event SET event = replace(event, 'A. Examiner', 'B. Examiner')")
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    #expect(findings.first?.subject == "audit event 1")
  }

  @Test func anEventRewrittenWithItsDigestBreaksTheChain() throws {
    let forged = """
      SELECT replace(event, 'black', 'white') FROM audit_event WHERE sequence = 2
      """
    let text = try sample.sql(forged).output.trimmingCharacters(in: .newlines)
    let digest = try Tool.run("sha256sum", [], input: Data(text.utf8)).output.prefix(64)
    try sample.tamper(
      """
      UPDATE audit_event SET event = replace(event, 'black', 'white'), digest = '\(digest)' WHERE sequence = 2;
      UPDATE evidence_item SET description = replace(description, 'black', 'white')
      """)
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    #expect(findings.map(\.code) == [.auditChainBroken])
    #expect(findings.first?.subject == "audit event 2")
  }

  /// The chain cannot see it, but whoever kept the head can.
  @Test func aRewrittenLastEventIsSeenByItsHead() throws {
    let text = try sample.sql(
      "SELECT replace(event, '001.html', '002.html') FROM audit_event WHERE sequence = 8"
    )
    .output.trimmingCharacters(in: .newlines)
    let digest = try Tool.run("sha256sum", [], input: Data(text.utf8)).output.prefix(64)
    try sample.tamper(
      """
      UPDATE audit_event SET event = replace(event, '001.html', '002.html'), digest = '\(digest)'
        WHERE sequence = 8;
      UPDATE report SET path = replace(path, '001.html', '002.html')
      """)
    let store = try CaseStore.openForReading(folder: sample.folder)
    #expect(try store.checkAudit().isEmpty)
    #expect(
      try store.checkAudit(against: [AuditReference(head, from: "a report")]).map(\.code) == [
        .auditHeadMismatch
      ])
  }

  @Test func aClockSetBackIsAWarning() throws {
    let store = try CaseStore.open(
      folder: sample.folder, actor: SampleCase.actor, clock: { Timestamp(microseconds: 0) })
    try store.append(AuditKind("test"), details: .object([:]))
    let findings = try store.checkAudit()
    #expect(findings.map(\.code) == [.auditTimeOrder])
    #expect(findings.first?.severity == .warning)
    #expect(findings.first?.subject == "audit event 9")
  }

  @Test(arguments: ["-9223372036854775808", "9223372036854775807"])
  func impossibleNumbersAreFindings(_ sequence: String) throws {
    try sample.tamper(
      """
      PRAGMA ignore_check_constraints = ON;
      UPDATE audit_event SET sequence = \(sequence) WHERE sequence = 8
      """)
    let store = try sample.open()
    #expect(try store.checkAudit().contains { $0.code == .auditEventAltered || $0.code == .auditChainBroken })
    if sequence.hasPrefix("9") {
      #expect(throws: ErrorCode.caseDamaged) {
        try codes { try store.append(AuditKind("test"), details: .object([:])) }
      }
    }
  }
}
