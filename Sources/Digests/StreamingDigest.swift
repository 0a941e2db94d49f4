internal import CCrypto
import Evidence

/// A digest computed over bytes as they pass.
package struct StreamingDigest: ~Copyable {
  package let algorithm: DigestAlgorithm
  private let context: OpaquePointer

  package init(_ algorithm: DigestAlgorithm) {
    guard let context = EVP_MD_CTX_new(),
      EVP_DigestInit_ex2(context, Self.implementation(algorithm), nil) == 1
    else { fatalError("libcrypto offers no \(algorithm.title)") }
    self.algorithm = algorithm
    self.context = context
  }

  private init(algorithm: DigestAlgorithm, context: OpaquePointer) {
    self.algorithm = algorithm
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  package borrowing func update(_ bytes: RawSpan) {
    let outcome = bytes.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    precondition(outcome == 1, "libcrypto cannot continue a \(algorithm.title)")
  }

  /// A second digest that continues from the same state.
  package borrowing func fork() -> StreamingDigest {
    guard let copy = EVP_MD_CTX_new(), EVP_MD_CTX_copy_ex(copy, context) == 1 else {
      fatalError("libcrypto cannot copy a \(algorithm.title)")
    }
    return StreamingDigest(algorithm: algorithm, context: copy)
  }

  /// The digest of everything so far; afterwards only `restart` is allowed.
  package borrowing func finish() -> Digest {
    var bytes = [UInt8](repeating: 0, count: algorithm.byteCount)
    precondition(EVP_DigestFinal_ex(context, &bytes, nil) == 1, "libcrypto cannot finish a digest")
    return Digest(algorithm, bytes)
  }

  /// Begins anew, without a new allocation.
  package borrowing func restart() {
    precondition(EVP_DigestInit_ex2(context, nil, nil) == 1, "libcrypto cannot restart a digest")
  }

  private static func implementation(_ algorithm: DigestAlgorithm) -> OpaquePointer {
    switch algorithm {
    case .md5: EVP_md5()
    case .sha1: EVP_sha1()
    case .sha256: EVP_sha256()
    }
  }
}

extension Digest {
  /// The digest of bytes that are all there.
  package static func of(_ bytes: RawSpan, _ algorithm: DigestAlgorithm) -> Digest {
    let digest = StreamingDigest(algorithm)
    digest.update(bytes)
    return digest.finish()
  }

  /// The digest of an array.
  package static func of(_ bytes: [UInt8], _ algorithm: DigestAlgorithm) -> Digest {
    of(bytes.span.bytes, algorithm)
  }
}
