import Evidence
import Glibc
import SystemPackage

/// A file being written that did not exist before.
///
/// Together with ``DurableFolder`` these are the only ways Exhibit writes files of its own: created
/// exclusively, written at explicit offsets, synced before anything counts as complete. A failed sync is final:
/// the kernel may have dropped the data, so it is never tried again.
package struct DurableFile: ~Copyable, Sendable {
  private let descriptor: OwnedDescriptor
  package var path: FilePath { descriptor.path }

  /// Creates `path`; refuses where anything of that name exists.
  /// - Parameter owner: to whom it is given; that of its folder where `nil`.
  /// - Throws: `outputExists`, `destinationMissing`, `destinationFull`, `permissionDenied`, `writeFailed`.
  package init(
    creating path: FilePath, mode: mode_t = 0o644, owner: FolderOwner? = nil
  ) throws(EvidenceError) {
    switch Syscalls.open(path, O_RDWR | O_CREAT | O_EXCL, mode: mode) {
    case .success(let number):
      self.descriptor = OwnedDescriptor(adopting: number, path: path)
      if let owner { owner.give(number) } else { Ownership.inherit(path, number) }
    case .failure(.fileExists): throw EvidenceError(.outputExists, path.string)
    case .failure(.noSuchFileOrDirectory): throw EvidenceError(.destinationMissing, path.string)
    case .failure(let number): throw EvidenceError(number, .writeFailed, path.string)
    }
  }

  /// Opens a file of an interrupted run to go on writing it; what lies behind `length` is cut off.
  /// - Throws: `fileMissing`; `outputShorter` where the file has fewer bytes than are known to be synced.
  package init(resuming path: FilePath, length: UInt64) throws(EvidenceError) {
    let number = try Syscalls.open(path, O_RDWR | O_NOFOLLOW).orThrow(
      Files.exists(path) ? .writeFailed : .fileMissing, path.string)
    let descriptor = OwnedDescriptor(adopting: number, path: path)
    let size = try descriptor.fileSize()
    guard size >= length else {
      throw EvidenceError(.outputShorter, path.string, "\(size) bytes, of which \(length) were written")
    }
    _ = try Syscalls.truncate(number, to: Int64(length)).orThrow(.writeFailed, path.string)
    self.descriptor = descriptor
  }

  /// Writes pieces of memory one after the other, with as few calls as the kernel allows.
  package borrowing func write(
    gathering pieces: [UnsafeRawBufferPointer], at offset: UInt64
  ) throws(EvidenceError) {
    var rest = pieces[...]
    var position = Int64(offset)
    while let first = rest.first {
      guard !first.isEmpty else {
        rest.removeFirst()
        continue
      }
      var count = try Syscalls.pwrite(descriptor.number, gathering: rest, at: position).orThrow(
        .writeFailed, path.string)
      guard count > 0 else { throw EvidenceError(.writeFailed, path.string, "wrote nothing") }
      position += Int64(count)
      while let piece = rest.first, piece.count <= count {
        count -= piece.count
        rest.removeFirst()
      }
      if count > 0, let piece = rest.first {
        rest[rest.startIndex] = UnsafeRawBufferPointer(rebasing: piece[count...])
      }
    }
  }

  /// Makes the file this long; what is not written reads as zeros and takes no space.
  package borrowing func extend(to length: UInt64) throws(EvidenceError) {
    _ = try Syscalls.truncate(descriptor.number, to: Int64(length)).orThrow(.writeFailed, path.string)
  }

  /// Reads what was written before.
  /// - Returns: the number of bytes read; less than `buffer.count` only at the end of the file.
  package borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int {
    try descriptor.read(into: buffer, at: offset)
  }

  /// Syncs what was written so far.
  package borrowing func sync() throws(EvidenceError) {
    _ = try Syscalls.fsync(descriptor.number).orThrow(.writeFailed, descriptor.path.string)
  }

  /// Writes all of `bytes` at `offset`.
  package borrowing func write(_ bytes: RawSpan, at offset: UInt64) throws(EvidenceError) {
    let failure: EvidenceError? = bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let rest = UnsafeRawBufferPointer(rebasing: buffer[done...])
        switch Syscalls.pwrite(descriptor.number, rest, at: Int64(offset) + Int64(done)) {
        case .success(let count) where count > 0: done += count
        case .success: return EvidenceError(.writeFailed, descriptor.path.string, "wrote nothing")
        case .failure(let number): return EvidenceError(number, .writeFailed, descriptor.path.string)
        }
      }
      return nil
    }
    if let failure { throw failure }
  }

  /// Syncs to the drive and closes; only then is the file safe.
  package consuming func close() throws(EvidenceError) {
    try sync()
    try descriptor.close()
  }

  /// Closes one of many files that ``DurableFolder/syncFileSystem(_:)`` makes durable together.
  /// - Parameters:
  ///   - modified: microseconds since 1970 that it says it was changed; the time of now where `nil`.
  ///   - accessed: the same of its last use; as it was changed where `nil`.
  package consuming func closeUnsynced(modified: Int64?, accessed: Int64? = nil) throws(EvidenceError) {
    if let modified {
      // A time that the file system cannot hold is none.
      _ = withUnsafePointer(to: (FileTimes.spec(accessed ?? modified), FileTimes.spec(modified))) { pair in
        pair.withMemoryRebound(to: timespec.self, capacity: 2) { futimens(descriptor.number, $0) }
      }
    }
    try descriptor.close()
  }

  /// Creates `path` with these bytes, synced. The folder is synced by ``DurableFolder/sync(_:)``.
  ///
  /// Where writing fails the file is removed again: a part of a record must not pass for the whole.
  package static func write(
    _ bytes: some Collection<UInt8>, to path: FilePath, mode: mode_t = 0o644
  ) throws(EvidenceError) {
    try write([Array(bytes)], to: path, mode: mode)
  }

  /// The same of pieces one behind the other.
  package static func write(
    _ pieces: [[UInt8]], to path: FilePath, mode: mode_t = 0o644
  ) throws(EvidenceError) {
    let file = try DurableFile(creating: path, mode: mode)
    do throws(EvidenceError) {
      var offset: UInt64 = 0
      for piece in pieces {
        try file.write(piece.span.bytes, at: offset)
        offset += UInt64(piece.count)
      }
      try file.close()
    } catch {
      _ = Syscalls.unlink(path)
      throw error
    }
  }
}

