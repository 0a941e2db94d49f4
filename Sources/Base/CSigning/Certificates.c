#include "Internal.h"

#include <limits.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

int32_t csigning_certificates_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason) {
  ERR_clear_error();
  BIO *input = csigning_reading(pem, count);
  BIO *output = BIO_new(BIO_s_mem());
  int32_t result = 0;
  int found = 0;
  X509 *certificate;
  while (input && output && (certificate = PEM_read_bio_X509(input, NULL, NULL, NULL))) {
    int written = i2d_X509_bio(output, certificate);
    X509_free(certificate);
    if (!written) result = CSIGNING_FAILED;
    found = 1;
  }
  // The end of the text is reported as an error like any other; only that one ends the list well.
  if (!found || ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE) result = CSIGNING_MALFORMED;
  if (result == 0) {
    ERR_clear_error();
    result = csigning_take_bio(output, der, reason);
  } else {
    csigning_fail(reason, result, "not PEM certificates");
  }
  BIO_free(input);
  BIO_free(output);
  return result;
}

int32_t csigning_certificate_pem(
    const uint8_t *der, size_t count, csigning_bytes *pem, csigning_reason *reason) {
  ERR_clear_error();
  X509 *certificate = csigning_parse_certificate(der, count);
  BIO *output = BIO_new(BIO_s_mem());
  int32_t result = certificate && output && PEM_write_bio_X509(output, certificate)
                       ? csigning_take_bio(output, pem, reason)
                       : csigning_fail(reason, CSIGNING_MALFORMED, "not a certificate");
  BIO_free(output);
  X509_free(certificate);
  return result;
}

int32_t csigning_take_name(const X509_NAME *name, csigning_bytes *bytes, csigning_reason *reason) {
  BIO *output = BIO_new(BIO_s_mem());
  // RFC 4514 with letters outside ASCII as they are; control characters stay escaped.
  unsigned long form = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
  int32_t result = output && X509_NAME_print_ex(output, name, 0, form) >= 0
                       ? csigning_take_bio(output, bytes, reason)
                       : csigning_fail(reason, CSIGNING_MALFORMED, "a name is not readable");
  BIO_free(output);
  return result;
}

static int32_t take_common_name(const X509_NAME *name, csigning_bytes *bytes, csigning_reason *reason) {
  int index = X509_NAME_get_index_by_NID((X509_NAME *)(uintptr_t)name, NID_commonName, -1);
  if (index < 0) return 0;
  uint8_t *text = NULL;
  int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, index)));
  if (length < 0) return csigning_fail(reason, CSIGNING_MALFORMED, "the common name is not readable");
  int32_t result = csigning_copy(text, (size_t)length, bytes, reason);
  OPENSSL_free(text);
  return result;
}

static int32_t take_serial(const X509 *certificate, csigning_bytes *bytes, csigning_reason *reason) {
  BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
  char *text = number ? BN_bn2hex(number) : NULL;
  int32_t result = text ? csigning_copy(text, strlen(text), bytes, reason)
                        : csigning_fail(reason, CSIGNING_MALFORMED, "the serial number is not readable");
  OPENSSL_free(text);
  BN_free(number);
  return result;
}

