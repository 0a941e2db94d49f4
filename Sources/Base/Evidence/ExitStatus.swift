/// How a command ends, as documented in `Docs/errors.md`.
package enum ExitStatus: Int32, Hashable, Sendable, CaseIterable {
  case complete = 0
  case usage = 1
  case failed = 2
  case completeWithUnreadable = 3
  case incomplete = 4
  case mismatch = 5
  case noReference = 6
  case chainBroken = 7

  package var meaning: String {
    switch self {
    case .complete: "complete, or verified"
    case .usage: "the command was used wrongly; nothing was done"
    case .failed: "an input or environment error; nothing is left that looks complete"
    case .completeWithUnreadable: "completed with read errors: some sectors were unreadable"
    case .incomplete: "incomplete; what was read is kept and marked as partial"
    case .mismatch: "verification found a mismatch or damage, or a check of a validation failed"
    case .noReference: "nothing to verify against, or a copy was not at hand"
    case .chainBroken: "the chain of custody or the audit log chain is broken"
    }
  }
}
