import Acquisition
import CanonicalJSON
import DiskWriters
import Digests
import Evidence
import FormatKit
import Formats
import Manifests
import Media
import Signing
import SystemIO
import SystemPackage
import WriterKit

/// One folder that an acquisition writes to: its images and the record of them.
///
/// A folder fails on its own: what happens to it is kept here, and the others go on.
final class AcquisitionDestination: Sendable {
  private struct State: ~Copyable {
    var failure: EvidenceError?
    var chunks: ChunkFileWriter?
    /// The folder is ours: another acquisition's of the same name must never be touched.
    var isCreated = false
    var lock: FolderLock?
    var writerCount = 0
    /// Folders that took over where this one was full, in order.
    var overflow: [OutputFolder] = []
    /// It was completed before the acquisition was resumed; there is nothing left to do.
    var isComplete = false
    /// What reading all of it again gave, where that was asked for.
    var readBack: ReadBack.Result?
  }

  let images: [any ImagePlan]
  private let output: OutputFolder
  private let record: RecordWriter
  private let overflowFolders: [FilePath]
  private let state = Monitor(State())

  /// - Parameter overflow: folders that take over where this one is full, in order.
  init(name: String, in folder: FilePath, images: [any ImagePlan], overflow: [FilePath] = []) {
    self.images = images
    self.overflowFolders = overflow
    self.output = OutputFolder(name: name, in: folder)
    self.record = RecordWriter(folder: output.partial, names: RecordNames(acquisition: name))
  }

  /// The image that the description of a disc names: the plainest.
  private var described: any ImagePlan {
    images.first(where: \.isPlain) ?? images.first { !type(of: $0).describesDiscs } ?? images[0]
  }

  /// Holds a medium that is read in an order of its own until the images are made.
  var stagingFile: FilePath { output.partial.appending("staging") }
  func removeStaging() {
    for file in [stagingFile, StagingDigests.path(beside: stagingFile)] { _ = Syscalls.unlink(file) }
  }

  var name: String { output.name }
  /// The unfinished folder.
  var folder: FilePath { output.partial }
  var failure: EvidenceError? { state.withLock { $0.failure } }
  /// How many images of the run are its own.
  var writerCount: Int { state.withLock { $0.writerCount } }

  // MARK: Beginning

  /// Makes the folder with the marks of an unfinished one, and what is known of the medium before it is read.
  func create(_ setting: AcquisitionSetting) throws(EvidenceError) {
    try output.create()
    state.withLock { $0.isCreated = true }
    try lock()
    try keepReserve(setting.plan)
    if let device = setting.device { try record.write(device.files(named: DeviceCapture.name())) }
    if let disc = setting.disc {
      try record.write(
        disc, image: described, remarks: images.flatMap { $0.remarks(on: disc.stream.disc) })
    }
    let chunks = try ChunkFileWriter(
      creating: output.partial.appending(record.names.chunks()), plan: setting.plan)
    state.withLock { $0.chunks = chunks }
  }

  /// Where other folders take over, the record still has to fit into this one when images have filled it.
  private func keepReserve(_ plan: AcquisitionPlan) throws(EvidenceError) {
    try output.keepReserve(
      overflowFolders.isEmpty
        ? OutputFolder.smallestReserve : RecordSpace.needed(chunkCount: plan.chunks.chunkCount))
  }

  private func lock() throws(EvidenceError) {
    guard state.withLock({ $0.lock == nil }) else { return }
    let lock = try FolderLock(output.partial)
    state.withLock { $0.lock = lock }
  }

  /// Writers of the images, in their order.
  func writers(
    _ setting: AcquisitionSetting, description: ImageDescription
  ) throws(EvidenceError) -> [any ImageWriter] {
    let place = place(setting, description)
    let writers = try images.mapThrowing { image throws(EvidenceError) in try image.begin(place) }
    state.withLock { $0.writerCount = writers.count }
    return writers
  }

  private func place(_ setting: AcquisitionSetting, _ description: ImageDescription) -> ImagePlace {
    ImagePlace(
      folder: output.partial, name: output.name, geometry: setting.plan.geometry,
      blockSize: setting.plan.blockSize, blocksAtOnce: setting.plan.blocksAtOnce, overflow: overflow(),
      origin: setting.origin(description))
  }

