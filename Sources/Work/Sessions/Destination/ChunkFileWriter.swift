import Acquisition
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
  private static let step = 1 << 16

  convenience init(creating path: FilePath) throws(EvidenceError) {
    self.init(try DurableFile(creating: path), written: 0, waiting: ChunkFile.header)
  }

  private init(_ file: consuming DurableFile, written: UInt64, waiting: [UInt8]) {
    self.file = consume file
    self.written = written
    self.waiting = waiting
  }

  /// Goes on with the file of an interrupted acquisition; lines past `chunkCount` are cut off.
  /// - Returns: the writer, and the entries that stay.
  /// - Throws: `outputShorter`, `recordFileMalformed`, `fileMissing`.
  static func resuming(
    _ path: FilePath, chunkCount: UInt64, plan: AcquisitionPlan
  ) throws(EvidenceError) -> (writer: ChunkFileWriter, entries: [ChunkEntry]) {
    let (length, entries) = try entries(of: path, chunkCount: chunkCount, plan: plan)
    let file = try DurableFile(resuming: path, length: UInt64(length))
    let waiting = length == 0 ? ChunkFile.header : []
    return (ChunkFileWriter(file, written: UInt64(length), waiting: waiting), entries)
  }

  /// The first entries of an unfinished chunk file, and the bytes they take.
  static func entries(
    of path: FilePath, chunkCount: UInt64, plan: AcquisitionPlan
  ) throws(EvidenceError) -> (length: Int, entries: [ChunkEntry]) {
    // Before the first checkpoint not even the header need be there.
    guard chunkCount > 0 else { return (0, []) }
    let bytes = try Files.contents(path, cap: ChunkFile.largestFile)
    guard let length = ChunkFile.beginning(of: bytes, lines: chunkCount) else {
      throw EvidenceError(.outputShorter, path.string, "fewer than \(chunkCount) chunks")
    }
    let entries = try ChunkFile.entries(
      in: Array(bytes[..<length]), plan: plan.chunks, sectorSize: plan.geometry.logicalSectorSize,
      name: path.string, upTo: chunkCount)
    return (length, entries)
  }

  func append(_ chunk: ChunkRecord) {
    let state: ChunkState =
      switch chunk.state {
      case .read: .read
      case .unreadable: .filled
      case .notAttempted: .notAttempted
      }
    waiting += ChunkFile.line(
      ChunkEntry(sectors: chunk.sectors, state: state, md5: chunk.md5, sha256: chunk.sha256))
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
