#include "Internal.h"

#include <limits.h>
#include <openssl/cms.h>
#include <openssl/ess.h>
#include <openssl/x509v3.h>
#include <string.h>

// The opaque handle of the header is the libcrypto message itself.
static CMS_ContentInfo *cms_of(const csigning_message *message) {
  return (CMS_ContentInfo *)(uintptr_t)message;
}

static int add_certificates(CMS_ContentInfo *message, STACK_OF(X509) * certificates) {
  for (int index = 0; index < sk_X509_num(certificates); index++) {
    if (!CMS_add1_cert(message, sk_X509_value(certificates, index))) return 0;
  }
  return certificates != NULL;
}

int32_t csigning_sign(
    const csigning_key *key, const uint8_t *certificate, size_t certificate_count, const uint8_t *chain,
    size_t chain_count, const uint8_t *content, size_t count, int64_t signing_time,
    csigning_bytes *signature, csigning_reason *reason) {
  ERR_clear_error();
  const unsigned int flags = CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL;
  X509 *signer_certificate = csigning_parse_certificate(certificate, certificate_count);
  BIO *input = csigning_reading(content, count);
  ASN1_TIME *time = ASN1_TIME_set(NULL, (time_t)signing_time);
  CMS_ContentInfo *message = CMS_sign(NULL, NULL, NULL, NULL, flags);
  STACK_OF(X509) *above = csigning_parse_certificates(chain, chain_count);
  uint8_t *encoded = NULL;
  CMS_SignerInfo *signer =
      signer_certificate && input && time && message
          ? CMS_add1_signer(message, signer_certificate, pkey_of(key), EVP_sha256(), flags)
          : NULL;
  int made = signer && add_certificates(message, above) &&
             CMS_signed_add1_attr_by_NID(
                 signer, NID_pkcs9_signingTime, ASN1_STRING_type(time), time, -1) &&
             CMS_final(message, input, NULL, flags);
  int length = made ? i2d_CMS_ContentInfo(message, &encoded) : -1;
  int32_t result = length > 0 ? csigning_copy(encoded, (size_t)length, signature, reason)
                              : csigning_fail(reason, CSIGNING_FAILED, "the signature was not made");
  OPENSSL_free(encoded);
  sk_X509_pop_free(above, X509_free);
  CMS_ContentInfo_free(message);
  ASN1_TIME_free(time);
  BIO_free(input);
  X509_free(signer_certificate);
  return result;
}

int32_t csigning_sign_value(
    const csigning_key *key, const uint8_t *bytes, size_t count, csigning_bytes *value,
    csigning_reason *reason) {
  ERR_clear_error();
  EVP_MD_CTX *context = EVP_MD_CTX_new();
  uint8_t *made = NULL;
  size_t length = 0;
  int done = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey_of(key)) == 1 &&
             EVP_DigestSign(context, NULL, &length, bytes, count) == 1 && (made = OPENSSL_malloc(length)) &&
             EVP_DigestSign(context, made, &length, bytes, count) == 1;
  int32_t result = done ? csigning_copy(made, length, value, reason)
                        : csigning_fail(reason, CSIGNING_FAILED, "the signature was not made");
  OPENSSL_free(made);
  EVP_MD_CTX_free(context);
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

static int content_matches(CMS_SignerInfo *signer, int32_t kind, const uint8_t *content, size_t count) {
  int expected = kind == CSIGNING_TIMESTAMP ? NID_id_smime_ct_TSTInfo : NID_pkcs7_data;
  X509_ALGOR *algorithm = NULL;
  CMS_SignerInfo_get0_algs(signer, NULL, NULL, &algorithm, NULL);
  const ASN1_OBJECT *identifier = NULL;
  X509_ALGOR_get0(&identifier, NULL, NULL, algorithm);
  const EVP_MD *method = EVP_get_digestbyobj(identifier);
  ASN1_OCTET_STRING *stored = single_attribute(signer, NID_pkcs9_messageDigest, V_ASN1_OCTET_STRING);
  ASN1_OBJECT *type = single_attribute(signer, NID_pkcs9_contentType, V_ASN1_OBJECT);
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  return method && stored && OBJ_obj2nid(type) == expected &&
         EVP_Digest(content, count, digest, &length, method, NULL) &&
         ASN1_STRING_length(stored) == (int)length &&
         CRYPTO_memcmp(ASN1_STRING_get0_data(stored), digest, length) == 0;
}

static int signing_time(CMS_SignerInfo *signer, int64_t *seconds) {
  ASN1_TIME *time = single_attribute(signer, NID_pkcs9_signingTime, V_ASN1_UTCTIME);
  if (!time) time = single_attribute(signer, NID_pkcs9_signingTime, V_ASN1_GENERALIZEDTIME);
  return csigning_seconds(time, seconds);
}

static STACK_OF(X509) * with_certificate_first(X509 *certificate, STACK_OF(X509) * others) {
  STACK_OF(X509) *chain = sk_X509_new_null();
  if (!chain || !sk_X509_push(chain, certificate)) {
    sk_X509_free(chain);
    return NULL;
  }
  for (int index = 0; index < sk_X509_num(others); index++) {
    X509 *other = sk_X509_value(others, index);
    if (X509_cmp(other, certificate) != 0) sk_X509_push(chain, other);
  }
  return chain;
}

