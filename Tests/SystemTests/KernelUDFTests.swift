import EvidenceTestKit
import Foundation
import SystemPackage
import Testing

/// UDF written by the kernel, file by file as on a medium of packets, and read by our own reader.
@Suite(
  .serialized, .timeLimit(.minutes(60)),
  .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"),
  .enabled(if: Tool.exists("mkudffs"), "needs udftools"))
struct KernelUDFTests {
  private static let media = [("cdrw", "0x0150"), ("dvdrw", "0x0201"), ("hd", "0x0201")]

  /// Files in their entry, in one place and in many, a hole, links, and names that were deleted.
  private static let script = """
    cd /mnt; mkdir sub many; echo hello > hello.txt; echo small > "sub/Übersicht 日本.txt"
    dd if=/dev/urandom of=random bs=1000 count=300 2>/dev/null
    i=0; while [ $i -lt 60 ]; do echo $i > many/f$i; i=$((i+1)); done
    i=0; while [ $i -lt 60 ]; do rm many/f$i; i=$((i+2)); done
    ln hello.txt hard; ln -s sub/x link
    printf start > hole; dd if=/dev/zero of=hole bs=1 count=1 seek=3000000 2>/dev/null
    i=0; while [ $i -lt 40 ]; do for f in a b; do dd if=/dev/urandom bs=4096 count=1 2>/dev/null >> $f; done; sync; i=$((i+1)); done
    find . -type f ! -name "Non-Alloc*" | sort | while read f; do sha256sum "$f"; done
    cd /; umount /mnt
    """

  @Test func everyFileIsWhatTheKernelWrote() throws {
    let disks = Self.media.enumerated().map { number, medium in
      GuestDisk(
        name: medium.0, bus: .scsi, length: (24 + number) << 20, serial: "UDF-\(number)",
        contents: .udf(medium: medium.0, revision: medium.1))
    }
    let guest = try Guest(disks, with: .init(modules: ["udf", "nls_utf8"]))
    try guest.require("mkdir -p /mnt")
    for disk in disks {
      let sums = try guest.require("mount -t udf \(try guest.path(of: disk)) /mnt && {\n\(Self.script)\n}")
      #expect(sums.split(separator: "\n").count == 37, "\(disk.name): \(sums)")
      let folder = try TemporaryFolder()
      try TestFiles.write(Array((sums + "\n").utf8), to: folder.appending("sums"))
      try Tool.require(
        "cp", ["--sparse=always", guest.file(of: disk).string, folder.appending("x.iso").string])
      let exhibit = try Programs.folder() + "/exhibit"
      let run = try Tool.run(exhibit, ["disc", "extract", "x.iso", "out"], in: folder.path)
      #expect(run.status == 0, "\(disk.name): \(run.errors)\(run.output.suffix(500))")
      let check = try Tool.run("sha256sum", ["--quiet", "-c", "../sums"], in: folder.appending("out"))
      #expect(check.status == 0, "\(disk.name): \(check.output)")
      // Every name that was deleted is there still.
      let names = run.output.split(separator: "\n").filter { $0.contains("only its name is left") }
      #expect(names.count == 30 && names.contains("not copied: other many/f58, only its name is left"))
      #expect(run.output.contains("not copied: link link"))
    }
  }
}
