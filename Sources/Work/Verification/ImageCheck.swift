import Evidence
import FormatKit
import Formats
import SystemIO
import SystemPackage

/// Compares one image with what is recorded of its contents, or with the digests it stores itself.
struct ImageCheck {
  /// What is recorded outside the image.
  struct Reference {
    /// Of the medium's length.
    let digests: DigestSet
    /// Of everything the image holds.
    let contentDigests: DigestSet
    let merkleRoot: Digest
    let chunks: ChunkComparison
    /// Digests of the whole to compute although none are recorded: they were not computed while reading.
    var later: Set<DigestAlgorithm> = []
    /// What records the digests of the whole.
    var wholeSource = "manifest"
  }

  let reader: any ImageReader
  /// Name of the image in findings.
  let name: String
  let settings: VerificationSettings

  /// Reads the image once and adds what is found to `report`.
  /// - Returns: what was computed.
  /// - Throws: `readFailed` where a file cannot be read at all.
  @discardableResult
  func perform(
    length: UInt64, reference: Reference?, report: inout VerificationReport,
    progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) -> ImagePass.Result {
    // What is no container has no structure but the sizes of its files, and no checksums.
    let isPacked = reader.isPacked
    let own = reader.checksItsData ? "its own checksums" : isPacked ? "itself" : "the sizes of its files"
    report.take("\(name): structure", against: own, reader.structureFindings)
    reference?.chunks.restart()
    var algorithms = Set(reader.storedDigests.all.map(\.algorithm))
    for digest in (reference?.digests.all ?? []) + (reference?.contentDigests.all ?? []) {
      algorithms.insert(digest.algorithm)
    }
    algorithms.formUnion(reference?.later ?? [])
    // With nothing to compare with, they are for somebody who has.
    if reference == nil, algorithms.isEmpty { algorithms.formUnion(DigestAlgorithm.allCases) }
    algorithms.formUnion(settings.digests)
    let pass = ImagePass(
      reader: reader,
      chunks: reference?.chunks.plan
        ?? ChunkPlan(length: length, sectorSize: reader.geometry.logicalSectorSize), digests: algorithms,
      level: settings.level, wantsChunks: reference != nil, wantsChunkMD5: reference?.chunks.hasMD5 ?? false,
      workers: settings.shared?.workers ?? availableProcessors(), stop: settings.stop, shared: settings.shared
    )
    let result = try pass.perform(
      eachDigest: { reference?.chunks.observe($1, chunk: $0) }, progress: progress)

    report.take(
      "\(name): stored data",
      against: reader.checksItsData
        ? own : isPacked ? "can be unpacked; it has no checksums" : "readable to its end",
      result.damaged.findings(in: reader, name: name))
    guard !result.wasStopped else {
      report.wasStopped = true
      report.skip("\(name): digests", because: "the verification was stopped")
      return result
    }
    report.computed[name] = result.contentDigests
    if let reference { compare(result, with: reference, &report) }
    try compareStored(result, hasOtherReference: reference != nil, &report)
    try compareChecksum(&report)
    return result
  }

  /// A checksum of the whole is no digest: it says what its own codes say, and no more.
  private func compareChecksum(_ report: inout VerificationReport) throws(EvidenceError) {
    guard let checksum = reader.wholeChecksum else { return }
    let title = "\(name): \(checksum.name) of the contents"
    guard settings.level == .full else { return report.skip(title, because: "level chunks") }
    guard let computed = try checksum.computed(over: reader, stop: settings.stop) else {
      report.wasStopped = true
      return report.skip(title, because: "the verification was stopped")
    }
    let (expected, observed) = (HumanText.hex(checksum.stored), HumanText.hex(computed))
    report.take(
      title, against: "checksum stored in the image",
      expected == observed
        ? []
        : [
          Finding(
            .storedDigestMismatch, subject: name, expected: "\(checksum.name) \(expected)",
            observed: "\(checksum.name) \(observed)")
        ])
  }

  /// Why digests of the whole are not compared; `nil` where they are.
  private var withoutWhole: String? {
    let lost = reader.facts.lost.joined().reduce(UInt64(0)) { $0 + $1.count }
    return lost == 0 ? nil : "\(lost) sectors are not in the image"
  }

