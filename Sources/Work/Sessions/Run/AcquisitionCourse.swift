import Acquisition
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Media
import SystemIO
import WriterKit

/// An acquisition under way, from its first or its next sector to the signed manifests.
struct AcquisitionCourse {
  let setting: AcquisitionSetting
  let ending: AcquisitionEnding
  // What the manifest needs of the case, asked before the medium is read: afterwards the case may be busy.
  let `case`: CaseRecord
  let examiner: String
  let head: AuditHead
  let destinations: [AcquisitionDestination]
  let journal: JournalKeeper
  /// As they were before anything else was read.
  let sentinels: SentinelSectors

  private typealias Pair = (destination: AcquisitionDestination, images: [ImageOutcome])

  /// - Parameter writers: of all destinations in their order.
  func perform(
    _ writers: [any ImageWriter], from start: AcquisitionRun.Start, stop: StopFlag,
    progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) -> AcquisitionSummary {
    let destinations = destinations
    let (journal, chunkSize) = (journal, setting.plan.chunks.chunkSize)
    let (rate, begun) = (Monitor(ReadRate()), Host.monotonicSeconds())
    let clock = ClockWatch()
    // Of a medium that was read in an order of its own, the images tell nothing of how fast it was read.
    let isRead = !setting.plan.reading.needsStaging
    let outcome = AcquisitionRun(
      source: setting.source, plan: setting.plan, writers: writers, from: start, staging: staging(progress),
      stop: stop
    ).perform(
      eachChunk: { (chunk: ChunkRecord) throws(EvidenceError) in
        for destination in destinations { destination.append(chunk) }
        try Self.demandOne(of: destinations)
      },
      eachCheckpoint: { (checkpoint: Checkpoint) throws(EvidenceError) in
        for destination in destinations { destination.syncChunks() }
        destinations[0].attempt { () throws(EvidenceError) in
          let count = checkpoint.position / chunkSize
          guard let chunks = destinations[0].chunkFileDigest(upTo: count) else {
            throw EvidenceError(
              .writeFailed, destinations[0].folder.string, "its chunk file ends before chunk \(count)")
          }
          try destinations[0].keepJournal { () throws(EvidenceError) in
            try journal.keep(checkpoint, own: destinations[0].images.count, chunks: chunks)
          }
        }
        try Self.demandOne(of: destinations)
      },
      progress: { now in
        if isRead {
          let elapsed = UInt64(max(0, (Host.monotonicSeconds() - begun) * 1000))
          rate.withLock { $0.note(bytes: now.bytesDone, of: now.length, milliseconds: elapsed) }
        }
        progress(now)
      })
    return conclude(outcome, rate.withLock { $0 }, clock, stop, progress)
  }

  /// Where the medium is put meanwhile, where it is read in an order of its own.
  private func staging(_ progress: @escaping @Sendable (AcquisitionProgress) -> Void) -> StagingArea? {
    guard setting.plan.reading.needsStaging else { return nil }
    return StagingArea(
      file: destinations[0].stagingFile, resuming: journal.staging,
      save: { [journal] (staging: Staging) throws(EvidenceError) in try journal.keep(staging) },
      progress: progress)
  }

  /// Where every destination has failed there is nothing to read on for.
  private static func demandOne(of destinations: [AcquisitionDestination]) throws(EvidenceError) {
    let failures = destinations.compactMap(\.failure)
    if failures.count == destinations.count, let first = failures.first { throw first }
  }

  /// Each destination with the outcomes of its own images.
  private func pairs(_ images: [ImageOutcome]) -> [Pair] {
    var rest = images[...]
    return destinations.map { destination in
      let own = rest.prefix(destination.writerCount)
      rest = rest.dropFirst(own.count)
      return (destination, Array(own))
    }
  }

  private func readBack(
    _ stop: StopFlag, _ progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) -> ReadBack {
    ReadBack(signer: setting.identity.certificate, stop: stop) {
      progress(AcquisitionProgress(bytesDone: $0, length: $1, unreadableSectors: 0, isReadBack: true))
    }
  }

