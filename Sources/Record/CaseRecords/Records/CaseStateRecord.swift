import Evidence

/// Where a case stands in its life.
package enum CaseState: String, Hashable, Sendable, CaseIterable {
  /// Work goes on.
  case open
  /// The work is done: nothing is added or acquired; items still go back to their owners.
  case closed
  /// Kept: nothing changes but verifications of what is kept.
  case archived
}

/// A change of the state of a case; a case without any is open.
package struct CaseStateRecord: StoredRecord {
  package let id: RecordIdentifier
  package let state: CaseState
  package let reason: String?
  package let changed: Timestamp

  package init(id: RecordIdentifier, state: CaseState, reason: String?, changed: Timestamp) {
    self.id = id
    self.state = state
    self.reason = reason
    self.changed = changed
  }

  package static let table = RecordTable(
    "case_state", since: 2, key: ["id"], text: ["id", "state", "reason", "changed"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    try fields.set("state", state.rawValue)
    try fields.set("reason", reason)
    fields.set("changed", changed)
    return fields
  }
}

extension CaseStateRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    self.init(
      id: try fields.identifier("id"), state: try fields.named("state"),
      reason: try fields.optionalText("reason"), changed: try fields.time("changed"))
  }
}
