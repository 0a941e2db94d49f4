/// A first-in first-out queue between threads; a full queue holds up whoever puts, an empty one whoever takes.
package final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State: ~Copyable {
    var elements: [Element] = []
    var head = 0
    var isClosed = false
    var count: Int { elements.count - head }
  }

  private let capacity: Int
  private let state = Monitor(State())

  /// - Parameter capacity: most elements held, at least 1.
  package init(capacity: Int) {
    precondition(capacity > 0)
    self.capacity = capacity
  }

  /// Adds an element, waiting while the queue is full.
  /// - Returns: `false` when the queue is closed; the element is dropped then.
  @discardableResult
  package func put(_ element: Element) -> Bool {
    let accepted = state.wait { state -> Bool? in
      if state.isClosed { return false }
      guard state.count < capacity else { return nil }
      state.elements.append(element)
      return true
    }
    state.signal()
    return accepted
  }

  /// The oldest element, waiting while there is none.
  /// - Returns: `nil` once the queue is closed and empty.
  package func take() -> Element? {
    let element = state.wait { state -> Element?? in
      if state.count == 0 { return state.isClosed ? .some(nil) : nil }
      let element = state.elements[state.head]
      state.head += 1
      if state.head == state.elements.count || state.head > 64 {
        state.elements.removeFirst(state.head)
        state.head = 0
      }
      return element
    }
    state.signal()
    return element
  }

  /// No more elements will come; what is in the queue can still be taken.
  package func close() {
    state.withLock { $0.isClosed = true }
    state.signal()
  }
}
