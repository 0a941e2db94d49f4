import Evidence
import EvidenceTestKit
import Foundation
import Testing

/// Disks of every kind under a kernel of their own, as no container has them.
@Suite(
  .serialized, .timeLimit(.minutes(60)),
  .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
struct AcquisitionInGuestTests {
  private static let createCase = """
    exhibit case create case --number 2026-0142 --title Guest --examiner "A. Examiner" --organisation Laboratory \\
      --unencrypted-key > /dev/null && cd case
    """

  @Test(
    "SWB-AM-06 SWB-AM-07 SWB-AM-08 every kind of disk is listed with its protection, and acquired as it is")
  func everyKindOfDiskIsAcquiredAsItIs() throws {
    let disks = GuestDisk.everyKind
    let guest = try Guest(disks)
    // A disk that the kernel has not found yet would be missing from the list.
    let paths = try disks.map { try guest.path(of: $0) }
    let listed = try DeviceList(guest)
    let shown = try guest.require("exhibit devices")
    #expect(shown.split(separator: "\n").filter { $0.hasPrefix("/dev/") }.count == disks.count)
    #expect(listed.paths.count == disks.count)
    try guest.require(Self.createCase)
    for (disk, path) in zip(disks, paths) {
      listed.expect(disk, at: path)
      let said = try guest.require(
        """
        exhibit item add --number \(disk.name) --description disk --serial '\(disk.serial.lowercased())' > /dev/null &&
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
      #expect(source["serial"] as? String == disk.serial, "\(disk.name)")
      #expect(source["readOnly"] as? Bool == disk.isReadOnly, "\(disk.name)")
      if let wwn = disk.wwn {
        #expect((source["wwn"] as? String)?.hasSuffix(wwn.dropFirst(2)) == true, "\(disk.name): \(source)")
      }
      // What the device said of itself lies beside the image, as it came.
      let files = (manifest["files"] as? [[String: Any]] ?? []).compactMap { $0["name"] as? String }
      for reply in [
        "device.json", "device-first-sectors.bin", "device-\(disk.bus.reply).bin", "device-after.json",
      ] {
        #expect(files.contains("\(disk.name).\(reply)"), "\(files)")
      }
      expectProtection(disk, manifest["writeProtection"] as? [String: Any] ?? [:])
      #expect(try guest.digestNow(of: disk) == guest.digest(of: disk), "\(disk.name) was changed")
    }
    #expect(try guest.require("exhibit verify").contains("Verified: all recorded values match"))
    let report = try guest.require("exhibit report --item nvme > /dev/null && cat reports/nvme-report-1.html")
    for words in [
      "Health, self-reported (SMART)", "Before it was read", "Commands sent to the device",
      "device&#39;s own write counters", "commands sent by a process of their own",
    ] { #expect(report.contains(words), "\(words)") }
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1" {
      let text = ExampleDocument.text(
        devices: shown,
        protection: try manifest(in: guest, disks.first { $0.name == "nvme" } ?? disks[0])["writeProtection"],
        report: report)
      try TestFiles.write(Array(text.utf8), to: ExampleDocument.path)
    }
  }

  /// A device with another serial number than the item's label says is refused, or accepted by name and recorded.
  @Test func theSerialNumberOfTheDeviceIsHeldAgainstTheLabel() throws {
    let disk = GuestDisk(name: "stick", bus: .usb, length: 2 << 20, serial: "STICK-0001")
    let guest = try Guest([disk])
    let path = try guest.path(of: disk)
    try guest.require(Self.createCase)
    try guest.require("exhibit item add --number 001 --description stick --serial 4C530001 > /dev/null")
    let refused = try guest.require(
      "exhibit acquire \(path) --item 001 --format raw > out 2>&1; echo $?; cat out; ls evidence")
    #expect(refused.hasPrefix("2\n"), "\(refused)")
    #expect(refused.contains("STICK-0001, NOT the serial number recorded for item 001"), "\(refused)")
    #expect(refused.contains("label serial 4C530001"), "\(refused)")
    #expect(refused.contains(ErrorCode.otherSerial.summary), "\(refused)")
    #expect(!refused.contains("Complete"), "\(refused)")
    try guest.require(
      """
      exhibit acquire \(path) --item 001 --format raw --accept other-serial --reason 'The label is of the case.' > out &&
      cp evidence/001/001.manifest.json /share/stick.manifest.json
      """)
    let manifest = try manifest(in: guest, disk)
    #expect((manifest["source"] as? [String: Any])?["serial"] as? String == "STICK-0001")
    #expect((manifest["item"] as? [String: Any])?["serial"] as? String == "4C530001")
    let protection = manifest["writeProtection"] as? [String: Any] ?? [:]
    let override = (protection["overrides"] as? [[String: String]])?.first
    #expect(override?["state"] == "other-serial" && override?["reason"] == "The label is of the case.")
    let report = try guest.require("exhibit report --item 001 > /dev/null && cat reports/001-report-1.html")
    #expect(report.contains("The label is of the case.") && report.contains("STICK-0001"))
  }

  /// What the record says of the layers, and of the commands that were sent.
  private func expectProtection(_ disk: GuestDisk, _ protection: [String: Any]) {
    let layers = protection["layers"] as? [[String: String]] ?? []
    let states = Dictionary(layers.map { ($0["name"] ?? "", $0["state"] ?? "") }) { first, _ in first }
    for name in [
      "opened read-only", "opened exclusively", "kernel read-only flag", "kernel write counters",
      "sandbox: no new privileges", "sandbox: capabilities dropped", "sandbox: files closed (Landlock)",
      "sandbox: system calls refused (seccomp)", "commands sent by a process of their own",
      "attempt to open for writing", "sentinel sectors",
    ] { #expect(states[name] == "active", "\(disk.name): \(name) is \(states[name] ?? "not there")") }
    #expect(states["hardware write blocker"] == "unknown", "\(disk.name)")
    let own = layers.first { $0["name"] == "device's own write counters" } ?? [:]
    if disk.bus == .nvme {
      #expect(own["state"] == "active" && own["before"]?.contains("host writes") == true, "\(own)")
    }
    if disk.bus != .usb, !disk.isOptical {
      #expect(states["write protection of the device itself"] == (disk.isReadOnly ? "active" : "inactive"))
    }
    let commands = protection["commands"] as? [String: Int] ?? [:]
    switch disk.bus {
    // Once before and once after.
    case .ata: #expect(commands["ATA SMART READ DATA"] == 2, "\(commands)")
    case .nvme: #expect(commands["NVMe Get Log Page (health)"] == 2, "\(commands)")
    case .scsi, .usb: #expect(commands["INQUIRY"] == 1, "\(commands)")
    }
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
      // It was asked what it is when it was begun and when it was resumed, and every command is counted.
      try guest.require(
        "cd evidence/\(item) && ls \(item).device.json \(item).device-resumed1.json \(item).device-after.json && "
          + "cp \(item).manifest.json /share/; s=$?; cd ../..; [ $s = 0 ]")
      let protection = try manifest(in: guest, disk)["writeProtection"] as? [String: Any] ?? [:]
      #expect(
        (protection["commands"] as? [String: Int])?["INQUIRY"] == 2,
        "\(loss): \(protection["commands"] ?? "")")
    }
    #expect(try guest.require("exhibit verify").contains("Verified: all recorded values match"))
  }
}
