#include "Internal.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

static int purpose_of(int32_t kind) {
  // The first is the purpose `openssl cms -verify` demands, the second that of `openssl ts -verify`.
  return kind == CSIGNING_TIMESTAMP ? X509_PURPOSE_TIMESTAMP_SIGN : X509_PURPOSE_SMIME_SIGN;
}

int32_t csigning_certificate_allows(const uint8_t *der, size_t count, int32_t kind) {
  X509 *certificate = csigning_parse_certificate(der, count);
  int allows = certificate && X509_check_purpose(certificate, purpose_of(kind), 0) == 1;
  X509_free(certificate);
  ERR_clear_error();
  return allows;
}

// X509_V_OK or the reason why no path to a trusted certificate stands; `time` NULL leaves out all dates.
static int path_result(
    X509 *certificate, STACK_OF(X509) * others, X509_STORE *store, int purpose, const int64_t *time) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  int result = X509_V_ERR_UNSPECIFIED;
  if (context && X509_STORE_CTX_init(context, store, certificate, others) &&
      (!purpose || X509_STORE_CTX_set_purpose(context, purpose))) {
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    // A trusted certificate need not be a root. Level 2 is 112 bits of security, and no SHA-1.
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_auth_level(parameters, 2);
    if (time) {
      X509_VERIFY_PARAM_set_time(parameters, (time_t)*time);
    } else {
      X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_NO_CHECK_TIME);
    }
    if (X509_verify_cert(context) == 1) {
      result = X509_V_OK;
    } else {
      int error = X509_STORE_CTX_get_error(context);
      result = error == X509_V_OK ? X509_V_ERR_UNSPECIFIED : error;
    }
  }
  X509_STORE_CTX_free(context);
  return result;
}

static X509_STORE *store_of(STACK_OF(X509) * trusted) {
  X509_STORE *store = trusted ? X509_STORE_new() : NULL;
  for (int index = 0; store && index < sk_X509_num(trusted); index++) {
    if (!X509_STORE_add_cert(store, sk_X509_value(trusted, index))) {
      X509_STORE_free(store);
      return NULL;
    }
  }
  return store;
}

static void seek_path(
    X509 *certificate, STACK_OF(X509) * others, X509_STORE *store, int32_t kind, int64_t time,
    csigning_path *path) {
  // What a certificate may be used for is asked by itself, so that the two answers stay apart.
  int purpose = purpose_of(kind);
  if (X509_check_purpose(certificate, purpose, 0) != 1) purpose = 0;
  int result = path_result(certificate, others, store, purpose, NULL);
  if (result == X509_V_OK) {
    result = path_result(certificate, others, store, purpose, &time);
    if (result == X509_V_ERR_CERT_HAS_EXPIRED) path->validity = CSIGNING_EXPIRED;
    if (result == X509_V_ERR_CERT_NOT_YET_VALID) path->validity = CSIGNING_NOT_YET_VALID;
  }
  path->is_trusted = result == X509_V_OK || path->validity != CSIGNING_VALID;
  if (!path->is_trusted) {
    snprintf(path->problem.text, sizeof path->problem.text, "%s", X509_verify_cert_error_string(result));
  }
}

int32_t csigning_path_check(
    const uint8_t *certificate, size_t certificate_count, const uint8_t *others, size_t others_count,
    const uint8_t *trusted, size_t trusted_count, int32_t kind, int64_t time, csigning_path *path,
    csigning_reason *reason) {
  ERR_clear_error();
  memset(path, 0, sizeof *path);
  X509 *asked = csigning_parse_certificate(certificate, certificate_count);
  STACK_OF(X509) *untrusted = csigning_parse_certificates(others, others_count);
  STACK_OF(X509) *trust = csigning_parse_certificates(trusted, trusted_count);
  X509_STORE *store = store_of(trust);
  int32_t result = 0;
  if (asked && untrusted && store) {
    seek_path(asked, untrusted, store, kind, time, path);
    ERR_clear_error();
  } else {
    result = csigning_fail(reason, CSIGNING_FAILED, "the certificates are not usable");
  }
  X509_STORE_free(store);
  sk_X509_pop_free(trust, X509_free);
  sk_X509_pop_free(untrusted, X509_free);
  X509_free(asked);
  return result;
}