private enum FileTimes {
  static func spec(_ microseconds: Int64) -> timespec {
    let fraction = (microseconds % 1_000_000 + 1_000_000) % 1_000_000
    return timespec(tv_sec: Int((microseconds - fraction) / 1_000_000), tv_nsec: Int(fraction) * 1000)
  }
}

extension DurableFile {
  /// Replaces the whole of a small file: after a crash there is either the old or the new one. The one exception to
  /// the rule that nothing is replaced, for records of work in progress.
  /// - Throws: `destinationVanished` where the folder is gone, in which something was written before.
  package static func replace(
    _ path: FilePath, with bytes: some Collection<UInt8>
  ) throws(EvidenceError) {
    var next = path
    next.extension = (path.extension ?? "") + "-next"
    _ = Syscalls.unlink(next)
    do throws(EvidenceError) { try write(bytes, to: next) } catch  where error.code == .destinationMissing {
      throw EvidenceError(.destinationVanished, path.removingLastComponent().string)
    }
    _ = try Syscalls.rename(next, to: path).orThrow(.writeFailed, path.string)
    try DurableFolder.sync(path.removingLastComponent())
  }
}

/// Folders as part of a durable write.
package enum DurableFolder {
  /// Creates one folder; its parent must exist.
  /// - Throws: `exists` where anything of that name is there.
  package static func create(
    _ path: FilePath, mode: mode_t = 0o755, exists: ErrorCode = .outputExists
  ) throws(EvidenceError) {
    switch Syscalls.makeFolder(path, mode: mode) {
    case .success: Ownership.inheritFolder(path)
    case .failure(.fileExists): throw EvidenceError(exists, path.string)
    case .failure(.noSuchFileOrDirectory): throw EvidenceError(.destinationMissing, path.string)
    case .failure(let number): throw EvidenceError(number, .writeFailed, path.string)
    }
  }

  /// Says when a folder was last changed and used, as far as the file system can hold it.
  /// - Parameters: microseconds since 1970.
  package static func setTimes(_ path: FilePath, modified: Int64, accessed: Int64?) {
    _ = withUnsafePointer(to: (FileTimes.spec(accessed ?? modified), FileTimes.spec(modified))) { pair in
      pair.withMemoryRebound(to: timespec.self, capacity: 2) { times in
        path.withSystemName { utimensat(AT_FDCWD, $0, times, AT_SYMLINK_NOFOLLOW) }
      }
    }
  }

  /// Makes durable everything that was written to the file system of a folder.
  package static func syncFileSystem(_ path: FilePath) throws(EvidenceError) {
    let folder = try OwnedDescriptor.openForReading(path, missing: .destinationMissing)
    _ = try Syscalls.syncFileSystem(folder.number).orThrow(.writeFailed, path.string)
    try folder.close()
  }

  /// Makes creations and renames inside `path` durable.
  /// - Throws: `destinationVanished` where the folder is gone, `writeFailed`.
  package static func sync(_ path: FilePath) throws(EvidenceError) {
    // The parent of a bare name is the empty path, which means the current folder.
    let folder: OwnedDescriptor
    do throws(EvidenceError) {
      folder = try OwnedDescriptor.openForReading(path.isEmpty ? "." : path)
    } catch  where error.code == .fileMissing {
      // Something was written into it just now.
      throw EvidenceError(.destinationVanished, path.string)
    }
    _ = try Syscalls.fsyncFolder(folder.number).orThrow(.writeFailed, path.string)
    try folder.close()
  }

  /// Syncs a file that another library wrote.
  package static func syncFile(_ path: FilePath) throws(EvidenceError) {
    let file = try OwnedDescriptor.openForReading(path)
    _ = try Syscalls.fsync(file.number).orThrow(.writeFailed, path.string)
    try file.close()
  }

  /// Gives a finished file or folder its final name, refusing to replace anything, and syncs the parent.
  /// - Parameter syncs: `false` for one of many that ``syncFileSystem(_:)`` makes durable together.
  package static func rename(
    _ old: FilePath, to new: FilePath, syncs: Bool = true
  ) throws(EvidenceError) {
    switch ExclusiveRename.perform(old, to: new) {
    case .success: break
    case .failure(.fileExists), .failure(.directoryNotEmpty):
      throw EvidenceError(.outputExists, new.string)
    case .failure(let number): throw EvidenceError(number, .writeFailed, new.string)
    }
    if syncs { try sync(new.removingLastComponent()) }
  }

  /// Gives the files of an unfinished folder their final names and removes it. The first file comes last: without it the
  /// others are no image.
  /// - Parameter moves: every file of the folder, and the name it gets.
  /// - Throws: `outputExists`, `writeFailed`; nothing is left of the final names then.
  package static func moveIntoPlace(
    _ moves: [(from: FilePath, to: FilePath)], outOf partial: FilePath
  ) throws(EvidenceError) {
    var moved: [FilePath] = []
    do throws(EvidenceError) {
      for (from, to) in moves.reversed() {
        try rename(from, to: to)
        moved.append(to)
      }
    } catch {
      for path in moved { _ = Syscalls.unlink(path) }
      throw error
    }
    _ = Syscalls.removeFolder(partial)
    try sync(partial.parentFolder)
  }

  /// Removes a folder and the plain files in it. For unfinished output only, never for evidence.
  package static func removeWithFiles(_ path: FilePath) throws(EvidenceError) {
    for name in try Syscalls.list(path).orThrow(.writeFailed, path.string) {
      _ = try Syscalls.unlink(path.appending(name)).orThrow(.writeFailed, path.appending(name).string)
    }
    _ = try Syscalls.removeFolder(path).orThrow(.writeFailed, path.string)
  }

  /// Removes a folder with the folders in it. For unfinished output only, never for evidence.
  package static func removeTree(_ path: FilePath) throws(EvidenceError) {
    for name in try Syscalls.list(path).orThrow(.writeFailed, path.string) {
      let inner = path.appending(name)
      if Files.kind(inner, followLinks: false) == .folder { try removeTree(inner) }
    }
    try removeWithFiles(path)
  }
}

