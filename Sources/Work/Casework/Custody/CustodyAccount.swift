import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence

/// The custody of an item for showing: its events, who had it when, who has it now, and where the record of it does
/// not hold together.
package struct CustodyAccount {
  /// A stretch of time in one place.
  package struct Period {
    package let from: Timestamp
    /// `nil` of the one that lasts.
    package let to: Timestamp?
    package let text: String
    package let event: UInt64
    package let type: String
  }

  package let item: ItemNumber
  /// In the order of recording.
  package let lines: [CustodyLine]
  package let periods: [Period]
  package let findings: [Finding]
  /// What came with acquisitions that others handed over: their own record of the item.
  package let senders: [SenderRecord]
  /// Who has it now.
  package let now: String

  /// - Throws: `itemUnknown`, and what opening the case throws.
  package init(of item: ItemNumber, in folder: CaseFolder) throws(EvidenceError) {
    let store = try CaseStore.openForReading(folder: folder.path)
    let lines = try CustodyLines(store, of: item)
    let review = try store.custodyReview(of: item)
    var signatures = try EventSignatureCheck(folder, store, of: item)
    try signatures.checkDisposals(of: item)
    self.item = item
    self.lines = lines.all
    self.periods = review.periods.map { period in
      Period(
        from: period.from, to: period.to, text: Self.text(period.whereabouts, lines), event: period.event,
        type: period.type.rawValue)
    }
    let records = SenderRecords(folder: folder, store: store)
    self.senders = try records.all(of: item)
    self.findings = review.findings + (try records.gaps(of: item)) + signatures.findings
    self.now = Self.text(review.whereabouts, lines)
  }

  static func text(_ whereabouts: Whereabouts, _ lines: CustodyLines) -> String {
    text(whereabouts) { lines.name($0) ?? "" }
  }

  static func text(_ whereabouts: Whereabouts, name: (RecordIdentifier) -> String) -> String {
    switch whereabouts {
    case .unknown: "no holder recorded"
    case .held(let holder): name(holder)
    case .stored(let place): "in storage" + (place.map { ": \($0)" } ?? "")
    case .underway(let method): "on its way" + (method.map { ": \($0)" } ?? "")
    case .returned(let owner): "returned" + (owner.map { " to \(name($0))" } ?? "")
    case .disposed: "disposed of"
    }
  }

  package func json(findings rendered: [JSONValue]) -> JSONValue {
    .fields([
      "item": .string(item.description), "now": .string(now), "events": .array(lines.map(\.json)),
      "periods": .array(
        periods.map {
          .fields([
            "from": .string($0.from.description), "to": $0.to.map { .string($0.description) },
            "who": .string($0.text), "event": JSONValue($0.event), "type": .string($0.type),
          ])
        }),
      "findings": .array(rendered), "senders": senders.isEmpty ? nil : .array(senders.map(\.json)),
    ])
  }
}
