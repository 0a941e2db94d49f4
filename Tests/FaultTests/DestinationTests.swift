import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Real drives that fill, fail, become read-only and vanish under an acquisition, and signals: each is said at once,
/// and `exhibit resume` completes the images.
@Suite(.serialized, .timeLimit(.minutes(60)), .enabled(if: Tool.exists("clang"), "needs clang"))
struct DestinationTests {
  private static let images = "case/evidence/001.partial/"
  /// In the middle: the first block is written, and a checkpoint made.
  private static let secondBlock = Call(name: "pwrite*", path: images + "001.raw", number: 2)

  private static func verify(_ folder: FilePath) throws -> ToolResult {
    try Exhibit(["verify", folder.appending("case").string]).result
  }

  /// Stopped with one line and status 4; nothing looks whole.
  private static func expectStopped(_ run: Exhibit, _ reason: String, in folder: FilePath) throws {
    #expect(run.result.status == 4 && !run.result.wasKilled, "\(run.report)")
    let errors = run.complaints.filter { $0.hasPrefix("exhibit: ") }
    #expect(errors.count == 1 && errors[0].contains(reason), "\(run.report)")
    #expect(run.result.output.hasPrefix("Incomplete: "), "\(run.report)")
    #expect(run.result.output.contains("continue  with `exhibit resume`"), "\(run.report)")
  }

