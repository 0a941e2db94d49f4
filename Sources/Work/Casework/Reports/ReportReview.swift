import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import CourtReport
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

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
    let approvals = try ReportApproval(folder, store)
    let entries = reports.map { report in
      let successor = reports.last { $0.supersedes == report.name }
      return Entry(report, supersededBy: successor?.name, report.approvals.map(approvals.shown))
    }
    try store.close()
    return entries
  }

  /// An approval that was recorded.
  package struct Approved {
    package let reviewer: String
    package let head: AuditHead
    /// Signatures that were written; none where it is not signed.
    package let signatures: [FilePath]
    /// PDFs that are signed inside as well.
    package var copies: [(path: FilePath, inside: InsideSignature)] = []
    /// Why one of them has no time stamp.
    package var failure: EvidenceError?
  }

  /// Records the approval after a look at the files: only what is as it was recorded can be approved.
  /// - Parameters:
  ///   - reviewer: by name; may be left out where a key says who it is.
  ///   - keys: the reviewer's own, one at most. Without one the approval is recorded and not signed.
  ///   - authority: stamps the signatures inside of PDFs. Where it fails they are without, and the result says so.
  /// - Throws: `reportUnknown`, `reviewerIsAuthor`, `keyOfNobody`, `argumentInvalid` where the key is of somebody else
  ///   than the reviewer named, or both are missing; `reportFailed` where a file is not the recorded one.
  package func approve(
    _ name: String, reviewer: String?, remarks: String?, keys: SigningKeys = .none,
    authority: TimestampAuthority? = nil
  ) throws(EvidenceError) -> Approved {
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
    guard keys.files.count <= 1 else {
      throw EvidenceError(invalid: .sign, "one approval is one person's: approve once for each")
    }
    guard let holder = try keys.signingHolders(in: folder, store).first else {
      guard let reviewer else {
        throw EvidenceError(invalid: .reviewer, "name the reviewer, or the reviewer's key")
      }
      let head = try store.approveReport(
        name, reviewer: PersonDetails(name: reviewer, role: "reviewer"), remarks: remarks)
      try store.close()
      return Approved(reviewer: reviewer, head: head, signatures: [])
    }
    let person = try store.person(named: holder.person.description)
    if let reviewer, try store.knownPerson(reviewer)?.id != person.id {
      throw EvidenceError(invalid: .reviewer, reviewer, "the key is \(person.details.name)'s")
    }
    try store.demandOther(than: report, person.details.name)
    var written = WrittenFiles()
    do throws(EvidenceError) {
      let given = try ReportApproval(folder, store).sign(report, by: holder, authority: authority, &written)
      let head = try store.approveReport(
        name, reviewer: person.details, remarks: remarks,
        certificate: holder.identity.certificate.fingerprint, signed: given.files)
      try store.close()
      func path(_ name: String) -> FilePath { folder.path.pushing(FilePath(name)) }
      return Approved(
        reviewer: person.details.name, head: head, signatures: given.files.map { path($0.signaturePath) },
        copies: Array(zip(given.files.compactMap { $0.copy.map { path($0.path) } }, given.inside)),
        failure: given.failure)
    } catch {
      written.remove()
      throw error
    }
  }
}

extension ReportReview.Entry {
  fileprivate init(
    _ report: RecordedReport, supersededBy successor: String?, _ approvals: [ReportContents.Approval]
  ) {
    self.lines =
      [
        "\(report.name)  \(report.made)  by \(report.author)  event \(report.event)"
          + (successor.map { "  superseded by \($0)" } ?? "")
      ] + report.files.map { "  \($0.path)" }
      + approvals.map { approval in
        "  approved by \(approval.reviewer), \(approval.given)" + (approval.remarks.map { ": \($0)" } ?? "")
          + "; \(approval.worth.words)"
      } + report.approvals.flatMap(\.signed).compactMap { $0.copy.map { "  \($0.path)" } }
    self.json = .fields([
      "name": .string(report.name), "number": report.number.map { .string($0) },
      "items": .array(report.items.map { .string($0.description) }),
      "made": .string(report.made.description), "author": .string(report.author),
      "event": JSONValue(report.event),
      "supersedes": report.supersedes.map { .string($0) }, "supersededBy": successor.map { .string($0) },
      "files": .array(
        report.files.map { .fields(["path": .string($0.path), "sha256": .string($0.sha256.hex)]) }),
      "approvals": .array(
        approvals.map { approval in
          .fields([
            "reviewer": .string(approval.reviewer), "given": .string(approval.given.description),
            "remarks": approval.remarks.map { .string($0) }, "signature": .string(approval.worth.words),
          ])
        }),
    ])
  }
}

extension ReportContents.Approval.Worth {
  /// In one line.
  var words: String {
    switch self {
    case .notSigned: "recorded, not signed"
    case .valid(let subject, let certificate):
      "signed, valid: \(HumanText.singleLine(subject)), certificate SHA-256 \(certificate)"
    case .invalid(let reason): "signature NOT valid: \(HumanText.singleLine(reason))"
    }
  }
}
