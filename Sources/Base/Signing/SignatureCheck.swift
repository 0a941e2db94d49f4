import Evidence

/// Checks detached CMS signatures.
package enum SignatureCheck {
  /// Largest signature file in bytes.
  package static let largestFile = 1 << 20

  /// Checks a detached signature in DER against the content it should belong to.
  ///
  /// Certificates are judged at the time a trusted time stamp proves, otherwise at the signing time the signer
  /// stated, so that a signature can be checked long after its certificate has expired. Beyond what CMS demands,
  /// every byte of the file must be accounted for: canonical encoding, the signing-certificate attribute of
  /// CAdES, no unsigned attributes but time stamps, no revocation lists, and no certificate whose own signature
  /// cannot be checked.
  /// - Returns: what was found; a damaged signature is a result, not an error.
  /// - Throws: `cryptographyFailed` where libcrypto itself fails.
  package static func verify(
    signature: [UInt8], content: [UInt8], trust: Trust
  ) throws(EvidenceError) -> SignatureReport {
    guard signature.count <= largestFile else {
      return SignatureReport(problem: .malformed("more than \(largestFile) bytes"))
    }
    let check: MessageCheck
    switch try MessageCheck.perform(signature, kind: .detachedData, content: content, trust: trust) {
    case .refused(let problem): return SignatureReport(problem: problem)
    case .checked(let done): check = done
    }
    return SignatureReport(
      problem: nil,
      signers: try check.signers.map { (signer) throws(EvidenceError) in
        try report(signer, check.message.certificates, trust)
      })
  }

  private static func report(
    _ signer: MessageCheck.Signer, _ others: [[UInt8]], _ trust: Trust
  ) throws(EvidenceError) -> SignerReport {
    let timestamps = try signer.parts.tokens.map { (der) throws(EvidenceError) in
      try TimestampToken.check(der, of: signer.parts.value, trust: trust)
    }
    let proven = timestamps.compactMap(\.provenTime).min()
    var judged: CertificateReport?
    if let certificate = signer.certificate, let time = proven ?? signer.signingTime {
      judged = try trust.judge(
        certificate, among: others, as: .detachedData, at: time, isProven: proven != nil)
    }
    return SignerReport(
      certificate: signer.certificate, signingTime: signer.signingTime,
      isContentIntact: signer.isContentIntact, isSignatureValid: signer.isSignatureValid,
      certificateAttributeMatches: signer.certificateAttributeMatches, judgement: judged,
      timestamps: timestamps)
  }
}
