import Evidence

/// What a chunk holds.
package enum ChunkState: String, Hashable, Sendable, CaseIterable {
  /// Every sector was read.
  case read
  /// Some sectors were unreadable and hold the fill pattern.
  case filled
  /// Some sectors were not attempted.
  case notAttempted

  /// The state of a chunk's sectors, the worst of them first.
  package init(of sectors: SectorRange, in map: SectorMap) {
    if !map.ranges(in: .notAttempted, within: sectors).isEmpty {
      self = .notAttempted
    } else {
      self = map.ranges(in: .unreadable, within: sectors).isEmpty ? .read : .filled
    }
  }
}

/// One line of a chunk file.
package struct ChunkEntry: Hashable, Sendable {
  /// In units of the stream.
  package var sectors: SectorRange
  package var state: ChunkState
  /// `nil` where MD5 was not selected, or where SHA-256 is `nil`.
  package var md5: Digest?
  /// Of the chunk as the image holds it; `nil` only where it was not attempted and no image holds it.
  package var sha256: Digest?

  package init(sectors: SectorRange, state: ChunkState, md5: Digest?, sha256: Digest?) {
    self.sectors = sectors
    self.state = state
    self.md5 = md5
    self.sha256 = sha256
  }
}

/// `NAME.chunks.csv`: the digests of every chunk of a stream, one line each, so that damage can be located.
///
/// ASCII, a header line, fields without quotes between commas, lines ended by LF, numbers decimal, digests in
/// lower-case hexadecimal.
package enum ChunkFile {
  /// Largest chunk file in bytes; 2²⁰ lines of the longest kind need less.
  package static let largestFile = 256 << 20

  /// The first line.
  package static let header = Array("lba,sectors,state,md5,sha256\n".utf8)

  /// The line of one chunk. Lines are appended in the order of the medium.
  package static func line(_ entry: ChunkEntry) -> [UInt8] {
    let fields = [
      String(entry.sectors.first), String(entry.sectors.count), entry.state.rawValue, entry.md5?.hex ?? "",
      entry.sha256?.hex ?? "",
    ]
    return Array((fields.joined(separator: ",") + "\n").utf8)
  }

  /// The whole file.
  package static func bytes(_ entries: some Sequence<ChunkEntry>) -> [UInt8] {
    entries.reduce(into: header) { $0 += line($1) }
  }
}

/// Reads a chunk file line by line.
///
/// Strict: a byte that changes is either refused or changes a value, because every value is written in one
/// way only and addresses follow from the plan.
package struct ChunkFileReader {
  private var lines: TextLines
  private let plan: ChunkPlan
  private let sectorSize: UInt32
  private var index: UInt64 = 0
  private var hasMD5: Bool?
  private let end: UInt64

  /// - Parameters:
  ///   - plan: division of the stream, from the manifest; at most 2²⁰ chunks.
  ///   - end: how many chunks the file has; all of the plan where `nil`.
  ///   - sectorSize: bytes per unit of the stream; positive.
  ///   - name: what the file is called in errors.
  /// - Throws: `fileTooLarge`, `recordFileMalformed`.
  package init(
    _ bytes: [UInt8], plan: ChunkPlan, sectorSize: UInt32, name: String, upTo end: UInt64? = nil
  ) throws(EvidenceError) {
    self.end = end ?? plan.chunkCount
    self.lines = try TextLines(bytes, name: name, cap: ChunkFile.largestFile)
    self.plan = plan
    self.sectorSize = sectorSize
    guard let first = lines.next(), first.elementsEqual(ChunkFile.header.dropLast()) else {
      throw lines.failure("not '\(String(decoding: ChunkFile.header.dropLast(), as: UTF8.self))'")
    }
  }

  /// The next chunk; `nil` after the last one of the plan.
  /// - Throws: `recordFileMalformed` with the line, also for a line too many or too few.
  package mutating func next() throws(EvidenceError) -> ChunkEntry? {
    guard let line = lines.next() else {
      guard index == end else {
        throw lines.failure("ends after \(index) of \(end) chunks")
      }
      return nil
    }
    guard index < end else { throw lines.failure("more chunks than \(end)") }
    let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard fields.count == 5 else { throw lines.failure("not five fields") }
    let expected = plan.sectors(ofChunk: index, sectorSize: sectorSize)
    guard TextLines.decimal(fields[0]) == expected.first, TextLines.decimal(fields[1]) == expected.count
    else {
      throw lines.failure("not the sectors \(expected.first), \(expected.count) of chunk \(index)")
    }
    guard let state = ChunkState(rawValue: String(decoding: fields[2], as: UTF8.self)) else {
      throw lines.failure("unknown state")
    }
    let md5 = try digest(fields[3], .md5)
    let sha256 = try digest(fields[4], .sha256)
    guard sha256 != nil || (state == .notAttempted && md5 == nil) else { throw lines.failure("no SHA-256") }
    if sha256 != nil {
      guard hasMD5 == nil || hasMD5 == (md5 != nil) else { throw lines.failure("MD5 in some lines only") }
      hasMD5 = md5 != nil
    }
    index += 1
    return ChunkEntry(sectors: expected, state: state, md5: md5, sha256: sha256)
  }

  private func digest(
    _ text: ArraySlice<UInt8>, _ algorithm: DigestAlgorithm
  ) throws(EvidenceError) -> Digest? {
    if text.isEmpty { return nil }
    guard let digest = TextLines.digest(text, algorithm) else {
      throw lines.failure("no \(algorithm.title) in lower-case hexadecimal")
    }
    return digest
  }
}

extension ChunkFile {
  /// Where the first `count` lines after the header end; `nil` where there are fewer.
  package static func beginning(of bytes: [UInt8], lines count: UInt64) -> Int? {
    var missing = count + 1
    for (position, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      missing -= 1
      if missing == 0 { return position + 1 }
    }
    return nil
  }

  /// All entries at once; for files of moderate size.
  /// - Throws: as ``ChunkFileReader``.
  package static func entries(
    in bytes: [UInt8], plan: ChunkPlan, sectorSize: UInt32, name: String, upTo end: UInt64? = nil
  ) throws(EvidenceError) -> [ChunkEntry] {
    var reader = try ChunkFileReader(bytes, plan: plan, sectorSize: sectorSize, name: name, upTo: end)
    var entries: [ChunkEntry] = []
    while let entry = try reader.next() { entries.append(entry) }
    return entries
  }
}
