import CaseRecords
import CanonicalJSON
import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Writes everything of an item that can be handed over into one bag: images, manifests, signatures, certificates,
/// custody, audit log, report, and how to check all of it.
package struct ExportJob {
  /// Lists for programs of others, besides those of BagIt.
  package enum List: String, Hashable, Sendable, CaseIterable {
    case hashdeep
    case dfxml
  }

  package struct Written: Sendable {
    package let folder: FilePath
    /// Their names, and the marks by each that hold.
    package let acquisitions: [(name: String, marks: [AcquisitionMark])]
    package let files: Int
    package let bytes: UInt64
    /// SHA-256 of the list of the payload, which stands for all of it.
    package let sha256: Digest
    /// What lies beside the evidence and was not taken along.
    package let left: [String]
    /// Name of the report in it; `nil` where none has been made of the item.
    package let report: String?
    /// Who approved the report, and whether by a signature.
    package let approvals: [(reviewer: String, isSigned: Bool)]
    /// The bag is signed.
    package let isSigned: Bool
  }

  private let folder: CaseFolder
  private let item: ItemNumber
  private let acquisition: String?
  private let lists: Set<List>
  private let report: String?
  private let passphrase: () throws(EvidenceError) -> [UInt8]
  private let output: OutputFolder
  private let stop: StopFlag

  /// - Parameters:
  ///   - acquisition: `001-2`; all complete ones of the item where `nil`.
  ///   - report: name of the report to hand over; the newest on the item alone where `nil`.
  ///   - output: the folder to create.
  ///   - passphrase: asked where the signing key is encrypted.
  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`.
  package init(
    _ item: ItemNumber, in folder: CaseFolder, acquisition: String? = nil, lists: Set<List> = [],
    report: String? = nil, output: FilePath, stop: StopFlag = StopFlag(),
    passphrase: @escaping () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    self.folder = folder
    self.item = item
    self.acquisition = acquisition
    self.lists = lists
    self.report = report
    self.passphrase = passphrase
    self.output = try OutputFolder(creating: output)
    self.stop = stop
  }

  /// Blocks until the bag is synced. Nothing is left of it where that fails.
  /// - Throws: `itemUnknown`, `nothingAcquired`, `notAsRecorded` where a file is not the recorded one;
  ///   `interrupted`, `destinationFull` …
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Written {
    let identity = try signingIdentity()
    let store = try CaseStore.openForOutput(folder)
    let acquisitions = try CompleteAcquisition.all(of: item, named: acquisition, in: folder, store)
    let report = try BagReport(report, of: item, in: folder, store)
    // The log in the bag is signed to its end.
    if let identity, store.isWritable { try CheckpointJob(folder, identity: identity).perform() }
    let total = acquisitions.flatMap(\.manifest.allFiles).map(\.size).clampedSum()
    try FreeSpace.demand(total + Self.spare, at: output.final.parentFolder, canBeTried: false)
    try output.create()
    let written: Written
    do throws(EvidenceError) {
      var done: UInt64 = 0
      written = try write(acquisitions, report, identity, store) {
        done += $0
        // What stands beside the evidence comes after it and is little.
        if done <= total { progress(done, total) }
      }
      for acquisition in acquisitions { try demandChunks(of: acquisition) }
      try demandConsistent()
      try output.complete()
    } catch {
      try? DurableFolder.removeTree(output.partial)
      throw error
    }
    if store.isWritable { try record(written, in: store) }
    try store.close()
    return written
  }

  private func record(_ written: Written, in store: CaseStore) throws(EvidenceError) {
    try store.append(
      .evidenceExported,
      details: .fields([
        "form": "bag", "item": .string(item.description),
        "acquisitions": .array(written.acquisitions.map { .string($0.name) }),
        "files": JSONValue(written.files),
        "report": written.report.map { .string($0) },
        "bytes": JSONValue(written.bytes), "payloadSHA256": .string(written.sha256.hex),
      ]))
  }

  /// A file whose digest nobody computed yet was copied as it is: its chunks must be those of the manifest.
  private func demandChunks(of acquisition: CompleteAcquisition) throws(EvidenceError) {
    guard acquisition.complete.allFiles.contains(where: { $0.sha256 == nil }) else { return }
    let place = output.partial.pushing(
      FilePath("\(Bag.evidenceFolder)/\(acquisition.names.acquisition)"))
    let report = try ManifestVerification(
      place.appending(acquisition.names.manifest), VerificationSettings(level: .chunks, stop: stop)
    ).perform { _, _ in }.report
    guard !stop.isRaised else { throw EvidenceError(.interrupted, place.string) }
    guard let failure = report.findings.first(where: { $0.severity == .failure }) else { return }
    throw EvidenceError(
      .notAsRecorded, acquisition.place.appending(failure.subject).string, failure.code.meaning)
  }

  /// What contradicts itself is not handed over: tables that were altered beside the log, or a log that was.
  private func demandConsistent() throws(EvidenceError) {
    let report = try BagVerification(output.partial, VerificationSettings(stop: stop)).checkRecord()
    guard let failure = report.findings.first(where: { $0.severity == .failure }) else { return }
    throw EvidenceError(
      .notAsRecorded, failure.subject,
      failure.code.meaning + (failure.expected.map { ", expected \($0)" } ?? "")
        + (failure.observed.map { ", observed \($0)" } ?? ""))
  }

  /// Bytes for everything but the evidence, generously.
  private static let spare: UInt64 = 64 << 20

  /// Who signs; `nil` where the case came without its key.
  private func signingIdentity() throws(EvidenceError) -> SigningIdentity? {
    guard Files.exists(folder.examinerKey) else { return nil }
    return try SigningFiles.identity(of: folder, passphrase: passphrase)
  }

  private func write(
    _ acquisitions: [CompleteAcquisition], _ report: BagReport?, _ identity: SigningIdentity?,
    _ store: CaseStore, _ progress: @escaping (UInt64) -> Void
  ) throws(EvidenceError) -> Written {
    let algorithms: [DigestAlgorithm] = lists.contains(.hashdeep) ? [.md5, .sha256] : [.sha256]
    var bag = BagWriter(
      output.partial, DigestedCopy(algorithms: algorithms, stop: stop, progress: progress))
    var left: [String] = []
    for acquisition in acquisitions { left += try copy(acquisition, into: &bag) }
    left += try copyCertificates(store, into: &bag)
    let custody = try CustodyLines(store, of: item).all
    try bag.write(
      custody.reduce(into: []) { $0 += $1.json.canonicalBytes + [0x0a] }, as: Bag.custodyName)
    try bag.write(linesAs: Bag.auditLogName) { (line) throws(EvidenceError) in
      _ = try AuditExport(folder, of: item).perform(line)
    }
    try copyAttachments(of: item, store, into: &bag)
    try report?.copy(into: &bag, CertificateHolders(folder, store))
    left += report?.lost ?? []
    let record = try store.caseRecord()
    if lists.contains(.hashdeep) { try bag.write(HashdeepList.bytes(of: bag.payload), as: HashdeepList.name) }
    if lists.contains(.dfxml) {
      let document = DFXMLDocument(acquisitions, files: bag.payload).text
      try bag.write(document.utf8, as: DFXMLDocument.name)
    }
    let guide = try HandOverGuide(
      acquisitions, report, lists: lists, isSigned: identity != nil, case: record
    ).text
    try bag.write(guide.utf8, as: HandOverGuide.name)
    let (files, bytes) = (bag.payload.count, bag.payload.map(\.size).clampedSum())
    let now = Host.now()
    let sha256 = try bag.finish(
      [
        "Source-Organization": record.organisation, "External-Identifier": "\(record.number)/\(item)",
        "External-Description": acquisitions.first?.item.description,
        "Bagging-Date": String(now.description.prefix(10)),
        "Bag-Software-Agent": "\(ToolVersion.name) \(ToolVersion.current)",
      ],
      signedBy: identity, at: now)
    return Written(
      folder: output.final, acquisitions: acquisitions.map { ($0.names.acquisition, $0.marks) }, files: files,
      bytes: bytes,
      sha256: sha256, left: left, report: report?.report.name,
      approvals: report?.report.approvals.map { ($0.reviewer, $0.certificate != nil) } ?? [],
      isSigned: identity != nil)
  }

  /// - Returns: what lies beside the evidence and is none of its record.
  private func copy(
    _ acquisition: CompleteAcquisition, into bag: inout BagWriter
  ) throws(EvidenceError) -> [String] {
    let place = "\(Bag.evidenceFolder)/\(acquisition.names.acquisition)"
    let listed = acquisition.complete.allFiles
    for file in listed {
      try bag.copy(
        acquisition.folders.path(of: file.name), as: "\(place)/\(file.name)",
        expected: file.recorded)
    }
    let names = try Files.names(in: acquisition.place)
    let own = try acquisition.manifestFiles() + names.filter { $0 == RecordNames.sums }
    for name in own { try bag.copy(acquisition.place.appending(name), as: "\(place)/\(name)") }
    let taken = Set(listed.map(\.name) + own)
    return names.filter { !taken.contains($0) }.map { "\(acquisition.names.acquisition)/\($0)" }
  }

  /// Photographs and documents of the item, named by their SHA-256 as in the case.
  private func copyAttachments(
    of item: ItemNumber, _ store: CaseStore, into bag: inout BagWriter
  ) throws(EvidenceError) {
    var taken: Set<Digest> = []
    for file in try store.itemDescription(item).attachments.map(\.file)
    where taken.insert(file.sha256).inserted {
      let name = file.sha256.hex
      try bag.copy(
        folder.attachments.appending(name), as: "\(Bag.attachmentsFolder)/\(name)",
        expected: file)
    }
  }

  /// Those that the case names. Whatever else lies there would look as if the case vouched for it.
  private func copyCertificates(
    _ store: CaseStore, into bag: inout BagWriter
  ) throws(EvidenceError) -> [String] {
    var checked = VerificationReport(subject: folder.path.string)
    _ = CaseCertificates(folder).check(against: store, &checked)
    if let failure = checked.findings.first(where: { $0.severity == .failure }) {
      throw EvidenceError(.notAsRecorded, failure.subject, failure.code.meaning)
    }
    let known = ImportedAcquisitions(store).certificateNames.union(CaseCertificates(folder).names(store))
    var left: [String] = []
    for name in try Files.names(in: folder.certificates) {
      let path = folder.certificates.appending(name)
      guard known.contains(name), Files.kind(path, followLinks: false) == .file else {
        left.append("certificates/\(name)")
        continue
      }
      try bag.copy(path, as: "\(Bag.certificatesFolder)/\(name)")
    }
    return left
  }
}
