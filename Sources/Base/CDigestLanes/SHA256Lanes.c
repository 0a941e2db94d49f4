#include "CDigestLanes.h"

#include <string.h>

#include "SHA256Constants.h"

#define ROTATE(x, n) (((x) >> (n)) | ((x) << (32 - (n))))
#define LARGE_0(x) (ROTATE(x, 2) ^ ROTATE(x, 13) ^ ROTATE(x, 22))
#define LARGE_1(x) (ROTATE(x, 6) ^ ROTATE(x, 11) ^ ROTATE(x, 25))
#define SMALL_0(x) (ROTATE(x, 7) ^ ROTATE(x, 18) ^ ((x) >> 3))
#define SMALL_1(x) (ROTATE(x, 17) ^ ROTATE(x, 19) ^ ((x) >> 10))
#define CHOICE(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define MAJORITY(x, y, z) (((x) & (y)) | ((z) & ((x) | (y))))
#define ROUND(a, b, c, d, e, f, g, h, j)                                         \
  (h) += LARGE_1(e) + CHOICE(e, f, g) + sha256_constants[i + (j)] + w[j];        \
  (d) += (h);                                                                    \
  (h) += LARGE_0(a) + MAJORITY(a, b, c)
#define EIGHT_ROUNDS(j)                      \
  ROUND(a, b, c, d, e, f, g, h, (j));        \
  ROUND(h, a, b, c, d, e, f, g, (j) + 1);    \
  ROUND(g, h, a, b, c, d, e, f, (j) + 2);    \
  ROUND(f, g, h, a, b, c, d, e, (j) + 3);    \
  ROUND(e, f, g, h, a, b, c, d, (j) + 4);    \
  ROUND(d, e, f, g, h, a, b, c, (j) + 5);    \
  ROUND(c, d, e, f, g, h, a, b, (j) + 6);    \
  ROUND(b, c, d, e, f, g, h, a, (j) + 7);

// Exchanges elements whose row and column numbers differ in one bit, `distance`.
#define EXCHANGE(w, type, width, distance, low, high)             \
  for (int row = 0; row < (width); row++) {                       \
    if (row & (distance)) continue;                               \
    type upper = (w)[row], lower = (w)[row + (distance)];         \
    (w)[row] = __builtin_shufflevector(upper, lower, low);        \
    (w)[row + (distance)] = __builtin_shufflevector(upper, lower, high); \
  }

#define LOW_4_2 0, 1, 4, 5
#define HIGH_4_2 2, 3, 6, 7
#define LOW_4_1 0, 4, 2, 6
#define HIGH_4_1 1, 5, 3, 7
#define WIDTH 4
#define NAME four_at_once
#define LANES_TYPE four_lanes
#define EXCHANGES(w)                                \
  EXCHANGE(w, four_lanes, 4, 2, LOW_4_2, HIGH_4_2)  \
  EXCHANGE(w, four_lanes, 4, 1, LOW_4_1, HIGH_4_1)
#include "SHA256Width.h"

#if defined(__x86_64__)
#define LOW_8_4 0, 1, 2, 3, 8, 9, 10, 11
#define HIGH_8_4 4, 5, 6, 7, 12, 13, 14, 15
#define LOW_8_2 0, 1, 8, 9, 4, 5, 12, 13
#define HIGH_8_2 2, 3, 10, 11, 6, 7, 14, 15
#define LOW_8_1 0, 8, 2, 10, 4, 12, 6, 14
#define HIGH_8_1 1, 9, 3, 11, 5, 13, 7, 15
#define WIDTH 8
#define NAME eight_at_once
#define LANES_TYPE eight_lanes
#define EXCHANGES(w)                                 \
  EXCHANGE(w, eight_lanes, 8, 4, LOW_8_4, HIGH_8_4)  \
  EXCHANGE(w, eight_lanes, 8, 2, LOW_8_2, HIGH_8_2)  \
  EXCHANGE(w, eight_lanes, 8, 1, LOW_8_1, HIGH_8_1)
#include "SHA256Width.h"

