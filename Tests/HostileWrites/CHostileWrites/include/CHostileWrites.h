// Ways to change a device, or what protects it, each tried once. For tests that they are refused; on a device that may
// be lost.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What an attempt works with.
struct hostile_target {
  /// Path of the device.
  const char *device;
  /// Open on it, for reading only.
  int32_t held;
  /// A folder in which files may be made.
  const char *scratch;
  /// A kernel module that is not loaded.
  const char *module;
  /// 64 KiB at this many bytes of the device may be changed.
  uint64_t offset;
};

/// Makes the attempt of this name. Returns 0 where it was done, or a negative error number; -ENOSYS where there is no
/// such attempt, -EPROTO where the device answered a command with a refusal.
int32_t hostile_attempt(const char *name, const struct hostile_target *target);

/// BLKROSET.
int32_t hostile_set_read_only(const char *device, int32_t is_read_only);

/// Fills `length` bytes at `offset` of the device with a byte, and syncs.
int32_t hostile_fill(const char *device, uint64_t offset, size_t length, uint8_t value);

/// A checksum of `length` bytes at the beginning of what an O_DIRECT descriptor is open on; 0 where it cannot be read.
uint64_t hostile_checksum(int32_t descriptor, size_t length);
