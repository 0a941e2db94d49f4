import CaseRecords
import Evidence
internal import SQLite

/// What the case refuses; asked inside the transaction that would record it, so that no other process comes between.
extension CaseTransaction {
  /// - Throws: `caseNotOpen` where the case is in another of the states.
  func demandState(_ allowed: [CaseState], for what: String) throws {
    let state = try database.caseState()
    guard allowed.contains(state) else {
      throw EvidenceError(.caseNotOpen, what, "the case is \(state.rawValue)")
    }
  }

  /// - Parameter signers: who confirms the event.
  /// - Throws: `argumentInvalid`, `itemNotHeld`, `confirmationNeeded`.
  func demandAllowed(
    _ details: CustodyDetails, of item: ItemNumber, confirmedBy signers: [EventSigner]
  ) throws {
    if details.type != .verify {
      try demandState([.open, .closed], for: "custody of item \(item)")
      if details.type != .correct, try database.isDisposed(item) {
        throw EvidenceError(.itemNotHeld, "item \(item)", "it is disposed of")
      }
    }
    switch details.type {
    case .transfer:
      guard let released = details.releasedBy, let received = details.receivedBy, released != received else {
        throw EvidenceError(
          .argumentInvalid, "transfer of item \(item)",
          "it needs who released it and who received it, two different people")
      }
    case .dispose: try demandTwo(signers, for: "disposal of item \(item)")
    default: break
    }
  }

  /// - Throws: `confirmationNeeded` unless two people sign, each with a certificate of their own.
  func demandTwo(_ signers: [EventSigner], for what: String) throws {
    guard Set(signers.map(\.person)).count >= 2, Set(signers.map(\.fingerprint)).count >= 2 else {
      throw EvidenceError(
        .confirmationNeeded, what,
        "\(signers.count) signature\(signers.count == 1 ? "" : "s"), by "
          + "\(Set(signers.map(\.person)).count) of the people of the case")
    }
  }
}

extension Database {
  func caseState() throws -> CaseState {
    try plainRecords(CaseStateRecord.self).last?.state ?? .open
  }

  func history(of item: ItemNumber) throws -> CustodyHistory {
    let records: [Recorded<CustodyRecord>] = try records(where: "item = ?", [item.description])
    return CustodyHistory(
      records,
      try plainRecords(
        where: "custody IN (SELECT id FROM custody_event WHERE item = ?)", [item.description]))
  }

  /// Asked with every event: an item without a disposal is not followed from hand to hand for it.
  func isDisposed(_ item: ItemNumber) throws -> Bool {
    let sql = "SELECT EXISTS (SELECT 1 FROM custody_event WHERE item = ? AND type = ?)"
    let names = [item.description, CustodyEventType.dispose.rawValue]
    guard try first(Bool.self, sql, names) ?? false else {
      return false
    }
    return try review(of: item).whereabouts == .disposed
  }

  func review(of item: ItemNumber) throws -> CustodyReview {
    let people: [PersonRecord] = try plainRecords()
    let names = Dictionary(people.map { ($0.id, $0.details.name) }) { first, _ in first }
    return CustodyReview(try history(of: item), of: item, isPart: try parent(of: item) != nil) {
      names[$0] ?? $0.description
    }
  }

  /// The item this one is a part of.
  func parent(of item: ItemNumber) throws -> ItemNumber? {
    try plainRecords(SubItemRecord.self, where: "item = ?", [item.description]).first?.parent
  }

  /// An item, the one it is a part of, and so on.
  /// - Throws: `caseDamaged` where one is a part of itself.
  private func withWholes(_ item: ItemNumber) throws -> [ItemNumber] {
    var (line, seen) = ([item], Set([item]))
    var next = try parent(of: item)
    while let number = next {
      guard seen.insert(number).inserted else {
        throw EvidenceError(.caseDamaged, "item \(item)", "it is recorded as a part of itself")
      }
      line.append(number)
      next = try parent(of: number)
    }
    return line
  }

  /// Refuses an item that `person` cannot have in hand.
  ///
  /// A part of another item of which nothing is recorded is where that one is.
  /// - Parameter person: name of who wants to acquire it.
  /// - Throws: `itemNotHeld`.
  func demandInHand(_ item: ItemNumber, of person: String) throws {
    for number in try withWholes(item) {
      let review = try review(of: number)
      guard review.whereabouts == .unknown else { return try demandInHand(number, review, of: person) }
    }
  }

  private func demandInHand(_ item: ItemNumber, _ review: CustodyReview, of person: String) throws {
    let subject = "item \(item)"
    switch review.whereabouts {
    case .stored, .unknown: return
    case .held(let holder):
      let people: [PersonRecord] = try plainRecords(where: "id = ?", [holder.description])
      guard let name = people.first?.details.name, name != person else { return }
      throw EvidenceError(.itemNotHeld, subject, "\(name) holds it, not \(person)")
    case .underway: throw EvidenceError(.itemNotHeld, subject, "it is on its way, and nobody received it")
    case .returned: throw EvidenceError(.itemNotHeld, subject, "it was returned")
    case .disposed: throw EvidenceError(.itemNotHeld, subject, "it is disposed of")
    }
  }

  /// The authorities that cover an item: its own and those of the items it is a part of, or else the case's.
  func authorities(for item: ItemNumber) throws -> [LegalAuthorityRecord] {
    var found: [LegalAuthorityRecord] = []
    for number in try withWholes(item) { found += try plainRecords(where: "item = ?", [number.description]) }
    return try found.isEmpty ? plainRecords(where: "item IS NULL") : found
  }

  /// What allows an item to be acquired at `time`.
  /// - Returns: the authorities that have all expired; empty where one holds, or none was ever recorded.
  func expiredAuthorities(for item: ItemNumber, at time: Timestamp) throws -> [LegalAuthorityRecord] {
    let all = try authorities(for: item)
    let holds = all.contains { authority in authority.details.expires.map { time <= $0 } ?? true }
    return holds ? [] : all
  }
}
