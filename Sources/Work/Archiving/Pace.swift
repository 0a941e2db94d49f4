import SystemIO

/// Holds one reading of a file to the pace of another one, so that both find in memory what the medium gave once.
final class Pace: Sendable {
  private let state = Monitor((reached: 0.0, isOver: false))

  /// - Parameter fraction: how much of the other reading is done, from 0 to 1.
  func reached(_ fraction: Double) {
    state.withLock { $0.reached = max($0.reached, fraction) }
    state.signal()
  }

  /// The other reading is over, whatever came of it: nothing is waited for any more.
  func end() {
    state.withLock { $0.isOver = true }
    state.signal()
  }

  /// Waits until so much of the other reading is done, or it is over.
  func wait(for fraction: Double) {
    state.wait { $0.isOver || $0.reached >= fraction ? () : nil }
  }
}
