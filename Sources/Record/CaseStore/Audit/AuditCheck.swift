import CaseRecords
import Digests
import Evidence
internal import SQLite

/// A position of the audit log known from elsewhere, to hold the log against.
package struct AuditReference: Hashable, Sendable {
  package let head: AuditHead
  /// What it is known from, as findings name it: a manifest, a checkpoint, a report.
  package let source: String

  package init(_ head: AuditHead, from source: String) {
    self.head = head
    self.source = source
  }
}

/// What a check of the whole database came to.
package struct AuditResult: Sendable {
  /// Nothing where all is well.
  package let findings: [Finding]
  /// Number of the first event that something is wrong with, or with whose records; `nil` where no failure concerns one.
  package let firstWrong: UInt64?
  /// Events that were looked at.
  package let eventCount: UInt64
  /// The last of them; `nil` where the log is empty, or its end not readable.
  package let head: AuditHead?
}

extension CaseStore {
  /// Checks the whole database: structure, audit chain, and that every record is what the log says.
  ///
  /// Reads one unchanging state; others may go on writing. Blocks until everything has been looked at.
  /// - Parameter references: positions of the log known from elsewhere. Without one, an end that was cut off together
  ///   with its records leaves no trace.
  /// - Throws: only where the database cannot be read at all; damage inside it is a finding.
  package func auditResult(against references: [AuditReference] = []) throws(EvidenceError) -> AuditResult {
    try read { database in
      // Every row is looked up in the indexes of its table, which a larger cache holds.
      try database.execute(sql: "PRAGMA cache_size = -\(AuditCheck.cacheKiB)")
      defer { try? database.execute(sql: "PRAGMA cache_size = -\(AuditCheck.usualCacheKiB)") }
      var check = try AuditCheck(database: database, references: references)
      try check.run()
      return check.result
    }
  }

  /// As ``auditResult(against:)``: the findings alone.
  package func checkAudit(against references: [AuditReference] = []) throws(EvidenceError) -> [Finding] {
    try auditResult(against: references).findings
  }
}

/// One check of the audit log and of everything it vouches for.
///
/// An event that is as it should be is followed where it lies, by ``EventScanner``; what is not taken that way is looked
/// at value by value, and only there something can be found.
struct AuditCheck {
  static let cacheKiB = 32 << 10
  /// What SQLite takes by itself.
  static let usualCacheKiB = 2000

  private let database: Database
  private let references: [AuditReference]
  private var records: RecordCheck
  private var findings = BoundedFindings(of: "audit log")
  private var firstWrong: Int64?

  // Where the walk along the chain has come to.
  private var sequence: Int64 = 0
  private var previousDigest = Array(AuditEvent.noPredecessor.hex.utf8)
  private var previousTime: [UInt8] = []
  /// The event before was found altered, so that its link says nothing new.
  private var previousIsAltered = false
  private var count: UInt64 = 0
  /// Digests of the events that `references` name.
  private var digests: [Int64: String] = [:]
  private let wanted: Set<Int64>

  private var scanner: EventScanner
  private let hexDigest = HexSHA256()

  init(database: Database, references: [AuditReference]) throws {
    self.database = database
    self.references = references
    self.wanted = Set(references.compactMap { Int64(exactly: $0.head.sequence) })
    self.records = try RecordCheck(database)
    self.scanner = EventScanner(tables: records.tables.map(\.name))
  }

  var result: AuditResult {
    let digest = Digest(.sha256, hex: String(decoding: previousDigest, as: UTF8.self))
    let head = UInt64(exactly: sequence).flatMap { number in
      number == 0 ? nil : digest.map { AuditHead(sequence: number, digest: $0) }
    }
    let wrong = [firstWrong, records.firstWrong].compactMap(\.self).min()
    return AuditResult(
      findings: findings.all + records.findings, firstWrong: wrong.map { UInt64(clamping: $0) },
      eventCount: count,
      head: head)
  }

