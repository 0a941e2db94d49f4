import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// Reports: each is one audit event whose details hold what the table of reports does not.
extension CaseStore {
  /// Records a report that was written.
  /// - Parameters:
  ///   - items: what it is about.
  ///   - number: as it is printed.
  ///   - details: an object with what else was chosen, such as the language.
  /// - Throws: `itemUnknown`.
  @discardableResult
  package func recordReport(
    _ name: String, number: String? = nil, of items: [ItemNumber], files: [RecordedReport.File],
    supersedes: String? = nil, state: ReportState? = nil, details: JSONValue = .object([:])
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
      object["number"] = number.map { .string($0) }
      object["state"] = state?.json
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

  /// - Throws: `reviewerIsAuthor` where this is the name of who made it.
  package func demandOther(than author: RecordedReport, _ reviewer: String) throws(EvidenceError) {
    guard Self.folded(author.author) != Self.folded(reviewer) else {
      throw EvidenceError(.reviewerIsAuthor, author.name, "\(author.author) made it")
    }
  }

  /// Records that a reviewer approves a report. A reviewer whom the case does not know becomes a person of it.
  /// - Parameters:
  ///   - certificate: SHA-256 of the reviewer's; `nil` where nothing was signed.
  ///   - signed: the files with the reviewer's signatures.
  /// - Throws: `reportUnknown`, `reviewerIsAuthor`.
  @discardableResult
  package func approveReport(
    _ name: String, reviewer: PersonDetails, remarks: String?, certificate: Digest? = nil,
    signed: [RecordedReport.Approval.SignedFile] = []
  ) throws(EvidenceError) -> AuditHead {
    guard let report = try reports().last(where: { $0.name == name }) else {
      throw EvidenceError(.reportUnknown, name)
    }
    try demandOther(than: report, reviewer.name)
    let known = try people().first { Self.folded($0.details.name) == Self.folded(reviewer.name) }
    let person = if let known { known } else { try person(reviewer) }
    return try append(
      .reportApproved,
      details: .fields([
        "report": .string(name), "reviewer": .string(person.id.description),
        "name": .string(person.details.name),
        "items": .array(report.items.map { .string($0.description) }),
        "remarks": remarks.map { .string($0) }, "event": JSONValue(report.event),
        "certificateSHA256": certificate.map { .string($0.hex) },
        "files": signed.isEmpty ? nil : signed.json,
      ]))
  }

  /// Every report of the case, oldest first, with its approvals.
  package func reports() throws(EvidenceError) -> [RecordedReport] {
    var reports: [RecordedReport] = []
    try forEachEvent(of: [.reportRecorded, .reportApproved]) { event throws(EvidenceError) in
      if let report = RecordedReport(event) {
        if let index = reports.firstIndex(where: { report.isSame(as: $0) }) {
          reports[index].add(report)
        } else {
          reports.append(report)
        }
      }
      guard let (approval, number) = RecordedReport.Approval.read(event),
        let index = reports.firstIndex(where: { $0.event == number })
      else { return }
      reports[index].add(approval)
    }
    return reports
  }

  /// Names that differ by letters and spaces alone are those of one person.
  private static func folded(_ name: String) -> String { name.lowercased().filter { !$0.isWhitespace } }
}
