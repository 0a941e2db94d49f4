/// Page-aligned memory of fixed capacity, reference counted, returned to its pool by its last holder.
///
/// `@unchecked Sendable` holds because a buffer is filled by the one thread that took it from the pool, before
/// it is handed on, and is only read after that.
package final class PageBuffer: @unchecked Sendable {
  private let memory: UnsafeMutableRawBufferPointer
  private let pool: BufferPool?
  /// Number of bytes that are filled, from the start.
  package var byteCount: Int {
    didSet { precondition(byteCount >= 0 && byteCount <= memory.count) }
  }

  /// Zero bytes that follow the filled ones, up to a whole sector; 0 but in the last buffer of an odd medium.
  package var paddingByteCount = 0

  fileprivate init(memory: UnsafeMutableRawBufferPointer, pool: BufferPool?) {
    self.memory = memory
    self.pool = pool
    self.byteCount = 0
  }

  /// A buffer outside any pool.
  package convenience init(capacity: Int) {
    self.init(memory: .pages(capacity), pool: nil)
  }

  deinit {
    if let pool { pool.giveBack(memory) } else { memory.deallocate() }
  }

  package var capacity: Int { memory.count }

  /// The filled bytes.
  package var bytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        UnsafeRawBufferPointer(memory).bytes.extracting(0..<byteCount), borrowing: self)
    }
  }

  /// The filled bytes and the zero bytes after them.
  package var paddedBytes: RawSpan {
    @_lifetime(borrow self) get {
      unsafe _overrideLifetime(
        UnsafeRawBufferPointer(memory).bytes.extracting(0..<byteCount + paddingByteCount), borrowing: self)
    }
  }

  /// All of the memory, to be filled; set `byteCount` afterwards.
  package func fill<Result, Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(memory)
  }
}

extension UnsafeMutableRawBufferPointer {
  fileprivate static func pages(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
    .allocate(byteCount: byteCount, alignment: 4096)
  }
}

/// A fixed number of page-aligned buffers; whoever finds none waits. This is what bounds the memory and the
/// speed of a pipeline: nobody reads ahead further than there are buffers.
package final class BufferPool: Sendable {
  private struct State: ~Copyable {
    var idle: [UnsafeMutableRawBufferPointer] = []
    var made = 0
  }

  private let capacity: Int
  private let limit: Int
  private let state: Monitor<State>

  /// - Parameters:
  ///   - count: most buffers there are at once, at least 1. Memory is taken as it is needed.
  ///   - capacity: bytes per buffer, at least 1.
  package init(count: Int, capacity: Int) {
    precondition(count > 0 && capacity > 0)
    self.limit = count
    self.capacity = capacity
    self.state = Monitor(State())
  }

  deinit {
    state.withLock { state in
      for memory in state.idle { memory.deallocate() }
      state.idle = []
    }
  }

  /// An empty buffer, as soon as one is free.
  package func take() -> PageBuffer {
    let memory = state.wait { state -> UnsafeMutableRawBufferPointer? in
      if let memory = state.idle.popLast() { return memory }
      guard state.made < limit else { return nil }
      state.made += 1
      return .pages(capacity)
    }
    return PageBuffer(memory: memory, pool: self)
  }

  fileprivate func giveBack(_ memory: UnsafeMutableRawBufferPointer) {
    state.withLock { $0.idle.append(memory) }
    state.signal()
  }
}
