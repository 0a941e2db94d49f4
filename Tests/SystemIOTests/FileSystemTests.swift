import SystemIO
import Testing

@Suite struct FileSystemTests {
  private static let mounts = """
    22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
    30 22 0:41 / /srv/cases rw,relatime shared:9 master:2 - nfs4 server:/cases rw,vers=4.2
    31 22 0:42 / /mnt/a\\040b rw - cifs //server/share rw
    32 22 0:43 / /mnt/c rw - fuse.sshfs host: rw
    33 22 0:44 / /mnt/d rw - tmpfs tmpfs rw
    """

  @Test(arguments: [
    ("8:1", "ext4", false), ("0:41", "nfs4", true), ("0:42", "cifs", true), ("0:43", "fuse.sshfs", true),
    ("0:44", "tmpfs", false),
  ])
  func theKindIsTheOneTheKernelNames(_ device: String, _ kind: String, _ isShared: Bool) {
    #expect(FileSystems.kind(ofDevice: device, mounts: Self.mounts) == kind)
    #expect(FileSystems.isShared(kind) == isShared)
  }

  @Test func unknownDevicesHaveNoKind() {
    #expect(FileSystems.kind(ofDevice: "9:9", mounts: Self.mounts) == nil)
    #expect(FileSystems.kind(ofDevice: "8:1", mounts: "8:1\n\n- - -") == nil)
  }
}
