internal import CLinux
import Evidence
import Glibc
import SystemPackage

/// The one place where Exhibit calls the operating system for files.
///
/// Each function retries EINTR and reports failure as the error number; callers give it a meaning.
package enum Syscalls {
  /// A value or the error number that came instead.
  package typealias Outcome<Value> = Result<Value, Errno>

  private static func retrying<Value: FixedWidthInteger & SignedInteger>(_ call: () -> Value) -> Outcome<
    Value
  > {
    while true {
      let value = call()
      if value != -1 { return .success(value) }
      let number = Errno(rawValue: errno)
      if number != .interrupted { return .failure(number) }
    }
  }

  /// For the functions of `CLinux`, which return 0 or a negative error number.
  static func outcome(_ value: Int32) -> Outcome<Int32> {
    value < 0 ? .failure(Errno(rawValue: -value)) : .success(value)
  }

  /// The flag that makes reads bypass the page cache.
  package static var directFlag: Int32 { clinux_open_direct_flag() }

  package static func open(_ path: FilePath, _ flags: Int32, mode: mode_t = 0) -> Outcome<Int32> {
    retrying { path.withSystemName { Glibc.open($0, flags | O_CLOEXEC, mode) } }
  }

  /// Not retried: after EINTR the descriptor is gone on Linux.
  package static func close(_ descriptor: Int32) -> Outcome<Int32> {
    Glibc.close(descriptor) == 0 || errno == EINTR ? .success(0) : .failure(Errno(rawValue: errno))
  }

  package static func pread(
    _ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
  ) -> Outcome<Int> {
    retrying { Glibc.pread(descriptor, buffer.baseAddress, buffer.count, Int(offset)) }
  }

  /// From where the descriptor stands; for pipes, which have no offsets.
  package static func read(_ descriptor: Int32, into buffer: UnsafeMutableRawBufferPointer) -> Outcome<Int> {
    retrying { Glibc.read(descriptor, buffer.baseAddress, buffer.count) }
  }

  /// The next place at or behind `offset` where something is stored, or where a hole begins.
  static func next(_ descriptor: Int32, isHole: Bool, from offset: Int64) -> Outcome<Int> {
    retrying { lseek(descriptor, Int(offset), isHole ? clinux_seek_hole() : clinux_seek_data()) }
  }

  package static func pwrite(
    _ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, at offset: Int64
  ) -> Outcome<Int> {
    retrying { Glibc.pwrite(descriptor, buffer.baseAddress, buffer.count, Int(offset)) }
  }

  /// Most pieces one call of ``pwrite(_:gathering:at:)`` takes (IOV_MAX of Linux).
  package static let mostPieces = 1024

  /// Writes pieces of memory one after the other.
  package static func pwrite(
    _ descriptor: Int32, gathering pieces: ArraySlice<UnsafeRawBufferPointer>, at offset: Int64
  ) -> Outcome<Int> {
    let vectors = pieces.prefix(mostPieces).map {
      iovec(iov_base: UnsafeMutableRawPointer(mutating: $0.baseAddress), iov_len: $0.count)
    }
    return retrying { Glibc.pwritev(descriptor, vectors, Int32(vectors.count), Int(offset)) }
  }

  /// From where the descriptor stands; for pipes and terminals, which have no offsets.
  package static func write(_ descriptor: Int32, _ bytes: ArraySlice<UInt8>) -> Outcome<Int> {
    retrying { bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) } }
  }

  /// Two descriptors of a new pipe, to read from and to write to, that other programs do not inherit.
  package static func pipe(_ ends: inout [Int32]) -> Outcome<Int32> {
    outcome(clinux_pipe(&ends))
  }

  /// Makes durable all that was written to the file system of an open file or folder.
  package static func syncFileSystem(_ descriptor: Int32) -> Outcome<Int32> {
    outcome(clinux_sync_file_system(descriptor))
  }

  /// Waits until a child process has ended.
  package static func waitForChild(_ child: pid_t, _ status: inout Int32) -> Outcome<Int32> {
    retrying { Glibc.waitpid(child, &status, 0) }
  }

  /// The largest file the process may write, in bytes; writing more fails with EFBIG where SIGXFSZ is ignored.
  package static func fileSizeLimit() -> Outcome<rlimit> {
    var limit = rlimit()
    return retrying { Glibc.getrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) }.map { _ in limit }
  }

  package static func setFileSizeLimit(_ limit: rlimit) -> Outcome<Int32> {
    var limit = limit
    return retrying { Glibc.setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) }
  }

  package static func fsync(_ descriptor: Int32) -> Outcome<Int32> {
    retrying { Glibc.fsync(descriptor) }
  }

  /// Syncs a folder: the names in it. Some file systems know no sync of a folder; then all of theirs is synced.
  package static func fsyncFolder(_ descriptor: Int32) -> Outcome<Int32> {
    let outcome = fsync(descriptor)
    guard case .failure(let number) = outcome, number.meansUnsupported else { return outcome }
    return self.outcome(clinux_sync_file_system(descriptor))
  }

  package static func truncate(_ descriptor: Int32, to length: Int64) -> Outcome<Int32> {
    retrying { Glibc.ftruncate(descriptor, Int(length)) }
  }

  /// Takes an advisory lock that ends with the descriptor; EWOULDBLOCK where another process has it.
  package static func lockExclusively(_ descriptor: Int32) -> Outcome<Int32> {
    outcome(clinux_lock_exclusively(descriptor))
  }

  package static func status(_ path: FilePath, followLinks: Bool = true) -> Outcome<Glibc.stat> {
    var value = Glibc.stat()
    return retrying {
      path.withSystemName { path in
        followLinks ? Glibc.fstatat(AT_FDCWD, path, &value, 0) : Glibc.lstat(path, &value)
      }
    }.map { _ in value }
  }

  package static func status(_ descriptor: Int32) -> Outcome<Glibc.stat> {
    var value = Glibc.stat()
    return retrying { Glibc.fstat(descriptor, &value) }.map { _ in value }
  }

  package static func makeFolder(_ path: FilePath, mode: mode_t) -> Outcome<Int32> {
    retrying { path.withSystemName { Glibc.mkdir($0, mode) } }
  }

  /// Fails with EEXIST where `new` exists, whatever it is.
  package static func renameWithoutReplacing(_ old: FilePath, to new: FilePath) -> Outcome<Int32> {
    outcome(
      old.withSystemName { old in new.withSystemName { clinux_rename_no_replace(old, $0) } })
  }

  /// Gives a file a second name. Fails with EEXIST where `new` exists.
  package static func link(_ old: FilePath, to new: FilePath) -> Outcome<Int32> {
    retrying {
      old.withSystemName { old in new.withSystemName { Glibc.link(old, $0) } }
    }
  }

  /// Makes a name that leads to `target`. Fails with EEXIST where the name exists.
  package static func symbolicLink(_ link: FilePath, to target: FilePath) -> Outcome<Int32> {
    retrying {
      target.withSystemName { target in link.withSystemName { Glibc.symlink(target, $0) } }
    }
  }

  /// Replaces `new` where it exists.
  package static func rename(_ old: FilePath, to new: FilePath) -> Outcome<Int32> {
    retrying {
      old.withSystemName { old in new.withSystemName { Glibc.rename(old, $0) } }
    }
  }

  package static func unlink(_ path: FilePath) -> Outcome<Int32> {
    retrying { path.withSystemName { Glibc.unlink($0) } }
  }

  package static func removeFolder(_ path: FilePath) -> Outcome<Int32> {
    retrying { path.withSystemName { Glibc.rmdir($0) } }
  }

  package static func fileSystem(_ path: FilePath) -> Outcome<statvfs> {
    let descriptor: Int32
    switch open(path, O_RDONLY) {
    case .success(let number): descriptor = number
    case .failure(let number): return .failure(number)
    }
    defer { _ = close(descriptor) }
    var value = Glibc.statvfs()
    return retrying { Glibc.fstatvfs(descriptor, &value) }.map { _ in value }
  }

  /// Names in a folder, without `.` and `..`, sorted by their bytes.
  package static func list(_ folder: FilePath) -> Outcome<[String]> {
    guard let stream = folder.withSystemName({ Glibc.opendir($0) }) else {
      return .failure(Errno(rawValue: errno))
    }
    defer { Glibc.closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = Glibc.readdir(stream) else {
        let number = errno
        if number != 0 { return .failure(Errno(rawValue: number)) }
        return .success(names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) })
      }
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        NameText.text(bytes.prefix { $0 != 0 })
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// What a symbolic link says, whether or not it is there; `nil` where it is none.
  package static func linkTarget(_ path: FilePath) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = path.withSystemName { Glibc.readlink($0, &buffer, buffer.count) }
    return count > 0 ? NameText.text(buffer[..<count].map { UInt8(bitPattern: $0) }) : nil
  }

  /// The path with symbolic links and `..` resolved.
  package static func resolve(_ path: FilePath) -> Outcome<FilePath> {
    guard let resolved = path.withSystemName({ Glibc.realpath($0, nil) }) else {
      return .failure(Errno(rawValue: errno))
    }
    defer { Glibc.free(resolved) }
    return .success(FilePath(NameText.text(UnsafeRawBufferPointer(start: resolved, count: strlen(resolved)))))
  }
}

