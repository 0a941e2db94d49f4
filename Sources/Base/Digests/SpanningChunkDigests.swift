import Evidence

/// Digests of chunks that are longer than the blocks in which a stream is handed on, from block to block.
package struct SpanningChunkDigests: ~Copyable {
  private let plan: ChunkPlan
  private var digest: StreamingDigest
  /// Where the chunk goes on; `nil` where a part of it was left out.
  private var next: UInt64?

  package init(_ algorithm: DigestAlgorithm, of plan: ChunkPlan) {
    self.plan = plan
    self.digest = StreamingDigest(algorithm)
  }

  /// Continues with a block that lies within one chunk.
  /// - Parameter offset: of the block in the stream, more than that of the one before.
  /// - Returns: the chunk that ends with it; `nil` where it goes on, or where a part of it was left out.
  package mutating func append(_ block: RawSpan, at offset: UInt64) -> (chunk: UInt64, digest: Digest)? {
    if offset % plan.chunkSize == 0 {
      digest.restart()
      next = offset
    }
    guard next == offset else {
      next = nil
      return nil
    }
    digest.update(block)
    let end = offset + UInt64(block.byteCount)
    next = end
    return plan.isBoundary(end) ? (offset / plan.chunkSize, digest.finish()) : nil
  }
}
