import Evidence

/// A custody event as it counts: with what later corrections say of it.
package struct CustodyStep: Hashable, Sendable {
  package let id: RecordIdentifier
  /// Sequence of the audit event.
  package let event: UInt64
  package let recorded: Timestamp
  package fileprivate(set) var details: CustodyDetails
  package fileprivate(set) var extras: CustodyExtras
  /// Audit events of the corrections, oldest first.
  package fileprivate(set) var correctedBy: [UInt64] = []
  fileprivate var isWithdrawn = false
}

/// The custody of one item.
package struct CustodyHistory: Hashable, Sendable {
  /// Every event as it was recorded, corrections included, in the order of recording.
  package let records: [Recorded<CustodyRecord>]
  package let extras: [RecordIdentifier: CustodyExtras]
  /// What counts, in the order of recording: corrections are applied, withdrawn events left out.
  package let steps: [CustodyStep]

  package init(_ records: [Recorded<CustodyRecord>], _ details: [CustodyDetailRecord]) {
    self.records = records
    let extras = Dictionary(details.map { ($0.custody, $0.extras) }) { first, _ in first }
    self.extras = extras
    self.steps = Self.steps(records, extras)
  }

  /// The steps in the order in which they happened; those of the same moment as they were recorded.
  package var inOrder: [CustodyStep] {
    steps.enumerated().sorted {
      ($0.element.details.occurred, $0.offset) < ($1.element.details.occurred, $1.offset)
    }.map(\.element)
  }

  private static func steps(
    _ records: [Recorded<CustodyRecord>], _ extras: [RecordIdentifier: CustodyExtras]
  ) -> [CustodyStep] {
    var steps: [CustodyStep] = []
    var places: [RecordIdentifier: Int] = [:]
    for recorded in records {
      let record = recorded.record
      let own = extras[record.id] ?? CustodyExtras()
      guard let corrected = record.details.corrects else {
        places[record.id] = steps.count
        steps.append(
          CustodyStep(
            id: record.id, event: recorded.event, recorded: record.recorded, details: record.details,
            extras: own))
        continue
      }
      // A correction of a correction concerns the event that both are about.
      guard let place = places[corrected] else { continue }
      places[record.id] = place
      steps[place].apply(record.details, own, event: recorded.event)
    }
    return steps.filter { !$0.isWithdrawn }
  }
}

extension CustodyStep {
  /// What the correction states replaces what stood there; what it leaves open stays.
  fileprivate mutating func apply(_ correction: CustodyDetails, _ own: CustodyExtras, event: UInt64) {
    correctedBy.append(event)
    isWithdrawn = isWithdrawn || own.withdraws
    details.occurred = own.correctedTime ?? details.occurred
    details.place = correction.place ?? details.place
    details.releasedBy = correction.releasedBy ?? details.releasedBy
    details.receivedBy = correction.receivedBy ?? details.receivedBy
    details.witness = correction.witness ?? details.witness
    details.purpose = correction.purpose ?? details.purpose
    details.authority = correction.authority ?? details.authority
    details.method = correction.method ?? details.method
    details.sealBefore = correction.sealBefore ?? details.sealBefore
    details.sealAfter = correction.sealAfter ?? details.sealAfter
    details.condition = correction.condition ?? details.condition
    details.storage = correction.storage ?? details.storage
    extras.environment = own.environment ?? extras.environment
  }
}

/// Where an item is, as its custody events say.
package enum Whereabouts: Hashable, Sendable {
  /// Nothing is recorded, or nothing that says it.
  case unknown
  case held(by: RecordIdentifier)
  /// In a storage place, in nobody's hands.
  case stored(place: String?)
  /// On its way, with nobody named.
  case underway(method: String?)
  case returned(to: RecordIdentifier?)
  case disposed
}

/// A stretch of time through which an item was in one place.
package struct CustodyPeriod: Hashable, Sendable {
  package let whereabouts: Whereabouts
  package let from: Timestamp
  /// `nil` for what holds now.
  package fileprivate(set) var to: Timestamp?
  /// The audit event it began with.
  package let event: UInt64
  package let type: CustodyEventType

  package init(
    whereabouts: Whereabouts, from: Timestamp, to: Timestamp? = nil, event: UInt64, type: CustodyEventType
  ) {
    self.whereabouts = whereabouts
    self.from = from
    self.to = to
    self.event = event
    self.type = type
  }
}

extension Array where Element == CustodyPeriod {
  /// Begins the next period and ends the one before.
  mutating func begin(_ whereabouts: Whereabouts, with step: CustodyStep) {
    if let last = indices.last { self[last].to = step.details.occurred }
    append(
      CustodyPeriod(
        whereabouts: whereabouts, from: step.details.occurred, to: nil, event: step.event,
        type: step.details.type))
  }
}
