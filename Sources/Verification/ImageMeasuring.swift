import Digests
import Evidence
import ImageFormats
import SystemIO

/// Reads an image once and computes every digest of it.
///
/// Workers read and decode blocks in any order and digest their chunks; a thread per algorithm takes the same
/// blocks in order. Shares nothing with the pipeline that writes images.
package final class ImageMeasuring: Sendable {
  private struct Ready {
    let block: PageBuffer
    /// Serial digests that have not taken it yet.
    var waiting: Int
  }

  private struct State: ~Copyable {
    var nextBlock = 0
    var finishedBlocks = 0
    var bytesDone: UInt64 = 0
    /// Blocks that serial digests still need, by number.
    var ready: [Int: Ready] = [:]
    var chunks: ChunkDigests
    var damage: [DamagedRange] = []
    var isPaddingZero = true
    var digests = DigestSet()
    var padded = DigestSet()
    var failure: EvidenceError?
  }

  /// Smallest block in bytes; a block is a whole number of chunks.
  private static let smallestBlock: UInt64 = 4 << 20
  private static let largeBlock: UInt64 = 16 << 20
  /// Largest chunk in bytes: bounds the memory, a few of these per processor.
  private static let largestChunk: UInt64 = 1 << 28

  private let reader: any ImageReader
  private let plan: ImageMeasurementPlan
  /// Bytes of the contents, padding included.
  private let total: UInt64
  private let blockSize: UInt64
  private let blockCount: Int
  private let pool: BufferPool
  private let state: Monitor<State>

  private init(_ reader: any ImageReader, _ plan: ImageMeasurementPlan) throws(EvidenceError) {
    let total = reader.geometry.length
    let chunks = plan.chunks
    precondition(chunks.length <= total, "longer than the contents")
    guard chunks.chunkSize <= Self.largestChunk, chunks.chunkCount <= ChunkPlan.largestChunkCount else {
      throw EvidenceError(
        .argumentInvalid, "chunk size \(chunks.chunkSize)", "not usable for \(chunks.length) bytes")
    }
    let blockSize = max(1, Self.smallestBlock / chunks.chunkSize) * chunks.chunkSize
    self.reader = reader
    self.plan = plan
    self.total = total
    self.blockSize = blockSize
    self.blockCount = Int(total / blockSize) + (total % blockSize == 0 ? 0 : 1)
    // One block per worker, and about as many that wait for the serial digests, unless blocks are very large.
    self.pool = BufferPool(
      count: blockSize > Self.largeBlock ? plan.workers + 1 : 2 * plan.workers + 2,
      capacity: Int(min(blockSize, max(1, total))))
    self.state = Monitor(State(chunks: ChunkDigests(count: Int(chunks.chunkCount), withMD5: plan.chunkMD5)))
  }

  /// Measures the whole of `reader`. Blocks until it is done.
  /// - Parameters:
  ///   - progress: bytes done so far, rising; called on this thread.
  ///   - shouldStop: asked before each block, from several threads.
  /// - Throws: `readFailed`; `interrupted` when `shouldStop` says so; `argumentInvalid` for a plan of more than
  ///   2²⁰ chunks, or of chunks over 256 MiB.
  /// - Precondition: the plan's length is at most that of the contents.
  package static func measure(
    _ reader: any ImageReader, _ plan: ImageMeasurementPlan, progress: (UInt64) -> Void = { _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(EvidenceError) -> ImageMeasurement {
    let run = try ImageMeasuring(reader, plan)
    var bodies: [Body] = plan.algorithms.map { algorithm in
      ("verify-\(algorithm.rawValue)", { run.digestInOrder(algorithm) })
    }
    for index in 0..<plan.workers { bodies.append(("verify-\(index)", { run.work(shouldStop) })) }
    withThreads(bodies[...]) { run.report(progress) }
    return try run.result()
  }

  // MARK: - Threads

  private typealias Body = (name: String, run: @Sendable () -> Void)

  /// Runs all bodies on threads of their own, and `meanwhile` on this one.
  private static func withThreads(_ bodies: ArraySlice<Body>, meanwhile: () -> Void) {
    guard let first = bodies.first else { return meanwhile() }
    let thread = WorkerThread(name: first.name, first.run)
    withThreads(bodies.dropFirst(), meanwhile: meanwhile)
    thread.join()
  }

  private func work(_ shouldStop: () -> Bool) {
    let sha256 = StreamingDigest(.sha256)
    let md5 = StreamingDigest(.md5)
    while true {
      // The buffer comes before the number: whoever holds the lowest number can always go on.
      let buffer = pool.take()
      let number = state.withLock { state -> Int? in
        guard state.failure == nil, state.nextBlock < blockCount else { return nil }
        state.nextBlock += 1
        return state.nextBlock - 1
      }
      guard let number else { return }
      if shouldStop() { return fail(EvidenceError(.interrupted, "verification")) }
      do throws(EvidenceError) {
        try process(number, buffer, sha256, md5)
      } catch {
        return fail(error)
      }
    }
  }

  private func process(
    _ number: Int, _ buffer: PageBuffer, _ sha256: borrowing StreamingDigest, _ md5: borrowing StreamingDigest
  ) throws(EvidenceError) {
    let start = UInt64(number) * blockSize
    let count = Int(min(blockSize, total - start))
    let damage = try buffer.fill { memory throws(EvidenceError) in
      try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: start)
    }
    buffer.byteCount = count
    if !damage.isEmpty { state.withLock { $0.damage += damage } }
    let measured = min(plan.chunks.length, start + UInt64(count))
    var position = start
    while position < measured {
      let index = Int(position / plan.chunks.chunkSize)
      let end = min(position + plan.chunks.chunkSize, measured)
      let bytes = buffer.bytes.extracting(Int(position - start)..<Int(end - start))
      sha256.restart()
      sha256.update(bytes)
      let digest = sha256.finish()
      var second: Digest?
      if plan.chunkMD5 {
        md5.restart()
        md5.update(bytes)
        second = md5.finish()
      }
      state.withLock { state in
        state.chunks.set(index, digest)
        if let second { state.chunks.set(index, second) }
      }
      position = end
    }
    checkPadding(buffer, from: max(measured, start) - start)
    state.withLock { state in
      state.finishedBlocks += 1
      state.bytesDone += UInt64(count)
      if !plan.algorithms.isEmpty, state.failure == nil {
        state.ready[number] = Ready(block: buffer, waiting: plan.algorithms.count)
      }
    }
    state.signal()
  }

  /// Bytes behind the medium must be zero.
  private func checkPadding(_ buffer: PageBuffer, from start: UInt64) {
    guard start < UInt64(buffer.byteCount) else { return }
    let padding = buffer.bytes.extracting(Int(start)..<buffer.byteCount)
    let isZero = padding.withUnsafeBytes { bytes in bytes.allSatisfy { $0 == 0 } }
    if !isZero { state.withLock { $0.isPaddingZero = false } }
  }

  private func digestInOrder(_ algorithm: DigestAlgorithm) {
    let digest = StreamingDigest(algorithm)
    var measured: Digest?
    for number in 0..<blockCount {
      let block = state.wait { state -> PageBuffer?? in
        if state.failure != nil { return .some(nil) }
        guard let ready = state.ready[number] else { return nil }
        return ready.block
      }
      guard let block else { return }
      let start = UInt64(number) * blockSize
      // Where the medium ends inside this block, its digest is taken before the padding goes on.
      let length = plan.chunks.length
      if measured == nil, length < start + UInt64(block.byteCount) {
        let split = Int(length - start)
        digest.update(block.bytes.extracting(0..<split))
        measured = digest.fork().finish()
        digest.update(block.bytes.extracting(split..<block.byteCount))
      } else {
        digest.update(block.bytes)
      }
      state.withLock { state in
        state.ready[number]?.waiting -= 1
        if state.ready[number]?.waiting == 0 { state.ready[number] = nil }
      }
    }
    let padded = digest.finish()
    state.withLock { [measured] state in
      state.digests.insert(measured ?? padded)
      state.padded.insert(padded)
    }
  }

  private func report(_ progress: (UInt64) -> Void) {
    var reported = 0
    while reported < blockCount {
      let news = state.wait { state -> (blocks: Int, bytes: UInt64)?? in
        if state.failure != nil { return .some(nil) }
        return state.finishedBlocks > reported ? (state.finishedBlocks, state.bytesDone) : nil
      }
      guard let news else { return }
      reported = news.blocks
      progress(news.bytes)
    }
  }

  private func fail(_ error: EvidenceError) {
    state.withLock { state in
      if state.failure == nil { state.failure = error }
      // Gives the buffers back to workers that wait for one.
      state.ready = [:]
    }
    state.signal()
  }

  private func result() throws(EvidenceError) -> ImageMeasurement {
    try state.withLock { state throws(EvidenceError) in
      if let failure = state.failure { throw failure }
      return ImageMeasurement(
        length: plan.chunks.length, digests: state.digests, paddedDigests: state.padded, chunks: state.chunks,
        merkleRoot: state.chunks.merkleRoot,
        damage: state.damage.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound },
        isPaddingZero: state.isPaddingZero)
    }
  }
}
