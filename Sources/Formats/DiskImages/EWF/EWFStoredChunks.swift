import Evidence
import FormatKit
import SystemIO

/// Where the chunks of a set are stored, and whether bytes are such a chunk: so that copies of a set that are damaged at
/// different places can be merged.
extension EWFReader {
  /// A chunk as it is stored in a file of the set.
  package struct StoredChunk: Hashable, Sendable {
    /// In the file.
    package let offset: UInt64
    /// At most; the last chunk of a table may be followed by something else.
    package let length: Int
    fileprivate let isCompressed: Bool?
    fileprivate let plainLength: Int
  }

  /// The chunks in a file, in the order of their places. Blocks on the file; takes some forty bytes for each.
  /// - Parameter file: place in ``segments``.
  /// - Returns: `nil` for more than `most`, or where they overlap.
  package func storedChunks(inFile file: Int, most: Int) throws(EvidenceError) -> [StoredChunk]? {
    var chunks: [StoredChunk] = []
    let source = try files.file(file)
    for group in map.groups where group.file == file {
      guard group.count <= UInt64(most - chunks.count) else { return nil }
      let bytes = try source.bytes(at: group.table.entriesOffset, count: Int(group.count) * 4)
      let span = bytes.span.bytes
      for index in 0..<Int(group.count) {
        let start = (group.firstChunk + UInt64(index)) * UInt64(decoder.chunkSize)
        guard start < geometry.length, let entry = span.littleEndian(at: index * 4, as: UInt32.self),
          let item = decoder.locate(
            entry, at: UInt32(truncatingIfNeeded: index), next: span.littleEndian(at: index * 4 + 4),
            table: group.table, data: group.data)
        else { continue }
        chunks.append(
          StoredChunk(
            offset: item.offset, length: item.length, isCompressed: item.isCompressed,
            plainLength: Int(min(UInt64(decoder.chunkSize), geometry.length - start))))
      }
    }
    chunks.sort { $0.offset < $1.offset }
    for (one, next) in zip(chunks, chunks.dropFirst()) where one.offset + UInt64(one.length) > next.offset {
      return nil
    }
    return chunks
  }

  /// Tells by the checksum that a chunk stores. For one thread at a time.
  package final class ChunkCheck {
    private let decoder: EWFChunkDecoder
    private let scratch = EWFScratch()
    private let plain: UnsafeMutableRawBufferPointer

    package init(_ reader: EWFReader) {
      decoder = reader.decoder
      plain = .allocate(byteCount: reader.decoder.chunkSize, alignment: 64)
    }

    deinit { plain.deallocate() }

    /// - Parameter stored: ``StoredChunk/length`` bytes.
    package func isIntact(_ stored: UnsafeRawBufferPointer, as chunk: StoredChunk) -> Bool {
      let target = UnsafeMutableRawBufferPointer(rebasing: plain[..<chunk.plainLength])
      return decoder.decode(stored, isCompressed: chunk.isCompressed, into: target, scratch: scratch) != nil
    }
  }
}
