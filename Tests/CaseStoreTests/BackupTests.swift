import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct BackupTests {
  let sample: SampleCase

  init() throws { self.sample = try SampleCase() }

  @Test func aBackupIsTheDatabaseAtOneMoment() throws {
    let store = try sample.filled()
    let path = sample.folder.appending("copy.sqlite")
    let head = try store.backUp(to: path)
    try store.append(AuditKind("test.later"), details: .object([:]))
    #expect(try head.sequence + 1 == store.auditHead().sequence)
    let copy = try CaseStore.openCopy(path)
    #expect(try copy.auditHead() == head)
    #expect(try copy.checkAudit().isEmpty)
    try copy.close()
    // With the shell of SQLite, which knows nothing of us.
    let count = try Tool.run(
      "sqlite3", [path.string, "PRAGMA integrity_check; SELECT count(*) FROM audit_event"])
    #expect(count.output == "ok\n\(head.sequence)\n")
    #expect(throws: ErrorCode.outputExists) { try codes { _ = try store.backUp(to: path) } }
    #expect(try TestFiles.names(in: sample.folder).allSatisfy { !$0.contains("partial") })
  }

  @Test func whatIsRestoredIsTheBackupAndItsEvent() throws {
    let store = try sample.filled()
    let path = sample.folder.appending("copy.sqlite")
    let head = try store.backUp(to: path)
    _ = try store.addItem(ItemNumber("002"), description: "later")
    // Another process has the case open meanwhile.
    let other = try sample.open()
    let restored = try store.restore(
      try CaseStore.openCopy(path), noting: .caseRestored, details: .fields(["backup": "copy.sqlite"]))
    #expect(restored.sequence == head.sequence + 1)
    #expect(try other.items().map(\.number.description) == ["001"])
    #expect(try other.event(restored.sequence)?.previous == head.digest)
    #expect(try other.checkAudit().isEmpty)
    #expect(try sample.sql("PRAGMA journal_mode").output == "wal\n")
  }
}
