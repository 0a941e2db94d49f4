import Evidence
import EvidenceTestKit
import Foundation
import Testing

/// Disks of every kind under a kernel of their own, as no container has them.
@Suite(
  .serialized, .timeLimit(.minutes(10)),
  .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
struct AcquisitionInGuestTests {
  private static let createCase = """
    exhibit case create case --number 2026-0142 --title Guest --examiner "A. Examiner" --organisation Laboratory \\
      --unencrypted-key > /dev/null && cd case
    """

  @Test func everyKindOfDiskIsAcquiredAsItIs() throws {
    let disks = GuestDisk.everyKind
    let guest = try Guest(disks)
    // A disk that the kernel has not found yet would be missing from the list.
    let paths = try disks.map { try guest.path(of: $0) }
    let listed = try DeviceList(guest)
    #expect(listed.paths.count == disks.count)
    try guest.require(Self.createCase)
    for (disk, path) in zip(disks, paths) {
      listed.expect(disk, at: path)
      let said = try guest.require(
        """
        exhibit item add --number \(disk.name) --description disk > /dev/null &&
        exhibit acquire \(path) --item \(disk.name) --format raw &&
        cp evidence/\(disk.name)/\(disk.name).manifest.json /share/ &&
        sha256sum < evidence/\(disk.name)/\(disk.name).raw
        """)
      #expect(said.hasPrefix("Complete: every sector was read."), "\(disk.name)")
      #expect(said.contains("SHA-256   \(guest.digest(of: disk))"), "\(disk.name)")
      #expect(said.hasSuffix("\(guest.digest(of: disk))  -"), "\(disk.name): the raw image")
      let manifest = try manifest(in: guest, disk)
      let source = manifest["source"] as? [String: Any] ?? [:]
      #expect(source["path"] as? String == path)
      #expect(source["logicalSectorSize"] as? Int == disk.sectorSize, "\(disk.name)")
      #expect(source["length"] as? Int == disk.length)
      #expect(source["readOnly"] as? Bool == disk.isReadOnly, "\(disk.name)")
      if let wwn = disk.wwn {
        #expect((source["wwn"] as? String)?.hasSuffix(wwn.dropFirst(2)) == true, "\(disk.name): \(source)")
      }
      // What the device said of itself lies beside the image, as it came.
      let files = (manifest["files"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
      for reply in ["device.json", "device-first-sectors.bin", "device-\(disk.bus.reply).bin"] {
        #expect(files.contains("\(disk.name).\(reply)"), "\(files)")
      }
      #expect(try guest.digestNow(of: disk) == guest.digest(of: disk), "\(disk.name) was changed")
    }
    #expect(try guest.require("exhibit verify").contains("Verified: everything recorded"))
  }

  private func manifest(in guest: Guest, _ disk: GuestDisk) throws -> [String: Any] {
    let bytes = Data(try TestFiles.read(guest.shared("\(disk.name).manifest.json")))
    return try JSONSerialization.jsonObject(with: bytes) as? [String: Any] ?? [:]
  }

  /// How a disk goes away.
  private enum Loss: Int, CaseIterable {
    case unpluggedSCSI
    case unpluggedUSB
    /// Still there, but the kernel has given up on it and answers every read with EIO.
    case takenOffline

    /// Two blocks of 16 MiB and more; it stops answering in the second, so that it does not matter when it goes.
    var disk: GuestDisk {
      GuestDisk(
        name: "lost\(rawValue)", bus: self == .unpluggedUSB ? .usb : .scsi, length: (33 + rawValue) << 20,
        stallsAfter: 17 << 20, serial: "LOST-\(rawValue)")
    }
  }

  @Test func aLostDiskIsNoRunOfUnreadableSectors() throws {
    let guest = try Guest(Loss.allCases.map(\.disk))
    try guest.require(Self.createCase)
    for loss in Loss.allCases {
      let disk = loss.disk
      let item = disk.name
      let path = try guest.path(of: disk)
      try guest.require(
        """
        exhibit item add --number \(item) --description disk
        (exhibit acquire \(path) --item \(item) --format raw --checkpoint-interval 0 > out 2> err; echo $? > status) &
        until grep -q '"position":16777216' evidence/\(item).partial/\(item).journal 2> /dev/null || [ -e status ]
        do sleep 0.1; done
        ! [ -e status ]
        """)
      let state = "/sys/block/\(path.dropFirst("/dev/".count))/device/state"
      if loss == .takenOffline {
        try guest.require("echo offline > \(state)")
        try guest.liftLimit(of: disk)
      } else {
        try guest.unplug(disk)
      }
      let ended = try guest.require("until [ -e status ]; do sleep 0.1; done; cat status out err; rm status")
      #expect(ended.hasPrefix("\(ExitStatus.incomplete.rawValue)\nIncomplete: "), "\(ended)")
      #expect(ended.contains(ErrorCode.mediumVanished.summary), "\(ended)")
      #expect(!ended.contains("unreadable"), "\(ended)")

      if loss == .takenOffline {
        try guest.require("echo running > \(state)")
      } else {
        try guest.plugIn(disk)
      }
      let resumed = try guest.require("exhibit resume --item \(item) --source \(try guest.path(of: disk))")
      #expect(resumed.hasPrefix("Complete: every sector was read."), "\(loss)")
      #expect(resumed.contains("SHA-256   \(guest.digest(of: disk))"), "\(loss)")
    }
    #expect(try guest.require("exhibit verify").contains("Verified: everything recorded"))
  }
}
