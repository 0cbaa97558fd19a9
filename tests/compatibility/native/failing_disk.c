/* Loaded before the C library (LD_PRELOAD), makes calls on files fail. $FAILING_DISK_RULE names a
 * file; while it exists it says "call ending errno": that call fails with that errno on files whose
 * names have that ending. SQLite's calls alone pass through here. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static int has_ending(int file, const char *ending) {
  char link[64];
  char path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  const size_t wanted = strlen(ending);
  return (size_t)length >= wanted && strcmp(path + length - wanted, ending) == 0;
}

/* The errno that the call fails with now, or 0. */
static int fault(const char *call, int file) {
  const char *rule_file = getenv("FAILING_DISK_RULE");
  if (rule_file == NULL) return 0;
  const int saved = errno;
  FILE *rule = fopen(rule_file, "re");
  char which[32];
  char ending[256];
  int code = 0;
  if (rule != NULL) {
    if (fscanf(rule, "%31s %255s %d", which, ending, &code) != 3 || strcmp(which, call) != 0 ||
        !has_ending(file, ending)) {
      code = 0;
    }
    fclose(rule);
  }
  errno = saved;
  return code;
}

#define FAIL_IF_TOLD(call, file)        \
  do {                                  \
    const int code = fault(call, file); \
    if (code != 0) {                    \
      errno = code;                     \
      return -1;                        \
    }                                   \
  } while (0)

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t offset) {
  static ssize_t (*real)(int, const void *, size_t, off64_t);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "pwrite64");
  FAIL_IF_TOLD("pwrite", file);
  return real(file, bytes, size, offset);
}

ssize_t pread64(int file, void *bytes, size_t size, off64_t offset) {
  static ssize_t (*real)(int, void *, size_t, off64_t);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "pread64");
  FAIL_IF_TOLD("pread", file);
  return real(file, bytes, size, offset);
}

int fdatasync(int file) {
  static int (*real)(int);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
  FAIL_IF_TOLD("fdatasync", file);
  return real(file);
}

int ftruncate64(int file, off64_t size) {
  static int (*real)(int, off64_t);
  if (real == NULL) *(void **)&real = dlsym(RTLD_NEXT, "ftruncate64");
  FAIL_IF_TOLD("ftruncate", file);
  return real(file, size);
}
