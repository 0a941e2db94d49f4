/// Puts results that several threads finish in any order back into their order.
package final class InOrder<Element: Sendable>: Sendable {
  private struct State: ~Copyable {
    var waiting: [UInt64: Element] = [:]
    var next: UInt64 = 0
  }

  private let state = Monitor(State())
  private let receive: @Sendable (Element) -> Void

  /// - Parameter receive: called for one element after the other, from whichever thread completed the order.
  package init(_ receive: @escaping @Sendable (Element) -> Void) { self.receive = receive }

  /// Hands over the element of this index; indices begin at 0, and an element waits for all before it.
  package func deliver(_ element: Element, index: UInt64) {
    state.withLock { state in
      state.waiting[index] = element
      while let element = state.waiting.removeValue(forKey: state.next) {
        state.next += 1
        receive(element)
      }
    }
  }
}
