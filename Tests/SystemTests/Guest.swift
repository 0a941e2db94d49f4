import EvidenceTestKit
import Foundation
import SystemPackage

/// A whole computer in software, with disks of every kind, running a Debian kernel and the programs under test.
///
/// It ends when it is dropped, and when this process ends, however it ends.
final class Guest {
  /// Where its disks' files are; they outlive it.
  private let folder: TemporaryFolder
  private let machine: Process
  private let agent: LineSocket
  private let monitor: LineSocket
  private let digests: [String: String]
  private var scripts = 0

  /// Makes the disks' files and boots.
  /// - Parameter addition: what it has beside the usual.
  convenience init(_ disks: [GuestDisk], with addition: GuestImage.Addition = .init()) throws {
    let folder = try TemporaryFolder()
    for name in ["share", "served"] {
      try FileManager.default.createDirectory(
        atPath: folder.appending(name).string, withIntermediateDirectories: true)
    }
    for disk in disks { try disk.fill(folder.appending(disk.name)) }
    _ = try GuestImage.build(in: folder.path, with: addition)
    try self.init(disks, in: folder)
  }

  /// Boots again with the disks of another guest, as that one left them when it lost its power.
  convenience init(_ disks: [GuestDisk], after guest: Guest) throws { try self.init(disks, in: guest.folder) }

