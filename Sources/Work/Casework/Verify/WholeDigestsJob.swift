import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Sessions
import Signing
import SystemIO
import SystemPackage
import Verification

/// Adds digests of the whole to acquisitions whose reading left them for later, once a full verification of the case has
/// computed them: signed by the examiner of the case, and an event of the log.
struct WholeDigestsJob {
  private struct Candidate {
    let result: ManifestVerification.Result
    let manifest: Manifest
    let entry: AcquisitionEntry
    let place: FilePath
    let isImported: Bool
  }

  private let folder: CaseFolder
  private var candidates: [Candidate] = []

  init(_ folder: CaseFolder) { self.folder = folder }

  /// Takes note of an acquisition that was verified without a fault.
  mutating func note(
    _ result: ManifestVerification.Result, of entry: AcquisitionEntry, in place: FilePath, isImported: Bool
  ) {
    guard let manifest = result.manifest, manifest.isSegmented else { return }
    candidates.append(
      Candidate(result: result, manifest: manifest, entry: entry, place: place, isImported: isImported))
  }

  /// Adds what is missing. What could not be added is a check that was not done: the verification itself holds.
  func perform(
    _ report: inout VerificationReport, _ passphrase: () throws(EvidenceError) -> [UInt8]
  ) {
    guard !candidates.isEmpty else { return }
    var identity: SigningIdentity?
    for candidate in candidates {
      let names = RecordNames(acquisition: candidate.manifest.acquisition.name)
      let file = folder.relative(candidate.place.appending(names.wholeDigests))
      do throws(EvidenceError) {
        let record = WholeDigestsRecord(
          folder: candidate.place, manifest: candidate.manifest, digest: candidate.result.manifestDigest)
        let added = try logged()[file]
        guard let whole = candidate.result.computedWhole else {
          // They are there; an end in between may have left the list of sums or the log behind.
          guard candidate.result.filled != candidate.manifest else { continue }
          try record.completeSums()
          if added == nil, !candidate.isImported {
            try log(try stored(candidate, names), file, candidate.entry)
          }
          continue
        }
        if candidate.isImported {
          throw EvidenceError(
            .notAsRecorded, file, "the laboratory that made the acquisition has to add them")
        }
        if let added {
          throw EvidenceError(.fileMissing, file, "event \(added) of the audit log tells of it")
        }
        if identity == nil { identity = try SigningFiles.identity(of: folder, passphrase: passphrase) }
        guard let identity else { continue }
        let store = try CaseStore.openForReading(folder: folder.path)
        let examiner = try store.acting(in: folder).details.name
        try store.close()
        let made = try record.add(whole, by: examiner, identity: identity)
        try log(made, file, candidate.entry)
        report.checks.append(
          VerificationCheck(
            "\(file): digests of the whole, computed by this verification, signed and added", .passed,
            against: "the Merkle root of the manifest"))
      } catch {
        report.skip("\(file): adding the digests of the whole", because: error)
      }
    }
  }

  /// Events that tell of such files, by their path in the case.
  private func logged() throws(EvidenceError) -> [String: UInt64] {
    let store = try CaseStore.openForReading(folder: folder.path)
    var events: [String: UInt64] = [:]
    try store.forEachEvent(of: [.wholeDigestsAdded]) { event throws(EvidenceError) in
      if let file = event.payload["details"]?["file"]?.stringValue { events[file] = event.sequence }
    }
    try store.close()
    return events
  }

  private func stored(
    _ candidate: Candidate, _ names: RecordNames
  ) throws(EvidenceError) -> WholeDigestsRecord.Added {
    let bytes = try Files.ownContents(
      candidate.place.appending(names.wholeDigests), cap: WholeDigests.largestFile)
    return WholeDigestsRecord.Added(
      document: try WholeDigests(parsing: bytes, name: names.wholeDigests), file: names.wholeDigests,
      sha256: Digest.of(bytes, .sha256))
  }

  private func log(
    _ added: WholeDigestsRecord.Added, _ file: String, _ entry: AcquisitionEntry
  ) throws(EvidenceError) {
    let store = try CaseStore.open(folder)
    try store.append(
      .wholeDigestsAdded, details: added.details(file: FilePath(file), acquisition: entry.acquisition.id))
    try store.close()
  }
}
