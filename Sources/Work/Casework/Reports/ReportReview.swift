import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import SystemIO

/// The reports of a case, and a reviewer's approval of one.
package struct ReportReview {
  private let folder: CaseFolder

  package init(_ folder: CaseFolder) { self.folder = folder }

  /// A recorded report for showing.
  package struct Entry {
    package let lines: [String]
    package let json: JSONValue
  }

  /// Oldest first.
  package func reports() throws(EvidenceError) -> [Entry] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let reports = try store.reports()
    try store.close()
    return reports.map { report in
      let successor = reports.last { $0.supersedes == report.name }
      return Entry(report, supersededBy: successor?.name)
    }
  }

  /// Records the approval after a look at the files: only what is as it was recorded can be approved.
  /// - Throws: `reportUnknown`, `reviewerIsAuthor`; `reportFailed` where a file is not the recorded one.
  package func approve(
    _ name: String, reviewer: String, remarks: String?
  ) throws(EvidenceError) -> AuditHead {
    let store = try CaseStore.open(folder)
    guard let report = try store.reports().last(where: { $0.name == name }) else {
      throw EvidenceError(.reportUnknown, name)
    }
    for file in report.files {
      let path = folder.path.pushing(.init(file.path))
      guard Files.exists(path), try FileDigests.of(path).sha256 == file.sha256 else {
        throw EvidenceError(.reportFailed, file.path, "it is not the file that was recorded")
      }
    }
    let head = try store.approveReport(
      name, reviewer: PersonDetails(name: reviewer, role: "reviewer"), remarks: remarks)
    try store.close()
    return head
  }
}

extension ReportReview.Entry {
  fileprivate init(_ report: RecordedReport, supersededBy successor: String?) {
    self.lines =
      [
        "\(report.name)  \(report.made)  by \(report.author)  event \(report.event)"
          + (successor.map { "  superseded by \($0)" } ?? "")
      ] + report.files.map { "  \($0.path)" }
      + report.approvals.map { approval in
        "  approved by \(approval.reviewer), \(approval.given)" + (approval.remarks.map { ": \($0)" } ?? "")
      }
    self.json = .fields([
      "name": .string(report.name), "items": .array(report.items.map { .string($0.description) }),
      "made": .string(report.made.description), "author": .string(report.author),
      "event": JSONValue(report.event),
      "supersedes": report.supersedes.map { .string($0) }, "supersededBy": successor.map { .string($0) },
      "files": .array(
        report.files.map { .fields(["path": .string($0.path), "sha256": .string($0.sha256.hex)]) }),
      "approvals": .array(
        report.approvals.map { approval in
          .fields([
            "reviewer": .string(approval.reviewer), "given": .string(approval.given.description),
            "remarks": approval.remarks.map { .string($0) },
          ])
        }),
    ])
  }
}
