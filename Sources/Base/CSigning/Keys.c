#include "Internal.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

typedef struct {
  const uint8_t *bytes;
  size_t count;
  int asked;
} passphrase_box;

// Given to libcrypto in place of its own prompt.
static int give_passphrase(char *buffer, int size, int writing, void *context) {
  (void)writing;
  passphrase_box *box = context;
  box->asked = 1;
  if (!box->bytes || size < 0 || box->count > (size_t)size) return -1;
  if (box->count) memcpy(buffer, box->bytes, box->count);
  return (int)box->count;
}

int32_t csigning_kind_of(const EVP_PKEY *key) {
  int identifier = EVP_PKEY_get_base_id(key);
  if (identifier == EVP_PKEY_RSA) {
    int bits = EVP_PKEY_get_bits(key);
    if (bits == 3072) return CSIGNING_RSA_3072;
    if (bits == 4096) return CSIGNING_RSA_4096;
    return bits > 3072 && bits <= 16384 ? CSIGNING_RSA_OTHER : CSIGNING_KEY_UNUSABLE;
  }
  if (identifier == EVP_PKEY_EC) {
    char group[32] = {0};
    size_t length = 0;
    if (!EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &length)) {
      return CSIGNING_KEY_UNUSABLE;
    }
    if (strcmp(group, "prime256v1") == 0) return CSIGNING_EC_P256;
    if (strcmp(group, "secp384r1") == 0) return CSIGNING_EC_P384;
  }
  return CSIGNING_KEY_UNUSABLE;
}

void csigning_describe(const EVP_PKEY *key, char *text, size_t size) {
  char group[32] = {0};
  size_t length = 0;
  if (!key) {
    snprintf(text, size, "unknown");
  } else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
             EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof group, &length)) {
    snprintf(text, size, "ECDSA %s", group);
  } else {
    const char *name = EVP_PKEY_get0_type_name(key);
    snprintf(text, size, "%s %d", name ? name : "unknown", EVP_PKEY_get_bits(key));
  }
}

int32_t csigning_key_kind(const csigning_key *key) { return csigning_kind_of(pkey_of(key)); }

int32_t csigning_key_generate(int32_t kind, csigning_key **key, csigning_reason *reason) {
  ERR_clear_error();
  EVP_PKEY *made = NULL;
  switch (kind) {
    case CSIGNING_EC_P256: made = EVP_EC_gen("P-256"); break;
    case CSIGNING_EC_P384: made = EVP_EC_gen("P-384"); break;
    case CSIGNING_RSA_3072: made = EVP_RSA_gen(3072); break;
    case CSIGNING_RSA_4096: made = EVP_RSA_gen(4096); break;
    default: return csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "no such kind of key");
  }
  if (!made) return csigning_fail(reason, CSIGNING_FAILED, "the key was not made");
  *key = (csigning_key *)made;
  return 0;
}

int32_t csigning_key_read(
    const uint8_t *pem, size_t count, const uint8_t *passphrase, size_t passphrase_count, csigning_key **key,
    csigning_reason *reason) {
  ERR_clear_error();
  BIO *input = csigning_reading(pem, count);
  if (!input) return csigning_fail(reason, CSIGNING_FAILED, "the key is not readable");
  passphrase_box box = {passphrase, passphrase_count, 0};
  EVP_PKEY *read = PEM_read_bio_PrivateKey(input, NULL, give_passphrase, &box);
  BIO_free(input);
  if (!read) {
    if (box.asked && !passphrase) {
      return csigning_fail(reason, CSIGNING_PASSPHRASE_NEEDED, "the key is encrypted");
    }
    if (box.asked) return csigning_fail(reason, CSIGNING_PASSPHRASE_WRONG, "the key does not open");
    return csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "no PEM private key");
  }
  ERR_clear_error();
  if (csigning_kind_of(read) < 0) {
    EVP_PKEY_free(read);
    return csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "a key of a kind or size that is not accepted");
  }
  *key = (csigning_key *)read;
  return 0;
}

