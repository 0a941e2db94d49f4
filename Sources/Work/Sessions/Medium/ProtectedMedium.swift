import CaseFolders
import Evidence
import FormatKit
import Formats
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
  /// What the source is besides a medium, where the examiner takes it for one all the same.
  let sourceFormat: FormatID?
  /// What a device said of itself; `nil` of a file.
  let device: DeviceCapture?

  /// - Parameter given: read in place of what the source's path names, where not `nil`.
  /// - Throws: `sourceMissing`, `sourceInUse` …, `sourceInsideCase`, `destinationMissing`, `sandboxMissing`.
  init(
    _ request: AcquisitionRequest, medium given: (any SectorSource)? = nil, in folder: CaseFolder,
    _ process: ProcessRestriction
  ) throws(EvidenceError) {
    // A process of its own for commands can be made only as long as there is nothing else.
    let commands = DeviceCapture.target(for: request.source.path, separately: process.entersSandbox)
    if let place = try? Syscalls.resolve(request.source.path).get(), folder.contains(place) {
      throw EvidenceError(.sourceInsideCase, request.source.path.string)
    }
    let opened: any SectorSource
    if let given {
      opened = given
      self.sourceFormat = nil
    } else {
      (opened, self.sourceFormat) = try Self.open(request)
    }
    let medium: any SectorSource =
      if let seconds = request.reading.timeLimit {
        TimeLimitedSource(opened, seconds: Double(seconds))
      } else { opened }
    guard !folder.contains(medium.facts.path), !medium.facts.files.contains(where: folder.contains) else {
      throw EvidenceError(.sourceInsideCase, request.source.path.string)
    }
    self.medium = medium
    self.disc = opened as? DiscSource
    // Before the process restricts itself, and before a sector is read.
    let device = DeviceCapture(opened, asking: commands)
    self.device = device
    var absolute = try request.absolute(source: medium.facts.path)
    if let otherwise = request.output.otherwise,
      !request.output.images.allSatisfy({ $0.fits(medium.geometry) })
    {
      absolute.output.images = [otherwise]
    }
    self.request = absolute
    self.protection = try SourceProtection(
      medium, absolute, process, device,
      folders: [folder.path] + absolute.output.copies.map(\.folder) + absolute.output.overflow)
  }
}

extension ProtectedMedium {
  /// Opens what the source is: a device, a file, the image of a disc. The image of a disk is no medium, and is taken for
  /// one only where the examiner says so.
  private static func open(
    _ request: AcquisitionRequest
  ) throws(EvidenceError) -> (source: any SectorSource, format: FormatID?) {
    let asked = request.source
    guard let kind = Files.kind(asked.path) else { throw EvidenceError(.sourceMissing, asked.path.string) }
    if kind != .file, asked.takenAs != nil || asked.track != nil {
      throw EvidenceError(invalid: asked.takenAs != nil ? .takenAs : .track, "for files, not for devices")
    }
    // A device is never asked what it looks like: whatever begins it is evidence.
    let found = kind == .file ? try identify(asked.path) : nil
    let format =
      try asked.takenAs.map { id throws(EvidenceError) in
        guard let format = Formats.named(id) else {
          throw EvidenceError(.formatUnknown, asked.path.string, "as \(id)")
        }
        return format
      } ?? found
    if asked.track != nil || format?.contents == .disc && format?.refusal(of: asked.path) == nil {
      try demandWhole(asked)
      let source = try DiscSource(asked.path, as: asked.takenAs, track: asked.track)
      if asked.takenAs == nil, asked.track == nil, source.sheet.isEmpty,
        let rest = source.image.unclaimed.first
      {
        throw EvidenceError(
          invalid: .takenAs,
          "\(rest.range.count) bytes at the end of \(asked.path) are no whole sector of a disc: it is taken for a disc without "
            + "them, or for a disk with all of its bytes", consider: [.takenAs])
      }
      return (source, nil)
    }
    if let format, format.isContainer {
      let advice = format.refusal(of: asked.path)?.detail ?? format.title
      throw EvidenceError(.sourceIsImage, asked.path.string, "format: \(advice)")
    }
    let source = try Sources.open(
      asked.path, sectorSize: asked.sectorSize, accepting: Set(request.accepted.map(\.state)))
    return (source, found.flatMap { $0.isContainer || $0.contents == .disc ? $0.id : nil })
  }

  /// A file whose beginning cannot be read is a medium that fails.
  private static func identify(_ path: FilePath) throws(EvidenceError) -> Format? {
    do throws(EvidenceError) { return try Formats.identify(path) } catch {
      guard error.code == .readFailed else { throw error }
      return nil
    }
  }

  /// - Throws: `argumentInvalid` for what is said of sectors that a disc says itself.
  private static func demandWhole(_ asked: AcquisitionRequest.Source) throws(EvidenceError) {
    for (field, isGiven) in [
      (RequestField.sectorSize, asked.sectorSize != nil), (.start, asked.firstSector != nil),
      (.length, asked.sectorCount != nil),
    ] where isGiven {
      throw EvidenceError(
        invalid: field, "not for the image of a disc; one of its tracks can be chosen",
        consider: [.track, .takenAs])
    }
  }
}

extension AcquisitionRequest {
  /// - Parameter source: the resolved path of the medium.
  fileprivate func absolute(source: FilePath) throws(EvidenceError) -> AcquisitionRequest {
    var request = self
    request.source.path = source
    request.output.copies = try output.copies.mapThrowing { copy throws(EvidenceError) in
      let folder = try Syscalls.resolve(copy.folder).orThrow(.destinationMissing, copy.folder.string)
      return Copy(folder: folder, images: copy.images)
    }
    request.output.overflow = try output.overflow.mapThrowing { folder throws(EvidenceError) in
      try Syscalls.resolve(folder).orThrow(.destinationMissing, folder.string)
    }
    return request
  }
}
