import Evidence
import EvidenceTestKit
import Foundation
import Glibc
import Media
import SystemPackage
import Testing

/// A device of the kernel with sectors that fail: nbdkit serves it and refuses them, FUSE makes it a file, loop
/// makes that a block device that is read directly.
@Suite(
  .timeLimit(.minutes(20)), .serialized,
  .enabled(
    if: Machine.canMakeFailingDevices, "needs root, loop devices, /dev/fuse, nbdkit, nbdfuse and fusermount3")
)
struct FailingDeviceTests {
  @Test(
    "DA-AM-01 DA-AM-09 DA-AM-10 errors of a block device of the kernel are named and filled to the sector",
    arguments: [[0], [4095], [2048], [127, 128, 129], [1000, 3000]] as [[UInt64]])
  func theKernelsErrorsAreNamedToTheSector(unreadable: [UInt64]) throws {
    let contents = ReferencePayload.bytes(length: 2 << 20)
    let device = try FailingDevice(contents: contents, unreadable: unreadable)
    let source = try Sources.open(device.path)
    #expect(source.readsDirectly)
    let run = try FaultRun(source, formats: [.raw, .e01])
    let outcome = run.perform()
    #expect(outcome.verdict == .completeWithUnreadable(sectors: UInt64(unreadable.count)))
    #expect(outcome.map.ranges(in: .unreadable).flatMap { $0.first..<$0.end } == unreadable)
    var filled = contents
    for sector in unreadable {
      filled.replaceSubrange(
        Int(sector) * 512..<Int(sector) * 512 + 512, with: [UInt8](repeating: 0, count: 512))
    }
    #expect(try TestFiles.read(run.raw) == filled)
    #expect(try EWFTools.export(run.folder.appending("image.E01")) == filled)
  }

  /// The machinery itself: dd fails on exactly the sector, so that a pass above means something.
  @Test func ddFailsThereToo() throws {
    let device = try FailingDevice(contents: ReferencePayload.bytes(length: 1 << 20), unreadable: [77])
    func dd(_ sector: Int) throws -> ToolResult {
      try Tool.run(
        "dd", ["if=\(device.path)", "of=/dev/null", "iflag=direct", "bs=512", "count=1", "skip=\(sector)"])
    }
    #expect(try dd(76).status == 0)
    #expect(try dd(77).errors.contains("Input/output error"))
    #expect(try dd(78).status == 0)
  }
}

/// The device, until it is dropped.
private final class FailingDevice {
  let path: FilePath
  private let folder: TemporaryFolder
  private var loop: LoopDevice?
  private let server: RunningTool

  init(contents: [UInt8], unreadable: [UInt64]) throws {
    let folder = try TemporaryFolder()
    self.folder = folder
    try TestFiles.write(contents, to: folder.appending("data"))
    // Requests may span several sectors: one that touches a failing sector fails as a whole, as on a drive.
    let conditions = unreadable.map { "[ $4 -le \($0 * 512) -a $(($4 + $3)) -gt \($0 * 512) ]" }
    let script = """
      case "$1" in
        get_size) stat -Lc %s \(folder.appending("data")) ;;
        pread)
          if \(conditions.joined(separator: " || ")); then echo EIO bad sector >&2; exit 1; fi
          dd if=\(folder.appending("data")) iflag=skip_bytes,count_bytes skip=$4 count=$3 bs=65536 status=none ;;
        *) exit 2 ;;
      esac
      """
    try TestFiles.write(Array(script.utf8), to: folder.appending("plugin.sh"))
    try Tool.require("chmod", ["755", folder.appending("plugin.sh").string])
    let disk = folder.appending("disk")
    try TestFiles.write([], to: disk)
    self.server = try RunningTool(
      "nbdfuse", ["-r", disk.string, "--command", "nbdkit", "-s", "sh", folder.appending("plugin.sh").string])
    while try TestFiles.size(disk) != contents.count {
      guard server.isRunning else { throw ToolFailure(description: "nbdfuse serves nothing") }
      usleep(10_000)
    }
    let loop = try LoopDevice(over: disk, options: ["--direct-io=on", "--read-only"], keeping: folder)
    self.loop = loop
    self.path = loop.path
  }

  deinit {
    // The device goes before the file below it does.
    loop = nil
    _ = try? Tool.run("fusermount3", ["-u", "-z", folder.appending("disk").string])
    _ = try? server.end(within: 60)
  }
}
