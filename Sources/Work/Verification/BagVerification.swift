import Evidence
import Manifests
import SystemIO
import SystemPackage

/// Verifies a hand-over: the bag is whole, and everything in it that can be verified is.
package struct BagVerification {
  private let folder: FilePath
  private let settings: VerificationSettings

  package init(_ folder: FilePath, _ settings: VerificationSettings) {
    self.folder = folder
    self.settings = settings
  }

  /// What was verified, for whoever takes it in.
  package struct Result {
    package var report: VerificationReport
    /// Manifests of the acquisitions in it that could be read, with the folders they lie in.
    package var acquisitions: [(folder: FilePath, result: ManifestVerification.Result)] = []
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all, of one acquisition after the other.
  /// - Throws: `bagMalformed` where the folder is no bag of this form, `readFailed`.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Result {
    var result = Result(report: VerificationReport(subject: folder.string))
    let payload = try list(Bag.payloadManifestName)
    let tags = try list(Bag.tagManifestName)
    checkDeclaration(&result.report)
    let found = try paths()
    check(
      tags, against: Bag.tagManifestName, &result.report,
      found: found.filter {
        !$0.hasPrefix("\(Bag.payloadFolder)/") && ![Bag.tagManifestName, Bag.signatureName].contains($0)
      })
    let isSigned = try checkSignature(&result.report)
    var bound: [String: Digest] = [:]
    // Files whose contents the chunk digests bind, and no digest of their own.
    var ofChunks: Set<String> = []
    for manifest in found where isManifest(manifest) {
      guard !settings.stop.isRaised else { break }
      let path = folder.pushing(FilePath(manifest))
      let place = path.removingLastComponent()
      let verified = try ManifestVerification(path, settings).perform(progress: progress)
      result.report.absorb(verified.report)
      result.acquisitions.append((place, verified))
      // What the manifest binds was digested with it: it only has to be listed with the same digest.
      let parent = manifest.split(separator: "/").dropLast().joined(separator: "/")
      for file in (verified.filled ?? verified.manifest)?.allFiles ?? [] {
        bound["\(parent)/\(file.name)"] = file.sha256
      }
      for file in verified.chunksOnly { ofChunks.insert("\(parent)/\(file)") }
    }
    if result.acquisitions.isEmpty {
      result.report.skip("acquisitions", because: "the bag holds no manifest of one")
    }
    check(
      payload, against: Bag.payloadManifestName, &result.report,
      found: found.filter { $0.hasPrefix("\(Bag.payloadFolder)/") }, bound: bound)
    try checkSize(payload, &result.report)
    var coverage: LogCoverage?
    if !found.contains(Bag.auditLogName) {
      result.report.skip(Bag.auditLogName, because: "the bag holds no audit log")
    } else if !settings.stop.isRaised {
      coverage = try checkAuditLog(
        result.acquisitions.compactMap(\.result.manifest), &result.report, progress)
      if !found.contains(Bag.custodyName) {
        result.report.skip(Bag.custodyName, because: "the bag holds no list of custody events")
      } else if let coverage {
        try BagCustody(
          folder.pushing(FilePath(Bag.custodyName)), log: folder.pushing(FilePath(Bag.auditLogName)), coverage
        ).check(&result.report)
      }
    }
    if !isSigned { noteMissingSignature(coverage, &result.report) }
    try checkReports(found, &result.report)
    var files = try BagFiles(folder, payload: payload, coverage: coverage)
    files.check(result.acquisitions, bound: Set(bound.keys).union(ofChunks), &result.report)
    if !isSigned { noteUncovered(files.uncovered + found.filter(Self.isOpenTag), &result.report) }
    if settings.stop.isRaised { result.report.wasStopped = true }
    return result
  }

  /// What a good verdict on a bag says.
  package static func scope(of report: VerificationReport) -> VerificationScope {
    let isOpen = report.findings.contains { $0.code == .signatureMissing && $0.subject == Bag.signatureName }
    return isOpen ? .openBag : .bag
  }

  /// What the bag says of the case, without the evidence: the audit log in itself, and custody against it.
  /// - Throws: `fileMissing`, `readFailed` …
  package func checkRecord() throws(EvidenceError) -> VerificationReport {
    var report = VerificationReport(subject: folder.string)
    let log = folder.pushing(FilePath(Bag.auditLogName))
    if let coverage = try checkAuditLog([], &report, { _, _ in }) {
      try BagCustody(folder.pushing(FilePath(Bag.custodyName)), log: log, coverage).check(&report)
    }
    return report
  }

  private func isManifest(_ path: String) -> Bool {
    path.hasPrefix("\(Bag.evidenceFolder)/") && path.hasSuffix(".manifest.json")
  }

  private func list(_ name: String) throws(EvidenceError) -> DigestList {
    do throws(EvidenceError) {
      return try DigestList(
        parsing: try Files.contents(folder.appending(name), cap: DigestList.largestFile), name: name,
        inFolders: true)
    } catch {
      throw EvidenceError(.bagMalformed, folder.string, "\(name): \(error.code.summary), \(error.detail)")
    }
  }

  private func checkDeclaration(_ report: inout VerificationReport) {
    let name = Bag.declarationName
    let bytes = try? Files.contents(folder.appending(name), cap: 1 << 10)
    let isRight = bytes == Array(Bag.declaration.utf8)
    report.take(
      "\(name): form", against: "BagIt 1.0 (RFC 8493)",
      isRight ? [] : [Finding(.bagIncomplete, subject: name, expected: "BagIt 1.0 in UTF-8")])
  }

  /// Every listed file is there as it is listed, and nothing else is.
  /// - Parameter bound: files whose contents were looked at already, with the digest they must have.
  private func check(
    _ list: DigestList, against name: String, _ report: inout VerificationReport, found: [String],
    bound: [String: Digest] = [:]
  ) {
    var findings: [Finding] = []
    let listed = Dictionary(list.entries.map { ($0.name, $0.sha256) }) { first, _ in first }
    for path in found where listed[path] == nil {
      findings.append(
        Finding(.bagIncomplete, subject: path, expected: "listed in \(name)", observed: "not listed"))
    }
    for entry in list.entries where !settings.stop.isRaised {
      let expected = bound[entry.name] ?? observed(entry.name)
      if expected != entry.sha256 {
        findings.append(
          Finding(
            expected == nil ? .fileMissing : .fileDigestMismatch, subject: entry.name,
            expected: "SHA-256 \(entry.sha256)",
            observed: expected.map { "SHA-256 \($0)" } ?? "no regular file"))
      }
    }
    report.take("\(list.entries.count) files: SHA-256", against: name, findings)
  }

  private static let payload = "data/"

  /// - Returns: `nil` for what is no regular file, or cannot be one of its kind.
  private func observed(_ name: String) -> Digest? {
    let path = folder.pushing(FilePath(name))
    guard Files.kind(path, followLinks: false) == .file else { return nil }
    do throws(EvidenceError) {
      let file = try OwnedDescriptor.openFile(path)
      let size = try file.fileSize()
      // Lists and declarations are short, whatever a file with holes says.
      guard size <= DigestList.largestFile || name.hasPrefix(Self.payload) else { return nil }
      return try file.sha256(of: 0..<size, stop: settings.stop)
    } catch { return nil }
  }

  private func checkSize(_ payload: DigestList, _ report: inout VerificationReport) throws(EvidenceError) {
    let name = Bag.informationName
    guard Files.exists(folder.appending(name)) else { return }
    let information = try Files.contents(folder.appending(name), cap: 1 << 20)
    guard let stated = Bag.element("Payload-Oxum", in: information) else { return }
    let sizes = payload.entries.compactMap { entry -> UInt64? in
      guard case .success(let status) = Syscalls.status(folder.pushing(FilePath(entry.name))) else {
        return nil
      }
      return UInt64(clamping: status.st_size)
    }
    let bytes = sizes.clampedSum()
    let observed = Bag.oxum(bytes: bytes, files: payload.entries.count)
    report.take(
      "size of the payload", against: name,
      stated == observed
        ? [] : [Finding(.bagIncomplete, subject: name, expected: stated, observed: observed)])
  }

  /// The log leads to the heads that the signed manifests refer to.
  /// - Returns: which of its events something covers; `nil` where it is no log.
  private func checkAuditLog(
    _ manifests: [Manifest], _ report: inout VerificationReport,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> LogCoverage? {
    let heads = manifests.map { manifest in
      AuditLogVerification.Head(
        manifest.audit, source: RecordNames(acquisition: manifest.acquisition.name).manifest,
        acquisition: manifest.acquisition.identifier.description)
    }
    let log = AuditLogVerification(folder.pushing(FilePath(Bag.auditLogName)), settings, heads: heads)
    do throws(EvidenceError) {
      let (found, coverage) = try log.examine(progress: progress)
      report.absorb(found)
      return coverage
    } catch  where error.code == .jsonMalformed {
      report.take(
        Bag.auditLogName, against: "its format",
        [Finding(.auditChainBroken, subject: Bag.auditLogName, observed: error.detail)])
      return nil
    }
  }

  /// The signature of the lists, and so of every file in the bag.
  /// - Returns: whether there is one. Bags of earlier versions have none.
  private func checkSignature(_ report: inout VerificationReport) throws(EvidenceError) -> Bool {
    let path = folder.appending(Bag.signatureName)
    guard Files.exists(path) else { return false }
    let (signed, _) = try SignedFile(folder.appending(Bag.tagManifestName), settings).verify()
    // Lists alone are nothing to compare an image with.
    let hadReference = report.hasReference
    report.absorb(signed)
    report.hasReference = hadReference
    return true
  }

  /// The reports in the bag, each signed by who made it, and by a reviewer who approved it.
  private func checkReports(
    _ found: [String], _ report: inout VerificationReport
  ) throws(EvidenceError) {
    for path in found where path.hasPrefix("\(Bag.reportsFolder)/") {
      let file = folder.pushing(FilePath(path))
      guard !settings.stop.isRaised, SignedFile.isOne(file) else { continue }
      var signed = try SignedFile(file, settings).verify().report
      // One line for each who signed: a report may have many files.
      signed.signers.removeAll { new in
        report.signers.contains { $0.isIntact && new.isIntact && $0.certificate == new.certificate }
      }
      report.absorb(signed)
    }
  }

  /// A bag whose log was signed to its end, the digests of all events with it, was made with a key at hand: its lists
  /// were signed too. Bags of earlier versions and of cases without a key have no such signature.
  private func noteMissingSignature(_ coverage: LogCoverage?, _ report: inout VerificationReport) {
    let wasSigned = coverage.map { $0.whole > 0 && $0.end <= $0.whole + 1 } ?? false
    report.take(
      "\(Bag.tagManifestName): signature", against: "the bag",
      [
        Finding(
          .signatureMissing, wasSigned ? .failure : .warning, subject: Bag.signatureName,
          expected: wasSigned ? "a signature, as the audit log has to its end" : nil, observed: "no file")
      ])
  }

  /// The digests of a bag show what was damaged on the way, not who wrote it.
  private func noteUncovered(_ paths: [String], _ report: inout VerificationReport) {
    for path in paths { report.skip(path, because: "no signature in the bag covers it") }
  }

  /// What is outside of the payload and says something for itself.
  private static func isOpenTag(_ path: String) -> Bool {
    !path.hasPrefix("\(Bag.payloadFolder)/")
      && ![Bag.declarationName, Bag.payloadManifestName, Bag.tagManifestName, Bag.signatureName].contains(
        path)
  }

  /// Every file below the folder, by its path from there, in the order of the bytes.
  /// - Throws: `bagMalformed` for what is neither a file nor a folder, or lies too deep.
  private func paths() throws(EvidenceError) -> [String] {
    var paths: [String] = []
    var open: [(String, Int)] = [("", 0)]
    while let (inner, depth) = open.popLast() {
      for name in try Files.names(in: folder.pushing(FilePath(inner))) {
        let path = inner.isEmpty ? name : "\(inner)/\(name)"
        switch Files.kind(folder.pushing(FilePath(path)), followLinks: false) {
        case .file: paths.append(path)
        case .folder where depth < Self.deepest: open.append((path, depth + 1))
        default: throw EvidenceError(.bagMalformed, folder.string, "\(path) is no file, or lies too deep")
        }
      }
    }
    return paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  private static let deepest = 8
}
