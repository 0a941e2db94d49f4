import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import SystemPackage

/// Reads ECM: the codes of the sectors are computed anew.
enum ECMReader {
  /// Walks through the runs; what they hold is not read.
  /// - Throws: `fileMissing`, `imageMalformed`, `readFailed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> any ImageReader {
    let file = try SegmentFile(path)
    func malformed(_ offset: UInt64, _ reason: String) -> EvidenceError {
      EvidenceError(.imageMalformed, path.string, "at byte \(offset): \(reason)")
    }
    var runs: [ECMLayout.Run] = []
    var window = Window(file: file)
    var offset = UInt64(ECMLayout.headerSize)
    var plain: UInt64 = 0
    while true {
      guard runs.count < ECMLayout.mostRuns else { throw malformed(offset, "too many runs") }
      guard let number = ECMLayout.number(try window.bytes(at: offset, count: ECMLayout.longestNumber)) else {
        throw malformed(offset, "no length of a run, and no end mark")
      }
      offset += UInt64(number.size)
      guard number.count > 0 else { break }
      let run = ECMLayout.Run(kind: number.kind, stored: offset, plain: plain, count: number.count)
      guard run.storedEnd <= file.size else {
        throw malformed(offset, "a run of \(number.count) units leads out of the file")
      }
      runs.append(run)
      offset = run.storedEnd
      plain = run.plainEnd
    }
    guard plain > 0 else { throw EvidenceError(.imageMalformed, path.string, "there is nothing in it") }
    let end = try file.bytes(at: offset, count: 4)
    guard let edc = end.span.bytes.littleEndian(at: 0, as: UInt32.self) else {
      throw malformed(offset, "it ends before its checksum")
    }
    var facts = ChunkedFacts(.ecm, sectorSize: SectorCodec.size, segments: [path])
    let rest = file.size - offset - 4
    if rest > 0 {
      facts.findings = [
        Finding(
          .structureDamaged, .warning, subject: path.lastComponent?.string ?? path.string,
          observed: "\(rest) bytes behind the end of its contents")
      ]
    }
    facts.checksum = WholeChecksum("EDC", stored: edc) { SectorCodec.edc($1, seed: $0) }
    return ChunkedReader(ECMDecoder(file: file, runs: runs, length: plain), facts)
  }

  /// Bytes of a file that are likely to be wanted next.
  private struct Window {
    private static let size = 64 << 10
    let file: SegmentFile
    private var start: UInt64 = 0
    private var bytes: [UInt8] = []

    init(file: SegmentFile) { self.file = file }

    /// Fewer only at the end of the file.
    mutating func bytes(at offset: UInt64, count: Int) throws(EvidenceError) -> ArraySlice<UInt8> {
      let end = start + UInt64(bytes.count)
      if offset < start || offset + UInt64(count) > end && end < file.size || offset > end {
        start = offset
        bytes = try file.bytes(at: offset, count: Self.size)
      }
      return bytes.dropFirst(Int(offset - start)).prefix(count)
    }
  }
}

/// Unpacks parts of the contents, wherever runs begin in them.
private struct ECMDecoder: ChunkDecoder {
  let file: SegmentFile
  /// In order, without a gap, from 0 to `length`.
  let runs: [ECMLayout.Run]
  let length: UInt64
  /// 64 raw sectors: reads of whole sectors unpack few of them twice.
  let chunkSize = 64 * SectorCodec.size

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    let start = UInt64(chunk) * UInt64(chunkSize)
    var done = 0
    var index = runIndex(at: start)
    while done < buffer.count {
      let run = runs[index]
      let position = start + UInt64(done)
      let count = Int(min(run.plainEnd - position, UInt64(buffer.count - done)))
      let part = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      guard try fill(part, from: run, at: position - run.plain) else { return "the file ends early" }
      done += count
      index += 1
    }
    return nil
  }

  private func fill(
    _ part: UnsafeMutableRawBufferPointer, from run: ECMLayout.Run, at offset: UInt64
  ) throws(EvidenceError) -> Bool {
    if run.kind == .bytes {
      return try file.read(into: part, at: run.stored + offset) == part.count
    }
    let (plainSize, storedSize) = (run.kind.plainSize, run.kind.storedSize)
    let first = Int(offset) / plainSize
    let last = (Int(offset) + part.count - 1) / plainSize
    let stored = try file.bytes(
      at: run.stored + UInt64(first * storedSize), count: (last - first + 1) * storedSize)
    guard stored.count == (last - first + 1) * storedSize else { return false }
    for unit in first...last {
      let place = (unit - first) * storedSize
      let sector = ECMLayout.sector(run.kind, stored[place..<place + storedSize])
      // Of the first and the last only what lies within the part.
      let from = max(0, Int(offset) - unit * plainSize)
      let target = unit * plainSize + from - Int(offset)
      let piece = sector.dropFirst(from).prefix(part.count - target)
      UnsafeMutableRawBufferPointer(rebasing: part[target...]).copyBytes(from: piece)
    }
    return true
  }

  private func runIndex(at offset: UInt64) -> Int {
    var low = 0
    var high = runs.count
    while low + 1 < high {
      let middle = (low + high) / 2
      if runs[middle].plain <= offset { low = middle } else { high = middle }
    }
    return low
  }
}
