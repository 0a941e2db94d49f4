import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Takes an acquisition into the case whose files are complete and signed but whose end was not recorded: the
/// process ended in between.
struct Adoption {
  let folder: CaseFolder
  let store: CaseStore
  let acquisition: AcquisitionRecord

  /// Verifies all of it first.
  /// - Throws: `adoptionRefused` where it does not verify, or is another acquisition; then nothing is recorded, and the
  ///   folder keeps its name. `fileMissing`, `manifestMalformed`, `manifestNewer` where its manifest cannot be read;
  ///   `outputInUse` while another process works on it; `interrupted`, `databaseFailed` …
  func perform(
    stop: StopFlag, progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    let begun = Host.monotonicSeconds()
    let output = OutputFolder(name: acquisition.name, in: folder.evidence)
    let names = RecordNames(acquisition: acquisition.name)
    // A name that was taken for it, where a file system needs that, is not its name yet.
    let isNamed = !Files.exists(output.partial)
    let place = isNamed ? output.final : output.partial
    let lock = try FolderLock(place)
    if !isNamed { output.releaseReserve() }
    var certificates = VerificationReport(subject: acquisition.name)
    let trusted = CaseCertificates(folder).check(against: store, &certificates)
    try completeOverflow(place.appending(names.manifest))
    let result = try ManifestVerification(
      place.appending(names.manifest), VerificationSettings(trust: Trust(trusted), stop: stop),
      followsOverflow: true
    )
    .perform(progress: progress)
    guard !stop.isRaised else { throw EvidenceError(.interrupted, place.string) }
    guard case .verified = result.report.verdict, let manifest = result.manifest,
      manifest.acquisition.identifier == acquisition.id, let stream = manifest.mainStream
    else {
      throw EvidenceError(.adoptionRefused, place.string, result.report.verdict.sentence)
    }
    // The sync that makes the name last may be what had failed.
    if isNamed { try DurableFolder.sync(folder.evidence) } else { try output.complete() }
    try record(manifest, stream, result.manifestDigest)
    withExtendedLifetime(lock) {}
    let unreadable = stream.map.ranges(in: .unreadable)
    return AcquisitionSummary(
      verdict: manifest.verdict, failure: nil, unrecorded: nil,
      destinations: [
        AcquisitionSummary.Destination(
          folder: output.final, manifest: output.final.appending(names.manifest),
          files: try Files.names(in: output.final), failure: nil, busySeconds: 0)
      ],
      remarks: ["Everything was read and signed before; it was verified and taken into the case."],
      length: stream.length, sectorCount: stream.map.sectorCount,
      notAttempted: stream.map.count(of: .notAttempted), unreadable: unreadable, digests: stream.digests,
      segments: AcquisitionSummary.Segments(stream), item: acquisition.item,
      seconds: Host.monotonicSeconds() - begun, interruptions: manifest.acquisition.pauses.count,
      resumable: nil, earlier: manifest.acquisition.earlier)
  }

  /// Folders that took over get their names, where the process ended before they did.
  private func completeOverflow(_ manifest: FilePath) throws(EvidenceError) {
    let bytes = try Files.contents(manifest, cap: Manifest.largestFile)
    for path in try Manifest(parsing: bytes, name: manifest.string).acquisition.overflow {
      let folder = FilePath(path)
      let output = OutputFolder(name: acquisition.name, in: folder.removingLastComponent())
      if output.final == folder, Files.kind(output.partial, followLinks: false) == .folder {
        try output.complete()
      }
    }
  }

  private func record(
    _ manifest: Manifest, _ stream: Manifest.Stream, _ manifestDigest: Digest
  ) throws(EvidenceError) {
    try store.finishAcquisition(
      acquisition.id, verdict: manifest.verdict,
      images: manifest.images.map { AcquiredImage($0, length: stream.length) },
      digests: stream.digests.isEmpty
        ? [] : [StreamDigests(stream: stream.name, digests: stream.digests)],
      manifestDigest: manifestDigest, custody: .acquired(acquisition, manifest.verdict),
      details: .fields(["adopted": true]))
    try store.close()
  }
}

extension AcquiredImage {
  /// - Parameter length: bytes of the medium in the image.
  package init(_ image: Manifest.Image, length: UInt64) {
    self.init(
      format: image.format.rawValue, length: length,
      segments: image.segments.compactMap(\.recorded))
  }
}

extension CustodyDetails {
  /// The custody event of a complete acquisition.
  package static func acquired(_ acquisition: AcquisitionRecord, _ verdict: AcquisitionVerdict)
    -> CustodyDetails
  {
    var custody = CustodyDetails(.acquire, occurred: acquisition.started)
    custody.purpose = "forensic acquisition"
    custody.remarks = "acquisition \(acquisition.name): \(verdict.sentence)"
    return custody
  }
}
