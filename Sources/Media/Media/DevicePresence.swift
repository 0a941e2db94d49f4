import Evidence
import Glibc
import SystemIO
import SystemPackage

/// Tells a block device that is gone from one that refuses a sector: the kernel answers both with the same number.
struct DevicePresence {
  /// The disk's folder in sysfs, as it was when the device was opened; `nil` where there is no sysfs.
  private let disk: FilePath?
  /// Bytes of the sector that is read to see whether the device answers.
  private let sectorSize: Int
  /// Where something was read last, in bytes; `nil` where nothing was, or where it does not answer any more.
  private let answered = Monitor<UInt64?>(nil)

  /// How long a device may take to go, in microseconds: while it is being pulled it refuses everything.
  private static let departure: UInt32 = 2_000_000
  private static let step: UInt32 = 50_000

  init(_ path: FilePath, sectorSize: UInt32) {
    self.disk = SysfsDevice(node: path)?.disk
    self.sectorSize = Int(sectorSize)
  }

  /// Notes that the device returned the sector at byte `offset`.
  func note(_ offset: UInt64) { answered.withLock { $0 = offset } }

  /// Why the device, which has just refused a read, counts as gone; `nil` where it is still there.
  ///
  /// It is there where it returns a sector that it returned before. Where it does not, it is given time to go: once,
  /// until it answers again.
  /// - Parameter isDirect: reads come from the device; a page cache would answer for one that is gone.
  func loss(of device: borrowing OwnedDescriptor, isDirect: Bool) -> String? {
    if let reason = lossBySystem(device) { return reason }
    guard isDirect, let offset = answered.withLock({ $0 }), !answers(device, at: offset) else { return nil }
    for _ in 0..<Self.departure / Self.step {
      usleep(Self.step)
      if let reason = lossBySystem(device) { return reason }
    }
    // A drive may fail for good; a file behind a loop device does not, but what it lies on goes away.
    if backingFile != nil { return "what was read before cannot be read any more" }
    answered.withLock { $0 = nil }
    return nil
  }

  /// The file behind a loop device.
  private var backingFile: FilePath? {
    disk.flatMap { Files.systemText($0.appending("loop/backing_file")) }.map { FilePath($0) }
  }

  private func answers(_ device: borrowing OwnedDescriptor, at offset: UInt64) -> Bool {
    let page = PageBuffer(capacity: sectorSize)
    return page.fill { buffer in
      (try? device.read(into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<sectorSize]), at: offset))
        == sectorSize
    }
  }

  /// What the kernel says: the size behind the descriptor, the folder in sysfs, the state of SCSI and NVMe devices.
  private func lossBySystem(_ device: borrowing OwnedDescriptor) -> String? {
    guard let status = try? device.blockDeviceStatus(), status.length > 0 else {
      return "the kernel has removed it"
    }
    guard let disk else { return nil }
    guard Files.exists(disk) else { return "the kernel has removed it" }
    if let backingFile, case .failure(let number) = Syscalls.status(backingFile),
      number != .noSuchFileOrDirectory
    {
      return "the file behind it: \(number)"
    }
    let state = Files.systemText(disk.appending("device/state")) ?? ""
    let isGone = Self.statesOfLoss.contains { state.hasPrefix($0) }
    return isGone ? "its state is \(state)" : nil
  }

  /// Of SCSI (`sdev_state`) and NVMe (`nvme_ctrl_state`).
  private static let statesOfLoss = ["cancel", "deleted", "offline", "transport-offline", "deleting", "dead"]
}
