import Foundation
import SystemIO
import Testing

@Suite(.timeLimit(.minutes(20))) struct BufferTests {
  private func address(_ buffer: PageBuffer) -> UInt {
    buffer.fill { UInt(bitPattern: $0.baseAddress) }
  }

  @Test func memoryIsAlignedToPages() {
    for capacity in [1, 512, 4097, 1 << 20] {
      let buffer = PageBuffer(capacity: capacity)
      #expect(address(buffer) % 4096 == 0)
      #expect(buffer.capacity == capacity)
      #expect(buffer.byteCount == 0)
    }
  }

  @Test func showsWhatIsFilledAndItsPadding() {
    let buffer = PageBuffer(capacity: 8)
    buffer.fill { memory in for index in 0..<8 { memory[index] = UInt8(index) } }
    buffer.byteCount = 5
    buffer.paddingByteCount = 3
    #expect(buffer.bytes.withUnsafeBytes { Array($0) } == [0, 1, 2, 3, 4])
    #expect(buffer.paddedBytes.byteCount == 8)
  }

  @Test func memoryComesBackAndIsUsedAgain() {
    let pool = BufferPool(count: 1, capacity: 4096)
    var addresses: Set<UInt> = []
    for _ in 0..<10 {
      let buffer = pool.take()
      #expect(buffer.byteCount == 0 && buffer.paddingByteCount == 0, "an old buffer comes back empty")
      buffer.byteCount = 100
      addresses.insert(address(buffer))
    }
    #expect(addresses.count == 1)
  }

  @Test func noMoreThanTheLimit() {
    let pool = BufferPool(count: 2, capacity: 16)
    let held = Monitor<[PageBuffer]>([pool.take(), pool.take()])
    #expect(held.withLock { Set($0.map(address)).count } == 2)
    let third = Monitor(false)
    let thread = WorkerThread(name: "third") {
      _ = pool.take()
      third.withLock { $0 = true }
    }
    usleep(50_000)
    #expect(third.withLock { !$0 }, "the third has to wait")
    held.withLock { _ = $0.removeLast() }
    thread.join()
    #expect(third.withLock { $0 })
  }

  /// Buffers may outlive their pool's name: each holds the pool.
  @Test func aBufferOutlivesItsPool() {
    var pool: BufferPool? = BufferPool(count: 1, capacity: 16)
    let buffer = pool?.take()
    pool = nil
    buffer?.fill { $0[0] = 7 }
    buffer?.byteCount = 1
    #expect(buffer?.bytes.withUnsafeBytes { $0[0] } == 7)
  }
}
