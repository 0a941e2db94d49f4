import CanonicalJSON
import CaseRecords
import Evidence
internal import SQLite

extension CaseStore {
  /// Marks an acquisition. A mark holds until it is withdrawn; all stay in the log.
  /// - Throws: `caseNotOpen`; `argumentInvalid` where the case has no such acquisition, or it has not ended; where the
  ///   one that supersedes it is not a complete one of the same item, or is marked itself.
  package func markAcquisition(
    _ name: String, _ state: AcquisitionMark.State, reason: String
  ) throws(EvidenceError) {
    let marks = try acquisitionMarks()
    try write { transaction in
      try transaction.demandState([.open], for: "marking acquisition \(name)")
      let acquisition = try transaction.database.acquisition(named: name)
      guard try transaction.database.verdict(of: acquisition) != nil else {
        throw EvidenceError(.argumentInvalid, name, "it has not ended")
      }
      if state == .withdrawn, marks[acquisition.id, default: []].standing.isEmpty {
        throw EvidenceError(.argumentInvalid, name, "it has no mark to withdraw")
      }
      var by: String?
      if case .superseded(let other) = state {
        let successor = try transaction.database.acquisition(named: other)
        guard other != name, successor.item == acquisition.item else {
          throw EvidenceError(
            .argumentInvalid, other, "it is not another acquisition of item \(acquisition.item)")
        }
        switch try transaction.database.verdict(of: successor) {
        case .complete?, .completeWithUnreadable?: break
        case .incomplete?, nil: throw EvidenceError(.argumentInvalid, other, "it is not complete")
        }
        if let mark = marks[successor.id]?.standing.first {
          throw EvidenceError(.argumentInvalid, other, "it is itself marked as \(mark.state.name)")
        }
        by = other
      }
      try transaction.record(
        .acquisitionMarked,
        details: .fields([
          "acquisition": .string(acquisition.id.description), "name": .string(name),
          "item": .string(acquisition.item.description), "state": .string(state.name),
          "supersededBy": by.map { .string($0) }, "reason": .string(reason),
        ]))
    }
  }

  /// Every mark by the acquisition, oldest first.
  package func acquisitionMarks() throws(EvidenceError) -> [RecordIdentifier: [AcquisitionMark]] {
    var marks: [RecordIdentifier: [AcquisitionMark]] = [:]
    try forEachEvent(of: [.acquisitionMarked]) { event throws(EvidenceError) in
      guard let details = event.payload["details"],
        let id = details["acquisition"]?.stringValue.flatMap({ RecordIdentifier($0) }),
        let reason = details["reason"]?.stringValue
      else { return }
      let state: AcquisitionMark.State? =
        switch details["state"]?.stringValue {
        case "failed": .failed
        case "superseded": details["supersededBy"]?.stringValue.map { .superseded(by: $0) }
        case "withdrawn": .withdrawn
        default: nil
        }
      guard let state else { return }
      marks[id, default: []].append(
        AcquisitionMark(
          state, reason: reason, stated: event.time, author: event.actor.name, event: event.sequence))
    }
    return marks
  }
}

extension Database {
  /// How it ended; `nil` where it has not.
  fileprivate func verdict(of acquisition: AcquisitionRecord) throws -> AcquisitionVerdict? {
    let results: [AcquisitionResultRecord] = try plainRecords(
      where: "acquisition = ?", [acquisition.id.description])
    return results.first?.verdict
  }

  fileprivate func acquisition(named name: String) throws -> AcquisitionRecord {
    let found: [AcquisitionRecord] = try plainRecords(where: "name = ?", [name])
    guard let acquisition = found.first else {
      let names = try plainRecords(where: "1 = 1").map { (one: AcquisitionRecord) in one.name }
      throw EvidenceError(
        .argumentInvalid, name,
        names.isEmpty ? "the case has no acquisition" : "the case has \(names.joined(separator: ", "))")
    }
    return acquisition
  }
}
