import Evidence
import SystemIO
import SystemPackage

/// How a container packs its contents: in chunks of one size, each of which is unpacked on its own. All members may be
/// used from several threads at once.
package protocol ChunkDecoder: Sendable {
  /// Bytes of the contents.
  var length: UInt64 { get }
  /// Bytes of each chunk but the last, which may be shorter; positive.
  var chunkSize: Int { get }

  /// Fills `buffer`, which has exactly the size of the chunk.
  /// - Returns: what is wrong with the chunk; `nil` where nothing is. What is in the buffer counts for nothing then.
  /// - Throws: `readFailed` where a file cannot be read at all.
  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String?
}

/// What a container of chunks says of itself.
package struct ChunkedFacts: Sendable {
  package var format: Format
  /// Of the contents, in bytes; positive.
  package var sectorSize: Int
  package var segments: [FilePath]
  package var storedDigests = DigestSet()
  package var findings: [Finding] = []
  package var facts = ImageFacts()
  package var checksum: WholeChecksum?
  package var checksItsData = false

  package init(_ format: Format, sectorSize: Int, segments: [FilePath]) {
    self.format = format
    self.sectorSize = sectorSize
    self.segments = segments
  }
}

/// Reads a container of chunks.
package final class ChunkedReader: ImageReader {
  /// Chunks kept for reads that want part of one.
  private static let keptChunks = 4

  private struct Kept {
    let chunk: Int
    let bytes: [UInt8]
    let reason: String?
  }

  private let decoder: any ChunkDecoder
  private let own: ChunkedFacts
  private let kept = Monitor<[Kept]>([])
  package let geometry: MediaGeometry

  package init(_ decoder: any ChunkDecoder, _ facts: ChunkedFacts) {
    precondition(decoder.chunkSize > 0 && decoder.length <= MediaGeometry.longest)
    self.decoder = decoder
    self.own = facts
    self.geometry = MediaGeometry(length: decoder.length, logicalSectorSize: UInt32(facts.sectorSize))
  }

  package var format: Format { own.format }
  package var segments: [FilePath] { own.segments }
  package var storedDigests: DigestSet { own.storedDigests }
  package var structureFindings: [Finding] { own.findings }
  package var facts: ImageFacts { own.facts }
  package var checksItsData: Bool { own.checksItsData }
  package var wholeChecksum: WholeChecksum? { own.checksum }
  package var description: ImageDescription { ImageDescription() }
  package var recordedUnreadable: [SectorRange] { [] }
  package var unitSize: Int { decoder.chunkSize }

  package func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> [DamagedRange] {
    precondition(
      offset <= geometry.length && UInt64(buffer.count) <= geometry.length - offset, "read past the end")
    var damage: [DamagedRange] = []
    var done = 0
    while done < buffer.count {
      let position = offset + UInt64(done)
      let chunk = Int(position / UInt64(decoder.chunkSize))
      let inside = Int(position % UInt64(decoder.chunkSize))
      let size = Int(min(UInt64(decoder.chunkSize), geometry.length - (position - UInt64(inside))))
      let count = min(size - inside, buffer.count - done)
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      let reason: String?
      if count == size {
        reason = try decoder.decode(chunk, into: part)
      } else {
        let whole = try keptChunk(chunk, size: size)
        reason = whole.reason
        whole.bytes.withUnsafeBytes {
          part.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[inside..<inside + count]))
        }
      }
      if let reason {
        part.initializeMemory(as: UInt8.self, repeating: 0)
        damage.append(
          DamagedRange(bytes: position..<position + UInt64(count), reason: "chunk \(chunk): \(reason)"))
      }
      done += count
    }
    return damage
  }

  private func keptChunk(_ chunk: Int, size: Int) throws(EvidenceError) -> Kept {
    if let known = kept.withLock({ $0.first { $0.chunk == chunk } }) { return known }
    var bytes = [UInt8](repeating: 0, count: size)
    var outcome: Result<String?, EvidenceError> = .success(nil)
    bytes.withUnsafeMutableBytes { buffer in
      outcome = Result { () throws(EvidenceError) in try decoder.decode(chunk, into: buffer) }
    }
    let fresh = Kept(chunk: chunk, bytes: bytes, reason: try outcome.get())
    kept.withLock { kept in
      kept.removeAll { $0.chunk == chunk }
      kept.append(fresh)
      if kept.count > Self.keptChunks { kept.removeFirst() }
    }
    return fresh
  }
}
