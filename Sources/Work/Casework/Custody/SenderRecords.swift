import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// The custody record of an item that somebody sent with it, as it came in the bag.
package struct SenderRecord: Sendable {
  /// One event, as the sender wrote it.
  package struct Line: Sendable {
    package let event: UInt64
    package let occurred: String
    package let type: String
    package let from: String
    package let to: String
    package let place: String
    /// The sender's audit log, which is checked against the signed manifests, has this event too.
    package let isInLog: Bool
  }

  /// Number of the sender's case.
  package let caseNumber: String
  /// SHA-256 of the file, which lies among the attachments of the case.
  package let sha256: Digest
  package let lines: [Line]

  var json: JSONValue {
    .fields([
      "case": .string(caseNumber), "sha256": .string(sha256.hex),
      "events": .array(
        lines.map {
          .fields([
            "event": JSONValue($0.event), "occurred": .string($0.occurred), "type": .string($0.type),
            "from": .string($0.from), "to": .string($0.to), "place": .string($0.place),
            "inAuditLog": .bool($0.isInLog),
          ])
        }),
    ])
  }
}

/// Finds what the events of imports name of the sender's custody record.
struct SenderRecords {
  let folder: CaseFolder
  let store: CaseStore

  private struct Import {
    let acquisition: String
    let caseNumber: String
    let custody: Digest?
    let log: Digest?
  }

  private func imports(of item: ItemNumber) throws(EvidenceError) -> [Import] {
    var imports: [Import] = []
    try store.forEachAcquisitionEvent(of: .acquisitionImported) { event throws(EvidenceError) in
      guard let details = event.payload["details"],
        let record = event.payload["records"]?[AcquisitionRecord.table.name]?.arrayValue?.first,
        record["item"]?.stringValue == item.description
      else { return }
      func digest(_ name: String) -> Digest? {
        details[name]?.stringValue.flatMap { Digest(.sha256, hex: $0) }
      }
      imports.append(
        Import(
          acquisition: record["name"]?.stringValue ?? "", caseNumber: details["case"]?.stringValue ?? "",
          custody: digest("senderCustody"), log: digest("senderLog")))
    }
    return imports
  }

  /// Acquisitions that came without one, or with one that says nothing of the item itself.
  func gaps(of item: ItemNumber) throws(EvidenceError) -> [Finding] {
    try imports(of: item).compactMap { taken in
      let events = taken.custody.map { lines($0, taken.log) } ?? []
      let saysSomething = events.contains { !["acquire", "verify"].contains($0.type) }
      guard !saysSomething else { return nil }
      return Finding(
        .custodySenderMissing, .warning, subject: "item \(item): acquisition \(taken.acquisition)",
        expected: "the custody record of case \(taken.caseNumber)",
        observed: taken.custody == nil ? "none" : "it does not say who held the item")
    }
  }

  /// Each once, however many acquisitions came with it.
  func all(of item: ItemNumber) throws(EvidenceError) -> [SenderRecord] {
    var told: Set<Digest> = []
    return try imports(of: item).compactMap { taken in
      guard let custody = taken.custody, told.insert(custody).inserted else { return nil }
      return SenderRecord(
        caseNumber: taken.caseNumber, sha256: custody, lines: lines(custody, taken.log))
    }
  }

  private func lines(_ custody: Digest, _ log: Digest?) -> [SenderRecord.Line] {
    var known: Set<String> = []
    for event in log.map(values) ?? [] {
      for record in event["payload"]?["records"]?[CustodyRecord.table.name]?.arrayValue ?? [] {
        known.insert(Self.key(record["id"], record["occurred"], record["type"]))
      }
    }
    return values(custody).map { line in
      func text(_ name: String) -> String { line[name]?.stringValue ?? "" }
      return SenderRecord.Line(
        event: line["auditEvent"]?.integerValue.flatMap { UInt64(exactly: $0) } ?? 0,
        occurred: text("occurred"),
        type: text("event"), from: text("releasedBy"), to: text("receivedBy"), place: text("place"),
        isInLog: known.contains(Self.key(line["id"], line["occurred"], line["event"])))
    }
  }

  private static func key(_ parts: JSONValue?...) -> String {
    parts.map { $0?.stringValue ?? "" }.joined(separator: " ")
  }

  /// The lines of a file that is still the one that came; a damaged one is found by the check of attachments.
  private func values(_ sha256: Digest) -> [JSONValue] {
    let path = Attachments(folder: folder).path(of: sha256)
    guard let bytes = try? Files.contents(path, cap: Attachments.largestFile),
      Digest.of(bytes, .sha256) == sha256
    else { return [] }
    return bytes.split(separator: 0x0a).compactMap { try? JSONValue(parsing: Array($0), name: sha256.hex) }
  }
}
