import Acquisition
import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Media
import SystemIO
import SystemPackage
import WriterKit

/// Which acquisition is to be resumed, and what is to be otherwise than it was begun.
package struct ResumeRequest: Sendable {
  package let item: ItemNumber
  /// Name of the acquisition; needed where several of the item can be resumed.
  package var acquisition: String?
  /// Where the medium is now; where it was when `nil`.
  package var source: FilePath?
  /// Unreadable sectors that are accepted; as it was begun where `nil`, any number where the inner value is.
  package var errorLimit: UInt64??
  /// As it was begun where `nil`.
  package var accepted: [AcquisitionRequest.Acceptance]?
  /// As in ``AcquisitionRequest``.
  package var reasonAfterExpiry: String?
  package init(item: ItemNumber) { self.item = item }

  fileprivate func applied(to journal: AcquisitionJournal) -> AcquisitionRequest {
    var request = journal.request
    if let source { request.source.path = source }
    // What was read as a file goes on as one, whatever a file like it is taken for today.
    if journal.medium.isFile { request.source.takenAs = .raw }
    if let errorLimit { request.reading.errorLimit = errorLimit }
    request.reasonAfterExpiry = reasonAfterExpiry
    if let accepted { request.accepted = accepted }
    // What is written already lies on the same file system: what is left cannot be told exactly.
    request.output.acceptsLittleSpace = true
    return request
  }
}

