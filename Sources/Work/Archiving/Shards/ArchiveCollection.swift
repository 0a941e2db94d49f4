import CaseRecords
import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// What came of the results of a plan.
package struct CollectedResults: Sendable {
  /// Holdings of a shard that have no verdict yet.
  package struct MissingShard: Hashable, Sendable {
    package let shard: Int
    package let holdings: [UInt64]
  }

  package let planned: PlannedRun
  /// Of all results that count, recorded now or before.
  package var verified: [VerifiedHolding] = []
  /// Holdings whose verdict is recorded now.
  package var recorded: [UInt64] = []
  /// Holdings that were verified since, with the time of that: an older good result is not recorded.
  package var outdated: [(holding: UInt64, since: Timestamp)] = []
  /// Recorded before, with another verdict than this result has.
  package var differing: [UInt64] = []
  /// Files that do not count, with the reason.
  package var refused: [(name: String, error: EvidenceError)] = []
  /// Files that are no results.
  package var others = 0
  package var missing: [MissingShard] = []
  /// The verdicts of the run in the catalogue.
  package var verdicts: [UInt64: VerificationVerdict] = [:]
  package var isEnded = false
  package var wasStopped = false

  package func count(_ verdicts: VerificationVerdict...) -> Int {
    self.verdicts.values.count { verdicts.contains($0) }
  }

  /// The worst verdict of the run decides; what is missing or refused counts as incomplete.
  package var exitStatus: ExitStatus {
    let worst = verdicts.values.max()
    if let worst, [.chainBroken, .mismatch, .damaged].contains(worst) { return worst.exitStatus }
    if wasStopped || !missing.isEmpty || !refused.isEmpty || !differing.isEmpty { return .incomplete }
    return worst?.exitStatus ?? .complete
  }
}

