import CaseStore
import CourtReport
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Writes the report of one item and records it.
package struct ReportJob {
  package struct Written {
    package let path: FilePath
    package let sha256: Digest
  }

  private let folder: CaseFolder
  private let item: ItemNumber
  private let output: FilePath

  /// - Parameter output: the file to create; in the case's `reports` folder under the item's name where `nil`.
  package init(_ item: ItemNumber, in folder: CaseFolder, output: FilePath?) {
    self.folder = folder
    self.item = item
    self.output = output ?? folder.reports.appending("\(item).html")
  }

  /// Blocks until the report is synced.
  /// - Throws: `itemUnknown`, `outputExists`, `nothingAcquired` …
  package func perform() throws(EvidenceError) -> Written {
    let store = try CaseStore.open(folder)
    let model = try ReportBuilder(store: store, folder: folder, item: try store.item(item)).model(
      made: Host.now())
    let page = Array(try CourtReport.html(model).utf8)
    try DurableFile.write(page, to: output)
    let parent = output.removingLastComponent()
    try DurableFolder.sync(parent.isEmpty ? "." : parent)
    let sha256 = Digest.of(page, .sha256)
    let resolved = try Syscalls.resolve(output).orThrow(.writeFailed, output.string)
    try store.recordReport(of: item, path: folder.relative(resolved), sha256: sha256)
    try store.close()
    return Written(path: resolved, sha256: sha256)
  }
}

/// Turns the records of an item into what a report says.
struct ReportBuilder {
  let store: CaseStore
  let folder: CaseFolder
  let item: EvidenceItemRecord

  /// - Throws: `nothingAcquired` where the item has no acquisition at all.
  func model(made: Timestamp) throws(EvidenceError) -> ReportModel {
    let record = try store.caseRecord()
    let examiner = try store.examiner().details
    let entries = try store.acquisitions(of: item.number)
    guard !entries.isEmpty else { throw EvidenceError(.nothingAcquired, "item \(item.number)") }
    var acquisitions: [ReportModel.Acquisition] = []
    for entry in entries {
      acquisitions.append(try AcquisitionSection(entry: entry, folder: folder).section())
    }
    let verifications = try store.verifications(of: item.number)
    let known = try store.itemDescription(item.number)
    let head = try store.auditHead()
    let summary = Summary(entries: entries, verifications: verifications.map(\.verification))
    return ReportModel(
      laboratory: record.organisation ?? "", caseNumber: record.number, caseTitle: record.title,
      itemNumber: item.number.description, itemTitle: known.description,
      colophon: "Made \(made) by \(examiner.name) with \(ToolVersion.name) \(ToolVersion.current)",
      verdict: summary.verdict, verdictTone: summary.tone, summary: summary.paragraphs,
      caseFacts: [
        .init("Case number", record.number), .init("Title", record.title), .init("Examiner", examiner.name),
        .init("Organisation", record.organisation ?? ""), .init("Opened", record.created.description),
      ].filter { !$0.value.isEmpty },
      itemFacts: [
        .init("Item number", item.number.description), .init("Description", known.description),
        .init("Part of item", known.parent?.description ?? ""),
        .init("Serial number on the item", item.serial ?? "", isCode: true),
        .init("Remarks", item.remarks ?? ""), .init("Added to the case", item.created.description),
      ].filter { !$0.value.isEmpty } + facts(known),
      acquisitions: acquisitions, custody: try custody(), verifications: verifications.map(line),
      auditHead: [
        .init("Events up to this report", "\(head.sequence)"),
        .init("SHA-256 of the newest event", head.digest.hex, isCode: true),
      ],
      limitations: try limitations(entries) + gaps(), checks: checks(entries))
  }

  private func line(_ entry: VerificationEntry) -> ReportModel.VerificationLine {
    let record = entry.verification
    return ReportModel.VerificationLine(
      subject: record.subject, started: record.started, ended: record.ended, verdict: record.verdict,
      findings: entry.findings, findingCount: record.findings)
  }

  private func custody() throws(EvidenceError) -> [ReportModel.CustodyLine] {
    let labels = [
      "purpose": "Purpose", "authority": "Authority", "method": "Method", "sealBefore": "Seal found",
      "sealAfter": "Seal put on", "condition": "Condition", "storage": "Storage", "remarks": "Remarks",
      "witness": "Witness", "environment": "Environment", "images": "Images", "corrects": "Corrects",
      "correctedTime": "Corrected time", "withdraws": "Takes it back", "correctedBy": "Corrected by",
      "withdrawn": "Taken back", "localTime": "Local time", "attachments": "Attached",
      "signedBy": "Signed by",
    ]
    return try CustodyLines(store, of: item.number).all.map { line in
      ReportModel.CustodyLine(
        auditEvent: "\(line.event)", event: line.type, occurred: line.occurred.description,
        recorded: line.recorded.description, from: line.from, to: line.to,
        place: line.notes.first { $0.label == "place" }?.text ?? "",
        notes: line.notes.compactMap { note in labels[note.label].map { "\($0): \(note.text)" } })
    }
  }

