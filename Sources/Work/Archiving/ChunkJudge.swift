import DiskImages
import Evidence
import SystemIO
import SystemPackage

/// Judges a file of an E01 set by the checksums of its own chunks; what lies between them by a set whose structure is sound, the
/// holding itself or a copy. Checksums of 32 bits are weak: the digests of the whole have the last word.
final class ChunkJudge {
  private enum Part {
    case chunk(EWFReader.StoredChunk)
    case between(Range<UInt64>, [UInt8])
  }

  /// Chunks of a file, at most.
  private static let mostChunks = 4 << 20

  private let check: EWFReader.ChunkCheck
  private let parts: [Part]
  private let buffer: PageBuffer

  var count: Int { parts.count }

  /// - Parameters:
  ///   - reader: of the sound set.
  ///   - file: place in it.
  /// - Returns: `nil` where the file cannot be judged in this way.
  init?(_ reader: EWFReader, file: Int) {
    guard let chunks = try? reader.storedChunks(inFile: file, most: Self.mostChunks),
      let source = try? OwnedDescriptor.openFile(reader.segments[file]), let size = try? source.fileSize()
    else { return nil }
    let read = { (memory: UnsafeMutableRawBufferPointer, offset: UInt64) in
      (try? source.read(into: memory, at: offset)) == memory.count
    }
    var parts: [Part] = []
    var end: UInt64 = 0
    func fill(to next: UInt64) -> Bool {
      guard end < next else { return true }
      guard let digest = RangeDigest.of(end..<next, "sha256", read) else { return false }
      parts.append(.between(end..<next, digest))
      return true
    }
    for chunk in chunks {
      guard fill(to: chunk.offset) else { return nil }
      parts.append(.chunk(chunk))
      end = chunk.offset + UInt64(chunk.length)
    }
    guard end <= size, fill(to: size) else { return nil }
    self.parts = parts
    check = EWFReader.ChunkCheck(reader)
    buffer = PageBuffer(capacity: max(1, chunks.map(\.length).max() ?? 1))
  }

  func bytes(_ part: Int) -> Range<UInt64> {
    switch parts[part] {
    case .chunk(let chunk): chunk.offset..<chunk.offset + UInt64(chunk.length)
    case .between(let bytes, _): bytes
    }
  }

  func isRight(_ part: Int, _ read: (UnsafeMutableRawBufferPointer, UInt64) -> Bool) -> Bool {
    switch parts[part] {
    case .between(let bytes, let digest): RangeDigest.of(bytes, "sha256", read) == digest
    case .chunk(let chunk):
      buffer.fill { memory in
        let stored = UnsafeMutableRawBufferPointer(rebasing: memory[..<chunk.length])
        return read(stored, chunk.offset) && check.isIntact(UnsafeRawBufferPointer(stored), as: chunk)
      }
    }
  }
}
