import Evidence
import Glibc
import SystemPackage

/// Whose files are that root makes: those of whoever owns the folder, as an examiner's case is the examiner's although
/// devices are read as root (`sudo`).
enum Ownership {
  /// Gives a file that was just made to the owner of its folder. Where that is refused, as on file systems without
  /// owners, it stays as it is: everything in it can be read all the same.
  /// - Parameter descriptor: the file itself; whoever owns the folder may have put another in its place by now.
  static func inherit(_ path: FilePath, _ descriptor: Int32) {
    guard Host.isRoot, let (owner, group) = owner(around: path) else { return }
    _ = fchown(descriptor, owner, group)
  }

  /// The same of a folder.
  static func inheritFolder(_ path: FilePath) {
    guard Host.isRoot, owner(around: path) != nil,
      case .success(let number) = Syscalls.open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    else { return }
    let folder = OwnedDescriptor(adopting: number, path: path)
    inherit(path, folder.number)
  }

  /// The owner of the folder of a path; `nil` where that is root.
  private static func owner(around path: FilePath) -> (uid_t, gid_t)? {
    let folder = path.removingLastComponent()
    return owner(of: folder.isEmpty ? "." : folder)
  }

  fileprivate static func owner(of folder: FilePath) -> (uid_t, gid_t)? {
    guard case .success(let status) = Syscalls.status(folder), status.st_uid != 0 else { return nil }
    return (status.st_uid, status.st_gid)
  }
}

/// To whom the files of one folder are given, asked once for many of them.
package struct FolderOwner: Sendable {
  private let owner: (uid_t, gid_t)?

  package init(of folder: FilePath) { owner = Host.isRoot ? Ownership.owner(of: folder) : nil }

  func give(_ descriptor: Int32) {
    if let (user, group) = owner { _ = fchown(descriptor, user, group) }
  }
}
