import Digests
import Evidence
import SystemIO
import SystemPackage

/// Digests of what a staging file holds, so that it can be shown to be the same after an interruption.
///
/// A file of its own beside it, to which only is appended: for each chunk that was read since the last checkpoint its
/// number (8 bytes, little-endian) and the SHA-256 of its sectors that had been read by then. The last of a chunk counts.
///
/// A class so that its reader can own it; used by one thread.
package final class StagingDigests {
  /// How much of the file a checkpoint knows.
  package struct Kept: Hashable, Sendable {
    /// Bytes.
    package let length: UInt64
    package let sha256: Digest

    package init(length: UInt64, sha256: Digest) {
      self.length = length
      self.sha256 = sha256
    }
  }

  private static let entrySize = 40

  /// The file beside a staging file.
  package static func path(beside staging: FilePath) -> FilePath { FilePath(staging.string + ".digests") }

  private let plan: AcquisitionPlan
  private let file: DurableFile
  private var length: UInt64
  private var digest = StreamingDigest(.sha256)
  /// Chunks that changed since the last checkpoint.
  private var changed: Set<UInt64> = []

  /// - Parameter kept: of the checkpoint that is gone on from; what was appended after it goes.
  /// - Throws: `outputShorter`, `writeFailed` …
  convenience init(
    beside staging: FilePath, resuming kept: Kept?, plan: AcquisitionPlan
  ) throws(EvidenceError) {
    let path = Self.path(beside: staging)
    if let kept {
      let bytes = try Self.contents(path, kept)
      self.init(try DurableFile(resuming: path, length: kept.length), bytes, plan)
    } else {
      _ = Syscalls.unlink(path)
      self.init(try DurableFile(creating: path), [], plan)
    }
  }

  private init(_ file: consuming DurableFile, _ bytes: [UInt8], _ plan: AcquisitionPlan) {
    self.file = consume file
    self.plan = plan
    self.length = UInt64(bytes.count)
    digest.update(bytes.span.bytes)
  }

  /// Notes that bytes were put into the staging file.
  func note(_ range: Range<UInt64>) {
    guard !range.isEmpty else { return }
    let size = plan.chunks.chunkSize
    for chunk in range.lowerBound / size...(range.upperBound - 1) / size { changed.insert(chunk) }
  }

  /// Digests what was noted, and makes it durable.
  /// - Parameters:
  ///   - staging: the file, read back.
  ///   - map: what is known of the medium.
  func keep(_ staging: borrowing DurableFile, _ map: SectorMap) throws(EvidenceError) -> Kept {
    var entries: [UInt8] = []
    for chunk in changed.sorted() {
      let sha256 = try Self.digest(of: chunk, plan, map) { (buffer, position) throws(EvidenceError) in
        try staging.read(into: buffer, at: position)
      }
      for shift in stride(from: 0, to: 64, by: 8) {
        entries.append(UInt8(truncatingIfNeeded: chunk >> UInt64(shift)))
      }
      entries += sha256.bytes
    }
    if !entries.isEmpty {
      try file.write(entries.span.bytes, at: length)
      digest.update(entries.span.bytes)
      length += UInt64(entries.count)
    }
    try file.sync()
    changed = []
    return Kept(length: length, sha256: digest.finish())
  }

  /// Reads a staging file back and compares it with its digests.
  /// - Throws: `writtenDiffers`, `outputShorter`, `interrupted`.
  package static func demandSame(
    _ staging: FilePath, _ kept: Kept, _ plan: AcquisitionPlan, _ map: SectorMap, stop: StopFlag
  ) throws(EvidenceError) {
    let path = path(beside: staging)
    let bytes = try contents(path, kept)
    guard Digest.of(bytes, .sha256) == kept.sha256, bytes.count % entrySize == 0 else {
      throw EvidenceError(
        .writtenDiffers, path.string, "its first \(kept.length) bytes are not those that were written")
    }
    var known: [UInt64: ArraySlice<UInt8>] = [:]
    for start in stride(from: 0, to: bytes.count, by: entrySize) {
      let chunk = (0..<8).reduce(0 as UInt64) { $0 | UInt64(bytes[start + $1]) << UInt64(8 * $1) }
      known[chunk] = bytes[start + 8..<start + entrySize]
    }
    let file = try OwnedDescriptor.openFile(staging)
    for chunk in 0..<plan.chunks.chunkCount {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, staging.string) }
      let sectors = plan.chunks.sectors(ofChunk: chunk, sectorSize: plan.geometry.logicalSectorSize)
      guard known[chunk] != nil || map.ranges(in: .notAttempted, within: sectors) != [sectors] else {
        continue
      }
      let sha256 = try digest(of: chunk, plan, map) { (buffer, position) throws(EvidenceError) in
        try file.read(into: buffer, at: position)
      }
      guard known[chunk].map(Array.init) == sha256.bytes else {
        throw EvidenceError(.writtenDiffers, staging.string, "sectors \(sectors) are not what was written")
      }
    }
  }

  /// SHA-256 of the sectors of a chunk that were read, or filled.
  private static func digest(
    of chunk: UInt64, _ plan: AcquisitionPlan, _ map: SectorMap,
    _ read: (UnsafeMutableRawBufferPointer, UInt64) throws(EvidenceError) -> Int
  ) throws(EvidenceError) -> Digest {
    let size = UInt64(plan.geometry.logicalSectorSize)
    let sectors = plan.chunks.sectors(ofChunk: chunk, sectorSize: plan.geometry.logicalSectorSize)
    let known = (map.ranges(in: .read, within: sectors) + map.ranges(in: .unreadable, within: sectors))
      .sorted { $0.first < $1.first }
    let buffer = PageBuffer(capacity: Int(plan.chunks.chunkSize))
    var digest = StreamingDigest(.sha256)
    for range in known {
      let start = range.first * size
      let count = Int(min(range.end * size, plan.geometry.length) - start)
      buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
        try read(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), start)
      }
      guard buffer.byteCount == count else {
        throw EvidenceError(.outputShorter, "chunk \(chunk)", "the staging file ends before it")
      }
      digest.update(buffer.bytes)
    }
    return digest.finish()
  }

  private static func contents(_ path: FilePath, _ kept: Kept) throws(EvidenceError) -> [UInt8] {
    let bytes = try Files.contents(path, cap: 1 << 32)
    guard UInt64(bytes.count) >= kept.length else { throw EvidenceError(.outputShorter, path.string) }
    return Array(bytes[..<Int(kept.length)])
  }
}

extension DurableFile {
  /// The digests of this file, where there are any.
  borrowing func digests(
    kept digests: StagingDigests?, _ map: SectorMap
  ) throws(EvidenceError) -> StagingDigests.Kept? {
    try digests?.keep(self, map)
  }
}
