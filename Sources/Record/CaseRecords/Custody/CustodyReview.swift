import Evidence

/// Follows an item from hand to hand, and finds where the record of it does not hold together.
///
/// The events are followed in the order in which they happened. Verifications concern images, not the item, and
/// are passed over.
package struct CustodyReview {
  package private(set) var findings: [Finding] = []
  /// Who had it when, oldest first.
  package private(set) var periods: [CustodyPeriod] = []
  /// Where it is now.
  package var whereabouts: Whereabouts { periods.last?.whereabouts ?? .unknown }

  /// What is known of the seal on the item.
  private enum Seal { case unknown, none, number(String) }

  private let item: ItemNumber
  private let name: (RecordIdentifier) -> String
  private var seal = Seal.unknown
  /// Work on the item while it was sealed is told once for each seal.
  private var sealIsTold = false

  /// - Parameters:
  ///   - isPart: it is a part of another item, whose custody is its own where it has none.
  ///   - name: of a person, as findings are to name them.
  package init(
    _ history: CustodyHistory, of item: ItemNumber, isPart: Bool = false,
    name: @escaping (RecordIdentifier) -> String
  ) {
    self.item = item
    self.name = name
    // Acquisitions record themselves: where nothing else is recorded, there is no custody record to follow.
    guard history.steps.contains(where: { ![.acquire, .verify].contains($0.details.type) }) else {
      if !isPart {
        findings.append(
          Finding(
            .custodyMissing, .warning, subject: "item \(item)", expected: "who collected or received it",
            observed: "nothing"))
      }
      return
    }
    checkOrder(history.steps)
    for step in history.inOrder where step.details.type != .verify { follow(step) }
  }

  /// Events are recorded as they happen: one that is recorded after a later one was written down from memory, or
  /// has a wrong time.
  private mutating func checkOrder(_ steps: [CustodyStep]) {
    var latest: CustodyStep?
    for step in steps where ![.acquire, .verify].contains(step.details.type) {
      if let latest, step.details.occurred < latest.details.occurred {
        report(
          .custodyTimeOrder, step,
          expected: "not before \(latest.details.occurred), when event \(latest.event) happened",
          observed: step.details.occurred.description)
      } else {
        latest = step
      }
    }
  }

  private mutating func follow(_ step: CustodyStep) {
    checkSides(step)
    checkSeal(step)
    let next = whereabouts(after: step)
    if periods.isEmpty || next != whereabouts { periods.begin(next, with: step) }
  }

  // MARK: Who

  private mutating func checkSides(_ step: CustodyStep) {
    let details = step.details
    let begins = [.collect, .receive].contains(details.type)
    switch whereabouts {
    case .unknown:
      if !begins {
        report(.custodyGap, step, expected: "collected or received before", observed: "nobody held it")
      }
    case .held(let holder):
      if let released = details.releasedBy {
        if released != holder { conflict(step, "released by \(name(holder)), who held it", released) }
      } else if let received = details.receivedBy, received != holder {
        conflict(step, "released by \(name(holder)), who held it", received, "taken")
      }
    case .stored:
      if Self.handles(details.type) {
        report(.custodyGap, step, expected: "retrieved from storage before", observed: "in storage")
      }
    case .underway:
      if details.type != .receive {
        report(.custodyGap, step, expected: "received before", observed: "on its way, with nobody named")
      }
    case .returned:
      if !begins {
        report(.custodyGap, step, expected: "nothing after its return", observed: "\(details.type.rawValue)")
      }
    case .disposed:
      report(.custodyGap, step, expected: "nothing after its disposal", observed: "\(details.type.rawValue)")
    }
    if Self.handedOver(details.type), details.releasedBy == nil, details.receivedBy != nil {
      report(.custodyGiverMissing, step, expected: "who handed it over", observed: "nobody")
    }
    if Self.needsReceiver(details.type), details.receivedBy == nil {
      report(.custodyGap, step, expected: "who took it", observed: "nobody is named")
    }
  }

  private mutating func conflict(
    _ step: CustodyStep, _ expected: String, _ person: RecordIdentifier, _ what: String = "released"
  ) {
    report(.custodyOverlap, step, expected: expected, observed: "\(what) by \(name(person))")
  }

  /// Whether the item itself is in somebody's hands for it.
  private static func handles(_ type: CustodyEventType) -> Bool {
    switch type {
    case .open, .acquire, .copy, .access, .mount, .export, .ship, .seal: true
    default: false
    }
  }

  /// It came from somebody's hands; what is collected need not.
  private static func handedOver(_ type: CustodyEventType) -> Bool { [.receive, .transfer].contains(type) }

  private static func needsReceiver(_ type: CustodyEventType) -> Bool {
    [.collect, .receive, .transfer, .return].contains(type)
  }

  private func whereabouts(after step: CustodyStep) -> Whereabouts {
    let details = step.details
    switch details.type {
    case .dispose: return .disposed
    case .return: return .returned(to: details.receivedBy)
    case .ship: return details.receivedBy.map { .held(by: $0) } ?? .underway(method: details.method)
    case .store: return details.receivedBy.map { .held(by: $0) } ?? .stored(place: details.storage)
    default:
      if let received = details.receivedBy { return .held(by: received) }
      // Somebody gave it away, and nobody took it.
      if details.releasedBy != nil, Self.needsReceiver(details.type) { return .unknown }
      return whereabouts
    }
  }

  // MARK: Seals

  /// What cannot be done to an item under seal.
  private static func needsOpening(_ type: CustodyEventType) -> Bool {
    [.acquire, .copy, .access, .mount].contains(type)
  }

  private mutating func checkSeal(_ step: CustodyStep) {
    let details = step.details
    if let found = details.sealBefore {
      switch seal {
      case .unknown: break
      case .none:
        report(
          .custodySealMismatch, step, expected: "no seal: none was put on after it was opened",
          observed: found)
      case .number(let put) where put != found:
        report(.custodySealMismatch, step, expected: "seal \(put)", observed: "seal \(found)")
      case .number: break
      }
      seal = .number(found)
    }
    if case .number(let number) = seal, !sealIsTold, Self.needsOpening(details.type) {
      sealIsTold = true
      report(
        .custodyNotOpened, step, expected: "seal \(number) opened before", observed: "no opening recorded")
    }
    if let put = details.sealAfter {
      seal = .number(put)
      sealIsTold = false
    } else if details.type == .open {
      seal = .none
      sealIsTold = false
    }
  }

  private mutating func report(
    _ code: FindingCode, _ step: CustodyStep, expected: String, observed: String
  ) {
    findings.append(
      Finding(
        code, .warning,
        subject:
          "item \(item): \(step.details.type.rawValue) of \(step.details.occurred) (event \(step.event))",
        expected: expected, observed: observed))
  }
}
