import Evidence
import SystemIO
import SystemPackage

/// One file of a set, open for reading.
package final class SegmentFile: Sendable {
  private let descriptor: OwnedDescriptor
  /// Bytes it had when it was opened.
  package let size: UInt64

  /// Opens a regular file; anything else (a pipe would block) is refused.
  package init(_ path: FilePath) throws(EvidenceError) {
    switch Files.kind(path) {
    case .file: break
    case nil: throw Files.absence(of: path)
    default: throw EvidenceError(.formatUnknown, path.string, "not a regular file")
    }
    let descriptor = try OwnedDescriptor.openForReading(path)
    self.size = try descriptor.fileSize()
    self.descriptor = descriptor
  }

  /// Bytes of it that are no hole.
  package func storedSize() throws(EvidenceError) -> UInt64 { try descriptor.storedSize() }

  /// Where something is stored at or behind `offset`; `nil` where nothing is.
  package func nextStored(from offset: UInt64) -> UInt64? {
    Int64(exactly: offset).flatMap { descriptor.nextStored(from: $0) }.map { UInt64($0) }
  }

  /// Reads until the buffer is full or the file ends.
  /// - Returns: bytes read.
  package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError)
    -> Int
  {
    try descriptor.read(into: buffer, at: offset)
  }

  /// A copy of at most `count` bytes at `offset`; fewer only at the end of the file.
  package func bytes(at offset: UInt64, count: Int) throws(EvidenceError) -> [UInt8] {
    guard offset < size else { return [] }
    var bytes = [UInt8](repeating: 0, count: Int(min(UInt64(count), size - offset)))
    var got = 0
    var failure: EvidenceError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(EvidenceError) { got = try read(into: buffer, at: offset) } catch { failure = error }
    }
    if let failure { throw failure }
    bytes.removeLast(bytes.count - got)
    return bytes
  }
}

/// The files of a set, of which only some are open at a time: a set may have thousands.
package final class SegmentFiles: Sendable {
  /// Most files open at once.
  package static let slotCount = 64

  private struct Slot {
    let index: Int
    let file: SegmentFile
  }

  package let paths: [FilePath]
  /// Without their folders.
  package let names: [String]
  private let slots: Monitor<[Slot?]>

  package init(_ paths: [FilePath]) {
    self.paths = paths
    self.names = paths.map { $0.lastComponent?.string ?? $0.string }
    self.slots = Monitor([Slot?](repeating: nil, count: min(Self.slotCount, max(1, paths.count))))
  }

  /// File `index` of the set, opened if need be. It stays open for as long as the caller holds it.
  package func file(_ index: Int) throws(EvidenceError) -> SegmentFile {
    try slots.withLock { slots throws(EvidenceError) in
      let place = index % slots.count
      if let slot = slots[place], slot.index == index { return slot.file }
      let file = try SegmentFile(paths[index])
      slots[place] = Slot(index: index, file: file)
      return file
    }
  }
}
