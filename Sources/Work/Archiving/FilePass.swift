import CaseRecords
import Digests
import Evidence
import SystemIO
import SystemPackage
import Verification

/// Holds a reading to so many bytes a second.
package final class Throttle: Sendable {
  private let bytesPerSecond: UInt64?
  private let state = Monitor((start: Host.monotonicSeconds(), bytes: UInt64(0)))

  /// - Parameter bytesPerSecond: as fast as it goes where `nil`.
  package init(_ bytesPerSecond: UInt64?) { self.bytesPerSecond = bytesPerSecond }

  /// Waits until as many bytes are due.
  func passed(_ bytes: UInt64) {
    guard let bytesPerSecond, bytesPerSecond > 0 else { return }
    let (start, total) = state.withLock { state in
      state.bytes += bytes
      return (state.start, state.bytes)
    }
    let due = start + Double(total) / Double(bytesPerSecond)
    while case let rest = due - Host.monotonicSeconds(), rest > 0 {
      Host.pause(milliseconds: UInt32(min(rest * 1000 + 1, 200)))
    }
  }
}

/// Reads files once, past the page cache where it can, and computes every digest that anybody wants of them: of each file, of
/// all of them as one run of bytes, and of ranges of that run.
struct FilePass {
  /// A part of the run of all files.
  struct Window: Hashable, Sendable {
    let algorithm: String
    let bytes: Range<UInt64>
  }

  let files: [FilePath]
  /// Where each of them lies in the run, where that is known: what one lacks moves nothing behind it. One behind the other
  /// as they are where it is empty.
  var places: [Range<UInt64>] = []
  /// Of the whole run.
  var whole: Set<String> = []
  /// Of single files, by their place in ``files``.
  var single: [Int: Set<String>] = [:]
  /// In the order of their beginnings, for each algorithm without overlaps.
  var windows: [Window] = []
  let stop: StopFlag
  let throttle: Throttle
  /// What it shares with holdings that are verified at the same time.
  var shared: SharedPass?
  /// Another reading of the same files that goes on beside this one: each byte comes from the medium for the first of
  /// them and from memory for the second.
  var pace: Pace?

  struct Result: Sendable {
    /// Of the whole run, by algorithm; those that could not be computed are not there.
    var whole: [String: [UInt8]] = [:]
    /// By place of the file and algorithm.
    var single: [Int: [String: [UInt8]]] = [:]
    var windows: [Window: [UInt8]] = [:]
    /// Of which only a part was there.
    var cut: Set<Window> = []
    /// Sizes as they were read.
    var sizes: [UInt64] = []
    var findings: [Finding] = []
    var reading = ArchiveReading.direct
    var wasStopped = false

    var bytes: UInt64 { sizes.reduce(0, +) }
  }

  private struct Block: Sendable {
    let file: Int
    /// Of the run.
    let offset: UInt64
    let buffer: PageBuffer
    let endsFile: Bool
    /// Where what belongs to the run ends.
    let end: UInt64
  }

  /// Of many at the same time, each has small blocks, and fewer.
  private var blockSize: Int { shared == nil ? 4 << 20 : pace == nil ? 2 << 20 : 1 << 20 }
  private var buffers: Int { shared == nil ? 6 : 4 }
  /// Bytes that this reading may be ahead of the other one: no more than memory keeps for both.
  private static let lead: UInt64 = 32 << 20

  /// Blocks until done.
  /// - Parameter progress: bytes that were read since the last call.
  func perform(progress: (UInt64) -> Void) -> Result {
    // The other one waits for memory and must not wait for this one, which waits for it.
    let memory = pace == nil ? buffers * blockSize : 0
    shared?.take(memory)
    defer { shared?.giveBack(memory) }
    let algorithms = whole.union(single.values.joined()).union(windows.map(\.algorithm)).sorted()
    let stages = algorithms.map { Stage($0, self) }
    let threads = WorkerThreads(name: "digest", stages.map { stage in { stage.run() } })
    var result = Result()
    let pool = BufferPool(count: buffers, capacity: blockSize)
    var start: UInt64 = 0
    let total = pace == nil ? 0 : files.compactMap { FileStatus($0)?.size }.clampedSum()
    for (index, path) in files.enumerated() {
      let place = places.isEmpty ? start..<UInt64.max : places[index]
      let size = read(path, index, place, of: total, pool, stages, &result, progress)
      result.sizes.append(size)
      start = place.lowerBound + size
      if result.wasStopped { break }
    }
    for stage in stages { stage.queue.close() }
    threads.join()
    guard !result.wasStopped else { return result }
    let unreadable = !result.findings.isEmpty
    for stage in stages {
      let computed = stage.result
      if !unreadable { computed.whole.map { result.whole[stage.algorithm] = $0 } }
      for (file, value) in computed.single { result.single[file, default: [:]][stage.algorithm] = value }
      result.windows.merge(computed.windows) { first, _ in first }
      result.cut.formUnion(computed.cut)
    }
    return result
  }

