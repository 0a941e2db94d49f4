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
      report.skip("custody, signatures of events and attachments", because: error.description)
    }
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
    if isRecorded { report.take("custody from hand to hand", against: "its events", gaps) }
    var signatures = try EventSignatureCheck(folder, store, of: ofWholeCase ? nil : items.first)
    try signatures.checkDisposals(of: items)
    if ofWholeCase { try signatures.checkClosings() }
    if signatures.count > 0 || !signatures.findings.isEmpty {
      report.take(
        "\(signatures.count) signature\(signatures.count == 1 ? "" : "s") of events",
        against: "the log and the certificates in it", signatures.findings)
    }
    let files = Attachments(folder: folder).findings(
      ofWholeCase ? try store.attachments() : attachments, ofWholeCase: ofWholeCase)
    if !attachments.isEmpty || !files.isEmpty {
      report.take("attachments: SHA-256", against: "the case", files)
    }
  }
}