extension FilePath {
  /// The name as the system has it, see ``NameText``.
  func withSystemName<Value>(_ body: (UnsafePointer<CChar>) throws -> Value) rethrows -> Value {
    guard NameText.mayDiffer(string.utf8) else { return try withPlatformString(body) }
    let name = NameText.bytes(string).map { CChar(bitPattern: $0) } + [0]
    return try body(name)
  }
}

extension Result where Failure == Errno {
  /// The value, or an `EvidenceError` of the given code that carries the error number.
  package func orThrow(_ code: ErrorCode, _ subject: String) throws(EvidenceError) -> Success {
    switch self {
    case .success(let value): return value
    case .failure(let number): throw EvidenceError(number, code, subject)
    }
  }
}

extension EvidenceError {
  /// An error of `code`, unless the number itself says more: no space, no permission.
  package init(_ number: Errno, _ code: ErrorCode, _ subject: String) {
    let meaning: ErrorCode =
      switch number {
      case .noSpace, .diskQuotaExceeded: .destinationFull
      case .permissionDenied, .notPermitted: .permissionDenied
      case .readOnlyFileSystem: .readOnlyFileSystem
      case .fileTooLarge: .fileLimit
      default: code
      }
    self.init(meaning, subject, number.description, errno: number.rawValue)
  }
}
