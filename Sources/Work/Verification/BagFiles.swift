import CanonicalJSON
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// Holds the files of a bag against what the audit log in it says of them, and tells which of them nothing covers.
///
/// Only events of the log count that something signed covers: what stands in another may have been written with the file.
struct BagFiles {
  /// A file that the log names, by its digest.
  private struct Named {
    var digests: Set<String> = []
    var event: Int64 = 0
  }

  /// What the log says.
  private struct Logged {
    /// By the name of a file of a report.
    var reports: [String: Named] = [:]
    /// SHA-256 of signatures of reports.
    var signatures: Set<String> = []
    var attachments: Set<String> = []
    /// SHA-256 of the examiner's certificate, and of the file with those above it.
    var examiner: String?
    var chain: String?
    /// Fingerprints of the certificates of people, and of who signed what was taken in.
    var certificates: Set<String> = []
    /// Names of acquisitions, and SHA-256 of their manifests, by identifier.
    var acquisitions: [String: String] = [:]
    var manifests: [String: Named] = [:]

    mutating func take(_ event: JSONValue, _ sequence: Int64) {
      let details = event["payload"]?["details"]
      func rows(_ table: String) -> [JSONValue] { event["payload"]?["records"]?[table]?.arrayValue ?? [] }
      func texts(_ table: String, _ column: String) -> [String] {
        rows(table).compactMap { $0[column]?.stringValue }
      }
      attachments.formUnion(texts("attachment", "sha256"))
      certificates.formUnion(texts("person_credential", "fingerprint"))
      for row in rows("acquisition") {
        if let id = row["id"]?.stringValue { acquisitions[id] = row["name"]?.stringValue ?? "" }
      }
      for row in rows("acquisition_result") {
        if let id = row["acquisition"]?.stringValue, let digest = row["manifest_digest"]?.stringValue {
          manifests[id] = Named(digests: [digest], event: sequence)
        }
      }
      switch event["kind"]?.stringValue {
      case "case.created" where sequence == 1:
        examiner = details?["certificateSHA256"]?.stringValue
        chain = details?["certificateChainSHA256"]?.stringValue
      case "acquisition.imported":
        certificates.formUnion((details?["certificates"]?.arrayValue ?? []).compactMap(\.stringValue))
      case "report.recorded", "report.approved":
        for file in details?["files"]?.arrayValue ?? [] {
          takeReport(file, sequence)
          if let copy = file["copy"] { takeReport(copy, sequence) }
        }
        if let digest = details?["certificateSHA256"]?.stringValue { certificates.insert(digest) }
      default: break
      }
    }

    private mutating func takeReport(_ file: JSONValue, _ sequence: Int64) {
      if let signature = file["signatureSHA256"]?.stringValue { signatures.insert(signature) }
      guard let path = file["path"]?.stringValue, let digest = file["sha256"]?.stringValue,
        let name = FilePath(path).lastComponent?.string
      else { return }
      reports[name, default: Named()].digests.insert(digest)
      reports[name]?.event = sequence
    }
  }

  private let folder: FilePath
  /// SHA-256 of every file of the payload, as it is listed.
  private let listed: [String: Digest]
  private var logged = Logged()
  private let hasLog: Bool
  /// Files that nothing was found to cover.
  private(set) var uncovered: [String] = []

  /// - Throws: `fileMissing`, `readFailed`, `fileTooLarge`.
  init(_ folder: FilePath, payload: DigestList, coverage: LogCoverage?) throws(EvidenceError) {
    self.folder = folder
    self.listed = Dictionary(payload.entries.map { ($0.name, $0.sha256) }) { first, _ in first }
    self.hasLog = coverage != nil
    guard let coverage else { return }
    let lines = try FileLines(folder.pushing(FilePath(Bag.auditLogName)))
    while let line = try lines.next() {
      guard let event = try? JSONValue(parsingCanonical: line, name: Bag.auditLogName),
        let sequence = event["sequence"]?.integerValue, sequence > 0, coverage.isFixed(UInt64(sequence))
      else { continue }
      logged.take(event, sequence)
    }
  }

  /// - Parameters:
  ///   - acquisitions: whose manifests were verified.
  ///   - bound: files of the payload that a manifest binds.
  mutating func check(
    _ acquisitions: [(folder: FilePath, result: ManifestVerification.Result)], bound: Set<String>,
    _ report: inout VerificationReport
  ) {
    // Each has a check of its own.
    var covered = hasLog ? bound.union([Bag.auditLogName, Bag.custodyName]) : bound
    checkAcquisitions(acquisitions, &covered, &report)
    var findings: [Finding] = []
    var compared = 0
    for path in listed.keys.sorted() where !covered.contains(path) {
      guard let finding = look(at: path, findings: &findings) else {
        uncovered.append(path)
        continue
      }
      compared += finding ? 1 : 0
    }
    if compared > 0 || !findings.isEmpty {
      report.take(
        "\(compared) files of reports, attachments and certificates: SHA-256",
        against: "the audit log", findings)
    }
    noteMissing(&report)
  }

