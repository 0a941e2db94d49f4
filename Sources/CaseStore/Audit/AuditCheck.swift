import Digests
import Evidence
internal import GRDB

extension CaseStore {
  /// Checks the whole database: structure, audit chain, and that every record is what the log says.
  ///
  /// Reads one unchanging state; others may go on writing. Blocks until everything has been looked at.
  /// - Parameter heads: positions of the log known from elsewhere, such as manifests. Without one, an end that
  ///   was cut off together with its records leaves no trace.
  /// - Returns: nothing where all is well.
  /// - Throws: only where the database cannot be read at all; damage inside it is a finding.
  package func checkAudit(expecting heads: [AuditHead] = []) throws(EvidenceError) -> [Finding] {
    try read { database in
      var check = AuditCheck(database: database, heads: heads)
      try check.run()
      return check.findings
    }
  }
}

/// One check of the audit log and of everything it vouches for.
struct AuditCheck {
  private let database: Database
  private let heads: [AuditHead]
  private(set) var findings: [Finding] = []

  // Where the walk along the chain has come to.
  private var sequence: Int64 = 0
  private var previousDigest = AuditEvent.noPredecessor.hex
  private var previousTime: Timestamp?
  /// The event before was found altered, so that its link says nothing new.
  private var previousIsAltered = false
  /// Digests of the events that `heads` name.
  private var digests: [Int64: String] = [:]
  private let wanted: Set<Int64>

  init(database: Database, heads: [AuditHead]) {
    self.database = database
    self.heads = heads
    self.wanted = Set(heads.compactMap { Int64(exactly: $0.sequence) })
  }

  mutating func run() throws {
    findings += try SchemaCheck.findings(of: database)
    var records = try RecordCheck(database)
    let damage = try SchemaCheck.damage("table audit_event") {
      let rows = try AuditLog.rows(of: database)
      while let row = try rows.next() {
        let event = link(row)
        try records.compare(event, sequence: row.sequence)
      }
    }
    findings += damage
    try records.finish()
    if sequence == 0 { report(.auditChainBroken, 1, expected: "an event", observed: "the log is empty") }
    checkHeads()
    findings += records.findings
  }

  /// Looks at one stored event and at its place in the chain.
  /// - Returns: the event, where its bytes can be trusted to be one.
  private mutating func link(_ row: AuditLog.StoredEvent) -> AuditEvent? {
    let followsDirectly = row.sequence == sequence + 1
    if !followsDirectly {
      report(
        .auditChainBroken, sequence + 1, expected: "an event",
        observed: "missing; the next one is event \(row.sequence)")
    }
    let before = findings.count
    let event = content(of: row)
    let isAltered = findings.count > before
    if let event {
      if followsDirectly, event.previous.hex != previousDigest, !previousIsAltered {
        // Either this event or the one before is not what it was; the chain cannot say which.
        report(
          .auditChainBroken, max(sequence, 1),
          expected: "digest \(event.previous.hex), as event \(row.sequence) says", observed: previousDigest)
      }
      if let previousTime, event.time < previousTime {
        report(
          .auditTimeOrder, row.sequence, .warning, expected: "not before \(previousTime)",
          observed: event.time.description)
      }
      previousTime = event.time
    }
    sequence = row.sequence
    previousDigest = row.digest
    previousIsAltered = isAltered
    if wanted.contains(row.sequence) { digests[row.sequence] = row.digest }
    return event
  }

  /// Compares an event's bytes with its digest and its number.
  private mutating func content(of row: AuditLog.StoredEvent) -> AuditEvent? {
    guard let bytes = row.bytes else {
      report(.auditEventAltered, row.sequence, observed: "longer than any event can be")
      return nil
    }
    let digest = Digest.of(bytes, .sha256).hex
    if digest != row.digest {
      report(.auditEventAltered, row.sequence, expected: "digest \(row.digest)", observed: "digest \(digest)")
    }
    do throws(EvidenceError) {
      let event = try AuditEvent(canonical: bytes, name: row.name)
      if Int64(exactly: event.sequence) != row.sequence {
        report(
          .auditEventAltered, row.sequence, expected: "number \(row.sequence)",
          observed: "number \(event.sequence)")
      }
      return event
    } catch {
      report(.auditEventAltered, row.sequence, expected: "canonical JSON of an event", observed: error.detail)
      return nil
    }
  }

  private mutating func checkHeads() {
    for head in heads {
      let number = Int64(exactly: head.sequence) ?? Int64.max
      let observed = digests[number].map { "digest \($0)" } ?? "no such event; the log ends at \(sequence)"
      if digests[number] != head.digest.hex {
        report(.auditHeadMismatch, number, expected: "digest \(head.digest.hex)", observed: observed)
      }
    }
  }

  private mutating func report(
    _ code: FindingCode, _ event: Int64, _ severity: FindingSeverity = .failure, expected: String? = nil,
    observed: String? = nil
  ) {
    findings.append(
      Finding(code, severity, subject: "audit event \(event)", expected: expected, observed: observed))
  }
}
