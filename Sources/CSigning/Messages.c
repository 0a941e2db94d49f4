#include "Internal.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/x509v3.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <string.h>

// The opaque handle of the header is the libcrypto message itself.
static CMS_ContentInfo *cms_of(const csigning_message *message) {
  return (CMS_ContentInfo *)(uintptr_t)message;
}

int32_t csigning_sign(
    const csigning_key *key, const uint8_t *certificate, size_t certificate_count, const uint8_t *content,
    size_t count, int64_t signing_time, csigning_bytes *signature, csigning_reason *reason) {
  ERR_clear_error();
  const unsigned int flags = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL;
  X509 *signer_certificate = csigning_parse_certificate(certificate, certificate_count);
  BIO *input = csigning_reading(content, count);
  ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)signing_time);
  CMS_ContentInfo *message = CMS_sign(NULL, NULL, NULL, NULL, flags);
  uint8_t *encoded = NULL;
  CMS_SignerInfo *signer =
      signer_certificate && input && time && message
          ? CMS_add1_signer(message, signer_certificate, pkey_of(key), EVP_sha256(), flags)
          : NULL;
  int made = signer &&
             CMS_signed_add1_attr_by_NID(
                 signer, NID_pkcs9_signingTime, ASN1_STRING_type(time), time, -1) &&
             CMS_final(message, input, NULL, flags);
  int length = made ? i2d_CMS_ContentInfo(message, &encoded) : -1;
  int32_t result = length > 0 ? csigning_copy(encoded, (size_t)length, signature, reason)
                              : csigning_fail(reason, CSIGNING_FAILED, "the signature was not made");
  OPENSSL_free(encoded);
  CMS_ContentInfo_free(message);
  ASN1_TIME_free(time);
  BIO_free(input);
  X509_free(signer_certificate);
  return result;
}

int32_t csigning_message_read(
    const uint8_t *der, size_t count, csigning_message **message, csigning_reason *reason) {
  ERR_clear_error();
  if (count > INT_MAX) return csigning_fail(reason, CSIGNING_MALFORMED, "too large");
  const uint8_t *position = der;
  CMS_ContentInfo *read = d2i_CMS_ContentInfo(NULL, &position, (long)count);
  if (!read || OBJ_obj2nid(CMS_get0_type(read)) != NID_pkcs7_signed) {
    CMS_ContentInfo_free(read);
    return csigning_fail(reason, CSIGNING_MALFORMED, "not a CMS signature");
  }
  uint8_t *again = NULL;
  int length = i2d_CMS_ContentInfo(read, &again);
  int same = length > 0 && (size_t)length == count && memcmp(again, der, count) == 0;
  OPENSSL_free(again);
  if (!same) {
    CMS_ContentInfo_free(read);
    ERR_clear_error();
    return csigning_fail(reason, CSIGNING_MALFORMED, "not in canonical form (DER)");
  }
  // Finds the certificate of each signer among those of the message; absence is reported per signer.
  CMS_set1_signers_certs(read, NULL, 0);
  ERR_clear_error();
  *message = (csigning_message *)read;
  return 0;
}

int32_t csigning_message_signer_count(const csigning_message *message) {
  int count = sk_CMS_SignerInfo_num(CMS_get0_SignerInfos(cms_of(message)));
  return count < 0 ? 0 : count;
}

// The one value of a signed attribute that must stand exactly once; -3 is libcrypto's word for that.
static void *single_attribute(CMS_SignerInfo *signer, int identifier, int type) {
  return CMS_signed_get0_data_by_OBJ(signer, OBJ_nid2obj(identifier), -3, type);
}

