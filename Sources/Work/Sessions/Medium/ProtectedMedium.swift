import CaseFolders
import Evidence
import Media
import SystemIO
import SystemPackage

/// A medium that is opened and protected: what an acquisition does first of all, before the case is opened, since a
/// process can restrict itself only as long as it has one thread.
struct ProtectedMedium {
  /// With paths that mean the same from any folder, so that the acquisition can be resumed from any.
  let request: AcquisitionRequest
  let medium: any SectorSource
  /// The same, where it is the image of a disc.
  let disc: DiscSource?
  let protection: SourceProtection
  /// What a device said of itself; `nil` of a file.
  let device: DeviceCapture?

  /// - Parameter given: read in place of what the source's path names, where not `nil`.
  /// - Throws: `sourceMissing`, `sourceInUse` …, `sourceInsideCase`, `destinationMissing`, `sandboxMissing`.
  init(
    _ request: AcquisitionRequest, medium given: (any SectorSource)? = nil, in folder: CaseFolder
  ) throws(EvidenceError) {
    // A process of its own for commands can be made only as long as there is nothing else.
    let commands = DeviceCapture.target(for: request.source, separately: request.entersSandbox)
    let opened = if let given { given } else { try Self.open(request) }
    let medium: any SectorSource =
      if let seconds = request.reading.timeLimit {
        TimeLimitedSource(opened, seconds: Double(seconds))
      } else { opened }
    guard !folder.contains(medium.facts.path), !medium.facts.files.contains(where: folder.contains) else {
      throw EvidenceError(.sourceInsideCase, request.source.string)
    }
    self.medium = medium
    self.disc = opened as? DiscSource
    // Before the process restricts itself, and before a sector is read.
    let device = DeviceCapture(opened, asking: commands)
    self.device = device
    var absolute = try request.absolute(source: medium.facts.path)
    if request.leavesFormatOpen, medium.geometry.logicalSectorSize.nonzeroBitCount != 1 {
      absolute.formats = [.raw]
    }
    self.request = absolute
    self.protection = try SourceProtection(
      medium, absolute, device, folders: [folder.path] + absolute.copies.map(\.folder) + absolute.overflow)
  }
}

extension ProtectedMedium {
  private static func open(_ request: AcquisitionRequest) throws(EvidenceError) -> any SectorSource {
    guard request.track != nil || DiscSource.claims(request.source) else {
      return try Sources.open(
        request.source, sectorSize: request.sectorSize, accepting: Set(request.accepted.map(\.state)))
    }
    guard Files.kind(request.source) != nil else {
      throw EvidenceError(.sourceMissing, request.source.string)
    }
    for (field, isGiven) in [
      (RequestField.sectorSize, request.sectorSize != nil), (.start, request.firstSector != nil),
      (.length, request.sectorCount != nil),
    ] where isGiven {
      throw EvidenceError(
        invalid: field, "not for the image of a disc; one of its tracks can be chosen", consider: [.track])
    }
    return try DiscSource(request.source, track: request.track)
  }
}

extension AcquisitionRequest {
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
