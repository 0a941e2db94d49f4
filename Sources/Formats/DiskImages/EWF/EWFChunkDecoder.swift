import Evidence
import FormatKit
import SystemIO

/// Memory and decompressor of one read; reused by later reads.
final class EWFScratch {
  let inflater = Inflater()
  /// Stored bytes of a run of chunks.
  private(set) var stored = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// One whole chunk, for reads that want part of it.
  private(set) var plain = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  /// Table entries of one run.
  let entries = UnsafeMutableRawBufferPointer.allocate(byteCount: (entryLimit + 1) * 4, alignment: 16)
  /// Chunks located at once.
  static let entryLimit = 1024

  deinit {
    stored.deallocate()
    plain.deallocate()
    entries.deallocate()
  }

  func needStored(_ count: Int) {
    guard stored.count < count else { return }
    stored.deallocate()
    stored = .allocate(byteCount: count, alignment: 4096)
  }

  func needPlain(_ count: Int) {
    guard plain.count < count else { return }
    plain.deallocate()
    plain = .allocate(byteCount: count, alignment: 4096)
  }
}

/// The idle scratch memories of a reader: as many as there were reads at the same time.
final class EWFScratchPool: Sendable {
  private struct State: ~Copyable { var idle: [EWFScratch] = [] }
  private let state = Monitor(State())

  func take() -> EWFScratch { state.withLock { $0.idle.popLast() } ?? EWFScratch() }
  func giveBack(_ scratch: EWFScratch) { state.withLock { $0.idle.append(scratch) } }
}

/// Where the stored bytes of one chunk lie.
struct EWFStoredChunk {
  let offset: UInt64
  let length: Int
  /// `nil` where the table does not say.
  let isCompressed: Bool?
}

/// The pure step from stored bytes to plain bytes.
struct EWFChunkDecoder {
  let chunkSize: Int

  /// Most bytes a chunk may take in the file: any deflate encoding of it, or raw with its checksum.
  var largestStored: Int { chunkSize + chunkSize / 8 + 1024 }

  /// Place of the chunk with this table entry; `nil` where the entry leads out of the data.
  /// - Parameter next: the entry behind it; `nil` for the last of the table.
  func locate(
    _ entry: UInt32, at index: UInt32, next: UInt32?, table: EWFTable, data: Range<UInt64>
  ) -> EWFStoredChunk? {
    let place = table.decode(entry, at: index)
    var end = data.upperBound
    if let next { end = min(end, table.decode(next, at: index + 1).offset) }
    guard place.offset >= data.lowerBound, place.offset < end else { return nil }
    let length = Int(min(end - place.offset, UInt64(largestStored)))
    return EWFStoredChunk(offset: place.offset, length: length, isCompressed: place.isCompressed)
  }

  /// Decodes one chunk into `plain`, which has the length of a whole chunk, or of the last one.
  /// - Parameter scratch: for a last chunk that stores more than its part of the medium.
  /// - Returns: bytes the chunk really holds, at least `plain.count`; `nil` where it is damaged.
  func decode(
    _ stored: UnsafeRawBufferPointer, isCompressed: Bool?, into plain: UnsafeMutableRawBufferPointer,
    scratch: EWFScratch
  ) -> Int? {
    // Without a mark the length tells: a raw chunk has exactly its bytes and a checksum. SMART and the first EWF
    // compress every chunk and yet leave the mark of the last one out, so that raw is not the last word.
    let isMarked = isCompressed ?? (stored.count != plain.count + 4)
    if !isMarked, let count = decodeRaw(stored, into: plain) { return count }
    return decodeCompressed(stored, into: plain, scratch: scratch)
  }

  private func decodeCompressed(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, scratch: EWFScratch
  ) -> Int? {
    if plain.count == chunkSize {
      return scratch.inflater.inflate(stored, into: plain) == chunkSize ? chunkSize : nil
    }
    scratch.needPlain(chunkSize)
    let whole = UnsafeMutableRawBufferPointer(rebasing: scratch.plain[..<chunkSize])
    guard let count = scratch.inflater.inflate(stored, into: whole), count >= plain.count else { return nil }
    plain.copyMemory(from: UnsafeRawBufferPointer(rebasing: whole[..<plain.count]))
    return count
  }

  /// A raw chunk: plain bytes, then their Adler-32. Where the last chunk of a table is followed by other bytes its
  /// own length is tried first, then that of a whole chunk, which some programs pad to.
  private func decodeRaw(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Int? {
    for length in [stored.count - 4, plain.count, chunkSize]
    where length >= plain.count && length <= chunkSize && length + 4 <= stored.count {
      let checksum = UInt32(littleEndian: stored.loadUnaligned(fromByteOffset: length, as: UInt32.self))
      let bytes = UnsafeRawBufferPointer(rebasing: stored[..<length])
      if Adler32.of(bytes) == checksum {
        plain.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[..<plain.count]))
        return length
      }
    }
    return nil
  }
}