  /// What the log tells of and the bag does not hold: without a signature of the lists it could have been taken out.
  private func noteMissing(_ report: inout VerificationReport) {
    let reason = "the audit log tells of it, and the bag does not hold it"
    for digest in logged.attachments.sorted() where listed["\(Bag.attachmentsFolder)/\(digest)"] == nil {
      report.skip("attachment \(digest)", because: reason)
    }
    let hasReport = listed.keys.contains {
      $0.hasPrefix("\(Bag.reportsFolder)/") && !$0.hasSuffix(".p7s")
    }
    if !logged.reports.isEmpty, !hasReport { report.skip("report", because: reason) }
  }

  // MARK: Acquisitions

  private func checkAcquisitions(
    _ found: [(folder: FilePath, result: ManifestVerification.Result)], _ covered: inout Set<String>,
    _ report: inout VerificationReport
  ) {
    var seen: Set<String> = []
    var findings: [Finding] = []
    for (place, result) in found {
      guard let manifest = result.manifest else { continue }
      let names = RecordNames(acquisition: manifest.acquisition.name)
      let parent = "\(Bag.evidenceFolder)/\(place.lastComponent?.string ?? "")"
      covered.formUnion([names.manifest, names.signature, RecordNames.sums].map { "\(parent)/\($0)" })
      if result.filled != manifest {
        covered.formUnion([names.wholeDigests, names.wholeDigestsSignature].map { "\(parent)/\($0)" })
      }
      var renewal = 1
      while listed["\(parent)/\(names.renewal(renewal))"] != nil {
        covered.insert("\(parent)/\(names.renewal(renewal))")
        renewal += 1
      }
      let identifier = manifest.acquisition.identifier.description
      seen.insert(identifier)
      if let known = logged.manifests[identifier], !known.digests.contains(result.manifestDigest.hex) {
        findings.append(differs(names.manifest, from: known, result.manifestDigest))
      }
    }
    if !logged.manifests.isEmpty {
      report.take("manifests: SHA-256", against: "the audit log", findings)
    }
    for identifier in logged.manifests.keys.sorted() where !seen.contains(identifier) {
      report.skip(
        "acquisition \(logged.acquisitions[identifier] ?? identifier)",
        because: "the audit log tells of it, and the bag does not hold it")
    }
  }

  private func differs(_ name: String, from known: Named, _ observed: Digest) -> Finding {
    Finding(
      .fileDigestMismatch, subject: name,
      expected: "SHA-256 \(known.digests.sorted().joined(separator: " or ")), as event \(known.event) says",
      observed: "SHA-256 \(observed)")
  }

  // MARK: Other files

  /// - Returns: whether the log covers it; `nil` where nothing does.
  private func look(at path: String, findings: inout [Finding]) -> Bool? {
    let file = FilePath(path)
    guard let name = file.lastComponent?.string, let digest = listed[path] else { return nil }
    switch file.removingLastComponent().string {
    case Bag.attachmentsFolder:
      guard name == digest.hex else {
        findings.append(
          Finding(
            .attachmentMismatch, subject: path, expected: "SHA-256 \(name)", observed: "SHA-256 \(digest)"))
        return true
      }
      return logged.attachments.contains(name) ? true : nil
    case Bag.certificatesFolder: return lookAtCertificate(path, name, digest, &findings)
    case Bag.reportsFolder: return lookAtReport(path, name, digest, &findings)
    default: return nil
    }
  }

  private func lookAtReport(
    _ path: String, _ name: String, _ digest: Digest, _ findings: inout [Finding]
  ) -> Bool? {
    if let known = logged.reports[name] {
      if !known.digests.contains(digest.hex) { findings.append(differs(path, from: known, digest)) }
      return true
    }
    if logged.signatures.contains(digest.hex) { return true }
    // Those are verified for themselves, with the file beside them.
    if SignedFile.isOne(folder.pushing(FilePath(path))) { return false }
    let isOfAnother = listed.keys.contains { other in
      FilePath(other).removingLastComponent().string == Bag.reportsFolder && path != other
        && path.hasPrefix(other) && path.hasSuffix(".p7s")
        && SignedFile.isOne(folder.pushing(FilePath(other)))
    }
    return isOfAnother ? false : nil
  }

  private func lookAtCertificate(
    _ path: String, _ name: String, _ digest: Digest, _ findings: inout [Finding]
  ) -> Bool? {
    if name == Self.chainName, let chain = logged.chain {
      if chain != digest.hex {
        findings.append(Finding(.certificateReplaced, subject: path, expected: chain, observed: digest.hex))
      }
      return true
    }
    let fingerprint =
      (try? Files.contents(folder.pushing(FilePath(path)), cap: Certificate.largestFile))
      .flatMap { try? Certificate(parsing: $0, name: path) }?.fingerprint.hex
    if name == Self.examinerName, let examiner = logged.examiner {
      if examiner != fingerprint {
        findings.append(
          Finding(
            .certificateReplaced, subject: path, expected: examiner, observed: fingerprint ?? "no certificate"
          ))
      }
      return true
    }
    return fingerprint.map { logged.certificates.contains($0) || $0 == logged.examiner } ?? false ? true : nil
  }

  private static let examinerName = "examiner.pem"
  private static let chainName = "chain.pem"
}
