#include "CDigestLanes.h"

#include <string.h>

#define LANES DIGEST_LANES_MD5

typedef uint32_t lanes __attribute__((vector_size(4 * LANES)));

// RFC 1321 §3.4: T[i] = floor(2^32 * |sin(i)|), i = 1..64.
static const uint32_t sines[64] = {
    0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
    0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
    0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
    0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
    0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
    0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
    0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
    0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};

#define ROTATE(x, n) (((x) << (n)) | ((x) >> (32 - (n))))
#define F(x, y, z) ((z) ^ ((x) & ((y) ^ (z))))
#define G(x, y, z) ((y) ^ ((z) & ((x) ^ (y))))
#define H(x, y, z) ((x) ^ (y) ^ (z))
#define I(x, y, z) ((y) ^ ((x) | ~(z)))
#define STEP(f, a, b, c, d, k, s, i)          \
  do {                                        \
    (a) += f(b, c, d) + w[k] + sines[i];      \
    (a) = ROTATE(a, s) + (b);                 \
  } while (0)
#define ROUND(f, i, k0, k1, k2, k3, s0, s1, s2, s3) \
  STEP(f, a, b, c, d, k0, s0, i);                   \
  STEP(f, d, a, b, c, k1, s1, (i) + 1);             \
  STEP(f, c, d, a, b, k2, s2, (i) + 2);             \
  STEP(f, b, c, d, a, k3, s3, (i) + 3)

// Turns rows (16 words of one message each) into columns (one word of 16 messages each): four passes, each
// exchanging elements whose row and column numbers differ in one bit.
#define EXCHANGE(distance, low, high)                             \
  for (int i = 0; i < LANES; i++) {                               \
    if (i & (distance)) continue;                                 \
    lanes upper = w[i], lower = w[i + (distance)];                \
    w[i] = __builtin_shufflevector(upper, lower, low);            \
    w[i + (distance)] = __builtin_shufflevector(upper, lower, high); \
  }

static inline __attribute__((always_inline)) void compress_lanes(uint32_t state[4 * LANES],
                                                                 const uint8_t *const messages[LANES],
                                                                 size_t offset, size_t block_count) {
  lanes chain[4];
  memcpy(chain, state, sizeof chain);
  for (size_t block = 0; block < block_count; block++, offset += 64) {
    lanes w[LANES];
    for (int lane = 0; lane < LANES; lane++) memcpy(&w[lane], messages[lane] + offset, 64);
#define LOW8 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23
#define HIGH8 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31
#define LOW4 0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27
#define HIGH4 4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31
#define LOW2 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29
#define HIGH2 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31
#define LOW1 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30
#define HIGH1 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31
    EXCHANGE(8, LOW8, HIGH8)
    EXCHANGE(4, LOW4, HIGH4)
    EXCHANGE(2, LOW2, HIGH2)
    EXCHANGE(1, LOW1, HIGH1)
    lanes a = chain[0], b = chain[1], c = chain[2], d = chain[3];
    ROUND(F, 0, 0, 1, 2, 3, 7, 12, 17, 22);
    ROUND(F, 4, 4, 5, 6, 7, 7, 12, 17, 22);
    ROUND(F, 8, 8, 9, 10, 11, 7, 12, 17, 22);
    ROUND(F, 12, 12, 13, 14, 15, 7, 12, 17, 22);
    ROUND(G, 16, 1, 6, 11, 0, 5, 9, 14, 20);
    ROUND(G, 20, 5, 10, 15, 4, 5, 9, 14, 20);
    ROUND(G, 24, 9, 14, 3, 8, 5, 9, 14, 20);
    ROUND(G, 28, 13, 2, 7, 12, 5, 9, 14, 20);
    ROUND(H, 32, 5, 8, 11, 14, 4, 11, 16, 23);
    ROUND(H, 36, 1, 4, 7, 10, 4, 11, 16, 23);
    ROUND(H, 40, 13, 0, 3, 6, 4, 11, 16, 23);
    ROUND(H, 44, 9, 12, 15, 2, 4, 11, 16, 23);
    ROUND(I, 48, 0, 7, 14, 5, 6, 10, 15, 21);
    ROUND(I, 52, 12, 3, 10, 1, 6, 10, 15, 21);
    ROUND(I, 56, 8, 15, 6, 13, 6, 10, 15, 21);
    ROUND(I, 60, 4, 11, 2, 9, 6, 10, 15, 21);
    chain[0] += a;
    chain[1] += b;
    chain[2] += c;
    chain[3] += d;
  }
  memcpy(state, chain, sizeof chain);
}

// The same for each kind of processor; the compiler knows its registers.
typedef void compression(uint32_t state[4 * LANES], const uint8_t *const messages[LANES], size_t offset,
                         size_t block_count);
#define COMPRESSION(name, attribute)                                                                  \
  attribute static void name(uint32_t state[4 * LANES], const uint8_t *const messages[LANES],         \
                             size_t offset, size_t block_count) {                                     \
    compress_lanes(state, messages, offset, block_count);                                             \
  }
COMPRESSION(compress_plain, )
#if defined(__x86_64__)
COMPRESSION(compress_avx2, __attribute__((target("avx2"))))
COMPRESSION(compress_avx512, __attribute__((target("avx512f"))))
#endif

static void compress(uint32_t state[4 * LANES], const uint8_t *const messages[LANES], size_t offset,
                     size_t block_count) {
  compression *chosen = compress_plain;
#if defined(__x86_64__)
  switch (digest_processor()) {
    case DIGEST_PROCESSOR_AVX512: chosen = compress_avx512; break;
    case DIGEST_PROCESSOR_AVX2: chosen = compress_avx2; break;
    case DIGEST_PROCESSOR_PLAIN: break;
  }
#endif
  chosen(state, messages, offset, block_count);
}

void digest_lanes_md5_blocks(uint32_t states[4 * LANES], const uint8_t *const messages[LANES], size_t block_count) {
  compress(states, messages, 0, block_count);
}

void digest_lanes_md5(const uint8_t *const messages[LANES], size_t byte_count, uint8_t *digests) {
  static const uint32_t start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};
  uint32_t state[4 * LANES];
  for (int word = 0; word < 4; word++)
    for (int lane = 0; lane < LANES; lane++) state[word * LANES + lane] = start[word];

  size_t whole = byte_count / 64, rest = byte_count % 64;
  compress(state, messages, 0, whole);

  // RFC 1321 §3.1 and §3.2: a one bit, zeros, and the length in bits.
  uint8_t tails[LANES][128];
  const uint8_t *tail_pointers[LANES];
  size_t tail_blocks = rest < 56 ? 1 : 2;
  uint64_t bits = (uint64_t)byte_count * 8;
  for (int lane = 0; lane < LANES; lane++) {
    memset(tails[lane], 0, sizeof tails[lane]);
    memcpy(tails[lane], messages[lane] + whole * 64, rest);
    tails[lane][rest] = 0x80;
    for (int i = 0; i < 8; i++) tails[lane][tail_blocks * 64 - 8 + i] = (uint8_t)(bits >> (8 * i));
    tail_pointers[lane] = tails[lane];
  }
  compress(state, tail_pointers, 0, tail_blocks);

  for (int lane = 0; lane < LANES; lane++)
    for (int word = 0; word < 4; word++)
      for (int i = 0; i < 4; i++)
        digests[16 * lane + 4 * word + i] = (uint8_t)(state[word * LANES + lane] >> (8 * i));
}
