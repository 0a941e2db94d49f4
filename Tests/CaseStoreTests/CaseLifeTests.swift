import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Testing

/// States of a case, legal authority, what is told of items and people.
@Suite struct CaseLifeTests {
  let script: CustodyScript
  var store: CaseStore { script.store }

  init() throws { self.script = try CustodyScript() }

  private func two() throws -> [EventSigner] { [try script.signer("E", 1), try script.signer("O", 2)] }

  @Test func aCaseIsClosedArchivedAndOpenedAgain() throws {
    #expect(try store.state() == .open)
    #expect(throws: ErrorCode.confirmationNeeded) { try codes { try store.change(to: .closed, reason: nil) } }
    #expect(throws: ErrorCode.confirmationNeeded) {
      try codes { try store.change(to: .closed, reason: nil, signedBy: [try script.signer("E", 1)]) }
    }
    #expect(throws: ErrorCode.caseNotOpen) { try codes { try store.change(to: .archived, reason: nil) } }
    #expect(throws: ErrorCode.caseNotOpen) { try codes { try store.change(to: .open, reason: "why") } }

    try script.record(["1 receive O>E"])
    let acquisition = try store.beginAcquisition(of: script.item, source: SampleCase.source)
    #expect(throws: ErrorCode.caseUnfinished) {
      try codes { try store.change(to: .closed, reason: nil, signedBy: try two()) }
    }
    try store.finishAcquisition(acquisition.id, verdict: .complete, manifestDigest: nil)
    try store.change(to: .closed, reason: "done", signedBy: try two())
    #expect(try store.state() == .closed)
    #expect(try store.signatures().count == 2)

    for refused in [
      { _ = try store.addItem(try ItemNumber("002"), description: "x") },
      { _ = try store.beginAcquisition(of: script.item, source: SampleCase.source) },
      { try store.describe(script.item, [ItemStatement(.condition, "good")]) },
      { _ = try store.recordAuthority(AuthorityDetails(kind: "order", reference: "1"), for: nil) },
      { try store.change(to: .closed, reason: nil, signedBy: try two()) },
    ] {
      #expect(throws: ErrorCode.caseNotOpen) { try codes(refused) }
    }
    // Items leave a closed case, and only a case whose items have a place is archived.
    #expect(throws: ErrorCode.caseUnfinished) { try codes { try store.change(to: .archived, reason: nil) } }
    try script.record(["2 return E>O"])
    try store.change(to: .archived, reason: nil)
    #expect(throws: ErrorCode.caseNotOpen) { try codes { try script.record(["3 receive O>E"]) } }
    try script.record(["3 verify"])

    #expect(throws: ErrorCode.argumentInvalid) { try codes { try store.change(to: .open, reason: nil) } }
    try store.change(to: .open, reason: "appeal")
    _ = try store.addItem(try ItemNumber("002"), description: "x")
    #expect(try store.stateChanges().map(\.record.state) == [.closed, .archived, .open])
    #expect(try store.stateChanges().last?.record.reason == "appeal")
    #expect(try store.checkAudit().isEmpty)
  }

  // The sample's clock stands in 2026.
  private static let past = Timestamp("2025-12-31T00:00:00.000000Z")
  private static let future = Timestamp("2027-12-31T00:00:00.000000Z")

  private func authority(_ expires: Timestamp?, for item: ItemNumber?) throws {
    _ = try store.recordAuthority(
      AuthorityDetails(kind: "warrant", reference: "17/26", scope: "all", expires: expires), for: item)
  }

  @Test func whatHasExpiredAsksForAReason() throws {
    let disc = try ItemNumber("001-1")
    _ = try store.addItem(disc, description: "disc in it", partOf: script.item)
    func begin(_ item: ItemNumber, _ reason: String? = nil) throws {
      try codes {
        _ = try store.beginAcquisition(of: item, source: SampleCase.source, afterExpiry: reason)
      }
    }
    // Nothing is recorded, then something that lasts.
    try begin(script.item)
    try authority(Self.future, for: nil)
    try begin(script.item)
    // An item's own authority counts in place of the case's, and for its parts.
    try authority(Self.past, for: script.item)
    for item in [script.item, disc] {
      #expect(throws: ErrorCode.authorityExpired) { try begin(item) }
      try begin(item, "extension was asked for by telephone")
    }
    try authority(nil, for: disc)
    try begin(disc)
    #expect(throws: ErrorCode.authorityExpired) { try begin(script.item) }
    try authority(Self.future, for: script.item)
    try begin(script.item)
  }

  @Test func theNewestStatementCountsAndAllAreKept() throws {
    try store.describe(
      script.item, [ItemStatement(.condition, "good"), ItemStatement(.tags, "laptop, urgent")])
    try store.describe(
      script.item, [ItemStatement(.condition, nil), ItemStatement(.description, "disk of 1 TB")],
      attachments: [
        AttachedFile(
          kind: .photograph, file: RecordedFile(name: "a.jpg", size: 7, sha256: SampleCase.digest(9)))
      ])
    let known = try store.itemDescription(script.item)
    #expect(known.value(of: .condition) == nil)
    #expect(known.description == "disk of 1 TB")
    #expect(known.item.description == "disk")
    #expect(known.tags == ["laptop", "urgent"])
    #expect(known.statements.count == 4)
    #expect(known.attachments.map(\.file.sha256) == [SampleCase.digest(9)])

    let part = try ItemNumber("001-1")
    _ = try store.addItem(part, description: "SSD", partOf: script.item, [ItemStatement(.tags, "ssd")])
    #expect(try store.itemDescription(script.item).parts == [part])
    #expect(try store.itemDescription(part).parent == script.item)
    #expect(throws: ErrorCode.itemUnknown) {
      try codes {
        _ = try store.addItem(
          try ItemNumber("003"), description: "x", partOf: try ItemNumber("999"))
      }
    }
    let listed = try store.listedItems()
    #expect(listed.map(\.number) == ["001", "001-1"])
    #expect(listed.map(\.description) == ["disk of 1 TB", "SSD"])
    #expect(listed.map(\.tags) == [["laptop", "urgent"], ["ssd"]])
    #expect(listed.map(\.parent) == [nil, "001"])
    #expect(try store.checkAudit().isEmpty)
  }

  @Test func credentialsAreStatedAndReplaced() throws {
    let officer = try script.person("O")
    let certificate = PersonCredentialRecord.SigningCertificate(
      pem: "-----BEGIN…", fingerprint: SampleCase.digest(3))
    try store.describe(person: officer, qualifications: "course 7", certificate: nil)
    try store.describe(person: officer, qualifications: "course 8", certificate: certificate)
    let all = try store.credentials().map(\.record)
    #expect(all.map(\.qualifications) == ["course 7", "course 8"])
    #expect(all.map(\.certificate) == [nil, certificate])
    #expect(throws: ErrorCode.personUnknown) {
      try codes {
        try store.describe(
          person: RecordIdentifier(random: [UInt8](repeating: 7, count: 16)), qualifications: "x",
          certificate: nil)
      }
    }
  }
}
