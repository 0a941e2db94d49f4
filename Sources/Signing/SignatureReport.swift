import Evidence

/// Whether a signer's certificate leads to one that the verifier trusts.
package enum SignerTrust: Hashable, Sendable {
  case trusted
  /// Certificates to trust were given, and none of them is reached, for this reason.
  case untrusted(reason: String)
  /// No certificate to trust was given, so that the question could not be asked.
  case notAsked
}

/// What checking one signer of a signature gave.
package struct SignerReport: Hashable, Sendable {
  /// `nil` where the signature does not carry the signer's certificate; nothing else can be checked then.
  package let certificate: Certificate?
  /// As the signer stated it, in whole seconds; `nil` where it is not stated.
  package let signingTime: Timestamp?
  /// The digest that was signed is that of the content.
  package let isContentIntact: Bool
  /// The signature of the signed attributes verifies with the certificate's key.
  package let isSignatureValid: Bool
  /// The signed attributes name this very certificate (CAdES-BES, RFC 5035).
  package let certificateAttributeMatches: Bool
  /// The certificate, and with trusted ones given every certificate of the path, was valid at the signing
  /// time.
  package let wasCertificateValidAtSigning: Bool
  package let trust: SignerTrust

  /// What the signer signed is what is there, whoever the signer is.
  package var isIntact: Bool {
    certificate != nil && signingTime != nil && isContentIntact && isSignatureValid
      && certificateAttributeMatches
  }

  /// The first reason why it is not intact.
  package var problem: String? {
    if certificate == nil { return "the signer's certificate is missing" }
    if !isSignatureValid { return "the signature does not verify with the certificate" }
    if !certificateAttributeMatches { return "the signature does not name this certificate" }
    if signingTime == nil { return "the signing time is missing" }
    if !isContentIntact { return "the content is not what was signed" }
    return nil
  }

  /// One sentence for people; certificates are judged at the signing time, not now.
  package var sentence: String {
    let name = HumanText.singleLine(certificate?.subject ?? "an unknown signer")
    if let problem { return "Invalid signature by \(name): \(problem)." }
    let time = signingTime.map { " at \($0) (stated by the signer)" } ?? ""
    let validity = wasCertificateValidAtSigning ? "" : " Its certificate was not valid at that time."
    return switch trust {
    case .trusted: "Valid, signed by \(name)\(time), whose certificate is trusted.\(validity)"
    case .untrusted(let reason): "Valid, by an untrusted certificate: \(name)\(time); \(reason).\(validity)"
    case .notAsked:
      "Valid, by an untrusted certificate: \(name)\(time); no certificate to trust was given.\(validity)"
    }
  }
}

/// What checking a signature file gave.
package struct SignatureReport: Hashable, Sendable {
  /// Why the file is no signature at all; `nil` when it is one.
  package let malformation: String?
  /// In the order of the file; empty when malformed.
  package let signers: [SignerReport]

  /// Every signer signed exactly this content. Says nothing of trust.
  package var isIntact: Bool { malformation == nil && !signers.isEmpty && signers.allSatisfy(\.isIntact) }

  /// Intact, by trusted certificates that were valid at the signing time.
  package var isTrusted: Bool {
    isIntact && signers.allSatisfy { $0.trust == .trusted && $0.wasCertificateValidAtSigning }
  }

  /// The same as findings; empty when the signature is intact, trusted and made while its certificate was
  /// valid.
  /// - Parameter subject: the name of the signature file.
  package func findings(subject: String) -> [Finding] {
    if let malformation {
      return [Finding(.signatureInvalid, subject: subject, expected: "a signature", observed: malformation)]
    }
    return signers.flatMap { $0.findings(subject: subject) }
  }
}

extension SignerReport {
  fileprivate func findings(subject: String) -> [Finding] {
    if let problem {
      return [
        Finding(
          .signatureInvalid, subject: subject, expected: "a signature of this content", observed: problem)
      ]
    }
    var findings: [Finding] = []
    switch trust {
    case .trusted: break
    case .untrusted(let reason):
      findings.append(
        Finding(
          .signerUntrusted, .failure, subject: subject, expected: "a trusted certificate",
          observed: "\(certificate?.subject ?? ""): \(reason)"))
    case .notAsked:
      findings.append(
        Finding(
          .signerUntrusted, .note, subject: subject, expected: "a certificate to trust",
          observed: "none was given"))
    }
    if !wasCertificateValidAtSigning, let certificate {
      findings.append(
        Finding(
          .signerExpired, .warning, subject: subject,
          expected: "between \(certificate.notBefore) and \(certificate.notAfter)",
          observed: signingTime?.description))
    }
    return findings
  }
}
