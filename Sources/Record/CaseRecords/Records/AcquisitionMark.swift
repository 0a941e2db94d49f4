import CanonicalJSON
import Evidence

/// What an examiner states of an acquisition after it ended, with the reason. Stored as the details of an audit event.
package struct AcquisitionMark: Hashable, Sendable {
  package enum State: Hashable, Sendable {
    /// It is not to be relied on.
    case failed
    /// Another acquisition of the same item takes its place.
    case superseded(by: String)
    /// An earlier mark no longer holds.
    case withdrawn

    /// As it is stored.
    package var name: String {
      switch self {
      case .failed: "failed"
      case .superseded: "superseded"
      case .withdrawn: "withdrawn"
      }
    }
  }

  package let state: State
  package let reason: String
  package let stated: Timestamp
  /// Name of the person.
  package let author: String
  /// Audit event.
  package let event: UInt64

  package init(_ state: State, reason: String, stated: Timestamp, author: String, event: UInt64) {
    self.state = state
    self.reason = reason
    self.stated = stated
    self.author = author
    self.event = event
  }

  package var json: JSONValue {
    let by: String? = if case .superseded(let name) = state { name } else { nil }
    return .fields([
      "state": .string(state.name), "supersededBy": by.map { .string($0) }, "reason": .string(reason),
      "stated": .string(stated.description), "author": .string(author), "event": JSONValue(event),
    ])
  }
}

extension [AcquisitionMark] {
  /// Those that hold: of what was stated since marks were last withdrawn, the failure, and what supersedes it. That
  /// another takes its place makes a failed acquisition no better.
  package var standing: [AcquisitionMark] {
    let since = lastIndex { $0.state == .withdrawn }.map { self[($0 + 1)...] } ?? self[...]
    let superseded = since.last { if case .superseded = $0.state { true } else { false } }
    return [since.last { $0.state == .failed }, superseded].compactMap(\.self)
  }
}
