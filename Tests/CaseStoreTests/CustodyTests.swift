import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence
import EvidenceTestKit
import Testing

/// Events of one item as a script: people are E (the examiner), O (an officer), C (a courier).
struct CustodyScript {
  let sample: SampleCase
  let store: CaseStore
  let item: ItemNumber
  private let people: [Character: RecordIdentifier]

  init() throws {
    self.sample = try SampleCase()
    self.store = try sample.create()
    self.item = try ItemNumber("001")
    _ = try store.addItem(item, description: "disk")
    let officer = try store.person(PersonDetails(name: "Officer on duty"))
    let courier = try store.person(PersonDetails(name: "B. Courier"))
    self.people = ["E": try store.examiner, "O": officer.id, "C": courier.id]
  }

  func person(_ letter: Character) throws -> RecordIdentifier { try #require(people[letter]) }

  /// `MINUTE TYPE FROM>TO BEFORE/AFTER`, the last two optional and `-` for nothing: `5 transfer E>O A/B`.
  func details(_ line: String) throws -> CustodyDetails {
    let words = line.split(separator: " ")
    let minute = try #require(Int64(words[0]))
    let type = try #require(CustodyEventType(rawValue: String(words[1])))
    var details = CustodyDetails(type, occurred: Timestamp(microseconds: minute * 60_000_000))
    if words.count > 2,
      let sides = words[2].split(separator: ">", omittingEmptySubsequences: false) as [Substring]?,
      sides.count == 2
    {
      details.releasedBy = try sides[0].first.map { try person($0) }
      details.receivedBy = try sides[1].first.map { try person($0) }
    }
    if words.count > 3 {
      let seals = words[3].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      details.sealBefore = seals[0].isEmpty ? nil : seals[0]
      details.sealAfter = seals[1].isEmpty ? nil : seals[1]
    }
    return details
  }

  @discardableResult
  func record(_ lines: [String]) throws -> [Recorded<CustodyRecord>] {
    try lines.map { try store.recordCustody(of: item, try details($0), signedBy: try signers($0)) }
  }

  /// Two people, where it is a disposal.
  func signers(_ line: String) throws -> [EventSigner] {
    line.contains("dispose") ? [try signer("E", 1), try signer("O", 2)] : []
  }

  func signer(_ person: Character, _ certificate: UInt8) throws -> EventSigner {
    EventSigner(person: try self.person(person), fingerprint: SampleCase.digest(certificate)) {
      (content, _) in Array(content.prefix(4))
    }
  }

  var review: CustodyReview { get throws { try store.custodyReview(of: item) } }
}

extension CaseStore {
  fileprivate var examiner: RecordIdentifier { get throws { try caseRecord().examiner } }
}

@Suite struct CustodyTests {
  struct Story: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let lines: [String]
    /// Code, and what the finding expected, in order.
    let findings: [String]

    init(_ name: String, _ lines: [String], _ findings: [String] = []) {
      (self.testDescription, self.lines, self.findings) = (name, lines, findings)
    }
  }

