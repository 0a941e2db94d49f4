import Archiving
import CanonicalJSON
import CaseStore
import Evidence
import Rendering

/// Words and JSON of plans, shards and what is collected of them.
enum ArchiveShardRendering {
  /// Entries of a list that are shown.
  private static let most = 10

  private static func count(_ number: Int, _ noun: String) -> String {
    ArchiveRendering.count(UInt64(number), noun)
  }

  private static func list(_ title: String, _ texts: [String], all: Bool = false) -> [String] {
    guard !texts.isEmpty else { return [] }
    let shown = all ? texts.count : most
    return ["\(title): \(texts.count)"] + texts.prefix(shown).map { "  \($0)" }
      + (texts.count > shown ? ["  and \(texts.count - shown) more; `--all` lists them"] : [])
  }

  private static func numbers(_ holdings: [UInt64]) -> String { NumberRanges.text(holdings) }

  // MARK: A plan

  static func lines(_ planned: ArchivePlanning.Planned) -> [String] {
    let filled = planned.shards.filter { $0.holdings > 0 }
    let holdings = planned.shards.reduce(0) { $0 + $1.holdings }
    let bytes = planned.shards.reduce(UInt64(0)) { $0 &+ $1.bytes }
    var lines = [
      "Planned: \(count(holdings, "holding")), \(HumanText.size(bytes)), in \(count(planned.shards.count, "shard")).",
      "  plan    \(planned.path)", "  digest  \(planned.digest) (SHA-256 of its first line)",
    ]
    if let least = filled.map(\.bytes).min(), let largest = filled.map(\.bytes).max() {
      lines.append(
        least == largest
          ? "  a shard \(HumanText.size(least))"
          : "  a shard \(HumanText.size(least)) to \(HumanText.size(largest))")
    }
    if filled.count < planned.shards.count {
      lines.append("  without holdings: \(count(planned.shards.count - filled.count, "shard"))")
    }
    if planned.divided > 0 {
      lines.append(
        "  \(count(planned.divided, "spinning disk or server")) in more than one shard: run few of them at once, or plan fewer"
      )
    }
    if let seed = planned.run.seed, let total = planned.sampledFrom {
      lines.append("  sample: \(holdings) of \(total) holdings, seed \(seed)")
    }
    return lines
  }

  static func json(_ planned: ArchivePlanning.Planned) -> JSONValue {
    .fields([
      "path": .string(planned.path.string), "plan": .string(planned.digest.hex),
      "run": .string(planned.run.id.description), "level": .string(planned.run.level.rawValue),
      "dividedMedia": JSONValue(planned.divided),
      "sampledFrom": planned.sampledFrom.map { JSONValue($0) }, "seed": planned.run.seed.map { .string($0) },
      "shards": .array(
        planned.shards.map {
          .fields([
            "holdings": JSONValue($0.holdings), "bytes": Rendering.number($0.bytes),
            "turningMedia": JSONValue($0.turning),
          ])
        }),
    ])
  }

  // MARK: A shard

  static func lines(_ result: ShardResult) -> [String] {
    let bad = result.count(.mismatch, .damaged, .chainBroken)
    let good = result.count(.verified)
    let open = result.count(.incomplete, .noReference)
    let head: String
    if bad > 0 {
      head = "FAILED: \(bad) of \(count(good + bad + open, "holding")) of the shard failed verification."
    } else if result.wasStopped {
      head = "Stopped: \(count(result.left, "holding")) of the shard not verified. Run the shard again."
    } else if open + result.notAtHand.count > 0 {
      head =
        "Not all verified: no result for \(count(open + result.notAtHand.count, "holding")) of the shard."
    } else if good == 0 {
      head = "Nothing to verify: the shard has no holdings."
    } else if result.level == .structure {
      head = "Structure intact: \(count(good, "holding")) of the shard; contents were not read."
    } else {
      head = "Verified: \(count(good, "holding")) of the shard."
    }
    var lines = [head]
    lines.append(
      "  shard \(result.shard) of plan \(result.plan.hex.prefix(16)): verified now \(result.verified.count), results from before \(result.known.count)"
    )
    lines += list(
      "Not at hand here; another machine may run the shard",
      result.notAtHand.isEmpty ? [] : [numbers(result.notAtHand)])
    lines += list("Replaced: not a whole and signed result of this plan", result.replaced)
    lines += list(
      "Another result says something else; both are kept",
      result.differing.isEmpty ? [] : [numbers(result.differing)])
    return lines
  }

