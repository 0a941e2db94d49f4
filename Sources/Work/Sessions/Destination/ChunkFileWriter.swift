import Acquisition
import Digests
import Evidence
import Manifests
import SystemIO
import SystemPackage

/// The chunk file as it grows.
///
/// `@unchecked Sendable` holds because the acquisition calls `append` from one thread at a time.
final class ChunkFileWriter: @unchecked Sendable {
  private var file: DurableFile?
  private var waiting: [UInt8]
  private var written: UInt64 = 0
  /// Over everything so far.
  private var digest: StreamingDigest
  private var lines: UInt64
  /// Lines of a block: a checkpoint stands behind whole blocks.
  private let linesPerBlock: UInt64
  /// SHA-256 of the file as it was after so many lines, behind each block since the last checkpoint.
  private var marks: [UInt64: Digest]
  private static let step = 1 << 16

  convenience init(creating path: FilePath, plan: AcquisitionPlan) throws(EvidenceError) {
    self.init(try DurableFile(creating: path), written: [], lines: 0, waiting: ChunkFile.header, plan)
  }

  private init(
    _ file: consuming DurableFile, written: [UInt8], lines: UInt64, waiting: [UInt8],
    _ plan: AcquisitionPlan
  ) {
    self.linesPerBlock = max(1, UInt64(plan.blockSize) / plan.chunks.chunkSize)
    self.file = consume file
    self.written = UInt64(written.count)
    self.waiting = waiting
    self.lines = lines
    self.digest = StreamingDigest(.sha256)
    self.digest.update(written.span.bytes)
    self.digest.update(waiting.span.bytes)
    self.marks = [lines: digest.finish()]
  }

  /// Goes on with the file of an interrupted acquisition; lines past `chunkCount` are cut off.
  /// - Returns: the writer, and the entries that stay.
  /// - Throws: `outputShorter`, `recordFileMalformed`, `fileMissing`.
  static func resuming(
    _ path: FilePath, chunkCount: UInt64, plan: AcquisitionPlan
  ) throws(EvidenceError) -> (writer: ChunkFileWriter, entries: [ChunkEntry]) {
    let (bytes, entries) = try entries(of: path, chunkCount: chunkCount, plan: plan)
    let file = try DurableFile(resuming: path, length: UInt64(bytes.count))
    let waiting = bytes.isEmpty ? ChunkFile.header : []
    return (ChunkFileWriter(file, written: bytes, lines: chunkCount, waiting: waiting, plan), entries)
  }

  /// The first entries of an unfinished chunk file, and their bytes.
  static func entries(
    of path: FilePath, chunkCount: UInt64, plan: AcquisitionPlan
  ) throws(EvidenceError) -> (bytes: [UInt8], entries: [ChunkEntry]) {
    // Before the first checkpoint not even the header need be there.
    guard chunkCount > 0 else { return ([], []) }
    let bytes = try Files.contents(path, cap: ChunkFile.largestFile)
    guard let length = ChunkFile.beginning(of: bytes, lines: chunkCount) else {
      throw EvidenceError(.outputShorter, path.string, "fewer than \(chunkCount) chunks")
    }
    let kept = Array(bytes[..<length])
    let entries = try ChunkFile.entries(
      in: kept, plan: plan.chunks, sectorSize: plan.geometry.logicalSectorSize,
      name: path.string, upTo: chunkCount)
    return (kept, entries)
  }

  func append(_ chunk: ChunkRecord) {
    let state: ChunkState =
      switch chunk.state {
      case .read: .read
      case .unreadable: .filled
      case .notAttempted: .notAttempted
      }
    let line = ChunkFile.line(
      ChunkEntry(sectors: chunk.sectors, state: state, md5: chunk.md5, sha256: chunk.sha256))
    waiting += line
    digest.update(line.span.bytes)
    lines += 1
    if lines % linesPerBlock == 0 { marks[lines] = digest.finish() }
  }

  /// SHA-256 of the file as it was after so many lines; asked for with numbers that do not fall.
  func digest(ofLines count: UInt64) -> Digest? {
    marks = marks.filter { $0.key >= count }
    return marks[count]
  }

  /// The same of what was read of an unfinished file.
  static func digest(of bytes: [UInt8]) -> Digest {
    Digest.of(bytes.isEmpty ? ChunkFile.header : bytes, .sha256)
  }

  /// Writes what waits, where that is much. May be tried again where it fails.
  func writeMuch() throws(EvidenceError) { if waiting.count >= Self.step { try flush() } }

  /// Makes durable what there is so far.
  func sync() throws(EvidenceError) {
    try flush()
    try file?.sync()
  }

  func close() throws(EvidenceError) {
    try flush()
    try file.take()?.close()
  }

  private func flush() throws(EvidenceError) {
    guard file != nil else { return }
    try file?.write(waiting.span.bytes, at: written)
    written += UInt64(waiting.count)
    waiting = []
  }
}
