import EvidenceTestKit
import Foundation
import SystemIO
import SystemPackage
import Testing

/// Evidence is written to what drives and servers are really formatted with.
@Suite(
  .serialized, .timeLimit(.minutes(60)),
  .enabled(
    if: Machine.hasLoopDevices && FileManager.default.fileExists(atPath: "/dev/fuse") && Tool.exists("clang"),
    "needs root, loop devices, /dev/fuse and clang"))
struct FileSystemTests {
  private static let isComplete = ProcessInfo.processInfo.environment["EXHIBIT_FAULTS"] == "all"
  private static let rows = Monitor<[FileSystemRow]>([])

  // MARK: Through FUSE, on this machine

  private enum Served: String, CaseIterable, Sendable {
    case ntfs = "NTFS (ntfs-3g)"
    case exfat = "exFAT (exfat-fuse)"
    case sftp = "SFTP (sshfs)"
    case passed = "FUSE without a rename that replaces nothing (bindfs)"

    var programs: [String] {
      switch self {
      case .ntfs: ["ntfs-3g", "mkfs.ntfs"]
      case .exfat: ["mount.exfat-fuse", "mkfs.exfat"]
      case .sftp: ["sshfs", "socat", "/usr/lib/openssh/sftp-server"]
      case .passed: ["bindfs"]
      }
    }
  }

  @Test(arguments: Served.allCases)
  private func throughFUSE(_ kind: Served) throws {
    guard kind.programs.allSatisfy({ Tool.exists($0) }) else {
      // Tests/run installs them.
      throw ToolFailure(description: "needs \(kind.programs.joined(separator: ", "))")
    }
    let drive = try ServedDrive(on: kind == .ntfs || kind == .exfat) { place, backing in
      switch kind {
      case .ntfs:
        try Tool.require("mkfs.ntfs", ["-F", "-Q", "-q", backing])
        return [["ntfs-3g", "-o", "no_detach", backing, place]]
      case .exfat:
        try Tool.require("mkfs.exfat", [backing])
        return [["mount.exfat-fuse", "-d", backing, place]]
      case .sftp:
        let port = Int.random(in: 20_000..<32_000)
        return [
          ["socat", "TCP-LISTEN:\(port),bind=127.0.0.1", "EXEC:/usr/lib/openssh/sftp-server"],
          [
            "sh", "-c",
            "until grep -q \(String(format: ":%04X 00000000:0000 0A", port)) /proc/net/tcp; do sleep 0.1; done; "
              + "exec sshfs -f -o directport=\(port) 127.0.0.1:\(backing) \(place)",
          ],
        ]
      case .passed: return [["bindfs", "-f", backing, place]]
      }
    }
    let script = FileSystemRun.script(in: drive.path.string, faults: try FaultLibrary.path())
    let result = try Tool.run(
      "sh", ["-c", script],
      environment: ["PATH": "\(try Programs.folder()):/usr/sbin:/usr/bin:/sbin:/bin"])
    expect(FileSystemRow(kind.rawValue, output: result.output + result.errors))
  }

  private func expect(_ row: FileSystemRow) {
    #expect(row.failures.isEmpty, "\(row.name):\n\(row.output)")
    #expect(Set(row.results.map(\.step)).isSuperset(of: FileSystemRun.steps), "\(row.name):\n\(row.output)")
    Self.rows.withLock { $0.append(row) }
  }

  // MARK: By the kernel, in a machine of its own

  /// What the kernel of the guest mounts, and how; `$DISK` is a block device with an empty file system.
  private struct Mounted: Sendable {
    let name: String
    /// Of the disk below it.
    let type: String
    let bytes: Int
    let mount: String
    /// Ends what serves it.
    var end = ":"
  }

  private static let mounted = [
    Mounted(name: "FAT32 (Linux)", type: "vfat", bytes: 520 << 20, mount: "mount -t vfat $DISK /drive"),
    Mounted(name: "exFAT (Linux)", type: "exfat", bytes: 521 << 20, mount: "mount -t exfat $DISK /drive"),
    Mounted(
      name: "NFS 4.2 of a server (Linux)", type: "ext4", bytes: 523 << 20,
      mount: """
        mkdir -p /export /etc /var/lib/nfs/rpc_pipefs /var/lib/nfs/v4recovery /run &&
        mount -t ext4 $DISK /export && mount -t nfsd nfsd /proc/fs/nfsd && touch /var/lib/nfs/etab /var/lib/nfs/rmtab &&
        echo '/export 127.0.0.1(rw,fsid=0,no_root_squash,insecure,no_subtree_check,sync)' > /etc/exports &&
        /usr/sbin/exportfs -ar && /usr/sbin/rpc.mountd -N 2 -N 3 &&
        echo -3 > /proc/fs/nfsd/versions; echo 1 > /proc/fs/nfsd/nfsv4gracetime; echo 2 > /proc/fs/nfsd/threads;
        mount -t nfs4 -o addr=127.0.0.1,clientaddr=127.0.0.1,vers=4.2 127.0.0.1:/ /drive
        """,
      end: "echo 0 > /proc/fs/nfsd/threads; killall rpc.mountd; umount /proc/fs/nfsd /export"),
  ]

