import Acquisition
import CanonicalJSON
import CaseStore
import EWFWriter
import Evidence
import ImageFormats
import Manifests
import Media
import Signing
import SystemIO
import SystemPackage

/// Acquires one item: source → images → manifest → case.
package struct AcquisitionJob {
  private let request: AcquisitionRequest
  private let folder: CaseFolder
  private let store: CaseStore
  private let identity: SigningIdentity
  private let item: EvidenceItemRecord
  private let source: any SectorSource
  private let plan: AcquisitionPlan

  /// Everything that can be refused is refused here, before the medium is read or anything is written.
  /// - Parameter passphrase: asked where the signing key is encrypted.
  /// - Throws: `itemUnknown`, `sourceMissing`, `sourceInsideCase`, `sourceInUse`, `destinationFull`,
  ///   `passphraseWrong` …
  package init(
    _ request: AcquisitionRequest, in folder: CaseFolder, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    self.request = request
    self.folder = folder
    self.store = try CaseStore.open(folder)
    self.item = try store.item(request.item)
    self.source = try Sources.open(request.source, sectorSize: request.sectorSize)
    guard !folder.contains(source.facts.path), !source.facts.files.contains(where: folder.contains) else {
      throw EvidenceError(.sourceInsideCase, request.source.string)
    }
    let plan = AcquisitionPlan(geometry: source.geometry, digests: request.digests)
    self.plan = plan
    try request.check(sectorSize: plan.geometry.logicalSectorSize)
    if !request.acceptsLittleSpace {
      let images = request.formats.reduce(0 as UInt64) {
        $0 + SpaceNeed.image(length: plan.geometry.length, isE01: $1 == .e01)
      }
      try SpaceNeed.check(images + SpaceNeed.records(chunkCount: plan.chunks.chunkCount), at: folder.evidence)
    }
    self.identity = try SigningFiles.identity(of: folder, passphrase: passphrase)
  }

  package var geometry: MediaGeometry { plan.geometry }

  /// Reads the medium, completes images and manifest, records everything in the case. Blocks until done.
  ///
  /// A run that ends early is no error but a summary with the verdict `incomplete`; what was read is kept in a
  /// folder that is named as partial.
  package func perform(
    stop: StopFlag, progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    let begun = Host.monotonicSeconds()
    let acquisition = try begin()
    let output = OutputFolder(name: acquisition.name, in: folder.evidence)
    let outcome: AcquisitionOutcome
    do throws(EvidenceError) {
      try output.create()
      outcome = try run(output, stop: stop, progress: progress)
    } catch {
      output.removePartial()
      // What went wrong first is what the examiner must hear, also where it cannot be recorded.
      try? end(acquisition, verdict: .incomplete(reason: error.description), failure: error)
      throw error
    }

    var summary = Summary(acquisition: acquisition, output: output, outcome: outcome, begun: begun)
    if let failure = outcome.failure {
      try keepPartial(outcome, output, &summary)
      try end(acquisition, verdict: outcome.verdict, failure: failure)
      return summary.finished(plan, verdict: outcome.verdict, failure: failure)
    }
    do throws(EvidenceError) {
      try complete(acquisition, outcome, output, &summary)
    } catch {
      // The images are whole but their record is not: they stay marked as partial.
      let verdict = AcquisitionVerdict.incomplete(reason: error.code.summary)
      summary.folder = output.partial
      try end(acquisition, verdict: verdict, failure: error)
      return summary.finished(plan, verdict: verdict, failure: error)
    }
    try store.close()
    return summary.finished(plan, verdict: outcome.verdict, failure: nil)
  }

  // MARK: Begin

  private func begin() throws(EvidenceError) -> AcquisitionRecord {
    let facts = source.facts
    return try store.beginAcquisition(
      of: item.number,
      source: AcquisitionSource(
        path: facts.path.string, kind: facts.kind.rawValue, length: plan.geometry.length,
        sectorSize: plan.geometry.logicalSectorSize),
      namesInUse: try OutputFolder.namesInUse(in: folder.evidence),
      details: .fields([
        "commandLine": .array(request.commandLine.map { .string($0) }),
        "formats": .array(request.formats.map { .string($0.rawValue) }),
        "digests": .array(plan.digests.sorted().map { .string($0.rawValue) }),
        "model": facts.model.map { .string($0) }, "serial": facts.serialNumber.map { .string($0) },
      ]))
  }

  // MARK: Read and write

  private func run(
    _ output: OutputFolder, stop: StopFlag, progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionOutcome {
    var writers: [any ImageWriter] = []
    for format in request.formats { writers.append(try writer(format, output)) }
    let chunks = try ChunkFileWriter(
      creating: output.partial.appending(RecordNames(acquisition: output.name).chunks()))
    let run = AcquisitionRun(source: source, plan: plan, writers: writers, stop: stop)
    let outcome = run.perform(
      eachChunk: { (chunk: ChunkRecord) throws(EvidenceError) in try chunks.append(chunk) },
      progress: progress)
    output.releaseReserve()
    do throws(EvidenceError) { try chunks.close() } catch {
      // After a failure of the run its reason counts, and what was read stays.
      return outcome.failure == nil ? outcome.failed(error) : outcome
    }
    return outcome
  }

  private func writer(_ format: ImageFormat, _ output: OutputFolder) throws(EvidenceError) -> any ImageWriter
  {
    switch format {
    case .raw:
      return try RawWriter(
        folder: output.partial, base: output.name, sectorSize: plan.geometry.logicalSectorSize,
        segmentSize: request.splitSize)
    case .e01:
      var options = EWFOptions()
      options.compression = request.compression
      options.segmentSize = request.segmentSize
      options.isRemovable = source.facts.isRemovable ?? false
      options.isPhysical = true
      options.description = try description()
      return try EWFImageWriter(
        folder: output.partial, name: output.name, geometry: plan.geometry, options: options,
        blockSize: plan.blockSize, blocksAtOnce: plan.blocksAtOnce)
    }
  }

  private func description() throws(EvidenceError) -> ImageDescription {
    var description = ImageDescription()
    description.caseNumber = try store.caseRecord().number
    description.evidenceNumber = item.number.description
    description.examiner = try store.examiner().details.name
    description.description = item.description
    description.notes = request.notes
    description.model = source.facts.model
    description.serialNumber = source.facts.serialNumber ?? item.serial
    description.software = "\(ToolVersion.name) \(ToolVersion.current)"
    return description
  }

  // MARK: End

  private func complete(
    _ acquisition: AcquisitionRecord, _ outcome: AcquisitionOutcome, _ output: OutputFolder,
    _ summary: inout Summary
  ) throws(EvidenceError) {
    let record = RecordWriter(folder: output.partial, names: RecordNames(acquisition: output.name))
    let images = try record.images(outcome, request: request, plan: plan)
    try record.writeMap(outcome.map, geometry: plan.geometry)
    let head = try store.append(
      .acquisitionImaged,
      details: .fields([
        "acquisition": .string(acquisition.id.description), "verdict": .string(outcome.verdict.name),
        "merkleRoot": .string(outcome.merkleRoot.hex),
        "digests": .object(
          Dictionary(
            uniqueKeysWithValues: outcome.digests.all.map {
              ($0.algorithm.rawValue, .string($0.hex))
            })),
      ]))
    let manifest = ManifestBuilder(
      case: try store.caseRecord(), examiner: try store.examiner().details.name, item: item,
      acquisition: acquisition, source: source, plan: plan, request: request, outcome: outcome,
      ended: Host.now()
    ).manifest(images: images, files: try record.recordFiles(), head: head)
    let manifestDigest = try record.seal(manifest, identity: identity, at: Host.now())
    try output.complete()
    summary.folder = output.final
    summary.manifest = output.final.appending(record.names.manifest)
    summary.files = try Files.names(in: output.final)
    try store.finishAcquisition(
      acquisition.id, verdict: outcome.verdict,
      images: images.map { image in
        AcquiredImage(
          format: image.format.rawValue, length: plan.geometry.length,
          segments: image.segments.map {
            AcquiredImage.Segment(name: $0.name, size: $0.size, sha256: $0.sha256)
          })
      },
      digests: [StreamDigests(stream: Manifest.Stream.main, digests: outcome.digests)],
      manifestDigest: manifestDigest)
    var custody = CustodyDetails(.acquire, occurred: acquisition.started)
    custody.purpose = "forensic acquisition"
    custody.remarks = "acquisition \(acquisition.name): \(outcome.verdict.sentence)"
    try store.recordCustody(of: item.number, custody)
  }

  private func end(
    _ acquisition: AcquisitionRecord, verdict: AcquisitionVerdict, failure: EvidenceError
  ) throws(EvidenceError) {
    try store.finishAcquisition(
      acquisition.id, verdict: verdict, manifestDigest: nil,
      details: .fields(["error": .string(failure.code.rawValue), "message": .string(failure.description)]))
    try store.close()
  }

  /// What was read stays, under a name that says it is not whole; where nothing was read, nothing stays.
  private func keepPartial(
    _ outcome: AcquisitionOutcome, _ output: OutputFolder, _ summary: inout Summary
  ) throws(EvidenceError) {
    guard outcome.map.count(of: .notAttempted) < outcome.map.sectorCount else {
      return output.removePartial()
    }
    summary.folder = output.partial
    let record = RecordWriter(folder: output.partial, names: RecordNames(acquisition: output.name))
    // The failure that ended the run is what counts; a map that cannot be written does not hide it.
    try? record.writeMap(outcome.map, geometry: plan.geometry)
    try? DurableFolder.sync(output.partial)
  }

  private struct Summary {
    var folder: FilePath?
    var manifest: FilePath?
    var files: [String] = []
    let outcome: AcquisitionOutcome
    let begun: Double

    init(acquisition: AcquisitionRecord, output: OutputFolder, outcome: AcquisitionOutcome, begun: Double) {
      self.outcome = outcome
      self.begun = begun
    }

    func finished(
      _ plan: AcquisitionPlan, verdict: AcquisitionVerdict, failure: EvidenceError?
    ) -> AcquisitionSummary {
      AcquisitionSummary(
        verdict: verdict, failure: failure, folder: folder, manifest: manifest, files: files,
        length: plan.geometry.length, sectorCount: plan.geometry.sectorCount,
        unreadable: outcome.map.ranges(in: .unreadable), digests: outcome.digests,
        seconds: Host.monotonicSeconds() - begun)
    }
  }
}