int32_t csigning_certificate_read(
    const uint8_t *der, size_t count, csigning_certificate *facts, csigning_reason *reason) {
  ERR_clear_error();
  memset(facts, 0, sizeof *facts);
  X509 *certificate = csigning_parse_certificate(der, count);
  if (!certificate) return csigning_fail(reason, CSIGNING_MALFORMED, "not a certificate in DER");
  unsigned int length = sizeof facts->fingerprint;
  int32_t result = csigning_take_name(X509_get_subject_name(certificate), &facts->subject, reason);
  if (!result) result = csigning_take_name(X509_get_issuer_name(certificate), &facts->issuer, reason);
  if (!result) result = take_common_name(X509_get_subject_name(certificate), &facts->common_name, reason);
  if (!result) result = take_serial(certificate, &facts->serial, reason);
  if (!result && (!csigning_seconds(X509_get0_notBefore(certificate), &facts->not_before) ||
                  !csigning_seconds(X509_get0_notAfter(certificate), &facts->not_after))) {
    result = csigning_fail(reason, CSIGNING_MALFORMED, "the validity of the certificate is not readable");
  }
  if (!result && !X509_digest(certificate, EVP_sha256(), facts->fingerprint, &length)) {
    result = csigning_fail(reason, CSIGNING_FAILED, "no fingerprint");
  }
  EVP_PKEY *key = X509_get0_pubkey(certificate);
  facts->key_kind = key ? csigning_kind_of(key) : CSIGNING_KEY_UNUSABLE;
  facts->security_bits = key ? EVP_PKEY_get_security_bits(key) : 0;
  csigning_describe(key, facts->key_text, sizeof facts->key_text);
  facts->is_self_signed = X509_self_signed(certificate, 1) == 1;
  ERR_clear_error();
  X509_free(certificate);
  if (result) csigning_certificate_free(facts);
  return result;
}

void csigning_certificate_free(csigning_certificate *facts) {
  csigning_free(&facts->subject);
  csigning_free(&facts->issuer);
  csigning_free(&facts->common_name);
  csigning_free(&facts->serial);
}

static int add_name(X509_NAME *name, int attribute, const uint8_t *text, size_t count) {
  return count <= 64 &&
         X509_NAME_add_entry_by_NID(name, attribute, MBSTRING_UTF8, text, (int)count, -1, 0);
}

static int add_extension(X509 *certificate, X509 *issuer, int identifier, const char *value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, NULL, NULL, 0);
  X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, identifier, value);
  int added = extension && X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
  return added;
}

static int set_random_serial(X509 *certificate) {
  uint8_t bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return 0;
  // Positive and always 16 bytes long (RFC 5280 §4.1.2.2).
  bytes[0] = (uint8_t)((bytes[0] & 0x3f) | 0x40);
  BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
  int set = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate));
  BN_free(number);
  return set;
}

static int set_names(X509_NAME *name, const uint8_t *common_name, size_t common_name_count,
                     const uint8_t *organisation, size_t organisation_count) {
  return name && (!organisation || add_name(name, NID_organizationName, organisation, organisation_count)) &&
         add_name(name, NID_commonName, common_name, common_name_count);
}

static int set_dates(X509 *certificate, int64_t not_before, int64_t not_after) {
  return ASN1_TIME_set(X509_getm_notBefore(certificate), (time_t)not_before) &&
         ASN1_TIME_set(X509_getm_notAfter(certificate), (time_t)not_after);
}

