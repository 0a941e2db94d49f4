import CanonicalJSON
import CaseRecords
import CaseStore
import Evidence

/// Which events of the audit log concern one item and no other, for an export that must not tell of the others.
struct ItemEvents {
  private let own: Set<String>
  private let others: Set<String>
  /// Events that were shown; a signature is shown with the event that it signs.
  private var shown: Set<Int64> = []

  /// Events of the case as a whole, which name no item and no one but the examiner.
  private static let ofTheCase: Set<AuditKind> = [
    .caseCreated, .caseMigrated, .tablesRebuilt, .caseStateChanged, .caseDescribed, .checkpointSigned,
  ]

  /// - Throws: `itemUnknown`.
  init(of item: ItemNumber, _ store: CaseStore) throws(EvidenceError) {
    _ = try store.item(item)
    var own: Set<String> = []
    var others: Set<String> = []
    for record in try store.items() {
      var names: Set<String> = [record.number.description]
      for entry in try store.acquisitions(of: record.number) {
        names.insert(entry.acquisition.name)
        names.insert(entry.acquisition.id.description)
      }
      if record.number == item { own = names } else { others.formUnion(names) }
    }
    // Who the people in its custody are, and what they sign with.
    for record in try store.custodyHistory(of: item).records.map(\.record.details) {
      own.formUnion([record.releasedBy, record.receivedBy, record.witness].compactMap { $0?.description })
    }
    own.formUnion(try store.signatures(ofCustodyOf: item).map(\.signature.person.description))
    self.own = own
    self.others = others
  }

  /// - Parameter event: as it is stored; asked of one event after the other.
  mutating func concern(_ event: JSONValue) -> Bool {
    guard let sequence = event["sequence"]?.integerValue, let payload = event["payload"] else { return false }
    var names = Names(own: own, others: others)
    names.look(in: payload)
    let signed = payload["records"]?[EventSignatureRecord.table.name]?.arrayValue ?? []
    let isOfShown =
      !signed.isEmpty && signed.allSatisfy { $0["signed_event"]?.integerValue.map(shown.contains) ?? false }
    let isOfCase = event["kind"]?.stringValue.map { Self.ofTheCase.contains(AuditKind($0)) } ?? false
    guard !names.hasOther, names.hasOwn || isOfShown || isOfCase else { return false }
    shown.insert(sequence)
    return true
  }

  /// Whose names stand in a value.
  private struct Names {
    let own: Set<String>
    let others: Set<String>
    var hasOwn = false
    var hasOther = false

    mutating func look(in value: JSONValue) {
      if let text = value.stringValue {
        // An argument such as --item=001.
        let word = text.hasPrefix("--") ? text.split(separator: "=").last.map(String.init) ?? text : text
        hasOwn = hasOwn || own.contains(word)
        hasOther = hasOther || others.contains(word)
      }
      for value in value.arrayValue ?? [] { look(in: value) }
      for (_, value) in value.objectValue ?? [:] { look(in: value) }
    }
  }
}
