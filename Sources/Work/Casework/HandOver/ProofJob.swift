import CanonicalJSON
import CaseFolders
import CaseStore
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Writes a bundle that shows some sectors of an acquisition and proves them against its signed manifest.
package struct ProofJob {
  package struct Written: Sendable {
    package let folder: FilePath
    package let files: [String]
    package let sectors: [SectorRange]
    /// Where the stream begins on the medium, in sectors; 0 for the whole of it.
    package let firstSector: UInt64
    package let chunks: [SectorRange]
    package let chunkSize: UInt64
    /// Sectors that were not asked for and are shown all the same, since a chunk is proven as a whole.
    package let others: [SectorRange]
    /// How many of those hold anything but zeros.
    package let othersWithContents: UInt64
    package let sha256: Digest
  }

  private let folder: CaseFolder
  private let item: ItemNumber
  private let acquisition: String?
  private let sectors: [SectorRange]
  private let output: OutputFolder
  private let stop: StopFlag

  /// - Parameters:
  ///   - sectors: of the acquired stream; overlapping ranges are joined.
  ///   - acquisition: `001-2`; the newest of the item where `nil`.
  ///   - output: the folder to create.
  /// - Throws: `argumentInvalid`, `outputExists`, `destinationMissing`.
  package init(
    _ item: ItemNumber, in folder: CaseFolder, acquisition: String? = nil, sectors: [SectorRange],
    output: FilePath, stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    self.folder = folder
    self.item = item
    self.acquisition = acquisition
    self.sectors = sectors.joined()
    self.output = try OutputFolder(creating: output)
    self.stop = stop
    guard !self.sectors.isEmpty, self.sectors.count <= PartialProof.mostRanges else {
      throw EvidenceError(invalid: .sectors, "1 to \(PartialProof.mostRanges) ranges")
    }
  }

  /// Blocks until the bundle is synced and was verified. Nothing is left of it where that fails.
  /// - Throws: `itemUnknown`, `nothingAcquired`, `argumentInvalid` for sectors that do not exist or are too many,
  ///   `notAsRecorded` where the image is not what was acquired; `interrupted`, `destinationFull` …
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Written {
    let store = try CaseStore.openForOutput(folder)
    guard
      let source = try CompleteAcquisition.all(of: item, named: acquisition, in: folder, store).last,
      let stream = source.manifest.mainStream
    else { throw EvidenceError(.nothingAcquired, "item \(item)") }
    let shown = ShownSectors(sectors: sectors, stream: stream)
    if let problem = shown.problem { throw EvidenceError(invalid: .sectors, problem) }
    guard UInt64(shown.places.count) <= PartialProof.mostChunks else {
      throw EvidenceError(
        invalid: .sectors,
        "they lie in \(shown.places.count) chunks; a proof has at most \(PartialProof.mostChunks)")
    }
    try FreeSpace.demand(
      2 * shown.chunkBytes + PartialProof.spare, at: output.final.parentFolder, canBeTried: false)
    try output.create()
    let written: Written
    do throws(EvidenceError) {
      written = try write(shown, stream, source, store, progress)
      try output.complete()
    } catch {
      output.removePartial()
      throw error
    }
    if store.isWritable {
      try store.append(
        .evidenceExported,
        details: .fields([
          "form": "proof", "item": .string(item.description),
          "acquisitions": [.string(source.names.acquisition)], "sectors": Self.json(written.sectors),
          "alsoShown": Self.json(written.others), "sectorsSHA256": .string(written.sha256.hex),
        ]))
    }
    try store.close()
    return written
  }

  private static func json(_ ranges: [SectorRange]) -> JSONValue {
    .array(ranges.map { [JSONValue($0.first), JSONValue($0.count)] })
  }

  private func write(
    _ shown: ShownSectors, _ stream: Manifest.Stream, _ source: CompleteAcquisition, _ store: CaseStore,
    _ progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> Written {
    let names = source.names
    let tree = try tree(of: stream, source)
    let contents = ProofContents(shown, folder: output.partial, names: names, stop: stop)
    let digests = try contents.writeChunks(
      from: try source.openImage(of: stream), progress: { progress($0, shown.chunkBytes) })
    for (place, digest) in zip(shown.places, digests) where tree.digests[Int(place.chunk)] != digest {
      throw EvidenceError(
        .notAsRecorded, "chunk \(place.chunk)", "the image holds something else than was acquired")
    }
    let others = try contents.writeSectors()
    let proof = PartialProof(
      manifest: names.manifest, stream: stream.name, sectors: shown.sectors,
      chunks: shown.places.map {
        PartialProof.Chunk(number: $0.chunk, path: tree.tree.inclusionPath(ofChunk: $0.chunk))
      })
    try DurableFile.write(proof.canonicalBytes, to: output.partial.appending(names.proof))
    for name in try source.manifestFiles() {
      let bytes = try Files.contents(source.place.appending(name), cap: Manifest.largestFile)
      try DurableFile.write(bytes, to: output.partial.appending(name))
    }
    let guide = ProofGuide(shown, stream, source.manifest, names).text
    try DurableFile.write(guide.utf8, to: output.partial.appending(ProofGuide.name))
    var certificates = VerificationReport(subject: names.acquisition)
    let trusted = CaseCertificates(folder).check(against: store, &certificates)
    let report = try ProofVerification(
      output.partial, VerificationSettings(trust: Trust(trusted), stop: stop)
    ).perform { _, _ in }
    guard !stop.isRaised else { throw EvidenceError(.interrupted, output.final.string) }
    guard report.verdict == .verified, let sha256 = report.computed[names.proofSectors]?[.sha256] else {
      throw EvidenceError(.notAsRecorded, source.place.string, report.verdict.sentence)
    }
    return Written(
      folder: output.final, files: try Files.names(in: output.partial), sectors: shown.sectors,
      firstSector: stream.firstUnit ?? 0, chunks: shown.chunks, chunkSize: shown.plan.chunkSize,
      others: shown.others, othersWithContents: others, sha256: sha256)
  }

  /// The tree of the chunk file, which must be the signed one.
  private func tree(
    of stream: Manifest.Stream, _ source: CompleteAcquisition
  ) throws(EvidenceError) -> (tree: MerkleTree, digests: [Digest]) {
    let path = source.place.appending(stream.chunks.file)
    let entries = try ChunkFile.entries(
      in: try Files.contents(path, cap: ChunkFile.largestFile),
      plan: ChunkPlan(length: stream.length, sectorSize: stream.unitSize),
      sectorSize: stream.unitSize, name: path.string)
    let digests = entries.compactMap(\.sha256)
    let tree = MerkleTree(digests)
    guard digests.count == entries.count, tree.root == stream.chunks.merkleRoot else {
      throw EvidenceError(.notAsRecorded, path.string, "its Merkle root is not that of the manifest")
    }
    return (tree, digests)
  }
}

extension PartialProof {
  /// Bytes a bundle needs besides sectors and chunks, generously.
  static let spare: UInt64 = 32 << 20
}
