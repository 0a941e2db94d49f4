import Evidence
import EvidenceTestKit
import Foundation
import Synchronization
import SystemIO
import Testing

@Suite(.timeLimit(.minutes(20))) struct BoundedQueueTests {
  @Test func keepsTheOrder() {
    let queue = BoundedQueue<Int>(capacity: 3)
    let producer = WorkerThread(name: "producer") {
      for number in 0..<1000 { queue.put(number) }
      queue.close()
    }
    var taken: [Int] = []
    while let number = queue.take() { taken.append(number) }
    producer.join()
    #expect(taken == Array(0..<1000))
  }

  @Test func aFullQueueHoldsUpWhoPuts() {
    let queue = BoundedQueue<Int>(capacity: 2)
    let count = Counter()
    let producer = WorkerThread(name: "producer") {
      for number in 0..<4 {
        queue.put(number)
        count.increment()
      }
    }
    #expect(count.reaches(2))
    usleep(50_000)
    #expect(count.value == 2, "the third had to wait")
    #expect(queue.take() == 0)
    #expect(count.reaches(3))
    usleep(20_000)
    #expect(count.value == 3)
    #expect([queue.take(), queue.take(), queue.take()] == [1, 2, 3])
    producer.join()
  }

  @Test func closingLetsTheRestBeTakenAndNothingMoreIn() {
    let queue = BoundedQueue<Int>(capacity: 2)
    #expect(queue.put(1))
    queue.close()
    #expect(!queue.put(2))
    #expect(queue.take() == 1)
    #expect(queue.take() == nil)
    #expect(queue.take() == nil)
    queue.close()
  }

  @Test func closingWakesEveryoneWhoWaits() {
    let empty = BoundedQueue<Int>(capacity: 1)
    let full = BoundedQueue<Int>(capacity: 1)
    full.put(0)
    let refused = Counter()
    let takes: @Sendable () -> Void = { if empty.take() == nil { refused.increment() } }
    let puts: @Sendable () -> Void = { if !full.put(1) { refused.increment() } }
    let threads = WorkerThreads(name: "waiting", [takes, takes, takes, puts, puts, puts])
    usleep(30_000)
    #expect(refused.value == 0)
    empty.close()
    full.close()
    threads.join()
    #expect(refused.value == 6)
  }

  /// A buffer whose reference stayed in the queue would be missing from its pool.
  @Test func keepsNothingThatWasTaken() {
    final class Token: Sendable {}
    let queue = BoundedQueue<Token>(capacity: 4)
    weak var first: Token?
    do {
      let token = Token()
      first = token
      queue.put(token)
    }
    queue.put(Token())
    #expect(first != nil)
    _ = queue.take()
    #expect(first == nil)
  }

  @Test func severalTakersShareTheWork() {
    let queue = BoundedQueue<Int>(capacity: 4)
    let seen = Monitor<[Int]>([])
    let takers = WorkerThreads(
      name: "takers",
      (0..<4).map { _ in
        { while let number = queue.take() { seen.withLock { $0.append(number) } } }
      })
    for number in 0..<2000 { queue.put(number) }
    queue.close()
    takers.join()
    #expect(seen.withLock { $0.sorted() } == Array(0..<2000))
  }
}

@Suite(.timeLimit(.minutes(20))) struct WorkerThreadTests {
  @Test func joinsWhenTheBodyHasReturned() {
    let count = Counter()
    let thread = WorkerThread(name: "a name far longer than the kernel keeps") {
      usleep(20_000)
      count.increment()
    }
    thread.join()
    #expect(count.value == 1)
  }

  @Test func everyBodyRunsOnItsOwnThread() {
    let running = Counter()
    let threads = WorkerThreads(
      name: "all",
      (0..<5).map { _ in
        {
          // Only five bodies that run at the same time get past this.
          running.increment()
          _ = running.reaches(5)
        }
      })
    threads.join()
    #expect(running.value == 5)
  }

  @Test func theFirstFailureCounts() {
    let failure = FirstFailure<EvidenceError>()
    #expect(failure.value == nil)
    failure.record(EvidenceError(.writeFailed, "first"))
    failure.record(EvidenceError(.readFailed, "second"))
    #expect(failure.value == EvidenceError(.writeFailed, "first"))
  }

  @Test func thereIsAProcessor() { #expect(availableProcessors() >= 1) }

  @Test func aStopIsSeenByAll() {
    let flag = StopFlag()
    #expect(!flag.isRaised)
    WorkerThread(name: "stop") { flag.raise() }.join()
    #expect(flag.isRaised)
  }
}

@Suite(.timeLimit(.minutes(20))) struct MonitorTests {
  @Test func oneAtATime() {
    let value = Monitor(0)
    WorkerThreads(
      name: "adders",
      (0..<4).map { _ in { for _ in 0..<20_000 { value.withLock { $0 += 1 } } } }
    ).join()
    #expect(value.withLock { $0 } == 80_000)
  }

  @Test func waitsUntilItHolds() {
    let value = Monitor(0)
    let thread = WorkerThread(name: "counts") {
      for _ in 0..<10 {
        value.withLock { $0 += 1 }
        value.signal()
      }
    }
    #expect(value.wait { $0 == 10 ? "ten" : nil } == "ten")
    thread.join()
  }

  @Test func anErrorLeavesItUnlocked() {
    let value = Monitor(1)
    #expect(throws: EvidenceError.self) {
      try value.withLock { (_: inout Int) throws(EvidenceError) in throw EvidenceError(.systemCall, "x") }
    }
    #expect(value.withLock { $0 } == 1)
  }
}

@Suite(.timeLimit(.minutes(20))) struct InOrderTests {
  @Test func deliversInOrderWhateverTheOrderOfArrival() {
    let received = Monitor<[UInt64]>([])
    let order = InOrder<UInt64> { element in received.withLock { $0.append(element) } }
    var generator = SeededGenerator(seed: 21)
    let indices = Array(0..<UInt64(400)).shuffled(using: &generator)
    WorkerThreads(
      name: "deliver",
      (0..<4).map { part in
        {
          for position in stride(from: part, to: indices.count, by: 4) {
            order.deliver(indices[position], index: indices[position])
          }
        }
      }
    ).join()
    #expect(received.withLock { $0 } == Array(0..<400))
  }

  @Test func nothingPassesAGap() {
    let received = Counter()
    let order = InOrder<Int> { _ in received.increment() }
    for index in 1..<10 { order.deliver(index, index: UInt64(index)) }
    #expect(received.value == 0)
    order.deliver(0, index: 0)
    #expect(received.value == 10)
  }
}

/// A number several threads count up, and tests wait for.
private final class Counter: Sendable {
  private let count = Atomic<Int>(0)

  var value: Int { count.load(ordering: .sequentiallyConsistent) }
  func increment() { count.add(1, ordering: .sequentiallyConsistent) }

  /// Waits up to ten minutes: what takes longer is broken, not slow.
  func reaches(_ wanted: Int) -> Bool {
    for _ in 0..<600_000 where value < wanted { usleep(1000) }
    return value >= wanted
  }
}
