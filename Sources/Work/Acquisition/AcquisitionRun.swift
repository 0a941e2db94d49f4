import Digests
import Evidence
import Media
import SystemIO
import WriterKit

/// One pass over a medium: read → digest → encode → write.
///
/// The calling thread reads. One thread per serial digest, none where they are left for later, `plan.workers` threads for chunk digests and encoding,
/// and one thread per image work behind it; a fixed number of buffers holds the reader to their pace.
package struct AcquisitionRun {
  private let source: any SectorSource
  private let plan: AcquisitionPlan
  private let writers: [any ImageWriter]
  private let stop: StopFlag
  private let start: Start
  private let staging: StagingArea?

  private let map: Monitor<SectorMap>
  private let failure = FirstFailure<EvidenceError>()

  /// Where a run begins.
  package struct Start: Sendable {
    let position: UInt64
    let digests: [DigestState]
    let map: SectorMap?
    let merkle: MerkleAccumulator

    /// At the first sector.
    package static let beginning = Start(
      position: 0, digests: [], map: nil, merkle: MerkleAccumulator())

    private init(position: UInt64, digests: [DigestState], map: SectorMap?, merkle: MerkleAccumulator) {
      self.position = position
      self.digests = digests
      self.map = map
      self.merkle = merkle
    }

    /// Where an earlier run was interrupted.
    /// - Parameter chunkDigests: SHA-256 of every chunk before the checkpoint.
    package init(resuming checkpoint: Checkpoint, chunkDigests: some Sequence<Digest>) {
      var merkle = MerkleAccumulator()
      for digest in chunkDigests { merkle.append(digest) }
      self.init(
        position: checkpoint.position, digests: checkpoint.digests, map: checkpoint.map, merkle: merkle)
    }

    func digest(_ algorithm: DigestAlgorithm) -> DigestState? {
      digests.first { $0.algorithm == algorithm }
    }
  }

  /// - Parameters:
  ///   - writers: of the images; where the run does not begin at the first sector, they stand where it does.
  ///   - staging: where the medium is put meanwhile; needed where the plan reads in an order of its own.
  package init(
    source: any SectorSource, plan: AcquisitionPlan, writers: [any ImageWriter],
    from start: Start = .beginning, staging: StagingArea? = nil, stop: StopFlag = StopFlag()
  ) {
    precondition(plan.geometry == source.geometry)
    precondition(plan.reading.needsStaging == (staging != nil))
    self.staging = staging
    self.source = source
    self.plan = plan
    self.writers = writers
    self.start = start
    self.stop = stop
    self.map = Monitor(start.map ?? SectorMap(sectorCount: plan.geometry.sectorCount))
  }

  /// What the workers make of a block.
  private struct WorkedBlock: Sendable {
    let block: MediumBlock
    /// Of whole chunks; one that spans several blocks is digested in their order.
    let chunkMD5: [Digest]
    /// SHA-256 of whole chunks, where no serial thread computes it on the way.
    var chunkSHA256: [Digest] = []
    /// One for each image, `nil` for one that has failed.
    let encoded: [EncodedBlock?]
  }

  /// Acquires the medium, from where it starts, and completes the images. Blocks until done.
  /// - Parameters:
  ///   - eachChunk: receives every chunk in order; what it throws ends the run.
  ///   - eachCheckpoint: receives every checkpoint; what it throws ends the run. The last one comes where reading
  ///     ends early, if the images could be brought to that point.
  ///   - progress: called after each block, from changing threads, one call at a time.
  /// - Returns: always an outcome; a run that ended early has `failure` and the verdict `incomplete`.
  package func perform(
    eachChunk: @escaping @Sendable (ChunkRecord) throws(EvidenceError) -> Void,
    eachCheckpoint: @escaping @Sendable (Checkpoint) throws(EvidenceError) -> Void = { _ in },
    progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) -> AcquisitionOutcome {
    let capacity = plan.blocksAtOnce
    let merkle = Monitor(start.merkle)
    let recorded = Monitor(start.position / UInt64(plan.geometry.logicalSectorSize))
    let begun = Host.monotonicSeconds()
    let standing = Monitor(writers.count)
    let writerStages = writers.enumerated().map { index, writer in
      WriterStage(writer, index: index, capacity: capacity) { [failure] error in
        // The run goes on as long as one image does.
        if standing.withLock({
          $0 -= 1; return $0 == 0
        }) {
          failure.record(error)
        }
      }
    }
    let spanning = Monitor(SpanningChunkDigests(.md5, of: plan.chunks))
    let spanningSHA256 = Monitor(SpanningChunkDigests(.sha256, of: plan.chunks))
    let join = OrderedJoin<WorkedBlock, [Digest]> { [failure, map, plan] worked, sha256 in
      guard failure.value == nil else { return }
      if let ticket = worked.block.checkpoint {
        for stage in writerStages { stage.put(ticket) }
        return
      }
      do throws(EvidenceError) {
        let md5 =
          Self.digestsInOrder(plan)
          ? spanning.withLock { Self.append(worked.block, to: &$0) } : worked.chunkMD5
        let sha256 =
          plan.isSegmented && plan.chunks.isSpanning
          ? spanningSHA256.withLock { Self.append(worked.block, to: &$0) } : sha256
        for chunk in Self.chunks(of: worked.block, md5: md5, sha256: sha256, plan: plan, map: map) {
          merkle.withLock { $0.append(chunk.sha256) }
          try eachChunk(chunk)
          recorded.withLock { $0 = chunk.sectors.end }
        }
      } catch { return failure.record(error) }
      for case (let stage, let encoded?) in zip(writerStages, worked.encoded) { stage.put(encoded) }
      progress(
        AcquisitionProgress(
          bytesDone: worked.block.offset + UInt64(worked.block.buffer.byteCount),
          length: plan.geometry.length,
          unreadableSectors: map.withLock { $0.count(of: .unreadable) }))
    }
    let digestStages: [any DigestStage] = wholeDigests.sorted().map { algorithm in
      let state = start.digest(algorithm)
      guard algorithm == .sha256, !workersTakeSHA256 else {
        return SerialDigestStage(algorithm, capacity: capacity, resuming: state)
      }
      return ChunkedDigestStage(plan.chunks, capacity: capacity, resuming: state) {
        join.deliver(right: $1, index: $0)
      }
    }
    let work = BoundedQueue<MediumBlock>(capacity: capacity)

    // MD5 of the whole is the longest serial work: on few processors the others stand back for it.
    let isSlowest = { (stage: any DigestStage) in (stage as? SerialDigestStage)?.algorithm == .md5 }
    let slowestThreads = WorkerThreads(
      name: "digest", digestStages.filter(isSlowest).map { stage in { stage.run() } })
    let digestThreads = WorkerThreads(
      name: "digest", isBackground: true,
      digestStages.filter { !isSlowest($0) }.map { stage in { stage.run() } })
    let writerThreads = WorkerThreads(
      name: "writer", isBackground: true, writerStages.map { stage in { stage.run() } })
    let workerThreads = WorkerThreads(
      name: "chunks", isBackground: true,
      (0..<plan.workers).map { _ in
        {
          workOnBlocks(from: work, writerStages) {
            join.deliver(left: $0, index: $0.block.index)
            if workersTakeSHA256 { join.deliver(right: $0.chunkSHA256, index: $0.block.index) }
          }
        }
      })

    let ending = readAll(
      ticket: { [failure] position in
        CheckpointTicket(
          position: position, map: mapSoFar(position), digestCount: digestStages.count,
          imageCount: writerStages.count
        ) { checkpoint in
          guard failure.value == nil else { return }
          do throws(EvidenceError) { try eachCheckpoint(checkpoint) } catch { failure.record(error) }
        }
      },
      { block in
        for stage in digestStages { stage.queue.put(block) }
        work.put(block)
      })

    for stage in digestStages { stage.queue.close() }
    work.close()
    slowestThreads.join()
    digestThreads.join()
    workerThreads.join()
    for stage in writerStages { stage.close() }
    writerThreads.join()
    // Only now: what was read before the medium failed still went all the way into the images.
    if let ending { failure.record(ending) }
    if failure.value != nil { forget(from: recorded.withLock { $0 }) }
    let results = digestStages.compactMap(\.result)
    let digests = DigestSet(results.map(\.digest))
    let padded = DigestSet(results.map(\.padded))
    return outcome(
      digests: digests, merkleRoot: merkle.withLock { $0.root }, begun: begun,
      images: finish(writerStages, digests: digests, padded: padded))
  }

  private var wholeDigests: Set<DigestAlgorithm> { plan.isSegmented ? [] : plan.digests.union([.sha256]) }

  /// Whether the SHA-256 of chunks comes from the workers, as their MD5 does, and not with that of the whole: where there
  /// is none of the whole, and where the processor gets both for no less than two.
  private var workersTakeSHA256: Bool {
    plan.isSegmented || (!ChunkedSHA256.canPair && !plan.chunks.isSpanning)
  }

  /// The body of a worker thread: chunk MD5s, and the block as each image will store it.
  private func workOnBlocks(
    from work: BoundedQueue<MediumBlock>, _ stages: [WriterStage], _ handOn: (WorkedBlock) -> Void
  ) {
    let wantsMD5 = plan.wantsChunkMD5 && !plan.chunks.isSpanning
    let wantsSHA256 = workersTakeSHA256 && !plan.chunks.isSpanning
    let chunkSize = Int(plan.chunks.chunkSize)
    while let block = work.take() {
      guard failure.value == nil else { continue }
      guard block.checkpoint == nil else {
        handOn(WorkedBlock(block: block, chunkMD5: [], encoded: []))
        continue
      }
      let chunkMD5 =
        wantsMD5 ? ChunkMD5.digests(of: block.buffer.bytes, chunkSize: chunkSize) : []
      let chunkSHA256 =
        wantsSHA256 ? ChunkSHA256.digests(of: block.buffer.bytes, chunkSize: chunkSize) : []
      handOn(
        WorkedBlock(
          block: block, chunkMD5: chunkMD5, chunkSHA256: chunkSHA256, encoded: stages.map { $0.encode(block) }
        ))
    }
  }

  /// Whether the MD5 of a chunk is known only when its last block has passed.
  private static func digestsInOrder(_ plan: AcquisitionPlan) -> Bool {
    plan.chunks.isSpanning && plan.wantsChunkMD5
  }

  private static func append(_ block: MediumBlock, to digests: inout SpanningChunkDigests) -> [Digest] {
    digests.append(block.buffer.bytes, at: block.offset).map { [$0.digest] } ?? []
  }

  /// The chunks that end in a block.
  private static func chunks(
    of block: MediumBlock, md5: [Digest], sha256: [Digest], plan: AcquisitionPlan, map: Monitor<SectorMap>
  ) -> [ChunkRecord] {
    let first = block.offset / plan.chunks.chunkSize
    return sha256.enumerated().map { position, digest in
      let index = first + UInt64(position)
      let sectors = plan.chunks.sectors(ofChunk: index, sectorSize: plan.geometry.logicalSectorSize)
      let hasUnreadable = map.withLock { !$0.ranges(in: .unreadable, within: sectors).isEmpty }
      return ChunkRecord(
        index: index, sectors: sectors, state: hasUnreadable ? .unreadable : .read,
        md5: md5.indices.contains(position) ? md5[position] : nil, sha256: digest)
    }
  }

  /// - Parameter ticket: makes a checkpoint at this byte.
  /// - Returns: why reading ended before the end of the medium; `nil` where it did not, or where another thread
  ///   failed.
  private func readAll(
    ticket: (UInt64) -> CheckpointTicket, _ handOn: (MediumBlock) -> Void
  ) -> EvidenceError? {
    let reader = blockReader()
    let pool = BufferPool(count: plan.blocksAtOnce, capacity: plan.bufferCapacity)
    let end = plan.geometry.length
    var position = start.position
    var index: UInt64 = 0
    var pace = CheckpointPace(seconds: plan.checkpointSeconds)
    func next(_ buffer: PageBuffer, checkpoint: CheckpointTicket? = nil) {
      handOn(MediumBlock(index: index, offset: position, buffer: buffer, checkpoint: checkpoint))
      index += 1
    }
    func checkpoint() { next(PageBuffer(capacity: 1), checkpoint: ticket(position)) }

    do throws(EvidenceError) { try reader.prepare() } catch { return error }
    pace = CheckpointPace(seconds: plan.checkpointSeconds)
    while position < end {
      guard failure.value == nil else { return nil }
      do throws(EvidenceError) {
        guard !stop.isRaised else { throw EvidenceError(.interrupted, source.facts.path.string) }
        let buffer = pool.take()
        try reader.read(blockAt: position, into: buffer)
        next(buffer)
        position = min(end, position + UInt64(plan.blockSize))
      } catch {
        if plan.checkpointSeconds != nil, plan.chunks.isBoundary(position) { checkpoint() }
        return error
      }
      // A chunk that has not ended would have to be kept as well.
      if position < end, plan.chunks.isBoundary(position), pace.isDue() { checkpoint() }
    }
    return nil
  }

  private func blockReader() -> any BlockReader {
    guard let staging else { return MediumReader(source: source, plan: plan, map: map) }
    return StagedReader(source: source, plan: plan, area: staging, delivered: map, stop: stop)
  }

  /// The map without what was read of a block that is not handed on.
  private func mapSoFar(_ position: UInt64) -> SectorMap {
    var map = self.map.withLock { $0 }
    map.mark(
      SectorRange(position / UInt64(plan.geometry.logicalSectorSize)..<map.sectorCount), as: .notAttempted)
    return map
  }

  /// After an early end the map speaks of recorded chunks only: sectors that were read but went no further are
  /// in no image.
  private func forget(from sector: UInt64) {
    map.withLock { map in map.mark(SectorRange(sector..<map.sectorCount), as: .notAttempted) }
  }

  /// Completes the images side by side, since each waits for its drive; where the run failed they are left as they
  /// are.
  private func finish(_ stages: [WriterStage], digests: DigestSet, padded: DigestSet) -> [ImageOutcome] {
    let unreadable = map.withLock { $0.ranges(in: .unreadable) }
    let outcomes = Monitor([ImageOutcome?](repeating: nil, count: stages.count))
    WorkerThreads(
      name: "finish",
      stages.enumerated().map { index, stage in
        {
          let contents = stage.writer.padsLastSector ? padded : digests
          let outcome = stage.finish(
            failure.value == nil ? ImageClosing(digests: contents, unreadable: unreadable) : nil,
            paddingBytes: plan.geometry.paddingBytes)
          outcomes.withLock { $0[index] = outcome }
        }
      }
    ).join()
    return outcomes.withLock { $0.compactMap(\.self) }
  }

  private func outcome(
    digests: DigestSet, merkleRoot: Digest, begun: Double, images: [ImageOutcome]
  ) -> AcquisitionOutcome {
    let map = self.map.withLock { $0 }
    let failure = self.failure.value ?? (images.contains { $0.written != nil } ? nil : images.first?.failure)
    let unreadable = map.count(of: .unreadable)
    let verdict: AcquisitionVerdict =
      if let failure { .incomplete(reason: failure.code.summary) } else {
        unreadable == 0 ? .complete : .completeWithUnreadable(sectors: unreadable)
      }
    return AcquisitionOutcome(
      verdict: verdict, failure: failure, map: map, digests: failure == nil ? digests : DigestSet(),
      merkleRoot: merkleRoot, images: images, seconds: Host.monotonicSeconds() - begun)
  }
}