  /// - Returns: bytes that were read.
  private func read(
    _ path: FilePath, _ index: Int, _ place: Range<UInt64>, of total: UInt64, _ pool: BufferPool,
    _ stages: [Stage],
    _ result: inout Result, _ progress: (UInt64) -> Void
  ) -> UInt64 {
    var offset: UInt64 = 0
    do throws(EvidenceError) {
      let file = try UncachedFile(path, besideAnother: pace != nil)
      if !file.isDirect { result.reading = .dropped }
      while true {
        guard !stop.isRaised else {
          result.wasStopped = true
          return offset
        }
        if let pace, case let done = place.lowerBound + offset, done > Self.lead, total > 0 {
          pace.wait(for: Double(done - Self.lead) / Double(total))
        }
        let buffer = pool.take()
        buffer.byteCount = try buffer.fill { (memory: UnsafeMutableRawBufferPointer) throws(EvidenceError) in
          try file.read(into: memory, at: offset)
        }
        let count = UInt64(buffer.byteCount)
        let isLast = buffer.byteCount < blockSize
        for stage in stages {
          stage.queue.put(
            Block(
              file: index, offset: place.lowerBound + offset, buffer: buffer, endsFile: isLast,
              end: min(place.lowerBound + offset + count, place.upperBound)))
        }
        offset += count
        progress(count)
        throttle.passed(count)
        if isLast { break }
      }
    } catch {
      result.findings.append(
        Finding(
          .fileUnreadable, subject: path.lastComponent?.string ?? path.string, expected: "a readable file",
          observed: "\(error) at byte \(offset)",
          sectors: SectorRange(first: (place.lowerBound + offset) / 512, count: 1)))
    }
    return offset
  }

  /// Everything that is computed with one algorithm, on a thread of its own.
  private final class Stage: Sendable {
    struct Computed: Sendable {
      var whole: [UInt8]?
      var single: [Int: [UInt8]] = [:]
      var windows: [Window: [UInt8]] = [:]
      var cut: Set<Window> = []
    }

    let algorithm: String
    let queue: BoundedQueue<Block>
    private let wantsWhole: Bool
    private let wanted: Set<Int>
    private let windows: [Window]
    private let shared: SharedPass?
    private let computed = Monitor(Computed())

    init(_ algorithm: String, _ pass: FilePass) {
      self.algorithm = algorithm
      queue = BoundedQueue(capacity: pass.buffers)
      shared = pass.shared
      wantsWhole = pass.whole.contains(algorithm)
      wanted = Set(pass.single.filter { $0.value.contains(algorithm) }.keys)
      windows = pass.windows.filter { $0.algorithm == algorithm }
    }

    var result: Computed { computed.withLock { $0 } }

