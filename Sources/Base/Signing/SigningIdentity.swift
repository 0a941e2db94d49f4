internal import CSigning
import Evidence

/// A private key with the certificate that names its holder.
package struct SigningIdentity: Sendable {
  package let key: SigningKey
  package let certificate: Certificate
  /// Those above it, as far as they are known; signatures carry them.
  package let chain: [Certificate]

  /// - Parameters:
  ///   - chain: certificates of the authorities above the signer's, in any order.
  ///   - now: the moment at which the certificate must be valid.
  /// - Throws: `certificateUnusable` where the certificate does not belong to the key, is not made for
  ///   signing documents, or is not valid any more; `clockBehind` where it is not valid yet.
  package init(
    key: SigningKey, certificate: Certificate, chain: [Certificate] = [], now: Timestamp
  ) throws(EvidenceError) {
    guard Library.seconds(now) >= Library.seconds(certificate.notBefore) else {
      throw EvidenceError(
        .clockBehind, certificate.subject,
        "the clock says \(now), the certificate is valid from \(certificate.notBefore)")
    }
    guard certificate.isValid(at: now) else {
      throw EvidenceError(
        .certificateUnusable, certificate.subject,
        "valid from \(certificate.notBefore) to \(certificate.notAfter)")
    }
    let codes: [Int32: ErrorCode] = [Int32(CSIGNING_CERTIFICATE_UNUSABLE): .certificateUnusable]
    try Library.call(certificate.subject, codes) {
      csigning_certificate_check_key(certificate.der, certificate.der.count, key.handle, $0)
    }
    self.key = key
    self.certificate = certificate
    // A message holds no certificate twice.
    var known: Set<Certificate> = [certificate]
    self.chain = chain.filter { known.insert($0).inserted }
  }

  /// A detached signature of `content`: CMS SignedData in DER, CAdES-BES (ETSI EN 319 122-1), SHA-256, with
  /// the certificate, its chain and the signing time inside.
  /// - Parameter time: the signing time that is stated, in whole seconds; nobody but the signer vouches for
  ///   it.
  /// - Throws: `cryptographyFailed`, also for more than 2 GiB of content.
  package func sign(_ content: [UInt8], at time: Timestamp) throws(EvidenceError) -> [UInt8] {
    let der = certificate.der
    let above = chain.flatMap(\.der)
    return try Library.bytes("signature") {
      csigning_sign(
        key.handle, der, der.count, above, above.count, content, content.count, Library.seconds(time), $0,
        $1)
    }
  }
}
