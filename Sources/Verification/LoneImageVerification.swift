import Evidence
import ImageFormats
import SystemPackage

/// What an image says when it is all there is: no manifest, no chunk file.
package struct LoneImageResult: Sendable {
  package let format: ImageFormat
  package let geometry: MediaGeometry
  /// In order.
  package let segments: [FilePath]
  package let description: ImageDescription
  package let storedDigests: DigestSet
  package let measurement: ImageMeasurement
  package let findings: [Finding]
  package let verdict: VerificationVerdict
}

/// Verifies an image against the digests it stores itself.
package enum LoneImageVerification {
  /// Most runs of damaged sectors that are listed one by one.
  static let largestDamageList = 1000

  /// Opens the image, reads all of it and compares. Blocks until it is done.
  /// - Parameters:
  ///   - path: any file of the set.
  ///   - rawSectorSize: bytes; for raw images, which do not say it.
  ///   - workers: `nil` for one per processor.
  ///   - progress: bytes done and bytes in all; called on this thread.
  ///   - shouldStop: asked from several threads.
  /// - Throws: as ``ImageFormatRegistry/open(_:rawSectorSize:)`` and ``ImageMeasuring/measure(_:_:progress:shouldStop:)``.
  package static func verify(
    _ path: FilePath, rawSectorSize: UInt32 = 512, workers: Int? = nil,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
    shouldStop: @escaping @Sendable () -> Bool = { false }
  ) throws(EvidenceError) -> LoneImageResult {
    let reader = try ImageFormatRegistry.open(path, rawSectorSize: rawSectorSize)
    let length = reader.geometry.length
    var plan = ImageMeasurementPlan(chunks: ChunkPlan(length: length), workers: workers)
    plan.chunkMD5 = false
    plan.algorithms = Set([.md5, .sha256] + reader.storedDigests.all.map(\.algorithm)).sorted()
    let measurement = try ImageMeasuring.measure(
      reader, plan, progress: { progress($0, length) }, shouldStop: shouldStop)
    let findings = self.findings(reader, measurement)
    return LoneImageResult(
      format: reader.format, geometry: reader.geometry, segments: reader.segments,
      description: reader.description, storedDigests: reader.storedDigests, measurement: measurement,
      findings: findings, verdict: verdict(findings, hasReference: !reader.storedDigests.isEmpty))
  }

  /// Sector runs of damage, joined; touching ranges are one run whatever the reason of each.
  package static func damageFindings(
    _ damage: [DamagedRange], geometry: MediaGeometry, subject: String
  ) -> [Finding] {
    let size = UInt64(geometry.logicalSectorSize)
    var runs: [(sectors: SectorRange, reason: String)] = []
    for range in damage.sorted(by: { $0.bytes.lowerBound < $1.bytes.lowerBound }) {
      let first = range.bytes.lowerBound / size
      let end = range.bytes.upperBound / size + (range.bytes.upperBound % size == 0 ? 0 : 1)
      if let last = runs.last, first <= last.sectors.end {
        let joined = SectorRange(last.sectors.first..<max(last.sectors.end, end))
        runs[runs.count - 1] = (joined, last.reason)
      } else {
        runs.append((SectorRange(first..<end), range.reason))
      }
    }
    var findings = runs.prefix(largestDamageList).map { run in
      Finding(.chunkDamaged, subject: subject, observed: run.reason, sectors: run.sectors)
    }
    if runs.count > largestDamageList {
      let rest = runs.count - largestDamageList
      findings.append(Finding(.chunkDamaged, subject: subject, observed: "\(rest) more runs are not listed"))
    }
    return findings
  }

  private static func findings(_ reader: any ImageReader, _ measurement: ImageMeasurement) -> [Finding] {
    let subject = reader.segments.first?.lastComponent?.string ?? reader.format.title
    var findings = reader.structureFindings
    findings += damageFindings(measurement.damage, geometry: reader.geometry, subject: subject)
    for stored in reader.storedDigests.all {
      let observed = measurement.paddedDigests[stored.algorithm]
      if observed != stored {
        findings.append(
          Finding(
            .storedDigestMismatch, subject: "\(subject): \(stored.algorithm.title)", expected: stored.hex,
            observed: observed?.hex))
      }
    }
    if reader.storedDigests.isEmpty { findings.append(Finding(.noStoredDigest, .warning, subject: subject)) }
    for range in reader.recordedUnreadable.prefix(largestDamageList) {
      findings.append(Finding(.sectorsUnreadable, .note, subject: subject, sectors: range))
    }
    return findings
  }

  /// The worst that the findings say.
  private static func verdict(_ findings: [Finding], hasReference: Bool) -> VerificationVerdict {
    let failures = findings.filter { $0.severity == .failure }
    if failures.contains(where: { $0.code != .storedDigestMismatch }) { return .damaged }
    if !failures.isEmpty { return .mismatch }
    return hasReference ? .verified : .noReference
  }
}
