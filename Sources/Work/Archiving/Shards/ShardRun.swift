import CaseRecords
import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// What came of a shard, now and before.
package struct ShardResult: Sendable {
  package let plan: Digest
  package let shard: Int
  package let level: ArchiveLevel
  /// Verified now.
  package var verified: [VerifiedHolding] = []
  /// Verdicts that were there from before, or that another worker was quicker with.
  package var known: [UInt64: VerificationVerdict] = [:]
  /// Holdings of which two results differ.
  package var differing: [UInt64] = []
  /// Names of results that were not sound and are replaced.
  package var replaced: [String] = []
  /// Not at hand: no result is left, so that another worker can verify them.
  package var notAtHand: [UInt64] = []
  /// Not verified because it was stopped.
  package var left = 0
  package var wasStopped = false
  package var seconds: Double = 0

  private var verdicts: [VerificationVerdict] {
    verified.map(\.outcome.verdict) + known.values
  }

  package func count(_ verdicts: VerificationVerdict...) -> Int {
    self.verdicts.count { verdicts.contains($0) }
  }

  /// The worst verdict decides, whether it is of now or from before: the same shard ends the same however often it runs.
  package var exitStatus: ExitStatus {
    let worst = verdicts.max()
    if let worst, [.chainBroken, .mismatch, .damaged].contains(worst) { return worst.exitStatus }
    if wasStopped || !differing.isEmpty { return .incomplete }
    if let worst, worst.exitStatus != .complete { return worst.exitStatus }
    return notAtHand.isEmpty ? .complete : .noReference
  }
}