  mutating func run() throws {
    findings += try SchemaCheck.findings(of: database)
    do {
      let events = try AuditLog.scan(database)
      while try events.next() {
        try take(sequence: events.integer(0), AuditLog.bytes(of: events), digest: events.bytes(2))
      }
    } catch { findings += try SchemaCheck.damage("table audit_event") { throw error } }
    try records.finish()
    if sequence == 0 { report(.auditChainBroken, 1, expected: "an event", observed: "the log is empty") }
    checkReferences()
  }

  /// - Parameter bytes: `nil` where the event is longer than any can be.
  private mutating func take(
    sequence number: Int64, _ bytes: UnsafeRawBufferPointer?, digest: UnsafeRawBufferPointer
  ) throws {
    count += 1
    if let bytes, number == sequence &+ 1, hexDigest.of(bytes).holds(digest), scanner.read(bytes),
      scanner.sequence == number, bytes[scanner.previous].holds(previousDigest),
      !bytes[scanner.time].isBefore(previousTime)
    {
      previousTime.replaceSubrange(previousTime.indices, with: bytes[scanner.time])
      previousIsAltered = false
      try records.compare(scanner.rows, in: bytes, sequence: number)
    } else {
      try examine(AuditLog.StoredEvent(sequence: number, bytes: bytes.map(Array.init), digest: Array(digest)))
    }
    sequence = number
    previousDigest.replaceSubrange(previousDigest.indices, with: digest)
    if wanted.contains(number) { digests[number] = String(decoding: digest, as: UTF8.self) }
  }

  // MARK: Value by value

  /// Looks at one stored event and at its place in the chain.
  private mutating func examine(_ row: AuditLog.StoredEvent) throws {
    let followsDirectly = row.sequence == sequence &+ 1
    if !followsDirectly {
      report(
        .auditEventMissing, sequence &+ 1, expected: "an event",
        observed: "missing; the next one is event \(row.sequence)")
    }
    let before = findings.count
    let event = content(of: row)
    let isAltered = findings.count > before
    if let event {
      let previous = String(decoding: previousDigest, as: UTF8.self)
      if followsDirectly, event.previous.hex != previous, !previousIsAltered {
        // Either this event or the one before is not what it was; the chain cannot say which.
        report(
          .auditChainBroken, max(sequence, 1),
          expected: "digest \(event.previous.hex), as event \(row.sequence) says", observed: previous)
      }
      let time = event.time.description
      if time.utf8.lexicographicallyPrecedes(previousTime) {
        report(
          .auditTimeOrder, row.sequence, .warning,
          expected: "not before \(String(decoding: previousTime, as: UTF8.self))", observed: time)
      }
      previousTime = Array(time.utf8)
    }
    previousIsAltered = isAltered
    try records.compare(event, sequence: row.sequence)
  }

  /// Compares an event's bytes with its digest and its number.
  private mutating func content(of row: AuditLog.StoredEvent) -> AuditEvent? {
    guard let bytes = row.bytes else {
      report(.auditEventAltered, row.sequence, observed: "longer than any event can be")
      return nil
    }
    let digest = Digest.of(bytes, .sha256).hex
    if digest != row.digestText {
      report(
        .auditEventAltered, row.sequence, expected: "digest \(row.digestText)", observed: "digest \(digest)")
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

  private mutating func checkReferences() {
    for reference in references {
      let head = reference.head
      let number = Int64(exactly: head.sequence) ?? Int64.max
      guard digests[number] != head.digest.hex else { continue }
      report(
        number > sequence ? .auditEventMissing : .auditHeadMismatch, number,
        expected: "digest \(head.digest.hex) (\(reference.source))",
        observed: digests[number].map { "digest \($0)" } ?? "no such event; the log ends at \(sequence)")
    }
  }

  private mutating func report(
    _ code: FindingCode, _ event: Int64, _ severity: FindingSeverity = .failure, expected: String? = nil,
    observed: String? = nil
  ) {
    findings.append(
      Finding(code, severity, subject: "audit event \(event)", expected: expected, observed: observed))
    if severity == .failure { firstWrong = min(firstWrong ?? event, event) }
  }
}
