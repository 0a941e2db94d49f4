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
  private let medium: any SectorSource
  /// The medium, or the range of it that is asked for.
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
    let medium = try Sources.open(request.source, sectorSize: request.sectorSize)
    guard !folder.contains(medium.facts.path), !medium.facts.files.contains(where: folder.contains) else {
      throw EvidenceError(.sourceInsideCase, request.source.string)
    }
    self.medium = medium
    self.source = try Self.range(request, of: medium)
    self.plan = AcquisitionPlan(geometry: source.geometry, digests: request.digests)
    try request.check(source.geometry)
    if !request.acceptsLittleSpace { try Self.checkSpace(request, folder: folder, plan: plan) }
    self.identity = try SigningFiles.identity(of: folder, passphrase: passphrase)
  }

  private static func range(
    _ request: AcquisitionRequest, of medium: any SectorSource
  ) throws(EvidenceError) -> any SectorSource {
    guard request.firstSector != nil || request.sectorCount != nil else { return medium }
    let first = request.firstSector ?? 0
    let all = medium.geometry.sectorCount
    let count = request.sectorCount ?? (first < all ? all - first : 0)
    guard !first.addingReportingOverflow(count).overflow else {
      throw EvidenceError(
        .argumentInvalid, "--start \(first) --length \(count)", "past the end of the medium")
    }
    return try SectorRangeSource(SectorRange(first: first, count: count), of: medium)
  }

  private static func checkSpace(
    _ request: AcquisitionRequest, folder: CaseFolder, plan: AcquisitionPlan
  ) throws(EvidenceError) {
    let all =
      [(folder.evidence, request.formats)] + request.copies.map { ($0.folder, $0.formats ?? request.formats) }
    // Folders of one file system share its space.
    var needs: [UInt64: (folder: FilePath, bytes: UInt64)] = [:]
    for (folder, formats) in all {
      let images = formats.reduce(0 as UInt64) {
        $0 + SpaceNeed.image(length: plan.geometry.length, isE01: $1 == .e01)
      }
      let device = try Files.fileSystemNumber(folder)
      needs[device, default: (folder, 0)].bytes +=
        images + SpaceNeed.records(chunkCount: plan.chunks.chunkCount)
    }
    for need in needs.values { try SpaceNeed.check(need.bytes, at: need.folder) }
  }

  // MARK: The work

  /// Reads the medium, completes images and manifests, records everything in the case. Blocks until done.
  ///
  /// A run that ends early is no error but a summary with the verdict `incomplete`; what was read is kept in
  /// folders that are named as partial.
  package func perform(
    stop: StopFlag, progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    let acquisition = try begin()
    let destinations = destinations(acquisition)
    let outcome: AcquisitionOutcome
    do throws(EvidenceError) {
      var writers: [any ImageWriter] = []
      for destination in destinations {
        try destination.create()
        writers += try destination.writers(
          request, plan: plan, description: try description(), isRemovable: source.facts.isRemovable ?? false)
      }
      outcome = AcquisitionRun(source: source, plan: plan, writers: writers, stop: stop).perform(
        eachChunk: { (chunk: ChunkRecord) in for destination in destinations { destination.append(chunk) } },
        progress: progress)
    } catch {
      for destination in destinations { destination.remove() }
      // What went wrong first is what the examiner must hear, also where it cannot be recorded.
      try? end(acquisition, .incomplete(reason: error.code.summary), summaries: [], failure: error)
      throw error
    }
    return try conclude(acquisition, outcome, Self.pairs(destinations, outcome.images))
  }

  private typealias Pair = (destination: AcquisitionDestination, images: [ImageOutcome])

  /// Each destination with the outcomes of its own images.
  private static func pairs(_ destinations: [AcquisitionDestination], _ images: [ImageOutcome]) -> [Pair] {
    var rest = images[...]
    return destinations.map { destination in
      let own = rest.prefix(destination.formats.count)
      rest = rest.dropFirst(own.count)
      return (destination, Array(own))
    }
  }

  private func destinations(_ acquisition: AcquisitionRecord) -> [AcquisitionDestination] {
    [AcquisitionDestination(name: acquisition.name, in: folder.evidence, formats: request.formats)]
      + request.copies.map {
        AcquisitionDestination(name: acquisition.name, in: $0.folder, formats: $0.formats ?? request.formats)
      }
  }

  private func begin() throws(EvidenceError) -> AcquisitionRecord {
    var taken = try OutputFolder.namesInUse(in: folder.evidence)
    for copy in request.copies { taken.formUnion(try OutputFolder.namesInUse(in: copy.folder)) }
    let facts = source.facts
    return try store.beginAcquisition(
      of: item.number,
      source: AcquisitionSource(
        path: facts.path.string, kind: facts.kind.rawValue, length: plan.geometry.length,
        sectorSize: plan.geometry.logicalSectorSize),
      namesInUse: taken,
      details: .fields([
        "commandLine": .array(request.commandLine.map { .string($0) }),
        "formats": .array(request.formats.map { .string($0.rawValue) }),
        "copies": .array(request.copies.map { .string($0.folder.string) }),
        "digests": .array(plan.digests.sorted().map { .string($0.rawValue) }),
        "firstSector": (source as? SectorRangeSource).map { JSONValue($0.range.first) },
        "model": facts.model.map { .string($0) }, "serial": facts.serialNumber.map { .string($0) },
      ]))
  }

  private func description() throws(EvidenceError) -> ImageDescription {
    var description = ImageDescription()
    description.caseNumber = try store.caseRecord().number
    description.evidenceNumber = item.number.description
    description.examiner = try store.examiner().details.name
    description.description = request.description ?? item.description
    description.notes = request.notes
    description.model = source.facts.model
    description.serialNumber = source.facts.serialNumber ?? item.serial
    description.software = "\(ToolVersion.name) \(ToolVersion.current)"
    return description
  }

  // MARK: The end

  private func conclude(
    _ acquisition: AcquisitionRecord, _ outcome: AcquisitionOutcome, _ pairs: [Pair]
  ) throws(EvidenceError) -> AcquisitionSummary {
    for pair in pairs { pair.destination.close(outcome, images: pair.images, geometry: plan.geometry) }
    var manifestDigest: Digest?
    var images: [Manifest.Image] = []
    if outcome.failure == nil {
      let head = try recordImaged(acquisition, outcome)
      let builder = ManifestBuilder(
        case: try store.caseRecord(), examiner: try store.examiner().details.name, item: item,
        acquisition: acquisition, medium: medium, source: source, plan: plan, request: request,
        outcome: outcome,
        ended: Host.now())
      for (index, pair) in pairs.enumerated() {
        guard let listed = pair.destination.manifestImages(pair.images, request: request, plan: plan) else {
          continue
        }
        let manifest = builder.manifest(images: listed.images, files: listed.files, head: head)
        let digest = pair.destination.seal(manifest, identity: identity)
        if index == 0, let digest {
          manifestDigest = digest
          images = listed.images
        }
      }
    }
    let anythingRead = outcome.map.count(of: .notAttempted) < outcome.map.sectorCount
    let summaries = pairs.map { $0.destination.summary($0.images, anythingRead: anythingRead) }
    // The case's own images decide what the case records.
    let failure = outcome.failure ?? summaries.first?.failure
    let verdict = failure.map { AcquisitionVerdict.incomplete(reason: $0.code.summary) } ?? outcome.verdict
    try end(
      acquisition, verdict, summaries: summaries, failure: failure, images: images, digests: outcome.digests,
      manifestDigest: manifestDigest)
    return AcquisitionSummary(
      verdict: verdict, failure: failure, destinations: summaries, remarks: remarks(outcome, summaries),
      length: plan.geometry.length, sectorCount: plan.geometry.sectorCount,
      notAttempted: outcome.map.count(of: .notAttempted), unreadable: outcome.map.ranges(in: .unreadable),
      digests: outcome.digests, seconds: outcome.seconds)
  }

  /// The log knows the digests before the manifest refers to its head.
  private func recordImaged(
    _ acquisition: AcquisitionRecord, _ outcome: AcquisitionOutcome
  ) throws(EvidenceError) -> AuditHead {
    try store.append(
      .acquisitionImaged,
      details: .fields([
        "acquisition": .string(acquisition.id.description), "verdict": .string(outcome.verdict.name),
        "merkleRoot": .string(outcome.merkleRoot.hex),
        "digests": .object(
          Dictionary(
            uniqueKeysWithValues: outcome.digests.all.map { ($0.algorithm.rawValue, .string($0.hex)) })),
      ]))
  }

  private func end(
    _ acquisition: AcquisitionRecord, _ verdict: AcquisitionVerdict,
    summaries: [AcquisitionSummary.Destination], failure: EvidenceError?, images: [Manifest.Image] = [],
    digests: DigestSet = DigestSet(), manifestDigest: Digest? = nil
  ) throws(EvidenceError) {
    let copies = summaries.dropFirst().map { copy in
      JSONValue.fields([
        "folder": copy.folder.map { .string($0.string) },
        "error": copy.failure.map { .string($0.description) },
      ])
    }
    try store.finishAcquisition(
      acquisition.id, verdict: verdict,
      images: images.map { image in
        AcquiredImage(
          format: image.format.rawValue, length: plan.geometry.length,
          segments: image.segments.map {
            AcquiredImage.Segment(name: $0.name, size: $0.size, sha256: $0.sha256)
          })
      },
      digests: digests.isEmpty ? [] : [StreamDigests(stream: Manifest.Stream.main, digests: digests)],
      manifestDigest: manifestDigest,
      details: .fields([
        "copies": copies.isEmpty ? nil : .array(copies),
        "error": failure.map { .string($0.code.rawValue) },
        "message": failure.map { .string($0.description) },
      ]))
    if manifestDigest != nil {
      var custody = CustodyDetails(.acquire, occurred: acquisition.started)
      custody.purpose = "forensic acquisition"
      custody.remarks = "acquisition \(acquisition.name): \(verdict.sentence)"
      try store.recordCustody(of: item.number, custody)
    }
    try store.close()
  }

  /// What would otherwise pass without a word.
  private func remarks(
    _ outcome: AcquisitionOutcome, _ summaries: [AcquisitionSummary.Destination]
  ) -> [String] {
    var remarks: [String] = []
    let formats = Set(request.formats + request.copies.flatMap { $0.formats ?? [] })
    let unlisted = EWFErrorAddresses.unlisted(outcome.map.ranges(in: .unreadable))
    if formats.contains(.e01), !unlisted.isEmpty {
      remarks.append(
        "An E01 cannot list unreadable sectors past \(EWFErrorAddresses.listable.end - 1): "
          + "\(unlisted.listed()) are in map and manifest only.")
    }
    if plan.geometry.paddingBytes > 0, formats.contains(.e01) {
      remarks.append(
        "The last sector has \(plan.geometry.tailBytes) bytes only; the E01 holds \(plan.geometry.paddingBytes) zero bytes "
          + "behind it, and its own MD5 and SHA-1 are those of the padded contents.")
    }
    guard summaries.count > 1 else { return remarks }
    for summary in summaries where summary.busySeconds > 5 && summary.busySeconds > 0.8 * outcome.seconds {
      remarks.append(
        "\(summary.folder?.string ?? "A destination") held the others up: it was busy writing for "
          + "\(HumanText.duration(seconds: summary.busySeconds)) of \(HumanText.duration(seconds: outcome.seconds))."
      )
    }
    return remarks
  }
}
