import CanonicalJSON
import Evidence
import Signing
import Verification

/// A verification as text and as JSON, the same in every program.
package enum VerificationRendering {
  /// - Throws: `argumentInvalid`.
  package static func level(named name: String) throws(EvidenceError) -> VerificationLevel {
    guard let level = VerificationLevel(rawValue: name) else {
      throw EvidenceError(
        .argumentInvalid, "--level \(name)",
        "one of \(VerificationLevel.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    return level
  }

  /// Checks, signers, digests, findings, verdict.
  /// - Parameter all: every check and finding on a line of its own; otherwise one line for many checks of a kind that
  ///   passed, and the first few findings of each kind.
  package static func lines(_ report: VerificationReport, all: Bool = false) -> [String] {
    var lines = ["Verification of \(HumanText.singleLine(report.subject))"]
    lines +=
      all ? report.checks.map { line($0) } : CheckGroup.groups(of: report.checks).flatMap { rows($0) }
    lines += signers(report)
    for renewal in report.renewals { lines.append("  The signature file: \(renewal.sentence)") }
    for (image, digests) in report.computed.sorted(by: { $0.key < $1.key }) {
      for digest in digests.all { lines.append("  \(image)  \(digest.algorithm.title)  \(digest)") }
    }
    if !report.findings.isEmpty {
      lines.append("Findings:")
      lines += FindingRendering.lines(report.findings, for: report.verdict, all: all)
    }
    lines.append(FindingRendering.sentence(report) + reservations(report))
    return lines
  }

  private static func line(_ check: VerificationCheck) -> String {
    "  \(sign(check.outcome)) \(HumanText.singleLine("\(check.name) (\(against(check)))"))"
  }

  private static func rows(_ group: CheckGroup) -> [String] {
    guard let sum = group.sum else { return group.checks.map { line($0) } }
    return ["  \(sign(.passed)) \(HumanText.singleLine(sum))"]
  }

  /// Who signed and who was trusted, with the fingerprints to compare.
  package static func signers(_ report: VerificationReport) -> [String] {
    var lines: [String] = []
    for signer in report.signers {
      lines.append("  \(signer.sentence)")
      if let certificate = signer.certificate {
        lines.append("  certificate SHA-256 \(certificate.fingerprint)")
      }
    }
    return lines
      + report.named.map {
        "  You trust \(HumanText.singleLine($0.subject)), certificate SHA-256 \($0.fingerprint)"
      }
  }

  /// How the reservations of a good verdict begin.
  static let reservation = " With "

  /// What a good verdict must not hide.
  package static func reservations(_ report: VerificationReport) -> String {
    let warnings = report.findings.count { $0.severity == .warning }
    let unchecked = report.checks.count { $0.outcome == .notChecked }
    var parts: [String] = []
    if warnings > 0 { parts.append("\(warnings) warning\(warnings == 1 ? "" : "s")") }
    if unchecked > 0 { parts.append("\(unchecked) check\(unchecked == 1 ? "" : "s") not done") }
    return parts.isEmpty ? "" : "\(reservation)\(parts.joined(separator: " and ")), see above."
  }

  private static func against(_ check: VerificationCheck) -> String {
    check.cause.map(Rendering.line) ?? check.against
  }

  private static func sign(_ outcome: VerificationCheck.Outcome) -> String {
    switch outcome {
    case .passed: "ok         "
    case .failed: "FAILED     "
    case .notChecked: "not checked"
    }
  }

  package static func json(_ report: VerificationReport) -> JSONValue {
    .fields([
      "subject": .string(report.subject), "verdict": .string(report.verdict.rawValue),
      "sentence": .string(FindingRendering.sentence(report)),
      "exitStatus": JSONValue(report.verdict.exitStatus.rawValue),
      "checks": .array(
        report.checks.map {
          .fields([
            "name": .string($0.name), "outcome": .string($0.outcome.rawValue),
            "against": .string(against($0)),
          ])
        }),
      "signers": .array(report.signers.map(json)),
      "trusted": report.named.isEmpty ? nil : .array(report.named.map(json)),
      "renewals": report.renewals.isEmpty ? nil : .array(report.renewals.map(json)),
      "computed": .object(
        report.computed.mapValues { digests in
          .object(
            Dictionary(uniqueKeysWithValues: digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) }))
        }),
      "findings": .array(report.findings.map(Rendering.json)),
      "copies": report.copies.isEmpty ? nil : .array(report.copies.map(json)),
    ])
  }

  private static func json(_ certificate: Certificate) -> JSONValue {
    .fields([
      "subject": .string(certificate.subject), "fingerprint": .string(certificate.fingerprint.hex),
    ])
  }

  private static func json(_ copy: CopyCheck) -> JSONValue {
    .fields([
      "acquisition": .string(copy.acquisition.description), "folder": .string(copy.folder),
      "foundAt": copy.foundAt.map { .string($0) }, "verdict": copy.verdict.map { .string($0.rawValue) },
      "notChecked": copy.reason.map { .string($0) },
    ])
  }

  private static func json(_ signer: SignerReport) -> JSONValue {
    .fields([
      "sentence": .string(signer.sentence), "subject": signer.certificate.map { .string($0.subject) },
      "fingerprint": signer.certificate.map { .string($0.fingerprint.hex) },
      "signingTime": signer.signingTime.map { .string($0.description) },
      "intact": .bool(signer.isIntact), "trusted": .bool(signer.trust == .trusted),
      "timestamps": signer.timestamps.isEmpty ? nil : .array(signer.timestamps.map(json)),
    ])
  }

  private static func json(_ timestamp: TimestampReport) -> JSONValue {
    .fields([
      "sentence": .string(timestamp.sentence), "time": timestamp.token.map { .string("\($0.time)") },
      "authority": timestamp.authority.map { .string($0.certificate.subject) },
      "authorityEnds": timestamp.authority.map { .string("\($0.certificate.notAfter)") },
      "intact": .bool(timestamp.problem == nil), "trusted": .bool(timestamp.provenTime != nil),
    ])
  }
}