  /// Where writers go on when the folder is full. All of them share the folders.
  private func overflow() -> Overflow {
    Overflow(taken: state.withLock { $0.overflow.map(\.partial) }) { [self] (taken) throws(EvidenceError) in
      try state.withLock { (state) throws(EvidenceError) in
        if taken < state.overflow.count { return state.overflow[taken].partial }
        guard taken < overflowFolders.count else { return nil }
        let next = OutputFolder(name: output.name, in: overflowFolders[taken])
        try next.create()
        state.overflow.append(next)
        return next.partial
      }
    }
  }

  /// Folders that took over, under the names they get at the end.
  var overflowed: [FilePath] { state.withLock { $0.overflow.map(\.final) } }

  // MARK: Going on

  /// The first chunks of the chunk file.
  /// - Throws: `destinationMissing`, `outputShorter`, `recordFileMalformed`.
  func chunks(_ plan: AcquisitionPlan, upTo count: UInt64) throws(EvidenceError) -> [ChunkEntry] {
    try ChunkFileWriter.entries(
      of: output.partial.appending(record.names.chunks()), chunkCount: count, plan: plan
    ).entries
  }

  /// What a destination brings to a run that goes on.
  struct Resumed {
    /// For each image the writer that stands where it stood; `nil` where nothing is left to write.
    let writers: [(any ImageWriter)?]
    /// The chunks before the checkpoint.
    let chunks: [ChunkEntry]
  }

  /// Takes up the unfinished folder: whatever was written after the checkpoint goes.
  /// - Parameters:
  ///   - checkpoints: of the last checkpoint, in the order of the images.
  ///   - resumption: how many times the acquisition has been resumed, this one included.
  /// - Throws: `destinationMissing` where the folder is not there, `outputShorter`, `sourceInUse` where another
  ///   process works on it.
  func resume(
    _ setting: AcquisitionSetting, _ checkpoints: [Checkpoint.Image], chunkCount: UInt64, resumption: Int
  ) throws(EvidenceError) -> Resumed {
    guard Files.kind(output.partial, followLinks: false) == .folder else {
      guard Files.kind(output.final, followLinks: false) == .folder else {
        throw EvidenceError(.destinationMissing, output.partial.string, "the unfinished folder was here")
      }
      state.withLock { $0.isComplete = true }
      return Resumed(writers: images.map { _ in nil }, chunks: [])
    }
    try lock()
    output.removeRecord(record.names, resumption: resumption)
    try keepReserve(setting.plan)
    if let device = setting.device {
      try record.write(device.files(named: DeviceCapture.name(resumption: resumption)))
    }
    let path = output.partial.appending(record.names.chunks())
    let (chunks, entries) = try ChunkFileWriter.resuming(
      path, chunkCount: chunkCount, plan: setting.plan)
    let taken = overflowFolders.map { OutputFolder(name: output.name, in: $0) }.prefix {
      Files.exists($0.partial)
    }
    for folder in taken { folder.removeRecord(record.names, resumption: resumption) }
    state.withLock {
      $0.chunks = chunks
      $0.overflow = Array(taken)
    }
    var writers: [(any ImageWriter)?] = []
    let place = place(setting, ImageDescription())
    for (image, state) in zip(images, checkpoints) {
      guard case .standing(let checkpoint) = state else {
        self.state.withLock {
          $0.failure = EvidenceError(
            .writeFailed, output.partial.string, "the \(image.format) image had failed before the pause")
        }
        return Resumed(writers: images.map { _ in nil }, chunks: entries)
      }
      writers.append(try image.resume(checkpoint, place))
    }
    state.withLock { $0.writerCount = writers.count }
    return Resumed(writers: writers, chunks: entries)
  }

