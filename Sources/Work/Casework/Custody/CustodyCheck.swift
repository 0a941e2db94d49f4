import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Verification

/// What a verification of a case says of custody: gaps, signatures of events, attachments.
struct CustodyCheck {
  let folder: CaseFolder
  let store: CaseStore

  /// - Parameter ofWholeCase: closings of the case are looked at too.
  func perform(_ items: [ItemNumber], ofWholeCase: Bool, _ report: inout VerificationReport) {
    do throws(EvidenceError) { try check(items, ofWholeCase, &report) } catch {
      // What cannot be read is found by the check of the log; it is said here what was not looked at.
      report.skip("custody, signatures of events and attachments", because: error)
    }
  }

  /// What belongs to the audit log of a case alone: signatures of events, and attachments.
  func performOnLog(_ report: inout VerificationReport) {
    do throws(EvidenceError) {
      try checkSignatures(of: nil, &report)
      try checkAttachments(try store.attachments(), ofWholeCase: true, &report)
    } catch { report.skip("signatures of events and attachments", because: error) }
  }

  private func check(
    _ items: [ItemNumber], _ ofWholeCase: Bool, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    var gaps: [Finding] = []
    var isRecorded = false
    var attachments: [AttachmentRecord] = []
    for item in items {
      let review = try store.custodyReview(of: item)
      gaps += review.findings
      isRecorded = isRecorded || !review.periods.isEmpty
      attachments += try store.itemDescription(item).attachments
    }
    for item in items { gaps += try SenderRecords(folder: folder, store: store).gaps(of: item) }
    if isRecorded || !gaps.isEmpty { report.take("custody from hand to hand", against: "its events", gaps) }
    try checkSignatures(of: ofWholeCase ? nil : items.first, &report)
    try checkAttachments(
      ofWholeCase ? try store.attachments() : attachments, ofWholeCase: ofWholeCase, &report)
  }

  /// - Parameter item: those of its custody only; of the whole case, its closings included, where `nil`.
  private func checkSignatures(
    of item: ItemNumber?, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    var signatures = try EventSignatureCheck(folder, store, of: item)
    try signatures.checkDisposals(of: item)
    if item == nil { try signatures.checkClosings() }
    guard signatures.count > 0 || !signatures.findings.isEmpty else { return }
    report.take(
      "\(signatures.count) signature\(signatures.count == 1 ? "" : "s") of events",
      against: "the log and the certificates in it", signatures.findings)
  }

  private func checkAttachments(
    _ recorded: [AttachmentRecord], ofWholeCase: Bool, _ report: inout VerificationReport
  ) throws(EvidenceError) {
    let findings = Attachments(folder: folder).findings(recorded, ofWholeCase: ofWholeCase)
    guard !recorded.isEmpty || !findings.isEmpty else { return }
    report.take("attachments: SHA-256", against: "the case", findings)
  }
}
