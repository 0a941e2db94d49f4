import Evidence
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
}
