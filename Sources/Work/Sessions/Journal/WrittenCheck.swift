import Acquisition
import Digests
import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification
import WriterKit

/// Reads back what an acquisition wrote before it was interrupted, and holds it against its journal.
///
/// Whoever can write the folder could have changed it meanwhile; what the journal tells is compared with the bytes as
/// they are now, before anything goes on from them.
struct WrittenCheck {
  let journal: AcquisitionJournal
  /// Of the acquisition.
  let name: String
  let plan: AcquisitionPlan
  /// How many times the acquisition will have been resumed.
  let resumption: Int
  let isDisc: Bool
  /// The examiner's, who signed what is complete already.
  let signer: Certificate
  let stop: StopFlag

  private static let step = 4 << 20

  private func differs(_ path: FilePath, _ reason: String) -> EvidenceError {
    EvidenceError(.writtenDiffers, path.string, reason)
  }

  /// A destination that was complete before the interruption: it is that acquisition, signed, and as its manifest says.
  func compare(complete manifest: FilePath, besides folders: [FilePath]) throws(EvidenceError) {
    let result = try ManifestVerification(
      manifest, VerificationSettings(trust: Trust([signer]), besides: folders, stop: stop)
    ).perform { _, _ in }
    guard !stop.isRaised else { throw EvidenceError(.interrupted, manifest.string) }
    guard result.manifest?.acquisition.identifier == journal.acquisition else {
      throw differs(manifest, "it is the manifest of another acquisition")
    }
    guard result.report.verdict == .verified else {
      let first = result.report.findings.first { $0.severity == .failure }
      throw differs(manifest, first.map { "\($0.subject): \($0.code.meaning)" } ?? result.report.sentence)
    }
  }

  // MARK: The record

  /// - Parameters:
  ///   - found: the files of the record that are there.
  ///   - index: of the destination.
  func compare(_ found: [String: Digest], in folder: FilePath, index: Int) throws(EvidenceError) {
    guard let written = journal.written else { return }
    guard written.files.indices.contains(index) else { throw differs(folder, "the journal does not know it") }
    let known = written.files[index]
    for name in Set(known.keys).union(found.keys).sorted() where known[name] != found[name] {
      let path = folder.appending(name)
      guard let now = found[name] else { throw differs(path, "it is missing") }
      throw differs(path, known[name].map { "SHA-256 \(now) and not \($0)" } ?? "it was not there")
    }
  }

  func compare(chunkFile path: FilePath) throws(EvidenceError) {
    guard let written = journal.written else { return }
    let count = journal.checkpoint.position / plan.chunks.chunkSize
    let bytes = try ChunkFileWriter.entries(of: path, chunkCount: count, plan: plan).bytes
    guard ChunkFileWriter.digest(of: bytes) == written.chunks else {
      throw differs(path, "its first \(count) chunks are not those that were written")
    }
  }

  /// A medium that is read in an order of its own.
  /// - Returns: whether the journal tells of its contents.
  func compare(staging path: FilePath) throws(EvidenceError) -> Bool {
    guard let staging = journal.staging else { return true }
    guard let digests = staging.digests else { return false }
    try StagingDigests.demandSame(path, digests, plan, staging.map, stop: stop)
    return true
  }

  // MARK: Images

  /// - Returns: names of files of which the journal tells nothing.
  func compare(_ files: [KeptFile], in folders: FileFolders) throws(EvidenceError) -> [String] {
    var unknown: [String] = []
    for file in files {
      guard let path = folders.paths(of: file.name).first else {
        throw EvidenceError(.fileMissing, file.name, "it was written before the interruption")
      }
      switch file.contents {
      case .unknown: unknown.append(file.name)
      case .whole(let digest):
        let opened = try OwnedDescriptor.openFile(path)
        var whole = StreamingDigest(.sha256)
        try read(opened, 0..<(try opened.fileSize()), path) { whole.update($0) }
        guard whole.finish() == digest else {
          throw differs(path, "SHA-256 \(whole.finish()) and not \(digest)")
        }
      case .beginning(let state, let rest, let open, let end):
        try compare(path, state, rest, open, end)
        if rest == nil { unknown.append(file.name) }
      case .medium(let end):
        guard end == journal.checkpoint.position else {
          throw differs(
            path, "\(end) bytes of it are to count, and \(journal.checkpoint.position) of the medium")
        }
        try compareMedium(path, end, folders.folders[0])
      }
    }
    return unknown
  }

  private func compare(
    _ path: FilePath, _ state: DigestState, _ rest: Digest?, _ open: Range<UInt64>, _ end: UInt64
  ) throws(EvidenceError) {
    let file = try OwnedDescriptor.openFile(path)
    var beginning = StreamingDigest(.sha256)
    try read(file, 0..<state.length, path) { beginning.update($0) }
    var tail = StreamingDigest(.sha256)
    let parts =
      open.isEmpty ? [state.length..<end] : [state.length..<open.lowerBound, open.upperBound..<end]
    for part in parts { try read(file, part, path) { tail.update($0) } }
    guard beginning.stateBetweenBlocks == state, rest == nil || tail.finish() == rest else {
      throw differs(path, "its first \(end) bytes are not those that were written")
    }
  }

  /// Chunk by chunk, so that the sectors can be named.
  private func compareMedium(_ path: FilePath, _ end: UInt64, _ folder: FilePath) throws(EvidenceError) {
    let size = plan.chunks.chunkSize
    let names = RecordNames(acquisition: name)
    let entries = try ChunkFileWriter.entries(
      of: folder.appending(names.chunks()), chunkCount: end / size, plan: plan
    ).entries
    let file = try OwnedDescriptor.openFile(path)
    for (index, entry) in entries.enumerated() {
      var digest = StreamingDigest(.sha256)
      let start = UInt64(index) * size
      try read(file, start..<start + size, path) { digest.update($0) }
      guard digest.finish() == entry.sha256 else {
        throw differs(path, "sectors \(entry.sectors) are not what was written")
      }
    }
  }

  private func read(
    _ file: borrowing OwnedDescriptor, _ range: Range<UInt64>, _ path: FilePath, _ take: (RawSpan) -> Void
  ) throws(EvidenceError) {
    let buffer = PageBuffer(capacity: Self.step)
    var position = range.lowerBound
    while position < range.upperBound {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
      let count = Int(min(UInt64(Self.step), range.upperBound - position))
      buffer.byteCount = try buffer.fill { (memory) throws(EvidenceError) in
        try file.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: position)
      }
      guard buffer.byteCount == count else { throw EvidenceError(.outputShorter, path.string) }
      take(buffer.bytes)
      position += UInt64(count)
    }
  }
}
