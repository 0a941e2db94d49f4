import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import SystemIO
import SystemPackage
import Verification

/// A custody event as an examiner states it: people by name.
package struct CustodyEntry {
  package static let eventNames = CustodyEventType.allCases.map(\.rawValue)

  package let item: ItemNumber
  package let event: String
  /// See ``StatedTime``; now where `nil`. Of a correction: when the corrected event happened.
  package var time: String?
  package var place: String?
  package var releasedBy: String?
  package var receivedBy: String?
  package var witness: String?
  package var purpose: String?
  package var authority: String?
  package var method: String?
  package var sealBefore: String?
  package var sealAfter: String?
  package var condition: String?
  package var storage: String?
  package var environment: String?
  package var remarks: String?
  /// The earlier event that is corrected, by the number of its audit event or its identifier; only of `correct`,
  /// which needs it.
  package var corrects: String?
  /// The corrected event did not happen.
  package var withdraws = false
  package var photographs: [FilePath] = []
  package var documents: [FilePath] = []
  /// Why the item leaves although its images are not verified.
  package var unverified: String?
  /// Who signs the event.
  package var keys = SigningKeys.none

  package init(item: ItemNumber, event: String) {
    self.item = item
    self.event = event
  }

  /// Records the event. Before an item leaves the hands of its holder its images are verified, which blocks as long
  /// as it takes.
  /// - Parameter progress: bytes done and bytes in all of what is being verified.
  /// - Throws: `argumentInvalid`, `itemUnknown`, `itemNotHeld`, `imagesNotVerified`, `confirmationNeeded`,
  ///   `caseNotOpen`, `keyUnusable` …
  package func record(
    in folder: CaseFolder, stop: StopFlag = StopFlag(),
    progress: @escaping @Sendable (UInt64, UInt64) -> Void = { _, _ in }
  ) throws(EvidenceError) -> CustodyLine {
    guard let type = CustodyEventType(rawValue: event.lowercased()) else {
      throw EvidenceError(
        invalid: .event, event, "one of \(Self.eventNames.joined(separator: ", "))")
    }
    let stated = try time.map { text throws(EvidenceError) in
      try StatedTime(text, of: .time).past(.time)
    }
    try checkCorrection(type)
    let store = try CaseStore.open(folder)
    _ = try store.item(item)
    var details = CustodyDetails(type, occurred: Host.now())
    if type != .correct, let stated { details.occurred = stated.time }
    details.corrects = try correctedEvent(store)
    details.place = place
    details.releasedBy = try person(releasedBy, store)
    details.receivedBy = try person(receivedBy, store)
    details.witness = try person(witness, store)
    details.purpose = purpose
    details.authority = authority
    details.method = method
    details.sealBefore = sealBefore
    details.sealAfter = sealAfter
    details.condition = condition
    details.storage = storage
    details.remarks = remarks
    var extras = CustodyExtras()
    extras.utcOffset = stated?.utcOffset
    extras.environment = environment
    if type == .correct { extras.correctedTime = stated?.time }
    extras.withdraws = withdraws
    let signers = try keys.signers(in: folder, store)
    // Before anything takes long.
    try store.checkCustody(of: item, details, signedBy: signers)
    if LeavingImages.concerns(type) {
      extras.images = try LeavingImages(folder: folder, item: item, store: store).check(
        unverified: unverified, stop: stop, progress: progress)
      if stated == nil { details.occurred = Host.now() }
    } else if unverified != nil {
      throw EvidenceError(invalid: .unverified, "only of transfer, export and return")
    }
    let attachments = Attachments(folder: folder)
    let files =
      try attachments.store(photographs, as: .photograph) + attachments.store(documents, as: .document)
    let recorded = try store.recordCustody(
      of: item, details, extras, attachments: files, signedBy: signers)
    let line = try CustodyLines(store, of: item).line(recorded)
    try store.close()
    return line
  }

  private func checkCorrection(_ type: CustodyEventType) throws(EvidenceError) {
    switch (type, corrects) {
    case (.correct, nil):
      throw EvidenceError(
        invalid: .event, "correct", "it needs the number of the corrected event", consider: [.corrects])
    case (.correct, _?): return
    case (_, _?): throw EvidenceError(invalid: .corrects, "only of a correction", consider: [.event])
    case (_, nil):
      guard !withdraws else {
        throw EvidenceError(invalid: .withdraw, "only of a correction", consider: [.event])
      }
    }
  }

  private func correctedEvent(_ store: CaseStore) throws(EvidenceError) -> RecordIdentifier? {
    guard let corrects else { return nil }
    if let identifier = RecordIdentifier(corrects) { return identifier }
    guard let number = UInt64(corrects) else {
      throw EvidenceError(
        invalid: .corrects, corrects, "not the number of an event", consider: [.corrects])
    }
    guard let record = try store.custody(of: item).first(where: { $0.event == number }) else {
      throw EvidenceError(
        invalid: .corrects, corrects, "item \(item) has no such custody event")
    }
    return record.record.id
  }

  /// A person the case knows, or a new one of this name.
  private func person(_ name: String?, _ store: CaseStore) throws(EvidenceError) -> RecordIdentifier? {
    guard let name else { return nil }
    if let known = try store.knownPerson(name) { return known.id }
    return try store.person(PersonDetails(name: name)).id
  }
}

/// Whether the images of an item are still what was acquired, asked before it goes to somebody else.
struct LeavingImages {
  let folder: CaseFolder
  let item: ItemNumber
  let store: CaseStore

  static func concerns(_ type: CustodyEventType) -> Bool { [.transfer, .export, .return].contains(type) }

  /// - Parameter unverified: why they need not be, or need not verify.
  /// - Throws: `imagesNotVerified` where they do not verify and no reason is given.
  func check(
    unverified: String?, stop: StopFlag, progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> ImageCheck {
    let hasImages = try store.acquisitions(of: item).contains { $0.result?.manifestDigest != nil }
    guard hasImages else { return .none }
    if let unverified { return .notVerified(reason: unverified, verification: nil) }
    let started = Host.now()
    let report = try CaseVerification(
      folder: folder, item: item, settings: VerificationSettings(stop: stop)
    )
    .perform(progress: progress)
    let verification = try store.verifications(of: item).last { $0.verification.started >= started }
    guard report.verdict == .verified, let verification else {
      throw EvidenceError(
        .imagesNotVerified, "item \(item)",
        report.findings.first { $0.severity == .failure }.map { "\($0.subject): \($0.code.meaning)" }
          ?? report.verdict.sentence)
    }
    return .verified(verification.verification.id)
  }
}