  static let stories = [
    Story("nothing recorded", [], ["custody.none who collected or received it"]),
    Story(
      "only what acquisitions record", ["1 acquire", "2 verify"],
      ["custody.none who collected or received it"]),
    Story(
      "acquired under seal", ["1 receive O>E A1/", "2 acquire", "3 acquire"],
      ["custody.seal-not-opened seal A1 opened before"]),
    Story(
      "sealed anew and not opened",
      ["1 receive O>E A1/", "2 open", "3 acquire", "4 seal > /A2", "5 acquire"],
      ["custody.seal-not-opened seal A2 opened before"]),
    Story("received from nobody", ["1 receive >E"], ["custody.giver-not-named who handed it over"]),
    Story(
      "from seizure to return",
      [
        "1 collect >O", "2 seal > /A1", "3 transfer O>E A1/", "4 store", "5 retrieve >E A1/", "6 open",
        "7 acquire",
        "8 verify", "9 seal > /A2", "10 ship E> A2/", "11 receive E>O A2/", "12 return O>C",
      ]),
    Story("begins in the middle", ["1 store"], ["custody.gap collected or received before"]),
    Story(
      "released by somebody else", ["1 collect >O", "2 transfer E>C"],
      ["custody.overlapping-holders released by Officer on duty, who held it"]),
    Story(
      "taken without a release", ["1 collect >O", "2 receive >E"],
      [
        "custody.overlapping-holders released by Officer on duty, who held it",
        "custody.giver-not-named who handed it over",
      ]),
    Story("nobody took it", ["1 collect"], ["custody.gap who took it"]),
    Story(
      "acquired on its way", ["1 collect >O", "2 ship O>", "3 acquire"], ["custody.gap received before"]),
    Story(
      "opened in storage", ["1 receive O>E", "2 store", "3 open"],
      ["custody.gap retrieved from storage before"]),
    Story(
      "used after its return", ["1 receive O>E", "2 return E>O", "3 access"],
      ["custody.gap nothing after its return"]),
    Story("taken in again after its return", ["1 receive O>E", "2 return E>O", "3 receive O>E"]),
    Story(
      "another seal than was put on", ["1 collect >O /A1", "2 transfer O>E A2/"],
      ["custody.seal-mismatch seal A1"]),
    Story(
      "a seal where none was put on", ["1 collect >O /A1", "2 open > A1/", "3 store > A1/"],
      ["custody.seal-mismatch no seal: none was put on after it was opened"]),
    Story("a new seal", ["1 collect >O /A1", "2 open > A1/A2", "3 store > A2/"]),
    Story(
      "before its predecessor", ["5 collect >O", "3 transfer O>E", "6 store"],
      [
        "custody.time-order not before 1970-01-01T00:05:00.000000Z, when event 5 happened",
        "custody.gap collected or received before",
        "custody.overlapping-holders released by A. Examiner, who held it",
      ]),
    Story("an acquisition records itself when it ends", ["1 receive O>E", "5 store", "3 acquire"]),
  ]

  @Test(arguments: stories)
  func gapsAreFound(_ story: Story) throws {
    let script = try CustodyScript()
    try script.record(story.lines)
    let review = try script.review
    #expect(review.findings.map { "\($0.code.rawValue) \($0.expected ?? "")" } == story.findings)
    #expect(review.findings.allSatisfy { $0.severity == .warning })
    #expect(try script.store.checkAudit().isEmpty)
  }

