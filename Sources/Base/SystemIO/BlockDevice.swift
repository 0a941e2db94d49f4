internal import CLinux
import Evidence

/// What the kernel says of a block device, asked by ioctl on an open descriptor.
package struct BlockDeviceStatus: Hashable, Sendable {
  /// BLKGETSIZE64, in bytes.
  package let length: UInt64
  /// BLKSSZGET, in bytes.
  package let logicalSectorSize: UInt32
  /// BLKPBSZGET, in bytes.
  package let physicalSectorSize: UInt32
  /// BLKROGET: the kernel refuses writes to it.
  package let isReadOnly: Bool
}

extension OwnedDescriptor {
  /// Asks the kernel about the block device this descriptor is open on.
  /// - Throws: `mediumVanished` where the device is gone, `systemCall` otherwise.
  package borrowing func blockDeviceStatus() throws(EvidenceError) -> BlockDeviceStatus {
    var length: UInt64 = 0
    var logical: UInt32 = 0
    var physical: UInt32 = 0
    var readOnly: Int32 = 0
    for result in [
      clinux_block_size64(number, &length), clinux_block_logical_sector(number, &logical),
      clinux_block_physical_sector(number, &physical), clinux_block_read_only(number, &readOnly),
    ] {
      _ = try Syscalls.outcome(result).orThrow(.systemCall, path.string)
    }
    guard logical > 0 else { throw EvidenceError(.systemCall, path.string, "no sector size reported") }
    return BlockDeviceStatus(
      length: length, logicalSectorSize: logical, physicalSectorSize: max(physical, logical),
      isReadOnly: readOnly != 0)
  }

  /// BLKROSET: the kernel refuses writes to the device from now on, whoever asks.
  /// - Throws: `permissionDenied`, `systemCall`.
  package borrowing func setReadOnly() throws(EvidenceError) {
    _ = try Syscalls.outcome(clinux_block_set_read_only(number)).orThrow(.systemCall, path.string)
  }

  /// Tells the kernel that the file will be read from beginning to end. Failure costs speed only.
  package borrowing func adviseSequential() { _ = clinux_advise_sequential(number) }

  /// Has the kernel drop what it holds of the file in memory, so that the next read comes from where the file lies. What
  /// is not written yet stays: sync before.
  package borrowing func forgetCached() { _ = clinux_forget_cached(number) }
}
