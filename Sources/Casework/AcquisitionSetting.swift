import Acquisition
import CaseStore
import Evidence
import Media
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
  /// The medium, or the range of it that is asked for.
  let source: any SectorSource
  let plan: AcquisitionPlan

  /// Everything that can be refused is refused here, before the medium is read or anything is written.
  /// - Parameters:
  ///   - medium: read in place of what the source's path names, where given.
  ///   - passphrase: asked where the signing key is encrypted.
  /// - Throws: `itemUnknown`, `sourceMissing`, `sourceInsideCase`, `sourceInUse`, `destinationMissing`,
  ///   `destinationFull`, `passphraseWrong` …
  init(
    _ request: AcquisitionRequest, in folder: CaseFolder, store: CaseStore, medium: (any SectorSource)? = nil,
    passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) {
    self.folder = folder
    self.store = store
    self.item = try store.item(request.item)
    let opened =
      if let medium { medium } else { try Sources.open(request.source, sectorSize: request.sectorSize) }
    let medium: any SectorSource =
      if let seconds = request.reading.timeLimit {
        TimeLimitedSource(opened, seconds: Double(seconds))
      } else { opened }
    guard !folder.contains(medium.facts.path), !medium.facts.files.contains(where: folder.contains) else {
      throw EvidenceError(.sourceInsideCase, request.source.string)
    }
    self.medium = medium
    self.source = try Self.range(request, of: medium)
    self.plan = AcquisitionPlan(
      geometry: source.geometry, digests: request.digests,
      checkpointSeconds: Double(request.checkpointInterval), reading: request.reading, fill: request.fill,
      firstSector: (source as? SectorRangeSource)?.range.first ?? 0)
    try request.check(source.geometry)
    self.request = try request.absolute(source: medium.facts.path)
    if !request.acceptsLittleSpace { try Self.checkSpace(request, folder: folder, plan: plan) }
    self.identity = try SigningFiles.identity(of: folder, passphrase: passphrase)
  }

  private static func range(
    _ request: AcquisitionRequest, of medium: any SectorSource
  ) throws(EvidenceError) -> any SectorSource {
    guard request.firstSector != nil || request.sectorCount != nil else { return medium }
    let first = request.firstSector ?? 0
    let all = medium.geometry.sectorCount
    let count = request.sectorCount ?? (first < all ? all - first : 0)
    guard !first.addingReportingOverflow(count).overflow else {
      throw EvidenceError(
        .argumentInvalid, "--start \(first) --length \(count)", "past the end of the medium")
    }
    return try SectorRangeSource(SectorRange(first: first, count: count), of: medium)
  }

  private static func checkSpace(
    _ request: AcquisitionRequest, folder: CaseFolder, plan: AcquisitionPlan
  ) throws(EvidenceError) {
    let all =
      [(folder.evidence, request.formats)] + request.copies.map { ($0.folder, $0.formats ?? request.formats) }
    // Folders of one file system share its space.
    var needs: [UInt64: (folder: FilePath, bytes: UInt64)] = [:]
    for (folder, formats) in all {
      let images = formats.reduce(0 as UInt64) {
        $0 + SpaceNeed.image(length: plan.geometry.length, isE01: $1 == .e01)
      }
      let device = try Files.fileSystemNumber(folder)
      needs[device, default: (folder, 0)].bytes +=
        images + SpaceNeed.records(chunkCount: plan.chunks.chunkCount)
    }
    if request.reading.needsStaging {
      needs[try Files.fileSystemNumber(folder.evidence), default: (folder.evidence, 0)].bytes +=
        plan.geometry.length
    }
    // What takes over has room for segments of the case's own images.
    let own = try Files.fileSystemNumber(folder.evidence)
    for other in request.overflow where try Files.fileSystemNumber(other) != own {
      let free = try Files.freeSpace(other)
      if let need = needs[own]?.bytes { needs[own]?.bytes = need - min(free, need) }
    }
    for need in needs.values { try SpaceNeed.check(need.bytes, at: need.folder) }
  }

  var mediumIdentity: MediumIdentity {
    MediumIdentity(medium, acquiredSectors: plan.geometry.sectorCount)
  }

  /// The case's own folder first.
  func destinations(_ name: String) -> [AcquisitionDestination] {
    [
      AcquisitionDestination(
        name: name, in: folder.evidence, formats: request.formats, overflow: request.overflow)
    ]
      + request.copies.map {
        AcquisitionDestination(name: name, in: $0.folder, formats: $0.formats ?? request.formats)
      }
  }
}

extension AcquisitionRequest {
  /// With paths that mean the same from any folder, so that the acquisition can be resumed from any.
  /// - Parameter source: the resolved path of the medium.
  fileprivate func absolute(source: FilePath) throws(EvidenceError) -> AcquisitionRequest {
    var request = self
    request.source = source
    request.copies = []
    for copy in copies {
      let folder = try Syscalls.resolve(copy.folder).orThrow(.destinationMissing, copy.folder.string)
      request.copies.append(Copy(folder: folder, formats: copy.formats))
    }
    request.overflow = try overflow.mapThrowing { folder throws(EvidenceError) in
      try Syscalls.resolve(folder).orThrow(.destinationMissing, folder.string)
    }
    return request
  }
}
