// SHA-256 (FIPS 180-4 §6.2) of WIDTH messages side by side: the body of `NAME`, included once for each width.
// WIDTH is 4, 8 or 16; NAME and LANES_TYPE name what is defined; EXCHANGES transposes WIDTH rows.

typedef uint32_t LANES_TYPE __attribute__((vector_size(4 * WIDTH)));

static inline __attribute__((always_inline)) void NAME(uint32_t states[8 * DIGEST_LANES_SHA256],
                                                       const uint8_t *const messages[DIGEST_LANES_SHA256],
                                                       int first, size_t offset, size_t block_count) {
  LANES_TYPE chain[8];
  for (int word = 0; word < 8; word++)
    memcpy(&chain[word], &states[word * DIGEST_LANES_SHA256 + first], sizeof chain[word]);
  for (size_t block = 0; block < block_count; block++, offset += 64) {
    LANES_TYPE schedule[16];
    // Rows (the words of one message each) become columns (one word of every message).
    for (int part = 0; part < 16; part += WIDTH) {
      LANES_TYPE *w = schedule + part;
      for (int lane = 0; lane < WIDTH; lane++) {
        uint32_t row[WIDTH];
        memcpy(row, messages[first + lane] + offset + 4 * part, sizeof row);
        for (int i = 0; i < WIDTH; i++) row[i] = __builtin_bswap32(row[i]);
        memcpy(&w[lane], row, sizeof row);
      }
      EXCHANGES(w)
    }
    LANES_TYPE a = chain[0], b = chain[1], c = chain[2], d = chain[3];
    LANES_TYPE e = chain[4], f = chain[5], g = chain[6], h = chain[7];
    for (int i = 0; i < 64; i += 16) {
      LANES_TYPE *w = schedule;
      EIGHT_ROUNDS(0)
      EIGHT_ROUNDS(8)
      if (i == 48) break;
#pragma clang loop unroll(full)
      for (int j = 0; j < 16; j++)
        w[j] += SMALL_1(w[(j + 14) & 15]) + w[(j + 9) & 15] + SMALL_0(w[(j + 1) & 15]);
    }
    chain[0] += a;
    chain[1] += b;
    chain[2] += c;
    chain[3] += d;
    chain[4] += e;
    chain[5] += f;
    chain[6] += g;
    chain[7] += h;
  }
  for (int word = 0; word < 8; word++)
    memcpy(&states[word * DIGEST_LANES_SHA256 + first], &chain[word], sizeof chain[word]);
}

#undef WIDTH
#undef NAME
#undef LANES_TYPE
#undef EXCHANGES