  @Test func periodsFollowFromHandToHand() throws {
    let script = try CustodyScript()
    try script.record(["1 collect >O", "2 access", "4 transfer O>E", "8 store", "9 verify", "16 dispose"])
    let periods = try script.review.periods
    #expect(
      periods.map(\.whereabouts) == [
        .held(by: try script.person("O")), .held(by: try script.person("E")), .stored(place: nil), .disposed,
      ])
    #expect(periods.map { $0.from.microseconds / 60_000_000 } == [1, 4, 8, 16])
    #expect(periods.map { $0.to.map { $0.microseconds / 60_000_000 } } == [4, 8, 16, nil])
  }

  @Test func aCorrectionReplacesWhatItStates() throws {
    let script = try CustodyScript()
    let records = try script.record(["1 collect >O /A1", "3 transfer O>C A9/", "2 access"])
    #expect(
      try script.review.findings.map(\.code) == [.custodyTimeOrder, .custodyNotOpened, .custodySealMismatch])
    var seal = CustodyDetails(.correct, occurred: Timestamp(microseconds: 1))
    seal.corrects = records[1].record.id
    seal.sealBefore = "A1"
    seal.receivedBy = try script.person("E")
    let first = try script.store.recordCustody(of: script.item, seal)
    // A correction of the correction.
    var time = CustodyDetails(.correct, occurred: Timestamp(microseconds: 1))
    time.corrects = first.record.id
    var extras = CustodyExtras()
    extras.correctedTime = Timestamp(microseconds: 90_000_000)
    try script.store.recordCustody(of: script.item, time, extras)
    #expect(try script.review.findings.map(\.code) == [.custodyNotOpened])
    #expect(try script.review.whereabouts == .held(by: script.person("E")))

    var withdrawal = CustodyDetails(.correct, occurred: Timestamp(microseconds: 1))
    withdrawal.corrects = records[1].record.id
    var withdraws = CustodyExtras()
    withdraws.withdraws = true
    try script.store.recordCustody(of: script.item, withdrawal, withdraws)
    #expect(try script.review.whereabouts == .held(by: script.person("O")))
    // What was recorded stays.
    let history = try script.store.custodyHistory(of: script.item)
    #expect(history.records[1] == records[1])
    #expect(history.records.count == 6)
    #expect(history.steps.count == 2)
  }

  @Test(arguments: ["2 transfer O>", "2 transfer >E", "2 transfer", "2 transfer O>O"])
  func aTransferNeedsBothSides(_ line: String) throws {
    let script = try CustodyScript()
    try script.record(["1 collect >O"])
    let head = try script.store.auditHead()
    #expect(throws: ErrorCode.argumentInvalid) { try codes { try script.record([line]) } }
    #expect(try script.store.auditHead() == head)
  }

  @Test func aDisposalNeedsTwoPeopleWithTwoCertificates() throws {
    let script = try CustodyScript()
    try script.record(["1 collect >O"])
    let head = try script.store.auditHead()
    let details = try script.details("2 dispose O>")
    for signers in [
      [], [try script.signer("E", 1)], [try script.signer("E", 1), try script.signer("E", 2)],
      [try script.signer("E", 1), try script.signer("O", 1)],
    ] {
      #expect(throws: ErrorCode.confirmationNeeded) {
        try codes { try script.store.recordCustody(of: script.item, details, signedBy: signers) }
      }
    }
    #expect(try script.store.auditHead() == head)

    let recorded = try script.store.recordCustody(
      of: script.item, details, signedBy: [try script.signer("E", 1), try script.signer("O", 2)])
    let signatures = try script.store.signatures()
    #expect(signatures.map(\.signature.signedEvent) == [recorded.event, recorded.event])
    #expect(signatures.allSatisfy { $0.recordedBy == recorded.event + 1 })
    // What is signed are the bytes of the event, as anybody can take them from the database.
    let event = try #require(try script.store.event(recorded.event))
    #expect(signatures.allSatisfy { $0.content == event.json.canonicalBytes })
    #expect(signatures.allSatisfy { $0.signature.signature == Array(event.json.canonicalBytes.prefix(4)) })
    #expect(try script.store.checkAudit().isEmpty)
  }

  @Test func aSignerWhoFailsLeavesNothing() throws {
    let script = try CustodyScript()
    let head = try script.store.auditHead()
    let failing = EventSigner(person: try script.person("O"), fingerprint: SampleCase.digest(2)) {
      (_, _) throws(EvidenceError) in throw EvidenceError(.cryptographyFailed, "key")
    }
    #expect(throws: ErrorCode.cryptographyFailed) {
      try codes {
        try script.store.recordCustody(
          of: script.item, try script.details("1 dispose"), signedBy: [try script.signer("E", 1), failing])
      }
    }
    #expect(try script.store.auditHead() == head)
    #expect(try script.store.custody(of: script.item).isEmpty)
  }

  static let hands: [(lines: [String], isAllowed: Bool)] = [
    ([], true), (["1 receive O>E"], true), (["1 receive O>E", "2 store"], true), (["1 collect >O"], false),
    (["1 collect >E", "2 transfer E>O"], false), (["1 collect >E", "2 ship E>"], false),
    (["1 collect >E", "2 return E>O"], false), (["1 collect >E", "2 dispose"], false),
    (["1 collect >E", "2 return E>O", "3 receive O>E"], true),
  ]

  @Test(arguments: hands)
  func onlyWhatIsInHandIsAcquired(_ lines: [String], _ isAllowed: Bool) throws {
    let script = try CustodyScript()
    try script.record(lines)
    let disc = try ItemNumber("001-1")
    _ = try script.store.addItem(disc, description: "disc in it", partOf: script.item)
    for item in [script.item, disc] {
      if isAllowed {
        try script.store.demandAcquirable(item)
        _ = try script.store.beginAcquisition(of: item, source: SampleCase.source)
      } else {
        #expect(throws: ErrorCode.itemNotHeld) { try codes { try script.store.demandAcquirable(item) } }
        #expect(throws: ErrorCode.itemNotHeld) {
          try codes { _ = try script.store.beginAcquisition(of: item, source: SampleCase.source) }
        }
      }
    }
  }

  @Test func whatIsDisposedOfStaysSo() throws {
    let script = try CustodyScript()
    try script.record(["1 collect >E", "2 dispose"])
    for line in ["3 receive O>E", "3 store", "3 dispose"] {
      #expect(throws: ErrorCode.itemNotHeld) { try codes { try script.record([line]) } }
    }
    // Images are verified all the same, and a mistake can be put right.
    try script.record(["3 verify"])
    var correction = CustodyDetails(.correct, occurred: Timestamp(microseconds: 1))
    correction.corrects = try script.store.custody(of: script.item)[1].record.id
    var extras = CustodyExtras()
    extras.withdraws = true
    try script.store.recordCustody(of: script.item, correction, extras)
    try script.record(["4 store"])
  }

  @Test func tablesAreRebuiltFromTheLog() throws {
    let script = try CustodyScript()
    for (minute, type) in CustodyEventType.allCases.filter({ ![.correct, .dispose].contains($0) })
      .enumerated()
    {
      try script.record(["\(minute) \(type.rawValue) E>O"])
    }
    var correction = CustodyDetails(.correct, occurred: Timestamp(microseconds: 6))
    correction.corrects = try script.store.custody(of: script.item).first?.record.id
    correction.remarks = "Room 13, not 12"
    var extras = CustodyExtras()
    extras.utcOffset = -90
    extras.environment = "Faraday bag"
    extras.images = .notVerified(reason: "no time", verification: nil)
    try script.store.recordCustody(
      of: script.item, correction, extras,
      attachments: [
        AttachedFile(
          kind: .photograph, file: RecordedFile(name: "a.jpg", size: 7, sha256: SampleCase.digest(9)))
      ], signedBy: [try script.signer("E", 1)])
    try script.record(["99 dispose"])
    let store = script.store
    let custody = try store.custody(of: script.item).map(\.record)
    let history = try store.custodyHistory(of: script.item)
    #expect(history.extras[custody[custody.count - 2].id] == extras)
    #expect(Set(custody.map(\.details.type)) == Set(CustodyEventType.allCases))
    #expect(try store.recordsFromLog(CustodyRecord.self) == custody)
    #expect(try store.recordsFromLog(EvidenceItemRecord.self) == store.items())
    #expect(
      try Set(store.recordsFromLog(EventSignatureRecord.self)) == Set(store.signatures().map(\.signature)))
    let tables = try script.sample.sql(".dump")
    try store.close()

    try script.sample.tamper(
      """
      DELETE FROM custody_detail; DELETE FROM attachment; UPDATE custody_event SET place = 'Room 99';
      UPDATE evidence_item SET description = 'SSD'; DROP INDEX item_fact_item
      """)
    let reopened = try script.sample.open()
    let differences = try reopened.rebuildTables()
    #expect(
      Set(differences.map(\.code)).isSuperset(of: [.custodyMismatch, .recordMismatch, .schemaAltered]))
    #expect(try reopened.checkAudit().isEmpty)
    #expect(try reopened.custodyHistory(of: script.item) == history)
    let head = try reopened.auditHead()
    #expect(try reopened.event(head.sequence)?.kind == .tablesRebuilt)
    #expect(
      try reopened.event(head.sequence)?.payload["details"]?["differences"] == JSONValue(differences.count))
    // Written again as it was, but for the order of what was made anew, and the event that says so.
    let again = try script.sample.sql(".dump").output.split(separator: "\n")
      .filter { !$0.contains("tables.rebuilt") }
    #expect(again.sorted() == tables.output.split(separator: "\n").sorted())
  }

  @Test func aBrokenLogIsNoSource() throws {
    let script = try CustodyScript()
    try script.record(["1 collect >E"])
    try script.store.close()
    try script.sample.tamper(
      "UPDATE audit_event SET event = replace(event, 'disk', 'SSD!') WHERE sequence = 2;"
        + "UPDATE custody_event SET place = 'x'")
    let before = try script.sample.sql(".dump").output
    #expect(throws: ErrorCode.caseDamaged) { try codes { _ = try script.sample.open().rebuildTables() } }
    #expect(try script.sample.sql(".dump").output == before)
  }
}
