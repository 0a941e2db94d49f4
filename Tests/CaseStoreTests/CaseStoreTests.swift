import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

@Suite struct CaseStoreTests {
  let sample: SampleCase

  init() throws { self.sample = try SampleCase() }

  @Test func whatIsRecordedIsReadBackAfterReopening() throws {
    try sample.filled().close()
    let store = try sample.open()
    let number = try ItemNumber("001")

    let record = try store.caseRecord()
    #expect(record.number == "2026-0142")
    let people = try store.people()
    #expect(people.map(\.details.name) == ["A. Examiner", "B. Courier"])
    #expect(people.first?.id == record.examiner)
    #expect(try store.items().map(\.number) == [number])
    #expect(try store.item(number).serial == "4C530001")

    let entry = try #require(try store.acquisitions(of: number).first)
    #expect(entry.acquisition.folder == "evidence/001")
    #expect(entry.acquisition.length == 1_048_576)
    #expect(entry.result?.verdict == .completeWithUnreadable(sectors: 3))
    #expect(entry.result?.manifestDigest == SampleCase.digest(5))
    #expect(entry.images == [SampleCase.image])
    #expect(entry.digests.first?.digests[.md5] == SampleCase.digest(4, .md5))

    let custody = try #require(try store.custody(of: number).first)
    #expect(custody.record.details.place == "Room 12")
    #expect(custody.record.details.releasedBy == people.last?.id)
    #expect(try store.event(custody.event)?.kind == .custodyRecorded)

    let verification = try #require(try store.verifications(of: number).first)
    #expect(verification.verification.verdict == .mismatch)
    #expect(verification.findings.first?.sectors == SectorRange(first: 14336, count: 2048))
    #expect(try store.reports(of: number).first?.path == "reports/001.html")
    let report = try #require(try store.reports().first)
    #expect(report.name == "001-report-1" && report.items == [number] && report.author == "A. Examiner")
    #expect(report.files.first?.signature == SampleCase.digest(7) && report.approvals.isEmpty)
    #expect(try store.checkAudit().isEmpty)
  }

  @Test func aCaseIsNeverCreatedOverAnother() throws {
    try sample.create().close()
    let before = try TestFiles.read(sample.database)
    #expect(throws: ErrorCode.caseExists) { try codes { _ = try sample.create() } }
    #expect(try TestFiles.read(sample.database) == before)
  }

  @Test func aFailedCreationLeavesNothing() throws {
    #expect(throws: ErrorCode.argumentInvalid) {
      try codes {
        _ = try CaseStore.create(
          folder: sample.folder, number: "1\0", title: "", examiner: SampleCase.examiner,
          actor: SampleCase.actor)
      }
    }
    #expect(try TestFiles.names(in: sample.folder).isEmpty)
  }

  @Test func itemsAreAddedOnce() throws {
    let store = try sample.filled()
    let number = try ItemNumber("001")
    #expect(throws: ErrorCode.itemExists) {
      try codes { _ = try store.addItem(number, description: "again") }
    }
    let unknown = try ItemNumber("002")
    #expect(throws: ErrorCode.itemUnknown) { try codes { _ = try store.item(unknown) } }
    #expect(throws: ErrorCode.itemUnknown) { try codes { _ = try store.acquisitions(of: unknown) } }
    #expect(throws: ErrorCode.itemUnknown) {
      try codes { _ = try store.beginAcquisition(of: unknown, source: SampleCase.source) }
    }
    let custody = CustodyDetails(.seal, occurred: Timestamp(microseconds: 0))
    #expect(throws: ErrorCode.itemUnknown) { try codes { try store.recordCustody(of: unknown, custody) } }
    #expect(try store.items().count == 1)
    #expect(try store.auditHead().sequence == 8)
  }

  @Test func acquisitionsAreNamedInTurn() throws {
    let store = try sample.create()
    let (one, other) = (try ItemNumber("001"), try ItemNumber("001-3"))
    for number in [one, other] { _ = try store.addItem(number, description: "disk") }
    let names = try (0..<3).map { _ in try store.beginAcquisition(of: one, source: SampleCase.source).name }
    // 001-3 is another item's.
    #expect(names == ["001", "001-2", "001-4"])
    let next = try store.beginAcquisition(of: one, source: SampleCase.source, namesInUse: ["001-5"])
    #expect(next.name == "001-6")
    #expect(throws: ErrorCode.itemExists) {
      try codes { _ = try store.addItem(ItemNumber("001-2"), description: "clash") }
    }
  }

  @Test func anAcquisitionEndsOnce() throws {
    let store = try sample.create()
    let number = try ItemNumber("001")
    _ = try store.addItem(number, description: "disk")
    let acquisition = try store.beginAcquisition(of: number, source: SampleCase.source)
    #expect(try store.acquisitions(of: number).first?.result == nil)
    try store.finishAcquisition(
      acquisition.id, verdict: .incomplete(reason: "cable pulled"), manifestDigest: nil)
    #expect(throws: ErrorCode.databaseFailed) {
      try codes { try store.finishAcquisition(acquisition.id, verdict: .complete, manifestDigest: nil) }
    }
    #expect(try store.acquisitions(of: number).first?.result?.verdict == .incomplete(reason: "cable pulled"))
    #expect(try store.checkAudit().isEmpty)
  }

  @Test func thePersonOfTheSameDetailsIsOnePerson() throws {
    let store = try sample.create()
    let head = try store.auditHead()
    #expect(try store.person(SampleCase.examiner).id == store.caseRecord().examiner)
    #expect(try store.auditHead() == head)
  }

  @Test(arguments: ["verbatim", "é", "e\u{301}", "<b>&\"\\", "\u{1}\n\t", "数据", ""])
  func textComesBackAsItWas(_ text: String) throws {
    let store = try sample.create()
    let item = try store.addItem(ItemNumber("1"), description: text)
    #expect(try Array(store.item(item.number).description.utf8) == Array(text.utf8))
    #expect(try store.checkAudit().isEmpty)
  }

  @Test func sizesPastWhatTheLogCanSayAreRefused() throws {
    let store = try sample.create()
    let number = try ItemNumber("1")
    _ = try store.addItem(number, description: "disk")
    let source = AcquisitionSource(path: "/dev/sdb", kind: .blockDevice, length: 1 << 53, sectorSize: 512)
    #expect(throws: ErrorCode.argumentInvalid) {
      try codes { _ = try store.beginAcquisition(of: number, source: source) }
    }
  }

  @Test func eventsWithoutRecordsHaveDetails() throws {
    let store = try sample.create()
    let head = try store.append(AuditKind("test"), details: .fields(["command": "acquire /dev/sda"]))
    #expect(try store.auditHead() == head)
    let event = try #require(try store.event(head.sequence))
    #expect(event.payload["details"]?["command"]?.stringValue == "acquire /dev/sda")
    #expect(event.actor == SampleCase.actor)
    #expect(try store.event(99) == nil)
  }

  @Test func aHandleForReadingDoesNotWrite() throws {
    try sample.create().close()
    let before = try TestFiles.read(sample.database)
    let store = try CaseStore.openForReading(folder: sample.folder)
    #expect(throws: ErrorCode.databaseFailed) {
      try codes { _ = try store.addItem(ItemNumber("1"), description: "disk") }
    }
    #expect(try store.checkAudit().isEmpty)
    try store.close()
    #expect(try TestFiles.read(sample.database) == before)
    #expect(try TestFiles.names(in: sample.folder) == ["case.sqlite"])
  }
}
