#include "CDigestLanes.h"

#include <stdlib.h>
#include <string.h>

static digest_processor_kind found(void) {
#if defined(__x86_64__)
  // No more than is named: so a table can say what each kind of processor gives, and a doubt about one be settled.
  const char *wanted = getenv("EXHIBIT_PROCESSOR");
  int is_plain = wanted && strncmp(wanted, "sse", 3) == 0, is_avx2 = wanted && strncmp(wanted, "avx2", 4) == 0;
  if (is_plain) return DIGEST_PROCESSOR_PLAIN;
  if (!is_avx2 && __builtin_cpu_supports("avx512f")) return DIGEST_PROCESSOR_AVX512;
  if (__builtin_cpu_supports("avx2")) return DIGEST_PROCESSOR_AVX2;
#endif
  return DIGEST_PROCESSOR_PLAIN;
}

int digest_sha_allowed(void) {
  const char *wanted = getenv("EXHIBIT_PROCESSOR");
  return !wanted || (strcmp(wanted, "sse2") != 0 && strcmp(wanted, "avx2-only") != 0);
}

digest_processor_kind digest_processor(void) {
  // The answer is the same whichever thread finds it first.
  static _Atomic int known = -1;
  if (known < 0) known = found();
  return (digest_processor_kind)known;
}
