import Evidence
import FormatKit
import SystemPackage

/// One read as it goes on, chunk by chunk.
struct EWFReadRequest {
  /// The next chunk to deliver.
  private(set) var chunk: UInt64
  /// The chunk after the last one wanted.
  let endChunk: UInt64
  private(set) var damage: [DamagedRange] = []
  /// Bytes the chunk decoded last holds; `nil` where it is damaged.
  private(set) var lastHeld: Int?

  private let buffer: UnsafeMutableRawBufferPointer
  private let offset: UInt64
  private let length: UInt64
  private let decoder: EWFChunkDecoder
  private let scratch: EWFScratch

  /// - Parameters:
  ///   - buffer: not empty; `offset + buffer.count` lies within `length`.
  ///   - length: bytes of the whole contents.
  init(
    buffer: UnsafeMutableRawBufferPointer, offset: UInt64, length: UInt64, decoder: EWFChunkDecoder,
    scratch: EWFScratch
  ) {
    let size = UInt64(decoder.chunkSize)
    self.buffer = buffer
    self.offset = offset
    self.length = length
    self.decoder = decoder
    self.scratch = scratch
    self.chunk = offset / size
    self.endChunk = (offset + UInt64(buffer.count) - 1) / size + 1
  }

  /// Delivers zeros up to `end` and names them.
  mutating func skip(to end: UInt64, reason: String) {
    let size = UInt64(decoder.chunkSize)
    let from = max(chunk * size, offset)
    let to = min(end &* size, offset + UInt64(buffer.count))
    // The last chunk may end behind 2⁶⁴ in theory only: lengths stay below 2⁶³.
    zero(from..<max(from, to), reason: reason)
    chunk = end
  }

  /// Delivers chunks of one group, as many as one look at the table covers.
  mutating func read(
    _ group: EWFChunkGroup, from file: SegmentFile, name: String, runLimit: Int
  ) throws(EvidenceError) {
    let first = chunk - group.firstChunk
    let count = Int(min(endChunk - chunk, group.count - first, UInt64(EWFScratch.entryLimit)))
    guard try loadEntries(group.table, from: first, count: count, file: file) else {
      return skip(to: chunk + UInt64(count), reason: "\(name) ends early")
    }
    var place = 0
    while place < count {
      guard let start = locate(place, first: first, count: count, in: group) else {
        try recover(group, file: file, name: name, reason: "leads out of the data")
        place += 1
        continue
      }
      // Neighbours in the file come with one read.
      var end = start.offset + UInt64(start.length)
      var run = 1
      while place + run < count, let next = locate(place + run, first: first, count: count, in: group),
        next.offset == end, next.offset + UInt64(next.length) - start.offset <= UInt64(runLimit)
      {
        end = next.offset + UInt64(next.length)
        run += 1
      }
      let bytes = Int(end - start.offset)
      scratch.needStored(max(bytes, min(runLimit, count * decoder.largestStored)))
      let stored = UnsafeMutableRawBufferPointer(rebasing: scratch.stored[..<bytes])
      let got = try file.read(into: stored, at: start.offset)
      for index in place..<place + run {
        guard let item = locate(index, first: first, count: count, in: group) else { break }
        let from = Int(item.offset - start.offset)
        let piece = UnsafeRawBufferPointer(rebasing: stored[min(from, got)..<min(from + item.length, got)])
        if deliver(piece, isCompressed: item.isCompressed) {
          chunk += 1
        } else {
          try recover(group, file: file, name: name, reason: "damaged")
        }
      }
      place += run
    }
  }

  // MARK: - Parts

  private func loadEntries(
    _ table: EWFTable, from first: UInt64, count: Int, file: SegmentFile
  ) throws(EvidenceError) -> Bool {
    let wanted = (count + (first + UInt64(count) < UInt64(table.count) ? 1 : 0)) * 4
    let target = UnsafeMutableRawBufferPointer(rebasing: scratch.entries[..<wanted])
    return try file.read(into: target, at: table.entriesOffset + first * 4) == wanted
  }

  private func entry(_ place: Int) -> UInt32 {
    UInt32(littleEndian: scratch.entries.loadUnaligned(fromByteOffset: place * 4, as: UInt32.self))
  }

  private func locate(_ place: Int, first: UInt64, count: Int, in group: EWFChunkGroup) -> EWFStoredChunk? {
    let index = UInt32(truncatingIfNeeded: first + UInt64(place))
    let next = UInt64(index) + 1 < group.count ? entry(place + 1) : nil
    return decoder.locate(entry(place), at: index, next: next, table: group.table, data: group.data)
  }

  /// Tries the current chunk with the other copy of its table.
  private mutating func recover(
    _ group: EWFChunkGroup, file: SegmentFile, name: String, reason: String
  ) throws(EvidenceError) {
    guard let table = group.alternate else { return fail(name: name, reason: reason) }
    let index = chunk - group.firstChunk
    let bytes = try file.bytes(at: table.entriesOffset + index * 4, count: index + 1 < group.count ? 8 : 4)
    let span = bytes.span.bytes
    guard let entry = span.littleEndian(at: 0, as: UInt32.self),
      let item = decoder.locate(
        entry, at: UInt32(truncatingIfNeeded: index), next: span.littleEndian(at: 4), table: table,
        data: group.data)
    else { return fail(name: name, reason: reason) }
    let stored = try file.bytes(at: item.offset, count: item.length)
    if stored.withUnsafeBytes({ deliver($0, isCompressed: item.isCompressed) }) {
      chunk += 1
    } else {
      fail(name: name, reason: reason)
    }
  }

  /// Decodes the current chunk into its place in the buffer.
  private mutating func deliver(_ stored: UnsafeRawBufferPointer, isCompressed: Bool?) -> Bool {
    let start = chunk * UInt64(decoder.chunkSize)
    let plainLength = Int(min(UInt64(decoder.chunkSize), length - start))
    let bufferEnd = offset + UInt64(buffer.count)
    if start >= offset, start + UInt64(plainLength) <= bufferEnd {
      let from = Int(start - offset)
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[from..<from + plainLength])
      lastHeld = decoder.decode(stored, isCompressed: isCompressed, into: target, scratch: scratch)
      return lastHeld != nil
    }
    scratch.needPlain(decoder.chunkSize)
    let plain = UnsafeMutableRawBufferPointer(rebasing: scratch.plain[..<plainLength])
    lastHeld = decoder.decode(stored, isCompressed: isCompressed, into: plain, scratch: scratch)
    guard lastHeld != nil else { return false }
    let from = max(start, offset)
    let to = min(start + UInt64(plainLength), bufferEnd)
    UnsafeMutableRawBufferPointer(rebasing: buffer[Int(from - offset)..<Int(to - offset)]).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: plain[Int(from - start)..<Int(to - start)]))
    return true
  }

  /// Delivers zeros in place of the current chunk.
  private mutating func fail(name: String, reason: String) {
    lastHeld = nil
    skip(to: chunk + 1, reason: "chunk \(chunk) in \(name): \(reason)")
  }

  private mutating func zero(_ range: Range<UInt64>, reason: String) {
    guard !range.isEmpty else { return }
    let from = Int(range.lowerBound - offset)
    let to = Int(range.upperBound - offset)
    UnsafeMutableRawBufferPointer(rebasing: buffer[from..<to]).initializeMemory(as: UInt8.self, repeating: 0)
    damage.append(DamagedRange(bytes: range, reason: reason))
  }
}
