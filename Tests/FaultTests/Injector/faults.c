// Loaded before libc (LD_PRELOAD), it counts the calls by which a program changes files, and makes one of them fail.
//
//   EXHIBIT_FAULT_LOG=FILE             a line `CALL PATH` for each call, in the order they begin; `!` before one that
//                                      fails here
//   EXHIBIT_FAULT='KIND NTH CALL PATH' the NTH call CALL on PATH fails, counted over all threads; with `NTH+` that one
//                                      and all after it. CALL and PATH are patterns of fnmatch(3), CALL
//                                      also one of several: `@(renameat2|link)`. KIND is an error
//                                      number, or
//                                        kill  the process is killed in place of the call (SIGKILL)
//                                        torn  half of a write is made, then the process is killed
//                                        hold  the process stops (SIGSTOP) before the call, until it is told to go on
//   EXHIBIT_FAULT_AFTER=PATH           once that call has failed, every call on PATH fails in the same way
//
// strace counts each thread for itself: its `when=N` is the Nth call of every thread, and what a later thread does at
// most N times is never reached. Here a call has one address.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { NONE, KILL, TORN, HOLD, ERROR };

static int kind = NONE, number, every, log_file = -1;
static long nth, seen;
static char call_pattern[64], path_pattern[PATH_MAX];
static const char *after_pattern;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

__attribute__((constructor)) static void begin(void) {
  const char *log = getenv("EXHIBIT_FAULT_LOG");
  if (log) log_file = (int)syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const char *text = getenv("EXHIBIT_FAULT");
  if (!text) return;
  char what[16], count[24];
  if (sscanf(text, "%15s %23s %63s %4095[^\n]", what, count, call_pattern, path_pattern) != 4) {
    fprintf(stderr, "EXHIBIT_FAULT is not understood: %s\n", text);
    _exit(99);
  }
  after_pattern = getenv("EXHIBIT_FAULT_AFTER");
  nth = strtol(count, NULL, 10);
  every = strchr(count, '+') != NULL;
  number = atoi(what);
  kind = ERROR;
  if (strcmp(what, "kill") == 0) kind = KILL;
  if (strcmp(what, "torn") == 0) kind = TORN;
  if (strcmp(what, "hold") == 0) kind = HOLD;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

// What is to become of this call.
static int fate(const char *call, const char *path) {
  pthread_mutex_lock(&lock);
  int hit = NONE;
  if (after_pattern && seen >= nth && fnmatch(after_pattern, path, 0) == 0) hit = kind;
  if (kind != NONE && fnmatch(call_pattern, call, FNM_EXTMATCH) == 0 && fnmatch(path_pattern, path, 0) == 0) {
    seen += 1;
    if (seen == nth || (every && seen > nth)) hit = kind;
  }
  if (log_file >= 0) {
    char line[PATH_MAX + 64];
    int length = snprintf(line, sizeof line, "%s%s %s\n", hit == NONE ? "" : "!", call, path);
    syscall(SYS_write, log_file, line, (size_t)length);
  }
  if (hit == KILL) die();
  pthread_mutex_unlock(&lock);
  if (hit == HOLD) {
    kill(getpid(), SIGSTOP);
    return NONE;
  }
  return hit;
}

// The path of a regular file or folder that is open; 0 for terminals, pipes, events and the standard streams.
static int path_of(int file, char path[PATH_MAX]) {
  struct stat status;
  if (file <= STDERR_FILENO || fstat(file, &status) != 0) return 0;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return 0;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, PATH_MAX - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return 1;
}

static int fate_of(const char *call, int file) {
  char path[PATH_MAX];
  return path_of(file, path) ? fate(call, path) : NONE;
}

#define FAIL_IF(hit) \
  if ((hit) != NONE) { \
    if ((hit) == TORN) die(); \
    errno = number; \
    return -1; \
  }

#define WRITE(name, arguments, values, half) \
  ssize_t name arguments { \
    int hit = fate_of(#name, file); \
    if (hit == TORN) half; \
    FAIL_IF(hit) \
    return REAL(name) values; \
  }

WRITE(write, (int file, const void *bytes, size_t count), (file, bytes, count),
      REAL(write)(file, bytes, count / 2))
WRITE(pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at),
      REAL(pwrite64)(file, bytes, count / 2, at))
WRITE(pwritev64, (int file, const struct iovec *pieces, int count, off64_t at), (file, pieces, count, at),
      REAL(pwrite64)(file, pieces[0].iov_base, pieces[0].iov_len / 2, at))
ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) { return pwrite64(file, bytes, count, at); }
ssize_t pwritev(int file, const struct iovec *pieces, int count, off_t at) {
  return pwritev64(file, pieces, count, at);
}

#define ON_FILE(name, arguments, values) \
  int name arguments { \
    int hit = fate_of(#name, file); \
    FAIL_IF(hit) \
    return REAL(name) values; \
  }

ON_FILE(fsync, (int file), (file))
ON_FILE(fdatasync, (int file), (file))
ON_FILE(ftruncate64, (int file, off64_t length), (file, length))
int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

#define ON_PATH(name, arguments, values) \
  int name arguments { \
    int hit = fate(#name, path); \
    FAIL_IF(hit) \
    return REAL(name) values; \
  }

ON_PATH(rename, (const char *path, const char *to), (path, to))
ON_PATH(renameat2, (int from, const char *path, int into, const char *to, unsigned flags),
        (from, path, into, to, flags))
ON_PATH(link, (const char *path, const char *to), (path, to))
ON_PATH(unlink, (const char *path), (path))
ON_PATH(rmdir, (const char *path), (path))
ON_PATH(mkdir, (const char *path, mode_t mode), (path, mode))

// Opening counts where it may create a file.
#define OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list rest; \
    va_start(rest, flags); \
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(rest, mode_t) : 0; \
    va_end(rest); \
    int hit = flags & O_CREAT ? fate("open", path) : NONE; \
    FAIL_IF(hit) \
    return REAL(name)(path, flags, mode); \
  }

OPEN(open)
OPEN(open64)
