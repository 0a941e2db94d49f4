import DiskWriters
import Evidence
import Formats
import SystemIO
import Verification

/// Comparisons that several checks make.
extension Trial {
  /// That an acquisition read everything, and what its images hold, as our own readers decode them.
  func expectAcquired(_ acquired: Acquired, _ expected: ExpectedContents, _ what: String) throws {
    expectEqual(
      acquired.summary.verdict,
      expected.unreadable.isEmpty
        ? .complete : .completeWithUnreadable(sectors: UInt64(expected.unreadable.count)), "\(what): verdict")
    expectEqual(acquired.summary.sectorCount, expected.sectorCount, "\(what): number of sectors")
    let record = try acquired.record()
    for image in try record.manifest().images {
      let reader = try record.reader(image, sectorSize: UInt32(expected.sectorSize))
      expectSame(
        try SectorComparison(of: reader, with: expected), "\(what): \(Formats.title(image.format))")
    }
  }

  /// The same by programs that are not ours: `ewfexport` decodes the E01, coreutils digest.
  func expectDecoded(
    _ acquired: Acquired, _ expected: ExpectedContents, _ what: String, _ bench: Bench
  ) throws {
    let record = try acquired.record()
    let decoded = try bench.decode(record.e01)
    expectSame(try SectorComparison(ofFile: decoded, with: expected), "\(what): E01 decoded by ewfexport")
    let stored = try record.openE01().storedDigests
    for digest in stored.all {
      expectEqual(
        try bench.digest(of: decoded, digest.algorithm), digest.hex,
        "\(what): \(digest.algorithm.title) of what ewfexport decodes")
    }
    try FolderTree.remove(decoded)
  }

  /// That a verification found nothing wrong.
  func expectNoFailure(_ report: VerificationReport, _ what: String) {
    let failures = report.findings.filter { $0.severity == .failure }
    expectEqual(failures.map { "\($0.code.rawValue) \($0.subject)" }, [], "\(what): failures")
  }
}
