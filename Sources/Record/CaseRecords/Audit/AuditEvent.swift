import CanonicalJSON
import Digests
import Evidence

/// Who acts, and with what; part of every audit event.
package struct AuditActor: Hashable, Sendable {
  /// The person, as they call themselves.
  package let name: String
  /// The account on the machine.
  package let user: String
  package let host: String
  /// The program and its version.
  package let tool: String
  package let version: String

  package init(name: String, user: String, host: String, tool: String, version: String) {
    self.name = name
    self.user = user
    self.host = host
    self.tool = tool
    self.version = version
  }

  package var json: JSONValue {
    .fields([
      "name": .string(name), "user": .string(user), "host": .string(host), "tool": .string(tool),
      "version": .string(version),
    ])
  }

  package init?(_ json: JSONValue?) {
    guard let name = json?["name"]?.stringValue, let user = json?["user"]?.stringValue,
      let host = json?["host"]?.stringValue, let tool = json?["tool"]?.stringValue,
      let version = json?["version"]?.stringValue
    else { return nil }
    self.init(name: name, user: user, host: host, tool: tool, version: version)
  }
}

/// What an audit event is about.
package struct AuditKind: Hashable, Sendable, CustomStringConvertible {
  package let description: String
  package init(_ name: String) { self.description = name }

  package static let caseCreated = AuditKind("case.created")
  /// The schema was brought to a newer version.
  package static let caseMigrated = AuditKind("case.migrated")
  /// The tables of records were written anew from this log.
  package static let tablesRebuilt = AuditKind("tables.rebuilt")
  package static let caseStateChanged = AuditKind("case.state-changed")
  /// Something was stated of the case: who asked for it, by which method …
  package static let caseDescribed = AuditKind("case.described")
  package static let personAdded = AuditKind("person.added")
  package static let personDescribed = AuditKind("person.described")
  package static let itemAdded = AuditKind("item.added")
  package static let itemDescribed = AuditKind("item.described")
  package static let authorityRecorded = AuditKind("authority.recorded")
  package static let attachmentAdded = AuditKind("attachment.added")
  package static let acquisitionStarted = AuditKind("acquisition.started")
  /// A source was read in a state in which it is refused, for a reason the examiner gave.
  package static let protectionOverridden = AuditKind("protection.overridden")
  /// It ended early and can go on.
  package static let acquisitionPaused = AuditKind("acquisition.paused")
  package static let acquisitionResumed = AuditKind("acquisition.resumed")
  /// Images are written and synced; digests and Merkle root are known. The manifest refers to this event.
  package static let acquisitionImaged = AuditKind("acquisition.imaged")
  package static let acquisitionFinished = AuditKind("acquisition.finished")
  /// One that another case made and signed was taken in.
  package static let acquisitionImported = AuditKind("acquisition.imported")
  /// An examiner stated that it failed, or which one takes its place.
  package static let acquisitionMarked = AuditKind("acquisition.marked")
  /// Digests of the whole, which were not computed while reading, were computed and signed.
  package static let wholeDigestsAdded = AuditKind("acquisition.digested")
  /// A bag or a partial proof was written.
  package static let evidenceExported = AuditKind("evidence.exported")
  /// A signer was added to the signature of a manifest.
  package static let manifestSigned = AuditKind("manifest.signed")
  package static let manifestTimestamped = AuditKind("manifest.timestamped")
  package static let custodyRecorded = AuditKind("custody.recorded")
  /// Somebody signed an event that is in the log.
  package static let eventSigned = AuditKind("event.signed")
  package static let verificationRecorded = AuditKind("verification.recorded")
  package static let reportRecorded = AuditKind("report.recorded")
  /// A statement of how far the log went was signed.
  package static let checkpointSigned = AuditKind("checkpoint.signed")
  /// A command on the case has ended, well or not.
  package static let commandEnded = AuditKind("command.ended")
  package static let caseBackedUp = AuditKind("case.backed-up")
  package static let caseRestored = AuditKind("case.restored")
  package static let caseExported = AuditKind("case.exported")
  package static let caseImported = AuditKind("case.imported")
  /// Holdings of an archive were added to the catalogue, or found elsewhere, changed or missing.
  package static let archiveScanned = AuditKind("archive.scanned")
  /// Something was stated of holdings: where they are kept, until when …
  package static let archiveDescribed = AuditKind("archive.described")
  package static let archiveRunStarted = AuditKind("archive.run-started")
  package static let archiveChecked = AuditKind("archive.checked")
  package static let archiveRunEnded = AuditKind("archive.run-ended")
  /// Parity of a holding was written.
  package static let archiveProtected = AuditKind("archive.protected")
  /// Files of a holding were restored into new ones, or as much of them as could be.
  package static let archiveRepaired = AuditKind("archive.repaired")
  package static let reportApproved = AuditKind("report.approved")
}

/// One event of the audit log.
///
/// Stored as canonical JSON (RFC 8785) with the keys `sequence`, `time`, `kind`, `actor`, `payload`, `previous`.
/// `previous` is the digest of the event before, 64 zeros for the first. `payload.records` repeats, by table,
/// every row written with the event; `payload.details` holds what no table keeps.
package struct AuditEvent: Hashable, Sendable {
  package let sequence: UInt64
  package let time: Timestamp
  package let kind: AuditKind
  package let actor: AuditActor
  package let payload: JSONValue
  package let previous: Digest

  /// Most bytes of one event. Ten thousand segments need about two million.
  package static let largestSize = 64 << 20

  package static let noPredecessor = Digest(.sha256, [UInt8](repeating: 0, count: 32))

  package init(
    sequence: UInt64, time: Timestamp, kind: AuditKind, actor: AuditActor, payload: JSONValue,
    previous: Digest
  ) {
    self.sequence = sequence
    self.time = time
    self.kind = kind
    self.actor = actor
    self.payload = payload
    self.previous = previous
  }

  package var json: JSONValue {
    .fields([
      "sequence": JSONValue(sequence), "time": .string(time.description), "kind": .string(kind.description),
      "actor": actor.json, "payload": payload, "previous": .string(previous.hex),
    ])
  }

  /// Reads the stored bytes.
  /// - Throws: `jsonMalformed` where they are not canonical or not an event.
  package init(canonical bytes: [UInt8], name: String) throws(EvidenceError) {
    let json = try JSONValue(parsingCanonical: bytes, name: name)
    guard let number = json["sequence"]?.integerValue, let sequence = UInt64(exactly: number),
      let time = json["time"]?.stringValue.flatMap({ Timestamp($0) }),
      let kind = json["kind"]?.stringValue, let actor = AuditActor(json["actor"]),
      let payload = json["payload"], payload.objectValue != nil,
      let previous = json["previous"]?.stringValue.flatMap({ Digest(.sha256, hex: $0) })
    else { throw EvidenceError(.jsonMalformed, name, "not an audit event") }
    self.init(
      sequence: sequence, time: time, kind: AuditKind(kind), actor: actor, payload: payload,
      previous: previous)
  }

  /// The rows of `table` that were written with the event.
  package func rows(of table: RecordTable) -> [RecordFields] {
    (payload["records"]?[table.name]?.arrayValue ?? []).map {
      RecordFields(table, values: $0.objectValue ?? [:])
    }
  }
}
