import CanonicalJSON
import CaseStore
import Evidence
import SystemIO

/// A custody event as an examiner states it: people by name.
package struct CustodyEntry {
  package static let eventNames = CustodyEventType.allCases.map(\.rawValue)

  package let item: ItemNumber
  package let event: String
  /// RFC 3339 in UTC; now where `nil`.
  package var time: String?
  package var place: String?
  package var releasedBy: String?
  package var receivedBy: String?
  package var witness: String?
  package var purpose: String?
  package var authority: String?
  package var method: String?
  package var sealBefore: String?
  package var sealAfter: String?
  package var condition: String?
  package var storage: String?
  package var remarks: String?
  /// The identifier of the earlier event that is corrected; only of `correct`, which needs it.
  package var corrects: String?

  package init(item: ItemNumber, event: String) {
    self.item = item
    self.event = event
  }

  /// A recorded event for showing.
  package struct Line {
    package let text: String
    package let json: JSONValue
  }

  /// - Throws: `argumentInvalid`, `itemUnknown`.
  package func record(in folder: CaseFolder) throws(EvidenceError) -> Line {
    guard let type = CustodyEventType(rawValue: event.lowercased()) else {
      throw EvidenceError(
        .argumentInvalid, "--event \(event)", "one of \(Self.eventNames.joined(separator: ", "))")
    }
    var details = CustodyDetails(type, occurred: try occurred())
    details.corrects = try correctedEvent(type)
    let store = try CaseStore.open(folder)
    _ = try store.item(item)
    details.place = place
    details.releasedBy = try person(releasedBy, store)
    details.receivedBy = try person(receivedBy, store)
    details.witness = try person(witness, store)
    details.purpose = purpose
    details.authority = authority
    details.method = method
    details.sealBefore = sealBefore
    details.sealAfter = sealAfter
    details.condition = condition
    details.storage = storage
    details.remarks = remarks
    let record = try store.recordCustody(of: item, details)
    let line = Self.line(record, people: try store.people())
    try store.close()
    return line
  }

  /// The events of an item in the order they were recorded.
  package static func history(of item: ItemNumber, in folder: CaseFolder) throws(EvidenceError) -> [Line] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let people = try store.people()
    return try store.custody(of: item).map { line($0.record, people: people) }
  }

  private func correctedEvent(_ type: CustodyEventType) throws(EvidenceError) -> RecordIdentifier? {
    switch (type, corrects) {
    case (.correct, let text?):
      guard let identifier = RecordIdentifier(text) else {
        throw EvidenceError(
          .argumentInvalid, "--corrects \(text)", "an identifier as `exhibit custody show` prints it")
      }
      return identifier
    case (.correct, nil):
      throw EvidenceError(
        .argumentInvalid, "--event correct", "it needs --corrects with the identifier of the corrected event")
    case (_, nil): return nil
    case (_, _?): throw EvidenceError(.argumentInvalid, "--corrects", "only with --event correct")
    }
  }

  private func occurred() throws(EvidenceError) -> Timestamp {
    let now = Host.now()
    guard let time else { return now }
    // Whole seconds are what people type; the stored form has microseconds.
    let full = time.count == 20 && time.hasSuffix("Z") ? time.dropLast() + ".000000Z" : time[...]
    guard let stamp = Timestamp(String(full)) else {
      throw EvidenceError(.argumentInvalid, "--time \(time)", "RFC 3339 in UTC such as 2026-01-31T09:15:00Z")
    }
    // No exhibit of this kind was handled before then: a mistake of typing.
    guard stamp >= Timestamp(microseconds: 0) else {
      throw EvidenceError(.argumentInvalid, "--time \(time)", "it lies before 1970")
    }
    guard stamp <= now else {
      throw EvidenceError(.argumentInvalid, "--time \(time)", "it lies in the future")
    }
    return stamp
  }

  private func person(_ name: String?, _ store: CaseStore) throws(EvidenceError) -> RecordIdentifier? {
    guard let name else { return nil }
    if let known = try store.people().first(where: { $0.details.name == name }) { return known.id }
    return try store.person(PersonDetails(name: name)).id
  }

  private static func line(_ record: CustodyRecord, people: [PersonRecord]) -> Line {
    func name(_ identifier: RecordIdentifier?) -> String? {
      identifier.flatMap { identifier in people.first { $0.id == identifier }?.details.name }
    }
    let details = record.details
    let parts: [(String, String?)] = [
      ("place", details.place), ("releasedBy", name(details.releasedBy)),
      ("receivedBy", name(details.receivedBy)), ("witness", name(details.witness)),
      ("purpose", details.purpose), ("authority", details.authority), ("method", details.method),
      ("sealBefore", details.sealBefore), ("sealAfter", details.sealAfter), ("condition", details.condition),
      ("storage", details.storage), ("remarks", details.remarks),
      ("corrects", details.corrects?.description), ("id", record.id.description),
    ]
    var object: [String: JSONValue] = [
      "item": .string(record.item.description),
      "event": .string(details.type.rawValue), "occurred": .string(details.occurred.description),
      "recorded": .string(record.recorded.description),
    ]
    var text = "\(details.occurred)  \(details.type.rawValue)"
    for case (let name, let value?) in parts {
      object[name] = .string(value)
      text += "  \(name): \(HumanText.singleLine(value))"
    }
    return Line(text: text, json: .object(object))
  }
}
