import Evidence
import Glibc
import SystemPackage

/// A rename that replaces nothing, also where the file system knows none: NTFS and others through FUSE, NFS.
enum ExclusiveRename {
  /// EEXIST or ENOTEMPTY where `new` exists.
  static func perform(_ old: FilePath, to new: FilePath) -> Syscalls.Outcome<Int32> {
    let outcome = Syscalls.renameWithoutReplacing(old, to: new)
    guard case .failure(let number) = outcome, number.meansUnsupported else { return outcome }
    return Files.kind(old, followLinks: false) == .folder ? folder(old, new) : file(old, new)
  }

  /// By a second name of the file; where files cannot have two, by an empty file that takes the name first.
  private static func file(_ old: FilePath, _ new: FilePath) -> Syscalls.Outcome<Int32> {
    switch Syscalls.link(old, to: new) {
    case .success: return Syscalls.unlink(old)
    case .failure(.fileExists):
      // The answer to a request that NFS sent twice: the name is this file's already.
      guard isSame(old, new) else { return .failure(.fileExists) }
      return Syscalls.unlink(old)
    case .failure: break
    }
    switch Syscalls.open(new, O_WRONLY | O_CREAT | O_EXCL, mode: 0o600) {
    case .success(let number): _ = Syscalls.close(number)
    case .failure(let number): return .failure(number)
    }
    let outcome = Syscalls.rename(old, to: new)
    if case .failure = outcome { _ = Syscalls.unlink(new) }
    return outcome
  }

  /// Onto an empty folder of that name, in whose place a rename puts another in one step.
  private static func folder(_ old: FilePath, _ new: FilePath) -> Syscalls.Outcome<Int32> {
    let made = Syscalls.makeFolder(new, mode: 0o755)
    // An empty folder is what an earlier attempt left when it was cut off here; a full one is not replaced.
    if case .failure(let number) = made {
      guard number == .fileExists, Files.kind(new, followLinks: false) == .folder else { return made }
    }
    let outcome = Syscalls.rename(old, to: new)
    guard case .failure(let number) = outcome, case .success = made,
      case .success = Syscalls.removeFolder(new)
    else { return outcome }
    guard number.meansUnsupported || number == .fileExists || number == .directoryNotEmpty else {
      return outcome
    }
    // Not over an empty folder either: the name was free a moment ago.
    return Files.exists(new) ? .failure(.fileExists) : Syscalls.rename(old, to: new)
  }

  private static func isSame(_ one: FilePath, _ other: FilePath) -> Bool {
    guard case .success(let first) = Syscalls.status(one, followLinks: false),
      case .success(let second) = Syscalls.status(other, followLinks: false)
    else { return false }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino && first.st_nlink > 1
  }
}

extension Errno {
  /// The file system, or the kernel, does not have what was asked for.
  var meansUnsupported: Bool {
    switch self {
    case .invalidArgument, .noFunction, .notSupported, .notSupportedOnSocket: true
    default: false
    }
  }
}
