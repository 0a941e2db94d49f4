#define _GNU_SOURCE
#include "CHostileWrites.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

typedef const struct hostile_target *target_t;

static int32_t outcome(long value) { return value < 0 ? -errno : 0; }

static void marker(uint8_t *bytes, size_t length) { memset(bytes, 0x5a, length); }

/// Writes a sector through an open descriptor, and has it reach the device.
static int32_t write_to(int descriptor, target_t target) {
  uint8_t bytes[4096];
  marker(bytes, sizeof bytes);
  if (pwrite(descriptor, bytes, sizeof bytes, (off_t)target->offset) < 0) return -errno;
  return outcome(fsync(descriptor));
}

static int32_t open_and_write(const char *path, target_t target) {
  int descriptor = open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int32_t result = write_to(descriptor, target);
  close(descriptor);
  return result;
}

static int32_t attempt_open(target_t target) { return open_and_write(target->device, target); }

static int32_t attempt_reopen(target_t target) {
  char path[64];
  snprintf(path, sizeof path, "/proc/self/fd/%d", target->held);
  return open_and_write(path, target);
}

static int32_t attempt_node(target_t target) {
  struct stat status;
  if (fstat(target->held, &status) < 0) return -errno;
  char path[4096];
  snprintf(path, sizeof path, "%s/node", target->scratch);
  if (mknod(path, S_IFBLK | 0600, status.st_rdev) < 0) return -errno;
  int32_t result = open_and_write(path, target);
  unlink(path);
  return result;
}

/// A descriptor for writing where there may be one, otherwise the one that is held.
static int best(target_t target) {
  int descriptor = open(target->device, O_RDWR | O_CLOEXEC);
  return descriptor < 0 ? target->held : descriptor;
}

static int32_t done_with(int descriptor, target_t target, int32_t result) {
  if (descriptor != target->held) close(descriptor);
  return result;
}

static int32_t attempt_mmap(target_t target) {
  int descriptor = best(target);
  void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, (off_t)target->offset);
  if (memory == MAP_FAILED) return done_with(descriptor, target, -errno);
  marker(memory, 4096);
  int32_t result = outcome(msync(memory, 4096, MS_SYNC));
  munmap(memory, 4096);
  return done_with(descriptor, target, result);
}

static int32_t range_request(target_t target, unsigned long request) {
  int descriptor = best(target);
  uint64_t range[2] = {target->offset, 1 << 16};
  return done_with(descriptor, target, outcome(ioctl(descriptor, request, range)));
}

static int32_t attempt_discard(target_t target) { return range_request(target, BLKDISCARD); }
static int32_t attempt_secure_discard(target_t target) { return range_request(target, BLKSECDISCARD); }
static int32_t attempt_zero_out(target_t target) { return range_request(target, BLKZEROOUT); }

static int32_t attempt_uring(target_t target) {
  (void)target;
  uint8_t parameters[256] = {0};
  long descriptor = syscall(SYS_io_uring_setup, 1, parameters);
  if (descriptor < 0) return -errno;
  close((int)descriptor);
  return 0;
}

static int32_t attempt_mount(target_t target) {
  char path[4096];
  snprintf(path, sizeof path, "%s/mount", target->scratch);
  mkdir(path, 0700);
  int32_t result = outcome(mount(target->device, path, "ext4", 0, NULL));
  if (result == 0) umount(path);
  rmdir(path);
  return result;
}

static int32_t scsi(target_t target, uint8_t *command, uint8_t length, void *data, uint32_t count) {
  uint8_t sense[64] = {0};
  struct sg_io_hdr header = {
      .interface_id = 'S',
      .dxfer_direction = count > 0 ? SG_DXFER_TO_DEV : SG_DXFER_NONE,
      .cmd_len = length,
      .cmdp = command,
      .dxferp = data,
      .dxfer_len = count,
      .sbp = sense,
      .mx_sb_len = sizeof sense,
      .timeout = 10000,
  };
  if (ioctl(target->held, SG_IO, &header) < 0) return -errno;
  return header.status || header.host_status ? -EPROTO : 0;
}

static int32_t attempt_scsi_write(target_t target) {
  uint8_t bytes[512];
  marker(bytes, sizeof bytes);
  uint32_t sector = (uint32_t)(target->offset / sizeof bytes);
  uint8_t command[10] = {0x2a, 0, (uint8_t)(sector >> 24), (uint8_t)(sector >> 16), (uint8_t)(sector >> 8),
                         (uint8_t)sector, 0, 0, 1, 0};
  return scsi(target, command, sizeof command, bytes, sizeof bytes);
}

static int32_t attempt_scsi_mode_select(target_t target) {
  uint8_t command[6] = {0x15, 0x10, 0, 0, 0, 0};
  return scsi(target, command, sizeof command, NULL, 0);
}

static int32_t attempt_scsi_start(target_t target) {
  uint8_t command[6] = {0x1b, 0, 0, 0, 1, 0};
  return scsi(target, command, sizeof command, NULL, 0);
}

