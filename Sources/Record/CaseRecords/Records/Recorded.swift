/// A record with the audit event it was written with.
package struct Recorded<Record: StoredRecord>: Hashable, Sendable {
  package let record: Record
  /// Sequence of the audit event.
  package let event: UInt64

  package init(record: Record, event: UInt64) {
    self.record = record
    self.event = event
  }
}