  /// What is stated of the item, and the authority it is examined under.
  private func facts(_ known: ItemDescription) -> [ReportModel.Fact] {
    let labels: [(ItemFactName, String)] = [
      (.category, "Category"), (.quantity, "Quantity"), (.container, "Container"), (.condition, "Condition"),
      (.damage, "Damage"), (.powerState, "Power state when found"),
      (.clockOffset, "Clock of the examined machine, ahead of the right time"),
      (.locationFound, "Found at"), (.seizedFrom, "Seized from"), (.seizedBy, "Seized by"),
      (.seizedAt, "Seized at"),
    ]
    let stated = labels.compactMap { name, label in
      known.value(of: name).map { ReportModel.Fact(label, $0) }
    }
    return stated
      + known.authorities.map { authority in
        let details = authority.details
        let scope = details.scope.map { ", \($0)" } ?? ""
        let end = details.expires.map { ", until \($0)" } ?? ""
        return ReportModel.Fact("Authority", "\(details.kind): \(details.reference)\(scope)\(end)")
      }
      + known.attachments.map { file in
        ReportModel.Fact("Attached \(file.kind.rawValue)", "\(file.name), SHA-256 \(file.sha256)")
      }
  }

  /// What the record of custody leaves open.
  private func gaps() throws(EvidenceError) -> [String] {
    try store.custodyReview(of: item.number).findings.map { finding in
      let parts = [
        finding.expected.map { "expected \($0)" }, finding.observed.map { "observed \($0)" },
      ].compactMap(\.self)
      return "Custody, \(finding.subject): \(finding.code.meaning) (\(parts.joined(separator: ", ")))."
    }
  }

  private func limitations(_ entries: [AcquisitionEntry]) -> [String] {
    var texts = [
      "The report speaks of what the medium returned when it was read. It cannot say what the medium held before.",
      "The copy holds what ordinary reads reach. Areas of a device beyond that (HPA, DCO and others) are named where they were found; what they hold is not in the copy.",
      "Times are those of this workstation's system clock; no time-stamp authority vouches for them.",
      "SHA-256 cannot be stored inside an E01; it stands in the signed manifest.",
    ]
    for entry in entries where entry.result?.manifestDigest == nil {
      texts.append("Acquisition \(entry.acquisition.name) did not finish; nothing of it is evidence.")
    }
    return texts
  }

  private func checks(_ entries: [AcquisitionEntry]) -> [ReportModel.Command] {
    guard let entry = entries.last(where: { $0.result?.manifestDigest != nil }) else { return [] }
    let names = RecordNames(acquisition: entry.acquisition.name)
    var commands = [
      ReportModel.Command("Go to the folder of the acquisition", "cd \(entry.acquisition.folder)"),
      ReportModel.Command("Every file is the recorded one", "sha256sum -c --strict \(RecordNames.sums)"),
      ReportModel.Command(
        "The manifest is the signed one",
        "openssl cms -verify -binary -cades -content \(names.manifest) -inform DER -in \(names.signature) "
          + "-CAfile ../../certificates/examiner.pem -out /dev/null"),
      ReportModel.Command(
        "Everything at once, with the small verifier",
        "exhibit-verify \(names.manifest) --trust ../../certificates/examiner.pem"),
    ]
    if let image = entry.images.first(where: { $0.format == "e01" }), let first = image.segments.first {
      commands.append(ReportModel.Command("The E01, with libewf's own verifier", "ewfverify \(first.name)"))
    }
    return commands
  }
}

/// The result in one line and in plain words.
private struct Summary {
  let verdict: String
  let tone: ReportModel.Tone
  let paragraphs: [String]

  init(entries: [AcquisitionEntry], verifications: [VerificationRecord]) {
    var paragraphs: [String] = []
    var tone = ReportModel.Tone.good
    for entry in entries {
      let name = entry.acquisition.name
      let verdict = entry.result?.verdict ?? .incomplete(reason: "no end is recorded")
      switch verdict {
      case .complete:
        paragraphs.append(
          "Acquisition \(name): the copy holds every sector that the medium reported, as it returned it.")
      case .completeWithUnreadable(let sectors):
        paragraphs.append(
          "Acquisition \(name): \(sectors) sectors could not be read and hold zeros in the copy; all other sectors are as the medium returned them."
        )
        tone = .attention
      case .incomplete(let reason):
        paragraphs.append("Acquisition \(name) did not finish: \(reason).")
        tone = .attention
      }
    }
    var words = [entries.contains { $0.result?.manifestDigest != nil } ? "Acquired" : "Not acquired"]
    // A verification speaks only of what was there when it began.
    let newest = entries.compactMap { $0.result?.ended }.max()
    let covering = verifications.last { last in newest.map { $0 <= last.started } ?? false }
    if let covering {
      paragraphs.append(
        "The newest verification (\(covering.subject)) ended \(covering.ended): \(covering.verdict.sentence)")
      let isWhole = covering.subject == "item \(covering.item?.description ?? "")"
      switch covering.verdict {
      case .verified: words.append(isWhole ? "verified" : "verified by chunk digests")
      default: words.append("verification: \(covering.verdict.rawValue)")
      }
      switch covering.verdict {
      case .verified: break
      case .noReference, .incomplete: tone = .attention
      case .mismatch, .damaged, .chainBroken: tone = .bad
      }
    } else {
      paragraphs.append(
        verifications.isEmpty
          ? "The images have not been verified since they were made."
          : "The newest acquisition has not been verified since it was made.")
      words.append("not yet verified")
      if tone == .good { tone = .attention }
    }
    if entries.contains(where: { $0.result?.manifestDigest == nil }) {
      words.append("an acquisition did not finish")
    }
    self.verdict = words.joined(separator: ", ")
    self.tone = tone
    self.paragraphs = paragraphs
  }
}
