import Evidence
import OpticalDisc
import SystemPackage

/// Verifies the image of an optical disc against the codes of its own sectors, since it stores no digests.
package struct DiscVerification {
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
  /// - Throws: as ``DiscInfoJob/perform(progress:)``, but for a stop.
  package func perform(
    progress: (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    var report = VerificationReport(subject: path.string)
    let name = path.lastComponent?.string ?? path.string
    let info: DiscInfo
    do throws(EvidenceError) {
      info = try DiscInfoJob(path, format: format, readsData: true, stop: settings.stop).perform(
        progress: progress)
    } catch  where error.code == .interrupted {
      report.wasStopped = true
      report.skip("\(name): sectors", because: "the verification was stopped")
      return report
    }
    report.take(
      "\(name): description and sectors of \(info.image.disc.tracks.count) tracks",
      against: "the error detection codes of its data sectors", info.findings)
    report.findings.append(Finding(.noStoredDigest, .warning, subject: name))
    report.skip("\(name): audio and sectors without a code", because: "they carry nothing to compare with")
    report.skip("\(name): digests", because: "nothing is recorded to compare with")
    return report
  }
}
