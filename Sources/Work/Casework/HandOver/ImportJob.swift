import CanonicalJSON
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

/// Checks a bag that somebody handed over and takes its acquisitions into a case, as their signer signed them.
package struct ImportJob {
  package struct Outcome: Sendable {
    package let report: VerificationReport
    /// Names of the acquisitions that are in the case now; empty where the bag did not verify.
    package let taken: [String]
    /// Items that were added to the case for them.
    package let newItems: [ItemNumber]
  }

  private let bag: FilePath
  private let folder: CaseFolder
  private let trust: Trust
  private let stop: StopFlag

  /// - Parameter trust: PEM or DER files of the certificates of who may have signed; at least one.
  /// - Throws: `argumentInvalid` where nobody is trusted.
  package init(
    _ bag: FilePath, into folder: CaseFolder, trust: [FilePath], stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    self.trust = try Trust.read(certificates: trust)
    guard !self.trust.isEmpty else {
      throw EvidenceError(invalid: .trust, "name the certificate of whoever signed")
    }
    self.bag = bag
    self.folder = folder
    self.stop = stop
  }

  /// Blocks until done. Where the bag does not verify, nothing is taken.
  /// - Throws: `bagMalformed`; `itemExists` where the case has an acquisition or folder of that name already;
  ///   `destinationFull`, `interrupted` …
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Outcome {
    let result = try BagVerification(bag, VerificationSettings(trust: trust, stop: stop)).perform(
      progress: progress)
    var report = result.report
    report.scope = BagVerification.scope(of: report)
    report.demandSigner(from: trust.certificates)
    guard report.verdict == .verified, !result.acquisitions.isEmpty else {
      return Outcome(report: report, taken: [], newItems: [])
    }
    let store = try CaseStore.open(folder)
    var incoming: [IncomingAcquisition] = []
    for (place, verified) in result.acquisitions {
      guard let manifest = verified.manifest, let stream = manifest.mainStream else { continue }
      let acquisition = IncomingAcquisition(
        place: place, manifest: manifest, stream: stream, digest: verified.manifestDigest,
        certificates: verified.report.signers.filter { $0.trust == .trusted }.compactMap(\.certificate))
      try acquisition.demandFree(in: folder, store)
      incoming.append(acquisition)
    }
    let size = incoming.flatMap(\.manifest.allFiles).map(\.size).clampedSum()
    try FreeSpace.demand(size, at: folder.evidence, canBeTried: false)
    var newItems: [ItemNumber] = []
    for acquisition in incoming {
      if try acquisition.addItem(to: store) { newItems.append(acquisition.manifest.item.number) }
      try acquisition.copy(into: folder, stop: stop)
      try acquisition.record(
        in: store, from: bag, sent: try senderRecord(of: acquisition.manifest.item.number, store))
    }
    try store.close()
    return Outcome(
      report: report, taken: incoming.map(\.manifest.acquisition.name), newItems: newItems)
  }
}

extension ImportJob {
  /// Keeps the sender's custody record and audit log among the attachments of the item.
  /// - Returns: SHA-256 of both, where the bag has a custody record.
  fileprivate func senderRecord(
    of item: ItemNumber, _ store: CaseStore
  ) throws(EvidenceError) -> (custody: Digest?, log: Digest?) {
    let custody = bag.pushing(FilePath(Bag.custodyName))
    guard Files.kind(custody, followLinks: false) == .file else { return (nil, nil) }
    let log = bag.pushing(FilePath(Bag.auditLogName))
    let paths = [custody] + (Files.kind(log, followLinks: false) == .file ? [log] : [])
    let files = try Attachments(folder: folder).store(paths, as: .document)
    let known = Set(try store.itemDescription(item).attachments.map(\.file.sha256))
    let new = files.filter { !known.contains($0.file.sha256) }
    if !new.isEmpty { try store.describe(item, [], attachments: new) }
    return (files.first?.file.sha256, files.count > 1 ? files[1].file.sha256 : nil)
  }
}

/// An acquisition of a bag on its way into a case.
private struct IncomingAcquisition {
  /// Its folder in the bag.
  let place: FilePath
  let manifest: Manifest
  let stream: Manifest.Stream
  let digest: Digest
  /// Of those of its signers who are trusted; whoever else signed beside them is not.
  let certificates: [Certificate]

  private var name: String { manifest.acquisition.name }

  func demandFree(in folder: CaseFolder, _ store: CaseStore) throws(EvidenceError) {
    let isTaken = try OutputFolder.namesInUse(in: folder.evidence).contains(name)
    let isFree = try store.isFree(name, for: manifest.item.number)
    guard isFree, !isTaken else {
      throw EvidenceError(.itemExists, "acquisition \(name)", "the case has one of this name")
    }
  }

  /// - Returns: whether the case did not know the item.
  func addItem(to store: CaseStore) throws(EvidenceError) -> Bool {
    let item = manifest.item
    guard try !store.items().contains(where: { $0.number == item.number }) else { return false }
    _ = try store.addItem(
      item.number, description: item.description, serial: item.serial,
      remarks: "handed over, from case \(manifest.investigation.number)")
    return true
  }

  /// Copies what the manifest names, and what was made of the manifest.
  func copy(into folder: CaseFolder, stop: StopFlag) throws(EvidenceError) {
    let output = OutputFolder(name: name, in: folder.evidence)
    try output.create()
    do throws(EvidenceError) {
      let copier = DigestedCopy(algorithms: [.sha256], stop: stop) { _ in }
      for file in manifest.allFiles {
        _ = try copier.copy(
          place.appending(file.name), to: output.partial.appending(file.name), expected: file.recorded)
      }
      let names = RecordNames(acquisition: name)
      for other in try Files.names(in: place)
      where other.hasPrefix(names.manifest) || other.hasPrefix(names.wholeDigests)
        || other == RecordNames.sums
      {
        _ = try copier.copy(place.appending(other), to: output.partial.appending(other))
      }
      for certificate in certificates {
        let path = ImportedAcquisitions.path(of: certificate, in: folder)
        if !Files.exists(path) { try DurableFile.write(try certificate.pem(), to: path) }
      }
      try DurableFolder.sync(folder.certificates)
      try output.complete()
    } catch {
      output.removePartial()
      throw error
    }
  }

  func record(
    in store: CaseStore, from bag: FilePath, sent: (custody: Digest?, log: Digest?)
  ) throws(EvidenceError) {
    let geometry = manifest.source.geometry
    try store.importAcquisition(
      manifest.acquisition.identifier, of: manifest.item.number, name: name,
      source: AcquisitionSource(
        path: manifest.source.path, kind: manifest.source.kind, length: stream.length,
        sectorSize: geometry.logicalSectorSize), started: manifest.acquisition.started,
      verdict: manifest.verdict, images: manifest.images.map { AcquiredImage($0, length: stream.length) },
      digests: stream.digests.isEmpty
        ? [] : [StreamDigests(stream: stream.name, digests: stream.digests)], manifestDigest: digest,
      details: ImportedAcquisitions.details(
        of: manifest.acquisition.identifier, certificates, from: bag, manifest, senderCustody: sent.custody,
        senderLog: sent.log))
  }
}
