#include "CDigestLanes.h"

digest_sha256_state digest_sha256_initial(void) {
  digest_sha256_state state = {{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c,
                                0x1f83d9ab, 0x5be0cd19}};
  return state;
}

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include "SHA256Constants.h"

int digest_sha256_pair_supported(void) {
  if (!digest_sha_allowed()) return 0;
  unsigned a, b, c, d;
  int has_sha = __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & (1u << 29));
  return has_sha && __builtin_cpu_supports("sse4.1") && __builtin_cpu_supports("ssse3");
}

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

// The instructions keep the eight state words in the order ABEF, CDGH.
typedef struct {
  __m128i abef, cdgh;
} halves;

WITH_SHA static inline halves split(const digest_sha256_state *state) {
  __m128i abcd = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[0]), 0xb1);
  __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128((const __m128i *)&state->words[4]), 0x1b);
  halves result = {_mm_alignr_epi8(abcd, efgh, 8), _mm_blend_epi16(efgh, abcd, 0xf0)};
  return result;
}

WITH_SHA static inline void join(digest_sha256_state *state, halves parts) {
  __m128i feba = _mm_shuffle_epi32(parts.abef, 0x1b);
  __m128i dchg = _mm_shuffle_epi32(parts.cdgh, 0xb1);
  _mm_storeu_si128((__m128i *)&state->words[0], _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128((__m128i *)&state->words[4], _mm_alignr_epi8(dchg, feba, 8));
}

WITH_SHA void digest_sha256_pair(digest_sha256_state *first, digest_sha256_state *second,
                                 const uint8_t *data, size_t block_count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  halves one = split(first), two = split(second);
  for (; block_count > 0; block_count--, data += 64) {
    halves one_before = one, two_before = two;
    __m128i w[4];
    for (int i = 0; i < 4; i++)
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)(data + 16 * i)), big_endian);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      // Both streams see the same message, so the schedule is made once for the two.
      __m128i k = _mm_add_epi32(w[i & 3], _mm_loadu_si128((const __m128i *)&sha256_constants[4 * i]));
      __m128i k_high = _mm_shuffle_epi32(k, 0x0e);
      one.cdgh = _mm_sha256rnds2_epu32(one.cdgh, one.abef, k);
      two.cdgh = _mm_sha256rnds2_epu32(two.cdgh, two.abef, k);
      one.abef = _mm_sha256rnds2_epu32(one.abef, one.cdgh, k_high);
      two.abef = _mm_sha256rnds2_epu32(two.abef, two.cdgh, k_high);
      if (i < 12) {
        __m128i next = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
        w[i & 3] = _mm_sha256msg2_epu32(next, w[(i + 3) & 3]);
      }
    }
    one.abef = _mm_add_epi32(one.abef, one_before.abef);
    one.cdgh = _mm_add_epi32(one.cdgh, one_before.cdgh);
    two.abef = _mm_add_epi32(two.abef, two_before.abef);
    two.cdgh = _mm_add_epi32(two.cdgh, two_before.cdgh);
  }
  join(first, one);
  join(second, two);
}

WITH_SHA static inline __m128i words(const uint8_t *data) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
  return _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)data), big_endian);
}

// The next four words of the schedule, in the place of the oldest four.
WITH_SHA static inline __m128i scheduled(const __m128i w[4], int i) {
  __m128i next = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
  next = _mm_add_epi32(next, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
  return _mm_sha256msg2_epu32(next, w[(i + 3) & 3]);
}

WITH_SHA void digest_sha256_two(digest_sha256_state *first, const uint8_t *first_data,
                                digest_sha256_state *second, const uint8_t *second_data, size_t block_count) {
  halves one = split(first), two = split(second);
  for (; block_count > 0; block_count--, first_data += 64, second_data += 64) {
    halves one_before = one, two_before = two;
    __m128i v[4], w[4];
    for (int i = 0; i < 4; i++) {
      v[i] = words(first_data + 16 * i);
      w[i] = words(second_data + 16 * i);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) {
      __m128i constant = _mm_loadu_si128((const __m128i *)&sha256_constants[4 * i]);
      __m128i j = _mm_add_epi32(v[i & 3], constant), k = _mm_add_epi32(w[i & 3], constant);
      one.cdgh = _mm_sha256rnds2_epu32(one.cdgh, one.abef, j);
      two.cdgh = _mm_sha256rnds2_epu32(two.cdgh, two.abef, k);
      one.abef = _mm_sha256rnds2_epu32(one.abef, one.cdgh, _mm_shuffle_epi32(j, 0x0e));
      two.abef = _mm_sha256rnds2_epu32(two.abef, two.cdgh, _mm_shuffle_epi32(k, 0x0e));
      if (i < 12) {
        v[i & 3] = scheduled(v, i);
        w[i & 3] = scheduled(w, i);
      }
    }
    one.abef = _mm_add_epi32(one.abef, one_before.abef);
    one.cdgh = _mm_add_epi32(one.cdgh, one_before.cdgh);
    two.abef = _mm_add_epi32(two.abef, two_before.abef);
    two.cdgh = _mm_add_epi32(two.cdgh, two_before.cdgh);
  }
  join(first, one);
  join(second, two);
}
#else
int digest_sha256_pair_supported(void) { return 0; }

void digest_sha256_pair(digest_sha256_state *first, digest_sha256_state *second, const uint8_t *data,
                        size_t block_count) {
  (void)first, (void)second, (void)data, (void)block_count;
  __builtin_trap();
}

void digest_sha256_two(digest_sha256_state *first, const uint8_t *first_data, digest_sha256_state *second,
                       const uint8_t *second_data, size_t block_count) {
  (void)first, (void)first_data, (void)second, (void)second_data, (void)block_count;
  __builtin_trap();
}
#endif