  private init(_ disks: [GuestDisk], in folder: TemporaryFolder) throws {
    self.folder = folder
    self.digests = Dictionary(
      uniqueKeysWithValues: try disks.map { ($0.name, try Self.digest(of: folder.appending($0.name))) })
    let share = folder.appending("share")
    let machine = Process()
    machine.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    machine.arguments =
      [
        "setpriv", "--pdeathsig", "KILL", "qemu-system-x86_64", "-machine", "q35", "-accel", "tcg", "-cpu",
        "max", "-m", "1024", "-nodefaults",
        "-no-user-config", "-display", "none", "-no-reboot",
        "-kernel", "/boot/vmlinuz-\(GuestImage.kernelVersion ?? "")", "-initrd",
        GuestImage.archive(in: folder.path).string,
        "-append", "console=ttyS0 quiet panic=-1 no_timer_check usb-storage.delay_use=0",
        "-serial", "file:\(folder.appending("console"))",
        "-qmp", "unix:\(folder.appending("qmp")),server=on,wait=off",
        "-device", "virtio-serial-pci", "-device", "virtserialport,chardev=agent",
        "-chardev", "socket,id=agent,path=\(folder.appending("agent")),server=on,wait=off",
        "-fsdev", "local,id=share,path=\(share),security_model=none",
        "-device", "virtio-9p-pci,fsdev=share,mount_tag=share",
        "-fsdev", "local,id=served,path=\(folder.appending("served")),security_model=none",
        "-device", "virtio-9p-pci,fsdev=served,mount_tag=served",
        "-device", "virtio-scsi-pci,id=scsi", "-device", "qemu-xhci,id=xhci",
      ] + disks.flatMap { $0.arguments(file: folder.appending($0.name)) }
    let log = folder.appending("log")
    try TestFiles.write([], to: log)
    machine.standardInput = FileHandle.nullDevice
    machine.standardOutput = FileHandle(forWritingAtPath: log.string)
    machine.standardError = FileHandle(forWritingAtPath: log.string)
    try Self.start(machine)
    self.machine = machine
    do {
      self.agent = try LineSocket(folder.appending("agent")) { machine.isRunning }
      self.monitor = try LineSocket(folder.appending("qmp")) { machine.isRunning }
      guard try agent.line() == "ready" else { throw ToolFailure(description: "the guest does not begin") }
      _ = try monitor.line()
      try command("qmp_capabilities")
    } catch {
      Self.end(machine)
      let said = ["log", "console"].compactMap { try? TestFiles.read(folder.appending($0)) }
      throw ToolFailure(
        description: "\(error)\n\(said.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n"))")
    }
  }

  deinit { Self.end(machine) }

  /// Pulls the computer's own plug: what no disk has been given is gone.
  func losePower() { Self.end(machine) }

  /// Starts it from a thread that lives as long as it does: the kernel kills it when the thread that started it ends,
  /// and only then when this process does.
  private static func start(_ machine: Process) throws {
    let started = DispatchSemaphore(value: 0)
    nonisolated(unsafe) var failure: (any Error)?
    Thread {
      do { try machine.run() } catch { failure = error }
      started.signal()
      if machine.isRunning { machine.waitUntilExit() }
    }.start()
    started.wait()
    if let failure { throw failure }
  }

  /// By the signal that no process can hold back: others may be blocked in whoever inherits from a test's thread.
  private static func end(_ machine: Process) {
    kill(machine.processIdentifier, SIGKILL)
    machine.waitUntilExit()
  }

  /// Runs lines of shell in the guest; variables and background jobs live on.
  func run(_ script: String) throws -> ToolResult {
    scripts += 1
    let name = "\(scripts)"
    try TestFiles.write(Array((script + "\n").utf8), to: shared(name))
    try agent.send(name)
    let status = Int32(try agent.line()) ?? -1
    func text(_ suffix: String) throws -> String {
      String(decoding: try TestFiles.read(shared(name + suffix)), as: UTF8.self)
    }
    return ToolResult(status: status, output: try text(".out"), errors: try text(".err"))
  }

  /// Runs lines of shell and demands that the last one succeeds.
  @discardableResult
  func require(_ script: String) throws -> String {
    let result = try run(script)
    guard result.status == 0 else {
      throw ToolFailure(
        description: "in the guest, status \(result.status): \(script)\n\(result.output)\(result.errors)")
    }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  /// A file the guest sees as `/share/NAME`.
  func shared(_ name: String) -> FilePath { folder.appending("share").appending(name) }

  /// What the disk holds, in a file of the host.
  func file(of disk: GuestDisk) -> FilePath { folder.appending(disk.name) }

  /// SHA-256 of what the disk held before the guest was booted, in hexadecimal.
  func digest(of disk: GuestDisk) -> String { digests[disk.name] ?? "" }

  /// SHA-256 of what the disk holds now.
  func digestNow(of disk: GuestDisk) throws -> String { try Self.digest(of: folder.appending(disk.name)) }

  private static func digest(of file: FilePath) throws -> String {
    String(try Tool.require("sha256sum", [file.string]).prefix(64))
  }

  /// Waits until the guest has the disk.
  /// - Returns: its path in the guest.
  func path(of disk: GuestDisk) throws -> String {
    try require(
      """
      found=
      until [ -n "$found" ]; do
        for size in /sys/block/*/size; do
          name=${size%/size}
          [ "$(cat $size)" = \(disk.length / 512) ] && [ -b /dev/${name##*/} ] && found=/dev/${name##*/}
        done
        [ -n "$found" ] || sleep 0.1
      done
      echo $found
      """)
  }

  /// Pulls the plug of a disk.
  func unplug(_ disk: GuestDisk) throws { try command("device_del", ["id": disk.name]) }

  /// Plugs a disk in again, which answers every read now.
  func plugIn(_ disk: GuestDisk) throws {
    try liftLimit(of: disk)
    // The device that was unplugged holds its file until the guest has let go of it.
    for attempt in 1... {
      do {
        return try command("device_add", Dictionary(uniqueKeysWithValues: disk.device))
      } catch let failure as ToolFailure
        where failure.description.contains("Permission conflict") && attempt < 10 * LineSocket.patience
      {
        usleep(100_000)
      }
    }
  }

  /// Has a disk that stalls answer again, also what it was asked before.
  func liftLimit(of disk: GuestDisk) throws {
    try command(
      "qom-set",
      [
        "path": "/objects/limit-\(disk.name)", "property": "limits",
        "value": ["bps-read": 0, "bps-read-max": 0],
      ])
    // What waits for its turn is let go when the machine halts.
    try command("stop")
    try command("cont")
  }

  /// A command of QEMU's monitor protocol; events that come before its answer are skipped.
  private func command(_ name: String, _ arguments: [String: Any] = [:]) throws {
    let object: [String: Any] = ["execute": name, "arguments": arguments]
    try monitor.send(String(decoding: try JSONSerialization.data(withJSONObject: object), as: UTF8.self))
    while true {
      let line = try monitor.line()
      let answer = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      if answer?["return"] != nil { return }
      guard answer?["event"] != nil else { throw ToolFailure(description: "\(name): \(line)") }
    }
  }
}
