import Evidence
import FormatKit

/// Takes chunks from a `sectors` section that no table locates, one after the other.
///
/// A zlib stream ends where it says, and a raw chunk has a known length and its Adler-32 behind it: as long as each
/// chunk is whole, the place of the next is certain. At the first one that is not, the count is lost and the rest
/// stays unknown: nothing is searched for, because a chunk found further on would have no sure number.
struct EWFCarver {
  let decoder: EWFChunkDecoder
  /// Bytes of the whole contents.
  let length: UInt64

  /// Carves one section. Blocks on the file.
  /// - Parameters:
  ///   - first: number of its first chunk.
  ///   - receive: offset in the contents and the plain bytes of each chunk.
  /// - Returns: the number of chunks, and whether they fill the section to its end.
  func carve(
    _ data: Range<UInt64>, of file: SegmentFile, from first: UInt64, scratch: EWFScratch,
    receive: (UInt64, RawSpan) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> (count: UInt64, isWhole: Bool) {
    let size = UInt64(decoder.chunkSize)
    var chunk = first
    var position = data.lowerBound
    scratch.needStored(decoder.largestStored)
    scratch.needPlain(decoder.chunkSize)
    while position < data.upperBound, chunk < length / size + (length % size == 0 ? 0 : 1) {
      let wanted = Int(min(UInt64(decoder.largestStored), data.upperBound - position))
      let buffer = UnsafeMutableRawBufferPointer(rebasing: scratch.stored[..<wanted])
      let got = try file.read(into: buffer, at: position)
      let stored = UnsafeRawBufferPointer(rebasing: buffer[..<got])
      let expected = Int(min(size, length - chunk * size))
      let plain = UnsafeMutableRawBufferPointer(rebasing: scratch.plain[..<decoder.chunkSize])
      guard let storedCount = take(stored, expected: expected, into: plain, scratch.inflater) else { break }
      try receive(chunk * size, UnsafeRawBufferPointer(rebasing: plain[..<expected]).bytes)
      chunk += 1
      position += UInt64(storedCount)
    }
    return (chunk - first, position == data.upperBound)
  }

  /// Decodes the chunk at the beginning of `stored`.
  /// - Returns: its length in the file; `nil` where no whole chunk stands there.
  private func take(
    _ stored: UnsafeRawBufferPointer, expected: Int, into plain: UnsafeMutableRawBufferPointer,
    _ inflater: Inflater
  ) -> Int? {
    // Raw first: evidence may hold zlib streams itself, but does not hold its own checksum at this very place.
    for count in Set([expected, decoder.chunkSize]).sorted() where stored.count >= count + 4 {
      let bytes = UnsafeRawBufferPointer(rebasing: stored[..<count])
      let checksum = UInt32(littleEndian: stored.loadUnaligned(fromByteOffset: count, as: UInt32.self))
      if Adler32.of(bytes) == checksum {
        plain.copyMemory(from: bytes)
        return count + 4
      }
    }
    guard let stream = inflater.inflateStream(stored, into: plain), stream.plainCount >= expected else {
      return nil
    }
    return stream.storedCount
  }
}

extension EWFReader {
  /// Reads chunks that lie in the files without a table, where their place in the contents is certain: behind
  /// complete tables from the first chunk on. Every chunk is checked against its own checksum. Blocks on the files.
  /// - Parameter receive: offset in the contents and the plain bytes; in order, and never what `read` delivers.
  package func carve(
    _ receive: (UInt64, RawSpan) throws(EvidenceError) -> Void
  ) throws(EvidenceError) {
    let carver = EWFCarver(decoder: decoder, length: geometry.length)
    let scratch = EWFScratch()
    var chunk: UInt64 = 0
    for step in map.steps {
      switch step {
      case .gap: return
      case .chunks(let count): chunk += count
      case .orphan(let orphan):
        let limit = map.firstLocated(from: chunk)
        let taken = try carver.carve(
          orphan.data, of: try files.file(orphan.file), from: chunk, scratch: scratch
        ) { (offset: UInt64, bytes: RawSpan) throws(EvidenceError) in
          // Where tables behind the section claim the same chunk, they are believed.
          if limit.map({ offset < $0 * UInt64(decoder.chunkSize) }) ?? true { try receive(offset, bytes) }
        }
        guard taken.isWhole else { return }
        chunk += taken.count
      }
    }
  }

  /// What is left of the damaged chunk at `offset`, with nothing to vouch for it: plain bytes whose checksum is
  /// wrong, or the part of a stream before the place where it breaks. Blocks on the file.
  /// - Parameters:
  ///   - offset: of the chunk in the contents, a multiple of `unitSize`.
  ///   - buffer: the length of the chunk; filled with zeros where nothing is left.
  package func salvage(
    chunkAt offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
  ) throws(EvidenceError) {
    buffer.initializeMemory(as: UInt8.self, repeating: 0)
    let chunk = offset / UInt64(decoder.chunkSize)
    let place = map.groupIndex(at: chunk)
    guard place < map.groups.count, map.groups[place].firstChunk <= chunk else { return }
    let group = map.groups[place]
    let file = try files.file(group.file)
    let index = chunk - group.firstChunk
    let bytes = try file.bytes(
      at: group.table.entriesOffset + index * 4, count: index + 1 < group.count ? 8 : 4)
    guard let entry = bytes.span.bytes.littleEndian(at: 0, as: UInt32.self),
      let item = decoder.locate(
        entry, at: UInt32(truncatingIfNeeded: index), next: bytes.span.bytes.littleEndian(at: 4),
        table: group.table, data: group.data)
    else { return }
    let stored = try file.bytes(at: item.offset, count: item.length)
    stored.withUnsafeBytes { stored in
      if item.isCompressed ?? (stored.count != buffer.count + 4) {
        Inflater().salvage(stored, into: buffer)
      } else {
        let count = min(stored.count, buffer.count)
        buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[..<count]))
      }
    }
  }
}
