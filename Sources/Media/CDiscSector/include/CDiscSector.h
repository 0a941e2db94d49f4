#pragma once
#include <stddef.h>
#include <stdint.h>

// The arithmetic of CD sectors (ECMA-130 §14 and annex A) that runs over every byte.

// EDC of `count` bytes after those that gave `seed` (0 at the start): CRC-32 with the polynomial 0x8001801B, bits
// reflected, no inversion.
uint32_t disc_edc(uint32_t seed, const uint8_t *bytes, size_t count);

// The 172 P and 104 Q parity bytes of a sector, as they stand in bytes 2076 to 2351.
//   header: the 4 header bytes that count: those of the sector in mode 1, zeros in mode 2 form 1.
//   body:   bytes 16 to 2075 of the sector.
void disc_parity(const uint8_t header[4], const uint8_t body[2060], uint8_t parity[276]);