/// Verifies the holdings of one shard of a plan, away from the catalogue, and leaves a signed result of each. Whatever has a
/// result is not verified again: the same shard may run twice, be killed and run again, or run on two machines at once.
package struct ShardRun: Sendable {
  private let plan: ArchivePlan
  private let digest: Digest
  private let holdings: [PlannedHolding]
  private let shard: Int
  private let results: FilePath
  private let identity: SigningIdentity
  private let settings: VerificationSettings
  package var jobs: Int?
  package var bytesPerSecond: UInt64?

  /// - Parameters:
  ///   - shard: from 0.
  ///   - results: a folder, which is made where it is not there.
  ///   - identity: signs the results.
  ///   - settings: certificates to trust for evidence that is signed, and the flag that stops it.
  /// - Throws: `planMalformed`, `argumentInvalid` for a shard that the plan does not have.
  package init(
    _ file: borrowing ArchivePlanFile, shard: Int, results: FilePath, identity: SigningIdentity,
    _ settings: VerificationSettings
  ) throws(EvidenceError) {
    plan = file.plan
    digest = file.digest
    guard plan.shards.indices.contains(shard) else {
      throw EvidenceError(
        invalid: .shard, "\(shard)", "the plan has \(plan.count) shards, 0 to \(plan.count - 1)")
    }
    holdings = try file.holdings(ofShard: shard)
    self.shard = shard
    self.results = results
    self.identity = identity
    self.settings = settings
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - progress: called from several threads, one call at a time.
  ///   - each: receives each holding when its result is written, one call at a time.
  /// - Throws: what writing results throws.
  package func perform(
    progress: @escaping @Sendable (ArchiveRun.Progress) -> Void,
    each: @escaping @Sendable (VerifiedHolding) -> Void
  ) throws(EvidenceError) -> ShardResult {
    let begun = Host.monotonicSeconds()
    if Files.kind(results) != .folder {
      do throws(EvidenceError) { try DurableFolder.create(results) } catch  where error.code == .outputExists
      {
        // Another worker was quicker; anything else is not a folder.
        guard Files.kind(results) == .folder else { throw error }
      }
    }
    var start = ShardResult(plan: digest, shard: shard, level: plan.level)
    var planned: [UInt64: PlannedHolding] = [:]
    var items: [ArchiveItem] = []
    for holding in holdings {
      switch standing(of: holding.holding.number) {
      case .known(let verdict): start.known[holding.holding.number] = verdict
      case .none: items.append(Self.item(holding))
      case .unsound(let name):
        start.replaced.append(name)
        items.append(Self.item(holding))
      }
      planned[holding.holding.number] = holding
    }
    let all = planned
    let shown = Monitor(
      ArchiveRun.Progress(total: items.count, totalBytes: items.reduce(0) { $0 &+ $1.size }))
    let result = Monitor(start)
    let throttle = Throttle(bytesPerSecond)
    let order = ReadingOrder(items, jobs: jobs, plan.level, stop: settings.stop)
    let settings = order.sharing(settings)
    try order.perform {
      (item) throws(EvidenceError) -> Bool in
      guard let holding = all[item.number] else { return true }
      shown.withLock { $0.current[item.number] = item.name }
      let done = try verify(holding, settings, throttle) { bytes in
        shown.withLock { shown in
          shown.bytes &+= bytes
          progress(shown)
        }
      }
      guard let done else { return false }
      try keep(done, result, each)
      shown.withLock { shown in
        shown.done += 1
        shown.current[item.number] = nil
        progress(shown)
      }
      return true
    }
    var end = result.withLock { $0 }
    end.verified.sort { $0.holding.number < $1.holding.number }
    end.left = holdings.count - end.verified.count - end.known.count - end.notAtHand.count
    end.wasStopped = settings.stop.isRaised && end.left > 0
    end.seconds = Host.monotonicSeconds() - begun
    return end
  }

  private static func item(_ holding: PlannedHolding) -> ArchiveItem {
    let medium = ArchiveMedium(of: FilePath(holding.state.path).removingLastComponent())
    return ArchiveItem(
      number: holding.holding.number, size: holding.state.size, name: holding.holding.name,
      medium: medium?.number ?? 0, isRotating: medium?.isRotating ?? false,
      located: ArchiveItem.located(holding.holding.kind, holding.holding.format, holding.state.size),
      before: nil)
  }

  // MARK: Results that are there

  private enum Standing {
    case none
    case known(VerificationVerdict)
    /// Not one that this plan can have; by its name.
    case unsound(String)
  }

  private func place(_ holding: UInt64, isOther: Bool = false) -> FilePath {
    results.appending(HoldingResult.name(of: holding, plan: digest, isOther: isOther))
  }

  private func standing(of holding: UInt64) -> Standing {
    let path = place(holding)
    guard Files.exists(path) else { return .none }
    // Whoever collects decides whom to trust; here it only has to be whole.
    guard let there = try? HoldingResult.read(path, trust: Trust([identity.certificate])),
      there.signature.isIntact, there.result.plan == digest, there.result.holding == holding
    else { return .unsound(path.lastComponent?.string ?? "") }
    return .known(there.result.outcome.verdict)
  }

  // MARK: One holding

  /// - Returns: `nil` where it was stopped.
  private func verify(
    _ planned: PlannedHolding, _ settings: VerificationSettings, _ throttle: Throttle,
    _ progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> VerifiedHolding? {
    let begun = Host.monotonicSeconds()
    let verification = HoldingVerification(
      holding: planned.holding, state: planned.state, references: planned.references, level: plan.level,
      archive: FilePath(plan.folder), isAway: true, settings: settings, throttle: throttle,
      progress: progress)
    guard var outcome = verification.perform() else { return nil }
    outcome.ended = Host.now()
    return VerifiedHolding(
      holding: planned.holding, path: planned.state.path, size: planned.state.size, outcome: outcome,
      before: nil, seconds: Host.monotonicSeconds() - begun)
  }

  private func keep(
    _ done: VerifiedHolding, _ result: Monitor<ShardResult>, _ each: (VerifiedHolding) -> Void
  ) throws(EvidenceError) {
    let number = done.holding.number
    guard done.outcome.verdict != .notAllChecked else {
      return result.withLock { $0.notAtHand.append(number) }
    }
    let bytes = try HoldingResult(
      plan: digest, run: plan.run, shard: UInt64(shard), holding: number, host: Host.facts.node,
      outcome: done.outcome
    ).signed(by: identity)
    if case .unsound = standing(of: number) {
      try DurableFile.replace(place(number), with: bytes)
    } else if try !Self.write(bytes, to: place(number)) {
      // Somebody else was quicker. Where both say the same, one is enough.
      guard case .known(let verdict) = standing(of: number) else {
        throw EvidenceError(.outputExists, place(number).string)
      }
      guard verdict != done.outcome.verdict else {
        return result.withLock { $0.known[number] = verdict }
      }
      _ = try Self.write(bytes, to: place(number, isOther: true))
      result.withLock { $0.differing.append(number) }
    }
    result.withLock { result in
      result.verified.append(done)
      each(done)
    }
  }

  /// Whole and synced, or not at all.
  /// - Returns: `false` where a file of that name is there.
  private static func write(_ bytes: [UInt8], to path: FilePath) throws(EvidenceError) -> Bool {
    let partial = FilePath("\(path.string).\(Hex.encode(Host.randomBytes(8))).partial")
    try DurableFile.write(bytes, to: partial)
    do throws(EvidenceError) {
      try DurableFolder.rename(partial, to: path)
      return true
    } catch {
      _ = Syscalls.unlink(partial)
      guard error.code == .outputExists else { throw error }
      return false
    }
  }
}
