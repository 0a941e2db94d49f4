import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import SystemIO

/// Legal authority: what allows items to be examined, and until when.
package enum Authorities {
  package struct Authority {
    /// `nil` where it covers the whole case.
    package let item: ItemNumber?
    package let kind: String
    package let reference: String
    package let scope: String?
    package let expires: Timestamp?
    package let hasExpired: Bool

    package var json: JSONValue {
      .fields([
        "item": item.map { .string($0.description) }, "kind": .string(kind), "reference": .string(reference),
        "scope": scope.map { .string($0) }, "expires": expires.map { .string($0.description) },
        "hasExpired": .bool(hasExpired),
      ])
    }

    init(_ record: LegalAuthorityRecord) {
      self.item = record.item
      self.kind = record.details.kind
      self.reference = record.details.reference
      self.scope = record.details.scope
      self.expires = record.details.expires
      self.hasExpired = record.details.expires.map { $0 < Host.now() } ?? false
    }
  }

  /// - Parameter expires: see ``StatedTime``; a date alone is the end of that day.
  /// - Throws: `argumentInvalid`, `itemUnknown`, `caseNotOpen`.
  package static func record(
    in folder: CaseFolder, item: ItemNumber?, kind: String, reference: String, scope: String?,
    expires: String?
  ) throws(EvidenceError) -> Authority {
    let end = try expires.map { text throws(EvidenceError) in
      try StatedTime(text, of: .expires, endsDay: true).time
    }
    let store = try CaseStore.open(folder)
    let record = try store.recordAuthority(
      AuthorityDetails(kind: kind, reference: reference, scope: scope, expires: end), for: item)
    try store.close()
    return Authority(record)
  }

  /// Every authority of the case, or those that cover an item; oldest first.
  package static func list(in folder: CaseFolder, item: ItemNumber?) throws(EvidenceError) -> [Authority] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let records =
      if let item { try store.itemDescription(item).authorities } else { try store.authorities() }
    return records.map { Authority($0) }
  }
}
