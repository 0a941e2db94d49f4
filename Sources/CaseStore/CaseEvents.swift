import CanonicalJSON
import Evidence
internal import GRDB
import SystemIO

/// A verification with the findings that were recorded of it.
package struct VerificationEntry: Hashable, Sendable {
  package let verification: VerificationRecord
  package let findings: [Finding]
}

/// Custody events, verifications and reports.
extension CaseStore {
  /// Records a custody event of an item.
  /// - Throws: `itemUnknown`; `argumentInvalid` where a person or the corrected event is not of this case.
  @discardableResult
  package func recordCustody(
    of item: ItemNumber, _ details: CustodyDetails
  ) throws(EvidenceError) -> CustodyRecord {
    try write { transaction in
      let database = transaction.database
      _ = try database.item(item)
      for person in [details.releasedBy, details.receivedBy, details.witness].compactMap(\.self) {
        guard try !database.plainRecords(PersonRecord.self, where: "id = ?", [person.description]).isEmpty
        else { throw EvidenceError(.argumentInvalid, person.description, "no such person in this case") }
      }
      if let corrected = details.corrects {
        let condition = "id = ? AND item = ?"
        let known: [CustodyRecord] = try database.plainRecords(
          where: condition, [corrected.description, item.description])
        guard !known.isEmpty else {
          throw EvidenceError(
            .argumentInvalid, corrected.description, "item \(item) has no such custody event")
        }
      }
      let record = CustodyRecord(
        id: Host.newIdentifier(), item: item, recorded: transaction.now, details: details)
      try transaction.record(.custodyRecorded, [record])
      return record
    }
  }

  /// The custody events of an item in the order they were recorded, with their audit events.
  /// - Throws: `itemUnknown`.
  package func custody(of item: ItemNumber) throws(EvidenceError) -> [Recorded<CustodyRecord>] {
    try read { database in
      _ = try database.item(item)
      return try database.records(where: "item = ?", [item.description])
    }
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

  /// Records a report that was written.
  /// - Parameter path: relative to the case where it lies inside.
  /// - Throws: `itemUnknown`.
  @discardableResult
  package func recordReport(
    of item: ItemNumber, path reportPath: String, sha256: Digest
  ) throws(EvidenceError) -> ReportRecord {
    try write { transaction in
      _ = try transaction.database.item(item)
      let record = ReportRecord(
        id: Host.newIdentifier(), item: item, path: reportPath, sha256: sha256, made: transaction.now)
      try transaction.record(.reportRecorded, [record])
      return record
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
