import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage

/// A file system of its own on a folder, with which anything may happen. Unmounted when dropped.
final class Drive {
  enum Kind: String { case ext4, btrfs }

  static let isPossible = Machine.hasLoopDevices && Machine.canMount && Tool.exists("mkfs.ext4")
  static let hasQuota: Bool =
    isPossible && Tool.exists("mkfs.btrfs") && Tool.exists("btrfs")
    && ((try? String(contentsOfFile: "/proc/filesystems", encoding: .utf8)) ?? "").contains("btrfs")

  private let kind: Kind
  private let point: FilePath
  private let loop: LoopDevice

  /// Makes the file system over a file, and mounts it.
  /// - Parameter file: whose writes may fail; one of its own where `nil`.
  init(_ kind: Kind, at point: FilePath, over file: FilePath? = nil) throws {
    self.kind = kind
    self.point = point
    self.loop =
      if let file {
        try LoopDevice(over: file, options: ["--direct-io=on"], keeping: TemporaryFolder())
      } else { try LoopDevice(length: Self.size) }
    try Tool.require("mkdir", ["-p", point.string])
    // A loop device keeps the write protection that somebody once gave it.
    try Tool.require("blockdev", ["--setrw", loop.path.string])
    try Tool.require("mkfs.\(kind.rawValue)", ["-q", loop.path.string])
    try mount()
  }

  /// Bytes of its device: enough for btrfs too.
  static let size = 256 << 20

  /// The name the kernel gives its device.
  var deviceName: String { loop.path.lastComponent?.string ?? "" }

  /// Mounts it, as soon as its last user has let it go.
  func mount() throws {
    let options = kind == .ext4 ? "rw,errors=remount-ro" : "rw"
    var last = ""
    // Ten minutes: what takes longer is broken, not slow.
    for _ in 0..<6000 {
      let mounted = try Tool.run(
        "mount", ["-t", kind.rawValue, "-o", options, loop.path.string, point.string])
      if mounted.status == 0 { return }
      last = mounted.errors
      usleep(100_000)
    }
    throw ToolFailure(description: "cannot be mounted again: \(last)")
  }

  /// Makes durable what was copied to it: the test begins with a case that has been there for a while.
  func sync() throws { try Tool.require("sync", ["-f", point.string]) }

  /// Takes it off the folder, also under the feet of those who use it.
  func vanish() throws { try Tool.require("umount", ["--lazy", point.string]) }

  /// Unmounts it, has its structure repaired and mounts it again, as after a new start.
  func restart() throws {
    try Tool.require("umount", [point.string])
    // 1 means that something was repaired.
    let check = try Tool.run("fsck.ext4", ["-f", "-y", loop.path.string])
    guard check.status <= 1 else { throw ToolFailure(description: "fsck: \(check.output)\(check.errors)") }
    try mount()
  }

  deinit { _ = try? Tool.run("umount", ["--lazy", point.string]) }
}

/// A file whose writes fail with EIO as soon as they are told to: nbdkit serves it, FUSE makes it a file.
final class FailingFile {
  let path: FilePath
  private let folder: TemporaryFolder
  private let server: RunningTool
  private var trigger: FilePath { folder.appending("trigger") }

  init(size: Int) throws {
    folder = try TemporaryFolder()
    path = folder.appending("disk")
    try TestFiles.write([], to: path)
    try Tool.require("truncate", ["-s", "\(size)", folder.appending("data").string])
    server = try RunningTool(
      "nbdfuse",
      [
        path.string, "--command", "nbdkit", "-s", "--filter=error", "file", folder.appending("data").string,
        "error-pwrite=EIO", "error-pwrite-rate=100%", "error-file=\(folder.appending("trigger"))",
      ])
    while (try? TestFiles.size(path)) != size {
      guard server.isRunning else { throw ToolFailure(description: "nbdfuse serves nothing") }
      usleep(10_000)
    }
  }

  func fail() throws { try TestFiles.write([], to: trigger) }
  func recover() throws { try FileManager.default.removeItem(atPath: trigger.string) }

  deinit {
    _ = try? Tool.run("fusermount3", ["-u", "-z", path.string])
    _ = try? server.end()
  }
}
