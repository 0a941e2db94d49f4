import Acquisition
import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import FormatKit
import Manifests
import Media
import SystemIO
import SystemPackage
import WriterKit

/// Acquires one item: source → images → manifest → case.
package struct AcquisitionJob {
  private let setting: AcquisitionSetting

  /// Everything that can be refused is refused here, before the medium is read or anything is written.
  /// - Parameters:
  ///   - medium: read in place of what the source's path names; for media of known contents.
  ///   - confirm: is told what a device is, before it is refused for its serial number; throws where it is not to be
  ///     acquired.
  ///   - passphrase: asked where the signing key is encrypted.
  /// - Throws: `itemUnknown`, `sourceMissing`, `sourceInsideCase`, `sourceInUse`, `otherSerial`, `destinationFull`,
  ///   `passphraseWrong` …
  package init(
    _ request: AcquisitionRequest, in folder: CaseFolder, medium: (any SectorSource)? = nil,
    process: ProcessRestriction = ProcessRestriction(),
    confirm: (SourceIdentification) throws(EvidenceError) -> Void = { _ in },
    passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    let protected = try ProtectedMedium(request, medium: medium, in: folder, process)
    self.setting = try AcquisitionSetting(
      protected, in: folder, store: try CaseStore.open(folder), confirm: confirm, passphrase: passphrase)
  }

  /// Reads the medium, completes images and manifests, records everything in the case. Blocks until done.
  ///
  /// A run that ends early is no error but a summary with the verdict `incomplete`; what was read is kept in
  /// folders that are named as partial, from which ``ResumeJob`` goes on.
  package func perform(
    stop: StopFlag, progress: @escaping @Sendable (AcquisitionProgress) -> Void
  ) throws(EvidenceError) -> AcquisitionSummary {
    let sentinels = try setting.protection.sentinels()
    try setting.earlier?.compare(with: setting.medium, serial: setting.serialNumber)
    let `case` = try setting.store.caseRecord()
    let examiner = try setting.store.examiner().details.name
    let acquisition = try recordBegin()
    try setting.recordOverrides(of: acquisition)
    let head = try setting.store.auditHead()
    let ending = AcquisitionEnding(setting: setting, acquisition: acquisition)
    let destinations = setting.destinations(acquisition.name)
    let writers: [any ImageWriter]
    let journal: JournalKeeper
    do throws(EvidenceError) {
      let description = try setting.description(examiner: examiner, case: `case`)
      writers = try destinations.flatMapThrowing { destination throws(EvidenceError) in
        try destination.create(setting)
        return try destination.writers(setting, description: description)
      }
      journal = try JournalKeeper(beginning: acquisition, setting, destinations, writers)
    } catch {
      for destination in destinations { destination.remove() }
      // What went wrong first is what the examiner must hear, also where it cannot be recorded.
      try? ending.record(.incomplete(reason: error.code.summary), failure: error)
      throw error
    }
    return AcquisitionCourse(
      setting: setting, ending: ending, case: `case`, examiner: examiner, head: head,
      destinations: destinations, journal: journal, sentinels: sentinels
    ).perform(writers, from: .beginning, stop: stop, progress: progress)
  }

  private func recordBegin() throws(EvidenceError) -> AcquisitionRecord {
    let request = setting.request
    var taken = try OutputFolder.namesInUse(in: setting.folder.evidence)
    for folder in request.output.copies.map(\.folder) + request.output.overflow {
      taken.formUnion(try OutputFolder.namesInUse(in: folder))
    }
    let facts = setting.source.facts
    return try setting.store.beginAcquisition(
      of: setting.item.number,
      source: AcquisitionSource(
        path: facts.path.string, kind: facts.kind, length: setting.plan.geometry.length,
        sectorSize: setting.plan.geometry.logicalSectorSize),
      namesInUse: taken, afterExpiry: request.reasonAfterExpiry,
      details: .fields([
        "journal": .string(Manifest.Pause.JournalState.signed.rawValue),
        "commandLine": .array(request.commandLine.map { .string($0) }),
        "formats": .array(request.output.images.map { .string($0.format.rawValue) }),
        "as": request.source.takenAs.map { .string($0.rawValue) },
        "sourceFormat": setting.taken.map { .string($0.format.rawValue) },
        "copies": .array(request.output.copies.map { .string($0.folder.string) }),
        "digests": .array(setting.plan.digests.sorted().map { .string($0.rawValue) }),
        "laterDigests": setting.plan.isSegmented
          ? .array(setting.plan.laterDigests.sorted().map { .string($0.rawValue) }) : nil,
        "firstSector": (setting.source as? SectorRangeSource).map { JSONValue($0.range.first) },
        "again": request.source.again.map { .string($0) },
        "reasonAfterExpiry": request.reasonAfterExpiry.map { .string($0) },
        "model": facts.model.map { .string($0) }, "serial": setting.serialNumber.map { .string($0) },
        "labelSerial": setting.identification?.recordedSerial.map { .string($0) },
      ]))
  }
}

extension AcquisitionSetting {
  /// What stands in the header of an E01.
  func description(examiner: String, case: CaseRecord) throws(EvidenceError) -> ImageDescription {
    var description = ImageDescription()
    description.caseNumber = `case`.number
    description.evidenceNumber = item.number.description
    description.examiner = examiner
    description.description = request.description ?? item.description
    description.notes = request.notes
    description.model = source.facts.model
    description.serialNumber = serialNumber
    description.software = "\(ToolVersion.name) \(ToolVersion.current)"
    return description
  }
}
