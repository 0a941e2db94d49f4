internal import CLinux
import Glibc

/// An operating system thread that runs one body and is joined.
///
/// Blocking and CPU-bound work runs on these, never on Swift's cooperative pool.
package struct WorkerThread: ~Copyable {
  private let handle: pthread_t

  /// Starts at once.
  /// - Parameters:
  ///   - name: shown by `top -H`; the kernel keeps 15 bytes.
  ///   - isBackground: other threads of the process go first where processors are scarce.
  package init(name: String, isBackground: Bool = false, _ body: @escaping @Sendable () -> Void) {
    final class Box {
      let body: @Sendable () -> Void
      let name: String
      let isBackground: Bool
      init(_ body: @escaping @Sendable () -> Void, _ name: String, _ isBackground: Bool) {
        self.body = body
        self.name = name
        self.isBackground = isBackground
      }
    }
    let box = Unmanaged.passRetained(Box(body, name, isBackground)).toOpaque()
    var handle = pthread_t()
    let outcome = pthread_create(
      &handle, nil,
      { argument in
        guard let argument else { return nil }
        let box = Unmanaged<Box>.fromOpaque(argument).takeRetainedValue()
        _ = clinux_name_thread(box.name)
        // Where it is refused, the work only takes a little longer.
        if box.isBackground { _ = clinux_yield_priority(backgroundSteps) }
        box.body()
        return nil
      }, box)
    precondition(outcome == 0, "the operating system gives no thread: \(outcome)")
    self.handle = handle
  }

  /// Lets the thread end by itself; something else tells when its work is done.
  package consuming func detach() { pthread_detach(handle) }

  /// Waits until the body has returned.
  package consuming func join() { pthread_join(handle, nil) }
}

/// Steps of niceness that a background thread stands back.
private let backgroundSteps: Int32 = 5

/// Lets every other process go first, from now on: for the calling thread and those that it starts.
/// - Returns: whether the system does that.
package func yieldToOthers() -> Bool { clinux_idle() == 0 }

/// The number of processors this process may run on, at least 1.
package func availableProcessors() -> Int {
  max(1, Int(clinux_available_processors()))
}

/// The first failure of several threads, which stops them all.
package final class FirstFailure<Failure: Error>: Sendable {
  private struct State: ~Copyable { var failure: Failure? }
  private let state = Monitor(State())

  package init() {}

  /// Records `failure` unless one came before.
  package func record(_ failure: Failure) {
    state.withLock { if $0.failure == nil { $0.failure = failure } }
  }

  package var value: Failure? { state.withLock { $0.failure } }
}

/// Several worker threads that are joined together.
package final class WorkerThreads {
  private final class Box {
    private var thread: WorkerThread?
    init(_ thread: consuming WorkerThread) { self.thread = consume thread }
    func join() { thread.take()?.join() }
  }

  private let threads: [Box]

  /// Starts one thread per body.
  package init(name: String, isBackground: Bool = false, _ bodies: [@Sendable () -> Void]) {
    self.threads = bodies.map { Box(WorkerThread(name: name, isBackground: isBackground, $0)) }
  }

  /// Waits until every body has returned.
  package func join() { for thread in threads { thread.join() } }

  /// What a body makes of each number below `count`, in order, on as many threads as there are processors.
  package static func map<Value: Sendable>(
    _ count: Int, name: String, _ body: @escaping @Sendable (Int) -> Value
  ) -> [Value] {
    let state = Monitor((next: 0, values: [Value?](repeating: nil, count: count)))
    let work: @Sendable () -> Void = {
      while true {
        let number = state.withLock { state in
          defer { state.next += 1 }
          return state.next
        }
        guard number < count else { return }
        let value = body(number)
        state.withLock { $0.values[number] = value }
      }
    }
    let others = WorkerThreads(
      name: name,
      [@Sendable () -> Void](repeating: work, count: max(0, min(availableProcessors(), count) - 1)))
    work()
    others.join()
    return state.withLock { $0.values.compactMap(\.self) }
  }
}
