import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// What became of the verification of one holding.
package struct HoldingOutcome: Sendable {
  package var started: Timestamp
  package var level: ArchiveLevel
  package var verdict: VerificationVerdict
  package var reading: ArchiveReading
  package var bytes: UInt64
  package var compared: UInt64
  package var findings: [Finding]
  /// What each check was compared with, for the log.
  package var details: JSONValue
  /// Digests that were computed and that nothing contradicts: what a later verification is held to as well.
  package var computed: [NewReference]
  /// Of an image that came without any; to be kept beside the catalogue.
  package var pieces: HoldingPieces?
  /// When it ended; `nil` for the moment at which it is recorded.
  package var ended: Timestamp?
  /// Findings that are counted and not listed.
  package var unlisted: UInt64 = 0

  package init(
    started: Timestamp, level: ArchiveLevel, verdict: VerificationVerdict, reading: ArchiveReading,
    bytes: UInt64,
    compared: UInt64, findings: [Finding], details: JSONValue = .object([:]), computed: [NewReference] = []
  ) {
    self.started = started
    self.level = level
    self.verdict = verdict
    self.reading = reading
    self.bytes = bytes
    self.compared = compared
    self.findings = findings
    self.details = details
    self.computed = computed
  }
}

/// SHA-256 of the pieces of an image, in their order, without gaps.
package struct HoldingPieces: Hashable, Sendable {
  /// Bytes of each piece but the last, which may have fewer.
  package let size: UInt64
  package let digests: [Digest]

  package init(size: UInt64, digests: [Digest]) {
    self.size = size
    self.digests = digests
  }
}

/// Runs over holdings and what came of them.
extension CaseStore {
  package func beginRun(
    level: ArchiveLevel, selection: String, holdings: String, sampledFrom: UInt64? = nil, seed: String? = nil
  ) throws(EvidenceError) -> ArchiveRunRecord {
    try write { transaction in
      let run = ArchiveRunRecord(
        id: Host.newIdentifier(), started: transaction.now, level: level, selection: selection,
        holdings: holdings, sampledFrom: sampledFrom, seed: seed)
      try transaction.record(.archiveRunStarted, [run])
      return run
    }
  }

  package func endRun(_ run: RecordIdentifier) throws(EvidenceError) {
    try write { transaction in
      _ = try transaction.record(.archiveRunEnded, [ArchiveRunEndRecord(run: run, ended: transaction.now)])
    }
  }

  /// The newest run, and whether it has come to its end; `nil` where there was none.
  package func newestRun() throws(EvidenceError) -> (run: ArchiveRunRecord, ended: Timestamp?)? {
    try read { database in
      let runs: [ArchiveRunRecord] = try database.plainRecords(
        where: "event = (SELECT max(event) FROM archive_run)")
      guard let run = runs.last else { return nil }
      let end: [ArchiveRunEndRecord] = try database.plainRecords(where: "run = ?", [run.id.description])
      return (run, end.first?.ended)
    }
  }

  /// The verdicts of a run, by number of the holding.
  package func verdicts(in run: RecordIdentifier) throws(EvidenceError) -> [UInt64: VerificationVerdict] {
    let checks: [HoldingCheckRecord] = try read { database in
      try database.plainRecords(where: "run = ?", [run.description])
    }
    return checks.reduce(into: [:]) { $0[$1.holding] = $1.verdict }
  }

  /// Numbers of the holdings that a run has a verdict on.
  package func checked(in run: RecordIdentifier) throws(EvidenceError) -> Set<UInt64> {
    let numbers = try read { database in
      try database.all(
        Int64.self, "SELECT DISTINCT holding FROM holding_check WHERE run = ?",
        [run.description])
    }
    return Set(numbers.map { UInt64(clamping: $0) })
  }

  /// Records a verdict, its findings and what was computed, in one event.
  @discardableResult
  package func record(
    _ outcome: HoldingOutcome, of holding: UInt64, in run: RecordIdentifier
  ) throws(EvidenceError) -> HoldingCheckRecord {
    try write { transaction in try transaction.record(outcome, of: holding, in: run) }
  }

  /// The verifications of a holding, oldest first.
  package func checks(
    of holding: UInt64
  ) throws(EvidenceError) -> [(check: HoldingCheckRecord, findings: [Finding])] {
    try read { database in
      let checks: [HoldingCheckRecord] = try database.plainRecords(
        where: "holding = ?", [Int64(clamping: holding)])
      return try checks.map { check in
        let findings: [HoldingFindingRecord] = try database.plainRecords(
          where: "holding = ? AND checked = ?", [Int64(clamping: holding), Int64(clamping: check.position)])
        return (check, findings.map(\.finding))
      }
    }
  }
}

extension CaseTransaction {
  func record(
    _ outcome: HoldingOutcome, of holding: UInt64, in run: RecordIdentifier
  ) throws -> HoldingCheckRecord {
    let check = HoldingCheckRecord(
      holding: holding, position: try nextPosition("holding_check", holding), run: run,
      started: outcome.started, ended: outcome.ended ?? now, level: outcome.level, verdict: outcome.verdict,
      reading: outcome.reading, bytes: outcome.bytes, compared: outcome.compared,
      findings: UInt64(outcome.findings.count) + outcome.unlisted)
    var records: [any StoredRecord] = [check]
    records += outcome.findings.prefix(FindingRecord.largestCount).enumerated().map {
      HoldingFindingRecord(
        holding: holding, check: check.position, position: UInt64($0.offset), finding: $0.element)
    }
    let known: [HoldingReferenceRecord] = try database.plainRecords(
      where: "holding = ?", [Int64(clamping: holding)])
    let next = (known.map(\.position).max()).map { $0 + 1 } ?? 0
    let new = outcome.computed.filter { reference in
      !known.contains {
        $0.algorithm == reference.algorithm && $0.value == reference.value && $0.scope == reference.scope
          && $0.target == reference.target
      }
    }
    records += new.enumerated().map {
      var reference = $0.element
      if reference.origin.isEmpty { reference.origin = "\(check.position + 1)" }
      return reference.record(of: holding, next + UInt64($0.offset), now)
    }
    try record(.archiveChecked, details: outcome.details, records)
    return check
  }
}
