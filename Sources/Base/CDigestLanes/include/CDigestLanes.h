// Digests of several streams at once, where that is faster than one after the other.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a processor can do, as far as it matters here. `EXHIBIT_PROCESSOR` in the environment means no more than it
/// says: `avx2` and `sse-sha` with SHA instructions, `avx2-only` and `sse2` without.
typedef enum { DIGEST_PROCESSOR_PLAIN, DIGEST_PROCESSOR_AVX2, DIGEST_PROCESSOR_AVX512 } digest_processor_kind;

digest_processor_kind digest_processor(void);

/// Whether SHA instructions may be used where there are any.
int digest_sha_allowed(void);

/// Number of messages `digest_lanes_md5` works on at once.
#define DIGEST_LANES_MD5 16

/// MD5 (RFC 1321) of 16 messages of the same length, side by side in vector lanes.
/// `messages[i]` points to `byte_count` bytes; `digests` receives 16 bytes for each message in turn.
void digest_lanes_md5(const uint8_t *const messages[DIGEST_LANES_MD5], size_t byte_count, uint8_t *digests);

/// Continues 16 messages by `block_count` blocks of 64 bytes each. `states` holds the four words of RFC 1321 §3.3, each
/// of all 16 messages: word `w` of message `i` is `states[w * 16 + i]`.
void digest_lanes_md5_blocks(uint32_t states[4 * DIGEST_LANES_MD5], const uint8_t *const messages[DIGEST_LANES_MD5],
                             size_t block_count);

/// The running state of a SHA-256 (FIPS 180-4 §6.2) between blocks of 64 bytes.
typedef struct {
  uint32_t words[8];
} digest_sha256_state;

/// The state before the first block.
digest_sha256_state digest_sha256_initial(void);

/// Whether this processor has the instructions that `digest_sha256_pair` needs.
int digest_sha256_pair_supported(void);

/// Feeds the same `block_count` blocks of 64 bytes to two states at once: the instructions of one fill the waits
/// of the other. Only where `digest_sha256_pair_supported`.
void digest_sha256_pair(digest_sha256_state *first, digest_sha256_state *second, const uint8_t *data,
                        size_t block_count);

/// Feeds `block_count` blocks of 64 bytes of two messages to a state each, side by side. Only where
/// `digest_sha256_pair_supported`.
void digest_sha256_two(digest_sha256_state *first, const uint8_t *first_data, digest_sha256_state *second,
                       const uint8_t *second_data, size_t block_count);

/// Most messages that `digest_lanes_sha256` works on at once.
#define DIGEST_LANES_SHA256 16

/// SHA-256 of `count` messages of the same length, side by side in the vector lanes of any processor. Slower than
/// `digest_sha256_two` where there are SHA instructions.
/// `messages[i]` points to `byte_count` bytes, also from `count` on; `digests` receives 32 bytes for each of `count`.
void digest_lanes_sha256(const uint8_t *const messages[DIGEST_LANES_SHA256], int count, size_t byte_count,
                         uint8_t *digests);

/// Continues `count` messages by `block_count` blocks of 64 bytes each: word `w` of message `i` is `states[w * 16 + i]`.
void digest_lanes_sha256_blocks(uint32_t states[8 * DIGEST_LANES_SHA256],
                                const uint8_t *const messages[DIGEST_LANES_SHA256], int count,
                                size_t block_count);
