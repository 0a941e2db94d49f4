import Acquisition
import DiskWriters
import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage
import WriterKit

/// Converts an image into another container, in one pass over it.
package struct ConversionJob {
  private let request: ConversionRequest
  private let reader: any ImageReader
  private let output: ConversionOutput
  private let plan: AcquisitionPlan
  private let stop: StopFlag

  /// Everything that can be refused is refused here.
  /// - Throws: `fileMissing`, `formatUnknown`, `imageMalformed`, `segmentMissing`, `argumentInvalid`,
  ///   `outputExists`, `destinationMissing`, `destinationFull`.
  package init(_ request: ConversionRequest, stop: StopFlag = StopFlag()) throws(EvidenceError) {
    try ImageInput.check(sectorSize: request.sectorSize)
    self.request = request
    self.reader = try Formats.openDisk(
      request.input, as: request.inputFormat, DiskOpening(sectorSize: request.sectorSize))
    self.output = try ConversionOutput(request)
    guard reader.geometry.length > 0 else {
      throw EvidenceError(.imageMalformed, request.input.string, "it holds no sectors")
    }
    self.plan = AcquisitionPlan(geometry: reader.geometry, digests: Set(DigestAlgorithm.allCases))
    self.stop = stop
    try output.plan.check(plan.geometry, disc: nil)
    try LargestFile.demand(output.plan.largestFile(of: reader.geometry.length, disc: nil), in: output.folder)
    if !request.acceptsLittleSpace {
      try FreeSpace.demand(
        output.plan.largestSize(of: reader.geometry.length, disc: nil), at: output.folder)
    }
  }

  /// Blocks until done. Damage and mismatches are no errors but outcomes.
  /// - Throws: `interrupted`, `destinationFull`, `writeFailed` …; nothing is left of the output then.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> ConversionReport {
    guard request.acceptsDamage || reader.facts.lost.isEmpty else {
      return report(.refused, lost: reader.facts.lost)
    }
    try output.create()
    do throws(EvidenceError) {
      return try convert(progress)
    } catch {
      output.remove()
      throw error
    }
  }

  private func convert(
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> ConversionReport {
    let source = ImageSource(reader, acceptsDamage: request.acceptsDamage)
    let recorded = reader.recordedUnreadable
    let writer = CarryingWriter(try output.plan.begin(place())) { recorded + source.damagedSectors }
    let run = AcquisitionRun(source: source, plan: plan, writers: [writer], stop: stop)
    let outcome = run.perform(
      eachChunk: { (_: ChunkRecord) throws(EvidenceError) in },
      progress: { progress($0.bytesDone, $0.length) })
    if let failure = outcome.failure {
      guard !source.damage.isEmpty, !request.acceptsDamage else { throw failure }
      output.remove()
      return report(.refused, damage: source.damage, lost: source.damagedSectors)
    }
    guard let image = outcome.images.first?.written, let first = image.files.first?.path else {
      throw EvidenceError(.writeFailed, request.output.string, "no file was written")
    }

    let lost = source.damagedSectors
    // With filler in the place of lost sectors no digest of the whole can match.
    let comparisons = lost.isEmpty ? try comparisons(with: outcome.digests) : []
    let notCarried = try notCarried(into: first)
    let isEqual = comparisons.allSatisfy(\.isEqual)
    let files = isEqual ? try output.complete(image.files.map(\.path)) : image.files.map(\.path)
    return report(
      !isEqual ? .mismatch : lost.isEmpty ? .complete : .completeWithDamage, files: files,
      digests: outcome.digests, comparisons: comparisons, paddingBytes: image.paddingBytes,
      damage: source.damage, lost: lost, notCarried: notCarried)
  }

  /// The digests the input stores, beside those of what they were made of: its contents, or only their whole sectors.
  private func comparisons(with digests: DigestSet) throws(EvidenceError) -> [ConversionReport.Comparison] {
    func compare(_ computed: DigestSet) -> [ConversionReport.Comparison] {
      reader.storedDigests.all.map {
        ConversionReport.Comparison(stored: $0, computed: computed[$0.algorithm])
      }
    }
    let comparisons = compare(digests)
    guard !comparisons.allSatisfy(\.isEqual), let whole = try reader.digestsOfWholeSectors(stop: stop) else {
      return comparisons
    }
    let others = compare(whole)
    return others.allSatisfy(\.isEqual) ? others : comparisons
  }

  /// Opens the copy no longer than it takes: many file systems keep a name of what is open.
  private func notCarried(into first: FilePath) throws(EvidenceError) -> [String] {
    let copy = try Formats.openDisk(
      first, as: output.plan.format, DiskOpening(sectorSize: reader.geometry.logicalSectorSize))
    return CarriedFacts.missing(from: copy, of: reader)
  }

  /// Where the output goes, and what the input says that it is an image of.
  private func place() -> ImagePlace {
    var origin = ImageOrigin()
    origin.description = reader.description
    origin.mediaType = reader.facts.mediaType
    origin.isPhysical = reader.facts.isPhysical ?? false
    origin.errorGranularity = reader.facts.errorGranularity
    origin.writeBlockers = reader.facts.writeBlockers
    origin.acquired = reader.facts.acquired?.timestamp
    origin.systemTime = reader.facts.systemTime?.timestamp
    return ImagePlace(
      folder: output.partial, name: output.base, geometry: plan.geometry, blockSize: plan.blockSize,
      blocksAtOnce: plan.blocksAtOnce, origin: origin)
  }

  private func report(
    _ outcome: ConversionReport.Outcome, files: [FilePath] = [], digests: DigestSet = DigestSet(),
    comparisons: [ConversionReport.Comparison] = [], paddingBytes: UInt32 = 0,
    damage: DamageLog = DamageLog(),
    lost: [SectorRange] = [], notCarried: [String] = []
  ) -> ConversionReport {
    let name = request.input.lastComponent?.string ?? request.input.string
    var findings = reader.structureFindings
    findings += damage.findings(in: reader, name: name)
    for comparison in comparisons where !comparison.isEqual {
      findings.append(
        Finding(
          .storedDigestMismatch, subject: name,
          expected: "\(comparison.stored.algorithm.title) \(comparison.stored)",
          observed: comparison.computed?.hex))
    }
    return ConversionReport(
      outcome: outcome, inputFormat: reader.format, outputFormat: output.format, geometry: reader.geometry,
      files: files, digests: digests, comparisons: comparisons, paddingBytes: paddingBytes,
      findings: findings,
      lost: lost, recordedUnreadable: reader.recordedUnreadable, notCarried: notCarried)
  }
}
