import CaseStore
import Digests
import Evidence
import ImageFormats
import Manifests
import SystemIO
import SystemPackage

/// An acquisition of a case that ended with a manifest: what can be shown or handed over.
struct CompleteAcquisition {
  let folder: CaseFolder
  let item: EvidenceItemRecord
  let names: RecordNames
  /// Where its manifest lies.
  let place: FilePath
  let manifest: Manifest
  let manifestBytes: [UInt8]

  /// - Parameter name: of the acquisition, `001-2`; the newest of the item where `nil`.
  /// - Throws: `itemUnknown`, `nothingAcquired`, `argumentInvalid` for a name that is none of the item's,
  ///   `notAsRecorded` where the manifest is not the one the case knows; what reading it throws.
  init(
    of number: ItemNumber, named name: String?, in folder: CaseFolder, _ store: CaseStore
  ) throws(EvidenceError) {
    let complete = try store.acquisitions(of: number).filter { $0.result?.manifestDigest != nil }
    guard let newest = complete.last else { throw EvidenceError(.nothingAcquired, "item \(number)") }
    guard let entry = name == nil ? newest : complete.first(where: { $0.acquisition.name == name }) else {
      throw EvidenceError(
        .argumentInvalid, "--acquisition \(name ?? "")",
        "item \(number) has \(complete.map(\.acquisition.name).joined(separator: ", "))")
    }
    self.folder = folder
    self.item = try store.item(number)
    self.names = RecordNames(acquisition: entry.acquisition.name)
    self.place = folder.path.pushing(FilePath(entry.acquisition.folder))
    let path = place.appending(names.manifest)
    self.manifestBytes = try Files.contents(path, cap: Manifest.largestFile)
    guard Digest.of(manifestBytes, .sha256) == entry.result?.manifestDigest else {
      throw EvidenceError(.notAsRecorded, path.string, "it is not the manifest the case knows")
    }
    self.manifest = try Manifest(parsing: manifestBytes, name: path.string)
  }

  /// Folders that hold its files: its own, and those that took over when it was full and still exist.
  var folders: FileFolders {
    let overflow = manifest.acquisition.overflow.map { FilePath($0) }
    return FileFolders(place, besides: overflow.filter { Files.kind($0) == .folder })
  }

  /// The manifest, its signature, and whatever else was made of it: tokens, further signatures.
  func manifestFiles() throws(EvidenceError) -> [String] {
    try Files.names(in: place).filter { $0.hasPrefix(names.manifest) }
  }

  /// The first of its images.
  /// - Throws: what opening it throws.
  func openImage(of stream: Manifest.Stream) throws(EvidenceError) -> any ImageReader {
    guard let image = manifest.images.first(where: { $0.contents.contains { $0.stream == stream.name } }),
      let first = image.segments.first
    else { throw EvidenceError(.nothingAcquired, "stream \(stream.name)") }
    return try ImageFormatRegistry.open(
      folders.path(of: first.name), as: image.format == .e01 ? .e01 : .raw, rawSectorSize: stream.unitSize,
      besides: folders.folders)
  }
}