/// Takes the results of a plan into the catalogue: each verdict once, however often it is handed in.
package struct ArchiveCollection {
  private let store: CaseStore
  private let planned: PlannedRun
  private let trust: Trust
  private let stop: StopFlag

  /// - Parameters:
  ///   - plan: digest of the plan; the newest planned run where `nil`.
  ///   - trust: of those whose results count.
  /// - Throws: `nothingPlanned`.
  package init(
    _ store: CaseStore, plan: Digest? = nil, trust: Trust, stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    self.store = store
    guard let planned = try store.plannedRun(plan) else {
      throw EvidenceError(
        .nothingPlanned, plan.map { "plan \($0.hex.prefix(16))" } ?? store.folder.string)
    }
    self.planned = planned
    self.trust = trust
    self.stop = stop
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - folders: with results; other files in them are left alone.
  ///   - each: receives each holding whose verdict is recorded now.
  /// - Throws: what reading the folders and writing to the catalogue throws.
  package func perform(
    _ folders: [FilePath], each: (VerifiedHolding) -> Void = { _ in }
  ) throws(EvidenceError) -> CollectedResults {
    var collected = CollectedResults(planned: planned)
    let wanted = Set(NumberRanges.numbers(planned.run.holdings) ?? [])
    var sound: [UInt64: [HoldingResult]] = [:]
    for folder in folders {
      guard Files.kind(folder) == .folder else {
        throw Files.exists(folder)
          ? EvidenceError(.argumentInvalid, folder.string, "not a folder") : Files.absence(of: folder)
      }
      for name in try Files.names(in: folder) {
        guard !stop.isRaised else {
          collected.wasStopped = true
          break
        }
        guard let parts = HoldingResult.parts(of: name) else {
          collected.others += 1
          continue
        }
        do throws(EvidenceError) {
          let result = try read(folder.appending(name), parts, wanted)
          // Kept in memory are the few of which there may be two.
          if parts.isOther || Files.exists(folder.appending(Self.twin(parts, planned.plan)))
            || folders.count > 1
          {
            sound[parts.holding, default: []].append(result)
          } else {
            try record([result], &collected, each)
          }
        } catch {
          guard [.resultMalformed, .otherPlan, .signerNotTrusted].contains(error.code) else { throw error }
          collected.refused.append((name, error))
        }
      }
    }
    for (_, results) in sound.sorted(by: { $0.key < $1.key }) {
      guard !stop.isRaised else {
        collected.wasStopped = true
        break
      }
      try record(results, &collected, each)
    }
    try conclude(&collected)
    return collected
  }

  private static func twin(_ parts: (plan: String, holding: UInt64, isOther: Bool), _ plan: Digest) -> String
  {
    HoldingResult.name(of: parts.holding, plan: plan, isOther: !parts.isOther)
  }

  /// - Throws: `resultMalformed`, `otherPlan`, `signerNotTrusted`.
  private func read(
    _ path: FilePath, _ parts: (plan: String, holding: UInt64, isOther: Bool), _ wanted: Set<UInt64>
  ) throws(EvidenceError) -> HoldingResult {
    let name = path.lastComponent?.string ?? ""
    let ours = planned.plan.hex
    guard parts.plan == ours.prefix(16) else {
      throw EvidenceError(.otherPlan, name, "of plan \(parts.plan), not of \(ours.prefix(16))")
    }
    let signed = try HoldingResult.read(path, trust: trust)
    let result = signed.result
    guard signed.signature.isIntact else {
      throw EvidenceError(.resultMalformed, name, signed.problem)
    }
    guard result.plan == planned.plan, result.run == planned.run.id else {
      throw EvidenceError(
        .otherPlan, name, "of plan \(result.plan.hex.prefix(16)), not of \(ours.prefix(16))")
    }
    guard result.holding == parts.holding, wanted.contains(result.holding) else {
      throw EvidenceError(.resultMalformed, name, "it is of holding \(result.holding)")
    }
    guard signed.signature.isTrusted else {
      throw EvidenceError(.signerNotTrusted, name, signed.problem)
    }
    guard [planned.run.level, .full].contains(result.outcome.level), let ended = result.outcome.ended,
      ended >= result.outcome.started
    else { throw EvidenceError(.resultMalformed, name, "its level or its times contradict the plan") }
    return result
  }

  // MARK: The catalogue

  private func record(
    _ results: [HoldingResult], _ collected: inout CollectedResults, _ each: (VerifiedHolding) -> Void
  ) throws(EvidenceError) {
    guard let first = results.first else { return }
    let number = first.holding
    let holding = try store.holding(number)
    let state = try store.state(of: number)
    var outcome = Self.joined(results)
    let done = VerifiedHolding(
      holding: holding, path: state.path, size: state.size, outcome: outcome, before: nil,
      seconds: Double((outcome.ended ?? outcome.started).seconds(since: outcome.started)))
    var standing = try store.standing(of: outcome, of: number, in: planned.run.id)
    if standing == nil {
      outcome.keepPieces(of: holding, size: state.size, in: store.folder)
      standing = try store.recordOnce(outcome, of: number, in: planned.run.id)
    }
    switch standing {
    case .outdated(let since): collected.outdated.append((number, since))
    case .known(let verdict):
      collected.verified.append(done)
      if verdict != outcome.verdict { collected.differing.append(number) }
    default:
      collected.verified.append(done)
      collected.recorded.append(number)
      each(done)
    }
  }

  /// Two machines that do not agree: as with two readings that differ, neither counts.
  private static func joined(_ results: [HoldingResult]) -> HoldingOutcome {
    var outcome = results[0].outcome
    guard let other = results.first(where: { $0.outcome.verdict != outcome.verdict }) else { return outcome }
    outcome.findings =
      [
        Finding(
          .readsDiffer, subject: "holding \(results[0].holding)", expected: "the same result twice",
          observed:
            "\(outcome.verdict.rawValue) on \(results[0].host), \(other.outcome.verdict.rawValue) on \(other.host)"
        )
      ] + outcome.findings + other.outcome.findings
    outcome.verdict = .incomplete
    outcome.computed = []
    outcome.pieces = nil
    outcome.ended = results.compactMap(\.outcome.ended).max()
    return outcome
  }

  private func conclude(_ collected: inout CollectedResults) throws(EvidenceError) {
    collected.verified.sort { $0.holding.number < $1.holding.number }
    collected.recorded.sort()
    collected.verdicts = try store.verdicts(in: planned.run.id)
    let settled = Set(collected.verdicts.keys).union(collected.outdated.map(\.holding))
    for (index, text) in planned.shards.enumerated() {
      let left = (NumberRanges.numbers(text) ?? []).filter { !settled.contains($0) }
      if !left.isEmpty { collected.missing.append(.init(shard: index, holdings: left)) }
    }
    if collected.missing.isEmpty, !collected.wasStopped { try store.endPlannedRun(planned.run.id) }
    collected.isEnded = collected.missing.isEmpty && !collected.wasStopped
  }
}

extension HoldingResult.Signed {
  /// Why its signature counts for nothing.
  fileprivate var problem: String {
    signature.malformation ?? signature.findings(subject: "").first { $0.severity == .failure }?.observed
      ?? "signed by \(signature.signers.compactMap { $0.certificate?.subject }.joined(separator: "; "))"
  }
}
