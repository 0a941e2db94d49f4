internal import CSigning
import Evidence

/// A private key that signs manifests.
///
/// `@unchecked Sendable` holds because the key is never altered once made, and libcrypto lets several threads
/// use such a key at once.
package final class SigningKey: @unchecked Sendable {
  /// The kinds of key Exhibit makes and accepts.
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case ecdsaP256 = "ecdsa-p256"
    case ecdsaP384 = "ecdsa-p384"
    case rsa3072 = "rsa-3072"
    case rsa4096 = "rsa-4096"
    /// RSA of another size of more than 3072 and at most 16384 bits; accepted, never made.
    case rsaOther = "rsa"

    init?(code: Int32) {
      guard let kind = Self.allCases.first(where: { $0.code == Int(code) }) else { return nil }
      self = kind
    }

    var code: Int {
      switch self {
      case .ecdsaP256: CSIGNING_EC_P256
      case .ecdsaP384: CSIGNING_EC_P384
      case .rsa3072: CSIGNING_RSA_3072
      case .rsa4096: CSIGNING_RSA_4096
      case .rsaOther: CSIGNING_RSA_OTHER
      }
    }
  }

  /// Longest passphrase in bytes; more does not pass through libcrypto's PEM reader.
  package static let longestPassphrase = 1024
  /// PBKDF2 iterations of an exported key, as OWASP advises for HMAC-SHA-256.
  package static let iterations: Int32 = 600_000

  package let kind: Kind
  let handle: OpaquePointer

  private init(adopting handle: OpaquePointer) throws(EvidenceError) {
    guard let kind = Kind(code: csigning_key_kind(handle)) else {
      csigning_key_free(handle)
      throw EvidenceError(.keyUnusable, "private key")
    }
    self.kind = kind
    self.handle = handle
  }

  deinit { csigning_key_free(handle) }

  /// Makes a new key. RSA takes seconds, ECDSA no time.
  /// - Throws: `keyUnusable` for `rsaOther`, `cryptographyFailed`.
  package static func generate(_ kind: Kind = .ecdsaP256) throws(EvidenceError) -> SigningKey {
    var handle: OpaquePointer?
    let code = Int32(kind == .rsaOther ? 0 : kind.code)
    try Library.call("new private key", [Int32(CSIGNING_KEY_UNUSABLE): .keyUnusable]) {
      csigning_key_generate(code, &handle, $0)
    }
    return try adopt(handle, subject: "new private key")
  }

  /// Reads a PEM private key, encrypted or not. Never prompts.
  /// - Parameters:
  ///   - name: what the key is called in errors, a path as a rule.
  ///   - passphrase: as bytes, `nil` where none was given; not looked at when the key is not encrypted.
  /// - Throws: `passphraseNeeded`, `passphraseWrong`, `keyUnusable` for anything but RSA of 3072 bits or more
  ///   and ECDSA P-256 or P-384.
  package convenience init(
    pem: [UInt8], passphrase: [UInt8]? = nil, name: String
  ) throws(EvidenceError) {
    var handle: OpaquePointer?
    let codes: [Int32: ErrorCode] = [
      Int32(CSIGNING_PASSPHRASE_NEEDED): .passphraseNeeded,
      Int32(CSIGNING_PASSPHRASE_WRONG): .passphraseWrong,
      Int32(CSIGNING_KEY_UNUSABLE): .keyUnusable, Int32(CSIGNING_FAILED): .keyUnusable,
    ]
    // An empty array has no address, and no address means that no passphrase was given.
    let secret = passphrase.map { $0 + [0] }
    let length = passphrase?.count ?? 0
    try Library.call(name, codes) { reason in
      if let secret { return csigning_key_read(pem, pem.count, secret, length, &handle, reason) }
      return csigning_key_read(pem, pem.count, nil, 0, &handle, reason)
    }
    guard let handle else { throw EvidenceError(.keyUnusable, name) }
    try self.init(adopting: handle)
  }

  /// The key as PEM (PKCS#8), encrypted with AES-256-CBC and PBKDF2 (HMAC-SHA-256, ``iterations``).
  /// - Parameter passphrase: 1 to ``longestPassphrase`` bytes.
  /// - Throws: `argumentInvalid` for another length, `cryptographyFailed`.
  package func encryptedPEM(passphrase: [UInt8]) throws(EvidenceError) -> [UInt8] {
    guard (1...Self.longestPassphrase).contains(passphrase.count) else {
      throw EvidenceError(.argumentInvalid, "passphrase", "1 to \(Self.longestPassphrase) bytes")
    }
    return try Library.bytes("private key") {
      csigning_key_write(handle, passphrase, passphrase.count, Self.iterations, $0, $1)
    }
  }

  /// The key as PEM (PKCS#8) for anyone to read: only where the examiner asked for it.
  package func unencryptedPEM() throws(EvidenceError) -> [UInt8] {
    try Library.bytes("private key") { csigning_key_write(handle, nil, 0, 0, $0, $1) }
  }

  static func adopt(_ handle: OpaquePointer?, subject: String) throws(EvidenceError) -> SigningKey {
    guard let handle else { throw EvidenceError(.cryptographyFailed, subject) }
    return try SigningKey(adopting: handle)
  }
}
