import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// A reviewer's approval of a report: a signature of each of its files, beside the file.
struct ReportApproval {
  private let folder: CaseFolder
  private let store: CaseStore
  private let holders: CertificateHolders

  init(_ folder: CaseFolder, _ store: CaseStore) throws(EvidenceError) {
    self.folder = folder
    self.store = store
    self.holders = try CertificateHolders(folder, store)
  }

  /// Where a file of a report lies.
  func path(of file: String) -> FilePath { folder.path.pushing(FilePath(file)) }

  /// What an approval is worth now.
  func worth(of approval: RecordedReport.Approval) -> ReportContents.Approval.Worth {
    guard let fingerprint = approval.certificate, let person = approval.person else { return .notSigned }
    guard let certificate = holders.certificate(fingerprint, of: person, before: approval.event) else {
      return .invalid(reason: "the certificate \(fingerprint) was not recorded as the reviewer's before")
    }
    guard !approval.signed.isEmpty else { return .invalid(reason: "it names no signed file") }
    for signed in approval.signed {
      do throws(EvidenceError) {
        if let problem = try problem(with: signed, certificate) {
          return .invalid(reason: "\(signed.signaturePath): \(problem)")
        }
      } catch { return .invalid(reason: error.description) }
    }
    return .valid(subject: certificate.subject, certificate: fingerprint)
  }

  private func problem(
    with signed: RecordedReport.Approval.SignedFile, _ certificate: Certificate
  ) throws(EvidenceError) -> String? {
    let content = try Files.contents(path(of: signed.file.path), cap: SignedFile.largest)
    guard Digest.of(content, .sha256) == signed.file.sha256 else {
      return "the report is not the recorded one"
    }
    let signature = try Files.contents(path(of: signed.signaturePath), cap: SignatureCheck.largestFile)
    guard Digest.of(signature, .sha256) == signed.signatureSHA256 else { return "it is not the recorded one" }
    let report = try SignatureCheck.verify(
      signature: signature, content: content, trust: Trust([certificate]))
    guard let finding = report.findings(subject: "").first(where: { $0.severity == .failure }) else {
      return nil
    }
    return finding.observed ?? finding.code.meaning
  }

  /// For showing: people, times and the certificate.
  func shown(_ approval: RecordedReport.Approval) -> ReportContents.Approval {
    .init(
      reviewer: approval.reviewer, given: approval.given, remarks: approval.remarks,
      worth: worth(of: approval))
  }

  // MARK: Giving one

  /// Signs each file of a report that is there with the reviewer's key.
  /// - Returns: what to record; the signatures are written beside the files.
  /// - Throws: `reviewerIsAuthor` where the key is the one that the report was signed with.
  func sign(
    _ report: RecordedReport, by signer: EventSigner, _ written: inout WrittenFiles
  ) throws(EvidenceError) -> [RecordedReport.Approval.SignedFile] {
    var signed: [RecordedReport.Approval.SignedFile] = []
    for file in report.files {
      let place = path(of: file.path)
      let content = try Files.contents(place, cap: SignedFile.largest)
      try demandOtherKey(than: place, content, report, signer)
      let signature = try signer.sign(content, Host.now())
      let target = SignedFile.freeApproval(of: place)
      try written.write(signature, to: target)
      signed.append(
        .init(
          file: file, signaturePath: folder.relative(target), signatureSHA256: Digest.of(signature, .sha256)))
      let parent = target.removingLastComponent()
      try DurableFolder.sync(parent)
    }
    return signed
  }

  private func demandOtherKey(
    than path: FilePath, _ content: [UInt8], _ report: RecordedReport, _ signer: EventSigner
  ) throws(EvidenceError) {
    guard let bytes = try? Files.contents(SignedFile.signature(of: path), cap: SignatureCheck.largestFile)
    else { return }
    let made = try SignatureCheck.verify(signature: bytes, content: content, trust: Trust())
    guard !made.signers.contains(where: { $0.certificate?.fingerprint == signer.fingerprint }) else {
      throw EvidenceError(.reviewerIsAuthor, report.name, "it is signed with this key already")
    }
  }
}