static int add_purpose(X509 *certificate, X509 *issuer, int32_t purpose) {
  if (purpose == CSIGNING_ROOT) {
    // It may issue to signers but to no other authority.
    return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(certificate, issuer, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
  }
  // The key may sign documents but not other certificates: whoever trusts it trusts one signer.
  return add_extension(certificate, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
         add_extension(certificate, issuer, NID_key_usage, "critical,digitalSignature,nonRepudiation") &&
         add_extension(certificate, issuer, NID_ext_key_usage, "emailProtection") &&
         add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
}

static int32_t take_certificate(X509 *certificate, csigning_bytes *der, csigning_reason *reason) {
  uint8_t *encoded = NULL;
  int length = certificate ? i2d_X509(certificate, &encoded) : -1;
  int32_t result = length > 0 ? csigning_copy(encoded, (size_t)length, der, reason)
                              : csigning_fail(reason, CSIGNING_FAILED, "the certificate was not made");
  OPENSSL_free(encoded);
  return result;
}

int32_t csigning_certificate_create(
    const csigning_key *key, int32_t purpose, const uint8_t *common_name, size_t common_name_count,
    const uint8_t *organisation, size_t organisation_count, int64_t not_before, int64_t not_after,
    csigning_bytes *der, csigning_reason *reason) {
  ERR_clear_error();
  X509 *certificate = X509_new();
  X509_NAME *name = certificate ? X509_get_subject_name(certificate) : NULL;
  int made = certificate && X509_set_version(certificate, X509_VERSION_3) && set_random_serial(certificate) &&
             set_dates(certificate, not_before, not_after) &&
             set_names(name, common_name, common_name_count, organisation, organisation_count) &&
             X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, pkey_of(key)) &&
             add_purpose(certificate, certificate, purpose) &&
             X509_sign(certificate, pkey_of(key), EVP_sha256());
  int32_t result = take_certificate(made ? certificate : NULL, der, reason);
  X509_free(certificate);
  return result;
}

// Requests

static X509_REQ *parse_request(const uint8_t *der, size_t count) {
  if (count > LONG_MAX) return NULL;
  const uint8_t *position = der;
  X509_REQ *request = d2i_X509_REQ(NULL, &position, (long)count);
  EVP_PKEY *key = request ? X509_REQ_get0_pubkey(request) : NULL;
  // Its signature shows that whoever asks has the key.
  if (key && position == der + count && X509_REQ_verify(request, key) == 1) return request;
  X509_REQ_free(request);
  return NULL;
}

int32_t csigning_request_create(
    const csigning_key *key, const uint8_t *common_name, size_t common_name_count,
    const uint8_t *organisation, size_t organisation_count, csigning_bytes *der, csigning_reason *reason) {
  ERR_clear_error();
  X509_REQ *request = X509_REQ_new();
  uint8_t *encoded = NULL;
  int made = request && X509_REQ_set_version(request, X509_REQ_VERSION_1) &&
             set_names(X509_REQ_get_subject_name(request), common_name, common_name_count, organisation,
                       organisation_count) &&
             X509_REQ_set_pubkey(request, pkey_of(key)) && X509_REQ_sign(request, pkey_of(key), EVP_sha256());
  int length = made ? i2d_X509_REQ(request, &encoded) : -1;
  int32_t result = length > 0 ? csigning_copy(encoded, (size_t)length, der, reason)
                              : csigning_fail(reason, CSIGNING_FAILED, "the request was not made");
  OPENSSL_free(encoded);
  X509_REQ_free(request);
  return result;
}

int32_t csigning_request_pem(const uint8_t *der, size_t count, csigning_bytes *pem, csigning_reason *reason) {
  ERR_clear_error();
  X509_REQ *request = parse_request(der, count);
  BIO *output = BIO_new(BIO_s_mem());
  int32_t result = request && output && PEM_write_bio_X509_REQ(output, request)
                       ? csigning_take_bio(output, pem, reason)
                       : csigning_fail(reason, CSIGNING_MALFORMED, "not a certificate request");
  BIO_free(output);
  X509_REQ_free(request);
  return result;
}

int32_t csigning_request_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason) {
  ERR_clear_error();
  BIO *input = csigning_reading(pem, count);
  BIO *output = BIO_new(BIO_s_mem());
  X509_REQ *request = input && output ? PEM_read_bio_X509_REQ(input, NULL, NULL, NULL) : NULL;
  int32_t result = request && i2d_X509_REQ_bio(output, request)
                       ? csigning_take_bio(output, der, reason)
                       : csigning_fail(reason, CSIGNING_MALFORMED, "no PEM certificate request");
  X509_REQ_free(request);
  BIO_free(output);
  BIO_free(input);
  return result;
}

int32_t csigning_request_read(
    const uint8_t *der, size_t count, csigning_bytes *subject, char *key_text, size_t size, int32_t *key_kind,
    csigning_reason *reason) {
  ERR_clear_error();
  X509_REQ *request = parse_request(der, count);
  if (!request) {
    ERR_clear_error();
    return csigning_fail(reason, CSIGNING_MALFORMED, "not a certificate request with a valid signature");
  }
  EVP_PKEY *key = X509_REQ_get0_pubkey(request);
  csigning_describe(key, key_text, size);
  *key_kind = csigning_kind_of(key);
  int32_t result = csigning_take_name(X509_REQ_get_subject_name(request), subject, reason);
  X509_REQ_free(request);
  return result;
}

