import CaseFolders
import Evidence
import FormatKit
import Formats
import Manifests
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
  /// What the source is, where it is an image that the examiner takes for a medium.
  let taken: ImageAsMedium?
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
      self.taken = nil
    } else {
      (opened, self.taken) = try Self.open(request)
    }
    let medium: any SectorSource =
      if let seconds = request.reading.timeLimit {
        TimeLimitedSource(opened, seconds: Double(seconds))
      } else { opened }
    guard !medium.facts.files.contains(where: folder.contains) else {
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
      medium, absolute, process, device, taken: taken,
      folders: [folder.path, folder.evidencePlace] + absolute.output.copies.map(\.folder)
        + absolute.output.overflow)
  }
}

extension ProtectedMedium {
  /// Opens what the source is: a device, a file, the image of a disc. The image of a disk is no medium, and is taken for
  /// one only where the examiner says so.
  private static func open(
    _ request: AcquisitionRequest
  ) throws(EvidenceError) -> (source: any SectorSource, taken: ImageAsMedium?) {
    let asked = request.source
    guard let kind = Files.kind(asked.path) else {
      throw Files.absence(of: asked.path, missing: .sourceMissing)
    }
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
    // The container is no medium, whatever it holds.
    let isContainer = format?.isContainer == true && format?.contents == .disk
    if asked.track != nil && !isContainer
      || format?.contents == .disc && format?.refusal(of: asked.path) == nil
    {
      try demandWhole(asked)
      let source = try DiscSource(asked.path, as: asked.takenAs, track: asked.track)
      if asked.takenAs == nil, asked.track == nil, source.sheet.isEmpty,
        let rest = source.image.unclaimed.first
      {
        throw EvidenceError(
          invalid: .takenAs,
          "the last \(rest.range.count) bytes of \(asked.path) are not a whole sector: as an optical disc it would be acquired "
            + "without them", consider: [.takenAs])
      }
      return (source, nil)
    }
    if let format, format.isContainer {
      let advice = format.refusal(of: asked.path)?.detail ?? format.title
      throw EvidenceError(.sourceIsImage, asked.path.string, "format: \(advice)")
    }
    let source = try Sources.open(
      asked.path, sectorSize: asked.sectorSize, accepting: Set(request.accepted.map(\.state)))
    return (source, found.flatMap { ImageAsMedium($0, at: asked.path) })
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
        invalid: field, "not for an optical disc image; one of its tracks can be chosen",
        consider: [.track, .takenAs])
    }
  }
}

/// A file that is an image and is acquired as it is, byte for byte, because the examiner said so.
struct ImageAsMedium {
  let format: FormatID
  /// In words: the format, and parts of the image beside the file that are not acquired with it.
  let found: String

  /// Most files that are named one by one.
  private static let mostNames = 8

  /// - Returns: `nil` for bytes that are nothing else.
  init?(_ format: Format, at path: FilePath) {
    guard format.isContainer || format.contents == .disc else { return nil }
    self.format = format.id
    var parts: [String] = []
    if case .disk(let open) = format.reading, let reader = try? open(path, DiskOpening()) {
      let name = path.lastComponent
      parts = reader.segments.compactMap(\.lastComponent).filter { $0 != name }.map(\.string)
    }
    let names = parts.prefix(Self.mostNames).joined(separator: ", ")
    let more = parts.count > Self.mostNames ? " and \(parts.count - Self.mostNames) more" : ""
    self.found =
      "image file (\(format.title))"
      + (parts.isEmpty ? "" : "; further segments not acquired: \(names)\(more)")
  }

  /// As the manifest states it.
  var override: Manifest.WriteProtection.Override {
    Manifest.WriteProtection.Override(
      state: Manifest.WriteProtection.Override.imageAsMedium,
      reason: "the examiner asked for the file itself, byte for byte", found: found)
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
