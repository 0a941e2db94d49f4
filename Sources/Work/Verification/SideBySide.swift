import Digests
import Evidence
import SystemIO

/// Digests of one algorithm of several streams that are read at the same time, computed side by side: one stream a lane.
///
/// Whoever brings a block waits for the others; the one that brings the last missing block computes for all. A stream that
/// comes late, from a slow or a dying drive, is waited for once and for a moment; from then on it takes part when it comes, and
/// is waited for again when it comes in time. What is small is computed at once. A lane that ends is free for the next stream.
package final class SideBySide: Sendable {
  private struct Request {
    var state: DigestState
    /// Stays valid while its stream waits.
    var data: UnsafeRawPointer
    var blocks: Int
  }

  private struct Lanes: ~Copyable {
    var open = 0
    var next = 0
    /// Of streams that wait; one without blocks is done.
    var requests: [Int: Request] = [:]
    /// Streams that came in time the last time, so that the next block of each is waited for.
    var awaited: Set<Int> = []
    /// When a stream got its last result, in seconds of ``Host/monotonicSeconds()``.
    var served: [Int: Double] = [:]
    /// Streams in batches that are being computed.
    var computing: Set<Int> = []
    /// Batches that are being computed.
    var batches = 0
  }

  /// What somebody who waits is to do.
  private enum Step {
    case done(DigestState)
    case compute([Int: Request])
  }

  /// Seconds that a block waits for those of other streams.
  private static let patience = 0.02
  /// Fewer blocks of 64 bytes are not worth waiting with.
  private static let fewestBlocks = 512

  package let algorithm: DigestAlgorithm
  private let width: Int
  private let processors = availableProcessors()
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
          guard blocks >= SideBySide.fewestBlocks else {
            return DigestLanes.advance([state], by: [base], blockCount: blocks)[0]
          }
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

  /// Begins a stream; from its first block on, the others wait for its blocks until it is gone.
  package func stream() -> Stream {
    Stream(
      self,
      lanes.withLock {
        $0.next += 1
        $0.open += 1
        return $0.next
      })
  }

  private func leave(_ number: Int) {
    lanes.withLock {
      $0.open -= 1
      $0.awaited.remove(number)
      $0.served[number] = nil
    }
    lanes.signal()
  }

  private func advance(_ number: Int, _ request: Request) -> DigestState {
    let now = Host.monotonicSeconds()
    lanes.withLock {
      if now - ($0.served[number] ?? now) <= Self.patience {
        $0.awaited.insert(number)
      } else {
        $0.awaited.remove(number)
      }
      $0.requests[number] = request
    }
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
      lanes.served[number] = Host.monotonicSeconds()
      return .done(own.state)
    }
    guard !lanes.computing.contains(number), lanes.batches < mostBatches(of: lanes.open) else { return nil }
    let waiting = lanes.requests.filter { $0.value.blocks > 0 && !lanes.computing.contains($0.key) }
    if isPatient {
      guard waiting.count >= width || lanes.awaited.isSubset(of: waiting.keys) else { return nil }
    } else {
      lanes.awaited.formIntersection(lanes.requests.keys)
    }
    lanes.batches += 1
    // Its own is among them, so that it is done in the end.
    let others = waiting.keys.filter { $0 != number }.sorted().prefix(width - 1)
    lanes.computing.formUnion(others + [number])
    return .compute(waiting.filter { $0.key == number || others.contains($0.key) })
  }

  /// As many as have a lane for each stream, where there are processors for them.
  private func mostBatches(of streams: Int) -> Int {
    max(1, min(processors, (streams + width - 1) / width))
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
      lanes.computing.subtract(numbers)
      lanes.batches -= 1
    }
    lanes.signal()
  }
}

/// What images share that are verified at the same time: lanes for their digests, and memory for their blocks.
package final class SharedPass: Sendable {
  /// With fewer images, each is digested by itself.
  private static let fewestImages = 3
  /// As many images as there are lanes.
  package static let mostImages = DigestLanes.count(.md5)
  /// Most bytes of blocks that all of them hold at once, unless one alone needs more.
  private static let memory = 256 << 20

  private let md5 = SideBySide(.md5)
  private let sha256 = SideBySide(.sha256)
  /// Threads that decode, of each image.
  let workers: Int
  private let taken = Monitor(0)

  /// - Parameter images: at once.
  /// - Returns: `nil` where sharing is not worth it.
  package init?(images: Int, level: VerificationLevel) {
    guard images >= Self.fewestImages, level == .full else { return nil }
    self.workers = max(1, availableProcessors() / max(1, images))
  }

  /// Lanes for a digest of the whole; `nil` where it is computed alone.
  package func lanes(_ algorithm: DigestAlgorithm) -> SideBySide? {
    switch algorithm {
    case .md5: md5
    case .sha256: DigestLanes.count(.sha256) > 1 ? sha256 : nil
    case .sha1: nil
    }
  }

  /// Waits until so much memory is free; what one image needs alone is always given. Whoever has some must not wait for more.
  package func take(_ bytes: Int) {
    taken.wait { taken -> Void? in
      guard taken == 0 || taken + bytes <= Self.memory else { return nil }
      taken += bytes
      return ()
    }
  }

  package func giveBack(_ bytes: Int) {
    taken.withLock { $0 -= bytes }
    taken.signal()
  }
}
