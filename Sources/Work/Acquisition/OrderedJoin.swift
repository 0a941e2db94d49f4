import SystemIO

/// Joins two results for each index and delivers the pairs in order, however the threads that make them finish.
final class OrderedJoin<Left: Sendable, Right: Sendable>: Sendable {
  private struct State: ~Copyable {
    var left: [UInt64: Left] = [:]
    var right: [UInt64: Right] = [:]
    var next: UInt64 = 0
  }

  private let state = Monitor(State())
  private let receive: @Sendable (Left, Right) -> Void

  /// - Parameter receive: called for one pair after the other, from whichever thread completed it.
  init(_ receive: @escaping @Sendable (Left, Right) -> Void) { self.receive = receive }

  /// Hands over a result; indices begin at 0, and a pair waits for all before it.
  func deliver(left: Left, index: UInt64) { update { $0.left[index] = left } }
  func deliver(right: Right, index: UInt64) { update { $0.right[index] = right } }

  private func update(_ change: (inout State) -> Void) {
    state.withLock { state in
      change(&state)
      while let left = state.left[state.next], let right = state.right[state.next] {
        state.left[state.next] = nil
        state.right[state.next] = nil
        state.next += 1
        receive(left, right)
      }
    }
  }
}