  /// Holds everything that was written before against the journal; nothing is changed.
  /// - Returns: names of files of which the journal tells nothing.
  /// - Throws: `writtenDiffers` for the first file that is another now; `sourceInUse` where another process works on it.
  func compareWritten(
    _ check: WrittenCheck, _ checkpoints: [Checkpoint.Image], index: Int
  ) throws(EvidenceError) -> [String] {
    guard Files.kind(output.partial, followLinks: false) == .folder else {
      // One that was complete before is passed on as it is; one that is away is named when it is taken up.
      if Files.kind(output.final, followLinks: false) == .folder {
        try check.compare(complete: output.final.appending(record.names.manifest), besides: overflowFolders)
      }
      return []
    }
    // From one that had failed nothing goes on.
    guard !checkpoints.contains(.failed) else { return [] }
    try lock()
    let remade = output.removedRecord(record.names, resumption: check.resumption)
    try check.compare(try recordDigests(besides: remade), in: output.partial, index: index)
    try check.compare(chunkFile: output.partial.appending(record.names.chunks()))
    let taken = overflowFolders.map { OutputFolder(name: output.name, in: $0).partial }.filter {
      Files.exists($0)
    }
    var files: [KeptFile] = []
    for (image, state) in zip(images, checkpoints) {
      guard case .standing(let kept) = state else { continue }
      files += try image.keptFiles(kept, of: output.name, isDisc: check.isDisc)
    }
    return try check.compare(files, in: FileFolders(output.partial, besides: taken))
  }

  /// Digests of the files of the record that are written before the medium is read.
  func recordDigests(besides left: Set<String> = []) throws(EvidenceError) -> [String: Digest] {
    guard Files.kind(output.partial, followLinks: false) == .folder else { return [:] }
    var digests: [String: Digest] = [:]
    for name in try record.descriptions(besides: images) where !left.contains(name) {
      digests[name] = try FileDigests.of(output.partial.appending(name)).sha256
    }
    return digests
  }

  /// SHA-256 of the chunk file as it was after so many chunks.
  func chunkFileDigest(upTo count: UInt64) -> Digest? { state.withLock { $0.chunks?.digest(ofLines: count) } }

  // MARK: Under way

  /// Adds a chunk to the chunk file.
  func append(_ chunk: ChunkRecord) {
    state.withLock { state in
      guard state.failure == nil, !state.isComplete else { return }
      do throws(EvidenceError) {
        state.chunks?.append(chunk)
        try withReserve(&state) { (state) throws(EvidenceError) in try state.chunks?.writeMuch() }
      } catch { state.failure = error }
    }
  }

  /// Makes durable what the chunk file has so far, where the folder is still there.
  func syncChunks() {
    state.withLock { state in
      guard state.failure == nil, !state.isComplete else { return }
      do throws(EvidenceError) {
        try state.lock?.demandInPlace()
        try withReserve(&state) { (state) throws(EvidenceError) in try state.chunks?.sync() }
      } catch { state.failure = error }
    }
  }

  /// Keeps the journal, with the space reserved for the record where images have filled the folder.
  func keepJournal(_ body: () throws(EvidenceError) -> Void) throws(EvidenceError) {
    try state.withLock { (state) throws(EvidenceError) in
      try withReserve(&state) { (_) throws(EvidenceError) in try body() }
    }
  }

  private func withReserve(
    _ state: inout State, _ body: (inout State) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    do throws(EvidenceError) { try body(&state) } catch {
      guard error.code == .destinationFull, !overflowFolders.isEmpty else { throw error }
      output.releaseReserve()
      try body(&state)
    }
  }

  /// Runs `body` unless the folder has failed; what `body` throws makes it fail.
  @discardableResult
  func attempt<Value>(_ body: () throws(EvidenceError) -> Value) -> Value? {
    guard failure == nil else { return nil }
    do throws(EvidenceError) { return try body() } catch {
      state.withLock { $0.failure = error }
      return nil
    }
  }

  // MARK: The end

