import CaseRecords
import CaseStore
import Evidence

/// How an archive stands: numbers of everything, and by name what somebody must look at.
package struct ArchiveStatus: Sendable {
  package struct Count: Hashable, Sendable {
    package var holdings: UInt64 = 0
    package var bytes: UInt64 = 0
  }

  package var total = Count()
  package var byState: [HoldingStanding.State: Count] = [:]
  /// Not where the catalogue says.
  package var missing = Count()
  package var onHold: UInt64 = 0
  /// Past the day until which they are to be kept, and not on hold.
  package var retentionEnded: UInt64 = 0
  /// The oldest of the newest good verifications.
  package var oldestVerification: Timestamp?
  package var newestVerification: Timestamp?
  /// Failing first, then overdue, then due; at most ``most``.
  package var listed: [HoldingStanding] = []
  /// Holdings by the month of their newest good verification, `2026-11`.
  package var byMonth: [String: UInt64] = [:]
  /// The newest run, and whether it has come to its end.
  package var run: (run: ArchiveRunRecord, ended: Timestamp?)?
  package let schedule: ArchiveSchedule

  /// Most holdings that are listed by name.
  package static let most = 1000

  /// Walks through the catalogue once; memory does not grow with it.
  /// - Throws: what reading the catalogue throws.
  package init(_ store: CaseStore, _ schedule: ArchiveSchedule) throws(EvidenceError) {
    self.schedule = schedule
    run = try store.newestRun()
    var status = (
      total: Count(), byState: [HoldingStanding.State: Count](), missing: Count(), onHold: UInt64(0),
      ended: UInt64(0), oldest: Timestamp?.none, newest: Timestamp?.none, months: [String: UInt64]()
    )
    var lists: [HoldingStanding.State: [HoldingStanding]] = [:]
    let today = String(schedule.now.description.prefix(10))
    try store.forEachHolding { (holding) throws(EvidenceError) in
      let standing = schedule.standing(of: holding)
      status.total.add(holding.size)
      status.byState[standing.state, default: Count()].add(holding.size)
      if holding.presence == .missing { status.missing.add(holding.size) }
      if holding.legalHold != nil {
        status.onHold += 1
      } else if let until = holding.retentionUntil, until < today {
        status.ended += 1
      }
      if let verified = holding.verified {
        status.oldest = min(status.oldest ?? verified, verified)
        status.newest = max(status.newest ?? verified, verified)
        status.months[String(verified.description.prefix(7)), default: 0] += 1
      }
      if standing.state != .verified || holding.presence == .missing,
        lists[standing.state, default: []].count < Self.most
      {
        lists[standing.state, default: []].append(standing)
      }
    }
    (total, byState, missing, onHold) = (status.total, status.byState, status.missing, status.onHold)
    (retentionEnded, oldestVerification, newestVerification) = (status.ended, status.oldest, status.newest)
    byMonth = status.months
    listed = Array(HoldingStanding.State.allCases.flatMap { lists[$0] ?? [] }.prefix(Self.most))
  }

  package func count(_ state: HoldingStanding.State) -> UInt64 { byState[state]?.holdings ?? 0 }

  /// 5 where something is failing, 6 where something is missing, has never been verified or has nothing to compare with or
  /// is past its day, otherwise 0.
  package var exitStatus: ExitStatus {
    if count(.failing) > 0 { return .mismatch }
    let waiting = count(.overdue) + count(.due) + count(.neverVerified) + count(.open) + missing.holdings
    return waiting > 0 ? .noReference : .complete
  }
}

extension ArchiveStatus.Count {
  fileprivate mutating func add(_ size: UInt64) {
    holdings += 1
    bytes &+= size
  }
}
