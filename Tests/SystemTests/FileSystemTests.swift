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

  private static let kernels: [(name: String, type: String, bytes: Int)] = [
    ("FAT32 (Linux)", "vfat", 520 << 20), ("exFAT (Linux)", "exfat", 521 << 20),
  ]

  @Test(
    .enabled(if: isComplete, "runs with EXHIBIT_FAULTS=all"),
    .enabled(if: GuestImage.missing == nil, "needs \(GuestImage.missing ?? "nothing")"))
  func byTheKernel() throws {
    let disks = Self.kernels.map { kind in
      GuestDisk(
        name: kind.type, bus: .scsi, length: kind.bytes, serial: kind.type.uppercased(),
        contents: .system(kind.type))
    }
    let guest = try Guest(disks)
    try Tool.require("cp", [try FaultLibrary.path(), guest.shared("faults.so").string])
    for (kind, disk) in zip(Self.kernels, disks) {
      try guest.require("mkdir -p /drive && mount -t \(kind.type) \(try guest.path(of: disk)) /drive")
      if kind.type == "vfat" { try expectRefused(in: guest) }
      let result = try guest.run(FileSystemRun.script(in: "/drive", faults: "/share/faults.so"))
      expect(FileSystemRow(kind.name, output: result.output + result.errors))
      try guest.require("cd / && umount /drive")
    }
    let result = try guest.run(
      FileSystemRun.script(in: "/share", faults: "/share/faults.so").replacingOccurrences(
        of: "cd '/share'", with: "mkdir /share/drive && cd /share/drive"))
    expect(FileSystemRow("9P of a server (Linux)", output: result.output + result.errors))
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
    #expect(written.count >= Served.allCases.count)
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