  /// This machine's own kernel may mount none of these: Debian's does, in a virtual machine.
  @Test(
    .enabled(if: isComplete, "runs with EXHIBIT_FAULTS=all"),
    .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"),
    .enabled(
      if: GuestImage.Addition.server.programs.allSatisfy { Tool.exists($0) },
      "needs nfs-kernel-server"))
  func byTheKernel() throws {
    let disks = Self.mounted.map { kind in
      GuestDisk(
        name: "disk\(kind.bytes >> 20)", bus: .scsi, length: kind.bytes, serial: "DISK\(kind.bytes >> 20)",
        contents: kind.type == "ext4" ? .formatted : .system(kind.type))
    }
    let guest = try Guest(disks, with: .server)
    try Tool.require("cp", [try FaultLibrary.path(), guest.shared("faults.so").string])
    try guest.require("mkdir -p /drive && ifconfig lo 127.0.0.1 up")
    try expectRefusedOn9P(in: guest)
    for (kind, disk) in zip(Self.mounted, disks) {
      try guest.require("DISK=\(try guest.path(of: disk))")
      try guest.require(kind.mount)
      if kind.type == "vfat" { try expectRefused(in: guest) }
      let result = try guest.run(FileSystemRun.script(in: "/drive", faults: "/share/faults.so"))
      expect(FileSystemRow(kind.name, output: result.output + result.errors))
      try guest.require("cd / && umount /drive && { \(kind.end); true; }")
    }
  }

  /// Nothing is written to 9P: its files cannot be shared as memory, and an acquisition in its sandbox may not open them.
  /// Both are said before a medium is read.
  private func expectRefusedOn9P(in guest: Guest) throws {
    let said = try guest.run(
      """
      mount -t 9p -o trans=virtio,version=9p2000.L served /drive && cd /tmp && truncate -s 3M medium.img &&
      exhibit case create /drive/case --number 1 --title T --examiner E --unencrypted-key; echo $?; ls /drive
      exhibit case create case --number 1 --title T --examiner E --unencrypted-key > /dev/null &&
      exhibit item add --case case --number 001 --description d > /dev/null && mkdir /drive/copy &&
      exhibit acquire medium.img --case case --item 001 --format raw --copy-to /drive/copy > /dev/null; echo $?
      ls /drive/copy case/evidence; cd /; rm -r /tmp/case /drive/copy; umount /drive
      """)
    #expect(said.output == "2\n2\n/drive/copy:\n\ncase/evidence:\n", "\(said.output)\(said.errors)")
    #expect(said.errors.contains("cannot hold evidence safely: /drive/case"), "\(said.errors)")
    #expect(said.errors.contains("permission denied: /drive/copy"), "\(said.errors)")
  }

  /// An image that is longer than a file can be there.
  private func expectRefused(in guest: Guest) throws {
    let said = try guest.run(
      """
      cd /drive && truncate -s 5G /tmp/large &&
      exhibit case create large --number 1 --title T --examiner E --unencrypted-key > /dev/null &&
      exhibit item add --case large --number 001 --description d > /dev/null &&
      exhibit acquire /tmp/large --case large --item 001 --format raw --accept-little-space; status=$?
      ls large/evidence; cd /tmp; rm -r /drive/large /tmp/large; [ $status = 2 ]
      """)
    #expect(said.status == 0, "\(said.output)\(said.errors)")
    #expect(said.output.isEmpty, "nothing was written: \(said.output)")
    #expect(said.errors.contains("too large for the destination"), "\(said.errors)")
    #expect(said.errors.contains("--split"), "\(said.errors)")
  }

  // MARK: The document

  /// Runs last.
  @Test func theTableIsWhatWasSeen() throws {
    let seen = Self.rows.withLock { $0.map(\.line) }
    if ProcessInfo.processInfo.environment["EXHIBIT_UPDATE_DOCS"] == "1", Self.isComplete {
      try TestFiles.write(Array(FileSystemDocument.text(seen).utf8), to: FileSystemDocument.path)
    }
    let written = try FileSystemDocument.rows()
    #expect(written.count == Served.allCases.count + Self.mounted.count)
    for row in seen { #expect(written.contains(row), "\(row)") }
  }
}

/// A folder on a file system that a program serves, until it is dropped.
private final class ServedDrive {
  let path: FilePath
  private let folder: TemporaryFolder
  private let loop: LoopDevice?
  private var servers: [RunningTool] = []

  /// - Parameters:
  ///   - onDevice: it lies on a block device; in a folder otherwise.
  ///   - programs: that serve it, given the place and what lies behind it. They stay in front: what goes behind keeps
  ///     what a test waits for.
  init(on onDevice: Bool, _ programs: (String, String) throws -> [[String]]) throws {
    folder = try TemporaryFolder()
    path = folder.appending("drive")
    let backing = folder.appending("backing")
    for place in [path, backing] { try Tool.require("mkdir", [place.string]) }
    loop = onDevice ? try LoopDevice(length: 512 << 20) : nil
    for program in try programs(path.string, (loop?.path ?? backing).string) {
      servers.append(try RunningTool(program[0], Array(program.dropFirst())))
    }
    var patience = 3000
    while try !String(contentsOfFile: "/proc/self/mounts", encoding: .utf8).contains(" \(path) ") {
      patience -= 1
      guard servers.last?.isRunning == true, patience > 0 else {
        throw ToolFailure(description: "not mounted: \(try servers.last?.end().errors ?? "")")
      }
      usleep(10_000)
    }
  }

  deinit {
    if (try? Tool.run("umount", [path.string]))?.status != 0 {
      _ = try? Tool.run("umount", ["-l", path.string])
    }
    for server in servers { _ = try? server.end() }
  }
}
