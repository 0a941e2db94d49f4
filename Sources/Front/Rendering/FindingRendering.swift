import Evidence
import Verification

/// Findings for people: the gravest first, those of one kind together. JSON has them all, in the order in which they were
/// found.
package enum FindingRendering {
  /// Findings of one kind that are shown one by one.
  static let mostOfAKind = 3
  /// Characters of an expected or observed value that are shown.
  static let longestValue = 200

  private struct Kind: Hashable {
    let severity: FindingSeverity
    let code: FindingCode
  }

  /// - Parameters:
  ///   - verdict: what leads to it comes first.
  ///   - all: every finding on a line of its own, with all that it says.
  package static func lines(
    _ findings: [Finding], for verdict: VerificationVerdict? = nil, all: Bool = false
  ) -> [String] {
    var lines: [String] = []
    for kind in kinds(findings, for: verdict) {
      guard !all else {
        lines += kind.map { "  \(Rendering.line($0))" }
        continue
      }
      // One more is as long as saying that there is one more.
      let shown = kind.count > mostOfAKind + 1 ? mostOfAKind : kind.count
      lines += kind.prefix(shown).map { "  \(Rendering.line($0, upTo: longestValue))" }
      if shown < kind.count, let first = kind.first {
        lines.append(
          "  \(first.severity.rawValue)  \(first.code.rawValue)  … \(kind.count - shown) more, \(kind.count) in all; --all shows each"
        )
      }
    }
    return lines
  }

  /// Findings by kind, the gravest first.
  private static func kinds(_ findings: [Finding], for verdict: VerificationVerdict?) -> [[Finding]] {
    var order: [Kind] = []
    var kinds: [Kind: [Finding]] = [:]
    for finding in findings {
      let kind = Kind(severity: finding.severity, code: finding.code)
      if kinds[kind] == nil { order.append(kind) }
      kinds[kind, default: []].append(finding)
    }
    let ranked = order.enumerated().sorted { left, right in
      let (a, b) = (left.element, right.element)
      if a.severity != b.severity { return a.severity > b.severity }
      let leads = (a.code.consequence == verdict, b.code.consequence == verdict)
      if leads.0 != leads.1 { return leads.0 }
      if a.code.consequence != b.code.consequence { return a.code.consequence > b.code.consequence }
      if a.code.precedence != b.code.precedence { return a.code.precedence < b.code.precedence }
      return left.offset < right.offset
    }
    return ranked.compactMap { kinds[$0.element] }
  }

  /// The verdict with its reasons: of a bad one the gravest finding, and of each other kind of failure beside it the
  /// gravest too, so that the worst of two is not told alone.
  package static func sentence(_ report: VerificationReport) -> String {
    let failures = report.findings.filter { $0.severity == .failure }
    guard !failures.isEmpty else { return report.sentence }
    var told: Set<VerificationVerdict> = []
    return kinds(failures, for: report.verdict).compactMap { kind -> String? in
      guard let first = kind.first, told.insert(first.code.consequence).inserted else { return nil }
      let more = Set(kind.map(\.subject)).count - 1
      let reason = capitalised(first.reason)
      return "\(title(first.code.consequence)). \(reason)\(more > 0 ? ", and \(more) more" : "")."
    }.joined(separator: " ")
  }

  private static func title(_ verdict: VerificationVerdict) -> String {
    switch verdict {
    case .chainBroken: "Chain broken"
    case .damaged: "Damaged"
    case .incomplete: "Incomplete"
    case .mismatch, .verified, .notAllChecked, .noReference: "Mismatch"
    }
  }

  private static func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}

extension FindingCode {
  /// What is told first of findings that weigh the same: those of the log say what happened to it.
  fileprivate var precedence: Int {
    switch self {
    case .auditEventMissing: 0
    case .auditEventAltered: 1
    case .auditChainBroken: 2
    case .auditHeadMismatch: 3
    case .custodyMismatch, .recordMismatch: 4
    case .schemaAltered: 9
    default: 5
    }
  }
}

extension Finding {
  /// In plain words.
  fileprivate var reason: String {
    let subject = subject.hasPrefix("audit event") ? String(subject.dropFirst("audit ".count)) : subject
    return switch code {
    case .auditEventMissing: "the audit log was altered: \(subject) is missing"
    case .auditEventAltered: "the audit log was altered: \(subject) does not match the record"
    case .auditHeadMismatch:
      "the audit log was altered: \(subject) is not the one that was signed or noted elsewhere"
    default: "\(code.meaning): \(HumanText.singleLine(subject))"
    }
  }
}
