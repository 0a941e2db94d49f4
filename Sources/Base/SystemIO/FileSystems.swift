import Evidence
import Glibc
import SystemPackage

/// Kinds of file systems, as the kernel names them.
package enum FileSystems {
  /// `nil` where the path does not exist or the kernel does not say.
  package static func kind(of path: FilePath) -> String? {
    guard case .success(let status) = Syscalls.status(path),
      let bytes = try? Files.contents("/proc/self/mountinfo", cap: 1 << 24)
    else { return nil }
    return kind(
      ofDevice: Files.deviceNumber(UInt64(status.st_dev)), mounts: String(decoding: bytes, as: UTF8.self))
  }

  /// - Parameter mounts: lines of `/proc/self/mountinfo`: … MAJOR:MINOR … - KIND …
  package static func kind(ofDevice number: String, mounts: String) -> String? {
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ")
      guard fields.count > 2, fields[2] == number, let dash = fields.firstIndex(of: "-") else { continue }
      return fields.dropFirst(dash + 1).first.map(String.init)
    }
    return nil
  }

  private static let network: Set<String> = [
    "9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "smb3",
    "smbfs",
    "virtiofs",
  ]
  private static let networkOverFUSE: Set<String> = [
    "fuse.ceph", "fuse.curlftpfs", "fuse.davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs",
    "fuse.smbnetfs", "fuse.sshfs",
  ]

  /// Whether files of this kind of file system may be open on several machines at once.
  package static func isShared(_ kind: String) -> Bool {
    network.contains(kind) || networkOverFUSE.contains(kind)
  }

  /// What FAT can say of the length of a file: 32 bits.
  private static let fat: Set<String> = ["fuse.fusefat", "fat", "msdos", "umsdos", "vfat"]

  /// Bytes of the largest file the file system of a folder can hold; `nil` where nothing that is written here comes near
  /// it, or it is not known.
  static func largestFile(in folder: FilePath) -> UInt64? {
    kind(of: folder).flatMap { fat.contains($0) ? UInt64(UInt32.max) : nil }
  }

  /// A reason with the kind of file system it is about.
  static func described(_ folder: FilePath, _ reason: String) -> String {
    kind(of: folder).map { "\($0): \(reason)" } ?? reason
  }

  /// Whether nothing can be written to the file system of a path, whoever asks.
  package static func isReadOnly(_ path: FilePath) -> Bool {
    guard case .success(let status) = Syscalls.fileSystem(path) else { return false }
    return status.f_flag & UInt(ST_RDONLY) != 0
  }
}
