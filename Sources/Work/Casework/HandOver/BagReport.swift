import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage
import Verification

/// The report that goes into a bag: a recorded one, with its signatures and those of who approved it.
struct BagReport {
  /// A file of the report.
  struct File {
    /// Where it lies.
    let path: FilePath
    /// Size and digest it must have.
    let expected: RecordedFile
    /// Signatures of its author and of reviewers.
    let signatures: [(path: FilePath, expected: Digest)]
  }

  let report: RecordedReport
  let files: [File]
  /// Written outside of the case, and not there any more.
  let lost: [String]

  /// - Parameter name: the newest report on the item alone where `nil`.
  /// - Returns: `nil` where no report on the item was made and none is named.
  /// - Throws: `reportUnknown`; `argumentInvalid` for a report on other items; `notAsRecorded`, `fileMissing`.
  init?(
    _ name: String?, of item: ItemNumber, in folder: CaseFolder, _ store: CaseStore
  ) throws(EvidenceError) {
    let reports = try store.reports()
    let chosen =
      if let name { reports.last { $0.name == name } } else { reports.last { Set($0.items) == [item] } }
    guard let chosen else {
      guard let name else { return nil }
      throw EvidenceError(.reportUnknown, name)
    }
    guard chosen.items.contains(item) else {
      throw EvidenceError(invalid: .report, chosen.name, "it is not about item \(item)")
    }
    var (files, lost): ([File], [String]) = ([], [])
    for file in chosen.files {
      let path = folder.path.pushing(FilePath(file.path))
      guard Files.exists(path) || folder.contains(path.removingLastComponent()) else {
        lost.append(file.path)
        continue
      }
      let (size, sha256) = try FileDigests.of(path)
      guard sha256 == file.sha256 else {
        throw EvidenceError(.notAsRecorded, path.string, "it is not the report that was recorded")
      }
      let own = file.signature.map { [(SignedFile.signature(of: path), $0)] } ?? []
      let approvals = chosen.approvals.flatMap(\.signed).filter {
        $0.file.path == file.path && $0.file.sha256 == file.sha256
      }.map {
        (folder.path.pushing(FilePath($0.signaturePath)), $0.signatureSHA256)
      }
      files.append(
        File(
          path: path,
          expected: RecordedFile(name: path.lastComponent?.string ?? file.path, size: size, sha256: sha256),
          signatures: (own + approvals).map { (path: $0.0, expected: $0.1) }))
    }
    for copy in chosen.approvals.flatMap(\.signed).compactMap(\.copy) {
      let path = folder.path.pushing(FilePath(copy.path))
      guard Files.exists(path) || folder.contains(path.removingLastComponent()) else {
        lost.append(copy.path)
        continue
      }
      let (size, sha256) = try FileDigests.of(path)
      guard sha256 == copy.sha256 else {
        throw EvidenceError(.notAsRecorded, path.string, "it is not the approved copy that was recorded")
      }
      let name = path.lastComponent?.string ?? copy.path
      files.append(
        File(path: path, expected: RecordedFile(name: name, size: size, sha256: sha256), signatures: []))
    }
    (report, self.files, self.lost) = (chosen, files, lost)
  }

  /// Copies the files, and the certificates of who approved.
  /// - Throws: `notAsRecorded` for a signature that is not the recorded one.
  func copy(into bag: inout BagWriter, _ holders: CertificateHolders) throws(EvidenceError) {
    for file in files {
      try bag.copy(file.path, as: "\(Bag.reportsFolder)/\(file.expected.name)", expected: file.expected)
      for signature in file.signatures {
        let (size, sha256) = try FileDigests.of(signature.path)
        guard sha256 == signature.expected else {
          throw EvidenceError(
            .notAsRecorded, signature.path.string, "it is not the signature that was recorded")
        }
        let name = signature.path.lastComponent?.string ?? ""
        try bag.copy(
          signature.path, as: "\(Bag.reportsFolder)/\(name)",
          expected: RecordedFile(name: name, size: size, sha256: sha256))
      }
    }
    for approval in report.approvals {
      guard let fingerprint = approval.certificate, let person = approval.person,
        let certificate = holders.certificate(fingerprint, of: person, before: approval.event)
      else { continue }
      let path = Self.certificate(fingerprint)
      if !bag.payload.contains(where: { $0.path == path }) { try bag.write(try certificate.pem(), as: path) }
    }
  }

  static func certificate(_ fingerprint: Digest) -> String {
    "\(Bag.certificatesFolder)/\(fingerprint.hex).pem"
  }
}
