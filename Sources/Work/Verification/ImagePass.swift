import Digests
import Evidence
import FormatKit
import SystemIO

/// Reads the whole contents of an image once and recomputes digests from it.
///
/// Worker threads decode blocks and compute chunk MD5s; behind them blocks are put in order again for one thread
/// per digest of the whole. Shares nothing with the pipeline that writes images.
struct ImagePass: Sendable {
  let reader: any ImageReader
  /// Division of the medium; its length may be less than that of a padded image by a part of a sector.
  let chunks: ChunkPlan
  /// Digests of the whole to compute; with level `chunks` none are.
  let digests: Set<DigestAlgorithm>
  let level: VerificationLevel
  let wantsChunkMD5: Bool
  let workers: Int
  let stop: StopFlag

  struct Result: Sendable {
    /// Of the medium's length; empty with level `chunks`.
    var digests = DigestSet()
    /// Of everything the image holds, padding included.
    var contentDigests = DigestSet()
    /// Damaged parts in order.
    var damaged: [DamagedRange] = []
    var isPaddingZero = true
    var wasStopped = false
  }

  /// A decoded block; `buffer.paddingByteCount` counts what lies behind the medium's end.
  struct Block: Sendable {
    let firstChunk: UInt64
    let buffer: PageBuffer
  }

  /// Blocks until done.
  /// - Parameters:
  ///   - eachDigest: receives SHA-256 and, where wanted, MD5 of every chunk, in no order, from several threads.
  ///   - progress: receives the number of bytes done, one call at a time.
  /// - Throws: `readFailed` where a file cannot be read at all.
  func perform(
    eachDigest: @escaping @Sendable (_ chunk: UInt64, Digest) -> Void,
    progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> Result {
    let blockSize = chunks.blockSize
    let blockCount = (chunks.length + UInt64(blockSize) - 1) / UInt64(blockSize)
    let padding = Int(reader.geometry.length - chunks.length)
    let capacity = Int(min(UInt64(blockSize), chunks.length)) + padding
    let atOnce = max(3, min(workers + 3, (128 << 20) / blockSize))
    let pool = BufferPool(count: atOnce, capacity: max(1, capacity))

    let result = Monitor(Result())
    let failure = FirstFailure<EvidenceError>()
    let stages = level == .full ? wholeDigestStages(queueCapacity: atOnce, eachDigest: eachDigest) : []
    let ordered = InOrder<Block> { block in
      for stage in stages { stage.queue.put(block) }
      progress(min(block.firstChunk * chunks.chunkSize + UInt64(blockSize), chunks.length))
    }
    let next = Monitor(UInt64(0))

    let stageThreads = WorkerThreads(name: "digest", stages.map { stage in { stage.run() } })
    let workerThreads = WorkerThreads(
      name: "decode",
      (0..<workers).map { _ in
        {
          while failure.value == nil {
            // Number and buffer are taken together: the oldest block always has a buffer, so nobody waits for ever.
            let taken = next.withLock { next -> (UInt64, PageBuffer)? in
              guard next < blockCount else { return nil }
              defer { next += 1 }
              return (next, pool.take())
            }
            guard let (index, buffer) = taken else { return }
            guard !stop.isRaised else { return result.withLock { $0.wasStopped = true } }
            do throws(EvidenceError) {
              let damaged = try decode(
                into: buffer, at: index * UInt64(blockSize), blockSize: blockSize, padding: padding)
              let isZero = buffer.isPaddingZero
              result.withLock {
                $0.damaged += damaged
                if !isZero { $0.isPaddingZero = false }
              }
            } catch { return failure.record(error) }
            // Nothing more is put in line behind a block that will never come.
            guard failure.value == nil else { return }
            let firstChunk = index * UInt64(blockSize) / chunks.chunkSize
            digestChunks(of: buffer, firstChunk: firstChunk, eachDigest: eachDigest)
            ordered.deliver(Block(firstChunk: firstChunk, buffer: buffer), index: index)
          }
        }
      })

    workerThreads.join()
    for stage in stages { stage.queue.close() }
    stageThreads.join()
    if let failure = failure.value { throw failure }
    var final = result.withLock { $0 }
    final.damaged.sort { $0.bytes.lowerBound < $1.bytes.lowerBound }
    if !final.wasStopped {
      final.digests = DigestSet(stages.compactMap(\.whole))
      final.contentDigests = DigestSet(stages.compactMap(\.contents))
    }
    return final
  }

  private func decode(
    into buffer: PageBuffer, at offset: UInt64, blockSize: Int, padding: Int
  ) throws(EvidenceError) -> [DamagedRange] {
    let length = Int(min(UInt64(blockSize), chunks.length - offset))
    let behind = offset + UInt64(length) == chunks.length ? padding : 0
    let damaged = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
      try reader.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<(length + behind)]), at: offset)
    }
    buffer.byteCount = length
    buffer.paddingByteCount = behind
    return damaged
  }

  /// What the workers digest themselves: MD5 in lanes, and SHA-256 where no serial thread computes it on the way.
  private func digestChunks(
    of buffer: PageBuffer, firstChunk: UInt64, eachDigest: (UInt64, Digest) -> Void
  ) {
    let size = Int(chunks.chunkSize)
    if wantsChunkMD5 {
      for (index, digest) in ChunkMD5.digests(of: buffer.bytes, chunkSize: size).enumerated() {
        eachDigest(firstChunk + UInt64(index), digest)
      }
    }
    guard level == .chunks else { return }
    let bytes = buffer.bytes
    for (index, start) in stride(from: 0, to: bytes.byteCount, by: size).enumerated() {
      let chunk = bytes.extracting(start..<min(start + size, bytes.byteCount))
      eachDigest(firstChunk + UInt64(index), .of(chunk, .sha256))
    }
  }

  private func wholeDigestStages(
    queueCapacity: Int, eachDigest: @escaping @Sendable (UInt64, Digest) -> Void
  ) -> [WholeDigestStage] {
    digests.union([.sha256]).sorted().map {
      WholeDigestStage($0, chunkSize: Int(chunks.chunkSize), capacity: queueCapacity, eachChunk: eachDigest)
    }
  }
}

extension PageBuffer {
  fileprivate var isPaddingZero: Bool {
    paddedBytes.extracting(byteCount..<byteCount + paddingByteCount).withUnsafeBytes {
      $0.allSatisfy { $0 == 0 }
    }
  }
}
