import CanonicalJSON
import CaseRecords
import Evidence
internal import GRDB
import SystemIO

/// A report as the audit log tells of it: its files, what it is about, who approved it.
package struct RecordedReport: Hashable, Sendable {
  package struct File: Hashable, Sendable {
    /// Relative to the case where it lies inside.
    package let path: String
    package let sha256: Digest
    /// SHA-256 of the signature beside it.
    package let signature: Digest?

    package init(path: String, sha256: Digest, signature: Digest?) {
      self.path = path
      self.sha256 = sha256
      self.signature = signature
    }
  }

  package struct Approval: Hashable, Sendable {
    package let reviewer: String
    package let given: Timestamp
    package let remarks: String?
    /// Audit event.
    package let event: UInt64
  }

  package let name: String
  package let items: [ItemNumber]
  package let supersedes: String?
  package let files: [File]
  package let made: Timestamp
  /// Who was at work when it was made.
  package let author: String
  /// Audit event.
  package let event: UInt64
  package fileprivate(set) var approvals: [Approval] = []
}

/// Reports: each is one audit event whose details hold what the table of reports does not.
extension CaseStore {
  /// Records a report that was written.
  /// - Parameters:
  ///   - items: what it is about.
  ///   - details: an object with what else was chosen, such as the language.
  /// - Throws: `itemUnknown`.
  @discardableResult
  package func recordReport(
    _ name: String, of items: [ItemNumber], files: [RecordedReport.File], supersedes: String? = nil,
    details: JSONValue = .object([:])
  ) throws(EvidenceError) -> AuditHead {
    try write { transaction in
      var records: [any StoredRecord] = []
      for item in items {
        _ = try transaction.database.item(item)
        records += files.map {
          ReportRecord(
            id: Host.newIdentifier(), item: item, path: $0.path, sha256: $0.sha256, made: transaction.now)
        }
      }
      var object = details.objectValue ?? [:]
      object["name"] = .string(name)
      object["items"] = .array(items.map { .string($0.description) })
      object["supersedes"] = supersedes.map { .string($0) }
      object["files"] = .array(
        files.map { file in
          .fields([
            "path": .string(file.path), "sha256": .string(file.sha256.hex),
            "signatureSHA256": file.signature.map { .string($0.hex) },
          ])
        })
      return try transaction.record(.reportRecorded, details: .object(object), records)
    }
  }

  /// Records that a reviewer approves a report. The reviewer becomes a person of the case.
  /// - Throws: `reportUnknown`, `reviewerIsAuthor`.
  @discardableResult
  package func approveReport(
    _ name: String, reviewer: PersonDetails, remarks: String?
  ) throws(EvidenceError) -> AuditHead {
    guard let report = try reports().last(where: { $0.name == name }) else {
      throw EvidenceError(.reportUnknown, name)
    }
    guard Self.folded(report.author) != Self.folded(reviewer.name) else {
      throw EvidenceError(.reviewerIsAuthor, name, "\(report.author) made it")
    }
    let known = try people().first { Self.folded($0.details.name) == Self.folded(reviewer.name) }
    let person = if let known { known } else { try person(reviewer) }
    return try append(
      .reportApproved,
      details: .fields([
        "report": .string(name), "reviewer": .string(person.id.description),
        "name": .string(person.details.name),
        "remarks": remarks.map { .string($0) }, "event": JSONValue(report.event),
      ]))
  }

  /// Every report of the case, oldest first, with its approvals.
  package func reports() throws(EvidenceError) -> [RecordedReport] {
    var reports: [RecordedReport] = []
    try forEachEvent(of: [.reportRecorded, .reportApproved]) { event throws(EvidenceError) in
      if let report = RecordedReport(event) { reports.append(report) }
      guard event.kind == .reportApproved, let number = event.payload["details"]?["event"]?.integerValue,
        let index = reports.firstIndex(where: { $0.event == UInt64(exactly: number) }),
        let reviewer = event.payload["details"]?["name"]?.stringValue
      else { return }
      reports[index].approvals.append(
        RecordedReport.Approval(
          reviewer: reviewer, given: event.time, remarks: event.payload["details"]?["remarks"]?.stringValue,
          event: event.sequence))
    }
    return reports
  }

  /// Names that differ by letters and spaces alone are those of one person.
  private static func folded(_ name: String) -> String { name.lowercased().filter { !$0.isWhitespace } }
}

extension RecordedReport {
  /// `nil` for another event.
  fileprivate init?(_ event: AuditEvent) {
    guard event.kind == .reportRecorded else { return nil }
    guard let details = event.payload["details"], let name = details["name"]?.stringValue,
      let files = details["files"]?.arrayValue
    else {
      self.init(unnamed: event)
      return
    }
    self.init(
      name: name,
      items: (details["items"]?.arrayValue ?? []).compactMap { item in
        item.stringValue.flatMap { try? ItemNumber($0) }
      }, supersedes: details["supersedes"]?.stringValue,
      files: files.compactMap { file in
        guard let path = file["path"]?.stringValue,
          let sha256 = file["sha256"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
        else { return nil }
        return File(
          path: path, sha256: sha256,
          signature: file["signatureSHA256"]?.stringValue.flatMap { Digest(.sha256, hex: $0) })
      }, made: event.time, author: event.actor.name, event: event.sequence)
  }

  /// One of before reports had names: its path is its name.
  private init?(unnamed event: AuditEvent) {
    let rows = event.rows(of: ReportRecord.table).compactMap { try? ReportRecord($0) }
    guard let first = rows.first else { return nil }
    self.init(
      name: first.path, items: rows.map(\.item), supersedes: nil,
      files: rows.map { File(path: $0.path, sha256: $0.sha256, signature: nil) }, made: event.time,
      author: event.actor.name, event: event.sequence)
  }
}
