import Evidence

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
  /// The certificate at the time a trusted time stamp proves, otherwise at the time stated; `nil` without
  /// certificate or time.
  package let judgement: CertificateReport?
  /// Tokens over this signature (CAdES-T), in the order of the message.
  package let timestamps: [TimestampReport]

  package init(
    certificate: Certificate?, signingTime: Timestamp?, isContentIntact: Bool, isSignatureValid: Bool,
    certificateAttributeMatches: Bool, judgement: CertificateReport?, timestamps: [TimestampReport]
  ) {
    self.certificate = certificate
    self.signingTime = signingTime
    self.isContentIntact = isContentIntact
    self.isSignatureValid = isSignatureValid
    self.certificateAttributeMatches = certificateAttributeMatches
    self.judgement = judgement
    self.timestamps = timestamps
  }

  /// What the signer signed is what is there, whoever the signer is.
  package var isIntact: Bool { problem == nil }

  package var trust: SignerTrust { judgement?.trust ?? .notAsked }

  /// The earliest moment at which a trusted authority has seen the signature.
  package var provenTime: Timestamp? { timestamps.compactMap(\.provenTime).min() }

  /// The first reason why it is not intact.
  package var problem: String? {
    if certificate == nil { return "the signer's certificate is missing" }
    if !isSignatureValid { return "the signature does not verify with the certificate" }
    if !certificateAttributeMatches { return "the signature does not name this certificate" }
    if signingTime == nil { return "the signing time is missing" }
    if !isContentIntact { return "the content is not what was signed" }
    return nil
  }

  /// One sentence for people, and one more for each time stamp.
  package var sentence: String {
    let name = HumanText.singleLine(certificate?.subject ?? "an unknown signer")
    if let problem { return "Invalid signature by \(name): \(problem)." }
    let time = signingTime.map { " at \($0) (stated by the signer)" } ?? ""
    let flaws = findings(subject: "", untrusted: .note).contains { $0.severity == .failure }
    let more = (flaws ? ["Not sound, see the findings."] : []) + timestamps.map(\.sentence)
    let first =
      switch trust {
      case .trusted: "Valid, signed by \(name)\(time), whose certificate is trusted."
      case .untrusted(let reason): "Valid, by an untrusted certificate: \(name)\(time); \(reason)."
      case .notAsked:
        "Valid, by an untrusted certificate: \(name)\(time); no certificate to trust was given."
      }
    return ([first] + more).joined(separator: " ")
  }

  /// - Parameter untrusted: what it weighs that the certificate is not trusted.
  func findings(subject: String, untrusted: FindingSeverity) -> [Finding] {
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
          .signerUntrusted, untrusted, subject: subject, expected: "a trusted certificate",
          observed: "\(HumanText.singleLine(certificate?.subject ?? "")): \(reason)"))
    case .notAsked:
      findings.append(
        Finding(
          .signerUntrusted, .note, subject: subject, expected: "a certificate to trust",
          observed: "none was given"))
    }
    findings += judgement?.findings(subject: subject, severity: .failure) ?? []
    findings += timestamps.flatMap { $0.findings(subject: subject) }
    if let signingTime, let provenTime,
      provenTime.microseconds / 1_000_000 < signingTime.microseconds / 1_000_000
    {
      findings.append(
        Finding(
          .timestampContradictsSigner, .warning, subject: subject,
          expected: "signed no later than \(provenTime), when it was time-stamped",
          observed: "stated by the signer: \(signingTime)"))
    }
    return findings
  }
}

/// What checking a signature file gave.
package struct SignatureReport: Hashable, Sendable {
  /// Why the file is not accepted as a signature; `nil` when it is.
  let problem: SignedMessage.Problem?
  /// In the order of the file; empty when it is not accepted.
  package let signers: [SignerReport]

  init(problem: SignedMessage.Problem?, signers: [SignerReport] = []) {
    self.problem = problem
    self.signers = signers
  }

  /// A signature that is one, by these signers.
  package init(signers: [SignerReport]) { self.init(problem: nil, signers: signers) }

  /// Why the file is not accepted as a signature; `nil` when it is.
  package var malformation: String? {
    switch problem {
    case nil: nil
    case .malformed(let reason): reason
    case .weakDigest(let name): "made with \(name)"
    }
  }

  /// Every signer signed exactly this content. Says nothing of trust.
  package var isIntact: Bool { problem == nil && !signers.isEmpty && signers.allSatisfy(\.isIntact) }

  /// Intact, by at least one trusted certificate, and nothing is wrong with any that signed.
  package var isTrusted: Bool {
    isIntact && hasTrustedSigner && !findings(subject: "").contains { $0.severity == .failure }
  }

  private var hasTrustedSigner: Bool { signers.contains { $0.isIntact && $0.judgement?.isSound ?? false } }

  /// The same as findings; without a failure where the signature is intact, trusted and sound.
  /// - Parameter subject: the name of the signature file.
  package func findings(subject: String) -> [Finding] {
    switch problem {
    // A further signature takes nothing away from that of a trusted signer.
    case nil:
      signers.flatMap { $0.findings(subject: subject, untrusted: hasTrustedSigner ? .warning : .failure) }
    case .malformed(let reason):
      [Finding(.signatureInvalid, subject: subject, expected: "a signature", observed: reason)]
    case .weakDigest(let name):
      [Finding(.signatureWeakDigest, subject: subject, expected: "SHA-256 or stronger", observed: name)]
    }
  }
}
