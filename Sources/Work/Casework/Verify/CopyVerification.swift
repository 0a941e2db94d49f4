import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Verifies what an acquisition wrote besides the case's own folder.
struct CopyVerification {
  let entry: AcquisitionEntry
  /// With the certificates that are trusted for this acquisition.
  let settings: VerificationSettings

  private var names: RecordNames { RecordNames(acquisition: entry.acquisition.name) }

  /// - Parameter place: where to look; `nil` of a copy that is not asked for.
  /// - Returns: what was verified, where it is the recorded acquisition without a fault.
  func perform(
    _ copy: AcquisitionCopy, at place: FilePath?, _ report: inout VerificationReport,
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> ManifestVerification.Result? {
    if let failure = copy.failure {
      report.take(
        "copy \(copy.folder)", against: "the case",
        [Finding(.acquisitionIncomplete, .warning, subject: copy.folder, observed: failure)])
      return nil
    }
    guard let place else {
      leaveOut(copy, "not asked for", &report)
      return nil
    }
    guard Files.kind(place) == .folder else {
      leaveOut(copy, "not at hand", &report)
      report.findings.append(
        Finding(
          .copyNotChecked, .warning, subject: copy.folder,
          expected: "a copy of acquisition \(entry.acquisition.name)", observed: "no folder"))
      return nil
    }
    let (found, result) = check(copy, in: place, progress)
    let part = found.at(place.string)
    report.copies.append(
      CopyCheck(
        entry.acquisition.id, folder: copy.folder, foundAt: place.string == copy.folder ? nil : place.string,
        verdict: part.wasStopped ? nil : part.verdict, reason: part.wasStopped ? "stopped" : nil))
    report.absorb(part)
    return part.verdict == .verified ? result : nil
  }

  private func leaveOut(_ copy: AcquisitionCopy, _ reason: String, _ report: inout VerificationReport) {
    report.skip("copy \(copy.folder)", because: reason)
    report.copies.append(
      CopyCheck(entry.acquisition.id, folder: copy.folder, verdict: nil, reason: reason))
  }

  private func check(
    _ copy: AcquisitionCopy, in place: FilePath, _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> (report: VerificationReport, result: ManifestVerification.Result?) {
    var report = VerificationReport(subject: place.string)
    let path = place.appending(names.manifest)
    guard Files.exists(path) else {
      report.take(
        "manifest", against: "the case",
        [Finding(.fileMissing, subject: names.manifest, expected: "a manifest", observed: "no file")])
      return (report, nil)
    }
    do throws(EvidenceError) {
      let result = try ManifestVerification(path, settings, followsOverflow: true).perform(progress: progress)
      report.absorb(result.report)
      report.take(
        "\(names.manifest): the acquisition", against: "the case", differences(result, from: copy))
      return (report, result)
    } catch {
      let code: FindingCode = error.category == .input ? .manifestMalformed : .fileUnreadable
      report.take(
        "manifest", against: "manifest format \(Manifest.version)",
        [Finding(code, subject: names.manifest, observed: error)])
    }
    return (report, nil)
  }

  /// A manifest that is right in itself must also be that of this acquisition, with what it read.
  private func differences(_ result: ManifestVerification.Result, from copy: AcquisitionCopy) -> [Finding] {
    var findings: [Finding] = []
    if let expected = copy.manifestDigest, expected != result.manifestDigest {
      findings.append(
        Finding(
          .fileDigestMismatch, subject: names.manifest, expected: "SHA-256 \(expected)",
          observed: "SHA-256 \(result.manifestDigest)"))
    }
    guard let manifest = result.manifest else { return findings }
    if manifest.acquisition.identifier != entry.acquisition.id {
      findings.append(
        Finding(
          .manifestInconsistent, subject: names.manifest, expected: "acquisition \(entry.acquisition.id)",
          observed: "acquisition \(manifest.acquisition.identifier)"))
    }
    for recorded in entry.digests {
      let stream = manifest.streams.first { $0.name == recorded.stream }
      for digest in recorded.digests.all where stream?.digests[digest.algorithm] != digest {
        findings.append(
          Finding(
            .digestMismatch, subject: names.manifest, expected: "\(digest.algorithm.title) \(digest)",
            observed: stream?.digests[digest.algorithm].map { "\($0.algorithm.title) \($0)" } ?? "none"))
      }
    }
    return findings
  }
}
