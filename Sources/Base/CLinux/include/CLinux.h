// Linux system calls and ioctls that Swift cannot reach itself, as plain functions.
// Each returns 0 (or a count where said), or a negative error number. No policy here.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CLinuxKeyring.h"
#include "CLinuxSandbox.h"

/// The O_DIRECT flag of this architecture.
int32_t clinux_open_direct_flag(void);

// Of lseek: the next place where something is stored, or where a hole begins.
int32_t clinux_seek_data(void);
int32_t clinux_seek_hole(void);

/// Renames `old_path` to `new_path`; -EEXIST where the new name exists.
int32_t clinux_rename_no_replace(const char *old_path, const char *new_path);

/// syncfs: makes durable all that was written to the file system of an open file or folder.
int32_t clinux_sync_file_system(int32_t descriptor);

/// Fills `bytes` from the kernel's random source.
int32_t clinux_random(void *bytes, size_t count);

/// Number of processors the calling process may run on, or a negative error number.
int32_t clinux_available_processors(void);

/// A new pipe, to read from (0) and to write to (1), that programs which are started do not inherit.
int32_t clinux_pipe(int32_t ends[2]);

/// Two ends of a socket that keeps messages apart, which programs that are started do not inherit.
int32_t clinux_message_pair(int32_t ends[2]);

/// Sends one message; -EPIPE where the other end is closed.
int32_t clinux_send(int32_t descriptor, const void *bytes, size_t count);

/// Waits for one message of at most `room` bytes. Returns its length, 0 where the other end is closed.
int32_t clinux_receive(int32_t descriptor, void *bytes, size_t room);

/// fork: 0 in the child, its number in the parent. The child is killed when its parent ends, ignores what a terminal
/// sends to all of its processes, and has no standard streams.
int32_t clinux_fork_service(void);

/// Ends the process at once, without anything that was registered for its end.
_Noreturn void clinux_exit_now(void);

/// Forks a child that ends with this process, takes at most `data_bytes` of memory of its own and leaves no core behind.
/// In the child 0; in this process, which has SIGCHLD, SIGINT, SIGTERM and SIGHUP blocked from then on, its number.
int32_t clinux_fork_limited(uint64_t data_bytes);

/// Waits for at most a second and passes signals on. 1 where the child has ended, with the status of waitpid; 0 where a
/// second has passed; 2 where something else came.
int32_t clinux_watch_child(int32_t child, int32_t *status);

/// Names the calling thread; at most 15 bytes are kept.
int32_t clinux_name_thread(const char *name);

/// Lets other threads of the process go before the calling one: `steps` of niceness, 0 to 19.
int32_t clinux_yield_priority(int32_t steps);

/// Lets every other process go before this one, for processors and, where the scheduler of a disk knows priorities, for disks.
int32_t clinux_idle(void);

/// BLKGETSIZE64: size of a block device in bytes.
int32_t clinux_block_size64(int32_t descriptor, uint64_t *bytes);

/// BLKSSZGET: logical sector size in bytes.
int32_t clinux_block_logical_sector(int32_t descriptor, uint32_t *bytes);

/// BLKPBSZGET: physical sector size in bytes.
int32_t clinux_block_physical_sector(int32_t descriptor, uint32_t *bytes);

/// BLKROGET: 1 where the kernel refuses writes to the device, otherwise 0.
int32_t clinux_block_read_only(int32_t descriptor, int32_t *read_only);

/// Major and minor number of a device.
uint32_t clinux_device_major(uint64_t device);
uint32_t clinux_device_minor(uint64_t device);

/// posix_fadvise(POSIX_FADV_SEQUENTIAL) over the whole file.
int32_t clinux_advise_sequential(int32_t descriptor);

/// posix_fadvise(POSIX_FADV_DONTNEED) over the whole file.
int32_t clinux_forget_cached(int32_t descriptor);

/// Takes an advisory lock on what the descriptor is open on; -EWOULDBLOCK where another process has it. It ends when
/// the descriptor is closed.
int32_t clinux_lock_exclusively(int32_t descriptor);

/// What came back from a SCSI command.
struct clinux_scsi_reply {
  /// Bytes of data that were transferred.
  uint32_t received;
  /// Status byte of SAM: 0 good, 2 check condition.
  uint8_t status;
  uint8_t sense_length;
  uint16_t host_status;
  uint16_t driver_status;
};

/// SG_IO: sends a command and takes at most `room` bytes from the device, or none where `room` is 0. Nothing but the
/// command itself ever goes to it.
int32_t clinux_scsi_receive(int32_t descriptor, const uint8_t *command, uint8_t command_length, void *data,
                            uint32_t room, uint8_t *sense, uint8_t sense_room, uint32_t milliseconds,
                            struct clinux_scsi_reply *reply);

/// NVME_IOCTL_ADMIN_CMD: sends an admin command and takes `length` bytes from the device. `words` are the dwords 10 to
/// 15. `status` is the controller's status field, 0 where it succeeded.
int32_t clinux_nvme_admin_receive(int32_t descriptor, uint8_t opcode, uint32_t namespace_id, const uint32_t *words,
                                  void *data, uint32_t length, uint32_t milliseconds, uint32_t *status);
