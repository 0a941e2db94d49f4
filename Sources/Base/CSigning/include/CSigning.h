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

/// Reads a PKCS#12 file: a key, and its certificate followed by the others as DER. `passphrase` as above.
int32_t csigning_key_read_pkcs12(
    const uint8_t *der, size_t count, const uint8_t *passphrase, size_t passphrase_count, csigning_key **key,
    csigning_bytes *certificates, csigning_reason *reason);

/// Opens a key that stays in a token, through the PKCS#11 engine of libp11, whose configuration names the module.
/// - `uri` is an RFC 7512 URI, `pin` the PIN of the token; both end with NUL.
int32_t csigning_key_open_token(
    const char *uri, const char *pin, csigning_key **key, csigning_reason *reason);

/// Words for people, e.g. `RSA 3072`; `size` bytes with the NUL.
void csigning_key_text(const csigning_key *key, char *text, size_t size);

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
  /// One of the kinds of key, or CSIGNING_KEY_UNUSABLE.
  int32_t key_kind;
  /// Strength of the key as NIST SP 800-57 counts it: 112 for RSA 2048, 128 for RSA 3072 and P-256.
  int32_t security_bits;
  /// Words for people, e.g. `RSA 2048`.
  char key_text[40];
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

/// What a new certificate is for.
enum {
  /// Signing documents.
  CSIGNING_SIGNER = 0,
  /// Issuing certificates for signing documents, and revocation lists.
  CSIGNING_ROOT = 1,
};

/// A self-signed certificate. `organisation` may be NULL; texts are UTF-8.
/// - `purpose` is one of those above.
int32_t csigning_certificate_create(
    const csigning_key *key, int32_t purpose, const uint8_t *common_name, size_t common_name_count,
    const uint8_t *organisation, size_t organisation_count, int64_t not_before, int64_t not_after,
    csigning_bytes *der, csigning_reason *reason);

/// A request for a certificate (PKCS#10) in DER, signed by `key`.
int32_t csigning_request_create(
    const csigning_key *key, const uint8_t *common_name, size_t common_name_count,
    const uint8_t *organisation, size_t organisation_count, csigning_bytes *der, csigning_reason *reason);

/// DER to PEM and back.
int32_t csigning_request_pem(const uint8_t *der, size_t count, csigning_bytes *pem, csigning_reason *reason);
int32_t csigning_request_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason);

/// Subject of a request (RFC 4514) and words on its key; only where its own signature is valid.
int32_t csigning_request_read(
    const uint8_t *der, size_t count, csigning_bytes *subject, char *key_text, size_t size, int32_t *key_kind,
    csigning_reason *reason);

/// Issues a certificate for signing documents to the subject and key of a request.
int32_t csigning_certificate_issue(
    const csigning_key *issuer_key, const uint8_t *issuer, size_t issuer_count, const uint8_t *request,
    size_t request_count, int64_t not_before, int64_t not_after, csigning_bytes *der,
    csigning_reason *reason);

/// 0 where the certificate holds the public part of `key` and may issue certificates.
int32_t csigning_certificate_check_issuer(
    const uint8_t *der, size_t count, const csigning_key *key, csigning_reason *reason);

/// 0 where the certificate holds the public part of `key` and may sign documents.
int32_t csigning_certificate_check_key(
    const uint8_t *der, size_t count, const csigning_key *key, csigning_reason *reason);

// CMS signatures

/// A detached CMS signature of `content` in DER: CAdES-BES, SHA-256, certificate included, and `chain`, which
/// holds the DER of those above it, one after the other.
int32_t csigning_sign(
    const csigning_key *key, const uint8_t *certificate, size_t certificate_count, const uint8_t *chain,
    size_t chain_count, const uint8_t *content, size_t count, int64_t signing_time,
    csigning_bytes *signature, csigning_reason *reason);

/// The signature value of `bytes` alone: SHA-256 with ECDSA, or with RSA as in PKCS#1 v1.5.
int32_t csigning_sign_value(
    const csigning_key *key, const uint8_t *bytes, size_t count, csigning_bytes *value,
    csigning_reason *reason);

typedef struct csigning_message csigning_message;

/// What a message signs.
enum {
  /// Detached data (RFC 5652 id-data).
  CSIGNING_DATA = 0,
  /// The time-stamp information inside of a token (RFC 3161 id-ct-TSTInfo).
  CSIGNING_TIMESTAMP = 1,
};

