import Evidence
import Glibc
import SystemPackage

/// A file whose words steer the program: whoever can change it acts with the rights of whoever runs it.
package enum TrustedFile {
  /// The whole of a regular file that only its owner can change, the owner being root or the user who runs this; the
  /// same holds for every folder above it, where a folder for all (sticky, such as /tmp) is allowed. A symbolic link is
  /// followed, and what it leads to is held to the same.
  /// - Returns: `nil` where no file is there.
  /// - Throws: `fileNotTrusted`, `fileTooLarge`, `readFailed`, `permissionDenied`.
  package static func contents(_ path: FilePath, cap: Int) throws(EvidenceError) -> [UInt8]? {
    // A pipe without a writer must not hold the program.
    let number: Int32
    switch Syscalls.open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY) {
    case .success(let opened): number = opened
    case .failure(.noSuchFileOrDirectory):
      guard !Files.exists(path) else {
        throw EvidenceError(.fileNotTrusted, path.string, "a symbolic link that leads nowhere")
      }
      return nil
    case .failure(let error): throw EvidenceError(error, .readFailed, path.string)
    }
    let file = OwnedDescriptor(adopting: number, path: path)
    let status = try Syscalls.status(file.number).orThrow(.readFailed, path.string)
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw EvidenceError(.fileNotTrusted, path.string, "not a regular file")
    }
    try demandOwn(status, path)
    // What was opened, wherever links led.
    let link = FilePath("/proc/self/fd/\(file.number)")
    var folder = try Syscalls.resolve(link).orThrow(.readFailed, path.string)
    while folder.removeLastComponent() {
      try demandOwn(try Syscalls.status(folder).orThrow(.readFailed, folder.string), folder)
    }
    return try Files.rest(of: file, cap: cap)
  }

  private static func demandOwn(_ status: stat, _ path: FilePath) throws(EvidenceError) {
    guard status.st_uid == 0 || status.st_uid == geteuid() else {
      throw EvidenceError(
        .fileNotTrusted, path.string, "it belongs to another user (number \(status.st_uid))")
    }
    let isOpen = status.st_mode & (S_IWGRP | S_IWOTH) != 0
    let isSticky = status.st_mode & S_IFMT == S_IFDIR && status.st_mode & S_ISVTX != 0
    guard !isOpen || isSticky else {
      throw EvidenceError(.fileNotTrusted, path.string, "others can write to it")
    }
  }
}
