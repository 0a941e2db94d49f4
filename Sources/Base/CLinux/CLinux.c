#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/nvme_ioctl.h>
#include <pthread.h>
#include <sched.h>
#include <scsi/sg.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int32_t outcome(long value) { return value < 0 ? -errno : 0; }

int32_t clinux_open_direct_flag(void) { return O_DIRECT; }

int32_t clinux_seek_data(void) { return SEEK_DATA; }

int32_t clinux_seek_hole(void) { return SEEK_HOLE; }

int32_t clinux_rename_no_replace(const char *old_path, const char *new_path) {
  return outcome(renameat2(AT_FDCWD, old_path, AT_FDCWD, new_path, RENAME_NOREPLACE));
}

int32_t clinux_sync_file_system(int32_t descriptor) { return outcome(syncfs(descriptor)); }

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

int32_t clinux_message_pair(int32_t ends[2]) {
  return outcome(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends));
}

int32_t clinux_send(int32_t descriptor, const void *bytes, size_t count) {
  ssize_t sent;
  do sent = send(descriptor, bytes, count, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return outcome(sent);
}

int32_t clinux_receive(int32_t descriptor, void *bytes, size_t room) {
  ssize_t count;
  do count = recv(descriptor, bytes, room, 0);
  while (count < 0 && errno == EINTR);
  return count < 0 ? -errno : (int32_t)count;
}

int32_t clinux_fork_service(void) {
  // Where the one that started this process ignores it, children would go without a word of how they ended.
  signal(SIGCHLD, SIG_DFL);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) return -errno;
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
  for (size_t index = 0; index < sizeof ignored / sizeof *ignored; index++) signal(ignored[index], SIG_IGN);
  int null = open("/dev/null", O_RDWR);
  for (int stream = 0; null >= 0 && stream < 3; stream++) dup2(null, stream);
  if (null > 2) close(null);
  return 0;
}

static void watched_signals(sigset_t *set) {
  const int watched[] = {SIGCHLD, SIGINT, SIGTERM, SIGHUP};
  sigemptyset(set);
  for (size_t index = 0; index < sizeof watched / sizeof *watched; index++) sigaddset(set, watched[index]);
}

int32_t clinux_fork_limited(uint64_t data_bytes) {
  sigset_t watched, before;
  watched_signals(&watched);
  sigprocmask(SIG_BLOCK, &watched, &before);
  pid_t parent = getpid();
  pid_t child = fork();
  if (child < 0) {
    int error = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);
    return -error;
  }
  if (child > 0) return child;
  // Who started this process may have blocked them; what ends it must reach the one that works.
  sigprocmask(SIG_UNBLOCK, &watched, NULL);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(0);
  struct rlimit data, none = {0, 0};
  if (getrlimit(RLIMIT_DATA, &data) == 0 && data.rlim_cur > data_bytes) {
    data.rlim_cur = data.rlim_max = data_bytes;
    setrlimit(RLIMIT_DATA, &data);
  }
  setrlimit(RLIMIT_CORE, &none);
  return 0;
}

int32_t clinux_watch_child(int32_t child, int32_t *status) {
  sigset_t watched;
  watched_signals(&watched);
  const struct timespec second = {1, 0};
  siginfo_t info;
  int number = sigtimedwait(&watched, &info, &second);
  int has_expired = number < 0 && errno == EAGAIN;
  // What the terminal sends, it sends to the child as well.
  if (number > 0 && number != SIGCHLD && info.si_code <= 0) kill(child, number);
  pid_t ended = waitpid(child, status, WNOHANG);
  return ended == child ? 1 : ended < 0 ? -errno : has_expired ? 0 : 2;
}

void clinux_exit_now(void) { _exit(0); }

int32_t clinux_name_thread(const char *name) {
  char kept[16] = {0};
  strncpy(kept, name, sizeof kept - 1);
  return -pthread_setname_np(pthread_self(), kept);
}

int32_t clinux_yield_priority(int32_t steps) {
  int before = getpriority(PRIO_PROCESS, (id_t)gettid());
  return outcome(setpriority(PRIO_PROCESS, (id_t)gettid(), before + steps));
}

int32_t clinux_idle(void) {
  // IOPRIO_WHO_PROCESS, this thread; class idle. Threads that are started later inherit it.
  long order = syscall(SYS_ioprio_set, 1, 0, 3 << 13);
  int nice = setpriority(PRIO_PROCESS, 0, 19);
  return outcome(order != 0 ? (int)order : nice);
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

int32_t clinux_forget_cached(int32_t descriptor) {
  return -posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
}

int32_t clinux_lock_exclusively(int32_t descriptor) {
  return outcome(flock(descriptor, LOCK_EX | LOCK_NB));
}

int32_t clinux_scsi_receive(int32_t descriptor, const uint8_t *command, uint8_t command_length, void *data,
                            uint32_t room, uint8_t *sense, uint8_t sense_room, uint32_t milliseconds,
                            struct clinux_scsi_reply *reply) {
  struct sg_io_hdr header;
  memset(&header, 0, sizeof header);
  header.interface_id = 'S';
  header.dxfer_direction = room > 0 ? SG_DXFER_FROM_DEV : SG_DXFER_NONE;
  header.cmd_len = command_length;
  header.cmdp = (unsigned char *)command;
  header.dxferp = data;
  header.dxfer_len = room;
  header.sbp = sense;
  header.mx_sb_len = sense_room;
  header.timeout = milliseconds;
  if (ioctl(descriptor, SG_IO, &header) < 0) return -errno;
  uint32_t missing = header.resid > 0 ? (uint32_t)header.resid : 0;
  reply->received = missing < room ? room - missing : 0;
  reply->status = header.status;
  reply->sense_length = header.sb_len_wr;
  reply->host_status = header.host_status;
  reply->driver_status = header.driver_status;
  return 0;
}

int32_t clinux_nvme_admin_receive(int32_t descriptor, uint8_t opcode, uint32_t namespace_id, const uint32_t *words,
                                  void *data, uint32_t length, uint32_t milliseconds, uint32_t *status) {
  struct nvme_admin_cmd command;
  memset(&command, 0, sizeof command);
  command.opcode = opcode;
  command.nsid = namespace_id;
  command.addr = (uint64_t)(uintptr_t)data;
  command.data_len = length;
  command.cdw10 = words[0];
  command.cdw11 = words[1];
  command.cdw12 = words[2];
  command.cdw13 = words[3];
  command.cdw14 = words[4];
  command.cdw15 = words[5];
  command.timeout_ms = milliseconds;
  int result = ioctl(descriptor, NVME_IOCTL_ADMIN_CMD, &command);
  if (result < 0) return -errno;
  *status = (uint32_t)result;
  return 0;
}