  /// Completes chunk file and map once reading has ended.
  /// - Parameter images: what became of this folder's images.
  func close(_ outcome: AcquisitionOutcome, images: [ImageOutcome], geometry: MediaGeometry) {
    guard !state.withLock({ $0.isComplete }) else { return }
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

  /// The images as a manifest lists them; `nil` where the folder has failed, or was complete before.
  /// - Parameter device: what the device said last, to be written before.
  func manifestImages(
    _ images: [ImageOutcome], _ setting: AcquisitionSetting, device: [DeviceCapture.File]
  ) -> (images: [Manifest.Image], files: [RecordedFile], tracks: [Manifest.Track])? {
    guard !state.withLock({ $0.isComplete }) else { return nil }
    return attempt { () throws(EvidenceError) in
      try record.write(device)
      let listed = try record.images(images, plans: self.images, plan: setting.plan)
      return (listed, try record.recordFiles(besides: self.images), try tracks(listed, setting))
    }
  }

  /// The tracks of a disc, as the first image holds them.
  private func tracks(
    _ images: [Manifest.Image], _ setting: AcquisitionSetting
  ) throws(EvidenceError) -> [Manifest.Track] {
    guard let disc = setting.disc, let first = images.first?.segments.first else { return [] }
    let folders = [output.partial] + state.withLock { $0.overflow.map(\.partial) }
    let reader = try Formats.openDisk(
      output.partial.appending(first.name), as: self.images[0].format,
      DiskOpening(
        sectorSize: setting.plan.geometry.logicalSectorSize, besides: folders, disc: disc.stream.disc))
    return try disc.tracks(in: reader)
  }

  /// What reading all of it again gave; `nil` where that was not asked for, or failed.
  var readBack: ReadBack.Result? { state.withLock { $0.readBack } }

  /// Writes and signs the manifest and gives the folder its final name.
  /// - Parameter readBack: verifies all of it first; `nil` where that is not asked for.
  /// - Parameter beforeLast: called when everything but the name is final.
  /// - Returns: the SHA-256 of the manifest; `nil` where the folder has failed.
  func seal(
    _ manifest: Manifest, identity: SigningIdentity, examiner: String, readBack: ReadBack?,
    beforeLast: () -> Void
  ) -> Digest? {
    attempt { () throws(EvidenceError) in
      let digest = try record.seal(manifest, identity: identity, at: Host.now())
      for folder in state.withLock({ $0.overflow }) {
        try record.writeSums(of: manifest, in: folder.partial)
        try DurableFolder.sync(folder.partial)
      }
      try DurableFolder.sync(output.partial)
      if let readBack {
        var result = try readBack.perform(
          output.partial.appending(record.names.manifest),
          besides: state.withLock { $0.overflow.map(\.partial) })
        if let whole = result.whole {
          result.added = try WholeDigestsRecord(folder: output.partial, manifest: manifest, digest: digest)
            .add(whole, by: examiner, identity: identity)
        }
        state.withLock { $0.readBack = result }
      }
      beforeLast()
      for folder in state.withLock({ $0.overflow }) { try folder.complete() }
      try output.complete()
      return digest
    }
  }

  /// What became of it, for the examiner. An unfinished folder in which nothing was read goes.
  func summary(_ outcomes: [ImageOutcome], anythingRead: Bool) -> AcquisitionSummary.Destination {
    let busy = outcomes.map(\.busySeconds).max() ?? 0
    guard let failure else {
      let manifest = output.final.appending(record.names.manifest)
      let digest = (try? Files.contents(manifest, cap: Manifest.largestFile)).map { Digest.of($0, .sha256) }
      return AcquisitionSummary.Destination(
        folder: output.final, manifest: manifest, files: (try? Files.names(in: output.final)) ?? [],
        failure: nil, manifestDigest: digest, formats: images.map(\.format), isReadBack: readBack != nil,
        busySeconds: busy)
    }
    if anythingRead { try? DurableFolder.sync(output.partial) } else { remove() }
    return AcquisitionSummary.Destination(
      folder: anythingRead ? [output.partial, output.final].first { Files.exists($0) } : nil, manifest: nil,
      files: [], failure: failure, formats: images.map(\.format), busySeconds: busy)
  }

  /// Takes back what `create` made, and nothing that it did not make.
  func remove() {
    let made = state.withLock { $0.isCreated ? [output] + $0.overflow : [] }
    for folder in made { folder.removePartial() }
  }
}

extension AcquisitionSetting {
  /// What the images are told of the medium.
  fileprivate func origin(_ description: ImageDescription) -> ImageOrigin {
    var origin = ImageOrigin()
    origin.description = description
    origin.disc = disc?.stream.disc
    origin.mediaType = disc != nil ? .optical : source.facts.isRemovable == true ? .removable : .fixed
    return origin
  }
}
