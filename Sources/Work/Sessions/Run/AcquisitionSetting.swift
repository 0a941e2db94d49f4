import Acquisition
import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Manifests
import Media
import OpticalDisc
import Signing
import SystemIO
import SystemPackage

/// What an acquisition works on, whether it begins or goes on.
struct AcquisitionSetting {
  let request: AcquisitionRequest
  let folder: CaseFolder
  let store: CaseStore
  let identity: SigningIdentity
  let item: EvidenceItemRecord
  let medium: any SectorSource
  private(set) var protection: SourceProtection
  /// What a device said of itself; `nil` of a file.
  let device: DeviceCapture?
  /// `nil` of a file.
  let identification: SourceIdentification?
  /// What the source is, where it is an image that the examiner takes for a medium.
  let taken: ImageAsMedium?
  /// The medium, where it is the image of a disc.
  let disc: DiscSource?
  /// What is added to, where the examiner asked for that.
  let earlier: EarlierAcquisition?
  /// The medium, the range of it that is asked for, or what an earlier acquisition lacks of it with what it has.
  let source: any SectorSource
  let plan: AcquisitionPlan

  /// Everything that can be refused is refused here, before the medium is read or anything is written.
  /// - Parameters:
  ///   - protected: the source of the request.
  ///   - confirm: is told what the device is; throws where it is not to be acquired.
  ///   - passphrase: asked where the signing key is encrypted.
  /// - Throws: `itemUnknown`, `otherSerial`, `destinationFull`, `passphraseWrong` …
  init(
    _ protected: ProtectedMedium, in folder: CaseFolder, store: CaseStore,
    confirm: (SourceIdentification) throws(EvidenceError) -> Void = { _ in },
    passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    self.folder = folder
    self.store = store
    self.item = try store.item(protected.request.item)
    let request = protected.request
    try store.demandAcquirable(request.item, afterExpiry: request.reasonAfterExpiry)
    let medium = protected.medium
    self.medium = medium
    self.protection = protected.protection
    self.device = protected.device
    self.identification = SourceIdentification(medium, protected.device?.survey, of: item)
    if let identification {
      try confirm(identification)
      if let override = try Self.acceptance(of: identification, request) { protection.accept(override) }
    }
    self.disc = protected.disc
    self.taken = protected.taken
    self.earlier = try Self.earlier(request, medium, in: folder, store)
    self.source =
      if let earlier { RereadSource(medium, addingTo: earlier) } else { try Self.range(request, of: medium) }
    self.plan = AcquisitionPlan(
      geometry: source.geometry, digests: request.digests, isSegmented: request.isSegmented,
      checkpointSeconds: Double(request.checkpointInterval), reading: request.reading, fill: request.fill,
      firstSector: (source as? SectorRangeSource)?.range.first ?? 0)
    let disc = protected.disc?.stream.disc
    try request.check(source.geometry, disc: disc)
    self.request = request
    try Self.checkFileSizes(request, folder: folder, plan: plan, disc)
    if !request.output.acceptsLittleSpace {
      try Self.checkSpace(request, folder: folder, plan: plan, disc)
    }
    self.identity = try SigningFiles.identity(of: folder, passphrase: passphrase)
    try earlier?.demandSigned(by: identity.certificate)
  }

  private static func earlier(
    _ request: AcquisitionRequest, _ medium: any SectorSource, in folder: CaseFolder, _ store: CaseStore
  ) throws(EvidenceError) -> EarlierAcquisition? {
    guard let name = request.source.again else { return nil }
    guard request.source.firstSector == nil, request.source.sectorCount == nil else {
      throw EvidenceError(invalid: .again, name, "only for a whole disk, not for a range of it")
    }
    guard request.source.track == nil, medium.facts.kind != .discImage else {
      throw EvidenceError(invalid: .again, name, "only for a whole disk")
    }
    return try EarlierAcquisition(name, of: request.item, in: folder, store)
  }

  /// - Returns: what is recorded where the device states another serial number and the examiner accepted that.
  /// - Throws: `otherSerial` where it was not accepted.
  private static func acceptance(
    of identification: SourceIdentification, _ request: AcquisitionRequest
  ) throws(EvidenceError) -> Manifest.WriteProtection.Override? {
    guard identification.comparison == .different else { return nil }
    guard let accepted = request.accepted.first(where: { $0.state == .otherSerial }) else {
      throw EvidenceError(
        .otherSerial, identification.facts.path.string, identification.difference)
    }
    return .init(
      state: accepted.state.rawValue, reason: accepted.reason, found: identification.difference)
  }

