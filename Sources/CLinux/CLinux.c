#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>
#include <unistd.h>

static int32_t outcome(long value) { return value < 0 ? -errno : 0; }

int32_t clinux_open_direct_flag(void) { return O_DIRECT; }

int32_t clinux_rename_no_replace(const char *old_path, const char *new_path) {
  return outcome(renameat2(AT_FDCWD, old_path, AT_FDCWD, new_path, RENAME_NOREPLACE));
}

int32_t clinux_random(void *bytes, size_t count) {
  size_t done = 0;
  while (done < count) {
    ssize_t step = getrandom((char *)bytes + done, count - done, 0);
    if (step < 0 && errno != EINTR) return -errno;
    if (step > 0) done += (size_t)step;
  }
  return 0;
}

int32_t clinux_available_processors(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return -errno;
  return CPU_COUNT(&set);
}

int32_t clinux_pipe(int32_t ends[2]) { return outcome(pipe2(ends, O_CLOEXEC)); }

int32_t clinux_name_thread(const char *name) {
  char kept[16] = {0};
  strncpy(kept, name, sizeof kept - 1);
  return -pthread_setname_np(pthread_self(), kept);
}

int32_t clinux_yield_priority(int32_t steps) {
  int before = getpriority(PRIO_PROCESS, (id_t)gettid());
  return outcome(setpriority(PRIO_PROCESS, (id_t)gettid(), before + steps));
}

int32_t clinux_block_size64(int32_t descriptor, uint64_t *bytes) {
  return outcome(ioctl(descriptor, BLKGETSIZE64, bytes));
}

int32_t clinux_block_logical_sector(int32_t descriptor, uint32_t *bytes) {
  int size = 0;
  int32_t result = outcome(ioctl(descriptor, BLKSSZGET, &size));
  *bytes = (uint32_t)size;
  return result;
}

int32_t clinux_block_physical_sector(int32_t descriptor, uint32_t *bytes) {
  unsigned int size = 0;
  int32_t result = outcome(ioctl(descriptor, BLKPBSZGET, &size));
  *bytes = size;
  return result;
}

int32_t clinux_block_read_only(int32_t descriptor, int32_t *read_only) {
  int value = 0;
  int32_t result = outcome(ioctl(descriptor, BLKROGET, &value));
  *read_only = value != 0;
  return result;
}

uint32_t clinux_device_major(uint64_t device) { return major(device); }

uint32_t clinux_device_minor(uint64_t device) { return minor(device); }

int32_t clinux_advise_sequential(int32_t descriptor) {
  return -posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
}

int32_t clinux_lock_exclusively(int32_t descriptor) {
  return outcome(flock(descriptor, LOCK_EX | LOCK_NB));
}
