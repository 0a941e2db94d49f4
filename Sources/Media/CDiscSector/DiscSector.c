#include "CDiscSector.h"
#include <pthread.h>
#include <string.h>

enum { slices = 16 };
static uint32_t tables[slices][256];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void make_tables(void) {
  for (uint32_t i = 0; i < 256; i++) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; bit++) c = c >> 1 ^ (c & 1 ? 0xD8018001u : 0);
    tables[0][i] = c;
  }
  for (int slice = 1; slice < slices; slice++)
    for (int i = 0; i < 256; i++)
      tables[slice][i] = tables[slice - 1][i] >> 8 ^ tables[0][tables[slice - 1][i] & 0xFF];
}

uint32_t disc_edc(uint32_t seed, const uint8_t *bytes, size_t count) {
  pthread_once(&once, make_tables);
  uint32_t crc = seed;
  for (; count >= slices; bytes += slices, count -= slices) {
    uint8_t block[slices];
    memcpy(block, bytes, slices);
    for (int i = 0; i < 4; i++) block[i] ^= (uint8_t)(crc >> (8 * i));
    crc = 0;
    for (int i = 0; i < slices; i++) crc ^= tables[slices - 1 - i][block[i]];
  }
  while (count-- > 0) crc = crc >> 8 ^ tables[0][(crc ^ *bytes++) & 0xFF];
  return crc;
}

// In GF(2^8) with the polynomial 0x11D: times 2, and divided by 3.
static inline uint8_t doubled(uint8_t a) { return (uint8_t)(a << 1 ^ (0x1D & -(a >> 7))); }

static uint8_t thirds[256];
static pthread_once_t thirds_once = PTHREAD_ONCE_INIT;
static void make_thirds(void) {
  for (int i = 0; i < 256; i++) thirds[i ^ doubled((uint8_t)i)] = (uint8_t)i;
}

// Both parity bytes of `count` vectors from their sums and weighted sums.
static void finish(const uint8_t *sum, const uint8_t *weighted, int count, uint8_t *parity) {
  for (int i = 0; i < count; i++) {
    uint8_t first = thirds[doubled(weighted[i]) ^ sum[i]];
    parity[i] = first;
    parity[i + count] = first ^ sum[i];
  }
}

enum { columns = 86, rows = 24, q_rows = 26, q_columns = 43 };

void disc_parity(const uint8_t header[4], const uint8_t body[2060], uint8_t parity[276]) {
  pthread_once(&thirds_once, make_thirds);
  // What Q covers: header, body and P, as 26 rows of 86 bytes or of 43 pairs.
  uint8_t data[q_rows * columns];
  memcpy(data, header, 4);
  memcpy(data + 4, body, 2060);

  uint8_t sum[columns] = {0}, weighted[columns] = {0};
  for (int row = 0; row < rows; row++) {
    const uint8_t *line = data + row * columns;
    for (int i = 0; i < columns; i++) {
      sum[i] ^= line[i];
      weighted[i] = doubled(weighted[i] ^ line[i]);
    }
  }
  finish(sum, weighted, columns, parity);
  memcpy(data + rows * columns, parity, 2 * columns);

  // Q vector r takes its pair i from row (r + i) mod 26, column i. With the columns as lines, twice one behind the
  // other, all 26 vectors advance together.
  uint16_t turned[q_columns][2 * q_rows];
  for (int row = 0; row < q_rows; row++)
    for (int i = 0; i < q_columns; i++) {
      uint16_t pair;
      memcpy(&pair, data + row * columns + 2 * i, 2);
      turned[i][row] = turned[i][row + q_rows] = pair;
    }
  uint8_t q_sum[2 * q_rows] = {0}, q_weighted[2 * q_rows] = {0};
  for (int i = 0; i < q_columns; i++) {
    const uint8_t *line = (const uint8_t *)(turned[i] + i % q_rows);
    for (int k = 0; k < 2 * q_rows; k++) {
      q_sum[k] ^= line[k];
      q_weighted[k] = doubled(q_weighted[k] ^ line[k]);
    }
  }
  finish(q_sum, q_weighted, 2 * q_rows, parity + 2 * columns);
}