// Revocation lists

static X509_CRL *parse_list(const uint8_t *der, size_t count) {
  if (count > LONG_MAX) return NULL;
  const uint8_t *position = der;
  X509_CRL *list = d2i_X509_CRL(NULL, &position, (long)count);
  if (list && position == der + count) return list;
  X509_CRL_free(list);
  return NULL;
}

int32_t csigning_revocation_list_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason) {
  ERR_clear_error();
  BIO *input = csigning_reading(pem, count);
  BIO *output = BIO_new(BIO_s_mem());
  X509_CRL *list = input && output ? PEM_read_bio_X509_CRL(input, NULL, NULL, NULL) : NULL;
  int32_t result = list && i2d_X509_CRL_bio(output, list)
                       ? csigning_take_bio(output, der, reason)
                       : csigning_fail(reason, CSIGNING_MALFORMED, "no PEM revocation list");
  X509_CRL_free(list);
  BIO_free(output);
  BIO_free(input);
  return result;
}

int32_t csigning_revocation_list_read(
    const uint8_t *der, size_t count, csigning_revocation_list *facts, csigning_reason *reason) {
  ERR_clear_error();
  memset(facts, 0, sizeof *facts);
  X509_CRL *list = parse_list(der, count);
  if (!list) return csigning_fail(reason, CSIGNING_MALFORMED, "not a revocation list in DER");
  int32_t result = csigning_take_name(X509_CRL_get_issuer(list), &facts->issuer, reason);
  if (!result && !csigning_seconds(X509_CRL_get0_lastUpdate(list), &facts->issued)) {
    result = csigning_fail(reason, CSIGNING_MALFORMED, "the date of the revocation list is not readable");
  }
  if (result) csigning_free(&facts->issuer);
  X509_CRL_free(list);
  return result;
}

static X509 *issuer_of_list(X509_CRL *list, STACK_OF(X509) * issuers) {
  for (int index = 0; index < sk_X509_num(issuers); index++) {
    X509 *issuer = sk_X509_value(issuers, index);
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_CRL_get_issuer(list)) == 0 && key &&
        X509_CRL_verify(list, key) == 1) {
      return issuer;
    }
  }
  return NULL;
}

int32_t csigning_revocation_check(
    const uint8_t *certificate, size_t certificate_count, const uint8_t *issuers, size_t issuers_count,
    const uint8_t *list, size_t list_count, csigning_revocation *revocation, csigning_reason *reason) {
  ERR_clear_error();
  memset(revocation, 0, sizeof *revocation);
  X509 *asked = csigning_parse_certificate(certificate, certificate_count);
  STACK_OF(X509) *above = csigning_parse_certificates(issuers, issuers_count);
  X509_CRL *revoked = parse_list(list, list_count);
  int32_t result = 0;
  if (asked && above && revoked) {
    revocation->applies = X509_NAME_cmp(X509_get_issuer_name(asked), X509_CRL_get_issuer(revoked)) == 0;
    revocation->is_genuine = revocation->applies && issuer_of_list(revoked, above) != NULL;
    X509_REVOKED *entry = NULL;
    // 2 is an entry that takes back an earlier one.
    revocation->is_revoked = revocation->is_genuine && X509_CRL_get0_by_cert(revoked, &entry, asked) == 1;
    if (revocation->is_revoked) {
      csigning_seconds(X509_REVOKED_get0_revocationDate(entry), &revocation->revoked_at);
    }
    ERR_clear_error();
  } else {
    result = csigning_fail(reason, CSIGNING_FAILED, "certificates or revocation list are not usable");
  }
  X509_CRL_free(revoked);
  sk_X509_pop_free(above, X509_free);
  X509_free(asked);
  return result;
}
