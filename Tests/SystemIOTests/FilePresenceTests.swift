import Evidence
import EvidenceTestKit
import Foundation
import Glibc
import Media
import SystemIO
import SystemPackage
import Testing

/// Files that cannot be looked at are not taken for files that are not there, nor for sectors that cannot be read.
@Suite struct FilePresenceTests {
  private static let unreadable = EvidenceError(.readFailed, "medium.img", "read", errno: EIO)

  @Test(.enabled(if: Machine.hasLoopDevices && Tool.exists("bindfs"), "needs root, /dev/fuse and bindfs"))
  func aFileSystemWhoseProgramIsGone() throws {
    let folder = try TemporaryFolder()
    let (place, behind) = (folder.appending("place"), folder.appending("behind"))
    for path in [place, behind] { try Tool.require("mkdir", [path.string]) }
    try TestFiles.write([1, 2, 3], to: behind.appending("medium.img"))
    let server = try RunningTool("bindfs", ["-f", behind.string, place.string])
    defer { _ = try? Tool.run("umount", ["-l", place.string]) }
    let file = place.appending("medium.img")
    while !Files.exists(file) {
      try #require(server.isRunning)
      usleep(10_000)
    }
    let presence = FilePresence([file])
    #expect(presence.meaning(of: Self.unreadable) { _ in true }.code == .mediumUnreadable)
    kill(server.identifier, SIGKILL)
    _ = try server.end()
    // The kernel answers for a second from what it was told before.
    usleep(1_500_000)
    let meaning = presence.meaning(of: Self.unreadable) { _ in true }
    #expect(meaning.code == .mediumVanished)
    #expect(meaning.detail.contains("not connected"), "\(meaning.detail)")
    // The commands say the same, and not that there is no such file.
    let said = try Tool.run("\(try Programs.folder())/exhibit", ["info", file.string])
    #expect(said.status == 2 && said.errors.contains("not connected"), "\(said.errors)")
    #expect(!said.errors.contains("does not exist"), "\(said.errors)")
  }

  /// What was opened can be read by another name.
  @Test func aFileThatHasAnotherNameIsThere() throws {
    let folder = try TemporaryFolder()
    let presence = FilePresence([folder.appending("gone")])
    #expect(presence.meaning(of: Self.unreadable) { _ in true }.code == .mediumUnreadable)
  }

  @Test func whatWasReadBeforeAndCannotBeReadAgainIsGone() throws {
    let folder = try TemporaryFolder()
    try TestFiles.write([1], to: folder.appending("medium.img"))
    let presence = FilePresence([folder.appending("medium.img")])
    presence.note(0)
    #expect(presence.meaning(of: Self.unreadable) { _ in false }.code == .mediumVanished)
  }
}
