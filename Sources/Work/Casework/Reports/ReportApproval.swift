import CaseFolders
import CaseStore
import CourtReport
import Digests
import Evidence
import Manifests
import SignedPDF
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
        if let problem = try problem(with: signed) { return .invalid(reason: problem) }
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

  /// The PDF with the signature inside. That it is not there any more takes nothing away from the signature beside the
  /// report.
  private func problem(with signed: RecordedReport.Approval.SignedFile) throws(EvidenceError) -> String? {
    guard let copy = signed.copy, Files.exists(path(of: copy.path)) else { return nil }
    let bytes = try Files.contents(path(of: copy.path), cap: SignedFile.largest)
    guard Digest.of(bytes, .sha256) == copy.sha256 else { return "approved copy changed: \(copy.path)" }
    let content = try Files.contents(path(of: signed.file.path), cap: SignedFile.largest)
    return bytes.starts(with: content) ? nil : "approved copy does not begin with the report: \(copy.path)"
  }

  /// For showing: people, times and the certificate.
  func shown(_ approval: RecordedReport.Approval) -> ReportContents.Approval {
    .init(
      reviewer: approval.reviewer, given: approval.given, remarks: approval.remarks,
      worth: worth(of: approval))
  }

  // MARK: Giving one

  /// What was signed.
  struct Given {
    var files: [RecordedReport.Approval.SignedFile] = []
    /// Of the copies that are signed inside, in the order of the files.
    var inside: [InsideSignature] = []
    /// Why a copy has no time stamp.
    var failure: EvidenceError?
  }

  /// Signs each file of a report that is there with the reviewer's key, and a PDF that its author signed inside also
  /// there.
  /// - Parameter authority: stamps signatures inside of PDFs.
  /// - Returns: what to record; signatures and copies are written beside the files.
  /// - Throws: `reviewerIsAuthor` where the key is the one that the report was signed with.
  func sign(
    _ report: RecordedReport, by holder: SigningKeys.Holder, authority: TimestampAuthority?,
    _ written: inout WrittenFiles
  ) throws(EvidenceError) -> Given {
    var given = Given()
    let signer = holder.signer
    for file in report.files {
      let place = path(of: file.path)
      let content = try Files.contents(place, cap: SignedFile.largest)
      try demandOtherKey(than: place, content, report, signer)
      let signature = try signer.sign(content, Host.now())
      let target = SignedFile.freeApproval(of: place)
      try written.write(signature, to: target)
      var copy: RecordedReport.File?
      if let signed = try signedInside(content, of: file, report, by: holder.identity, authority) {
        let target = Self.freeCopy(of: place)
        try written.write(signed.bytes, to: target)
        copy = .init(
          path: folder.relative(target), sha256: Digest.of(signed.bytes, .sha256), signature: nil)
        given.inside.append(InsideSignature(signed))
        given.failure = given.failure ?? signed.failure
      }
      given.files.append(
        .init(
          file: file, signaturePath: folder.relative(target), signatureSHA256: Digest.of(signature, .sha256),
          copy: copy))
      let parent = target.removingLastComponent()
      try DurableFolder.sync(parent)
    }
    return given
  }

  /// The PDF with the reviewer's signature behind those that are there: its author's, and those of who approved it
  /// before. `nil` of what its author did not sign inside.
  private func signedInside(
    _ content: [UInt8], of file: RecordedReport.File, _ report: RecordedReport, by identity: SigningIdentity,
    _ authority: TimestampAuthority?
  ) throws(EvidenceError) -> PDFSignature.Signed? {
    guard let own = try? PDFSignature(content, name: file.path), own.count > 0 else { return nil }
    let newest = report.approvals.flatMap(\.signed).last {
      $0.file.path == file.path && $0.file.sha256 == file.sha256 && $0.copy != nil
    }?.copy
    var pdf = own
    if let newest, Files.exists(path(of: newest.path)) {
      let bytes = try Files.contents(path(of: newest.path), cap: SignedFile.largest)
      guard Digest.of(bytes, .sha256) == newest.sha256 else {
        throw EvidenceError(.notAsRecorded, newest.path, "it is not the approved copy that was recorded")
      }
      pdf = try PDFSignature(bytes, name: newest.path)
    }
    let words = Wording(own.language == Wording.Language.german.rawValue ? .german : .english)
    return try pdf.add(
      by: identity, reason: words(.signatureOfReviewer), at: Host.now(), name: file.path,
      stamp: authority?.stamping)
  }

  /// `001-report-1.approved.pdf`, `001-report-1.approved-2.pdf` …: the first of these names that is free.
  private static func freeCopy(of path: FilePath) -> FilePath {
    func numbered(_ number: Int) -> FilePath {
      var name = path
      let ending = path.extension
      name.extension = "approved\(number == 1 ? "" : "-\(number)")"
      return ending.map { FilePath("\(name.string).\($0)") } ?? name
    }
    var number = 1
    while Files.exists(numbered(number)) { number += 1 }
    return numbered(number)
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
