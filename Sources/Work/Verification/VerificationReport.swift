import Evidence
import Manifests
import Signing

/// How thoroughly an image is read.
package enum VerificationLevel: String, Hashable, Sendable, CaseIterable {
  /// Everything: digests of the whole and of each chunk.
  case full
  /// Digests of each chunk and the Merkle root over them, which together prove the same bytes faster; digests of
  /// the whole are not recomputed.
  case chunks
}

/// One thing that was looked at, or was not.
package struct VerificationCheck: Hashable, Sendable {
  package enum Outcome: String, Hashable, Sendable, CaseIterable {
    case passed
    case failed
    case notChecked
  }

  /// What was checked, e.g. `001.E01: SHA-256 of the contents`.
  package let name: String
  package let outcome: Outcome
  /// What it was compared with, or why it was not checked.
  package let against: String
  /// The error for which it was not checked; ``against`` is its description.
  package let cause: EvidenceError?

  package init(_ name: String, _ outcome: Outcome, against: String, cause: EvidenceError? = nil) {
    self.name = name
    self.outcome = outcome
    self.against = against
    self.cause = cause
  }
}

/// What became of one copy of an acquisition that the record knows.
package struct CopyCheck: Sendable {
  package let acquisition: RecordIdentifier
  /// As it is recorded: relative to the case of the case's own, otherwise absolute.
  package let folder: String
  /// Where it was found, if not there.
  package let foundAt: String?
  /// `nil` where it was not checked.
  package let verdict: VerificationVerdict?
  /// Why it was not checked.
  package let reason: String?

  package init(
    _ acquisition: RecordIdentifier, folder: String, foundAt: String? = nil, verdict: VerificationVerdict?,
    reason: String? = nil
  ) {
    self.acquisition = acquisition
    self.folder = folder
    self.foundAt = foundAt
    self.verdict = verdict
    self.reason = reason
  }
}

