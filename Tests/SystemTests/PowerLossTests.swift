import EvidenceTestKit
import Foundation
import Testing

/// A computer that loses its power: unlike a killed program, nothing outlives it but what its disk was given.
@Suite(
  .serialized, .timeLimit(.minutes(60)),
  .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
struct PowerLossTests {
  /// Three blocks of 16 MiB and a part, which stops answering in the block before the last where it is told to.
  private static func source(stallsAfter: Int? = nil) -> GuestDisk {
    GuestDisk(
      name: "source", bus: .scsi, length: (49 << 20) + 512, stallsAfter: stallsAfter, serial: "SOURCE-1")
  }
  private static let destination = GuestDisk(
    name: "destination", bus: .nvme, length: 256 << 20, serial: "DESTINATION-1", contents: .formatted)

  private func boot(source: GuestDisk, after earlier: Guest? = nil) throws -> Guest {
    let disks = [source, Self.destination]
    let guest = try earlier.map { try Guest(disks, after: $0) } ?? Guest(disks)
    // The kernel replays the file system's journal.
    let path = try guest.path(of: Self.destination)
    try guest.require("mkdir /work && mount -t ext4 \(path) /work && cd /work")
    return guest
  }

  /// Starts a command that reads the source, and waits until its journal is past a byte.
  private func start(_ command: String, in guest: Guest, untilPast byte: Int) throws {
    try guest.require(
      """
      (exhibit \(command) > /tmp/out 2>&1; echo $? > /tmp/status) &
      position=0
      until [ "${position:-0}" -gt \(byte) ] || [ -e /tmp/status ]; do
        sleep 0.1
        position=$(sed -n 's/.*"position":\\([0-9]*\\).*/\\1/p' \\
          case/evidence/001.partial/001.journal 2> /dev/null)
      done
      ! [ -e /tmp/status ] || { cat /tmp/out; false; }
      """)
  }

  @Test
  func `an acquisition survives the loss of power, twice, and what was said to be complete is complete`()
    throws
  {
    var guest = try boot(source: Self.source(stallsAfter: 20 << 20))
    let path = try guest.path(of: Self.source())
    let digest = guest.digest(of: Self.source())
    try guest.require(
      """
      exhibit case create case --number 2026-0142 --title Guest --examiner "A. Examiner" \\
        --unencrypted-key > /dev/null &&
      exhibit item add --case case --number 001 --description disk > /dev/null
      """)
    try start(
      "acquire \(path) --case case --item 001 --format e01 --format raw --checkpoint-interval 0", in: guest,
      untilPast: 0)
    guest.losePower()

    guest = try boot(source: Self.source(stallsAfter: 36 << 20), after: guest)
    let unfinished = try guest.run("exhibit verify case")
    #expect(unfinished.status != 0 && !unfinished.output.contains("Verified: all recorded values match"))
    let resume = "resume --case case --item 001 --source \(try guest.path(of: Self.source()))"
    try start(resume, in: guest, untilPast: 16 << 20)
    guest.losePower()

    guest = try boot(source: Self.source(), after: guest)
    let last = "resume --case case --item 001 --source \(try guest.path(of: Self.source()))"
    let completed = try guest.require("exhibit \(last)")
    #expect(completed.hasPrefix("Complete: every sector was read."))
    #expect(completed.contains("SHA-256   \(digest)"))
    guest.losePower()

    guest = try boot(source: Self.source(), after: guest)
    #expect(try guest.require("exhibit verify case").contains("Verified: all recorded values match"))
    #expect(try guest.require("sha256sum < case/evidence/001/001.raw") == "\(digest)  -")
  }
}