int32_t csigning_certificate_issue(
    const csigning_key *issuer_key, const uint8_t *issuer, size_t issuer_count, const uint8_t *request,
    size_t request_count, int64_t not_before, int64_t not_after, csigning_bytes *der,
    csigning_reason *reason) {
  ERR_clear_error();
  X509 *above = csigning_parse_certificate(issuer, issuer_count);
  X509_REQ *asked = parse_request(request, request_count);
  X509 *certificate = X509_new();
  int made = above && asked && certificate && X509_set_version(certificate, X509_VERSION_3) &&
             set_random_serial(certificate) && set_dates(certificate, not_before, not_after) &&
             X509_set_subject_name(certificate, X509_REQ_get_subject_name(asked)) &&
             X509_set_issuer_name(certificate, X509_get_subject_name(above)) &&
             X509_set_pubkey(certificate, X509_REQ_get0_pubkey(asked)) &&
             add_purpose(certificate, above, CSIGNING_SIGNER) &&
             add_extension(certificate, above, NID_authority_key_identifier, "keyid:always") &&
             X509_sign(certificate, pkey_of(issuer_key), EVP_sha256());
  int32_t result = take_certificate(made ? certificate : NULL, der, reason);
  X509_free(certificate);
  X509_REQ_free(asked);
  X509_free(above);
  return result;
}

// Signs and checks a few bytes, because a damaged key file can carry a public part that is not its own.
static int works(EVP_PKEY *key, EVP_PKEY *public_key) {
  static const uint8_t sample[] = "trial signature";
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  uint8_t signature[2048];
  size_t length = sizeof signature;
  int valid = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
              EVP_DigestSign(context, signature, &length, sample, sizeof sample) == 1 &&
              EVP_MD_CTX_reset(context) == 1 &&
              EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, public_key) == 1 &&
              EVP_DigestVerify(context, signature, length, sample, sizeof sample) == 1;
  EVP_MD_CTX_free(context);
  return valid;
}

static int32_t check(
    const uint8_t *der, size_t count, const csigning_key *key, int purpose_is_signing,
    csigning_reason *reason) {
  ERR_clear_error();
  X509 *certificate = csigning_parse_certificate(der, count);
  if (!certificate) return csigning_fail(reason, CSIGNING_MALFORMED, "not a certificate in DER");
  const char *problem = NULL;
  // The public parts are compared: a key in a token has no other that could be.
  if (EVP_PKEY_eq(X509_get0_pubkey(certificate), pkey_of(key)) != 1) {
    problem = "it does not belong to the key";
  } else if (purpose_is_signing && X509_check_purpose(certificate, X509_PURPOSE_SMIME_SIGN, 0) != 1) {
    problem = "it is not made for signing documents";
  } else if (!purpose_is_signing && X509_check_ca(certificate) != 1) {
    problem = "it is not made for issuing certificates";
  } else if (!works(pkey_of(key), X509_get0_pubkey(certificate))) {
    problem = "what the key signs does not verify with it";
  }
  X509_free(certificate);
  // Only the reason named here matters to the reader.
  ERR_clear_error();
  return problem ? csigning_fail(reason, CSIGNING_CERTIFICATE_UNUSABLE, problem) : 0;
}

int32_t csigning_certificate_check_key(
    const uint8_t *der, size_t count, const csigning_key *key, csigning_reason *reason) {
  return check(der, count, key, 1, reason);
}

int32_t csigning_certificate_check_issuer(
    const uint8_t *der, size_t count, const csigning_key *key, csigning_reason *reason) {
  return check(der, count, key, 0, reason);
}
