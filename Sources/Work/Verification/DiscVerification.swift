import Evidence
import DiscImages
import FormatKit
import Formats
import OpticalDisc
import SystemPackage

/// Verifies the image of an optical disc against the codes of its own sectors; what sectors are packed in against the
/// digests and checksums it stores.
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
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    var report = VerificationReport(subject: path.string)
    let name = path.lastComponent?.string ?? path.string
    let containers = try Formats.openDisc(path, as: format).image.containers
    let packed = containers.map(\.geometry.length).clampedSum()
    try checkContainers(containers, &report) { progress($0, packed * 2) }
    guard !report.wasStopped else { return report }
    let info: DiscInfo
    do throws(EvidenceError) {
      info = try DiscInfoJob(path, format: format, readsData: true, stop: settings.stop).perform {
        progress(packed + $0, packed + $1)
      }
    } catch  where error.code == .interrupted {
      report.wasStopped = true
      report.skip("\(name): sectors", because: "the verification was stopped")
      return report
    } catch  where error.code == .imageMalformed && isDamaged(report) {
      report.skip("\(name): sectors", because: "the image they are packed in is damaged")
      return report
    }
    report.take(
      "\(name): description and sectors of \(info.image.disc.tracks.count) track\(info.image.disc.tracks.count == 1 ? "" : "s")",
      against: "the error detection codes of its data sectors", info.findings)
    let nothing = "nothing is recorded to compare with"
    report.skip("\(name): audio and sectors without a code", because: "they carry nothing to compare with")
    // One file without a digest leaves the disc without one.
    if containers.count < info.image.files.count {
      report.hasReference = false
      report.findings.append(Finding(.noStoredDigest, .warning, subject: name))
      report.skip(
        "\(name): digests",
        because: containers.isEmpty ? nothing : "not all of its files store one; \(nothing)")
    }
    return report
  }

  private func isDamaged(_ report: VerificationReport) -> Bool {
    report.findings.contains { $0.code == .chunkDamaged }
  }

  /// What sectors are packed in is verified as any other container is.
  private func checkContainers(
    _ containers: [any ImageReader], _ report: inout VerificationReport,
    progress: @escaping @Sendable (UInt64) -> Void
  ) throws(EvidenceError) {
    var before: UInt64 = 0
    for reader in containers where !report.wasStopped {
      let name = reader.segments.first?.lastComponent?.string ?? path.string
      let start = before
      try ImageCheck(reader: reader, name: name, settings: settings).perform(
        length: reader.geometry.length, reference: nil, report: &report
      ) { progress(start + $0) }
      before += reader.geometry.length
    }
  }
}
