import Acquisition
import EWFWriter
import Evidence
import ImageFormats
import Manifests
import Media
import Signing
import SystemIO
import SystemPackage

/// One folder that an acquisition writes to: its images and the record of them.
///
/// A folder fails on its own: what happens to it is kept here, and the others go on.
final class AcquisitionDestination: Sendable {
  private struct State: ~Copyable {
    var failure: EvidenceError?
    var chunks: ChunkFileWriter?
    /// The folder is ours: another acquisition's of the same name must never be touched.
    var isCreated = false
  }

  let formats: [ImageFormat]
  private let output: OutputFolder
  private let record: RecordWriter
  private let state = Monitor(State())

  init(name: String, in folder: FilePath, formats: [ImageFormat]) {
    self.formats = formats
    self.output = OutputFolder(name: name, in: folder)
    self.record = RecordWriter(folder: output.partial, names: RecordNames(acquisition: name))
  }

  var failure: EvidenceError? { state.withLock { $0.failure } }

  /// Makes the folder with the marks of an unfinished one.
  func create() throws(EvidenceError) {
    try output.create()
    state.withLock { $0.isCreated = true }
    try output.keepReserve()
    let chunks = try ChunkFileWriter(creating: output.partial.appending(record.names.chunks()))
    state.withLock { $0.chunks = chunks }
  }

  /// Writers of the images, in the order of the formats.
  func writers(
    _ request: AcquisitionRequest, plan: AcquisitionPlan, description: ImageDescription, isRemovable: Bool
  ) throws(EvidenceError) -> [any ImageWriter] {
    var writers: [any ImageWriter] = []
    for format in formats {
      switch format {
      case .raw:
        writers.append(
          try RawWriter(
            folder: output.partial, base: output.name, sectorSize: plan.geometry.logicalSectorSize,
            segmentSize: request.splitSize))
      case .e01:
        var options = request.e01
        options.description = description
        options.mediaType = options.mediaType ?? (isRemovable ? .removable : .fixed)
        writers.append(
          try EWFImageWriter(
            folder: output.partial, name: output.name, geometry: plan.geometry, options: options,
            blockSize: plan.blockSize, blocksAtOnce: plan.blocksAtOnce))
      }
    }
    return writers
  }

  /// Adds a chunk to the chunk file.
  func append(_ chunk: ChunkRecord) {
    state.withLock { state in
      guard state.failure == nil else { return }
      do throws(EvidenceError) { try state.chunks?.append(chunk) } catch { state.failure = error }
    }
  }

  /// Completes chunk file and map once reading has ended.
  /// - Parameter images: what became of this folder's images.
  func close(_ outcome: AcquisitionOutcome, images: [ImageOutcome], geometry: MediaGeometry) {
    output.releaseReserve()
    state.withLock { state in
      let imageFailure = images.lazy.compactMap(\.failure).first
      state.failure = state.failure ?? imageFailure ?? outcome.failure
      do throws(EvidenceError) {
        try state.chunks?.close()
        try record.writeMap(outcome.map, geometry: geometry)
      } catch { state.failure = state.failure ?? error }
    }
  }

  /// The images as a manifest lists them; `nil` where the folder has failed.
  func manifestImages(
    _ images: [ImageOutcome], request: AcquisitionRequest, plan: AcquisitionPlan
  ) -> (images: [Manifest.Image], files: [Manifest.File])? {
    attempt { () throws(EvidenceError) in
      (try record.images(images, request: request, plan: plan), try record.recordFiles())
    }
  }

  /// Writes and signs the manifest and gives the folder its final name.
  /// - Returns: the SHA-256 of the manifest; `nil` where the folder has failed.
  func seal(_ manifest: Manifest, identity: SigningIdentity) -> Digest? {
    attempt { () throws(EvidenceError) in
      let digest = try record.seal(manifest, identity: identity, at: Host.now())
      try output.complete()
      return digest
    }
  }

  /// What became of it, for the examiner. An unfinished folder in which nothing was read goes.
  func summary(_ images: [ImageOutcome], anythingRead: Bool) -> AcquisitionSummary.Destination {
    let busy = images.map(\.busySeconds).max() ?? 0
    guard let failure else {
      return AcquisitionSummary.Destination(
        folder: output.final, manifest: output.final.appending(record.names.manifest),
        files: (try? Files.names(in: output.final)) ?? [], failure: nil, busySeconds: busy)
    }
    if anythingRead { try? DurableFolder.sync(output.partial) } else { remove() }
    return AcquisitionSummary.Destination(
      folder: anythingRead && Files.exists(output.partial) ? output.partial : nil, manifest: nil, files: [],
      failure: failure,
      busySeconds: busy)
  }

  /// Takes back what `create` made, and nothing that it did not make.
  func remove() { if state.withLock({ $0.isCreated }) { output.removePartial() } }

  private func attempt<Value>(_ body: () throws(EvidenceError) -> Value) -> Value? {
    guard failure == nil else { return nil }
    do throws(EvidenceError) { return try body() } catch {
      state.withLock { $0.failure = error }
      return nil
    }
  }
}
