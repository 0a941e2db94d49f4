import Digests
import Evidence
import Parity
import SystemIO
import SystemPackage

/// Where bytes of a restored file came from, other than the original.
package enum RepairSource: Hashable, Sendable {
  /// A parity file, by its path.
  case parity(String)
  /// The file of a copy, by its path.
  case copy(String)

  package var path: String {
    switch self {
    case .parity(let path), .copy(let path): path
    }
  }
}

/// By what the parts of one file are judged.
struct FileJudge {
  private struct Run {
    /// Of its first shard in the file, counted in shards.
    let first: Int
    let count: Int
    /// Of its first shard in the table.
    let index: Int
  }

  private enum Backing {
    case shards(ParityFile, [Run], size: UInt64)
    case pieces([Piece])
    case chunks(ChunkJudge)
  }

  struct Piece {
    let bytes: Range<UInt64>
    let algorithm: String
    let value: [UInt8]
  }

  private let backing: Backing
  let count: Int

  /// The digests of shards in a parity file.
  /// - Parameter file: place in its list of files.
  init(_ parity: ParityFile, file: Int) {
    let layout = parity.head.layout
    var runs: [Run] = []
    for (group, place) in zip(layout.groups, layout.places) {
      for (column, index) in zip(group.columns, place.columns) where column.file == file {
        runs.append(
          Run(
            first: Int(column.offset / UInt64(layout.shardSize)), count: layout.count(column), index: index))
      }
    }
    runs.sort { $0.first < $1.first }
    backing = .shards(parity, runs, size: parity.head.files[file].size)
    count = runs.reduce(0) { $0 + $1.count }
  }

  init(_ pieces: [Piece]) {
    backing = .pieces(pieces)
    count = pieces.count
  }

  init(_ chunks: ChunkJudge) {
    backing = .chunks(chunks)
    count = chunks.count
  }

  /// The bytes of a part, in the file.
  func bytes(_ part: Int) -> Range<UInt64> {
    switch backing {
    case .chunks(let chunks): return chunks.bytes(part)
    case .pieces(let pieces): return pieces[part].bytes
    case .shards(let parity, _, let size):
      let shard = UInt64(parity.head.layout.shardSize)
      return UInt64(part) * shard..<min((UInt64(part) + 1) * shard, size)
    }
  }

  /// Whether a part is what it was.
  /// - Parameter read: fills memory from an offset in the file, or returns `false`.
  func isRight(_ part: Int, _ read: (UnsafeMutableRawBufferPointer, UInt64) -> Bool) -> Bool {
    let (algorithm, value): (String, ArraySlice<UInt8>)
    switch backing {
    case .chunks(let chunks): return chunks.isRight(part, read)
    case .pieces(let pieces): (algorithm, value) = (pieces[part].algorithm, pieces[part].value[...])
    case .shards(let parity, let runs, _):
      var (low, high) = (0, runs.count - 1)
      while low < high {
        let middle = (low + high + 1) / 2
        if runs[middle].first <= part { low = middle } else { high = middle - 1 }
      }
      (algorithm, value) = ("sha256", parity.digest(runs[low].index + part - runs[low].first))
    }
    return RangeDigest.of(bytes(part), algorithm, read).map { $0.elementsEqual(value) } ?? false
  }
}

/// The digest of a range of something, a block at a time.
enum RangeDigest {
  static let block = 1 << 20

  /// - Returns: `nil` where it cannot be read, or the algorithm is not computed.
  static func of(
    _ bytes: Range<UInt64>, _ algorithm: String, _ read: (UnsafeMutableRawBufferPointer, UInt64) -> Bool
  ) -> [UInt8]? {
    guard let digest = ReferenceDigest(algorithm) else { return nil }
    let buffer = PageBuffer(capacity: Int(min(UInt64(block), max(1, UInt64(bytes.count)))))
    var offset = bytes.lowerBound
    while offset < bytes.upperBound {
      let count = Int(min(UInt64(buffer.capacity), bytes.upperBound - offset))
      let isRead = buffer.fill { memory in
        read(UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), offset)
      }
      guard isRead else { return nil }
      buffer.byteCount = count
      digest.update(buffer.bytes)
      offset += UInt64(count)
    }
    return digest.finish()
  }
}

