import Foundation
import SystemIO
import SystemPackage

/// What this machine allows a test to do.
package enum Machine {
  package static let isRoot = geteuid() == 0

  /// Loop devices can be made; only then can block devices be tested for real.
  package static let hasLoopDevices: Bool = {
    guard isRoot, Tool.exists("losetup") else { return false }
    return (try? LoopDevice(length: 1 << 20)) != nil
  }()

  /// Mounting is allowed; containers often forbid it even to root.
  package static let canMount: Bool = isRoot && (try? SmallFileSystem(bytes: 1 << 16)) != nil

  /// A block device with a failing sector can be made: nbdkit serves it, FUSE makes it a file, loop a device.
  package static let canMakeFailingDevices: Bool =
    hasLoopDevices && FileManager.default.fileExists(atPath: "/dev/fuse")
    && ["nbdkit", "nbdfuse", "fusermount3"].allSatisfy { Tool.exists($0) }
}

/// A tool that did not do what a test needs before it can begin.
package struct ToolFailure: Error, CustomStringConvertible {
  package let description: String

  package init(description: String) { self.description = description }
}

extension Tool {
  /// Runs `name` and demands that it succeeds.
  @discardableResult
  package static func require(_ name: String, _ arguments: [String]) throws -> String {
    let result = try run(name, arguments)
    guard result.status == 0 else {
      throw ToolFailure(description: "\(name) \(arguments.joined(separator: " ")): \(result.errors)")
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A loop device over a file; detached when dropped.
package final class LoopDevice: Sendable {
  package let path: FilePath
  private let folder: TemporaryFolder
  private let partitions = Monitor<[Int]>([])

  /// - Parameters:
  ///   - contents: of the device; zeros of `length` bytes where `nil`.
  ///   - options: more arguments for `losetup`, such as `--read-only`, `--partscan`, `--sector-size 4096`.
  package convenience init(
    length: Int = 0, contents: [UInt8]? = nil, options: [String] = []
  ) throws {
    let folder = try TemporaryFolder()
    let file = folder.appending("backing")
    if let contents {
      try TestFiles.write(contents, to: file)
    } else {
      try Tool.require("truncate", ["-s", "\(length)", file.string])
    }
    try self.init(over: file, options: options, keeping: folder)
  }

  /// A loop device over a file that exists.
  package init(over file: FilePath, options: [String] = [], keeping folder: TemporaryFolder) throws {
    self.folder = folder
    self.path = FilePath(try Tool.require("losetup", ["--find", "--show"] + options + [file.string]))
    // The flag an acquisition sets stays with the number of the device when it gets another file.
    if !options.contains("--read-only") { try Tool.require("blockdev", ["--setrw", path.string]) }
  }

  package var backingFile: FilePath { folder.appending("backing") }

  /// Tells the kernel of a partition, which need not know any kind of partition table then.
  /// - Returns: the partition's device.
  package func addPartition(_ number: Int, first: Int, count: Int) throws -> FilePath {
    try Tool.require("addpart", [path.string, "\(number)", "\(first)", "\(count)"])
    partitions.withLock { $0.append(number) }
    let device = FilePath(path.string + "p\(number)")
    // Ten minutes: what takes longer is broken, not slow.
    for _ in 0..<30_000 where !Files.exists(device) { usleep(20_000) }
    return device
  }

  deinit {
    // Partitions added by hand would outlive the device.
    for number in partitions.withLock({ $0 }) { _ = try? Tool.run("delpart", [path.string, "\(number)"]) }
    _ = try? Tool.run("losetup", ["--detach", path.string])
  }
}

/// A file system in memory with little room, mounted until it is dropped.
package final class SmallFileSystem: Sendable {
  private let folder: TemporaryFolder
  package var path: FilePath { folder.path }

  package init(bytes: Int) throws {
    self.folder = try TemporaryFolder()
    try Tool.require("mount", ["-t", "tmpfs", "-o", "size=\(bytes)", "tmpfs", folder.path.string])
  }

  deinit { _ = try? Tool.run("umount", ["--lazy", folder.path.string]) }
}

/// A loop device, or a partition of it, mounted on a folder of its own until it is dropped.
package final class Mount: Sendable {
  private let folder: TemporaryFolder
  // Kept, so that it is unmounted before the device goes.
  private let loop: LoopDevice
  package var point: FilePath { folder.path }

  package init(_ loop: LoopDevice, partition: FilePath? = nil) throws {
    self.folder = try TemporaryFolder()
    self.loop = loop
    try Tool.require("mount", [(partition ?? loop.path).string, folder.path.string])
  }

  deinit { _ = try? Tool.run("umount", [folder.path.string]) }
}
