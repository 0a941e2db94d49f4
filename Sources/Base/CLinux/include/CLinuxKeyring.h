// Secrets in the session keyring of the kernel: never on a disk, gone with the login session or after a time. Each
// returns 0 (or a count where said), or a negative error number.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Keeps a secret under a name for some seconds, in place of an earlier one.
int32_t clinux_keyring_keep(const char *name, const void *secret, size_t count, uint32_t seconds);

/// Copies the secret of a name. Returns its length; -ENOKEY where there is none or its time is over, -EMSGSIZE where it
/// has more than `room` bytes.
int32_t clinux_keyring_find(const char *name, void *secret, size_t room);

/// Forgets the secret of a name.
int32_t clinux_keyring_forget(const char *name);
