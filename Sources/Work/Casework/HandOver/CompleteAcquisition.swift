import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import Signing
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
  /// The manifest with digests of the whole that were added later.
  let complete: Manifest
  /// Marks by it that hold.
  let marks: [AcquisitionMark]

  /// The complete acquisitions of an item, oldest first; at least one.
  /// - Parameter name: `001-2`, where only that one is wanted.
  /// - Throws: `itemUnknown`, `nothingAcquired`, `argumentInvalid` for a name that is none of the item's,
  ///   `notAsRecorded` where a manifest is not the one the case knows; what reading it throws.
  static func all(
    of number: ItemNumber, named name: String?, in folder: CaseFolder, _ store: CaseStore
  ) throws(EvidenceError) -> [CompleteAcquisition] {
    let item = try store.item(number)
    let complete = try store.acquisitions(of: number).filter { $0.result?.manifestDigest != nil }
    guard !complete.isEmpty else { throw EvidenceError(.nothingAcquired, "item \(number)") }
    let wanted = complete.filter { name == nil || $0.acquisition.name == name }
    guard !wanted.isEmpty else {
      throw EvidenceError(
        invalid: .acquisition, name ?? "",
        "item \(number) has \(complete.map(\.acquisition.name).joined(separator: ", "))")
    }
    var all: [CompleteAcquisition] = []
    let marks = try store.acquisitionMarks()
    for entry in wanted {
      all.append(
        try CompleteAcquisition(
          entry, of: item, in: folder, marks[entry.acquisition.id, default: []].standing))
    }
    return all
  }

  private init(
    _ entry: AcquisitionEntry, of item: EvidenceItemRecord, in folder: CaseFolder, _ marks: [AcquisitionMark]
  ) throws(EvidenceError) {
    self.folder = folder
    self.item = item
    self.names = RecordNames(acquisition: entry.acquisition.name)
    self.place = folder.path.pushing(FilePath(entry.acquisition.folder))
    let path = place.appending(names.manifest)
    let bytes = try Files.contents(path, cap: Manifest.largestFile)
    guard Digest.of(bytes, .sha256) == entry.result?.manifestDigest else {
      throw EvidenceError(.notAsRecorded, path.string, "it is not the manifest the case knows")
    }
    self.marks = marks
    self.manifest = try Manifest(parsing: bytes, name: path.string)
    let added = place.appending(names.wholeDigests)
    guard manifest.isSegmented, Files.exists(added) else {
      self.complete = manifest
      return
    }
    let whole = try WholeDigests(
      parsing: try Files.contents(added, cap: WholeDigests.largestFile), name: added.string)
    guard let complete = manifest.adding(whole, manifestDigest: Digest.of(bytes, .sha256)) else {
      throw EvidenceError(.notAsRecorded, added.string, "not the digests that the manifest leaves for later")
    }
    self.complete = complete
  }

  /// Folders that hold its files: its own, and those that took over when it was full and still exist.
  var folders: FileFolders {
    let overflow = manifest.acquisition.overflow.map { FilePath($0) }
    return FileFolders(place, besides: overflow.filter { Files.kind($0) == .folder })
  }

  /// The manifest, its signature, and whatever else was made of it: tokens, further signatures.
  func manifestFiles() throws(EvidenceError) -> [String] {
    var files = [names.manifest, names.signature]
    while case let next = names.renewal(files.count - 1), Files.exists(place.appending(next)) {
      files.append(next)
    }
    if manifest.isSegmented { files += [names.wholeDigests, names.wholeDigestsSignature] }
    return files.filter { Files.exists(place.appending($0)) }
  }

  /// Files each of which is followed by a time stamp of it as a whole, and whether the signature holds one itself.
  func timeStamps() throws(EvidenceError) -> (inSignature: Bool, renewed: [String]) {
    let signature = try Files.contents(place.appending(names.signature), cap: SignatureCheck.largestFile)
    let manifest = try Files.contents(place.appending(names.manifest), cap: Manifest.largestFile)
    let report = try SignatureCheck.verify(signature: signature, content: manifest, trust: Trust([]))
    var chain = [names.signature]
    while Files.exists(place.appending(names.renewal(chain.count))) {
      chain.append(names.renewal(chain.count))
    }
    return (report.signers.contains { !$0.timestamps.isEmpty }, chain)
  }

  /// The first of its images.
  /// - Throws: what opening it throws.
  func openImage(of stream: Manifest.Stream) throws(EvidenceError) -> any ImageReader {
    guard let image = manifest.images.first(where: { $0.contents.contains { $0.stream == stream.name } }),
      let first = image.segments.first
    else { throw EvidenceError(.nothingAcquired, "stream \(stream.name)") }
    return try Formats.openRecorded(
      folders.path(of: first.name), as: image.format,
      DiskOpening(sectorSize: stream.unitSize, besides: folders.folders),
      description: folders.path(of: names.disc))
  }
}
