import Codecs
import Evidence
import FormatKit
import SystemIO
import SystemPackage

enum ISZReader {
  /// - Throws: `fileMissing`, `segmentMissing`, `formatUnreadable` for what is encrypted, `imageMalformed`, `readFailed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> any ImageReader {
    let names = PartNames(path, first: "isz", later: { "i" + PartNames.number($0, digits: 2) })
    let first = names.path(0)
    guard Files.exists(first) else { throw EvidenceError(.segmentMissing, first.string) }
    func malformed(_ reason: String) -> EvidenceError { EvidenceError(.imageMalformed, first.string, reason) }
    let file = try SegmentFile(first)
    guard let layout = ISZLayout(header: try file.bytes(at: 0, count: ISZLayout.longHeader)) else {
      throw malformed("its header is damaged")
    }
    guard layout.protection == 0 else {
      let kind = [1: "a password", 2: "AES-128", 3: "AES-192", 4: "AES-256"][layout.protection]
      throw EvidenceError(
        .formatUnreadable, first.string,
        "ISZ encrypted with \(kind ?? "kind \(layout.protection)"); decrypt a copy with the program that made it"
      )
    }
    guard layout.number == 0 else {
      throw malformed("it is part \(layout.number + 1) of a set, not the first")
    }
    let segments = try segments(layout, file, malformed)
    let paths = segments.indices.map(names.path)
    for path in paths where !Files.exists(path) { throw EvidenceError(.segmentMissing, path.string) }
    var facts = ChunkedFacts(.isz, sectorSize: layout.sectorSize, segments: paths)
    facts.checksItsData = true
    if let checksum = layout.checksum {
      facts.checksum = WholeChecksum("CRC-32", stored: checksum) { CRC32.of($1, seed: $0) }
    }
    let decoder = ISZDecoder(
      layout: layout, files: SegmentFiles(paths),
      chunks: try chunks(layout, segments, file, malformed), segments: segments)
    return ChunkedReader(decoder, facts)
  }

  private static func segments(
    _ layout: ISZLayout, _ file: SegmentFile, _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) -> [ISZLayout.Segment] {
    guard layout.segmentTable > 0 else {
      return [ISZLayout.Segment(chunks: 0..<layout.chunkCount, offset: layout.data, rest: 0)]
    }
    let size = ISZLayout.segmentSize
    let stored = try file.bytes(at: layout.segmentTable, count: (ISZLayout.mostSegments + 1) * size)
    let table = ISZLayout.clear(stored)
    var segments: [ISZLayout.Segment] = []
    for start in stride(from: 0, to: table.count, by: size) {
      guard let segment = layout.segment(table[start..<min(start + size, table.count)]) else { break }
      guard segment.chunks.lowerBound == segments.last?.chunks.upperBound ?? 0 else {
        throw malformed("its table of files leaves out chunks")
      }
      segments.append(segment)
    }
    guard segments.last?.chunks.upperBound == layout.chunkCount, segments.last?.rest == 0 else {
      throw malformed("its table of files does not name all \(layout.chunkCount) chunks")
    }
    return segments
  }

  /// Where each chunk lies.
  private static func chunks(
    _ layout: ISZLayout, _ segments: [ISZLayout.Segment], _ file: SegmentFile,
    _ malformed: (String) -> EvidenceError
  ) throws(EvidenceError) -> [ISZChunk] {
    var table: [UInt8] = []
    if layout.table > 0 {
      let size = layout.chunkCount * layout.entrySize
      guard UInt64(size) <= file.size else { throw malformed("it ends before its table of chunks") }
      table = ISZLayout.clear(try file.bytes(at: layout.table, count: size))
      guard table.count == size else { throw malformed("it ends before its table of chunks") }
    } else if layout.length > file.size {
      throw malformed("it ends before its contents")
    }
    var chunks: [ISZChunk] = []
    chunks.reserveCapacity(layout.chunkCount)
    for (number, segment) in segments.enumerated() {
      var offset = segment.offset
      for chunk in segment.chunks {
        let plain = min(UInt64(layout.chunkSize), layout.length - UInt64(chunk * layout.chunkSize))
        let entry = table.isEmpty ? (kind: .plain, count: Int(plain)) : layout.entry(chunk, table)
        chunks.append(
          ISZChunk(segment: UInt32(number), kind: entry.kind, count: UInt32(entry.count), offset: offset))
        if entry.kind != .zeros { offset += UInt64(entry.count) }
      }
    }
    return chunks
  }
}

private struct ISZChunk {
  let segment: UInt32
  let kind: ISZLayout.Kind
  let count: UInt32
  let offset: UInt64
}

private struct ISZDecoder: ChunkDecoder {
  let layout: ISZLayout
  let files: SegmentFiles
  let chunks: [ISZChunk]
  let segments: [ISZLayout.Segment]
  private let inflaters = InflaterPool()

  init(layout: ISZLayout, files: SegmentFiles, chunks: [ISZChunk], segments: [ISZLayout.Segment]) {
    self.layout = layout
    self.files = files
    self.chunks = chunks
    self.segments = segments
  }

  var length: UInt64 { layout.length }
  var chunkSize: Int { layout.chunkSize }

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    let place = chunks[chunk]
    guard place.kind != .zeros else {
      buffer.initializeMemory(as: UInt8.self, repeating: 0)
      return nil
    }
    guard place.count <= 2 * ISZLayout.largestChunk else { return "it is longer than any chunk may be" }
    var stored = try bytes(of: chunk, place)
    guard stored.count == Int(place.count) else { return "the file ends early" }
    switch place.kind {
    case .zeros: return nil
    case .plain:
      guard stored.count == buffer.count else { return "it is stored with \(stored.count) bytes" }
      buffer.copyBytes(from: stored)
      return nil
    case .zlib:
      let count = inflaters.use { inflater in stored.withUnsafeBytes { inflater.inflate($0, into: buffer) } }
      return count == buffer.count ? nil : "its zlib stream is damaged"
    case .bzip2:
      guard stored.count > 3 else { return "its bzip2 stream is damaged" }
      stored.replaceSubrange(0..<3, with: Array("BZh".utf8))
      let count = stored.withUnsafeBytes { BlockCodecs.bzip2($0, into: buffer) }
      return count == buffer.count ? nil : "its bzip2 stream is damaged"
    }
  }

  /// Stored bytes; of the last chunk of a file the rest lies in the next.
  private func bytes(of chunk: Int, _ place: ISZChunk) throws(EvidenceError) -> [UInt8] {
    let number = Int(place.segment)
    let segment = segments[number]
    let rest = chunk == segment.chunks.upperBound - 1 ? min(Int(place.count), Int(segment.rest)) : 0
    let bytes = try files.file(number).bytes(at: place.offset, count: Int(place.count) - rest)
    guard rest > 0, number + 1 < segments.count else { return bytes }
    let next = segments[number + 1].offset
    guard next >= UInt64(rest) else { return [] }
    return bytes + (try files.file(number + 1).bytes(at: next - UInt64(rest), count: rest))
  }
}
