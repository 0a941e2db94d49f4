import Digests
import Evidence
import SystemIO
import SystemPackage
import WriterKit

/// The files of a set as they are written, one after the other.
///
/// Where a folder is full, the file that is being written moves to the next folder and goes on there; those before it
/// stay where they are.
package struct SegmentOutput: ~Copyable {
  private var folders: [FilePath]
  private let next: @Sendable (Int) throws(EvidenceError) -> FilePath?
  private var file: DurableFile?
  /// Bytes of the open file that are written.
  package private(set) var length: UInt64 = 0
  /// Every file of the set so far, the open one included.
  package private(set) var paths: [FilePath] = []
  /// Those that are completed, in order.
  package private(set) var files: [WrittenFile] = []

  private let readsBack: Bool
  /// Of what was read back of the open file; `nil` where it is not read back from its beginning.
  private var digest: StreamingDigest?
  /// Bytes of the open file that were read back.
  private var digestedLength: UInt64 = 0
  private let buffer = PageBuffer(capacity: Self.copyStep)

  private static let copyStep = 4 << 20

  /// - Parameter readsBack: whether files are digested while they are written.
  package init(_ folder: FilePath, _ overflow: Overflow, readsBack: Bool) {
    self.folders = [folder] + overflow.taken
    self.next = overflow.next
    self.readsBack = readsBack
  }

  /// Begins the next file.
  /// - Throws: `outputExists`, `destinationFull`, `writeFailed` …
  package mutating func begin(_ name: String) throws(EvidenceError) {
    while true {
      let path = folders[folders.count - 1].appending(name)
      do throws(EvidenceError) {
        file = try DurableFile(creating: path)
        paths.append(path)
        length = 0
        digestedLength = 0
        digest = readsBack ? StreamingDigest(.sha256) : nil
        return
      } catch {
        guard error.code == .destinationFull, try takeOver() else { throw error }
      }
    }
  }

  /// Writes pieces of memory one after the other.
  package mutating func write(
    gathering pieces: [UnsafeRawBufferPointer], at offset: UInt64
  ) throws(EvidenceError) {
    while true {
      do throws(EvidenceError) {
        try file?.write(gathering: pieces, at: offset)
        length = max(length, offset + pieces.reduce(0) { $0 + UInt64($1.count) })
        return
      } catch {
        guard error.code == .destinationFull, try takeOver() else { throw error }
        try move()
      }
    }
  }

  package mutating func write(_ bytes: RawSpan, at offset: UInt64) throws(EvidenceError) {
    let outcome = bytes.withUnsafeBytes { bytes in
      Result { () throws(EvidenceError) in try write(gathering: [bytes], at: offset) }
    }
    try outcome.get()
  }

  /// Syncs what there is.
  package borrowing func sync() throws(EvidenceError) {
    try file?.sync()
    for folder in folders { try DurableFolder.sync(folder) }
  }

  /// Completes the open file.
  package mutating func end() throws(EvidenceError) {
    try settle(upTo: length)
    if let file = file.take(), let path = paths.last {
      try file.close()
      files.append(WrittenFile(path: path, size: length, sha256: digest?.finish()))
    }
  }

  /// Takes what was written so far into the digest of the open file: no byte of it will change any more. Called
  /// soon enough it is still in memory, and no file needs to be read again at the end.
  package mutating func settle() throws(EvidenceError) {
    // Whole blocks of the digest, whose state between them a checkpoint can keep.
    try settle(upTo: length - length % 64)
  }

  private mutating func settle(upTo end: UInt64) throws(EvidenceError) {
    guard digest != nil else { return }
    let buffer = buffer
    while digestedLength < end {
      let count = try readBack(at: digestedLength, upTo: end)
      digest?.update(buffer.bytes)
      digestedLength += UInt64(count)
    }
  }

  /// Fills the buffer with the next bytes of the open file.
  private borrowing func readBack(at position: UInt64, upTo end: UInt64) throws(EvidenceError) -> Int {
    let count = Int(min(UInt64(Self.copyStep), end - position))
    let got = try buffer.fill { (memory) throws(EvidenceError) in
      try file?.read(into: UnsafeMutableRawBufferPointer(rebasing: memory[..<count]), at: position) ?? 0
    }
    guard got == count else { throw EvidenceError(.outputShorter, paths.last?.string ?? "") }
    buffer.byteCount = count
    return count
  }

  /// Leaves the open file as it is.
  package mutating func abandon() { file = nil }

  // MARK: Taking over

  /// - Returns: whether there was another folder.
  private mutating func takeOver() throws(EvidenceError) -> Bool {
    guard let folder = try next(folders.count - 1) else { return false }
    folders.append(folder)
    return true
  }

  /// Moves the open file to the newest folder: copied and synced there before it goes here.
  private mutating func move() throws(EvidenceError) {
    guard let old = paths.last, let name = old.lastComponent else { return }
    while true {
      let path = folders[folders.count - 1].appending(name)
      let copy = try DurableFile(creating: path)
      do throws(EvidenceError) {
        try copyOpenFile(to: copy)
        try copy.sync()
        try DurableFolder.sync(folders[folders.count - 1])
        file = consume copy
        paths[paths.count - 1] = path
        _ = try Syscalls.unlink(old).orThrow(.writeFailed, old.string)
        return
      } catch {
        _ = Syscalls.unlink(path)
        guard error.code == .destinationFull, try takeOver() else { throw error }
      }
    }
  }

  private borrowing func copyOpenFile(to copy: borrowing DurableFile) throws(EvidenceError) {
    var position: UInt64 = 0
    while position < length {
      let count = try readBack(at: position, upTo: length)
      try copy.write(buffer.bytes, at: position)
      position += UInt64(count)
    }
  }

  // MARK: Going on

  /// Reads back what is not settled yet, which is little and still in memory.
  /// - Parameter written: bytes that are written once more before the file is complete, and left out.
  /// - Returns: `nil` where files are not digested, or not from their beginning.
  package mutating func keptDigests(
    besides written: Range<UInt64> = 0..<0
  ) throws(EvidenceError) -> KeptDigests? {
    let completed = files.compactMap(\.sha256)
    guard paths.count == files.count + 1, completed.count == files.count,
      let open = digest?.stateBetweenBlocks
    else { return nil }
    var rest = StreamingDigest(.sha256)
    let parts =
      written.isEmpty
      ? [digestedLength..<length]
      : [digestedLength..<written.lowerBound, written.upperBound..<length]
    for part in parts {
      var position = part.lowerBound
      while position < part.upperBound {
        let count = try readBack(at: position, upTo: part.upperBound)
        rest.update(buffer.bytes)
        position += UInt64(count)
      }
    }
    return KeptDigests(completed: completed, open: open, rest: rest.finish())
  }

  /// Takes up a set: files begun later are removed, the last one is cut back and opened.
  /// - Parameters:
  ///   - names: of the files up to the open one, in order; at least one.
  ///   - later: names that files begun after them would have, in order.
  ///   - length: bytes of the open file that count.
  ///   - digests: of a set that is digested; without them its files are read again at the end.
  /// - Throws: `fileMissing` for a file that lies in none of the folders, `outputShorter`, `writeFailed`.
  package init(
    resuming folder: FilePath, _ overflow: Overflow, readsBack: Bool, names: [String],
    later: some Sequence<String>, length: UInt64, digests: KeptDigests?
  ) throws(EvidenceError) {
    self.init(folder, overflow, readsBack: readsBack)
    if let digests {
      guard readsBack, digests.completed.count == names.count - 1, digests.open.length <= length else {
        throw EvidenceError(.journalMalformed, folder.string, "digests of other files than there are")
      }
      self.digest = StreamingDigest(resuming: digests.open)
      self.digestedLength = digests.open.length
    }
    for name in names {
      guard let found = self.folders.first(where: { Files.exists($0.appending(name)) }) else {
        throw EvidenceError(.fileMissing, self.folders[0].appending(name).string)
      }
      paths.append(found.appending(name))
    }
    guard let open = paths.last, let openName = names.last else { return }
    for (index, path) in paths.dropLast().enumerated() {
      let size = try OwnedDescriptor.openForReading(path).fileSize()
      files.append(WrittenFile(path: path, size: size, sha256: digests?.completed[index]))
    }
    // A copy that was being made in the next folder counts for nothing while the file is still here.
    for folder in self.folders where folder.appending(openName) != open {
      _ = Syscalls.unlink(folder.appending(openName))
    }
    for name in later {
      let begun = self.folders.map { $0.appending(name) }.filter { Files.exists($0) }
      guard !begun.isEmpty else { break }
      for path in begun { _ = try Syscalls.unlink(path).orThrow(.writeFailed, path.string) }
    }
    self.file = try DurableFile(resuming: open, length: length)
    self.length = length
  }
}
