import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// Custody events and verifications.
extension CaseStore {
  /// Records a custody event of an item, with everything that belongs to it, or nothing.
  /// - Parameters:
  ///   - attachments: files whose contents lie in the case already.
  ///   - signers: people who sign the event. A disposal needs two.
  /// - Throws: `itemUnknown`; `argumentInvalid` where a person or the corrected event is not of this case, or a side
  ///   of a transfer is missing; `itemNotHeld` of an item that is disposed of; `confirmationNeeded`; `caseNotOpen`.
  @discardableResult
  package func recordCustody(
    of item: ItemNumber, _ details: CustodyDetails, _ extras: CustodyExtras = CustodyExtras(),
    attachments: [AttachedFile] = [], signedBy signers: [EventSigner] = []
  ) throws(EvidenceError) -> Recorded<CustodyRecord> {
    try write { transaction in
      try transaction.demandCustody(of: item, details, signedBy: signers)
      return try transaction.recordCustody(of: item, details, extras, attachments, signers)
    }
  }

  /// Refuses what ``recordCustody(of:_:_:attachments:signedBy:)`` would refuse, and records nothing.
  package func checkCustody(
    of item: ItemNumber, _ details: CustodyDetails, signedBy signers: [EventSigner]
  ) throws(EvidenceError) {
    try write { try $0.demandCustody(of: item, details, signedBy: signers) }
  }

  /// The custody of an item: its events, and what counts of them.
  /// - Throws: `itemUnknown`.
  package func custodyHistory(of item: ItemNumber) throws(EvidenceError) -> CustodyHistory {
    try read { database in
      _ = try database.item(item)
      return try database.history(of: item)
    }
  }

  /// Who had an item when, and where the record of it does not hold together.
  /// - Throws: `itemUnknown`.
  package func custodyReview(of item: ItemNumber) throws(EvidenceError) -> CustodyReview {
    try read { database in
      _ = try database.item(item)
      return try database.review(of: item)
    }
  }

  /// The custody events of an item in the order they were recorded, with their audit events.
  /// - Throws: `itemUnknown`.
  package func custody(of item: ItemNumber) throws(EvidenceError) -> [Recorded<CustodyRecord>] {
    try custodyHistory(of: item).records
  }

  /// Every custody event that records a disposal, of all items.
  package func disposals() throws(EvidenceError) -> [Recorded<CustodyRecord>] {
    try read { database in try database.records(where: "type = ?", [CustodyEventType.dispose.rawValue]) }
  }

  /// Records a verification. At most ``FindingRecord/largestCount`` findings are kept; their number always is.
  /// - Parameter item: the item it was about, where it was about one.
  /// - Throws: `itemUnknown`.
  @discardableResult
  package func recordVerification(
    of subject: String, item: ItemNumber?, started: Timestamp, verdict: VerificationVerdict,
    findings: [Finding], details: JSONValue = .object([:])
  ) throws(EvidenceError) -> VerificationRecord {
    try write { transaction in
      if let item { _ = try transaction.database.item(item) }
      let record = VerificationRecord(
        id: Host.newIdentifier(), subject: subject, item: item, started: started, ended: transaction.now,
        verdict: verdict, findings: UInt64(findings.count))
      let kept = findings.prefix(FindingRecord.largestCount).enumerated().map {
        FindingRecord(verification: record.id, position: UInt64($0.offset), finding: $0.element)
      }
      try transaction.record(.verificationRecorded, details: details, [record] + kept)
      return record
    }
  }

  /// The verifications of an item, oldest first.
  package func verifications(of item: ItemNumber) throws(EvidenceError) -> [VerificationEntry] {
    try read { database in
      _ = try database.item(item)
      let records: [VerificationRecord] = try database.plainRecords(where: "item = ?", [item.description])
      return try records.map { record in
        let findings: [FindingRecord] = try database.plainRecords(
          where: "verification = ?", [record.id.description])
        return VerificationEntry(verification: record, findings: findings.map(\.finding))
      }
    }
  }

  /// The reports of an item, oldest first.
  package func reports(of item: ItemNumber) throws(EvidenceError) -> [ReportRecord] {
    try read { database in
      _ = try database.item(item)
      return try database.plainRecords(where: "item = ?", [item.description])
    }
  }
}

extension CaseTransaction {
  fileprivate func demandCustody(
    of item: ItemNumber, _ details: CustodyDetails, signedBy signers: [EventSigner]
  ) throws {
    _ = try database.item(item)
    for person in [details.releasedBy, details.receivedBy, details.witness].compactMap(\.self) {
      let known: [PersonRecord] = try database.plainRecords(where: "id = ?", [person.description])
      guard !known.isEmpty else { throw EvidenceError(.personUnknown, person.description) }
    }
    if let corrected = details.corrects {
      let known: [CustodyRecord] = try database.plainRecords(
        where: "id = ? AND item = ?", [corrected.description, item.description])
      guard !known.isEmpty else {
        throw EvidenceError(
          .argumentInvalid, corrected.description, "item \(item) has no such custody event")
      }
    }
    try demandAllowed(details, of: item, confirmedBy: signers)
  }

  /// Writes a custody event that was found to be allowed.
  fileprivate func recordCustody(
    of item: ItemNumber, _ details: CustodyDetails, _ extras: CustodyExtras, _ attachments: [AttachedFile],
    _ signers: [EventSigner]
  ) throws -> Recorded<CustodyRecord> {
    let record = CustodyRecord(id: Host.newIdentifier(), item: item, recorded: now, details: details)
    var records: [any StoredRecord] = [record]
    if !extras.isEmpty { records.append(CustodyDetailRecord(custody: record.id, extras: extras)) }
    records += attachments.map { $0.record(of: item, custody: record.id, added: now) }
    let head = try self.record(.custodyRecorded, records)
    try sign(head.sequence, by: signers)
    return Recorded(record: record, event: head.sequence)
  }
}
