/// A first-in first-out queue between threads; a full queue holds up whoever puts, an empty one whoever takes.
package final class BoundedQueue<Element: Sendable>: Sendable {
  private struct State: ~Copyable {
    var elements: [Element] = []
    var isClosed = false
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
      guard state.elements.count < capacity else { return nil }
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
      if state.elements.isEmpty { return state.isClosed ? .some(nil) : nil }
      // Removed at once: a reference kept here would keep a buffer from its pool. Queues are short.
      return state.elements.removeFirst()
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
