import CaseRecords
import Evidence
internal import SQLite

/// A holding with what lists and schedules need of it.
package struct ListedHolding: Hashable, Sendable {
  package let number: UInt64
  package let kind: HoldingKind
  package let format: String?
  package let name: String
  package let added: Timestamp
  package let presence: HoldingPresence
  package let path: String
  package let medium: String?
  /// In bytes.
  package let size: UInt64
  /// Of the newest verification that looked at contents.
  package let verdict: VerificationVerdict?
  /// Of the newest one that came to a good or a bad result: what was not at hand since is not better for it.
  package let decisive: VerificationVerdict?
  package let checked: Timestamp?
  /// When it was last verified with a good result.
  package let verified: Timestamp?
  package let intervalDays: UInt64?
  package let retentionUntil: String?
  package let legalHold: String?
  package let location: String?

  package init(
    number: UInt64, kind: HoldingKind, format: String?, name: String, added: Timestamp,
    presence: HoldingPresence, path: String, medium: String?, size: UInt64, verdict: VerificationVerdict?,
    decisive: VerificationVerdict?, checked: Timestamp?, verified: Timestamp?, intervalDays: UInt64?,
    retentionUntil: String?, legalHold: String?, location: String?
  ) {
    self.number = number
    self.kind = kind
    self.format = format
    self.name = name
    self.added = added
    self.presence = presence
    self.path = path
    self.medium = medium
    self.size = size
    self.verdict = verdict
    self.decisive = decisive
    self.checked = checked
    self.verified = verified
    self.intervalDays = intervalDays
    self.retentionUntil = retentionUntil
    self.legalHold = legalHold
    self.location = location
  }
}

extension CaseStore {
  /// Hands every holding that was not forgotten to `body`, in the order of numbers, one at a time: memory does not grow with
  /// their number. Blocks until the last.
  package func forEachHolding(
    _ body: (ListedHolding) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    try read { database in
      guard try HoldingRecord.table.since <= Migration.version(of: database) else { return }
      let stated = try database.all(String.self, "SELECT DISTINCT name FROM holding_fact")
      let rows = try database.rows(Self.list(stated: Set(stated)))
      while try rows.next() { try body(try Self.listed(rows)) }
    }
  }

  /// Statements are few, and a lookup a holding would cost more than everything else: they are asked only where any is of
  /// that kind.
  private static func list(stated: Set<String>) -> String {
    func fact(_ name: HoldingFactName) -> String {
      guard stated.contains(name.rawValue) else { return "NULL" }
      return """
        (SELECT value FROM holding_fact WHERE holding = h.number AND name = '\(name.rawValue)'
          ORDER BY position DESC LIMIT 1)
        """
    }
    return """
      SELECT h.number, h.kind, h.format, h.name, h.added, s.presence, s.path, s.medium, s.size,
        c.verdict, c.ended, d.verdict, g.ended, \(fact(.intervalDays)), \(fact(.retentionUntil)), \(fact(.legalHold)),
        \(fact(.location))
      FROM holding h
      JOIN holding_state s ON s.holding = h.number
        AND s.position = (SELECT max(position) FROM holding_state WHERE holding = h.number)
      LEFT JOIN holding_check c ON c.holding = h.number AND c.position = (
        SELECT max(position) FROM holding_check WHERE holding = h.number AND level <> 'structure')
      LEFT JOIN holding_check d ON d.holding = h.number AND d.position = (
        SELECT max(position) FROM holding_check WHERE holding = h.number AND level <> 'structure'
          AND verdict IN ('verified', 'mismatch', 'damaged', 'chainBroken'))
      LEFT JOIN holding_check g ON g.holding = h.number AND g.position = (
        SELECT max(position) FROM holding_check
        WHERE holding = h.number AND level <> 'structure' AND verdict = 'verified')
      WHERE s.presence <> 'forgotten'
      ORDER BY h.number
      """
  }

  private static func listed(_ rows: Rows) throws(EvidenceError) -> ListedHolding {
    let number = UInt64(clamping: rows.integer(0))
    func damaged(_ column: String) -> EvidenceError {
      EvidenceError(.caseDamaged, "holding \(number)", "column \(column) holds no valid value")
    }
    func text(_ column: Int) -> String? {
      let bytes = rows.bytes(column)
      return bytes.baseAddress == nil ? nil : String(decoding: bytes, as: UTF8.self)
    }
    guard let kind = text(1).flatMap({ HoldingKind(rawValue: $0) }) else { throw damaged("kind") }
    guard let presence = text(5).flatMap({ HoldingPresence(rawValue: $0) }) else { throw damaged("presence") }
    guard let added = text(4).flatMap({ Timestamp($0) }) else { throw damaged("added") }
    return ListedHolding(
      number: number, kind: kind, format: text(2), name: text(3) ?? "", added: added, presence: presence,
      path: text(6) ?? "", medium: text(7), size: UInt64(clamping: rows.integer(8)),
      verdict: text(9).flatMap { VerificationVerdict(rawValue: $0) },
      decisive: text(11).flatMap { VerificationVerdict(rawValue: $0) },
      checked: text(10).flatMap { Timestamp($0) }, verified: text(12).flatMap { Timestamp($0) },
      intervalDays: text(13).flatMap { UInt64($0) }, retentionUntil: text(14), legalHold: text(15),
      location: text(16))
  }
}
