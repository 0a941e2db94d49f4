import Glibc

/// A value behind a mutex, with a condition to wait on.
///
/// `@unchecked Sendable` holds because the value is reached only while the mutex is held.
package final class Monitor<Value: ~Copyable>: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  private var value: Value

  package init(_ value: consuming Value) {
    self.mutex = .allocate(capacity: 1)
    self.condition = .allocate(capacity: 1)
    self.value = value
    pthread_mutex_init(mutex, nil)
    // A clock that is set while somebody waits must not change how long.
    var attributes = pthread_condattr_t()
    pthread_condattr_init(&attributes)
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    pthread_cond_init(condition, &attributes)
    pthread_condattr_destroy(&attributes)
  }

  deinit {
    pthread_cond_destroy(condition)
    pthread_mutex_destroy(mutex)
    condition.deallocate()
    mutex.deallocate()
  }

  package func withLock<Result, Failure: Error>(
    _ body: (inout Value) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    return try body(&value)
  }

  /// Sleeps until `body` returns a value; it is asked again after each signal.
  package func wait<Result>(_ body: (inout Value) -> Result?) -> Result {
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      pthread_cond_wait(condition, mutex)
    }
  }

  /// As `wait`, for at most so many seconds.
  /// - Returns: `nil` where the time was over before `body` returned a value.
  package func wait<Result>(seconds: Double, _ body: (inout Value) -> Result?) -> Result? {
    var deadline = timespec()
    clock_gettime(CLOCK_MONOTONIC, &deadline)
    let whole = seconds.rounded(.down)
    deadline.tv_sec += time_t(whole)
    deadline.tv_nsec += Int((seconds - whole) * 1e9)
    if deadline.tv_nsec >= 1_000_000_000 {
      deadline.tv_sec += 1
      deadline.tv_nsec -= 1_000_000_000
    }
    pthread_mutex_lock(mutex)
    defer { pthread_mutex_unlock(mutex) }
    while true {
      if let result = body(&value) { return result }
      guard pthread_cond_timedwait(condition, mutex, &deadline) == 0 else { return body(&value) }
    }
  }

  /// Wakes everyone who waits.
  package func signal() { pthread_cond_broadcast(condition) }
}
