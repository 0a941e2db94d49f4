// What a process can do to restrict itself, as plain functions; each returns 0 (or a count or descriptor where said), or
// a negative error number. No policy here.
#pragma once
#include <linux/fs.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

/// Version of Landlock in the running kernel, from 1.
int32_t clinux_landlock_version(void);

/// A ruleset that forbids these rights to files, to the network and across scopes, but for what rules allow.
/// Returns its descriptor.
int32_t clinux_landlock_create(uint64_t files, uint64_t network, uint64_t scopes);

/// Allows rights to files below an open folder, or to an open file.
int32_t clinux_landlock_allow(int32_t ruleset, int32_t folder, uint64_t files);

/// Puts the ruleset in force for the calling thread and all it starts.
int32_t clinux_landlock_restrict(int32_t ruleset);

/// PR_SET_NO_NEW_PRIVS.
int32_t clinux_no_new_privileges(void);

/// Gives up every capability whose bit is not set in `kept`, for good.
int32_t clinux_keep_capabilities(uint64_t kept);

/// Makes the kernel answer EPERM to these calls, and to ioctl with these requests, in all threads of the process.
int32_t clinux_deny_calls(const uint32_t *calls, size_t call_count, const uint32_t *requests, size_t request_count);

/// BLKROSET: the kernel refuses writes to a block device from now on.
int32_t clinux_block_set_read_only(int32_t descriptor);

// Numbers of calls and requests of this architecture.
static const uint32_t clinux_call_mount = SYS_mount;
static const uint32_t clinux_call_umount2 = SYS_umount2;
static const uint32_t clinux_call_pivot_root = SYS_pivot_root;
static const uint32_t clinux_call_move_mount = SYS_move_mount;
static const uint32_t clinux_call_open_tree = SYS_open_tree;
static const uint32_t clinux_call_fsopen = SYS_fsopen;
static const uint32_t clinux_call_fsconfig = SYS_fsconfig;
static const uint32_t clinux_call_fsmount = SYS_fsmount;
static const uint32_t clinux_call_mount_setattr = SYS_mount_setattr;
static const uint32_t clinux_call_swapon = SYS_swapon;
static const uint32_t clinux_call_swapoff = SYS_swapoff;
static const uint32_t clinux_call_init_module = SYS_init_module;
static const uint32_t clinux_call_finit_module = SYS_finit_module;
static const uint32_t clinux_call_delete_module = SYS_delete_module;
static const uint32_t clinux_call_kexec_load = SYS_kexec_load;
static const uint32_t clinux_call_kexec_file_load = SYS_kexec_file_load;
static const uint32_t clinux_call_reboot = SYS_reboot;
static const uint32_t clinux_call_ptrace = SYS_ptrace;
static const uint32_t clinux_call_process_vm_writev = SYS_process_vm_writev;
static const uint32_t clinux_call_bpf = SYS_bpf;
static const uint32_t clinux_call_perf_event_open = SYS_perf_event_open;
static const uint32_t clinux_call_io_uring_setup = SYS_io_uring_setup;
static const uint32_t clinux_call_execve = SYS_execve;
static const uint32_t clinux_call_execveat = SYS_execveat;
static const uint32_t clinux_call_unshare = SYS_unshare;
static const uint32_t clinux_call_setns = SYS_setns;
static const uint32_t clinux_call_socket = SYS_socket;

static const uint32_t clinux_request_block_discard = BLKDISCARD;
static const uint32_t clinux_request_block_secure_discard = BLKSECDISCARD;
static const uint32_t clinux_request_block_zero_out = BLKZEROOUT;
static const uint32_t clinux_request_block_set_read_only = BLKROSET;
static const uint32_t clinux_request_block_partition = 0x1269;      // BLKPG
static const uint32_t clinux_request_block_reread = BLKRRPART;
static const uint32_t clinux_request_scsi_generic = 0x2285;         // SG_IO
static const uint32_t clinux_request_scsi_command = 1;              // SCSI_IOCTL_SEND_COMMAND
static const uint32_t clinux_request_ata_command = 0x031f;          // HDIO_DRIVE_CMD
static const uint32_t clinux_request_ata_task = 0x031e;             // HDIO_DRIVE_TASK
static const uint32_t clinux_request_ata_taskfile = 0x031d;         // HDIO_DRIVE_TASKFILE
static const uint32_t clinux_request_nvme_admin = 0xc0484e41;       // NVME_IOCTL_ADMIN_CMD
static const uint32_t clinux_request_nvme_admin64 = 0xc0504e47;     // NVME_IOCTL_ADMIN64_CMD
static const uint32_t clinux_request_nvme_io = 0xc0484e43;          // NVME_IOCTL_IO_CMD
static const uint32_t clinux_request_nvme_io64 = 0xc0504e48;        // NVME_IOCTL_IO64_CMD
static const uint32_t clinux_request_nvme_submit = 0x40304e42;      // NVME_IOCTL_SUBMIT_IO
static const uint32_t clinux_request_mmc_command = 0xc048b300;      // MMC_IOC_CMD
static const uint32_t clinux_request_mmc_commands = 0xc008b301;     // MMC_IOC_MULTI_CMD
