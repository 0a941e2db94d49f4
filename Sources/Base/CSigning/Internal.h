// Shared by the files of this target only.
#pragma once
#include "CSigning.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

// The opaque handle of the header is the libcrypto key itself.
static inline EVP_PKEY *pkey_of(const csigning_key *key) { return (EVP_PKEY *)(uintptr_t)key; }

/// Sets `reason` to `text`, and to libcrypto's own words where it has some; empties its error queue.
int32_t csigning_fail(csigning_reason *reason, int32_t code, const char *text);

/// Copies what a memory BIO holds. 0 or CSIGNING_FAILED.
int32_t csigning_take_bio(BIO *bio, csigning_bytes *bytes, csigning_reason *reason);

/// Copies `count` bytes. 0 or CSIGNING_FAILED.
int32_t csigning_copy(const void *source, size_t count, csigning_bytes *bytes, csigning_reason *reason);

/// A BIO that reads `count` bytes in place; NULL where the length is too large or memory is out.
BIO *csigning_reading(const uint8_t *bytes, size_t count);

/// Reads one certificate whose encoding is exactly `der`; NULL otherwise.
X509 *csigning_parse_certificate(const uint8_t *der, size_t count);

/// Reads certificates that follow each other to the end of the bytes; NULL otherwise.
STACK_OF(X509) * csigning_parse_certificates(const uint8_t *der, size_t count);

/// Seconds since 1970 of a well-formed ASN.1 time. 1 or 0.
int csigning_seconds(const ASN1_TIME *time, int64_t *seconds);

/// Copies a distinguished name as RFC 4514 text. 0 or a reason.
int32_t csigning_take_name(const X509_NAME *name, csigning_bytes *bytes, csigning_reason *reason);

/// One of the kinds of key, or CSIGNING_KEY_UNUSABLE.
int32_t csigning_kind_of(const EVP_PKEY *key);

/// Words for people; NULL is allowed.
void csigning_describe(const EVP_PKEY *key, char *text, size_t size);
