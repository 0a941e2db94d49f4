import EvidenceTestKit
import Foundation
import SystemPackage

/// What the guest boots: the kernel of this machine's Debian, and a file system in memory with busybox, the
/// programs under test, their libraries and the drivers of the disks.
enum GuestImage {
  /// The kernel's version, as its modules are filed; `nil` where no kernel with its modules is installed.
  static let kernelVersion: String? = {
    let names = (try? TestFiles.names(in: "/lib/modules")) ?? []
    return names.last {
      let modules = "/lib/modules/\($0)/kernel/drivers/usb/storage"
      return FileManager.default.isReadableFile(atPath: "/boot/vmlinuz-\($0)")
        && FileManager.default.fileExists(atPath: modules)
    }
  }()

  /// Why no guest can be booted here; `nil` where one can.
  static let missing: String? = {
    var missing = ["qemu-system-x86_64", "modprobe", "cpio", "ldd", "setpriv"].filter { !Tool.exists($0) }
    if !udev.allSatisfy({ FileManager.default.isExecutableFile(atPath: $0) }) { missing.append("udev") }
    if !FileManager.default.isExecutableFile(atPath: busybox) { missing.append("busybox-static") }
    if kernelVersion == nil { missing.append("linux-image-amd64") }
    return missing.isEmpty ? nil : missing.joined(separator: ", ")
  }()

  private static let busybox = "/bin/busybox"
  private static let programs = ["exhibit", "exhibit-verify", "exhibit-hostile-writes"]
  /// systemd's device manager, whose daemon and whose tool are one program or two.
  private static let udev = ["/lib/systemd/systemd-udevd", "/bin/udevadm"]
  private static let modules = [
    "ahci", "sd_mod", "sr_mod", "nvme", "usb-storage", "xhci-pci", "virtio_scsi", "virtio_pci",
    "virtio_console",
    "9pnet_virtio", "9p", "ext4", "vfat", "nls_cp437", "nls_ascii", "exfat",
  ]
  /// A module that is packed and not loaded, with nothing it depends on.
  static let spareModule = "/modules/spare.ko"

  /// Runs the scripts the host asks for, one after the other in one shell; ends when the host is gone.
  private static let initScript = """
    #!/bin/busybox sh
    /bin/busybox --install -s /bin
    export PATH=/bin HOME=/tmp
    mkdir -p /usr/sbin && ln -s /bin/busybox /usr/sbin/blockdev
    mount -t proc proc /proc
    mount -t sysfs sysfs /sys
    mount -t devtmpfs dev /dev
    mount -t tmpfs tmpfs /tmp
    while read -r module; do insmod "/modules/$module"; done < /modules/list
    mount -t 9p -o trans=virtio,version=9p2000.L share /share
    until [ -c /dev/vport0p1 ]; do sleep 0.1; done
    exec 3<>/dev/vport0p1
    cd /tmp
    echo ready >&3
    while read -r name <&3; do
      . "/share/$name" > "/share/$name.out" 2> "/share/$name.err" < /dev/null
      echo $? >&3
    done
    poweroff -f

    """

  /// The packed file system that was put together in a folder.
  static func archive(in folder: FilePath) -> FilePath { folder.appending("initramfs") }

  /// What a guest has beside the usual.
  struct Addition: Sendable {
    /// Programs by their paths, which are the same in the guest.
    var programs: [String] = []
    var modules: [String] = []

    /// A server and a client of NFS.
    static let server = Addition(
      programs: ["/usr/sbin/exportfs", "/usr/sbin/rpc.mountd"], modules: ["nfsd", "nfsv4"])
  }

  /// Packs the file system.
  /// - Parameter folder: where it is put together; the archive in it is returned.
  static func build(in folder: FilePath, with addition: Addition) throws -> FilePath {
    let root = folder.appending("root")
    let archive = archive(in: folder)
    var files = [busybox: "/bin/busybox"]
    let own = try programs.map { ("\(try Programs.folder())/\($0)", "/bin/\($0)") }
    for (path, target) in own + (udev + addition.programs).map({ ($0, $0) }) {
      files[path] = target
      for word in try Tool.require("ldd", [path]).split(whereSeparator: \.isWhitespace)
      where word.hasPrefix("/") {
        files[String(word)] = String(word)
      }
    }
    var order: [String] = []
    let version = kernelVersion ?? ""
    let steps = try Tool.require(
      "modprobe", ["-S", version, "--show-depends", "-a"] + modules + addition.modules)
    for step in steps.split(separator: "\n") {
      let words = step.split(separator: " ").map(String.init)
      guard words.count >= 2, words[0] == "insmod" else { continue }
      let name = FilePath(words[1]).lastComponent?.string ?? ""
      if !order.contains(name) { order.append(name) }
      files[words[1]] = "/modules/\(name)"
    }
    let spare = try Tool.require("modprobe", ["-S", version, "--show-depends", "loop"])
    files[spare.split(separator: " ").dropFirst().first.map(String.init) ?? ""] = spareModule
    for name in ["proc", "sys", "dev", "tmp", "share", "modules", "bin"] {
      try FileManager.default.createDirectory(
        atPath: root.appending(name).string, withIntermediateDirectories: true)
    }
    for (source, target) in files {
      let target = FilePath(root.string + target)
      try FileManager.default.createDirectory(
        atPath: target.removingLastComponent().string, withIntermediateDirectories: true)
      try Tool.require("cp", ["-L", source, target.string])
    }
    try TestFiles.write(Array(order.map { $0 + "\n" }.joined().utf8), to: root.appending("modules/list"))
    try TestFiles.write(Array(initScript.utf8), to: root.appending("init"))
    try Tool.require("chmod", ["755", root.appending("init").string])
    try Tool.require(
      "sh", ["-c", "cd \"$0\" && find . | cpio --quiet -o -H newc > \"$1\"", root.string, archive.string])
    return archive
  }
}
