import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Verifies the audit log of a case and everything that vouches for it, without reading the images.
package struct AuditJob {
  package struct Outcome: Sendable {
    package let report: VerificationReport
    /// `nil` where the database could not be read.
    package let log: AuditResult?
  }

  private let folder: CaseFolder
  private let trusted: [Certificate]
  private let heads: [AuditHead]

  /// - Parameters:
  ///   - trust: PEM or DER files of the certificates to trust; that of the case where there is none.
  ///   - heads: positions of the log known from elsewhere.
  package init(_ folder: CaseFolder, trust: [FilePath], heads: [AuditHead]) throws(EvidenceError) {
    self.folder = folder
    self.trusted = try Trust.read(certificates: trust, revocationLists: []).certificates
    self.heads = heads
  }

  /// A head as people hand it on: `42:3f2a…`, number and SHA-256 of an event.
  /// - Throws: `argumentInvalid`.
  package static func head(_ text: String) throws(EvidenceError) -> AuditHead {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, let sequence = UInt64(parts[0]), sequence > 0,
      let digest = Digest(.sha256, hex: String(parts[1]))
    else {
      throw EvidenceError(
        .argumentInvalid, "'\(text)'", "a number and the SHA-256 of that event, such as 42:3f2a…")
    }
    return AuditHead(sequence: sequence, digest: digest)
  }

  /// Blocks until the whole log was followed.
  /// - Throws: `notACase`, `caseNewer`; that a case is damaged is a finding.
  package func perform() throws(EvidenceError) -> Outcome {
    var report = VerificationReport(subject: "the audit log of \(folder.path)")
    report.scope = .auditLog
    let store: CaseStore
    do throws(EvidenceError) { store = try CaseStore.openForReading(folder: folder.path) } catch {
      guard [.caseDamaged, .databaseFailed].contains(error.code) else { throw error }
      report.take("case database", against: "its format", [CaseVerification.damage(error)])
      return Outcome(report: report, log: nil)
    }
    let certificates = CaseCertificates(folder).check(against: store, named: trusted, &report)
    let audit = AuditComparison(folder, certificates, isWhole: true)
    let log = audit.perform(
      store, manifests: audit.manifestReferences(store, &report),
      others: heads.map { AuditReference($0, from: "given") }, &report)
    RecordedSignatures.check(store, in: folder, &report)
    CustodyCheck(folder: folder, store: store).performOnLog(&report)
    try? store.close()
    report.demandSigner(from: trusted)
    return Outcome(report: report, log: log)
  }
}

/// Holds the audit log against everything that is known of it: checkpoints, manifests, heads from elsewhere.
struct AuditComparison {
  private let folder: CaseFolder
  private let certificates: [Certificate]
  /// Nothing else is verified, so that a head known from outside of the log is the reference.
  private let isWhole: Bool

  init(_ folder: CaseFolder, _ certificates: [Certificate], isWhole: Bool = false) {
    self.folder = folder
    self.certificates = certificates
    self.isWhole = isWhole
  }

  /// Adds what is found to `report`.
  /// - Returns: `nil` where the database cannot be read.
  @discardableResult
  func perform(
    _ store: CaseStore, manifests: [AuditReference], others: [AuditReference] = [],
    _ report: inout VerificationReport
  ) -> AuditResult? {
    let checkpoints = CheckpointCheck(folder, trusted: certificates).check(store, &report)
    let references = checkpoints + manifests + others
    let name = "audit log, custody and records"
    do throws(EvidenceError) {
      let result = try store.auditResult(against: references)
      report.take(name, against: Self.list(checkpoints.count, manifests.count, others.count), result.findings)
      if isWhole, !references.isEmpty { report.hasReference = true }
      return result
    } catch {
      report.take(name, against: "the chain", [CaseVerification.damage(error)])
      return nil
    }
  }

  private static func list(_ checkpoints: Int, _ manifests: Int, _ others: Int) -> String {
    func count(_ number: Int, _ what: String) -> String { "\(number) \(what)\(number == 1 ? "" : "s")" }
    var parts = [count(manifests, "manifest")]
    if checkpoints > 0 { parts.insert(count(checkpoints, "checkpoint"), at: 0) }
    if others > 0 { parts.append("\(count(others, "head")) from elsewhere") }
    return "the chain, and the heads in \(parts.joined(separator: ", "))"
  }

  /// What the signed manifests in the case say of the log. A manifest that is not what the case records, or that it
  /// does not record at all, or is not signed by whom is trusted, is a finding.
  func manifestReferences(_ store: CaseStore, _ report: inout VerificationReport) -> [AuditReference] {
    var references: [AuditReference] = []
    var findings: [Finding] = []
    var count = 0
    let imported = ImportedAcquisitions(store)
    let ended = (try? store.endedAcquisitions()) ?? []
    for entry in ended {
      count += 1
      let foreign = imported.certificates(of: entry.record, in: folder, &report)
      let reference = reference(
        entry.name, in: folder.path.pushing(FilePath(entry.folder)), entry.manifestDigest,
        foreign ?? certificates, &findings)
      // The manifest of one that was taken in refers to the log of another case.
      if let reference, foreign == nil { references.append(reference) }
    }
    // Where the log was cut back, or an old copy of the database put in its place, these show how far it once went.
    let known = Set(ended.map(\.name))
    for name in folder.acquisitionFolders() where !known.contains(name) {
      count += 1
      let place = folder.evidence.appending(name)
      if let reference = reference(name, in: place, nil, certificates, &findings) {
        references.append(reference)
      }
      findings.append(CaseVerification.unrecorded(folder.relative(place)))
    }
    if count > 0 {
      report.take("\(count) manifest\(count == 1 ? "" : "s")", against: "signatures and the case", findings)
    }
    return references
  }

  /// - Parameter recorded: the digest the case knows of the manifest.
  private func reference(
    _ acquisition: String, in place: FilePath, _ recorded: Digest?, _ certificates: [Certificate],
    _ findings: inout [Finding]
  ) -> AuditReference? {
    let names = RecordNames(acquisition: acquisition)
    do throws(EvidenceError) {
      let bytes = try Files.contents(place.appending(names.manifest), cap: Manifest.largestFile)
      let digest = Digest.of(bytes, .sha256)
      if let recorded, digest != recorded {
        findings.append(
          Finding(
            .fileDigestMismatch, subject: names.manifest, expected: "SHA-256 \(recorded)",
            observed: "SHA-256 \(digest)"))
      }
      let signature = try? Files.contents(place.appending(names.signature), cap: SignatureCheck.largestFile)
      let signed = try ManifestSignature.check(
        manifest: bytes, signature: signature, trust: Trust(certificates), subject: names.signature
      ).findings
      findings += signed
      let manifest = try Manifest(parsing: bytes, name: names.manifest)
      // A manifest that was altered says nothing of the log.
      return signed.contains { $0.severity == .failure }
        ? nil : AuditReference(manifest.audit, from: names.manifest)
    } catch {
      let code: FindingCode = error.code == .fileMissing ? .fileMissing : .manifestMalformed
      findings.append(Finding(code, subject: names.manifest, observed: error))
      return nil
    }
  }
}