static int32_t attempt_nvme_write(target_t target) {
  uint8_t bytes[512];
  marker(bytes, sizeof bytes);
  struct nvme_passthru_cmd command = {
      .opcode = 0x01,
      .nsid = 1,
      .addr = (uint64_t)(uintptr_t)bytes,
      .data_len = sizeof bytes,
      .cdw10 = (uint32_t)(target->offset / sizeof bytes),
  };
  int result = ioctl(target->held, NVME_IOCTL_IO_CMD, &command);
  return result < 0 ? -errno : result > 0 ? -EPROTO : 0;
}

static int32_t attempt_nvme_set_features(target_t target) {
  // Volatile write cache, to what it is by default.
  struct nvme_passthru_cmd command = {.opcode = 0x09, .cdw10 = 0x06, .cdw11 = 1};
  int result = ioctl(target->held, NVME_IOCTL_ADMIN_CMD, &command);
  return result < 0 ? -errno : result > 0 ? -EPROTO : 0;
}

static int32_t attempt_unprotect(target_t target) {
  int off = 0;
  return outcome(ioctl(target->held, BLKROSET, &off));
}

static int32_t attempt_sysfs(target_t target) {
  const char *name = strrchr(target->device, '/');
  char path[4096];
  snprintf(path, sizeof path, "/sys/block%s/queue/read_ahead_kb", name ? name : "");
  int descriptor = open(path, O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int32_t result = outcome(write(descriptor, "128", 3));
  close(descriptor);
  return result;
}

static int32_t attempt_module(target_t target) {
  int descriptor = open(target->module, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int32_t result = outcome(syscall(SYS_finit_module, descriptor, "", 0));
  close(descriptor);
  return result;
}

static int32_t attempt_ptrace(target_t target) {
  (void)target;
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    for (;;) pause();
  }
  int32_t result = outcome(ptrace(PTRACE_SEIZE, child, NULL, NULL));
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  return result;
}

static int32_t attempt_execute(target_t target) {
  (void)target;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) < 0) return -errno;
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child == 0) {
    execl("/bin/true", "true", (char *)NULL);
    int32_t failure = -errno;
    ssize_t written = write(ends[1], &failure, sizeof failure);
    _exit(written < 0 ? 2 : 1);
  }
  close(ends[1]);
  int32_t result = 0;
  if (read(ends[0], &result, sizeof result) <= 0) result = 0;
  close(ends[0]);
  waitpid(child, NULL, 0);
  return result;
}

static int32_t attempt_read(target_t target) {
  uint8_t bytes[512];
  return outcome(pread(target->held, bytes, sizeof bytes, (off_t)target->offset));
}

static int32_t attempt_information(target_t target) {
  uint64_t size = 0;
  return outcome(ioctl(target->held, BLKGETSIZE64, &size));
}

static const struct {
  const char *name;
  int32_t (*attempt)(target_t);
} attempts[] = {
    {"open", attempt_open},
    {"reopen", attempt_reopen},
    {"node", attempt_node},
    {"mmap", attempt_mmap},
    {"discard", attempt_discard},
    {"secure-discard", attempt_secure_discard},
    {"zero-out", attempt_zero_out},
    {"uring", attempt_uring},
    {"mount", attempt_mount},
    {"scsi-write", attempt_scsi_write},
    {"nvme-write", attempt_nvme_write},
    {"unprotect", attempt_unprotect},
    {"sysfs", attempt_sysfs},
    {"scsi-mode-select", attempt_scsi_mode_select},
    {"nvme-set-features", attempt_nvme_set_features},
    {"scsi-start", attempt_scsi_start},
    {"module", attempt_module},
    {"ptrace", attempt_ptrace},
    {"execute", attempt_execute},
    {"read", attempt_read},
    {"information", attempt_information},
};

int32_t hostile_attempt(const char *name, const struct hostile_target *target) {
  for (size_t index = 0; index < sizeof attempts / sizeof *attempts; index++)
    if (strcmp(attempts[index].name, name) == 0) return attempts[index].attempt(target);
  return -ENOSYS;
}

int32_t hostile_set_read_only(const char *device, int32_t is_read_only) {
  int descriptor = open(device, O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return -errno;
  int value = is_read_only;
  int32_t result = outcome(ioctl(descriptor, BLKROSET, &value));
  close(descriptor);
  return result;
}

int32_t hostile_fill(const char *device, uint64_t offset, size_t length, uint8_t value) {
  uint8_t *bytes = malloc(length);
  if (!bytes) return -ENOMEM;
  memset(bytes, value, length);
  int descriptor = open(device, O_RDWR | O_CLOEXEC);
  int32_t result = outcome(descriptor);
  if (result == 0) result = outcome(pwrite(descriptor, bytes, length, (off_t)offset));
  if (result == 0) result = outcome(fsync(descriptor));
  if (descriptor >= 0) close(descriptor);
  free(bytes);
  return result;
}

uint64_t hostile_checksum(int32_t descriptor, size_t length) {
  void *bytes = NULL;
  if (posix_memalign(&bytes, 4096, length) != 0) return 0;
  ssize_t count = pread(descriptor, bytes, length, 0);
  // FNV-1a.
  uint64_t sum = 0xcbf29ce484222325;
  for (ssize_t index = 0; index < count; index++) sum = (sum ^ ((uint8_t *)bytes)[index]) * 0x100000001b3;
  free(bytes);
  return count > 0 ? sum : 0;
}
