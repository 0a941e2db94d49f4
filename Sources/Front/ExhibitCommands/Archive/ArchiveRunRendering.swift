import Archiving
import CanonicalJSON
import CaseRecords
import Evidence
import Rendering

/// Words and JSON of a run.
enum ArchiveRunRendering {
  static func part(_ progress: ArchiveRun.Progress) -> String {
    "\(progress.done) of \(progress.total) done"
  }

  static func warn(clockBehind: Timestamp?) {
    guard let clockBehind else { return }
    Rendering.warn(
      "this machine's clock is before the newest verification in the catalogue (\(clockBehind)): check the clock"
    )
  }

  private static let mostFindings = 5

  static func lines(_ verified: VerifiedHolding, all: Bool) -> [String] {
    let outcome = verified.outcome
    let path = NameText.shown(verified.path)
    var lines = [
      "\(verified.holding.number)  \(path)  \(ArchiveRendering.sentence(outcome.verdict, outcome.level, of: verified.holding.kind, compared: outcome.compared))"
    ]
    // Where the damage is comes first.
    let told = all ? outcome.findings : outcome.findings.filter { $0.severity != .note }
    let findings = told.filter { $0.sectors != nil } + told.filter { $0.sectors == nil }
    for finding in findings.prefix(all ? findings.count : mostFindings) {
      lines.append("   \(Rendering.line(finding, upTo: all ? nil : 200))")
    }
    if !all, findings.count > mostFindings {
      lines.append(
        "   and \(findings.count - mostFindings) more; `exhibit archive show \(verified.holding.number) --all` lists them"
      )
    }
    if [.mismatch, .damaged].contains(outcome.verdict),
      !outcome.findings.contains(where: { $0.code == .fileModified })
    {
      lines.append(
        "   Read twice with the same result. Times of modification are unchanged: storage damage rather than an edit."
      )
    }
    return lines
  }

  static func summary(_ result: ArchiveRunResult) -> [String] {
    let bytes = result.verified.reduce(UInt64(0)) { $0 + $1.outcome.bytes }
    let good = result.count(.verified)
    let bad = result.count(.mismatch, .damaged, .chainBroken)
    let open = result.count(.incomplete, .noReference)
    let absent = result.count(.notAllChecked)
    var head: String
    if bad > 0 {
      head =
        "FAILED: \(bad) of \(ArchiveRendering.count(UInt64(result.verified.count), "holding")) failed verification."
    } else if result.wasStopped {
      head =
        "Stopped: \(ArchiveRendering.count(UInt64(result.left), "holding")) not verified. Continue with `exhibit archive verify --resume`."
    } else if open + absent > 0 {
      head =
        "Not all verified: no result for \(open + absent) of \(ArchiveRendering.count(UInt64(result.verified.count), "holding"))."
    } else if result.run.level == .structure {
      head = "Structure intact: \(ArchiveRendering.count(UInt64(good), "holding")); contents were not read."
    } else {
      head =
        "Verified: \(good == 1 ? "the holding matches its record" : "all \(good) holdings match their record")."
    }
    if result.wasStopped, bad > 0 { head += " Stopped with \(result.left) left." }
    var lines = [head]
    lines.append(
      "  verified \(good), failed \(bad), without result \(open), not at hand \(absent)\(result.done > 0 ? ", earlier in this run \(result.done)" : "")"
    )
    lines.append("  read \(HumanText.size(bytes)) in \(Int(result.seconds.rounded())) s")
    if let seed = result.run.seed, let total = result.sampledFrom { lines += sample(result, of: total, seed) }
    return lines
  }

  /// What a sample can have missed.
  private static func sample(_ result: ArchiveRunResult, of total: Int, _ seed: String) -> [String] {
    let drawn = result.verified.count { [.verified, .mismatch, .damaged].contains($0.outcome.verdict) }
    let bad = result.count(.mismatch, .damaged)
    var lines = ["  sample: \(drawn) of \(total) holdings, seed \(seed)"]
    guard drawn < total else { return lines }
    let one = Sampling.missProbability(drawn: drawn, of: total, bad: 1)
    lines.append(
      "  The other \(total - drawn) holdings were not read: a single damaged one would be missed with a probability of \(percent(one))."
    )
    if bad == 0 {
      lines.append(
        "  With 95 % confidence, at most \(Sampling.mostBad(drawn: drawn, of: total)) of the \(total) are damaged, if damage is spread at random."
      )
    }
    return lines
  }

  private static func percent(_ value: Double) -> String {
    let tenths = Int((value * 1000).rounded())
    return "\(tenths / 10).\(tenths % 10) %"
  }

  static func json(_ result: ArchiveRunResult) -> JSONValue {
    .fields([
      "run": .string(result.run.id.description), "level": .string(result.run.level.rawValue),
      "started": .string(result.run.started.description), "stopped": .bool(result.wasStopped),
      "left": JSONValue(result.left), "alreadyDone": JSONValue(result.done),
      "sampledFrom": result.sampledFrom.map { JSONValue($0) }, "seed": result.run.seed.map { .string($0) },
      "exitStatus": JSONValue(result.exitStatus.rawValue),
      "verified": json(result.verified),
    ])
  }

  static func json(_ verified: [VerifiedHolding]) -> JSONValue {
    .array(
      verified.map { item in
        .fields([
          "number": JSONValue(item.holding.number), "path": .string(item.path),
          "verdict": .string(item.outcome.verdict.rawValue),
          "before": item.before.map { .string($0.rawValue) },
          "level": .string(item.outcome.level.rawValue), "reading": .string(item.outcome.reading.rawValue),
          "bytes": Rendering.number(item.outcome.bytes), "compared": JSONValue(item.outcome.compared),
          "findings": .array(item.outcome.findings.map { Rendering.json($0) }),
        ])
      })
  }
}
