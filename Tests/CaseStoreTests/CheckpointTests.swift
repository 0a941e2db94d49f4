import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import SystemPackage
import Testing

/// The chain as it is followed before somebody signs it.
@Suite struct FollowedHeadTests {
  let sample: SampleCase

  init() throws {
    self.sample = try SampleCase()
    try sample.filled().close()
  }

  @Test func leadsToTheNewestEventFromAnyOther() throws {
    let store = try sample.open()
    let head = try store.auditHead()
    #expect(try store.followedHead(from: nil) == head)
    for sequence in 1...head.sequence {
      #expect(try store.followedHead(from: try store.head(at: sequence)) == head)
    }
  }

  @Test(arguments: [
    "UPDATE audit_event SET event = replace(event, 'black', 'white') WHERE sequence = 2",
    "UPDATE audit_event SET digest = printf('%064d', 0) WHERE sequence = 8",
    "DELETE FROM audit_event WHERE sequence = 5",
  ])
  func refusesALogThatDoesNotLeadOn(_ sql: String) throws {
    let first = try sample.open().head(at: 1)
    try sample.tamper(sql)
    let store = try sample.open()
    #expect(throws: (any Error).self) { _ = try store.followedHead(from: first) }
    #expect(throws: (any Error).self) { _ = try store.followedHead(from: nil) }
  }

  /// What lies before the last checkpoint was followed when that was made; that the log is still that one is asked.
  @Test func refusesAnotherLogThanTheOneSignedBefore() throws {
    let store = try sample.open()
    let head = try store.auditHead()
    let other = AuditHead(sequence: head.sequence, digest: SampleCase.digest(9))
    #expect(throws: ErrorCode.auditBroken) { try codes { _ = try store.followedHead(from: other) } }
    let later = AuditHead(sequence: head.sequence + 5, digest: head.digest)
    #expect(throws: ErrorCode.auditBroken) { try codes { _ = try store.followedHead(from: later) } }
  }

  @Test func aCheckpointIsARecordLikeAnyOther() throws {
    let store = try sample.open()
    let head = try store.auditHead()
    let record = CheckpointRecord(head: head, document: SampleCase.digest(1), signature: SampleCase.digest(2))
    try store.recordCheckpoint(record)
    #expect(try store.newestCheckpoint() == record)
    #expect(try store.checkAudit().isEmpty)
    #expect(throws: ErrorCode.databaseFailed) { try codes { try store.recordCheckpoint(record) } }
    try store.close()
    try sample.tamper("UPDATE checkpoint SET signature_sha256 = printf('%064d', 0)")
    let result = try CaseStore.openForReading(folder: sample.folder).auditResult()
    #expect(result.findings.map(\.code) == [.recordMismatch])
    #expect(result.firstWrong == head.sequence + 1)
  }
}

/// What a check says besides its findings.
@Suite struct AuditResultTests {
  @Test(arguments: [
    ("UPDATE audit_event SET event = replace(event, 'black', 'white') WHERE sequence = 2", 2),
    ("DELETE FROM audit_event WHERE sequence = 5", 5), ("DELETE FROM custody_event", 6),
    ("UPDATE segment SET size = size + 1 WHERE position = 1", 5),
    ("INSERT INTO person VALUES ('x', 'Nobody', NULL, NULL, NULL, 77)", 77),
  ])
  func namesTheFirstEventThatIsWrong(_ sql: String, _ event: UInt64) throws {
    let sample = try SampleCase()
    try sample.filled().close()
    try sample.tamper(sql)
    let result = try CaseStore.openForReading(folder: sample.folder).auditResult()
    #expect(result.firstWrong == event, "\(result.findings)")
  }

  @Test func namesTheHead() throws {
    let sample = try SampleCase()
    let store = try sample.filled()
    let result = try store.auditResult()
    #expect(try result.head == store.auditHead())
    #expect(result.eventCount == 8 && result.firstWrong == nil && result.findings.isEmpty)
  }

  /// Text that SQLite and RFC 8785 must escape alike, or the slower comparison decides.
  @Test(arguments: ["\u{1}\u{8}\u{c}\u{1f}\u{7f}", "a\"b\\c/d", "é 数 \u{1F600}", "\n\r\t", "{\"x\":[1]}"])
  func rowsAreComparedWhateverTheyHold(_ text: String) throws {
    let sample = try SampleCase()
    let store = try sample.create()
    _ = try store.addItem(ItemNumber("1"), description: text, remarks: text + text)
    #expect(try store.checkAudit().isEmpty)
    try store.close()
    try sample.tamper("UPDATE evidence_item SET remarks = remarks || ' '")
    let findings = try CaseStore.openForReading(folder: sample.folder).checkAudit()
    #expect(findings.map(\.code) == [.recordMismatch])
  }
}