/// The result of a verification: what was looked at, what was found, and what follows from it.
package struct VerificationReport: Sendable {
  /// What was verified: a manifest, an image, a case.
  package let subject: String
  package var checks: [VerificationCheck] = []
  package var findings: [Finding] = []
  /// The certificates that were named as those to trust.
  package var named: [Certificate] = []
  /// Signers of the manifest, where there is one.
  package var signers: [SignerReport] = []
  /// Time stamps of the signature file as a whole, oldest first.
  package var renewals: [TimestampReport] = []
  /// Digests of the contents that were computed, by name of the image.
  package var computed: [String: DigestSet] = [:]
  /// SHA-256 of each manifest that was looked at, by its file name.
  package var manifests: [String: Digest] = [:]
  /// There was something recorded to compare the contents with.
  package var hasReference = false
  /// The work was stopped before everything was looked at.
  package var wasStopped = false
  /// How much was to be looked at; a good verdict says no more.
  package var scope = VerificationScope.everything
  /// The copies of acquisitions that the record knows, the case's own among them.
  package var copies: [CopyCheck] = []

  package init(subject: String) { self.subject = subject }

  /// Adds a check that failed where `failures` are among the findings, which are kept too.
  package mutating func take(_ name: String, against: String, _ found: [Finding]) {
    let failed = found.contains { $0.severity == .failure }
    checks.append(VerificationCheck(name, failed ? .failed : .passed, against: against))
    findings += found
  }

  /// Where certificates to trust were named, a good result needs the signature of one of their holders.
  package mutating func demandSigner(from named: [Certificate]) {
    self.named = named
    guard !named.isEmpty, verdict == .verified, !signers.contains(where: { $0.trust == .trusted }) else {
      return
    }
    take(
      "signature", against: "the certificates you trust",
      [
        Finding(
          .signatureMissing, subject: subject, expected: "a signature by a holder of a trusted certificate",
          observed: "none")
      ])
  }

  package mutating func skip(_ name: String, because reason: String) {
    checks.append(VerificationCheck(name, .notChecked, against: reason))
  }

  package mutating func skip(_ name: String, because cause: EvidenceError) {
    checks.append(VerificationCheck(name, .notChecked, against: cause.description, cause: cause))
  }

  /// Takes over everything of another report.
  package mutating func absorb(_ other: VerificationReport) {
    checks += other.checks
    findings += other.findings
    signers += other.signers
    renewals += other.renewals
    manifests.merge(other.manifests) { $1 }
    computed.merge(other.computed) { $1 }
    copies += other.copies
    hasReference = hasReference || other.hasReference
    wasStopped = wasStopped || other.wasStopped
  }

  /// Nothing was found that the audit log or the custody record would not be intact with.
  package var isLogIntact: Bool {
    !findings.contains {
      $0.severity == .failure && ($0.code.consequence == .chainBroken || $0.code == .databaseDamaged)
    }
  }

  /// Nothing must be written to a database that is damaged, nor behind the end of a log whose end is missing: another
  /// event would stand in its place.
  package var canBeRecorded: Bool {
    !findings.contains { [.databaseDamaged, .auditEventMissing].contains($0.code) }
  }

  /// Compares the manifests with heads that were noted elsewhere when they were made; each must be there.
  package mutating func expect(_ heads: [PublishedHead]) {
    for head in heads {
      let candidates = manifests.filter { head.isOf($0.key) }
      let found = candidates.contains { $0.value == head.manifest }
      let finding = Finding(
        .headMismatch, subject: head.acquisition.map { "acquisition \($0)" } ?? subject,
        expected: "a manifest with SHA-256 \(head.manifest)",
        observed: candidates.isEmpty
          ? "no such manifest" : candidates.values.map(\.hex).sorted().joined(separator: " "))
      take("manifest of the published head", against: head.line, found ? [] : [finding])
    }
  }

  /// The verdict in words that say no more than was looked at.
  package var sentence: String { verdict.sentence(of: scope) }

  /// The same of something that lies elsewhere: names begin with the place.
  package func at(_ place: String) -> VerificationReport {
    var report = self
    report.checks = checks.map {
      VerificationCheck("\(place)/\($0.name)", $0.outcome, against: $0.against, cause: $0.cause)
    }
    report.findings = findings.map { $0.at(place) }
    report.computed = Dictionary(computed.map { ("\(place)/\($0.key)", $0.value) }) { first, _ in first }
    // A published head is looked for among those of the case.
    report.manifests = [:]
    return report
  }

  /// What follows from the findings; the worst of them decides.
  package var verdict: VerificationVerdict {
    let codes = findings.filter { $0.severity == .failure }.map(\.code)
    // What is compared with a log that was altered is compared with nothing.
    let isBroken = codes.contains { scope == .auditLog ? $0.consequence == .chainBroken : $0.isOfTheLog }
    if isBroken { return .chainBroken }
    if let worst = codes.map(\.consequence).max() { return worst }
    if wasStopped { return .incomplete }
    if findings.contains(where: { $0.code == .copyNotChecked }) { return .notAllChecked }
    return hasReference ? .verified : .noReference
  }
}

extension FindingCode {
  /// The audit log itself, or the custody it records, is not what was recorded, signed or noted.
  package var isOfTheLog: Bool {
    [.auditEventMissing, .auditEventAltered, .auditChainBroken, .auditHeadMismatch, .custodyMismatch]
      .contains(self)
  }

  /// The verdict a failure of this kind leads to.
  package var consequence: VerificationVerdict {
    switch self {
    case .chunkDamaged, .structureDamaged, .imageTruncated, .segmentMissing, .databaseDamaged: .damaged
    case .auditEventMissing, .auditChainBroken, .auditEventAltered, .auditHeadMismatch, .custodyMismatch,
      .recordMismatch,
      .auditTimeOrder, .checkpointMalformed, .checkpointMismatch, .checkpointUnrecorded, .schemaAltered,
      .acquisitionUnrecorded, .custodyNotConfirmed, .eventSignatureInvalid:
      .chainBroken
    case .fileUnreadable, .streamNotVerified, .readsDiffer: .incomplete
    default: .mismatch
    }
  }
}
