import Evidence
import Glibc
import SystemPackage

/// The number of an open descriptor; closes it when dropped.
///
/// `package` and not `private`, because a release build that stores an `OwnedDescriptor` in another module does not
/// link otherwise (Swift 6.3).
package struct DescriptorNumber: ~Copyable {
  fileprivate let value: Int32

  deinit { _ = Syscalls.close(value) }

  fileprivate consuming func close() -> Syscalls.Outcome<Int32> {
    let value = value
    discard self
    return Syscalls.close(value)
  }
}

/// An open file descriptor with exactly one owner.
package struct OwnedDescriptor: ~Copyable, Sendable {
  private let owned: DescriptorNumber
  /// The path it was opened by, for messages.
  package let path: FilePath

  /// Takes ownership of an open descriptor.
  package init(adopting number: Int32, path: FilePath) {
    self.owned = DescriptorNumber(value: number)
    self.path = path
  }

  package var number: Int32 { owned.value }

  /// Closes and reports what the operating system says of it; a descriptor merely dropped closes silently.
  package consuming func close() throws(EvidenceError) {
    _ = try owned.close().orThrow(.writeFailed, path.string)
  }

  /// Opens for reading only. With `direct`, O_DIRECT: offsets, lengths and buffers must be aligned.
  /// - Throws: `missing` where the path does not exist, otherwise `readFailed` or `permissionDenied`.
  package static func openForReading(
    _ path: FilePath, direct: Bool = false, missing: ErrorCode = .fileMissing
  ) throws(EvidenceError) -> OwnedDescriptor {
    switch Syscalls.open(path, direct ? O_RDONLY | Syscalls.directFlag : O_RDONLY) {
    case .success(let number): return OwnedDescriptor(adopting: number, path: path)
    case .failure(.noSuchFileOrDirectory): throw EvidenceError(missing, path.string)
    case .failure(let number): throw EvidenceError(number, .readFailed, path.string)
    }
  }

  /// Opens a device for reading only, also one without a medium.
  /// - Parameter exclusively: refused where a mount, swap, md or dm holds it.
  /// - Throws: `sourceMissing`, `sourceInUse`, `permissionDenied`, `sourceNotReadable`.
  package static func openDevice(_ path: FilePath, exclusively: Bool = false) throws(EvidenceError)
    -> OwnedDescriptor
  {
    switch Syscalls.open(path, O_RDONLY | O_NONBLOCK | (exclusively ? O_EXCL : 0)) {
    case .success(let number): return OwnedDescriptor(adopting: number, path: path)
    case .failure(.noSuchFileOrDirectory): throw EvidenceError(.sourceMissing, path.string)
    case .failure(.resourceBusy): throw EvidenceError(.sourceInUse, path.string)
    case .failure(let number): throw EvidenceError(number, .sourceNotReadable, path.string)
    }
  }

  /// Opens a regular file for reading only. What is none is refused before it is opened: a pipe would block.
  /// - Throws: `missing` where the path does not exist, otherwise `readFailed` or `permissionDenied`.
  package static func openFile(
    _ path: FilePath, missing: ErrorCode = .fileMissing
  ) throws(EvidenceError) -> OwnedDescriptor {
    if let kind = Files.kind(path), kind != .file {
      throw EvidenceError(.readFailed, path.string, "not a regular file")
    }
    return try openForReading(path, missing: missing)
  }

  /// Reads until the buffer is full or the file ends.
  /// - Returns: the number of bytes read; less than `buffer.count` only at the end of the file.
  package borrowing func read(
    into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64
  ) throws(EvidenceError) -> Int {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      guard let position = Int64(exactly: offset + UInt64(done)) else { return done }
      let count = try Syscalls.pread(number, into: rest, at: position).orThrow(.readFailed, path.string)
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Size by `fstat`; for regular files only.
  package borrowing func fileSize() throws(EvidenceError) -> UInt64 {
    UInt64(try Syscalls.status(number).orThrow(.readFailed, path.string).st_size)
  }
}