  /// The serial number the device states itself; that of a label never stands in its place.
  var serialNumber: String? { device?.survey.serialNumber ?? source.facts.serialNumber }

  private static func range(
    _ request: AcquisitionRequest, of medium: any SectorSource
  ) throws(EvidenceError) -> any SectorSource {
    let asked = request.source
    guard asked.firstSector != nil || asked.sectorCount != nil else { return medium }
    let first = asked.firstSector ?? 0
    let all = medium.geometry.sectorCount
    let count = asked.sectorCount ?? (first < all ? all - first : 0)
    guard !first.addingReportingOverflow(count).overflow else {
      throw EvidenceError(
        invalid: .start, "\(first)", "\(count) sectors from it are past the end of the medium")
    }
    return try SectorRangeSource(SectorRange(first: first, count: count), of: medium)
  }

  /// What a destination cannot hold is not found out at its four-billionth byte.
  private static func checkFileSizes(
    _ request: AcquisitionRequest, folder: CaseFolder, plan: AcquisitionPlan, _ disc: Disc?
  ) throws(EvidenceError) {
    let length = plan.geometry.length
    let own = [folder.evidence] + request.output.overflow
    let all =
      own.map { ($0, request.output.images) }
      + request.output.copies.map { ($0.folder, $0.images ?? request.output.images) }
    for (folder, images) in all {
      for image in images { try LargestFile.demand(image.largestFile(of: length, disc: disc), in: folder) }
    }
    if request.reading.needsStaging { try LargestFile.demand(length, in: folder.evidence) }
  }

  private static func checkSpace(
    _ request: AcquisitionRequest, folder: CaseFolder, plan: AcquisitionPlan, _ disc: Disc?
  ) throws(EvidenceError) {
    let all =
      [(folder.evidence, request.output.images)]
      + request.output.copies.map { ($0.folder, $0.images ?? request.output.images) }
    // Folders of one file system share its space.
    var needs: [UInt64: (folder: FilePath, bytes: UInt64)] = [:]
    for (folder, plans) in all {
      let images = plans.reduce(0 as UInt64) {
        $0 + $1.largestSize(of: plan.geometry.length, disc: disc)
      }
      let device = try Files.fileSystemNumber(folder)
      needs[device, default: (folder, 0)].bytes +=
        images + RecordSpace.needed(chunkCount: plan.chunks.chunkCount)
    }
    if request.reading.needsStaging {
      needs[try Files.fileSystemNumber(folder.evidence), default: (folder.evidence, 0)].bytes +=
        plan.geometry.length
    }
    // What takes over has room for segments of the case's own images.
    let own = try Files.fileSystemNumber(folder.evidence)
    for other in request.output.overflow where try Files.fileSystemNumber(other) != own {
      let free = try Files.freeSpace(other)
      if let need = needs[own]?.bytes { needs[own]?.bytes = need - min(free, need) }
    }
    for need in needs.values { try FreeSpace.demand(need.bytes, at: need.folder) }
  }

  /// Whatever the examiner accepted and was needed is an event of the log, before the acquisition goes on.
  func recordOverrides(of acquisition: AcquisitionRecord) throws(EvidenceError) {
    for one in protection.overrides {
      try store.append(
        .protectionOverridden,
        details: .fields([
          "acquisition": .string(acquisition.id.description), "state": .string(one.state),
          "reason": .string(one.reason), "found": .string(one.found),
        ]))
    }
  }

  var mediumIdentity: MediumIdentity {
    MediumIdentity(medium, acquiredSectors: plan.geometry.sectorCount)
  }

  /// The case's own folder first.
  func destinations(_ name: String) -> [AcquisitionDestination] {
    [
      AcquisitionDestination(
        name: name, in: folder.evidence, images: request.output.images, overflow: request.output.overflow)
    ]
      + request.output.copies.map {
        AcquisitionDestination(name: name, in: $0.folder, images: $0.images ?? request.output.images)
      }
  }
}
