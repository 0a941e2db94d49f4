import Digests
import Evidence

/// Which events of an exported log are fixed by something signed or noted elsewhere.
///
/// An event names the digest of the one before it. Of one that is withheld only the digest is shown, which names
/// nothing: so whatever fixes an event fixes those before it only back to the last that is withheld. A checkpoint that
/// signs the digests of all events fixes every one.
package struct LogCoverage: Sendable {
  /// Events that are shown and follow each other.
  private struct Run {
    let first: UInt64
    var last: UInt64
    /// The last of them that is fixed; 0 where none is.
    var fixed: UInt64 = 0
  }

  private var runs: [Run] = []
  /// Every event up to this one is fixed.
  private(set) var whole: UInt64 = 0

  /// The newest event, shown or not.
  var end: UInt64 = 0

  /// Takes the next event that is shown; those withheld are left out.
  mutating func show(_ sequence: UInt64) {
    if let last = runs.last?.last, last + 1 == sequence {
      runs[runs.count - 1].last = sequence
    } else {
      runs.append(Run(first: sequence, last: sequence))
    }
  }

  /// Something outside of the log names the digest of this event.
  mutating func fix(_ sequence: UInt64) {
    guard let index = run(of: sequence) else { return }
    runs[index].fixed = max(runs[index].fixed, sequence)
  }

  /// The digests of all events up to this one are signed.
  mutating func fixAll(upTo sequence: UInt64) { whole = max(whole, sequence) }

  package func isFixed(_ sequence: UInt64) -> Bool {
    sequence <= whole || run(of: sequence).map { sequence <= runs[$0].fixed } ?? false
  }

  /// The run that an event is in. Runs are in order; a foreign log has as many as it likes.
  private func run(of sequence: UInt64) -> Int? {
    var (low, high) = (0, runs.count)
    while low < high {
      let middle = (low + high) / 2
      if runs[middle].first <= sequence { low = middle + 1 } else { high = middle }
    }
    return low > 0 && sequence <= runs[low - 1].last ? low - 1 : nil
  }

  /// The events up to `end` that are shown and could have been rewritten, in order.
  func open(upTo end: UInt64) -> [ClosedRange<UInt64>] {
    runs.compactMap { run in
      let first = max(run.first, run.fixed + 1, whole + 1)
      let last = min(run.last, end)
      return first <= last ? first...last : nil
    }
  }

  static func text(_ ranges: [ClosedRange<UInt64>]) -> String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: ", ")
  }
}