/// One file of a holding that is being restored: the original, which is only read, and the new file, once there is need of
/// one. For one thread.
final class RestoredFile {
  let name: String
  /// As it was when it was protected or catalogued.
  let size: UInt64
  /// Digests of the whole, by algorithm in small letters.
  let whole: [(algorithm: String, value: [UInt8])]
  let original: FilePath
  let judge: FileJudge?
  /// Parts that are not what they were.
  private(set) var unresolved: [Int] = []
  private var noted: [(bytes: Range<UInt64>, source: RepairSource)] = []
  /// The original has another size, or is not there.
  let sizeDiffers: Bool
  private(set) var output: FilePath?
  private var file: DurableFile?
  private var source: OwnedDescriptor?
  private let originalSize: UInt64

  init(
    name: String, size: UInt64, whole: [(algorithm: String, value: [UInt8])], original: FilePath,
    judge: FileJudge?
  ) {
    self.name = name
    self.size = size
    self.whole = whole
    self.original = original
    self.judge = judge
    source = try? OwnedDescriptor.openFile(original)
    originalSize = (try? source?.fileSize()) ?? 0
    sizeDiffers = source == nil || originalSize != size
    source?.forgetCached()
  }

  var isMissing: Bool { source == nil }

  /// Fills memory from the original.
  private func readOriginal(_ memory: UnsafeMutableRawBufferPointer, _ offset: UInt64) -> Bool {
    guard offset <= originalSize, UInt64(memory.count) <= originalSize - offset else { return false }
    return (try? source?.read(into: memory, at: offset)) == memory.count
  }

  /// Fills memory from the new file, or from the original where there is none.
  func read(_ memory: UnsafeMutableRawBufferPointer, _ offset: UInt64) -> Bool {
    guard file != nil else { return readOriginal(memory, offset) }
    return (try? file?.read(into: memory, at: offset)) == memory.count
  }

  func isRight(_ part: Int) -> Bool { judge?.isRight(part, read) ?? false }