  /// With everything in order again it goes on.
  private static func expectResumed(_ scenario: Scenario, in folder: FilePath) throws {
    let before = try verify(folder)
    #expect(
      before.status == 6 && before.output.contains("it has not ended: continue it with `exhibit resume`"))
    let resumed = try Exhibit(scenario.resumption(in: folder))
    #expect(resumed.result.status == 0, "\(resumed.report)")
    #expect(resumed.result.output.hasPrefix("Complete: "), "\(resumed.report)")
    let raw = folder.appending("case/evidence/001/001.raw").string
    #expect(try Data(contentsOf: URL(fileURLWithPath: raw)) == scenario.source)
    let after = try verify(folder)
    #expect(after.status == 0 && after.output.contains("\nVerified: "), "\(after.output)")
  }

  // MARK: Drives

  @Test(.enabled(if: Drive.isPossible, "needs root, loop devices and mkfs.ext4"))
  func aMountThatVanishes() throws {
    let scenario = try Scenario()
    let folder = try TemporaryFolder()
    let drive = try Drive(.ext4, at: folder.appending("case"))
    try scenario.copy(to: folder.path)
    try drive.sync()
    let run = try HeldRun(scenario, in: folder.path, at: Self.secondBlock)
    try drive.vanish()
    run.go()
    try Self.expectStopped(try run.end(), "the destination folder disappeared", in: folder.path)
    // Nothing went to what lies below the mount.
    #expect(try TestFiles.names(in: folder.appending("case")).isEmpty)
    try drive.mount()
    try Self.expectResumed(scenario, in: folder.path)
  }

  /// Through files that are open everything could still be written, to where nobody finds it.
  @Test(.enabled(if: Drive.isPossible, "needs root, loop devices and mkfs.ext4"))
  func aSecondFolderThatVanishes() throws {
    let scenario = try Scenario(hasCopy: true)
    let folder = try TemporaryFolder()
    let drive = try Drive(.ext4, at: folder.appending("second"))
    try scenario.copy(to: folder.path)
    try drive.sync()
    let run = try HeldRun(
      scenario, in: folder.path, at: Call(name: "pwrite*", path: "second/001.partial/001.raw", number: 2))
    try drive.vanish()
    run.go()
    let ended = try run.end()
    #expect(ended.result.status == 4, "\(ended.report)")
    #expect(ended.complaints.count == 1, "\(ended.report)")
    #expect(
      ended.complaints.first?.contains(
        "the destination folder disappeared: \(folder.appending("second/001.partial"))") == true,
      "\(ended.report)")
    // The case's own images are not affected.
    let verified = try Self.verify(folder.path)
    #expect(verified.status == 0 && verified.output.contains("\nVerified: "), "\(verified.output)")
  }

  /// The kernel makes a damaged file system read-only while it is written to: EROFS.
  @Test(.enabled(if: Drive.isPossible, "needs root, loop devices and mkfs.ext4"))
  func aFileSystemThatBecomesReadOnly() throws {
    let scenario = try Scenario()
    let folder = try TemporaryFolder()
    let drive = try Drive(.ext4, at: folder.appending("case"))
    try scenario.copy(to: folder.path)
    try drive.sync()
    let run = try HeldRun(scenario, in: folder.path, at: Self.secondBlock)
    try Tool.require("sh", ["-c", "echo test > /sys/fs/ext4/\(drive.deviceName)/trigger_fs_error"])
    run.go()
    try Self.expectStopped(try run.end(), "Read-only file system", in: folder.path)
    try drive.restart()
    try Self.expectResumed(scenario, in: folder.path)
  }

  /// A drive that refuses to write: the sync learns of it, and that ends the acquisition.
  @Test(
    .enabled(
      if: Drive.isPossible && Machine.canMakeFailingDevices,
      "needs root, loop devices, /dev/fuse, nbdkit, nbdfuse, fusermount3 and mkfs.ext4"))
  func aDriveThatFails() throws {
    let scenario = try Scenario()
    let folder = try TemporaryFolder()
    let file = try FailingFile(size: Drive.size)
    let drive = try Drive(.ext4, at: folder.appending("case"), over: file.path)
    try scenario.copy(to: folder.path)
    try drive.sync()
    let run = try HeldRun(scenario, in: folder.path, at: Self.secondBlock)
    try file.fail()
    run.go()
    let ended = try run.end()
    // Which call learns of it first is the kernel's choice: the sync of what failed, or a write after it.
    let isInput = ended.result.errors.contains("Input/output error")
    try Self.expectStopped(
      ended, isInput ? "Input/output error" : "Read-only file system", in: folder.path)
    try file.recover()
    try drive.restart()
    try Self.expectResumed(scenario, in: folder.path)
  }

  /// EDQUOT, which binds root too.
  @Test(.enabled(if: Drive.hasQuota, "needs root, loop devices and btrfs"))
  func aQuotaThatIsUsedUp() throws {
    let scenario = try Scenario()
    let folder = try TemporaryFolder()
    let drive = try Drive(.btrfs, at: folder.appending("case"))
    let place = folder.appending("case").string
    try Tool.require("btrfs", ["quota", "enable", place])
    try Tool.require("btrfs", ["qgroup", "limit", "36M", "0/5", place])
    try scenario.copy(to: folder.path)
    try drive.sync()
    let run = try Exhibit(scenario.acquisition(in: folder.path))
    try Self.expectStopped(run, "Disk quota exceeded", in: folder.path)
    #expect(run.result.errors.contains("not enough space at the destination"))
    try Tool.require("btrfs", ["qgroup", "limit", "none", "0/5", place])
    try Self.expectResumed(scenario, in: folder.path)
    withExtendedLifetime(drive) {}
  }

  // MARK: Signals

  /// More blocks than are read ahead, so that there is something left to stop at.
  private static let manyBlocks = 12
  private static let checkpoint = Call(name: "fsync", path: images + "001.journal-next", number: 2)

  @Test func oneInterruptStopsCleanly() throws {
    let scenario = try Scenario(blocks: Self.manyBlocks)
    let folder = try scenario.begin()
    let run = try HeldRun(scenario, in: folder.path, at: Self.checkpoint)
    run.go(SIGINT)
    try Self.expectStopped(try run.end(), "interrupted: ", in: folder.path)
    try Self.expectResumed(scenario, in: folder.path)
  }

  @Test func aSecondInterruptEndsItAtOnce() throws {
    let scenario = try Scenario(blocks: Self.manyBlocks)
    let folder = try scenario.begin()
    let run = try HeldRun(scenario, in: folder.path, at: Self.checkpoint, again: true)
    run.go(SIGINT)
    // The last checkpoint, which it makes because it was told to stop.
    try run.waitUntilHeld()
    run.go(SIGINT)
    let ended = try run.end()
    #expect(ended.result.wasKilled && ended.result.status == SIGINT, "\(ended.report)")
    try Self.expectResumed(scenario, in: folder.path)
  }
}
