internal import CLinux
import Evidence
import Glibc
import SystemPackage

/// What lies at a path.
package enum FileKind: Hashable, Sendable {
  case file
  case folder
  case blockDevice
  case symbolicLink
  case other
}

/// Questions about files, and whole small files.
package enum Files {
  /// `nil` where nothing exists; symbolic links are followed unless asked otherwise.
  package static func kind(_ path: FilePath, followLinks: Bool = true) -> FileKind? {
    guard case .success(let status) = Syscalls.status(path, followLinks: followLinks) else { return nil }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    case S_IFBLK: return .blockDevice
    case S_IFLNK: return .symbolicLink
    default: return .other
    }
  }

  package static func exists(_ path: FilePath) -> Bool { kind(path, followLinks: false) != nil }

  /// Why a path has no kind: it does not exist, its links lead round in a circle, or it cannot be looked at, as where the
  /// program behind a file system is gone.
  package static func absence(of path: FilePath, missing: ErrorCode = .fileMissing) -> EvidenceError {
    switch Syscalls.status(path) {
    case .failure(.noSuchFileOrDirectory), .failure(.notDirectory), .failure(.tooManySymbolicLinkLevels),
      .success:
      EvidenceError(missing, path.string)
    case .failure(let number): EvidenceError(number, .readFailed, path.string)
    }
  }

  /// Names in a folder, sorted by their bytes.
  package static func names(in folder: FilePath) throws(EvidenceError) -> [String] {
    try Syscalls.list(folder).orThrow(.readFailed, folder.string)
  }

  /// The whole of a file that has at most `cap` bytes. Anything but a file is refused: a pipe would block.
  /// - Throws: `fileMissing`, `fileTooLarge`, `permissionDenied`, `readFailed`.
  package static func contents(_ path: FilePath, cap: Int) throws(EvidenceError) -> [UInt8] {
    try rest(of: try OwnedDescriptor.openFile(path), cap: cap)
  }

  /// As above, but a symbolic link is refused too: what belongs to a record lies in its folder itself.
  /// - Throws: as ``contents(_:cap:)``.
  package static func ownContents(_ path: FilePath, cap: Int) throws(EvidenceError) -> [UInt8] {
    if kind(path, followLinks: false) == .symbolicLink {
      throw EvidenceError(.readFailed, path.string, "a symbolic link")
    }
    return try contents(path, cap: cap)
  }

  /// What a file or a pipe gives until it ends: a secret may be handed over without lying in any file.
  /// - Throws: as ``contents(_:cap:)``.
  package static func contentsOrPipe(_ path: FilePath, cap: Int) throws(EvidenceError) -> [UInt8] {
    try rest(of: try OwnedDescriptor.openForReading(path), cap: cap)
  }

  /// What an open file gives until it ends.
  /// - Throws: `fileTooLarge` for more than `cap` bytes, `readFailed`.
  static func rest(of file: borrowing OwnedDescriptor, cap: Int) throws(EvidenceError) -> [UInt8] {
    var bytes: [UInt8] = []
    if let size = try? file.fileSize() {
      // One that says it is larger is: those of /sys and /proc say nothing, or less.
      guard size <= UInt64(clamping: cap) else {
        throw EvidenceError(.fileTooLarge, file.path.string, "more than \(cap) bytes")
      }
      // What grows by appending holds up to three times as much.
      bytes.reserveCapacity(Int(clamping: size))
    }
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    // Read to the end rather than trusting a size: files under /sys and /proc report none or a wrong one.
    while true {
      let outcome = buffer.withUnsafeMutableBytes { Syscalls.read(file.number, into: $0) }
      let count = try outcome.orThrow(.readFailed, file.path.string)
      if count == 0 { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= cap else {
        throw EvidenceError(.fileTooLarge, file.path.string, "more than \(cap) bytes")
      }
    }
  }

  /// A short text file of the system such as those in /sys, trimmed; `nil` where it cannot be read.
  package static func systemText(_ path: FilePath) -> String? {
    guard let bytes = try? contents(path, cap: 1 << 16) else { return nil }
    let text = String(decoding: bytes, as: UTF8.self)
    let trimmed = text.drop { $0.isWhitespace || $0 == "\0" }
    let end = trimmed.lastIndex { !$0.isWhitespace && $0 != "\0" }
    return end.map { String(trimmed[...$0]) }
  }

  /// Whether every user of the machine may change a file, or make and remove files in a folder.
  package static func isWritableByAll(_ path: FilePath) -> Bool {
    guard case .success(let status) = Syscalls.status(path) else { return false }
    return status.st_mode & S_IWOTH != 0
  }

  /// `MAJOR:MINOR` of a device node, as the kernel prints it; `nil` where nothing exists.
  package static func deviceNumber(_ path: FilePath) -> String? {
    guard case .success(let status) = Syscalls.status(path) else { return nil }
    return deviceNumber(UInt64(status.st_rdev))
  }

  /// `MAJOR:MINOR` of a device, as the kernel prints it.
  package static func deviceNumber(_ device: UInt64) -> String {
    "\(clinux_device_major(device)):\(clinux_device_minor(device))"
  }

  /// A number that is equal for folders of one file system.
  package static func fileSystemNumber(_ path: FilePath) throws(EvidenceError) -> UInt64 {
    UInt64(try Syscalls.status(path).orThrow(.destinationMissing, path.string).st_dev)
  }

  /// Bytes an unprivileged process may still write to the file system of `path`.
  package static func freeSpace(_ path: FilePath) throws(EvidenceError) -> UInt64 {
    let status = try Syscalls.fileSystem(path).orThrow(.destinationMissing, path.string)
    return UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue
  }
}
