// Keys, certificates and CMS signatures of libcrypto as plain functions.
//
// Its stacks and BIOs are macros that Swift does not see, hence this layer. Every function returns 0 or one
// of the negative reasons below, and then leaves a text in `reason`. Every input has an explicit length;
// every output of type `csigning_bytes` is freed by the caller. Nothing here prompts, reads a file or decides
// policy.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
  /// libcrypto could not do it.
  CSIGNING_FAILED = -1,
  /// The bytes are not what they should be.
  CSIGNING_MALFORMED = -2,
  /// The key is encrypted and no passphrase was given.
  CSIGNING_PASSPHRASE_NEEDED = -3,
  /// The key is encrypted with another passphrase.
  CSIGNING_PASSPHRASE_WRONG = -4,
  /// A key of a kind or size that is not accepted.
  CSIGNING_KEY_UNUSABLE = -5,
  /// Key and certificate do not belong together, or the certificate is not made for signing documents.
  CSIGNING_CERTIFICATE_UNUSABLE = -6,
};

/// Kinds of key.
enum {
  CSIGNING_EC_P256 = 1,
  CSIGNING_EC_P384 = 2,
  CSIGNING_RSA_3072 = 3,
  CSIGNING_RSA_4096 = 4,
  /// Loaded keys only: another RSA key of 3072 to 16384 bits.
  CSIGNING_RSA_OTHER = 5,
};

/// Why a function failed; ends with NUL.
typedef struct {
  char text[200];
} csigning_reason;

/// Bytes made by this layer, with their length.
typedef struct {
  uint8_t *bytes;
  size_t count;
} csigning_bytes;

/// Overwrites and frees `bytes`; nothing to free is allowed.
void csigning_free(csigning_bytes *bytes);

// Keys

typedef struct csigning_key csigning_key;

/// A new private key of `kind` (not CSIGNING_RSA_OTHER).
int32_t csigning_key_generate(int32_t kind, csigning_key **key, csigning_reason *reason);

/// Reads a PEM private key. `passphrase` may be NULL: none given.
int32_t csigning_key_read(
    const uint8_t *pem, size_t count, const uint8_t *passphrase, size_t passphrase_count, csigning_key **key,
    csigning_reason *reason);

/// PEM, PKCS#8. With a passphrase: AES-256-CBC, PBKDF2 with HMAC-SHA-256 and `iterations`.
int32_t csigning_key_write(
    const csigning_key *key, const uint8_t *passphrase, size_t passphrase_count, int32_t iterations,
    csigning_bytes *pem, csigning_reason *reason);

/// One of the kinds above.
int32_t csigning_key_kind(const csigning_key *key);

void csigning_key_free(csigning_key *key);

// Certificates, always as DER

typedef struct {
  /// RFC 4514 text in UTF-8.
  csigning_bytes subject;
  csigning_bytes issuer;
  /// UTF-8; empty where there is none.
  csigning_bytes common_name;
  /// Hexadecimal, upper case as libcrypto writes it.
  csigning_bytes serial;
  uint8_t fingerprint[32];
  /// Seconds since 1970-01-01T00:00:00Z.
  int64_t not_before;
  int64_t not_after;
  /// 1 where its own key made its signature and the signature is valid.
  int32_t is_self_signed;
} csigning_certificate;

/// The DER of all certificates in PEM text, one after the other.
int32_t csigning_certificates_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason);

/// PEM text of one certificate.
int32_t csigning_certificate_pem(
    const uint8_t *der, size_t count, csigning_bytes *pem, csigning_reason *reason);

/// Reads one certificate whose encoding is exactly `der`.
int32_t csigning_certificate_read(
    const uint8_t *der, size_t count, csigning_certificate *certificate, csigning_reason *reason);

void csigning_certificate_free(csigning_certificate *certificate);

/// A self-signed certificate for signing documents. `organisation` may be NULL; texts are UTF-8.
int32_t csigning_certificate_create(
    const csigning_key *key, const uint8_t *common_name, size_t common_name_count,
    const uint8_t *organisation, size_t organisation_count, int64_t not_before, int64_t not_after,
    csigning_bytes *der, csigning_reason *reason);

/// 0 where the certificate holds the public part of `key` and may sign documents.
int32_t csigning_certificate_check_key(
    const uint8_t *der, size_t count, const csigning_key *key, csigning_reason *reason);

// CMS signatures

/// A detached CMS signature of `content` in DER: CAdES-BES, SHA-256, certificate included.
int32_t csigning_sign(
    const csigning_key *key, const uint8_t *certificate, size_t certificate_count, const uint8_t *content,
    size_t count, int64_t signing_time, csigning_bytes *signature, csigning_reason *reason);

typedef struct csigning_message csigning_message;

/// What checking one signer gave. Each answer is 1 or 0.
typedef struct {
  /// DER; empty where the message holds no certificate of this signer.
  csigning_bytes certificate;
  int32_t signature_valid;
  int32_t content_intact;
  int32_t certificate_attribute_matches;
  int32_t has_signing_time;
  int64_t signing_time;
  /// A path to a trusted certificate exists, whatever the dates.
  int32_t is_trusted;
  /// Every certificate of that path was valid at the signing time.
  int32_t path_valid_at_signing;
  csigning_reason path_reason;
} csigning_signer;

/// Reads a CMS SignedData whose encoding is exactly the DER given.
int32_t csigning_message_read(
    const uint8_t *der, size_t count, csigning_message **message, csigning_reason *reason);

int32_t csigning_message_signer_count(const csigning_message *message);

/// Checks one signer. `trusted` holds the DER of trusted certificates, one after the other.
/// - `index` is below the signer count.
int32_t csigning_message_check_signer(
    csigning_message *message, int32_t index, const uint8_t *content, size_t count, const uint8_t *trusted,
    size_t trusted_count, csigning_signer *signer, csigning_reason *reason);

/// 1 where every certificate of the message that is no signer's carries a valid signature of another one of
/// the message or of a trusted one; otherwise nothing would protect its bytes.
int32_t csigning_message_certificates_are_bound(
    csigning_message *message, const uint8_t *trusted, size_t trusted_count);

void csigning_message_free(csigning_message *message);