/// Goes on with an acquisition that ended early: interrupted, killed, without medium, destination or power.
package struct ResumeJob {
  private let folder: CaseFolder
  private let store: CaseStore
  private let acquisition: AcquisitionRecord
  private let way: Way

  private enum Way {
    /// Read on from the checkpoint.
    /// - Parameter isAuthentic: whether the journal is signed.
    case goOn(setting: AcquisitionSetting, journal: AcquisitionJournal, isAuthentic: Bool)
    /// Every image and its manifest is complete; the case does not know of it.
    case adopt
  }

  /// Everything that can be refused without reading the medium is refused here.
  /// - Throws: `nothingToResume`, `otherMedium`, `journalMalformed`, `journalNotAuthentic`, and what ``AcquisitionJob`` throws.
  package init(
    _ asked: ResumeRequest, in folder: CaseFolder, process: ProcessRestriction = ProcessRestriction(),
    passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    // Before the case is opened, which makes threads.
    let early = try Self.mediumToResume(asked, in: folder, process)
    let item = asked.item
    self.folder = folder
    self.store = try CaseStore.open(folder)
    let found = try Self.candidates(of: item, store, folder).filter {
      asked.acquisition == nil || $0.name == asked.acquisition
    }
    guard let acquisition = found.last else {
      throw EvidenceError(
        .nothingToResume, "item \(item)", asked.acquisition.map { "no unfinished \($0)" } ?? "")
    }
    guard found.count == 1 else {
      throw EvidenceError(
        .argumentInvalid, "item \(item)",
        "several acquisitions can be resumed: \(found.map(\.name).joined(separator: ", "))",
        consider: [.acquisition])
    }
    self.acquisition = acquisition
    let unfinished = OutputFolder(name: acquisition.name, in: folder.evidence).partial
    let path = AcquisitionJournal.path(of: acquisition.name, in: unfinished)
    guard Files.exists(path) else {
      self.way = .adopt
      return
    }
    let journal = try AcquisitionJournal(at: path)
    guard journal.acquisition == acquisition.id, journal.request.item == item else {
      throw EvidenceError(.journalMalformed, path.string, "it is of another acquisition")
    }
    let medium =
      if let early, early.journal.acquisition == acquisition.id { early.medium } else {
        try ProtectedMedium(asked.applied(to: journal), in: folder, process)
      }
    let setting = try AcquisitionSetting(medium, in: folder, store: store, passphrase: passphrase)
    let isAuthentic = try journal.demandAuthentic(by: setting.identity.certificate, at: path)
    if !isAuthentic, try Self.hadSignedJournal(acquisition, store) {
      throw EvidenceError(
        .journalNotAuthentic, path.string, "it is not signed, and the audit log says that it was")
    }
    if let difference = journal.medium.difference(from: setting.mediumIdentity) {
      throw EvidenceError(.otherMedium, setting.medium.facts.path.string, difference)
    }
    self.way = .goOn(setting: setting, journal: journal, isAuthentic: isAuthentic)
  }

  /// Whether a process of the acquisition recorded that it signs the journal.
  private static func hadSignedJournal(
    _ acquisition: AcquisitionRecord, _ store: CaseStore
  ) throws(EvidenceError) -> Bool {
    var had = false
    try store.forEachEvent(of: [.acquisitionStarted, .acquisitionResumed]) { event throws(EvidenceError) in
      let details = event.payload["details"]
      let isOfIt =
        details?["acquisition"]?.stringValue == acquisition.id.description
        || event.payload["records"]?["acquisition"]?.arrayValue?.first?["id"]?.stringValue
          == acquisition.id.description
      had = had || isOfIt && details?["journal"]?.stringValue == Manifest.Pause.JournalState.signed.rawValue
    }
    return had
  }

  /// The medium of the only unfinished acquisition the request can mean; `nil` where there is none, or several.
  private static func mediumToResume(
    _ asked: ResumeRequest, in folder: CaseFolder, _ process: ProcessRestriction
  ) throws(EvidenceError) -> (journal: AcquisitionJournal, medium: ProtectedMedium)? {
    let journals = try OutputFolder.namesInUse(in: folder.evidence).compactMap {
      name -> AcquisitionJournal? in
      guard asked.acquisition == nil || asked.acquisition == name else { return nil }
      let unfinished = OutputFolder(name: name, in: folder.evidence).partial
      let journal = try? AcquisitionJournal(at: AcquisitionJournal.path(of: name, in: unfinished))
      return journal?.request.item == asked.item ? journal : nil
    }
    guard journals.count == 1 else { return nil }
    return (journals[0], try ProtectedMedium(asked.applied(to: journals[0]), in: folder, process))
  }

  /// Acquisitions without an end of which something is left, oldest first.
  private static func candidates(
    of item: ItemNumber, _ store: CaseStore, _ folder: CaseFolder
  ) throws(EvidenceError) -> [AcquisitionRecord] {
    try store.acquisitions(of: item).filter { $0.result == nil }.map(\.acquisition).filter {
      OutputFolder(name: $0.name, in: folder.evidence).isResumable
    }
  }

  /// Reads on, completes images and manifests, records everything in the case. Blocks until done.
  /// - Throws: `writtenDiffers` where something that was written before is not what the journal says; `otherMedium`
  ///   where chunks that were read before read differently now; `outputShorter`,
  ///   `destinationMissing` where an unfinished folder is not as it was left. Nothing is changed then.
  package func perform(
    stop: StopFlag, progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    switch way {
    case .adopt:
      try Adoption(folder: folder, store: store, acquisition: acquisition).perform(stop: stop) {
        progress(AcquisitionProgress(bytesDone: $0, length: $1, unreadableSectors: 0))
      }
    case .goOn(let setting, let journal, let isAuthentic):
      try goOn(setting, journal, isAuthentic, stop: stop, progress: progress)
    }
  }

  private func goOn(
    _ setting: AcquisitionSetting, _ journal: AcquisitionJournal, _ isAuthentic: Bool, stop: StopFlag,
    progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    let checkpoint = journal.checkpoint
    let chunkCount = checkpoint.position / setting.plan.chunks.chunkSize
    let destinations = setting.destinations(acquisition.name)
    let isAllKnown = try readBack(setting, journal, destinations, stop)
    let sentinels = try setting.protection.sentinels()
    try setting.earlier?.compare(with: setting.medium, serial: setting.serialNumber)
    let compared = try compare(setting, journal, destinations[0], chunkCount)

    var writers: [(any ImageWriter)?] = []
    var chunks: [ChunkEntry] = []
    var images = checkpoint.images[...]
    for (index, destination) in destinations.enumerated() {
      let own = Array(images.prefix(destination.images.count))
      images = images.dropFirst(own.count)
      let resumed = try destination.resume(
        setting, own, chunkCount: chunkCount, resumption: journal.pauses.count + 1)
      writers += resumed.writers
      if index == 0 { chunks = resumed.chunks }
    }
    let pause = Manifest.Pause(
      stopped: journal.saved, resumed: Host.now(),
      unit: journal.staging?.map.ranges(in: .notAttempted).first?.first
        ?? checkpoint.position / setting.sectorSize,
      comparedChunks: compared, journal: isAuthentic && isAllKnown ? .signed : .unsigned)
    var resumed = journal
    resumed.pauses.append(pause)
    resumed.request.reading = setting.request.reading
    resumed.request.accepted = setting.request.accepted
    resumed.commands.merge(setting.device?.commands ?? [:], uniquingKeysWith: +)
    resumed.saved = pause.resumed
    let keeper = try JournalKeeper(
      resuming: resumed, setting, destinations, isWritten: writers.map { $0 != nil })
    let head = try recordResumed(pause, setting)
    return AcquisitionCourse(
      setting: setting, ending: AcquisitionEnding(setting: setting, acquisition: acquisition),
      case: try store.caseRecord(), examiner: try store.examiner().details.name, head: head,
      destinations: destinations, journal: keeper, sentinels: sentinels
    ).perform(
      writers.compactMap(\.self),
      from: AcquisitionRun.Start(resuming: checkpoint, chunkDigests: chunks.compactMap(\.sha256)), stop: stop,
      progress: progress)
  }

  /// Shows that what was written is what the journal says, before anything is changed.
  /// - Returns: whether the journal tells of all of it; one of an earlier version may not.
  private func readBack(
    _ setting: AcquisitionSetting, _ journal: AcquisitionJournal, _ destinations: [AcquisitionDestination],
    _ stop: StopFlag
  ) throws(EvidenceError) -> Bool {
    let check = WrittenCheck(
      journal: journal, name: acquisition.name, plan: setting.plan, resumption: journal.pauses.count + 1,
      isDisc: setting.disc != nil, signer: setting.identity.certificate, stop: stop)
    var images = journal.checkpoint.images[...]
    var unknown: [String] = []
    for (index, destination) in destinations.enumerated() {
      let own = Array(images.prefix(destination.images.count))
      images = images.dropFirst(own.count)
      unknown += try destination.compareWritten(check, own, index: index)
    }
    return try check.compare(staging: destinations[0].stagingFile) && unknown.isEmpty
  }

  /// Shows that it is the same medium before anything is changed.
  private func compare(
    _ setting: AcquisitionSetting, _ journal: AcquisitionJournal, _ destination: AcquisitionDestination,
    _ chunkCount: UInt64
  ) throws(EvidenceError) -> [UInt64] {
    let check = SameMediumCheck(source: setting.source, chunks: setting.plan.chunks)
    if let staging = journal.staging {
      return try check.perform(check.known(staging, in: destination.stagingFile))
    }
    return try check.perform(SameMediumCheck.known(destination.chunks(setting.plan, upTo: chunkCount)))
  }

  private func recordResumed(
    _ pause: Manifest.Pause, _ setting: AcquisitionSetting
  ) throws(EvidenceError) -> AuditHead {
    try setting.recordOverrides(of: acquisition)
    return try store.append(
      .acquisitionResumed,
      details: .fields([
        "acquisition": .string(acquisition.id.description), "pause": pause.json,
        "journal": .string(Manifest.Pause.JournalState.signed.rawValue),
        "source": .string(setting.medium.facts.path.string),
        "reasonAfterExpiry": setting.request.reasonAfterExpiry.map { .string($0) },
      ]))
  }
}

extension AcquisitionSetting {
  fileprivate var sectorSize: UInt64 { UInt64(plan.geometry.logicalSectorSize) }
}
