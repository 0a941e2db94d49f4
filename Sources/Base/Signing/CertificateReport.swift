import Evidence

/// Whether a certificate leads to one that the verifier trusts.
package enum SignerTrust: Hashable, Sendable {
  case trusted
  /// Certificates to trust were given, and none of them is reached, for this reason.
  case untrusted(reason: String)
  /// No certificate to trust was given, so that the question could not be asked.
  case notAsked
}

/// What is to be said of a certificate that signed something at a moment. Each answer stands by itself.
package struct CertificateReport: Hashable, Sendable {
  package enum Validity: Hashable, Sendable {
    case valid
    case expired
    case notYetValid
  }

  package enum Revocation: Hashable, Sendable {
    /// No revocation list was given.
    case notAsked
    /// The lists given do not say.
    case unknown(reason: String)
    case clear
    /// This certificate, the signer's or one above it, was taken back.
    case revoked(String, at: Timestamp)
    /// It was taken back after a trusted time stamp had shown the signature.
    case afterwards(String, at: Timestamp)
  }

  package let certificate: Certificate
  /// The moment it is judged at.
  package let time: Timestamp
  package let trust: SignerTrust
  /// Of the certificate, and where it is trusted of every one up to the trusted one.
  package let validity: Validity
  /// Its key usage allows what it was used for.
  package let isMadeForThis: Bool
  /// Its key is of a kind and size that is accepted.
  package let isStrong: Bool
  package let revocation: Revocation

  /// Nothing speaks against what it signed.
  package var isSound: Bool {
    guard trust == .trusted, validity == .valid, isMadeForThis, isStrong else { return false }
    if case .revoked = revocation { return false }
    return true
  }

  /// All but trust, as findings.
  func findings(subject: String, severity: FindingSeverity) -> [Finding] {
    var findings: [Finding] = []
    func add(_ code: FindingCode, expected: String, observed: String, _ weight: FindingSeverity? = nil) {
      findings.append(
        Finding(code, weight ?? severity, subject: subject, expected: expected, observed: observed))
    }
    let name = HumanText.singleLine(certificate.subject)
    let period = "valid from \(certificate.notBefore) to \(certificate.notAfter)"
    switch validity {
    case .valid: break
    case .expired:
      add(.certificateExpired, expected: "a certificate valid at \(time)", observed: "\(name): \(period)")
    case .notYetValid:
      add(
        .certificateNotYetValid, expected: "a certificate valid at \(time)", observed: "\(name): \(period)")
    }
    if !isMadeForThis {
      add(
        .certificateUsage, expected: "a certificate made for this",
        observed: "\(name): its key usage does not allow it")
    }
    if !isStrong {
      add(
        .signatureWeakKey, expected: "RSA of 3072 bits or more, or ECDSA P-256 or P-384",
        observed: "\(name): \(certificate.keyText)")
    }
    switch revocation {
    case .notAsked, .clear: break
    case .unknown(let reason):
      add(.revocationUnknown, expected: "a revocation list", observed: "\(name): \(reason)", .note)
    case .revoked(let whose, let moment):
      add(.certificateRevoked, expected: "not revoked", observed: "\(whose): revoked at \(moment)")
    case .afterwards(let whose, let moment):
      add(
        .certificateRevoked, expected: "time-stamped before", observed: "\(whose): revoked at \(moment)",
        .note)
    }
    return findings
  }
}

extension Certificate {
  /// Whether `time` lies within its validity, both ends included.
  func validity(at time: Timestamp) -> CertificateReport.Validity {
    let seconds = Library.seconds(time)
    if seconds < Library.seconds(notBefore) { return .notYetValid }
    return seconds > Library.seconds(notAfter) ? .expired : .valid
  }
}