static int write_encrypted(BIO *output, PKCS8_PRIV_KEY_INFO *plain, const uint8_t *passphrase, size_t count,
                           int32_t iterations) {
  X509_ALGOR *method =
      PKCS5_pbe2_set_iv(EVP_aes_256_cbc(), iterations, NULL, 16, NULL, NID_hmacWithSHA256);
  if (!method) return 0;
  X509_SIG *encrypted = PKCS8_set0_pbe((const char *)passphrase, (int)count, plain, method);
  if (!encrypted) {
    X509_ALGOR_free(method);
    return 0;
  }
  int written = PEM_write_bio_PKCS8(output, encrypted);
  X509_SIG_free(encrypted);
  return written;
}

int32_t csigning_key_write(
    const csigning_key *key, const uint8_t *passphrase, size_t passphrase_count, int32_t iterations,
    csigning_bytes *pem, csigning_reason *reason) {
  ERR_clear_error();
  PKCS8_PRIV_KEY_INFO *plain = EVP_PKEY2PKCS8(pkey_of(key));
  BIO *output = BIO_new(BIO_s_secmem());
  int written = plain && output && passphrase_count <= PEM_BUFSIZE &&
                (passphrase ? write_encrypted(output, plain, passphrase, passphrase_count, iterations)
                            : PEM_write_bio_PKCS8_PRIV_KEY_INFO(output, plain));
  int32_t result = written ? csigning_take_bio(output, pem, reason)
                           : csigning_fail(reason, CSIGNING_FAILED, "the key was not written");
  BIO_free(output);
  PKCS8_PRIV_KEY_INFO_free(plain);
  return result;
}

int32_t csigning_key_read_pkcs12(
    const uint8_t *der, size_t count, const uint8_t *passphrase, size_t passphrase_count, csigning_key **key,
    csigning_bytes *certificates, csigning_reason *reason) {
  ERR_clear_error();
  BIO *input = csigning_reading(der, count);
  PKCS12 *file = input ? d2i_PKCS12_bio(input, NULL) : NULL;
  BIO_free(input);
  if (!file) return csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "no PKCS#12 file");
  // Files without a passphrase are made with none or with an empty one.
  const char *word = passphrase ? (const char *)passphrase : "";
  int fits = passphrase ? PKCS12_verify_mac(file, word, (int)passphrase_count)
                        : PKCS12_verify_mac(file, NULL, 0) || PKCS12_verify_mac(file, "", 0);
  EVP_PKEY *read = NULL;
  X509 *own = NULL;
  STACK_OF(X509) *others = NULL;
  int32_t result = 0;
  if (!fits) {
    ERR_clear_error();
    result = passphrase ? csigning_fail(reason, CSIGNING_PASSPHRASE_WRONG, "the file does not open")
                        : csigning_fail(reason, CSIGNING_PASSPHRASE_NEEDED, "the file is encrypted");
  } else if (!PKCS12_parse(file, word, &read, &own, &others)) {
    result = csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "the PKCS#12 file cannot be read");
  } else if (!read || csigning_kind_of(read) < 0) {
    result = csigning_fail(reason, CSIGNING_KEY_UNUSABLE, "a key of a kind or size that is not accepted");
  } else {
    BIO *output = BIO_new(BIO_s_mem());
    int written = output && (!own || i2d_X509_bio(output, own));
    for (int index = 0; written && index < sk_X509_num(others); index++) {
      written = i2d_X509_bio(output, sk_X509_value(others, index));
    }
    result = written ? csigning_take_bio(output, certificates, reason)
                     : csigning_fail(reason, CSIGNING_FAILED, "the certificates were not read");
    BIO_free(output);
  }
  sk_X509_pop_free(others, X509_free);
  X509_free(own);
  PKCS12_free(file);
  if (result) {
    EVP_PKEY_free(read);
    return result;
  }
  ERR_clear_error();
  *key = (csigning_key *)read;
  return 0;
}

void csigning_key_text(const csigning_key *key, char *text, size_t size) {
  csigning_describe(pkey_of(key), text, size);
}

void csigning_key_free(csigning_key *key) { EVP_PKEY_free(pkey_of(key)); }
