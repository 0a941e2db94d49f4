import CaseFolders
import CaseStore
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
    guard let folder = Self.caseFolder(around: resolved) else {
      return try SignedFile(path, settings).verify().report
    }
    let store = try CaseStore.openForReading(folder: folder.path)
    var certificates = VerificationReport(subject: folder.path.string)
    let trusted =
      settings.trust.certificates + CaseCertificates(folder).check(against: store, &certificates)
    var (report, contents) = try SignedFile(path, settings.trusting(trusted)).verify()
    report.absorb(certificates)
    try compare(Digest.of(contents, .sha256), with: try store.reports(), folder.relative(resolved), &report)
    try store.close()
    return report
  }

  private func compare(
    _ digest: Digest, with reports: [RecordedReport], _ name: String, _ report: inout VerificationReport
  ) throws(EvidenceError) {
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
      report.skip("\(recorded.name): newest version", because: "\(newer.name) takes its place")
    }
    if recorded.approvals.isEmpty {
      report.skip("\(recorded.name): approval", because: "nobody has approved it")
    }
    for approval in recorded.approvals {
      report.take(
        "\(recorded.name): approval",
        against: "event \(approval.event) of the case: \(approval.reviewer), \(approval.given)", [])
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