  private func conclude(
    _ outcome: AcquisitionOutcome, _ rate: ReadRate, _ clock: ClockWatch, _ stop: StopFlag,
    _ progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) -> AcquisitionSummary {
    let pairs = pairs(outcome.images)
    for pair in pairs {
      pair.destination.close(outcome, images: pair.images, geometry: setting.plan.geometry)
    }
    var sealed: (digest: Digest, images: [Manifest.Image])?
    var segments: AcquisitionSummary.Segments?
    var digests = outcome.digests
    var unrecorded: EvidenceError?
    let device = outcome.failure == nil ? setting.device?.askAgain() : nil
    if outcome.failure == nil {
      var head = head
      do throws(EvidenceError) { head = try ending.recordImaged(outcome, rate) } catch { unrecorded = error }
      let builder = ManifestBuilder(
        case: `case`, examiner: examiner, item: setting.item, acquisition: ending.acquisition,
        medium: setting.medium, source: setting.source, earlier: setting.earlier,
        serialNumber: setting.serialNumber,
        plan: setting.plan, request: setting.request,
        outcome: outcome, pauses: journal.pauses,
        protection: setting.protection.record(sentinels, device, commands: commands(device)),
        ended: Host.now())
      let readBack = setting.request.output.isReadBack ? readBack(stop, progress) : nil
      // The case's own folder last: as long as it is unfinished, its journal leads back to all of them.
      for (index, pair) in pairs.enumerated().reversed() {
        guard let listed = pair.destination.manifestImages(pair.images, setting, device: device?.files ?? [])
        else { continue }
        let manifest = builder.manifest(
          images: listed.images, files: listed.files, tracks: listed.tracks,
          overflow: pair.destination.overflowed, head: head)
        let digest = pair.destination.seal(
          manifest, identity: setting.identity, examiner: examiner, readBack: readBack
        ) {
          guard index == 0 else { return }
          journal.remove()
          pair.destination.removeStaging()
        }
        guard index == 0, let digest else { continue }
        sealed = (digest, listed.images)
        segments = AcquisitionSummary.Segments(manifest.mainStream)
        if let added = pair.destination.readBack?.added {
          digests = added.document.streams[Manifest.Stream.main] ?? digests
        }
      }
    }
    let known = known(outcome)
    let anythingRead = known.count(of: .notAttempted) < known.sectorCount
    let summaries = pairs.map { $0.destination.summary($0.images, anythingRead: anythingRead) }
    // The case's own images decide what the case records.
    let failure = outcome.failure ?? summaries.first?.failure
    let verdict = failure.map { AcquisitionVerdict.incomplete(reason: $0.code.summary) } ?? outcome.verdict
    // Whatever was read is kept: behind a journal, or whole and signed where only the last name or sync failed.
    // That it is not to be seen, on a drive that is away, does not make the end final.
    let canResume = failure != nil && anythingRead
    do throws(EvidenceError) {
      if let failure, canResume {
        try ending.recordPause(known, failure)
      } else {
        try ending.record(
          verdict, summaries: summaries, failure: failure, images: sealed?.images ?? [],
          digests: outcome.digests, manifestDigest: sealed?.digest,
          readBack: sealed == nil ? nil : destinations[0].readBack)
      }
    } catch { unrecorded = error }
    return AcquisitionSummary(
      verdict: verdict, failure: failure, unrecorded: unrecorded, destinations: summaries,
      remarks: setting.remarks(outcome, summaries) + journal.remarks + ending.nameRemarks
        + [clock.remark].compactMap(\.self)
        + (outcome.failure == nil ? setting.protection.changes(since: sentinels, device) : []),
      length: setting.plan.geometry.length,
      sectorCount: setting.plan.geometry.sectorCount, notAttempted: known.count(of: .notAttempted),
      unreadable: known.ranges(in: .unreadable), digests: digests, segments: segments,
      item: setting.item.number, seconds: secondsAtWork(outcome),
      interruptions: journal.pauses.count, resumable: canResume ? ending.acquisition.name : nil,
      earlier: setting.earlier?.recorded)
  }

  /// Of all parts of the acquisition: from its beginning, without the pauses.
  private func secondsAtWork(_ outcome: AcquisitionOutcome) -> Double {
    guard !journal.pauses.isEmpty else { return outcome.seconds }
    let paused = journal.pauses.reduce(0) { $0 + $1.resumed.seconds(since: $1.stopped) }
    return max(outcome.seconds, Host.now().seconds(since: ending.acquisition.started) - paused)
  }

  /// Every command the device was sent, by any process of this acquisition.
  private func commands(_ device: DeviceCapture.After?) -> [String: UInt64] {
    journal.commands.merging(device?.commands ?? [:], uniquingKeysWith: +)
  }

  /// What is known of the medium: where it is read in an order of its own, more than the images hold.
  private func known(_ outcome: AcquisitionOutcome) -> SectorMap {
    guard outcome.failure != nil, let staged = journal.staging?.map else { return outcome.map }
    return staged
  }
}
