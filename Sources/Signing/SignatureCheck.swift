internal import CSigning
import Evidence

/// Checks detached CMS signatures.
package enum SignatureCheck {
  /// Largest signature file in bytes.
  package static let largestFile = 1 << 20
  /// Most signers looked at.
  private static let mostSigners = 64

  /// Checks a detached signature in DER against the content it should belong to.
  ///
  /// Certificates are judged at the signing time the signer stated, so that a signature can be checked long
  /// after its certificate has expired. Beyond what CMS demands, every byte of the file must be accounted
  /// for: canonical encoding, the signing-certificate attribute of CAdES, no unsigned attributes, no
  /// revocation lists, and no certificate whose own signature cannot be checked.
  /// - Parameter trusted: certificates the verifier trusts, roots or not; empty where there are none.
  /// - Returns: what was found; a damaged signature is a result, not an error.
  /// - Throws: `cryptographyFailed` where libcrypto itself fails.
  package static func verify(
    signature: [UInt8], content: [UInt8], trusted: [Certificate]
  ) throws(EvidenceError) -> SignatureReport {
    guard signature.count <= largestFile else { return malformed("more than \(largestFile) bytes") }
    if let problem = SignatureShape.problem(in: signature) { return malformed(problem) }
    var message: OpaquePointer?
    do throws(EvidenceError) {
      try Library.call("signature") { csigning_message_read(signature, signature.count, &message, $0) }
    } catch {
      return malformed(error.detail)
    }
    guard let message else { return malformed("not a CMS signature") }
    defer { csigning_message_free(message) }

    let trustedDER = trusted.flatMap(\.der)
    guard csigning_message_certificates_are_bound(message, trustedDER, trustedDER.count) == 1 else {
      return malformed("carries a certificate that nothing protects")
    }
    let count = csigning_message_signer_count(message)
    guard (1...mostSigners).contains(Int(count)) else { return malformed("not 1 to \(mostSigners) signers") }
    var signers: [SignerReport] = []
    for index in 0..<count {
      var result = csigning_signer()
      try Library.call("signature") {
        csigning_message_check_signer(
          message, index, content, content.count, trustedDER, trustedDER.count, &result, $0)
      }
      defer { csigning_free(&result.certificate) }
      signers.append(try report(result, trustGiven: !trusted.isEmpty))
    }
    return SignatureReport(malformation: nil, signers: signers)
  }

  private static func malformed(_ reason: String) -> SignatureReport {
    SignatureReport(malformation: reason, signers: [])
  }

  private static func report(
    _ result: csigning_signer, trustGiven: Bool
  ) throws(EvidenceError) -> SignerReport {
    let der = Library.array(result.certificate)
    let certificate = der.isEmpty ? nil : try? Certificate(der: der, name: "certificate of the signer")
    let time = result.has_signing_time == 1 ? Library.timestamp(seconds: result.signing_time) : nil
    let reason = withUnsafeBytes(of: result.path_reason) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    let trust: SignerTrust =
      result.is_trusted == 1 ? .trusted : trustGiven ? .untrusted(reason: reason) : .notAsked
    let wasValid = time.map { certificate?.isValid(at: $0) ?? false } ?? false
    return SignerReport(
      certificate: certificate, signingTime: time, isContentIntact: result.content_intact == 1,
      isSignatureValid: result.signature_valid == 1,
      certificateAttributeMatches: result.certificate_attribute_matches == 1,
      wasCertificateValidAtSigning: wasValid && (trust != .trusted || result.path_valid_at_signing == 1),
      trust: trust)
  }
}
