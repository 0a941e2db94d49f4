internal import CCrypto
import Evidence

/// Digests that Exhibit does not make but that others left: SHA-512 and its kin, as libcrypto names them. For one thread at a
/// time.
package final class NamedDigest {
  /// By the names of references: small letters without hyphens.
  private static let names: [String: String] = [
    "sha224": "SHA224", "sha384": "SHA384", "sha512": "SHA512", "sha3256": "SHA3-256", "sha3512": "SHA3-512",
    "blake2b": "BLAKE2b512", "blake2b512": "BLAKE2b512", "b2": "BLAKE2b512", "blake2s": "BLAKE2s256",
    "blake2s256": "BLAKE2s256", "sm3": "SM3", "ripemd160": "RIPEMD160",
  ]

  private let context: OpaquePointer

  /// `nil` for an algorithm that the library does not have.
  package init?(_ algorithm: String) {
    guard let name = Self.names[algorithm], let kind = EVP_get_digestbyname(name),
      let context = EVP_MD_CTX_new()
    else { return nil }
    guard EVP_DigestInit_ex(context, kind, nil) == 1 else {
      EVP_MD_CTX_free(context)
      return nil
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package func update(_ bytes: RawSpan) {
    bytes.withUnsafeBytes { _ = EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
  }

  /// The digest of everything so far; nothing may follow.
  package func finish() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    EVP_DigestFinal_ex(context, &bytes, &count)
    return Array(bytes.prefix(Int(count)))
  }
}
