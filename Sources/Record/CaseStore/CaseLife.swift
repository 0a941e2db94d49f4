import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite
import SystemIO

/// An item as a list shows it.
package struct ListedItem: Hashable, Sendable {
  package let number: String
  package let description: String
  package let serial: String?
  package let parent: String?
  package let tags: [String]
  /// Number of acquisitions, unfinished ones included.
  package let acquisitions: Int64
}

/// States of the case, people, authority, and what is told of items.
extension CaseStore {
  package func state() throws(EvidenceError) -> CaseState {
    try read { try $0.caseState() }
  }

  /// Every change of the state, with the audit event that recorded it, oldest first.
  package func stateChanges() throws(EvidenceError) -> [Recorded<CaseStateRecord>] {
    try read { try $0.records() }
  }

  /// Changes the state of the case.
  ///
  /// Closing needs two people, and no acquisition that has not ended. What is archived was closed before, and each of
  /// its items is in storage, returned or disposed of. Opening again needs a reason.
  /// - Throws: `caseNotOpen` for a change that leads nowhere; `caseUnfinished`; `confirmationNeeded`;
  ///   `argumentInvalid` where a reason is missing.
  package func change(
    to state: CaseState, reason: String?, signedBy signers: [EventSigner] = []
  ) throws(EvidenceError) {
    try write { transaction in
      switch state {
      case .open:
        try transaction.demandState([.closed, .archived], for: "opening the case again")
        guard reason != nil else {
          throw EvidenceError(.argumentInvalid, "opening the case again", "it needs a reason")
        }
      case .closed:
        try transaction.demandState([.open], for: "closing the case")
        try transaction.demandNothingRunning()
        try transaction.demandTwo(signers, for: "closing the case")
      case .archived:
        try transaction.demandState([.closed], for: "archiving the case")
        try transaction.demandEveryItemPlaced()
      }
      let record = CaseStateRecord(
        id: Host.newIdentifier(), state: state, reason: reason, changed: transaction.now)
      let head = try transaction.record(.caseStateChanged, [record])
      try transaction.sign(head.sequence, by: signers)
    }
  }

  /// States something of the case, in place of what was stated before; `nil` withdraws it.
  /// - Throws: `caseNotOpen`.
  package func describeCase(_ statements: [(name: CaseFactName, value: String?)]) throws(EvidenceError) {
    try write { transaction in
      try transaction.demandState([.open], for: "describing the case")
      try transaction.record(
        .caseDescribed,
        statements.map {
          CaseFactRecord(id: Host.newIdentifier(), name: $0.name, value: $0.value, stated: transaction.now)
        })
    }
  }

  /// What is stated of the case: of each kind the newest.
  package func caseFacts() throws(EvidenceError) -> [CaseFactName: String] {
    let statements: [CaseFactRecord] = try read { try $0.plainRecords() }
    return statements.reduce(into: [:]) { $0[$1.name] = $1.value }
  }

  /// What people can prove, oldest first; the newest of a person counts.
  package func credentials() throws(EvidenceError) -> [Recorded<PersonCredentialRecord>] {
    try read { try $0.records() }
  }

  /// Records what a person can prove.
  /// - Throws: `personUnknown`.
  package func describe(
    person: RecordIdentifier, qualifications: String?,
    certificate: PersonCredentialRecord.SigningCertificate?
  ) throws(EvidenceError) {
    try write { transaction in
      let known: [PersonRecord] = try transaction.database.plainRecords(where: "id = ?", [person.description])
      guard !known.isEmpty else { throw EvidenceError(.personUnknown, person.description) }
      try transaction.record(
        .personDescribed,
        [
          PersonCredentialRecord(
            id: Host.newIdentifier(), person: person, qualifications: qualifications,
            certificate: certificate, stated: transaction.now)
        ])
    }
  }

  /// Records a legal authority.
  /// - Parameter item: `nil` where it covers the whole case.
  /// - Throws: `itemUnknown`, `caseNotOpen`.
  package func recordAuthority(
    _ details: AuthorityDetails, for item: ItemNumber?
  ) throws(EvidenceError) -> LegalAuthorityRecord {
    try write { transaction in
      try transaction.demandState([.open], for: "recording an authority")
      if let item { _ = try transaction.database.item(item) }
      let record = LegalAuthorityRecord(
        id: Host.newIdentifier(), item: item, details: details, stated: transaction.now)
      try transaction.record(.authorityRecorded, [record])
      return record
    }
  }

  /// Every authority of the case, oldest first.
  package func authorities() throws(EvidenceError) -> [LegalAuthorityRecord] {
    try read { try $0.plainRecords() }
  }

  /// Every item in the order they were added; quick for ten thousand of them.
  package func listedItems() throws(EvidenceError) -> [ListedItem] {
    try read { database in
      func newest(_ name: ItemFactName) -> String {
        "(SELECT value FROM item_fact WHERE item = number AND name = '\(name.rawValue)' "
          + "ORDER BY event DESC LIMIT 1)"
      }
      let isOld = try Migration.version(of: database) < ItemFactRecord.table.since
      let rest =
        isOld
        ? "description, NULL, NULL"
        : """
        coalesce(\(newest(.description)), description), \(newest(.tags)),
        (SELECT parent FROM sub_item WHERE item = number)
        """
      let rows = try database.rows(
        """
        SELECT number, serial, (SELECT count(*) FROM acquisition WHERE item = number), \(rest)
        FROM evidence_item ORDER BY event
        """)
      var items: [ListedItem] = []
      while try rows.next() {
        items.append(
          ListedItem(
            number: rows[0] ?? "", description: rows[3] ?? "", serial: rows[1], parent: rows[5],
            tags: ItemDescription.tags(rows[4]), acquisitions: rows[2] ?? 0))
      }
      return items
    }
  }

  /// - Throws: `itemUnknown`.
  package func itemDescription(_ number: ItemNumber) throws(EvidenceError) -> ItemDescription {
    try read { database in
      let ours = ("item = ?", [number.description])
      return ItemDescription(
        item: try database.item(number), parent: try database.parent(of: number),
        parts: try database.plainRecords(SubItemRecord.self, where: "parent = ?", [number.description])
          .map(\.item),
        statements: try database.plainRecords(where: ours.0, ours.1),
        attachments: try database.plainRecords(where: ours.0, ours.1),
        authorities: try database.authorities(for: number))
    }
  }

  /// Every attachment of the case, in the order they were added.
  package func attachments() throws(EvidenceError) -> [AttachmentRecord] {
    try read { try $0.plainRecords() }
  }
}

extension CaseTransaction {
  fileprivate func demandNothingRunning() throws {
    let running: [AcquisitionRecord] = try database.plainRecords(
      where: "id NOT IN (SELECT acquisition FROM acquisition_result)")
    guard running.isEmpty else {
      throw EvidenceError(
        .caseUnfinished, "closing the case",
        "acquisition \(running.map(\.name).joined(separator: ", ")) has not ended")
    }
  }

  fileprivate func demandEveryItemPlaced() throws {
    for item in try database.plainRecords(EvidenceItemRecord.self) {
      // A part of another item is where that one is.
      guard try database.parent(of: item.number) == nil else { continue }
      switch try database.review(of: item.number).whereabouts {
      case .stored, .returned, .disposed, .unknown: continue
      case .held, .underway:
        throw EvidenceError(
          .caseUnfinished, "archiving the case",
          "item \(item.number) is neither in storage nor returned nor disposed of")
      }
    }
  }
}