  static func json(_ result: ShardResult) -> JSONValue {
    .fields([
      "plan": .string(result.plan.hex), "shard": JSONValue(result.shard),
      "level": .string(result.level.rawValue), "stopped": .bool(result.wasStopped),
      "left": JSONValue(result.left), "exitStatus": JSONValue(result.exitStatus.rawValue),
      "known": .array(
        result.known.sorted { $0.key < $1.key }.map {
          .fields(["number": JSONValue($0.key), "verdict": .string($0.value.rawValue)])
        }),
      "notAtHand": .array(result.notAtHand.sorted().map { JSONValue($0) }),
      "differing": .array(result.differing.sorted().map { JSONValue($0) }),
      "replaced": .array(result.replaced.map { .string($0) }),
      "verified": ArchiveRunRendering.json(result.verified),
    ])
  }

  // MARK: What was collected

  /// As a run on this machine, for monitoring.
  static func run(_ collected: CollectedResults) -> ArchiveRunResult {
    var result = ArchiveRunResult(run: collected.planned.run)
    result.verified = collected.verified
    result.left = collected.missing.reduce(0) { $0 + $1.holdings.count }
    result.wasStopped = collected.wasStopped || !collected.missing.isEmpty
    return result
  }

  private static func headline(_ collected: CollectedResults) -> String {
    let bad = collected.count(.mismatch, .damaged, .chainBroken)
    let good = collected.count(.verified)
    let open = collected.count(.incomplete, .noReference, .notAllChecked)
    let left = collected.missing.reduce(0) { $0 + $1.holdings.count }
    if bad > 0 {
      let rest = left > 0 ? " \(count(left, "holding")) not verified yet." : ""
      return "FAILED: \(bad) of \(count(collected.verdicts.count, "holding")) failed verification." + rest
    }
    if collected.wasStopped { return "Stopped: not all results were collected. Run the command again." }
    if left > 0 {
      return
        "Incomplete: \(count(collected.missing.count, "shard")) of \(collected.planned.shards.count) not complete, \(count(left, "holding")) not verified."
    }
    if !collected.refused.isEmpty || !collected.differing.isEmpty {
      return "Complete, and not all results count: see below."
    }
    if open > 0 {
      return "Not all verified: no result for \(open) of \(count(collected.verdicts.count, "holding"))."
    }
    if collected.planned.run.level == .structure {
      return "Structure intact: \(count(good, "holding")); contents were not read."
    }
    return
      "Verified: \(good == 1 ? "the holding matches its record" : "all \(good) holdings match their record")."
  }

  static func lines(_ collected: CollectedResults, all: Bool) -> [String] {
    let known = collected.verified.count - collected.recorded.count
    var lines = [headline(collected)]
    lines.append(
      "  plan \(collected.planned.plan.hex.prefix(16)): recorded now \(collected.recorded.count), before \(known); run \(collected.isEnded ? "complete" : "not complete")"
    )
    lines += list(
      "Shards not complete", collected.missing.map { "\($0.shard)  holdings \(numbers($0.holdings))" },
      all: all)
    if !collected.missing.isEmpty {
      lines.append("Run these shards again, or verify the rest here: `exhibit archive verify --resume`.")
    }
    lines += list(
      "Refused",
      collected.refused.map { "\(NameText.shown($0.name))  \($0.error.code.summary): \($0.error.detail)" },
      all: all)
    lines += list(
      "Recorded before with another verdict; look at these again",
      collected.differing.isEmpty ? [] : [numbers(collected.differing)])
    lines += list(
      "Not recorded: verified again since",
      collected.outdated.map { "\($0.holding)  on \(ArchiveRendering.day($0.since))" }, all: all)
    return lines
  }

  static func json(_ collected: CollectedResults) -> JSONValue {
    .fields([
      "plan": .string(collected.planned.plan.hex), "run": .string(collected.planned.run.id.description),
      "level": .string(collected.planned.run.level.rawValue), "complete": .bool(collected.isEnded),
      "stopped": .bool(collected.wasStopped), "exitStatus": JSONValue(collected.exitStatus.rawValue),
      "shards": JSONValue(collected.planned.shards.count),
      "recorded": .array(collected.recorded.map { JSONValue($0) }),
      "missing": .array(
        collected.missing.map {
          .fields([
            "shard": JSONValue($0.shard), "holdings": .array($0.holdings.map { JSONValue($0) }),
          ])
        }),
      "refused": .array(
        collected.refused.map {
          .fields([
            "file": .string($0.name), "code": .string($0.error.code.rawValue),
            "detail": .string($0.error.detail),
          ])
        }),
      "outdated": .array(
        collected.outdated.map {
          .fields(["number": JSONValue($0.holding), "since": .string($0.since.description)])
        }),
      "differing": .array(collected.differing.map { JSONValue($0) }),
      "verified": ArchiveRunRendering.json(collected.verified),
    ])
  }
}
