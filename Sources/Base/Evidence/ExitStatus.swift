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
    case .failed: "an input or the environment did not allow it; nothing is left that looks whole"
    case .completeWithUnreadable: "complete, but sectors of the medium could not be read"
    case .incomplete: "incomplete; what was read is kept and marked as partial"
    case .mismatch: "verification found a mismatch or damage, or a check of a validation failed"
    case .noReference: "nothing to verify against, or a copy was not at hand"
    case .chainBroken: "the custody record or the audit chain is broken"
    }
  }
}