/// Keeps a second process from working on the same unfinished folder, for as long as it lives.
package final class FolderLock: Sendable {
  private let folder: OwnedDescriptor

  /// - Throws: `outputInUse` where another process has it.
  package init(_ path: FilePath) throws(EvidenceError) {
    let folder = try OwnedDescriptor.openForReading(path)
    switch Syscalls.lockExclusively(folder.number) {
    // Some network file systems know no locks; nothing is lost but this protection.
    case .success, .failure(.notSupported), .failure(.noFunction), .failure(.noLocks): break
    case .failure: throw EvidenceError(.outputInUse, path.string)
    }
    self.folder = folder
  }

  /// As `init(_:)`, but waits for another process.
  /// - Throws: `outputInUse` where it takes longer than half a minute.
  package convenience init(waitingFor path: FilePath) throws(EvidenceError) {
    for _ in 0..<Self.attempts {
      do throws(EvidenceError) {
        try self.init(path)
        return
      } catch  where error.code == .outputInUse { Host.pause(milliseconds: Self.pause) }
    }
    try self.init(path)
  }

  private static let pause: UInt32 = 10
  private static let attempts = 3000

  /// Demands that the path still leads to the folder. It does not where the file system was unmounted or somebody
  /// moved the folder: what is written to open files is not lost then, but nobody finds it.
  /// - Throws: `destinationVanished`.
  package func demandInPlace() throws(EvidenceError) {
    let held = try Syscalls.status(folder.number).orThrow(.destinationVanished, folder.path.string)
    guard case .success(let there) = Syscalls.status(folder.path), there.st_dev == held.st_dev,
      there.st_ino == held.st_ino
    else { throw EvidenceError(.destinationVanished, folder.path.string) }
  }
}