  private func compare(
    _ result: ImagePass.Result, with reference: Reference, _ report: inout VerificationReport
  ) {
    report.hasReference = true
    report.take("\(name): chunk digests", against: "chunk file", reference.chunks.findings(subject: name))
    let root = reference.chunks.observedRoot
    report.take(
      "\(name): Merkle root", against: "manifest",
      root == reference.merkleRoot && reference.chunks.isComplete
        ? []
        : [
          Finding(
            .merkleRootMismatch, subject: name, expected: reference.merkleRoot.hex, observed: root.hex)
        ])
    if !result.isPaddingZero { report.findings.append(Finding(.paddingNotZero, subject: name)) }
    guard settings.level == .full else {
      return report.skip(
        "\(name): digests of the whole", because: "level chunks: the Merkle root stands for them")
    }
    if let withoutWhole { return report.skip("\(name): digests of the whole", because: withoutWhole) }
    guard !reference.digests.isEmpty else {
      return report.skip(
        "\(name): digests of the whole",
        because: "nothing to compare with: not computed while reading; the Merkle root stands for them")
    }
    for recorded in reference.digests.all {
      compare(
        recorded, result.digests, "the medium", .digestMismatch, against: reference.wholeSource, &report)
    }
    guard reference.contentDigests != reference.digests else { return }
    for recorded in reference.contentDigests.all {
      compare(
        recorded, result.contentDigests, "the padded contents", .digestMismatch,
        against: reference.wholeSource, &report)
    }
  }

  private func compareStored(
    _ result: ImagePass.Result, hasOtherReference: Bool, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    guard !reader.storedDigests.isEmpty else {
      if !hasOtherReference {
        report.findings.append(Finding(.noStoredDigest, .warning, subject: name))
        report.skip("\(name): digests", because: "nothing is recorded to compare with")
      }
      return
    }
    guard settings.level == .full else {
      return report.skip("\(name): digests stored in the image", because: "level chunks")
    }
    report.hasReference = true
    if let withoutWhole { return report.skip("\(name): digests stored in the image", because: withoutWhole) }
    let stored = reader.storedDigests.all
    var (computed, what) = (result.contentDigests, "the contents")
    if reader.geometry.tailBytes > 0, stored.contains(where: { computed[$0.algorithm] != $0 }),
      let whole = try reader.digestsOfWholeSectors(stop: settings.stop),
      stored.allSatisfy({ whole[$0.algorithm] == $0 })
    {
      (computed, what) = (whole, "the whole sectors")
      report.computed[name] = whole
    }
    for stored in stored {
      compare(
        stored, computed, what, .storedDigestMismatch, against: "digest stored in the image", &report)
    }
  }

  private func compare(
    _ recorded: Digest, _ computed: DigestSet, _ what: String, _ code: FindingCode, against: String,
    _ report: inout VerificationReport
  ) {
    let observed = computed[recorded.algorithm]
    report.take(
      "\(name): \(recorded.algorithm.title) of \(what)", against: against,
      observed == recorded
        ? []
        : [
          Finding(
            code, subject: name, expected: "\(recorded.algorithm.title) \(recorded)",
            observed: observed.map { "\($0.algorithm.title) \($0)" } ?? "not computed")
        ])
  }
}

/// Verifies an image that has no manifest against what it stores itself.
package struct LoneImageVerification {
  private let path: FilePath
  private let format: FormatID?
  private let settings: VerificationSettings

  /// - Parameter format: what it is taken for; what it is itself where `nil`.
  package init(_ path: FilePath, as format: FormatID? = nil, _ settings: VerificationSettings) {
    self.path = path
    self.format = format
    self.settings = settings
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all.
  /// - Throws: `fileMissing`, `formatUnknown`, `imageMalformed`, `segmentMissing`, `readFailed`.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    let reader = try Formats.openDisk(path, as: format)
    let name = path.lastComponent?.string ?? path.string
    var report = VerificationReport(subject: path.string)
    let length = reader.geometry.length
    try ImageCheck(reader: reader, name: name, settings: settings).perform(
      length: length, reference: nil, report: &report
    ) { progress($0, length) }
    report.skip("signature", because: "an image without a manifest is not signed")
    return report
  }
}