// The digest of the certificate is among what was signed (RFC 5035). Authorities of time stamps may still use the
// first form of the attribute (RFC 2634), whose digest is SHA-1.
static int certificate_attribute_matches(
    CMS_SignerInfo *signer, int32_t kind, X509 *certificate, STACK_OF(X509) * others) {
  ASN1_STRING *second = single_attribute(signer, NID_id_smime_aa_signingCertificateV2, V_ASN1_SEQUENCE);
  ASN1_STRING *first = kind == CSIGNING_TIMESTAMP
                           ? single_attribute(signer, NID_id_smime_aa_signingCertificate, V_ASN1_SEQUENCE)
                           : NULL;
  ESS_SIGNING_CERT_V2 *with_any_digest = NULL;
  ESS_SIGNING_CERT *with_sha1 = NULL;
  if (second) {
    const uint8_t *position = ASN1_STRING_get0_data(second);
    with_any_digest = d2i_ESS_SIGNING_CERT_V2(NULL, &position, ASN1_STRING_length(second));
  } else if (first) {
    const uint8_t *position = ASN1_STRING_get0_data(first);
    with_sha1 = d2i_ESS_SIGNING_CERT(NULL, &position, ASN1_STRING_length(first));
  }
  STACK_OF(X509) *chain = with_certificate_first(certificate, others);
  int matches = chain && (with_any_digest || with_sha1) &&
                OSSL_ESS_check_signing_certs(with_sha1, with_any_digest, chain, 1) == 1;
  sk_X509_free(chain);
  ESS_SIGNING_CERT_V2_free(with_any_digest);
  ESS_SIGNING_CERT_free(with_sha1);
  return matches;
}

int32_t csigning_message_check_signer(
    csigning_message *message, int32_t index, int32_t kind, const uint8_t *content, size_t count,
    csigning_signer *signer, csigning_reason *reason) {
  ERR_clear_error();
  memset(signer, 0, sizeof *signer);
  CMS_SignerInfo *info = sk_CMS_SignerInfo_value(CMS_get0_SignerInfos(cms_of(message)), index);
  if (!info) return csigning_fail(reason, CSIGNING_FAILED, "no such signer");
  STACK_OF(X509) *others = CMS_get1_certs(cms_of(message));
  X509 *certificate = NULL;
  CMS_SignerInfo_get0_algs(info, NULL, &certificate, NULL, NULL);
  signer->content_intact = content_matches(info, kind, content, count);
  signer->has_signing_time = signing_time(info, &signer->signing_time);
  int32_t result = 0;
  if (certificate) {
    uint8_t *encoded = NULL;
    int length = i2d_X509(certificate, &encoded);
    result = length > 0 ? csigning_copy(encoded, (size_t)length, &signer->certificate, reason)
                        : csigning_fail(reason, CSIGNING_FAILED, "the certificate was not copied");
    OPENSSL_free(encoded);
    signer->signature_valid = CMS_SignerInfo_verify(info) == 1;
    signer->certificate_attribute_matches = certificate_attribute_matches(info, kind, certificate, others);
  }
  ERR_clear_error();
  sk_X509_pop_free(others, X509_free);
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

// One of another issuer, which is not there: a root carries its own signature and needs no such exception.
static int has_issued_another(X509 *certificate, STACK_OF(X509) * certificates) {
  if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) == 0) return 0;
  EVP_PKEY *key = X509_get0_pubkey(certificate);
  for (int index = 0; key && index < sk_X509_num(certificates); index++) {
    X509 *other = sk_X509_value(certificates, index);
    if (X509_cmp(other, certificate) != 0 &&
        X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(other)) == 0 &&
        X509_verify(other, key) == 1) {
      return 1;
    }
  }
  return 0;
}

static int has_the_name_of_one_of(X509 *certificate, STACK_OF(X509) * others) {
  for (int index = 0; index < sk_X509_num(others); index++) {
    X509_NAME *name = X509_get_subject_name(sk_X509_value(others, index));
    if (X509_NAME_cmp(X509_get_subject_name(certificate), name) == 0) return 1;
  }
  return 0;
}

int32_t csigning_message_certificates_are_bound(
    csigning_message *message, int32_t kind, const uint8_t *trusted, size_t trusted_count) {
  STACK_OF(X509) *trust = csigning_parse_certificates(trusted, trusted_count);
  STACK_OF(X509) *certificates = CMS_get1_certs(cms_of(message));
  int bound = trust != NULL;
  for (int index = 0; bound && index < sk_X509_num(certificates); index++) {
    X509 *certificate = sk_X509_value(certificates, index);
    bound = is_signer(cms_of(message), certificate) || is_signed_by_one_of(certificate, certificates) ||
            is_signed_by_one_of(certificate, trust) ||
            (kind == CSIGNING_TIMESTAMP && has_issued_another(certificate, certificates) &&
             !has_the_name_of_one_of(certificate, trust));
  }
  ERR_clear_error();
  sk_X509_pop_free(certificates, X509_free);
  sk_X509_pop_free(trust, X509_free);
  return bound;
}

void csigning_message_free(csigning_message *message) { CMS_ContentInfo_free(cms_of(message)); }

size_t csigning_sha2(int32_t bits, const uint8_t *bytes, size_t count, uint8_t *digest) {
  const EVP_MD *method = bits == 256 ? EVP_sha256() : bits == 384 ? EVP_sha384() : bits == 512 ? EVP_sha512() : NULL;
  unsigned int length = 0;
  if (!method || !EVP_Digest(bytes, count, digest, &length, method, NULL)) return 0;
  return length;
}
