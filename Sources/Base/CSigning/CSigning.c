#define _DEFAULT_SOURCE
#include "Internal.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

void csigning_free(csigning_bytes *bytes) {
  if (bytes->bytes) OPENSSL_clear_free(bytes->bytes, bytes->count);
  bytes->bytes = NULL;
  bytes->count = 0;
}

int32_t csigning_fail(csigning_reason *reason, int32_t code, const char *text) {
  unsigned long error = ERR_peek_last_error();
  const char *words = error ? ERR_reason_error_string(error) : NULL;
  if (words) {
    snprintf(reason->text, sizeof reason->text, "%s: %s", text, words);
  } else {
    snprintf(reason->text, sizeof reason->text, "%s", text);
  }
  ERR_clear_error();
  return code;
}

int32_t csigning_copy(const void *source, size_t count, csigning_bytes *bytes, csigning_reason *reason) {
  bytes->count = 0;
  bytes->bytes = OPENSSL_malloc(count ? count : 1);
  if (!bytes->bytes) return csigning_fail(reason, CSIGNING_FAILED, "out of memory");
  if (count) memcpy(bytes->bytes, source, count);
  bytes->count = count;
  return 0;
}

int32_t csigning_take_bio(BIO *bio, csigning_bytes *bytes, csigning_reason *reason) {
  char *data = NULL;
  long count = BIO_get_mem_data(bio, &data);
  if (count < 0) return csigning_fail(reason, CSIGNING_FAILED, "no bytes were written");
  return csigning_copy(data, (size_t)count, bytes, reason);
}

BIO *csigning_reading(const uint8_t *bytes, size_t count) {
  if (count > INT_MAX) return NULL;
  return BIO_new_mem_buf(count ? (const void *)bytes : "", (int)count);
}

X509 *csigning_parse_certificate(const uint8_t *der, size_t count) {
  if (count > LONG_MAX) return NULL;
  const uint8_t *position = der;
  X509 *certificate = d2i_X509(NULL, &position, (long)count);
  if (!certificate) return NULL;
  // Written again it must give the same bytes: a looser encoding has room for changes nobody signed.
  uint8_t *again = NULL;
  int length = i2d_X509(certificate, &again);
  int same = length > 0 && (size_t)length == count && position == der + count &&
             memcmp(again, der, count) == 0;
  OPENSSL_free(again);
  if (same) return certificate;
  X509_free(certificate);
  return NULL;
}

STACK_OF(X509) * csigning_parse_certificates(const uint8_t *der, size_t count) {
  STACK_OF(X509) *certificates = sk_X509_new_null();
  const uint8_t *position = der;
  const uint8_t *end = der + count;
  while (certificates && position < end) {
    X509 *certificate = d2i_X509(NULL, &position, (long)(end - position));
    if (!certificate || !sk_X509_push(certificates, certificate)) {
      X509_free(certificate);
      sk_X509_pop_free(certificates, X509_free);
      return NULL;
    }
  }
  return certificates;
}

int csigning_seconds(const ASN1_TIME *time, int64_t *seconds) {
  struct tm fields;
  if (!time || !ASN1_TIME_to_tm(time, &fields)) return 0;
  *seconds = timegm(&fields);
  return 1;
}
