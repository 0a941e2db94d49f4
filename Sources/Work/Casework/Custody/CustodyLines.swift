import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence

/// A custody event for showing: people by name.
package struct CustodyLine {
  /// Sequence of its audit event.
  package let event: UInt64
  package let type: String
  package let occurred: Timestamp
  package let recorded: Timestamp
  package let from: String
  package let to: String
  package let place: String
  package let seals: String
  package let signedBy: [String]
  /// What else is known, as label and text.
  package let notes: [(label: String, text: String)]
  package let json: JSONValue

  /// Everything on one line.
  package var text: String {
    "\(occurred)  \(type)"
      + notes.map { "  \(HumanText.words($0.label)): \(HumanText.singleLine($0.text))" }.joined()
  }
}

/// Turns custody records into lines.
struct CustodyLines {
  private let names: [RecordIdentifier: String]
  let history: CustodyHistory
  private let steps: [RecordIdentifier: CustodyStep]
  private let numbers: [RecordIdentifier: UInt64]
  private let attachments: [RecordIdentifier: [AttachmentRecord]]
  private let signatures: [UInt64: [RecordIdentifier]]

  init(_ store: CaseStore, of item: ItemNumber) throws(EvidenceError) {
    self.names = Dictionary(try store.people().map { ($0.id, $0.details.name) }) { first, _ in first }
    self.history = try store.custodyHistory(of: item)
    self.steps = Dictionary(history.steps.map { ($0.id, $0) }) { first, _ in first }
    self.numbers = Dictionary(history.records.map { ($0.record.id, $0.event) }) { first, _ in first }
    self.attachments = Dictionary(
      grouping: try store.itemDescription(item).attachments.filter { $0.custody != nil },
      by: { $0.custody ?? $0.id })
    self.signatures = Dictionary(
      grouping: try store.signatures(ofCustodyOf: item).map(\.signature), by: \.signedEvent
    ).mapValues { $0.map(\.person) }
  }

  /// In the order of recording.
  var all: [CustodyLine] { history.records.map(line) }

  func name(_ person: RecordIdentifier?) -> String? { person.map { names[$0] ?? $0.description } }

  func line(_ recorded: Recorded<CustodyRecord>) -> CustodyLine {
    let record = recorded.record
    let details = record.details
    let extras = history.extras[record.id] ?? CustodyExtras()
    let signers = (signatures[recorded.event] ?? []).compactMap { name($0) }.sorted()
    let files = attachments[record.id] ?? []
    let step = steps[record.id]
    let parts: [(label: String, text: String?)] = [
      ("place", details.place), ("releasedBy", name(details.releasedBy)),
      ("receivedBy", name(details.receivedBy)), ("witness", name(details.witness)),
      ("purpose", details.purpose), ("authority", details.authority), ("method", details.method),
      ("sealBefore", details.sealBefore), ("sealAfter", details.sealAfter), ("condition", details.condition),
      ("storage", details.storage), ("environment", extras.environment), ("remarks", details.remarks),
      ("images", extras.images.map(Self.text)),
      ("corrects", details.corrects.flatMap { numbers[$0] }.map { "event \($0)" }),
      ("correctedTime", extras.correctedTime?.description), ("withdraws", extras.withdraws ? "yes" : nil),
      ("correctedBy", step.flatMap { Self.events($0.correctedBy) }),
      ("withdrawn", step == nil && details.corrects == nil ? "yes" : nil),
      ("localTime", extras.utcOffset.map { Self.local(details.occurred, offset: $0) }),
      (
        "attachments",
        files.isEmpty ? nil : files.map { "\($0.file.name) (\($0.file.sha256))" }.joined(separator: ", ")
      ),
      ("signedBy", signers.isEmpty ? nil : signers.joined(separator: ", ")),
      ("id", record.id.description),
    ]
    var object: [String: JSONValue] = [
      "item": .string(record.item.description), "auditEvent": JSONValue(recorded.event),
      "event": .string(details.type.rawValue), "occurred": .string(details.occurred.description),
      "recorded": .string(record.recorded.description),
    ]
    for case (let label, let text?) in parts { object[label] = .string(text) }
    return CustodyLine(
      event: recorded.event, type: details.type.rawValue, occurred: details.occurred,
      recorded: record.recorded,
      from: name(details.releasedBy) ?? "", to: name(details.receivedBy) ?? "",
      place: [details.place, details.storage].compactMap(\.self).joined(separator: ", "),
      seals: Self.seals(details), signedBy: signers,
      notes: parts.compactMap { part in part.text.map { (part.label, $0) } }, json: .object(object))
  }

  private static func events(_ numbers: [UInt64]) -> String? {
    numbers.isEmpty ? nil : numbers.map { "event \($0)" }.joined(separator: ", ")
  }

  private static func seals(_ details: CustodyDetails) -> String {
    switch (details.sealBefore, details.sealAfter) {
    case (nil, nil): ""
    case (let before?, nil): "\(before) found"
    case (nil, let after?): "\(after) put on"
    case (let before?, let after?): "\(before) found, \(after) put on"
    }
  }

  private static func text(_ images: ImageCheck) -> String {
    switch images {
    case .verified: "verified before"
    case .none: "none"
    case .notVerified(let reason, _): "not verified: \(reason)"
    }
  }

  /// `2026-01-05T09:30:00+01:00`.
  private static func local(_ time: Timestamp, offset: Int64) -> String {
    let shifted = Timestamp(microseconds: time.microseconds + offset * 60_000_000).description
    let two = { (value: Int64) in value < 10 ? "0\(value)" : "\(value)" }
    let minutes = offset.magnitude
    return shifted.prefix(19) + (offset < 0 ? "-" : "+") + two(Int64(minutes / 60)) + ":"
      + two(Int64(minutes % 60))
  }
}
