import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Verifies what an acquisition wrote from where it was written, before it counts as complete.
struct ReadBack: Sendable {
  let signer: Certificate
  let stop: StopFlag
  let progress: @Sendable (UInt64, UInt64) -> Void

  /// Reads every file of the record again: what the kernel holds of them in memory is dropped first, which it can be
  /// since all of it is synced.
  /// - Parameters:
  ///   - manifest: signed, in the folder that is still unfinished.
  ///   - folders: others with segments of the record.
  /// - Throws: `readBackDiffers` where anything but a complete agreement comes of it; `interrupted`.
  func perform(_ manifest: FilePath, besides folders: [FilePath]) throws(EvidenceError) -> Result {
    let started = Host.now()
    for folder in [manifest.removingLastComponent()] + folders {
      for name in try Files.names(in: folder) {
        try OwnedDescriptor.openFile(folder.appending(name)).forgetCached()
      }
    }
    let verified = try ManifestVerification(
      manifest, VerificationSettings(trust: Trust([signer]), besides: folders, stop: stop)
    ).perform(progress: progress)
    let report = verified.report
    guard !stop.isRaised else { throw EvidenceError(.interrupted, manifest.string) }
    guard report.verdict == .verified else {
      let first = report.findings.first { $0.severity == .failure }
      throw EvidenceError(
        .readBackDiffers, manifest.removingLastComponent().string,
        first.map { "\($0.subject): \($0.code.meaning)" } ?? report.sentence)
    }
    return Result(started: started, report: report, whole: verified.computedWhole)
  }

  struct Result: Sendable {
    let started: Timestamp
    let report: VerificationReport
    /// Digests of the whole that were left for later; `nil` where none were.
    let whole: ComputedWhole?
    /// The record of them.
    var added: WholeDigestsRecord.Added?
  }
}
