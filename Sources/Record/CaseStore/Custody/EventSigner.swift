import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// Someone who signs events of the audit log.
package struct EventSigner {
  /// A person of the case.
  package let person: RecordIdentifier
  /// SHA-256 of the certificate.
  package let fingerprint: Digest
  /// Gives a detached CMS signature in DER of the bytes it is handed.
  package let sign: (_ content: [UInt8], Timestamp) throws(EvidenceError) -> [UInt8]

  package init(
    person: RecordIdentifier, fingerprint: Digest,
    sign: @escaping (_ content: [UInt8], Timestamp) throws(EvidenceError) -> [UInt8]
  ) {
    self.person = person
    self.fingerprint = fingerprint
    self.sign = sign
  }
}

extension CaseTransaction {
  /// Signs an event that is in the log and records the signatures with an event of their own.
  func sign(_ sequence: UInt64, by signers: [EventSigner]) throws {
    guard !signers.isEmpty else { return }
    guard let content = try AuditLog.bytes(of: sequence, in: database) else {
      throw EvidenceError(.argumentInvalid, "event \(sequence)", "the audit log has no such event")
    }
    let signatures = try signers.map { signer in
      EventSignatureRecord(
        id: Host.newIdentifier(), signedEvent: sequence, person: signer.person,
        fingerprint: signer.fingerprint, signature: try signer.sign(content, now), made: now)
    }
    try record(.eventSigned, signatures)
  }
}

/// A signature with the bytes it should be of.
package struct SignedEvent: Sendable {
  package let signature: EventSignatureRecord
  /// Sequence of the audit event that records the signature.
  package let recordedBy: UInt64
  /// Canonical bytes of the signed event; `nil` where the log does not have it.
  package let content: [UInt8]?
}

extension CaseStore {
  /// Signs an event that is in the log.
  /// - Throws: `argumentInvalid` where there is no such event.
  package func sign(event sequence: UInt64, by signers: [EventSigner]) throws(EvidenceError) {
    try write { try $0.sign(sequence, by: signers) }
  }

  /// Signatures of events, in the order they were made.
  /// - Parameter item: only of the custody events of this item, where given.
  package func signatures(ofCustodyOf item: ItemNumber? = nil) throws(EvidenceError) -> [SignedEvent] {
    try read { database in
      let records: [Recorded<EventSignatureRecord>] =
        if let item {
          try database.records(
            where: "signed_event IN (SELECT event FROM custody_event WHERE item = ?)", [item.description])
        } else { try database.records() }
      return try records.map { recorded in
        SignedEvent(
          signature: recorded.record, recordedBy: recorded.event,
          content: try AuditLog.bytes(of: recorded.record.signedEvent, in: database))
      }
    }
  }
}
