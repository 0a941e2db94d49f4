/// A position in the audit log of a case and the digest that stands for everything up to it.
package struct AuditHead: Hashable, Sendable {
  /// 1 for the first event.
  package var sequence: UInt64
  /// SHA-256 of the event's canonical bytes.
  package var digest: Digest

  package init(sequence: UInt64, digest: Digest) {
    self.sequence = sequence
    self.digest = digest
  }
}