    func run() {
      var done = Computed()
      // One stream of a thread is waited for by others; two would wait for each other.
      let run = wantsWhole ? ReferenceDigest(algorithm, in: shared) : nil
      let sharedForFiles = wantsWhole ? nil : shared
      var file: ReferenceDigest?
      var isFirst = true
      var next = 0
      var window: ReferenceDigest?
      var reached: UInt64 = 0
      while let block = queue.take() {
        if isFirst {
          file = wanted.contains(block.file) ? ReferenceDigest(algorithm, in: sharedForFiles) : nil
        }
        isFirst = block.endsFile
        run?.update(block.buffer.bytes)
        file?.update(block.buffer.bytes)
        if block.endsFile, let value = file?.finish() {
          done.single[block.file] = value
          file = nil
        }
        if block.offset != reached { window = nil }
        // A window that lies partly in what is missing has no digest.
        while window == nil, next < windows.count, windows[next].bytes.lowerBound < block.offset {
          let bytes = windows[next].bytes
          if bytes.lowerBound < reached || bytes.upperBound > block.offset { done.cut.insert(windows[next]) }
          next += 1
        }
        let end = block.end
        reached = end
        while next < windows.count, windows[next].bytes.lowerBound < end {
          if window == nil, case let digests = together(from: next, in: block), !digests.isEmpty {
            for digest in digests {
              done.windows[windows[next]] = digest.bytes
              next += 1
            }
            continue
          }
          let bytes = windows[next].bytes
          let from = Int(max(bytes.lowerBound, block.offset) - block.offset)
          let to = Int(min(bytes.upperBound, end) - block.offset)
          if window == nil { window = ReferenceDigest(algorithm) }
          window?.update(block.buffer.bytes.extracting(from..<to))
          guard bytes.upperBound <= end else { break }
          if let value = window?.finish() { done.windows[windows[next]] = value }
          window = nil
          next += 1
        }
      }
      if window != nil, next < windows.count { done.cut.insert(windows[next]) }
      done.whole = run?.finish()
      computed.withLock { $0 = done }
    }

    /// Digests of the windows from `first` on that lie in the block one behind the other and are of one size; they are
    /// computed several at once.
    /// - Returns: none where there is no such window.
    private func together(from first: Int, in block: Block) -> [Digest] {
      let size = windows[first].bytes.count
      let start = windows[first].bytes.lowerBound
      guard size > 0, start >= block.offset, [.md5, .sha256].contains(DigestAlgorithm(rawValue: algorithm))
      else { return [] }
      var (count, last) = (0, start)
      for window in windows[first...] {
        guard window.bytes.lowerBound == last, window.bytes.count == size,
          window.bytes.upperBound <= block.end
        else { break }
        (count, last) = (count + 1, window.bytes.upperBound)
      }
      guard count > 0 else { return [] }
      let bytes = block.buffer.bytes.extracting(Int(start - block.offset)..<Int(last - block.offset))
      return DigestAlgorithm(rawValue: algorithm) == .md5
        ? ChunkMD5.digests(of: bytes, chunkSize: size) : ChunkSHA256.digests(of: bytes, chunkSize: size)
    }
  }
}

/// A file that is read past the page cache: with O_DIRECT, or, where the file system has no such thing, after the kernel was
/// asked to drop what it holds.
struct UncachedFile: ~Copyable {
  private let file: OwnedDescriptor
  let isDirect: Bool
  /// What was read is left in memory for another one.
  private let isKept: Bool
  private let size: UInt64

  /// - Parameter besideAnother: the kernel was asked to drop what it holds before, and both use what it has read since.
  /// - Throws: `fileMissing`, `permissionDenied`, `readFailed`, the last also for what is no regular file.
  init(_ path: FilePath, besideAnother: Bool = false) throws(EvidenceError) {
    let plain = try OwnedDescriptor.openFile(path)
    size = try plain.fileSize()
    isKept = besideAnother
    if !besideAnother { plain.forgetCached() }
    if !besideAnother, let direct = try? OwnedDescriptor.openForReading(path, direct: true) {
      file = direct
      isDirect = true
    } else {
      plain.adviseSequential()
      file = plain
      isDirect = false
    }
  }

  /// What was read is not kept in memory.
  func forget() { if !isDirect { file.forgetCached() } }

  /// Fills `buffer` from `offset`, a multiple of its size.
  /// - Returns: fewer bytes only at the end of the file.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(EvidenceError) -> Int {
    guard offset < size else { return 0 }
    guard isDirect else {
      let count = try file.read(into: buffer, at: offset)
      if !isKept { file.forgetCached() }
      return count
    }
    // One call reads to the end, where a second one would not be aligned any more.
    var done = 0
    while done < buffer.count, offset + UInt64(done) < size {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = try Syscalls.pread(file.number, into: rest, at: Int64(clamping: offset + UInt64(done)))
        .orThrow(.readFailed, file.path.string)
      if count == 0 { break }
      done += count
      if done % 4096 != 0 { break }
    }
    return done
  }
}
