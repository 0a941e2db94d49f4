import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// Everything that could change a medium is tried, behind each layer of protection and behind none.
@Suite(.serialized, .timeLimit(.minutes(60)))
struct HostileWriteTests {
  private static let victims = [
    GuestDisk(name: "victim-scsi", bus: .scsi, length: 8 << 20, serial: "VICTIM-1", contents: .blank),
    GuestDisk(name: "victim-nvme", bus: .nvme, length: 9 << 20, serial: "VICTIM-2", contents: .blank),
  ]

  @Test(
    "SWB-AM-01 SWB-AM-02 SWB-AM-03 SWB-AM-04 SWB-AM-05 each attempt behind each layer, on SCSI and NVMe disks",
    .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
  func eachAttemptBehindEachLayer() throws {
    let guest = try Guest(Self.victims)
    let paths = Dictionary(
      uniqueKeysWithValues: try Self.victims.map { ($0.bus, try guest.path(of: $0)) })
    try guest.require("mkdir /tmp/scratch; mke2fs \(paths[.scsi] ?? "")")
    var results: [String: [HostileLayer: HostileResult]] = [:]
    for attempt in HostileAttempt.all {
      for layer in HostileLayer.allCases {
        let line = try guest.require(
          """
          rmmod loop 2> /dev/null
          exhibit-hostile-writes \(layer.rawValue) \(paths[attempt.bus] ?? "") /tmp/scratch \
          \(GuestImage.spareModule) \(attempt.name)
          """)
        results[attempt.name, default: [:]][layer] = HostileResult(line)
      }
    }
    for attempt in HostileAttempt.all {
      let behind = results[attempt.name] ?? [:]
      expect(attempt, behind)
      // The disk has no secure erase; everything else would be done.
      if attempt.name != "secure-discard" {
        #expect(behind[.none]?.isDone == true, "\(attempt.name): \(behind)")
      }
    }
    // What the block layer can see, the flag alone stops.
    for name in ["open", "reopen", "node", "mmap", "discard", "zero-out", "mount"] {
      #expect(results[name]?[.flag]?.isChanged == false, "\(name)")
    }
    let text = HostileWriteDocument.text(results)
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      try TestFiles.write(Array(text.utf8), to: HostileWriteDocument.path)
    }
    #expect(
      try TestFiles.read(HostileWriteDocument.path) == Array(text.utf8),
      "run: EXHIBIT_UPDATE_DOCS=1 swift test --filter HostileWriteTests")
  }

  private func expect(_ attempt: HostileAttempt, _ behind: [HostileLayer: HostileResult]) {
    if attempt.mustPass {
      #expect(behind.values.allSatisfy { $0.isDone && !$0.isChanged }, "\(attempt.name): \(behind)")
    } else {
      #expect(behind[.sandbox]?.isDone == false, "\(attempt.name) in the sandbox: \(behind)")
      #expect(behind[.sandbox]?.isChanged == false, "\(attempt.name) in the sandbox: \(behind)")
    }
  }

  /// The same on this machine's kernel, as far as a loop device goes.
  @Test(
    "SWB-AM-01 SWB-AM-02 SWB-AM-03 SWB-AM-04 SWB-AM-05 each attempt inside the sandbox, on a loop device",
    .enabled(if: Machine.hasLoopDevices, "needs root and loop devices"))
  func insideTheSandboxOnThisMachine() throws {
    let loop = try LoopDevice(length: 8 << 20)
    let folder = try TemporaryFolder()
    let program = "\(try Programs.folder())/exhibit-hostile-writes"
    for attempt in HostileAttempt.all where attempt.bus == .scsi {
      let line = try Tool.require(
        program, ["sandbox", loop.path.string, folder.path.string, "/nonexistent", attempt.name])
      expect(attempt, [.sandbox: HostileResult(line)])
    }
    for name in ["open", "reopen", "mmap", "zero-out"] {
      let line = try Tool.require(
        program, ["none", loop.path.string, folder.path.string, "/nonexistent", name])
      #expect(HostileResult(line).isChanged, "\(name) without protection: \(line)")
    }
  }
}
