#include "CLinuxKeyring.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const type = "user";

static int32_t search(const char *name) {
  long key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, type, name, 0);
  if (key >= 0) return (int32_t)key;
  return errno == EKEYEXPIRED || errno == EKEYREVOKED ? -ENOKEY : -errno;
}

int32_t clinux_keyring_keep(const char *name, const void *secret, size_t count, uint32_t seconds) {
  // An earlier one would be updated and keep what is left of its time.
  clinux_keyring_forget(name);
  long key = syscall(SYS_add_key, type, name, secret, count, KEY_SPEC_SESSION_KEYRING);
  if (key < 0) return -errno;
  if (syscall(SYS_keyctl, KEYCTL_SET_TIMEOUT, key, seconds) == 0) return 0;
  int32_t failure = -errno;
  syscall(SYS_keyctl, KEYCTL_INVALIDATE, key);
  return failure;
}

int32_t clinux_keyring_find(const char *name, void *secret, size_t room) {
  int32_t key = search(name);
  if (key < 0) return key;
  long count = syscall(SYS_keyctl, KEYCTL_READ, key, secret, room);
  if (count < 0) return -errno;
  return (size_t)count > room ? -EMSGSIZE : (int32_t)count;
}

int32_t clinux_keyring_forget(const char *name) {
  int32_t key = search(name);
  if (key < 0) return key;
  return syscall(SYS_keyctl, KEYCTL_INVALIDATE, key) == 0 ? 0 : -errno;
}
