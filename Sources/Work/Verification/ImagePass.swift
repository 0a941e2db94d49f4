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
  /// Whether the SHA-256 of chunks is wanted, and their MD5.
  let wantsChunks: Bool
  let wantsChunkMD5: Bool
  let workers: Int
  let stop: StopFlag
  /// What it shares with images that are verified at the same time.
  var shared: SharedPass?

  struct Result: Sendable {
    /// Of the medium's length; empty with level `chunks`, and where parts of the image cannot be located.
    var digests = DigestSet()
    /// Of everything the image holds, padding included.
    var contentDigests = DigestSet()
    /// Damaged parts in order.
    var damaged = DamageLog()
    var isPaddingZero = true
    var wasStopped = false
  }

  /// A decoded block; `buffer.paddingByteCount` counts what lies behind the medium's end.
  struct Block: Sendable {
    /// First byte in the contents.
    let offset: UInt64
    let buffer: PageBuffer
  }

  /// Digests of chunks that are made from one block after the other.
  private struct Spanning: ~Copyable {
    var md5: SpanningChunkDigests?
    var sha256: SpanningChunkDigests?

    mutating func append(_ block: Block, eachDigest: (UInt64, Digest) -> Void) {
      if let ended = md5?.append(block.buffer.bytes, at: block.offset) {
        eachDigest(ended.chunk, ended.digest)
      }
      if let ended = sha256?.append(block.buffer.bytes, at: block.offset) {
        eachDigest(ended.chunk, ended.digest)
      }
    }
  }

  /// Most bytes that the workers decode chunks in at once.
  private static let decodingMemory = 256 << 20

  /// Blocks until done. What nothing in the image locates is not walked through.
  /// - Parameters:
  ///   - eachDigest: receives SHA-256 and MD5, as wanted, of every chunk that is all there, in no order, from
  ///     several threads.
  ///   - progress: receives the number of bytes done, one call at a time.
  /// - Throws: `readFailed` where a file cannot be read at all.
  func perform(
    eachDigest: @escaping @Sendable (_ chunk: UInt64, Digest) -> Void,
    progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> Result {
    // Of many images, each has small blocks.
    let isShared = shared != nil && isWhole && !chunks.isSpanning
    let blockSize = isShared ? Int(chunks.chunkSize) : chunks.blockSize
    let padding = Int(reader.geometry.length - chunks.length)
    let capacity = Int(min(UInt64(blockSize), chunks.length)) + padding
    // A unit is decoded as a whole, from as many bytes.
    let workers = max(1, min(workers, Self.decodingMemory / 2 / max(1, reader.unitSize)))
    let atOnce = max(3, min(workers + 3, (128 << 20) / max(1, blockSize)))
    let memory = atOnce * capacity
    shared?.take(memory)
    defer { shared?.giveBack(memory) }
    let pool = BufferPool(count: atOnce, capacity: max(1, capacity))

    let result = Monitor(Result())
    let failure = FirstFailure<EvidenceError>()
    let stages = isWhole ? wholeDigestStages(queueCapacity: atOnce, eachDigest: eachDigest) : []
    let spanning = Monitor(
      Spanning(
        md5: chunks.isSpanning && wantsChunkMD5 ? SpanningChunkDigests(.md5, of: chunks) : nil,
        sha256: chunks.isSpanning && wantsChunks && !isWhole ? SpanningChunkDigests(.sha256, of: chunks) : nil
      ))
    let ordered = InOrder<Block> { block in
      for stage in stages { stage.queue.put(block) }
      if chunks.isSpanning { spanning.withLock { $0.append(block, eachDigest: eachDigest) } }
      progress(min(block.offset + UInt64(blockSize), chunks.length))
    }
    let next = Monitor(
      LocatedBlocks(reader.locatedBytes, blockSize: UInt64(blockSize), length: chunks.length))

    let stageThreads = WorkerThreads(name: "digest", stages.map { stage in { stage.run() } })
    let workerThreads = WorkerThreads(
      name: "decode",
      (0..<workers).map { _ in
        {
          while failure.value == nil {
            // Number and buffer are taken together: the oldest block always has a buffer, so nobody waits for ever.
            let taken = next.withLock { next -> (LocatedBlocks.Place, PageBuffer)? in
              next.next().map { ($0, pool.take()) }
            }
            guard let (place, buffer) = taken else { return }
            guard !stop.isRaised else { return result.withLock { $0.wasStopped = true } }
            let offset = place.block * UInt64(blockSize)
            do throws(EvidenceError) {
              let damaged = try decode(into: buffer, at: offset, blockSize: blockSize, padding: padding)
              let isZero = buffer.isPaddingZero
              result.withLock {
                $0.damaged.add(damaged)
                if !isZero { $0.isPaddingZero = false }
              }
            } catch { return failure.record(error) }
            // Nothing more is put in line behind a block that will never come.
            guard failure.value == nil else { return }
            if !chunks.isSpanning {
              digestChunks(of: buffer, firstChunk: offset / chunks.chunkSize, eachDigest: eachDigest)
            }
            ordered.deliver(Block(offset: offset, buffer: buffer), index: place.order)
          }
        }
      })

    workerThreads.join()
    for stage in stages { stage.queue.close() }
    stageThreads.join()
    if let failure = failure.value { throw failure }
    var final = result.withLock { $0 }
    final.damaged.sort()
    if !final.wasStopped {
      final.digests = DigestSet(stages.compactMap(\.whole))
      final.contentDigests = DigestSet(stages.compactMap(\.contents))
    }
    return final
  }

  /// Zeros in the place of what nothing locates have a digest that says nothing.
  private var isWhole: Bool { level == .full && reader.facts.lost.isEmpty }

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

  /// Whether the SHA-256 of chunks comes from the workers: where no serial thread computes it on the way, for little more.
  private var workersTakeSHA256: Bool { !isWhole || (!ChunkedSHA256.canPair && !chunks.isSpanning) }

  /// What the workers digest themselves: MD5 in lanes, and SHA-256.
  private func digestChunks(
    of buffer: PageBuffer, firstChunk: UInt64, eachDigest: (UInt64, Digest) -> Void
  ) {
    let size = Int(chunks.chunkSize)
    if wantsChunkMD5 {
      for (index, digest) in ChunkMD5.digests(of: buffer.bytes, chunkSize: size).enumerated() {
        eachDigest(firstChunk + UInt64(index), digest)
      }
    }
    guard wantsChunks, workersTakeSHA256 else { return }
    for (index, digest) in ChunkSHA256.digests(of: buffer.bytes, chunkSize: size).enumerated() {
      eachDigest(firstChunk + UInt64(index), digest)
    }
  }

  private func wholeDigestStages(
    queueCapacity: Int, eachDigest: @escaping @Sendable (UInt64, Digest) -> Void
  ) -> [WholeDigestStage] {
    let givesChunks = wantsChunks && !workersTakeSHA256
    return digests.union(wantsChunks ? [.sha256] : []).sorted().map {
      WholeDigestStage(
        $0, chunks, capacity: queueCapacity,
        in: $0 == .sha256 && givesChunks ? nil : shared?.lanes($0), eachChunk: givesChunks ? eachDigest : nil)
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
