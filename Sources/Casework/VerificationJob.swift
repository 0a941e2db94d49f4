import CanonicalJSON
import CaseStore
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Verifies a case, an item of one, a manifest, or a lone image.
package struct VerificationJob {
  package enum Target: Hashable, Sendable {
    /// A whole case, or one item of it.
    case record(CaseFolder, item: ItemNumber?)
    case manifest(FilePath)
    case image(FilePath)
  }

  private let target: Target
  private let level: VerificationLevel
  /// Certificates to trust, besides those of a case.
  private let trusted: [Certificate]
  private let stop: StopFlag

  /// - Parameter trust: PEM or DER files of certificates.
  package init(
    _ target: Target, level: VerificationLevel, trust: [FilePath], stop: StopFlag
  ) throws(EvidenceError) {
    self.target = target
    self.level = level
    self.stop = stop
    self.trusted = try Self.certificates(trust)
  }

  /// What a path names: a case folder, an item's folder or manifest, or an image.
  /// - Throws: `fileMissing`, `notACase`.
  package static func target(_ path: FilePath, item: ItemNumber?) throws(EvidenceError) -> Target {
    switch Files.kind(path) {
    case nil: throw EvidenceError(.fileMissing, path.string)
    case .folder:
      if item == nil, let manifest = try manifest(inFolder: path) { return .manifest(manifest) }
      return .record(try CaseFolder.at(path), item: item)
    default: return path.string.hasSuffix(".json") ? .manifest(path) : .image(path)
    }
  }

  /// The only manifest in a folder that is no case.
  private static func manifest(inFolder folder: FilePath) throws(EvidenceError) -> FilePath? {
    let manifests = try Files.names(in: folder).filter { $0.hasSuffix(".manifest.json") }
    return manifests.count == 1 ? folder.appending(manifests[0]) : nil
  }

  /// Blocks until done. In a case the verification is recorded.
  /// - Parameter progress: bytes done and bytes in all of what is being read.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    switch target {
    case .image(let path):
      return try LoneImageVerification(path, level: level, stop: stop).perform(progress: progress)
    case .manifest(let path):
      return try ManifestVerification(path, trusted: trusted, level: level, stop: stop).perform(
        progress: progress
      )
      .report
    case .record(let folder, let item):
      return try CaseVerification(folder: folder, item: item, level: level, trusted: trusted, stop: stop)
        .perform(
          progress: progress)
    }
  }

  static func certificates(_ paths: [FilePath]) throws(EvidenceError) -> [Certificate] {
    var all: [Certificate] = []
    for path in paths {
      all += try Certificate.all(
        in: try Files.contents(path, cap: Certificate.largestFile), name: path.string)
    }
    return all
  }
}

/// Verifies what a case holds: audit log, records, and the images of its items.
struct CaseVerification {
  let folder: CaseFolder
  let item: ItemNumber?
  let level: VerificationLevel
  let trusted: [Certificate]
  let stop: StopFlag

  func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    let started = Host.now()
    let store = try CaseStore.openForReading(folder: folder.path)
    let items = if let item { [try store.item(item)] } else { try store.items() }
    var report = VerificationReport(subject: item.map { "\(folder.path), item \($0)" } ?? folder.path.string)
    var heads: [AuditHead] = []
    var parts: [(item: ItemNumber, report: VerificationReport)] = []
    let certificates = try trusted + caseCertificates()
    for item in items {
      var ofItem = VerificationReport(subject: item.number.description)
      let entries = try store.acquisitions(of: item.number)
      for entry in entries where entry.result?.manifestDigest != nil {
        if let head = try verify(entry, trusting: certificates, &ofItem, progress: progress) {
          heads.append(head)
        }
      }
      checkUnfinished(entries, &ofItem)
      report.absorb(ofItem)
      if !entries.isEmpty { parts.append((item.number, ofItem)) }
      if stop.isRaised { break }
    }
    report.take(
      "audit log, custody and records", against: "the chain, and the heads in \(heads.count) manifests",
      try store.checkAudit(expecting: heads))
    try store.close()
    try record(report, parts, started: started)
    return report
  }

  /// Verifies one acquisition and compares its manifest with the case.
  /// - Returns: the audit head the manifest refers to.
  private func verify(
    _ entry: AcquisitionEntry, trusting certificates: [Certificate], _ report: inout VerificationReport,
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> AuditHead? {
    let names = RecordNames(acquisition: entry.acquisition.name)
    let path = folder.path.pushing(FilePath(entry.acquisition.folder)).appending(names.manifest)
    guard Files.exists(path) else {
      report.take(
        "\(entry.acquisition.name): manifest", against: "the case",
        [Finding(.fileMissing, subject: folder.relative(path), expected: "a manifest", observed: "no file")])
      return nil
    }
    let result = try ManifestVerification(path, trusted: certificates, level: level, stop: stop).perform(
      progress: progress)
    report.absorb(result.report)
    if let expected = entry.result?.manifestDigest {
      report.take(
        "\(names.manifest): SHA-256", against: "the case",
        expected == result.manifestDigest
          ? []
          : [
            Finding(
              .fileDigestMismatch, subject: names.manifest, expected: "SHA-256 \(expected)",
              observed: "SHA-256 \(result.manifestDigest)")
          ])
    }
    return result.manifest.map { AuditHead(sequence: $0.audit.sequence, digest: $0.audit.head) }
  }

  /// Acquisitions without a manifest cannot be verified; that is said, never passed over.
  private func checkUnfinished(_ entries: [AcquisitionEntry], _ report: inout VerificationReport) {
    for entry in entries where entry.result?.manifestDigest == nil {
      let observed =
        switch entry.result?.verdict {
        case .incomplete(let reason): reason
        default: "no end is recorded"
        }
      report.take(
        "acquisition \(entry.acquisition.name)", against: "the case",
        [Finding(.acquisitionIncomplete, .warning, subject: entry.acquisition.name, observed: observed)])
    }
  }

  private func caseCertificates() throws(EvidenceError) -> [Certificate] {
    guard Files.kind(folder.certificates) == .folder else { return [] }
    let names = try Files.names(in: folder.certificates).filter { $0.hasSuffix(".pem") }
    return try VerificationJob.certificates(names.map { folder.certificates.appending($0) })
  }

  /// Records the result for each item that was looked at, and for the case where the whole of it was.
  ///
  /// A case on a medium that cannot be written is verified all the same; only then nothing is recorded.
  private func record(
    _ report: VerificationReport, _ parts: [(item: ItemNumber, report: VerificationReport)],
    started: Timestamp
  ) throws(EvidenceError) {
    let store: CaseStore
    do throws(EvidenceError) { store = try CaseStore.open(folder) } catch {
      guard [.permissionDenied, .databaseFailed, .caseDamaged].contains(error.code) else { throw error }
      return
    }
    let details = JSONValue.fields([
      "level": .string(level.rawValue), "checks": JSONValue(report.checks.count),
    ])
    for part in parts {
      try store.recordVerification(
        of: "item \(part.item)", item: part.item, started: started, verdict: part.report.verdict,
        findings: part.report.findings, details: details)
      var custody = CustodyDetails(.verify, occurred: started)
      custody.remarks = part.report.verdict.sentence
      try store.recordCustody(of: part.item, custody)
    }
    if item == nil {
      try store.recordVerification(
        of: "case", item: nil, started: started, verdict: report.verdict, findings: report.findings,
        details: details)
    }
    try store.close()
  }
}
