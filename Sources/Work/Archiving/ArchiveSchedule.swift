import CaseRecords
import CaseStore
import Evidence

/// When a holding is verified next, and how it stands.
package struct HoldingStanding: Hashable, Sendable {
  package enum State: String, Hashable, Sendable, CaseIterable {
    /// The newest verification found a difference or damage.
    case failing
    /// Longer than its interval ago, or never, and past its day by more than the grace.
    case overdue
    /// Its day has come.
    case due
    case neverVerified = "never-verified"
    /// Nothing is there to compare with, or the newest verification did not come to its end.
    case open
    case verified
  }

  package let holding: ListedHolding
  package let state: State
  /// When it is to be verified next.
  package let due: Timestamp
  package let isAtHand: Bool
}

/// How often holdings are verified.
package struct ArchiveSchedule: Sendable {
  /// Days between two verifications of a holding for which nothing else is stated.
  package static let usualInterval: UInt64 = 365
  /// Days past its day after which a holding is overdue.
  package static let grace: UInt64 = 30

  package let interval: UInt64
  package let now: Timestamp

  private static let day: Int64 = 86_400_000_000

  /// - Parameter interval: in days, positive.
  package init(interval: UInt64 = usualInterval, now: Timestamp) {
    self.interval = interval
    self.now = now
  }

  package func standing(of holding: ListedHolding) -> HoldingStanding {
    let due = self.due(holding)
    return HoldingStanding(
      holding: holding, state: state(holding, due), due: due, isAtHand: holding.presence == .present)
  }

  /// A day that holdings of one interval do not share: a tenth of it earlier or later, by number, so that an archive that was
  /// filled at once is not verified at once.
  private func due(_ holding: ListedHolding) -> Timestamp {
    guard let verified = holding.verified else { return holding.added }
    let days = Double(holding.intervalDays ?? interval)
    var mixed = holding.number &* 0x9E37_79B9_7F4A_7C15
    mixed ^= mixed >> 32
    let spread = (Double(mixed % 2001) / 1000 - 1) * 0.1
    return Timestamp(microseconds: verified.microseconds &+ Int64(days * (1 + spread) * Double(Self.day)))
  }

  private func state(_ holding: ListedHolding, _ due: Timestamp) -> HoldingStanding.State {
    if let decisive = holding.decisive, decisive != .verified { return .failing }
    guard holding.verdict != nil else { return .neverVerified }
    guard holding.verified != nil else { return .open }
    // A clock that was set back must not make anything look newer than it is.
    if let verified = holding.verified, verified.microseconds > now.microseconds + Self.day { return .due }
    guard due <= now else {
      // That a later look at less had nothing to compare with takes nothing away.
      return holding.verdict == .incomplete ? .open : .verified
    }
    return due.microseconds + Int64(Self.grace) * Self.day < now.microseconds ? .overdue : .due
  }

  /// Whether `verify --due` takes it.
  package func isDue(_ standing: HoldingStanding) -> Bool {
    standing.due <= now || ![.verified].contains(standing.state)
  }
}

/// Numbers of holdings in few characters: `1-4,7`.
package enum NumberRanges {
  package static func text(_ numbers: [UInt64]) -> String {
    var parts: [String] = []
    var run: ClosedRange<UInt64>?
    func end() {
      if let run {
        parts.append(run.count == 1 ? "\(run.lowerBound)" : "\(run.lowerBound)-\(run.upperBound)")
      }
    }
    for number in numbers.sorted() {
      if let current = run, number == current.upperBound + 1 {
        run = current.lowerBound...number
      } else {
        end()
        run = number...number
      }
    }
    end()
    return parts.joined(separator: ",")
  }

  /// `nil` for what is no such text.
  package static func numbers(_ text: String) -> [UInt64]? {
    var numbers: [UInt64] = []
    for part in text.split(separator: ",") {
      let ends = part.split(separator: "-", omittingEmptySubsequences: false).map { UInt64($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2, first <= last,
        last - first < 1 << 32
      else { return nil }
      numbers += first...last
    }
    return numbers
  }
}
