/// The result of an acquisition.
package enum AcquisitionVerdict: Hashable, Sendable {
  /// Every sector was read.
  case complete
  /// Every sector was attempted; this many could not be read and hold the fill pattern.
  case completeWithUnreadable(sectors: UInt64)
  /// Sectors were not attempted, or the output could not be finished.
  case incomplete(reason: String)

  /// Stable name, as stored.
  package var name: String {
    switch self {
    case .complete: "complete"
    case .completeWithUnreadable: "completeWithUnreadable"
    case .incomplete: "incomplete"
    }
  }

  package var sentence: String {
    switch self {
    case .complete: "Complete: every sector was read."
    case .completeWithUnreadable(let sectors):
      "Complete with unreadable sectors: \(sectors) could not be read and are filled in the image."
    case .incomplete(let reason): "Incomplete: \(HumanText.singleLine(reason))."
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .complete: .complete
    case .completeWithUnreadable: .completeWithUnreadable
    case .incomplete: .incomplete
    }
  }
}

/// The result of a verification, from best to worst.
package enum VerificationVerdict: String, Hashable, Sendable, CaseIterable, Comparable {
  /// Everything that was recorded was recomputed and is equal.
  case verified
  /// There was nothing to compare with.
  case noReference
  /// The verification could not look at everything.
  case incomplete
  /// The evidence is intact, but custody or audit chain is not.
  case chainBroken
  /// A value differs from the recorded one.
  case mismatch
  /// Stored data is damaged and can be located.
  case damaged

  package var sentence: String {
    switch self {
    case .verified: "Verified: everything recorded was recomputed and is equal."
    case .noReference: "No reference: there was nothing to compare with."
    case .incomplete: "Incomplete: not everything could be looked at."
    case .chainBroken: "Chain broken: the custody record or the audit chain is not intact."
    case .mismatch: "Mismatch: something is not what was recorded."
    case .damaged: "Damaged: stored data is damaged."
    }
  }

  package var exitStatus: ExitStatus {
    switch self {
    case .verified: .complete
    case .noReference: .noReference
    case .incomplete: .incomplete
    case .chainBroken: .chainBroken
    case .mismatch, .damaged: .mismatch
    }
  }

  private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }
}
