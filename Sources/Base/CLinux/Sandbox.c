#define _GNU_SOURCE
#include "CLinuxSandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static int32_t outcome(long value) { return value < 0 ? -errno : 0; }

// The present form of the structure; an older kernel takes it as long as what it does not know is zero.
struct ruleset {
  uint64_t files;
  uint64_t network;
  uint64_t scopes;
};

int32_t clinux_landlock_version(void) {
  long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? -errno : (int32_t)version;
}

int32_t clinux_landlock_create(uint64_t files, uint64_t network, uint64_t scopes) {
  struct ruleset rules = {files, network, scopes};
  size_t size = scopes ? sizeof rules : network ? 16 : 8;
  long descriptor = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
  return descriptor < 0 ? -errno : (int32_t)descriptor;
}

int32_t clinux_landlock_allow(int32_t ruleset, int32_t folder, uint64_t files) {
  struct landlock_path_beneath_attr rule = {.allowed_access = files, .parent_fd = folder};
  return outcome(syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
}

int32_t clinux_landlock_restrict(int32_t ruleset) {
  return outcome(syscall(SYS_landlock_restrict_self, ruleset, 0));
}

int32_t clinux_no_new_privileges(void) { return outcome(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)); }

int32_t clinux_keep_capabilities(uint64_t kept) {
  struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  struct __user_cap_data_struct data[2];
  if (syscall(SYS_capget, &header, data) != 0) return -errno;
  // From the bounding set first: afterwards the right to do so is gone.
  for (unsigned long number = 0; number < 64; number++) {
    if (kept >> number & 1) continue;
    if (prctl(PR_CAPBSET_READ, number, 0, 0, 0) == 1) prctl(PR_CAPBSET_DROP, number, 0, 0, 0);
  }
  for (int half = 0; half < 2; half++) {
    uint32_t mask = (uint32_t)(kept >> (32 * half));
    data[half].effective &= mask;
    data[half].permitted &= mask;
    data[half].inheritable = 0;
  }
  return outcome(syscall(SYS_capset, &header, data));
}

int32_t clinux_deny_calls(const uint32_t *calls, size_t call_count, const uint32_t *requests, size_t request_count) {
#if defined(__x86_64__)
  const uint32_t architecture = AUDIT_ARCH_X86_64;
#elif defined(__aarch64__)
  const uint32_t architecture = AUDIT_ARCH_AARCH64;
#else
  return -ENOSYS;
#endif
  size_t length = 8 + 2 * call_count + 2 * request_count + 3;
  struct sock_filter *program = calloc(length, sizeof *program);
  if (!program) return -ENOMEM;
  const struct sock_filter refuse = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM);
  size_t n = 0;
  program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch));
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, architecture, 1, 0);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
  // The other calling convention of x86-64 has numbers of its own for the same calls.
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1);
  program[n++] = refuse;
  for (size_t index = 0; index < call_count; index++) {
    program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, calls[index], 0, 1);
    program[n++] = refuse;
  }
  program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_ioctl, 1, 0);
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  // The kernel looks at the low half of a request only.
  program[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]));
  for (size_t index = 0; index < request_count; index++) {
    program[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, requests[index], 0, 1);
    program[n++] = refuse;
  }
  program[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
  struct sock_fprog filter = {(unsigned short)n, program};
  int32_t result = outcome(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &filter));
  free(program);
  return result;
}

int32_t clinux_block_set_read_only(int32_t descriptor) {
  int on = 1;
  return outcome(ioctl(descriptor, BLKROSET, &on));
}