  /// Judges every part of the original.
  func examine(stop: StopFlag, _ progress: (UInt64) -> Void) throws(EvidenceError) {
    guard let judge else { return }
    for part in 0..<judge.count {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, original.string) }
      if !judge.isRight(part, readOriginal) { unresolved.append(part) }
      progress(UInt64(judge.bytes(part).count))
    }
  }

  /// Creates the new file: what can be read of the original, zeros for the rest.
  func begin(_ path: FilePath, stop: StopFlag) throws(EvidenceError) {
    let mode = FileStatus(original).map { $0.mode | 0o600 } ?? 0o644
    let created = try DurableFile(creating: path, mode: mode)
    try created.extend(to: size)
    let buffer = PageBuffer(capacity: RangeDigest.block)
    let small = 4096
    var offset: UInt64 = 0
    var failed: [Range<UInt64>] = []
    let end = min(size, originalSize)
    while offset < end {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
      let count = Int(min(UInt64(buffer.capacity), end - offset))
      let read = buffer.fill { memory -> Bool in
        let all = UnsafeMutableRawBufferPointer(rebasing: memory[..<count])
        if readOriginal(all, offset) { return true }
        all.initializeMemory(as: UInt8.self, repeating: 0)
        for start in stride(from: 0, to: count, by: small) {
          let piece = UnsafeMutableRawBufferPointer(rebasing: all[start..<min(start + small, count)])
          if !readOriginal(piece, offset + UInt64(start)) {
            piece.initializeMemory(as: UInt8.self, repeating: 0)
            failed.append(offset + UInt64(start)..<offset + UInt64(start + piece.count))
          }
        }
        return true
      }
      guard read else { break }
      buffer.byteCount = count
      try created.write(buffer.bytes, at: offset)
      offset += UInt64(count)
    }
    file = consume created
    output = path
    // What was read when it was judged and is not any more.
    guard let judge, !failed.isEmpty else { return }
    let known = Set(unresolved)
    unresolved = (0..<judge.count).filter { part in
      known.contains(part) || failed.contains { $0.overlaps(judge.bytes(part)) }
    }
  }

  func write(_ bytes: RawSpan, at offset: UInt64) throws(EvidenceError) { try file?.write(bytes, at: offset) }

  /// Notes that a range came from elsewhere.
  func note(_ bytes: Range<UInt64>, from source: RepairSource) { noted.append((bytes, source)) }

  /// Where ranges came from, in order; those that lie side by side are one.
  var sources: [(bytes: Range<UInt64>, source: RepairSource)] {
    noted.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }.reduce(into: []) { ranges, next in
      if let last = ranges.last, last.source == next.source, last.bytes.upperBound == next.bytes.lowerBound {
        ranges[ranges.count - 1].bytes = last.bytes.lowerBound..<next.bytes.upperBound
      } else {
        ranges.append(next)
      }
    }
  }

  /// Judges once more what was not as it should be.
  /// - Returns: whether any of it is now.
  func judgeAgain() -> Bool {
    let before = unresolved.count
    unresolved = unresolved.filter { !isRight($0) }
    return unresolved.count < before
  }

  /// Takes from a copy what is right there.
  func take(from path: FilePath, as source: RepairSource, stop: StopFlag) throws(EvidenceError) {
    guard let judge, file != nil, let copy = try? OwnedDescriptor.openFile(path) else { return }
    copy.forgetCached()
    let buffer = PageBuffer(capacity: RangeDigest.block)
    var left: [Int] = []
    for part in unresolved {
      guard !stop.isRaised else { throw EvidenceError(.interrupted, path.string) }
      let bytes = judge.bytes(part)
      let isRight = judge.isRight(part) { memory, offset in
        (try? copy.read(into: memory, at: offset)) == memory.count
      }
      guard isRight else {
        left.append(part)
        continue
      }
      var offset = bytes.lowerBound
      while offset < bytes.upperBound {
        let count = Int(min(UInt64(buffer.capacity), bytes.upperBound - offset))
        buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try copy.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: offset)
        }
        guard buffer.byteCount == count else { break }
        try write(buffer.bytes, at: offset)
        offset += UInt64(count)
      }
      // What was written counts, not what was read before.
      if self.isRight(part) { note(bytes, from: source) } else { left.append(part) }
    }
    unresolved = left
  }

  /// Ranges that are not what they were.
  var unresolvedRanges: [Range<UInt64>] {
    guard let judge else { return [] }
    return unresolved.map { judge.bytes($0) }.reduce(into: []) { ranges, next in
      if let last = ranges.last, last.upperBound == next.lowerBound {
        ranges[ranges.count - 1] = last.lowerBound..<next.upperBound
      } else {
        ranges.append(next)
      }
    }
  }

  /// Whether the whole is what it was: by each digest of it that is known.
  /// - Returns: `nil` where none is known.
  func isWhole() -> Bool? {
    let known = whole.filter { ReferenceDigest.isComputed($0.algorithm) }
    guard !known.isEmpty else { return nil }
    return known.allSatisfy { RangeDigest.of(0..<size, $0.algorithm, read) == $0.value }
  }

  /// SHA-256 as it is now.
  func sha256() -> Digest? { RangeDigest.of(0..<size, "sha256", read).map { Digest(.sha256, $0) } }

  /// Syncs the new file and closes it.
  func close() throws(EvidenceError) { try file.take()?.close() }
}
