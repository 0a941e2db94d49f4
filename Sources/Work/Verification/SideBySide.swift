import Digests
import Evidence
import SystemIO

/// Digests of one algorithm of several streams that are read at the same time, computed side by side: one stream a lane.
///
/// Whoever brings a block waits for the others; the one that brings the last missing block computes for all. A stream that
/// comes late, from a slow drive, is waited for a moment only. A lane that ends is free for the next stream.
package final class SideBySide: Sendable {
  private struct Request {
    var state: DigestState
    /// Stays valid while its stream waits.
    var data: UnsafeRawPointer
    var blocks: Int
  }

  private struct Lanes: ~Copyable {
    var open: Set<Int> = []
    var next = 0
    /// Of streams that wait; one without blocks is done.
    var requests: [Int: Request] = [:]
    var isComputing = false
  }

  /// What somebody who waits is to do.
  private enum Step {
    case done(DigestState)
    case compute([Int: Request])
  }

  /// Seconds that a block waits for those of other streams.
  private static let patience = 0.02

  package let algorithm: DigestAlgorithm
  private let width: Int
  private let lanes = Monitor(Lanes())

  package init(_ algorithm: DigestAlgorithm) {
    self.algorithm = algorithm
    self.width = DigestLanes.count(algorithm)
  }

  /// One stream among the others.
  package struct Stream: ~Copyable {
    private let shared: SideBySide
    private let number: Int
    private var state: DigestState
    /// The bytes behind the last whole block, fewer than 64.
    private var tail: [UInt8] = []

    fileprivate init(_ shared: SideBySide, _ number: Int) {
      self.shared = shared
      self.number = number
      self.state = StreamingDigest(shared.algorithm).stateBetweenBlocks
    }

    deinit { shared.leave(number) }

    /// Continues the stream. Blocks until its bytes are digested.
    package mutating func update(_ bytes: RawSpan) {
      var start = 0
      if !tail.isEmpty {
        start = min(64 - tail.count, bytes.byteCount)
        tail += bytes.extracting(0..<start).withUnsafeBytes { Array($0) }
        guard tail.count == 64 else { return }
        var digest = StreamingDigest(resuming: state)
        digest.update(tail.span.bytes)
        state = digest.stateBetweenBlocks
        tail = []
      }
      let blocks = (bytes.byteCount - start) / 64
      let end = start + 64 * blocks
      if blocks > 0 {
        state = bytes.extracting(start..<end).withUnsafeBytes { [state] buffer in
          guard let base = buffer.baseAddress else { return state }
          return shared.advance(number, Request(state: state, data: base, blocks: blocks))
        }
      }
      tail = bytes.extracting(end..<bytes.byteCount).withUnsafeBytes { Array($0) }
    }

    /// The digest of the stream so far, as if `bytes` followed; it can go on afterwards.
    package func digest(followedBy bytes: RawSpan? = nil) -> Digest {
      var digest = StreamingDigest(resuming: state)
      digest.update(tail.span.bytes)
      if let bytes { digest.update(bytes) }
      return digest.finish()
    }
  }

  /// Begins a stream; the others wait for its blocks until it is gone.
  package func stream() -> Stream {
    Stream(
      self,
      lanes.withLock {
        $0.next += 1
        $0.open.insert($0.next)
        return $0.next
      })
  }

  private func leave(_ number: Int) {
    lanes.withLock { _ = $0.open.remove(number) }
    lanes.signal()
  }

  private func advance(_ number: Int, _ request: Request) -> DigestState {
    lanes.withLock { $0.requests[number] = request }
    lanes.signal()
    while true {
      let step =
        lanes.wait(seconds: Self.patience) { next(&$0, for: number, isPatient: true) }
        ?? lanes.wait { next(&$0, for: number, isPatient: false) }
      switch step {
      case .done(let state): return state
      case .compute(let batch): compute(batch)
      }
    }
  }

  private func next(_ lanes: inout Lanes, for number: Int, isPatient: Bool) -> Step? {
    if let own = lanes.requests[number], own.blocks == 0 {
      lanes.requests[number] = nil
      return .done(own.state)
    }
    let waiting = lanes.requests.filter { $0.value.blocks > 0 }
    guard !lanes.isComputing, !isPatient || waiting.count >= min(lanes.open.count, width) else { return nil }
    lanes.isComputing = true
    // Its own is among them, so that it is done in the end.
    let others = waiting.keys.filter { $0 != number }.sorted().prefix(width - 1)
    return .compute(waiting.filter { $0.key == number || others.contains($0.key) })
  }

  /// Continues the streams of a batch by as many blocks as each of them has.
  private func compute(_ batch: [Int: Request]) {
    let numbers = batch.keys.sorted()
    let requests = numbers.compactMap { batch[$0] }
    let blocks = requests.map(\.blocks).min() ?? 0
    let states = DigestLanes.advance(requests.map(\.state), by: requests.map(\.data), blockCount: blocks)
    lanes.withLock { lanes in
      for (number, state) in zip(numbers, states) {
        lanes.requests[number]?.state = state
        lanes.requests[number]?.data += 64 * blocks
        lanes.requests[number]?.blocks -= blocks
      }
      lanes.isComputing = false
    }
    lanes.signal()
  }
}

/// What images share that are verified at the same time.
package final class SharedPass: Sendable {
  /// Most bytes of blocks that all of them hold at once, unless one alone needs more.
  private static let memory = 256 << 20

  let md5 = SideBySide(.md5)
  let sha256 = SideBySide(.sha256)
  /// Threads that decode, of each image.
  let workers: Int
  private let taken = Monitor(0)

  /// - Parameter images: at once.
  package init(images: Int) {
    self.workers = max(1, availableProcessors() / max(1, images))
  }

  /// Lanes for a digest of the whole; `nil` where it is computed alone.
  func lanes(_ algorithm: DigestAlgorithm) -> SideBySide? {
    switch algorithm {
    case .md5: md5
    case .sha256: DigestLanes.count(.sha256) > 1 ? sha256 : nil
    case .sha1: nil
    }
  }

  /// Waits until so much memory is free; what one image needs alone is always given.
  func take(_ bytes: Int) {
    taken.wait { taken -> Void? in
      guard taken == 0 || taken + bytes <= Self.memory else { return nil }
      taken += bytes
      return ()
    }
  }

  func giveBack(_ bytes: Int) {
    taken.withLock { $0 -= bytes }
    taken.signal()
  }
}
