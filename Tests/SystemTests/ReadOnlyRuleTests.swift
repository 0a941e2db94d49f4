import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// The rule for udev that is shipped.
@Suite(
  .serialized, .timeLimit(.minutes(60)),
  .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
struct ReadOnlyRuleTests {
  private static let name = "01-exhibit-read-only.rules"
  private static let rule = (0..<3).reduce(FilePath(#filePath)) { path, _ in path.removingLastComponent() }
    .appending("Docs").appending("udev").appending(name)

  @Test(
    "SWB-AM-06 SWB-AM-08 a disk that is connected is read-only before anything else, and that is said of it")
  func whatIsConnectedIsReadOnly() throws {
    let stick = GuestDisk(name: "stick", bus: .usb, length: 6 << 20, serial: "STICK-1", contents: .blank)
    let own = GuestDisk(name: "own", bus: .ata, length: 7 << 20, serial: "OWN-1")
    let guest = try Guest([stick, own])
    try TestFiles.write(try TestFiles.read(Self.rule), to: guest.shared(Self.name))
    let before = try guest.path(of: stick)
    // A partition, whose flag is its own.
    try guest.require(
      """
      printf 'n\\np\\n1\\n2048\\n4095\\nw\\n' | fdisk -u \(before) > /dev/null
      [ -b \(before)1 ] && [ "$(blockdev --getro \(before))$(blockdev --getro \(before)1)" = 00 ] &&
      mkdir -p /etc/udev/rules.d /run/udev && cp /share/\(Self.name) /etc/udev/rules.d/ &&
      /lib/systemd/systemd-udevd --daemon && udevadm control --ping
      """)
    try guest.unplug(stick)
    try guest.require("while [ -b \(before) ]; do sleep 0.1; done")
    try guest.plugIn(stick)
    let path = try guest.path(of: stick)
    try guest.require("until [ -b \(path)1 ]; do sleep 0.1; done; udevadm settle")
    #expect(try guest.require("blockdev --getro \(path)") == "1")
    #expect(try guest.require("blockdev --getro \(path)1") == "1")
    #expect(try guest.require("udevadm info \(path)1").contains("EXHIBIT_READ_ONLY=set"))
    #expect(try guest.require("exhibit devices \(path)").contains("refused by the kernel (read-only flag)"))
    // The workstation's own disks are left alone.
    let system = try guest.path(of: own)
    try guest.require("udevadm trigger --action=add --settle \(system)")
    #expect(try guest.require("blockdev --getro \(system)") == "0")
    #expect(try guest.require("exhibit devices \(system)").contains("NOT refused by the kernel"))
    // udev has nothing to say against the file.
    let read = try guest.require("udevadm test --action=add $(udevadm info -q path \(path)) 2>&1")
    #expect(read.contains(Self.name))
    let complaints = read.split(separator: "\n").filter { line in
      line.contains(Self.name + ":")
        && ["nvalid", "nknown", "gnoring", "ailed"].contains { line.contains($0) }
    }
    #expect(complaints.isEmpty)
  }
}
