import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import SystemIO
import SystemPackage
import Verification

/// Verifies a report: its signature, and where its case is there, that it is the recorded one, and who approved it.
struct ReportVerification {
  let path: FilePath
  let settings: VerificationSettings

  func perform() throws(EvidenceError) -> VerificationReport {
    let resolved = try Syscalls.resolve(path).orThrow(.fileMissing, path.string)
    if let (folder, file) = Self.approvedCopy(at: path) { return try verifyCopy(file, in: folder) }
    guard let folder = Self.caseFolder(around: resolved) else {
      return try VerificationSubject.signedFile(path).verify(settings) { _, _ in }
    }
    let store = try CaseStore.openForReading(folder: folder.path)
    var certificates = VerificationReport(subject: folder.path.string)
    let trusted = CaseCertificates(folder).check(
      against: store, named: settings.trust.certificates, &certificates)
    var (report, contents) = try SignedFile(path, settings.trusting(trusted), checksApprovals: false).verify()
    report.scope = .signedFile
    report.absorb(certificates)
    report.named = certificates.named
    let approvals = try ReportApproval(folder, store)
    compare(
      Digest.of(contents, .sha256), with: try store.reports(), approvals, folder.relative(resolved), &report)
    try store.close()
    return report
  }

  // MARK: Approved copies

  /// Whether a path is that of a PDF which a reviewer signed inside, as its case recorded it.
  static func isApprovedCopy(_ path: FilePath) -> Bool { approvedCopy(at: path) != nil }

  /// The copy's path in its case.
  private static func approvedCopy(at path: FilePath) -> (CaseFolder, String)? {
    guard path.extension?.lowercased() == "pdf", !SignedFile.isOne(path),
      case .success(let resolved) = Syscalls.resolve(path), let folder = caseFolder(around: resolved),
      let store = try? CaseStore.openForReading(folder: folder.path), let reports = try? store.reports()
    else { return nil }
    try? store.close()
    let name = folder.relative(resolved)
    let isKnown = reports.flatMap(\.approvals).flatMap(\.signed).contains { $0.copy?.path == name }
    return isKnown ? (folder, name) : nil
  }

  /// A copy has no signature beside it: it is the report, byte for byte, and signatures behind it.
  private func verifyCopy(
    _ name: String, in folder: CaseFolder
  ) throws(EvidenceError) -> VerificationReport {
    let store = try CaseStore.openForReading(folder: folder.path)
    var report = VerificationReport(subject: path.string)
    report.scope = .approvedCopy
    report.hasReference = true
    let approvals = try ReportApproval(folder, store)
    for recorded in try store.reports() {
      for approval in recorded.approvals {
        guard let copy = approval.signed.compactMap(\.copy).first(where: { $0.path == name }) else {
          continue
        }
        let event = "event \(approval.event) of the case"
        let observed = try FileDigests.of(path).sha256
        report.take(
          "\(name): SHA-256", against: event,
          observed == copy.sha256
            ? []
            : [
              Finding(
                .fileDigestMismatch, subject: name, expected: "SHA-256 \(copy.sha256)",
                observed: "SHA-256 \(observed)")
            ])
        check(approval, of: recorded, approvals, &report)
      }
    }
    report.skip("\(name): signatures inside the PDF", because: "use pdfsig or a PDF viewer")
    try store.close()
    return report
  }

  private func compare(
    _ digest: Digest, with reports: [RecordedReport], _ approvals: ReportApproval, _ name: String,
    _ report: inout VerificationReport
  ) {
    let recorded = reports.first { $0.files.contains { $0.sha256 == digest } }
    guard let recorded else {
      let known = reports.flatMap(\.files).last { $0.path == name }
      report.take(
        "\(name): SHA-256", against: "the case",
        [
          known.map {
            Finding(
              .fileDigestMismatch, subject: name, expected: "SHA-256 \($0.sha256)",
              observed: "SHA-256 \(digest)")
          }
            ?? Finding(
              .fileUnlisted, .warning, subject: name, expected: "a recorded report", observed: "none")
        ])
      return
    }
    report.take("\(name): SHA-256", against: "event \(recorded.event) of the case: \(recorded.name)", [])
    if let newer = reports.last(where: { Set($0.items) == Set(recorded.items) }), newer.event > recorded.event
    {
      report.skip("\(recorded.name): newest version", because: "\(newer.name) supersedes it")
    }
    if recorded.approvals.isEmpty {
      report.skip("\(recorded.name): approval", because: "it is not approved")
    }
    for approval in recorded.approvals {
      if case .valid = approvals.worth(of: approval),
        !approval.signed.contains(where: { $0.file.sha256 == digest })
      {
        report.skip(
          "\(recorded.name): approval by \(approval.reviewer), \(approval.given)",
          because: "event \(approval.event) of the case: signed, of other files of the report")
      } else {
        check(approval, of: recorded, approvals, &report)
      }
    }
  }

  private func check(
    _ approval: RecordedReport.Approval, of recorded: RecordedReport, _ approvals: ReportApproval,
    _ report: inout VerificationReport
  ) {
    let check = "\(recorded.name): approval by \(approval.reviewer), \(approval.given)"
    let event = "event \(approval.event) of the case"
    switch approvals.worth(of: approval) {
    case .notSigned: report.skip(check, because: "\(event): recorded, not signed")
    case .valid(let subject, let certificate):
      report.take(check, against: "\(event): signed by \(subject), certificate SHA-256 \(certificate)", [])
    case .invalid(let reason):
      report.take(
        check, against: event,
        [
          Finding(
            .signatureInvalid, subject: "approval by \(approval.reviewer)",
            expected: "the reviewer's signature of the report", observed: reason)
        ])
    }
  }

  private static func caseFolder(around path: FilePath) -> CaseFolder? {
    var folder = path
    while folder.removeLastComponent() {
      if Files.kind(folder.appending(CaseStore.fileName)) == .file { return try? CaseFolder.at(folder) }
    }
    return nil
  }
}
