import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

/// A run that others verify, as the log has it.
package struct PlannedRun: Sendable {
  package let run: ArchiveRunRecord
  package let ended: Timestamp?
  /// Digest of the plan.
  package let plan: Digest
  /// Of each shard, the numbers of its holdings as ``ArchiveRunRecord/holdings`` has them.
  package let shards: [String]
}

/// What became of handing in the result of a planned run.
package enum PlannedRecording: Hashable, Sendable {
  case recorded
  /// The run has this verdict on the holding already.
  case known(VerificationVerdict)
  /// The holding has been verified since, at this time: an older good result says nothing any more.
  case outdated(Timestamp)
}

/// Runs that are divided into shards, and their results.
extension CaseStore {
  private static let planField = "plan"
  private static let shardsField = "shards"

  /// - Parameters:
  ///   - plan: digest of the plan.
  ///   - shards: of each, the numbers of its holdings.
  package func beginPlannedRun(
    _ run: ArchiveRunRecord, plan: Digest, shards: [String]
  ) throws(EvidenceError) {
    let details = JSONValue.fields([
      Self.planField: .string(plan.hex), Self.shardsField: .array(shards.map { .string($0) }),
    ])
    try write { transaction in
      _ = try transaction.record(.archiveRunStarted, details: details, [run])
    }
  }

  /// The newest planned run, or the one of a plan; `nil` where there is none.
  package func plannedRun(_ plan: Digest? = nil) throws(EvidenceError) -> PlannedRun? {
    let events: [UInt64] = try read { database in
      guard try ArchiveRunRecord.table.since <= Migration.version(of: database) else { return [] }
      return try database.all(Int64.self, "SELECT DISTINCT event FROM archive_run ORDER BY event DESC")
        .map { UInt64(clamping: $0) }
    }
    for number in events {
      guard let event = try event(number), let details = event.payload["details"],
        let digest = details[Self.planField]?.stringValue.flatMap({ Digest(.sha256, hex: $0) }),
        plan == nil || plan == digest, let row = event.rows(of: ArchiveRunRecord.table).first
      else { continue }
      let run = try ArchiveRunRecord(row)
      return PlannedRun(
        run: run, ended: try ended(run.id), plan: digest,
        shards: details[Self.shardsField]?.arrayValue?.compactMap(\.stringValue) ?? [])
    }
    return nil
  }

  private func ended(_ run: RecordIdentifier) throws(EvidenceError) -> Timestamp? {
    let ends: [ArchiveRunEndRecord] = try read { database in
      try database.plainRecords(where: "run = ?", [run.description])
    }
    return ends.first?.ended
  }

  /// Ends a run once.
  package func endPlannedRun(_ run: RecordIdentifier) throws(EvidenceError) {
    try write { transaction in
      let ends: [ArchiveRunEndRecord] = try transaction.database.plainRecords(
        where: "run = ?", [run.description])
      guard ends.isEmpty else { return }
      _ = try transaction.record(.archiveRunEnded, [ArchiveRunEndRecord(run: run, ended: transaction.now)])
    }
  }

  /// Whether the run has a verdict on a holding, or a newer one says more than this result.
  package func standing(
    of outcome: HoldingOutcome, of holding: UInt64, in run: RecordIdentifier
  ) throws(EvidenceError) -> PlannedRecording? {
    try read { database in try Self.standing(of: outcome, of: holding, in: run, database) }
  }

  private static func standing(
    of outcome: HoldingOutcome, of holding: UInt64, in run: RecordIdentifier, _ database: Database
  ) throws -> PlannedRecording? {
    let checks: [HoldingCheckRecord] = try database.plainRecords(
      where: "holding = ?", [Int64(clamping: holding)])
    if let known = checks.last(where: { $0.run == run }) { return .known(known.verdict) }
    // A bad result is never passed over, however old it is: somebody has to look.
    guard let ended = outcome.ended, ![.mismatch, .damaged, .chainBroken].contains(outcome.verdict),
      let newest = checks.filter({ $0.level != .structure || outcome.level == .structure }).map(\.ended)
        .max(),
      newest > ended
    else { return nil }
    return .outdated(newest)
  }

  /// Records a result unless the run has one on the holding already: however often it is handed in, it counts once.
  package func recordOnce(
    _ outcome: HoldingOutcome, of holding: UInt64, in run: RecordIdentifier
  ) throws(EvidenceError) -> PlannedRecording {
    try write { transaction in
      if let standing = try Self.standing(of: outcome, of: holding, in: run, transaction.database) {
        return standing
      }
      guard try transaction.isKnown(holding) else { throw EvidenceError(.holdingUnknown, "\(holding)") }
      _ = try transaction.record(outcome, of: holding, in: run)
      return .recorded
    }
  }
}