#define LOW_16_8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH_16_8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW_16_4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH_16_4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW_16_2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH_16_2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW_16_1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH_16_1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
#define WIDTH 16
#define NAME sixteen_at_once
#define LANES_TYPE sixteen_lanes
#define EXCHANGES(w)                                       \
  EXCHANGE(w, sixteen_lanes, 16, 8, LOW_16_8, HIGH_16_8)   \
  EXCHANGE(w, sixteen_lanes, 16, 4, LOW_16_4, HIGH_16_4)   \
  EXCHANGE(w, sixteen_lanes, 16, 2, LOW_16_2, HIGH_16_2)   \
  EXCHANGE(w, sixteen_lanes, 16, 1, LOW_16_1, HIGH_16_1)
#include "SHA256Width.h"
#endif

// Each kind of processor has as many lanes at once as its registers; groups without a message are left out.
typedef void compression(uint32_t states[8 * DIGEST_LANES_SHA256],
                         const uint8_t *const messages[DIGEST_LANES_SHA256], int count, size_t block_count);
#define COMPRESSION(name, group, width, attribute)                                                       \
  attribute static void name(uint32_t states[8 * DIGEST_LANES_SHA256],                                   \
                             const uint8_t *const messages[DIGEST_LANES_SHA256], int count,              \
                             size_t block_count) {                                                       \
    for (int first = 0; first < count; first += (width)) group(states, messages, first, 0, block_count); \
  }
COMPRESSION(compress_plain, four_at_once, 4, )
#if defined(__x86_64__)
COMPRESSION(compress_avx2, eight_at_once, 8, __attribute__((target("avx2"))))
COMPRESSION(compress_avx512, sixteen_at_once, 16, __attribute__((target("avx512f"))))
#endif

void digest_lanes_sha256_blocks(uint32_t states[8 * DIGEST_LANES_SHA256],
                                const uint8_t *const messages[DIGEST_LANES_SHA256], int count,
                                size_t block_count) {
  compression *chosen = compress_plain;
#if defined(__x86_64__)
  switch (digest_processor()) {
    case DIGEST_PROCESSOR_AVX512: chosen = compress_avx512; break;
    case DIGEST_PROCESSOR_AVX2: chosen = compress_avx2; break;
    case DIGEST_PROCESSOR_PLAIN: break;
  }
#endif
  chosen(states, messages, count, block_count);
}

void digest_lanes_sha256(const uint8_t *const messages[DIGEST_LANES_SHA256], int count, size_t byte_count,
                         uint8_t *digests) {
  enum { lanes = DIGEST_LANES_SHA256 };
  digest_sha256_state start = digest_sha256_initial();
  uint32_t states[8 * lanes];
  for (int word = 0; word < 8; word++)
    for (int lane = 0; lane < lanes; lane++) states[word * lanes + lane] = start.words[word];

  size_t whole = byte_count / 64, rest = byte_count % 64;
  digest_lanes_sha256_blocks(states, messages, count, whole);

  // FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits.
  uint8_t tails[lanes][128];
  const uint8_t *tail_pointers[lanes];
  size_t tail_blocks = rest < 56 ? 1 : 2;
  uint64_t bits = (uint64_t)byte_count * 8;
  for (int lane = 0; lane < lanes; lane++) {
    memset(tails[lane], 0, sizeof tails[lane]);
    memcpy(tails[lane], messages[lane] + whole * 64, rest);
    tails[lane][rest] = 0x80;
    for (int i = 0; i < 8; i++) tails[lane][tail_blocks * 64 - 1 - i] = (uint8_t)(bits >> (8 * i));
    tail_pointers[lane] = tails[lane];
  }
  digest_lanes_sha256_blocks(states, tail_pointers, count, tail_blocks);

  for (int lane = 0; lane < count; lane++)
    for (int word = 0; word < 8; word++)
      for (int i = 0; i < 4; i++)
        digests[32 * lane + 4 * word + i] = (uint8_t)(states[word * lanes + lane] >> (24 - 8 * i));
}
