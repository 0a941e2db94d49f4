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

/// Verifies what a case holds: certificates, the images of its items, records, audit log.
///
/// A database that cannot be read is one finding among others: the evidence is verified all the same, from the
/// manifests that lie in the case folder.
struct CaseVerification {
  let folder: CaseFolder
  let item: ItemNumber?
  var copies = CopyChoice.all
  /// With what is trusted besides the certificates of the case.
  let settings: VerificationSettings
  /// Of the signing key, asked where digests of the whole are added.
  var passphrase: () throws(EvidenceError) -> [UInt8] = { () throws(EvidenceError) in
    throw EvidenceError(.passphraseNeeded, "the signing key")
  }

  private typealias ItemEntries = (item: ItemNumber, entries: [AcquisitionEntry])
  private typealias Part = (item: ItemNumber, report: VerificationReport)

  func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    let started = Host.now()
    var report = VerificationReport(subject: item.map { "\(folder.path), item \($0)" } ?? folder.path.string)
    report.scope = settings.level == .full ? .everything : .chunks
    let store: CaseStore
    let items: [ItemEntries]
    let known: [RecordIdentifier: [AcquisitionCopy]]
    do throws(EvidenceError) {
      store = try CaseStore.openForReading(folder: folder.path)
      items = try entries(store)
      known = try knownCopies(store)
    } catch {
      let found = folder.acquisitionFolders(of: item)
      guard isDatabaseDamage(error, hasEvidence: !found.isEmpty) else { throw error }
      report.take("case database", against: "its format", [Self.damage(error)])
      let certificates = CaseCertificates(folder).check(
        against: nil, named: settings.trust.certificates, &report)
      for name in found where !settings.stop.isRaised {
        _ = verify(
          RecordNames(acquisition: name), in: folder.evidence.appending(name), nil, certificates, &report,
          progress)
      }
      report.skip("copies in other folders", because: "the case database, which names them, is damaged")
      report.expect(settings.heads)
      return report
    }
    try demandChosen(items, known)
    let certificates = CaseCertificates(folder).check(
      against: store, named: settings.trust.certificates, &report)
    var heads: [AuditReference] = []
    var parts: [Part] = []
    var whole = WholeDigestsJob(folder)
    let imported = ImportedAcquisitions(store)
    for (item, entries) in items where !settings.stop.isRaised {
      var ofItem = VerificationReport(subject: item.description)
      ofItem.scope = report.scope
      for entry in entries {
        guard let digest = entry.result?.manifestDigest else { continue }
        let place = folder.path.pushing(FilePath(entry.acquisition.folder))
        let names = RecordNames(acquisition: entry.acquisition.name)
        let signers = imported.certificates(of: entry.acquisition, in: folder, &ofItem)
        let trusted = signers.map { settings.trust.certificates + $0 } ?? certificates
        let (head, own) = verifyOwn(
          entry, names, in: place, digest, among: entries, trusted, &ofItem, progress)
        if let own { whole.note(own, of: entry, in: place, isImported: signers != nil) }
        let others = CopyVerification(entry: entry, settings: settings.trusting(trusted))
        let further = known[entry.acquisition.id] ?? []
        for (copy, place) in zip(further, copies.places(of: further, name: entry.acquisition.name))
        where !settings.stop.isRaised {
          let result = others.perform(copy, at: place, &ofItem, progress: progress)
          if let result, let place { whole.note(result, of: entry, in: place, isImported: signers != nil) }
        }
        // The manifest of one that was taken in refers to the log of another case.
        if let head, signers == nil { heads.append(head) }
      }
      checkUnfinished(entries, &ofItem)
      ofItem.scope = scope(ofItem)
      report.absorb(ofItem)
      if !entries.isEmpty { parts.append((item, ofItem)) }
    }
    heads += verifyUnrecorded(items, certificates, &report, progress)
    noteUnknown(items, &report)
    checkReports(items.map(\.item), store, &report)
    RecordedSignatures.check(
      store, in: folder, of: item == nil ? nil : items.flatMap(\.entries).map(\.acquisition.folder), &report)
    AuditComparison(folder, certificates).perform(store, manifests: heads, &report)
    CustodyCheck(folder: folder, store: store).perform(
      items.map(\.item), ofWholeCase: item == nil, &report)
    try? store.close()
    report.scope = scope(report)
    report.expect(settings.heads)
    record(&report, parts, started: started)
    if report.canBeRecorded, report.isLogIntact { whole.perform(&report, passphrase) }
    return report
  }

  // MARK: Copies

  /// Where copies were left out, a good result names those that were checked.
  private func scope(_ report: VerificationReport) -> VerificationScope {
    guard settings.level == .full else { return .chunks }
    guard let named = copies.named, report.copies.contains(where: { $0.verdict == nil }) else {
      return .everything
    }
    return .copies(which: named)
  }

  private func extent(_ report: VerificationReport) -> String {
    let chunks = settings.level == .full ? "" : ", chunk digests only"
    guard let named = copies.named, report.copies.contains(where: { $0.verdict == nil }) else {
      return chunks
    }
    return "\(chunks), of the copies only \(named)"
  }

  /// An event that cannot be read is found by the check of the log, which also says that this was not looked at.
  private func knownCopies(_ store: CaseStore) throws(EvidenceError) -> [RecordIdentifier: [AcquisitionCopy]]
  {
    do throws(EvidenceError) { return try store.copies() } catch  where error.code == .caseDamaged {
      return [:]
    }
  }

  /// - Throws: `argumentInvalid` for a folder that is asked for and holds no copy.
  private func demandChosen(
    _ items: [ItemEntries], _ known: [RecordIdentifier: [AcquisitionCopy]]
  ) throws(EvidenceError) {
    guard case .only(_, let folders) = copies else { return }
    for folder in folders {
      let choice = CopyChoice.only(own: false, [folder])
      let isOne = items.flatMap(\.entries).contains { entry in
        choice.places(of: known[entry.acquisition.id] ?? [], name: entry.acquisition.name)
          .contains { $0 != nil }
      }
      guard isOne else {
        throw EvidenceError(invalid: .copy, folder.string, "no copy of an acquisition of the case")
      }
    }
  }

  /// Verifies the case's own folder of an acquisition, where it is asked for.
  private func verifyOwn(
    _ entry: AcquisitionEntry, _ names: RecordNames, in place: FilePath, _ digest: Digest,
    among entries: [AcquisitionEntry], _ certificates: [Certificate], _ report: inout VerificationReport,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> (head: AuditReference?, result: ManifestVerification.Result?) {
    let (id, own) = (entry.acquisition.id, entry.acquisition.folder)
    guard copies.wantsOwn else {
      report.skip("copy \(own)", because: "not asked for")
      report.copies.append(CopyCheck(id, folder: own, verdict: nil, reason: "not asked for"))
      return (nil, nil)
    }
    var part = VerificationReport(subject: own)
    let verified = verify(names, in: place, digest, among: entries, certificates, &part, progress)
    report.copies.append(
      CopyCheck(
        id, folder: own, verdict: part.wasStopped ? nil : part.verdict,
        reason: part.wasStopped ? "stopped" : nil))
    report.absorb(part)
    // What contradicts the case is not added to.
    return (verified.head, part.verdict == .verified ? verified.result : nil)
  }

  // MARK: The database

  private func entries(_ store: CaseStore) throws(EvidenceError) -> [ItemEntries] {
    let numbers = if let item { [try store.item(item).number] } else { try store.items().map(\.number) }
    var all: [ItemEntries] = []
    for number in numbers { all.append((number, try store.acquisitions(of: number))) }
    return all
  }

  /// A database of another kind is a damaged one where manifests show that this is a case.
  private func isDatabaseDamage(_ error: EvidenceError, hasEvidence: Bool) -> Bool {
    switch error.code {
    case .caseDamaged, .databaseFailed: true
    case .notACase: hasEvidence
    default: false
    }
  }

  static func damage(_ error: EvidenceError) -> Finding {
    Finding(
      .databaseDamaged, subject: CaseStore.fileName, expected: "readable",
      observed: error.detail.isEmpty ? error.code.summary : error.detail)
  }

  // MARK: Evidence

  /// Verifies one acquisition and, where the case knows it, compares its manifest with the case.
  /// - Returns: the audit head the manifest refers to, and what was verified.
  private func verify(
    _ names: RecordNames, in place: FilePath, _ expected: Digest?, among entries: [AcquisitionEntry] = [],
    _ certificates: [Certificate], _ report: inout VerificationReport,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> (head: AuditReference?, result: ManifestVerification.Result?) {
    let path = place.appending(names.manifest)
    let subject = folder.relative(path)
    guard Files.exists(path) else {
      report.take(
        "\(names.acquisition): manifest", against: "the case",
        [Finding(.fileMissing, subject: subject, expected: "a manifest", observed: "no file")])
      return (nil, nil)
    }
    let result: ManifestVerification.Result
    do throws(EvidenceError) {
      result = try ManifestVerification(path, settings.trusting(certificates), followsOverflow: true).perform(
        progress: progress)
    } catch {
      // Alone this would be an error; in a case the other acquisitions still count.
      let code: FindingCode = error.category == .input ? .manifestMalformed : .fileUnreadable
      report.take(
        "\(names.acquisition): manifest", against: "manifest format \(Manifest.version)",
        [Finding(code, subject: subject, observed: error)])
      return (nil, nil)
    }
    report.absorb(result.report)
    if let expected {
      report.take(
        "\(names.manifest): SHA-256", against: "the case",
        expected == result.manifestDigest
          ? []
          : [
            Finding(
              .fileDigestMismatch, subject: names.manifest, expected: "SHA-256 \(expected)",
              observed: "SHA-256 \(result.manifestDigest)")
          ])
    }
    if let earlier = result.manifest?.acquisition.earlier {
      Self.check(earlier, of: names.acquisition, among: entries, &report)
    }
    // A manifest that was altered, or signed by nobody who is trusted, says nothing of the log.
    let isTrusted = !certificates.isEmpty
    let isSigned = !result.report.findings.contains {
      $0.severity == .failure && $0.subject == names.signature
    }
    let head =
      isSigned && isTrusted
      ? result.manifest.map { AuditReference($0.audit, from: names.manifest) } : nil
    return (head, result)
  }

  /// What an acquisition adds to must be the acquisition of that name.
  private static func check(
    _ earlier: Manifest.Earlier, of name: String, among entries: [AcquisitionEntry],
    _ report: inout VerificationReport
  ) {
    let what = "\(name): manifest of \(earlier.name), which it adds to"
    guard
      let known = entries.first(where: { $0.acquisition.id == earlier.identifier })?.result?.manifestDigest
    else { return report.skip(what, because: "the case does not have it") }
    report.take(
      what, against: "the case",
      known == earlier.manifest
        ? []
        : [
          Finding(
            .fileDigestMismatch, subject: RecordNames(acquisition: earlier.name).manifest,
            expected: "SHA-256 \(earlier.manifest)", observed: "SHA-256 \(known)")
        ])
  }

  /// Acquisitions without a manifest cannot be verified; that is said, never passed over.
  private func checkUnfinished(_ entries: [AcquisitionEntry], _ report: inout VerificationReport) {
    for entry in entries where entry.result?.manifestDigest == nil {
      let observed =
        switch entry.result?.verdict {
        case .incomplete(let reason): reason
        default:
          OutputFolder(name: entry.acquisition.name, in: folder.evidence).isResumable
            ? Finding.notEnded : "no end is recorded"
        }
      report.take(
        "acquisition \(entry.acquisition.name)", against: "the case",
        [Finding(.acquisitionIncomplete, .warning, subject: entry.acquisition.name, observed: observed)])
    }
  }

  /// Verifies whole acquisitions of which the case does not record the end: after a crash in the last moment, or
  /// where the log was cut back. Their manifests show how far the log once went.
  private func verifyUnrecorded(
    _ items: [ItemEntries], _ certificates: [Certificate], _ report: inout VerificationReport,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) -> [AuditReference] {
    let entries = items.flatMap(\.entries)
    let ended = Set(entries.filter { $0.result?.manifestDigest != nil }.map(\.acquisition.name))
    var heads: [AuditReference] = []
    for name in folder.acquisitionFolders(of: item) where !ended.contains(name) && !settings.stop.isRaised {
      let place = folder.evidence.appending(name)
      heads +=
        verify(RecordNames(acquisition: name), in: place, nil, certificates, &report, progress).head.map {
          [$0]
        }
        ?? []
      report.take("acquisition \(name)", against: "the case", [Self.unrecorded(folder.relative(place))])
    }
    return heads
  }

  static func unrecorded(_ subject: String) -> Finding {
    Finding(.acquisitionUnrecorded, subject: subject, expected: "a recorded end", observed: "none")
  }

  /// What lies in the evidence folder and is no acquisition that the case knows of.
  private func noteUnknown(_ items: [ItemEntries], _ report: inout VerificationReport) {
    guard item == nil else { return }
    let known = Set(items.flatMap { $0.entries.map(\.acquisition.name) } + folder.acquisitionFolders())
    for name in (try? Files.names(in: folder.evidence)) ?? [] {
      let partial = OutputFolder.partialSuffix
      guard !known.contains(name.hasSuffix(partial) ? String(name.dropLast(partial.count)) : name) else {
        continue
      }
      report.findings.append(
        Finding(.fileUnlisted, .note, subject: folder.relative(folder.evidence.appending(name))))
    }
  }

  /// Reports in the case, and their signatures, against their recorded digests.
  private func checkReports(_ items: [ItemNumber], _ store: CaseStore, _ report: inout VerificationReport) {
    let recorded = (try? store.reports()) ?? []
    for file in recorded.filter({ !Set($0.items).isDisjoint(with: items) }).flatMap(\.files) {
      check(file.path, file.sha256, &report)
      if let signature = file.signature { check("\(file.path).p7s", signature, &report) }
    }
    let approved = recorded.filter { !Set($0.items).isDisjoint(with: items) }.flatMap(\.approvals)
    for copy in approved.flatMap(\.signed).compactMap(\.copy) { check(copy.path, copy.sha256, &report) }
  }

  private func check(_ name: String, _ sha256: Digest, _ report: inout VerificationReport) {
    // A path outside of the case is where the report once went, not where it is kept.
    guard !FilePath(name).isAbsolute else { return }
    let path = folder.path.pushing(FilePath(name))
    var findings: [Finding] = []
    if !Files.exists(path) {
      findings.append(
        Finding(.fileMissing, .warning, subject: name, expected: "the report", observed: "no file"))
    } else {
      let observed = (try? FileDigests.of(path))?.sha256
      if observed != sha256 {
        findings.append(
          Finding(
            .fileDigestMismatch, subject: name, expected: "SHA-256 \(sha256)",
            observed: observed.map { "SHA-256 \($0)" } ?? "not readable"))
      }
    }
    report.take("\(name): SHA-256", against: "the case", findings)
  }

  // MARK: The record of it

  /// Records the result for each item that was looked at, and for the case where the whole of it was.
  ///
  /// The result is shown all the same where it cannot be recorded, such as on a medium that cannot be written;
  /// a damaged database, or a log that was cut, is not written to.
  private func record(_ report: inout VerificationReport, _ parts: [Part], started: Timestamp) {
    let what = "recording this verification in the case"
    guard report.canBeRecorded else {
      return report.skip(what, because: "the case database is damaged, or its audit log cut")
    }
    do throws(EvidenceError) { try write(report, parts, started: started) } catch {
      report.skip(
        what, because: error.detail.isEmpty ? error.code.summary : "\(error.code.summary): \(error.detail)")
    }
  }

  /// A verification of less than everything says so wherever it is named.
  private func write(
    _ report: VerificationReport, _ parts: [Part], started: Timestamp
  ) throws(EvidenceError) {
    let store = try CaseStore.open(folder)
    for part in parts {
      try store.recordVerification(
        of: "item \(part.item)\(extent(part.report))", item: part.item, started: started,
        verdict: part.report.verdict,
        findings: part.report.findings, details: details(report, part.report.copies))
      var custody = CustodyDetails(.verify, occurred: started)
      custody.remarks = part.report.sentence
      try store.recordCustody(of: part.item, custody)
    }
    if item == nil {
      try store.recordVerification(
        of: "case\(extent(report))", item: nil, started: started, verdict: report.verdict,
        findings: report.findings,
        details: details(report, report.copies))
    }
    try store.close()
  }

  private func details(_ report: VerificationReport, _ copies: [CopyCheck]) -> JSONValue {
    .fields([
      "level": .string(settings.level.rawValue), "checks": JSONValue(report.checks.count),
      "copies": .array(
        copies.map {
          .fields([
            "acquisition": .string($0.acquisition.description), "folder": .string($0.folder),
            "foundAt": $0.foundAt.map { .string($0) }, "verdict": $0.verdict.map { .string($0.rawValue) },
            "reason": $0.reason.map { .string($0) },
          ])
        }),
    ])
  }
}