/// What checking one signer gave. Each answer is 1 or 0.
typedef struct {
  /// DER; empty where the message holds no certificate of this signer.
  csigning_bytes certificate;
  int32_t signature_valid;
  int32_t content_intact;
  int32_t certificate_attribute_matches;
  int32_t has_signing_time;
  int64_t signing_time;
} csigning_signer;

/// Reads a CMS SignedData whose encoding is exactly the DER given.
int32_t csigning_message_read(
    const uint8_t *der, size_t count, csigning_message **message, csigning_reason *reason);

int32_t csigning_message_signer_count(const csigning_message *message);

/// Checks one signer; says nothing of trust.
/// - `index` is below the signer count.
/// - `kind` is one of what a message signs.
int32_t csigning_message_check_signer(
    csigning_message *message, int32_t index, int32_t kind, const uint8_t *content, size_t count,
    csigning_signer *signer, csigning_reason *reason);

/// 1 where every certificate of the message that is no signer's carries a valid signature of another one of
/// the message or of a trusted one; otherwise nothing would protect its bytes. Time-stamp authorities leave their
/// root out: of a token, the certificate that issued another one of it may stand without.
int32_t csigning_message_certificates_are_bound(
    csigning_message *message, int32_t kind, const uint8_t *trusted, size_t trusted_count);

void csigning_message_free(csigning_message *message);

/// Digest of `bytes` into `digest` of at least 64 bytes. `bits` is 256, 384 or 512, for SHA-2.
/// - Returns: the length of the digest; 0 where there is no such algorithm.
size_t csigning_sha2(int32_t bits, const uint8_t *bytes, size_t count, uint8_t *digest);

// Trust

/// Whether a certificate was valid at a moment.
enum {
  CSIGNING_VALID = 0,
  CSIGNING_EXPIRED = 1,
  CSIGNING_NOT_YET_VALID = 2,
};

typedef struct {
  /// 1 where a path to a trusted certificate exists, whatever the dates.
  int32_t is_trusted;
  /// Of every certificate of that path; CSIGNING_VALID where there is none.
  int32_t validity;
  /// Why it is not trusted.
  csigning_reason problem;
} csigning_path;

/// Looks for a path from a certificate to one that is trusted, root or not. Certificates and issuers are DER,
/// one after the other. Keys of less than 112 bits of security and SHA-1 are refused on the way.
/// - `kind`: what the certificate signs; where it is not made for that, the path is sought regardless.
/// - `time`: seconds since 1970 at which the certificates must be valid.
int32_t csigning_path_check(
    const uint8_t *certificate, size_t certificate_count, const uint8_t *others, size_t others_count,
    const uint8_t *trusted, size_t trusted_count, int32_t kind, int64_t time, csigning_path *path,
    csigning_reason *reason);

/// 1 where key usage and extended key usage allow to sign this kind of thing.
int32_t csigning_certificate_allows(const uint8_t *der, size_t count, int32_t kind);

// Revocation lists, always as DER

/// The DER of one revocation list in PEM text.
int32_t csigning_revocation_list_from_pem(
    const uint8_t *pem, size_t count, csigning_bytes *der, csigning_reason *reason);

typedef struct {
  /// RFC 4514 text in UTF-8.
  csigning_bytes issuer;
  /// Seconds since 1970.
  int64_t issued;
} csigning_revocation_list;

/// Reads one revocation list whose encoding is exactly `der`.
int32_t csigning_revocation_list_read(
    const uint8_t *der, size_t count, csigning_revocation_list *list, csigning_reason *reason);

typedef struct {
  /// 1 where the list is of the certificate's issuer.
  int32_t applies;
  /// 1 where the signature of the list is that of this issuer, found among the issuers given.
  int32_t is_genuine;
  int32_t is_revoked;
  /// Seconds since 1970.
  int64_t revoked_at;
} csigning_revocation;

/// Asks one list about one certificate. `issuers` holds DER, one after the other.
int32_t csigning_revocation_check(
    const uint8_t *certificate, size_t certificate_count, const uint8_t *issuers, size_t issuers_count,
    const uint8_t *list, size_t list_count, csigning_revocation *revocation, csigning_reason *reason);
