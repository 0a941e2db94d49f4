import Acquisition
import Digests
import DiscWriters
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import WriterKit

/// Writes what stands beside the images of an acquisition: map, manifest, signature, sums.
struct RecordWriter {
  let folder: FilePath
  let names: RecordNames

  /// The images as the manifest lists them; files are read again where an interruption cost their SHA-256.
  func images(
    _ outcomes: [ImageOutcome], plans: [any ImagePlan], plan: AcquisitionPlan
  ) throws(EvidenceError) -> [Manifest.Image] {
    var images: [Manifest.Image] = []
    for (outcome, made) in zip(outcomes, plans) {
      guard let image = outcome.written else { continue }
      var segments: [ListedFile] = []
      for file in image.files {
        // What holds the medium and nothing else has the digest of the medium.
        if made.isPlain, image.files.count == 1, image.digests[.sha256] != nil || plan.isSegmented {
          let sha256 = image.digests[.sha256] ?? file.sha256
          segments.append(ListedFile(name: fileName(file.path), size: file.size, sha256: sha256))
        } else if let sha256 = file.sha256 {
          segments.append(ListedFile(name: fileName(file.path), size: file.size, sha256: sha256))
        } else {
          segments.append(ListedFile(try entry(file.path)))
        }
      }
      let contents = Manifest.Image.Contents(
        length: plan.geometry.length + UInt64(image.paddingBytes), paddingBytes: UInt64(image.paddingBytes),
        digests: image.digests)
      images.append(
        Manifest.Image(
          format: made.format, compression: made.compression, contents: [contents], segments: segments))
    }
    return images
  }

  func writeMap(_ map: SectorMap, geometry: MediaGeometry) throws(EvidenceError) {
    let file = MapFile(map: map, sectorSize: geometry.logicalSectorSize, length: geometry.length)
    try DurableFile.write(file.bytes, to: path(names.map()))
  }

  /// What the device said of itself, one file for each reply.
  func write(_ files: [DeviceCapture.File]) throws(EvidenceError) {
    for file in files { try DurableFile.write(file.bytes, to: path(names.device(file.name))) }
  }

  /// What describes a disc: its structure, beside a plain file of sectors a cue sheet where one suffices, and what
  /// described it before.
  /// - Parameters:
  ///   - plan: of the image that the description names.
  ///   - remarks: on the images.
  func write(
    _ source: DiscSource, image plan: any ImagePlan, remarks: [String]
  ) throws(EvidenceError) {
    let image = plan.firstFile(of: names.acquisition, isDisc: true)
    var description = source.description(image: image)
    description.origin.remarks += remarks
    if type(of: plan).describesDiscs {
      description.imageFormat = plan.format
    } else {
      let reason =
        plan.isPlain
        ? try CUEWriter.describe(
          description.disc, of: source.image, in: image, folder: folder, base: names.acquisition)
        : "\(image) is no plain file of sectors"
      if let reason { description.origin.remarks.append("no cue sheet describes it: \(reason)") }
    }
    try DurableFile.write((description.json.indentedText + "\n").utf8, to: path(names.disc))
    if !source.sheet.isEmpty { try DurableFile.write(source.sheet, to: path(names.discSource)) }
  }

  /// What the device said and what describes a disc, of the files in the folder.
  /// - Parameter plans: of the images; what belongs to one of them is no record.
  func descriptions(besides plans: [any ImagePlan]) throws(EvidenceError) -> [String] {
    try Files.names(in: folder).filter { name in
      names.isDevice(name)
        || names.isDisc(name) && !plans.contains { $0.belongs(name, to: names.acquisition) }
    }
  }

  /// Chunk file, map, and ``descriptions(besides:)``, as the manifest lists them.
  func recordFiles(besides plans: [any ImagePlan]) throws(EvidenceError) -> [RecordedFile] {
    let others = try descriptions(besides: plans)
    return try ([names.chunks(), names.map()] + others).mapThrowing { name throws(EvidenceError) in
      try entry(path(name))
    }
  }

  /// Writes and signs the manifest, then the sums of every file.
  /// - Returns: the SHA-256 of the manifest.
  func seal(
    _ manifest: Manifest, identity: SigningIdentity, at time: Timestamp
  ) throws(EvidenceError) -> Digest {
    let bytes = manifest.canonicalBytes
    let signature = try ManifestSignature.sign(bytes, by: identity, at: time)
    try DurableFile.write(bytes, to: path(names.manifest))
    try DurableFile.write(signature, to: path(names.signature))
    let digest = Digest.of(bytes, .sha256)
    var sums = DigestList(
      entries: manifest.allFiles.compactMap(\.recorded).map {
        DigestList.Entry(name: $0.name, sha256: $0.sha256)
      })
    sums.entries.append(DigestList.Entry(name: names.manifest, sha256: digest))
    sums.entries.append(DigestList.Entry(name: names.signature, sha256: Digest.of(signature, .sha256)))
    try DurableFile.write(sums.bytes, to: path(RecordNames.sums))
    return digest
  }

  /// The sums of the segments that lie in a folder that took over.
  func writeSums(of manifest: Manifest, in other: FilePath) throws(EvidenceError) {
    let here = Set(try Files.names(in: other))
    let entries = manifest.images.flatMap(\.segments).compactMap(\.recorded).filter {
      here.contains($0.name)
    }
    guard !entries.isEmpty else { return }
    let sums = DigestList(entries: entries.map { DigestList.Entry(name: $0.name, sha256: $0.sha256) })
    try DurableFile.write(sums.bytes, to: other.appending(RecordNames.sums))
  }

  private func path(_ name: String) -> FilePath { folder.appending(name) }
  private func fileName(_ path: FilePath) -> String { path.lastComponent?.string ?? "" }

  private func entry(_ path: FilePath) throws(EvidenceError) -> RecordedFile {
    let (size, sha256) = try FileDigests.of(path)
    return RecordedFile(name: fileName(path), size: size, sha256: sha256)
  }
}
