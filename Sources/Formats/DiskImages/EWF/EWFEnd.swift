import Evidence
import FormatKit

/// Where the contents end: behind the last sector that the volume counts, or behind bytes of one more.
///
/// Of a source that was no whole number of sectors older programs store all bytes and count whole sectors only. Those
/// bytes are evidence, and the stored digest is mostly that of all of them.
struct EWFEnd {
  let map: EWFChunkMap
  /// Of the contents, in bytes.
  let length: UInt64
  /// Whether the bytes behind the last whole sector have a chunk of their own.
  var hasTailChunk = false
  var finding: Finding?
  /// What is stored behind the end, for people.
  var leftOut: String?

  /// Looks at the last chunk. Blocks on the files.
  /// - Parameters:
  ///   - length: of the whole sectors, in bytes.
  ///   - room: chunks that the files can hold.
  init(
    _ opening: EWFOpening, _ volume: EWFVolume, length: UInt64, room: UInt64, decoder: EWFChunkDecoder,
    files: SegmentFiles, name: String
  ) throws(EvidenceError) {
    let size = UInt64(decoder.chunkSize)
    let builder = opening.tables.builder
    func build(_ chunkCount: UInt64) -> EWFChunkMap {
      builder.build(chunkCount: chunkCount, isEndKnown: opening.isEndKnown, room: room)
    }
    let map = build(volume.neededChunks)
    let expected = Int(length % size)
    let hasOneMore = expected == 0 && map.surplus == 1
    let longer = hasOneMore ? build(volume.neededChunks + 1) : map
    let last = LastChunk(number: length / size, map: longer, files: files, decoder: decoder)
    guard expected > 0 || hasOneMore, let held = try last.held(atLeast: max(1, expected)), held > expected,
      !hasOneMore || held < Int(volume.bytesPerSector)
    else {
      (self.map, self.length) = (map, length)
      return
    }
    let more = held - expected
    let isTail = more < Int(volume.bytesPerSector)
    self.map = isTail ? longer : map
    self.length = length + (isTail ? UInt64(more) : 0)
    self.hasTailChunk = hasOneMore
    if isTail {
      finding = Self.finding(
        .lengthMismatch, .warning, name, expected,
        "\(held) bytes, \(more) of them behind the last whole sector")
    } else if let bytes = try last.bytes(count: held), bytes[expected...].contains(where: { $0 != 0 }) {
      let what = "\(more) bytes behind the end that the volume states"
      leftOut = what
      // A last chunk is padded by some programs, with whatever was in their memory.
      let isPadding = held == decoder.chunkSize
      finding = Self.finding(
        isPadding ? .paddingNotZero : .lengthMismatch, isPadding ? .warning : .failure, name, expected,
        "\(what), not all of them zero")
    } else if held != decoder.chunkSize {
      finding = Self.finding(
        .lengthMismatch, .warning, name, expected, "\(held) bytes, \(more) zeros behind the last sector")
    }
  }

  private static func finding(
    _ code: FindingCode, _ severity: FindingSeverity, _ name: String, _ expected: Int, _ observed: String
  ) -> Finding {
    Finding(
      code, severity, subject: "\(name): last chunk", expected: "\(expected) bytes", observed: observed)
  }
}

/// The last chunk of a set, which may hold more than the volume counts.
private struct LastChunk {
  let number: UInt64
  let map: EWFChunkMap
  let files: SegmentFiles
  let decoder: EWFChunkDecoder

  /// Bytes that it holds; `nil` where it cannot be read or holds fewer than `least`.
  func held(atLeast least: Int) throws(EvidenceError) -> Int? { try decode(least)?.held }

  /// The bytes that it begins with; `nil` where it cannot be read.
  func bytes(count: Int) throws(EvidenceError) -> [UInt8]? { try decode(count)?.bytes }

  private func decode(_ count: Int) throws(EvidenceError) -> (held: Int, bytes: [UInt8])? {
    let index = map.groupIndex(at: number)
    guard index < map.groups.count, map.groups[index].firstChunk <= number else { return nil }
    let group = map.groups[index]
    let file = try files.file(group.file)
    let start = number * UInt64(decoder.chunkSize)
    var bytes = [UInt8](repeating: 0, count: count)
    let outcome = bytes.withUnsafeMutableBytes { buffer in
      Result { () throws(EvidenceError) in
        var request = EWFReadRequest(
          buffer: buffer, offset: start, length: start + UInt64(count), decoder: decoder,
          scratch: EWFScratch())
        try request.read(group, from: file, name: files.names[group.file], runLimit: EWFReader.runLimit)
        return request.lastHeld
      }
    }
    return try outcome.get().map { ($0, bytes) }
  }
}