static int content_matches(CMS_SignerInfo *signer, const uint8_t *content, size_t count) {
  X509_ALGOR *algorithm = NULL;
  CMS_SignerInfo_get0_algs(signer, NULL, NULL, &algorithm, NULL);
  const ASN1_OBJECT *identifier = NULL;
  X509_ALGOR_get0(&identifier, NULL, NULL, algorithm);
  const EVP_MD *method = EVP_get_digestbyobj(identifier);
  ASN1_OCTET_STRING *stored = single_attribute(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
  ASN1_OBJECT *type = single_attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  return method && stored && OBJ_obj2nid(type) == NID_pkcs7_data &&
         EVP_Digest(content, count, digest, &length, method, NULL) &&
         ASN1_STRING_length(stored) == (int)length &&
         CRYPTO_memcmp(ASN1_STRING_get0_data(stored), digest, length) == 0;
}

static int signing_time(CMS_SignerInfo *signer, int64_t *seconds) {
  ASN1_TIME *time = single_attribute(signer, NID_pkcs9_signingTime, V_ASN1_UTCTIME);
  if (!time) time = single_attribute(signer, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME);
  return csigning_seconds(time, seconds);
}

// The CAdES attribute (RFC 5035): the digest of the certificate is among what was signed.
static int certificate_attribute_matches(CMS_SignerInfo *signer, X509 *certificate, STACK_OF(X509) * others) {
  ASN1_STRING *value = single_attribute(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
  if (!value) return 0;
  const uint8_t *position = ASN1_STRING_get0_data(value);
  ESS_SIGNING_CERT_V2 *attribute = d2i_ESS_SIGNING_CERT_V2(NULL, &position, ASN1_STRING_length(value));
  STACK_OF(X509) *chain = sk_X509_new_null();
  int matches = 0;
  if (attribute && chain && sk_X509_push(chain, certificate)) {
    for (int index = 0; index < sk_X509_num(others); index++) {
      X509 *other = sk_X509_value(others, index);
      if (X509_cmp(other, certificate) != 0) sk_X509_push(chain, other);
    }
    matches = OSSL_ESS_check_signing_certs(NULL, attribute, chain, 1) == 1;
  }
  sk_X509_free(chain);
  ESS_SIGNING_CERT_V2_free(attribute);
  return matches;
}

// X509_V_OK or the reason why no path to a trusted certificate stands; `time` NULL leaves out all dates.
static int path_result(X509 *certificate, STACK_OF(X509) * others, X509_STORE *store, const int64_t *time) {
  X509_STORE_CTX *context = X509_STORE_CTX_new();
  int result = X509_V_ERR_UNSPECIFIED;
  // The purpose is the one `openssl cms -verify` demands. A trusted certificate need not be a root.
  if (context && X509_STORE_CTX_init(context, store, certificate, others) &&
      X509_STORE_CTX_set_default(context, "smime_sign")) {
    X509_VERIFY_PARAM *parameters = X509_STORE_CTX_get0_param(context);
    X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN);
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
  X509_STORE *store = X509_STORE_new();
  for (int index = 0; store && index < sk_X509_num(trusted); index++) {
    if (!X509_STORE_add_cert(store, sk_X509_value(trusted, index))) {
      X509_STORE_free(store);
      return NULL;
    }
  }
  return store;
}

static void check_path(
    X509 *certificate, STACK_OF(X509) * others, X509_STORE *store, csigning_signer *signer) {
  int result = path_result(certificate, others, store, NULL);
  signer->is_trusted = result == X509_V_OK;
  if (signer->is_trusted && signer->has_signing_time) {
    result = path_result(certificate, others, store, &signer->signing_time);
    signer->path_valid_at_signing = result == X509_V_OK;
  }
  if (result != X509_V_OK) {
    const char *words = X509_verify_cert_error_string(result);
    snprintf(signer->path_reason.text, sizeof signer->path_reason.text, "%s", words);
  }
}

int32_t csigning_message_check_signer(
    csigning_message *message, int32_t index, const uint8_t *content, size_t count, const uint8_t *trusted,
    size_t trusted_count, csigning_signer *signer, csigning_reason *reason) {
  ERR_clear_error();
  memset(signer, 0, sizeof *signer);
  CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms_of(message)), index);
  STACK_OF(X509) *trust = csigning_parse_certificates(trusted, trusted_count);
  X509_STORE *store = trust ? store_of(trust) : NULL;
  if (!info || !store) {
    sk_X509_pop_free(trust, X509_free);
    return csigning_fail(reason, CSIGNING_FAILED, "the trusted certificates are not usable");
  }
  STACK_OF(X509) *others = CMS_get1_certs(cms_of(message));
  X509 *certificate = NULL;
  CMS_SignerInfo_get0_algs(info, NULL, &certificate, NULL, NULL);
  signer->content_intact = content_matches(info, content, count);
  signer->has_signing_time = signing_time(info, &signer->signing_time);
  int32_t result = 0;
  if (certificate) {
    uint8_t *encoded = NULL;
    int length = i2d_X509(certificate, &encoded);
    result = length > 0 ? csigning_copy(encoded, (size_t)length, &signer->certificate, reason)
                        : csigning_fail(reason, CSIGNING_FAILED, "the certificate was not copied");
    OPENSSL_free(encoded);
    signer->signature_valid = CMS_SignerInfo_verify(info) == 1;
    signer->certificate_attribute_matches = certificate_attribute_matches(info, certificate, others);
    check_path(certificate, others, store, signer);
  }
  ERR_clear_error();
  sk_X509_pop_free(others, X509_free);
  X509_STORE_free(store);
  sk_X509_pop_free(trust, X509_free);
  return result;
}

static int is_signer(CMS_ContentInfo *message, X509 *certificate) {
  STACK_OF(CMS_SignerInfo) *signers = CMS_get0_SignerInfos(message);
  for (int index = 0; index < sk_CMS_SignerInfo_num(signers); index++) {
    if (CMS_SignerInfo_cert_cmp(sk_CMS_SignerInfo_value(signers, index), certificate) == 0) return 1;
  }
  return 0;
}

static int is_signed_by_one_of(X509 *certificate, STACK_OF(X509) * issuers) {
  for (int index = 0; index < sk_X509_num(issuers); index++) {
    X509 *issuer = sk_X509_value(issuers, index);
    EVP_PKEY *key = X509_get0_pubkey(issuer);
    if (X509_NAME_cmp(X509_get_subject_name(issuer), X509_get_issuer_name(certificate)) == 0 && key &&
        X509_verify(certificate, key) == 1) {
      return 1;
    }
  }
  return 0;
}

int32_t csigning_message_certificates_are_bound(
    csigning_message *message, const uint8_t *trusted, size_t trusted_count) {
  STACK_OF(X509) *trust = csigning_parse_certificates(trusted, trusted_count);
  STACK_OF(X509) *certificates = CMS_get1_certs(cms_of(message));
  int bound = trust != NULL;
  for (int index = 0; bound && index < sk_X509_num(certificates); index++) {
    X509 *certificate = sk_X509_value(certificates, index);
    bound = is_signer(cms_of(message), certificate) || is_signed_by_one_of(certificate, certificates) ||
            is_signed_by_one_of(certificate, trust);
  }
  ERR_clear_error();
  sk_X509_pop_free(certificates, X509_free);
  sk_X509_pop_free(trust, X509_free);
  return bound;
}

void csigning_message_free(csigning_message *message) { CMS_ContentInfo_free(cms_of(message)); }
