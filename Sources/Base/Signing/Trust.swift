internal import CSigning
import Evidence

/// What a verifier rests on, got from elsewhere than the record that is verified.
package struct Trust: Hashable, Sendable {
  /// Of signers, of time-stamp authorities, or of those who issued them; roots or not.
  package var certificates: [Certificate]
  package var revocationLists: [RevocationList]

  package init(_ certificates: [Certificate] = [], revocationLists: [RevocationList] = []) {
    self.certificates = certificates
    self.revocationLists = revocationLists
  }

  /// No certificate was named, so that nobody can be trusted.
  package var isEmpty: Bool { certificates.isEmpty }

  /// Whether a certificate is one of these, or was issued by one of them.
  /// - Parameter others: certificates that may stand between.
  /// - Throws: `cryptographyFailed` where libcrypto itself fails.
  package func reaches(
    _ certificate: Certificate, through others: [Certificate] = []
  ) throws(EvidenceError) -> SignerTrust {
    try judge(
      certificate, among: others.map(\.der), as: .detachedData, at: certificate.notBefore, isProven: false
    ).trust
  }

  /// Judges the certificate of a signer.
  /// - Parameters:
  ///   - others: certificates that came with it.
  ///   - time: the moment at which it must have been valid.
  ///   - isProven: a trusted time stamp says that the signature existed then.
  func judge(
    _ certificate: Certificate, among others: [[UInt8]], as kind: SignedMessage.Kind, at time: Timestamp,
    isProven: Bool
  ) throws(EvidenceError) -> CertificateReport {
    var path = csigning_path()
    let around = others.flatMap { $0 }
    let trusted = certificates.flatMap(\.der)
    let der = certificate.der
    try Library.call(certificate.subject) {
      csigning_path_check(
        der, der.count, around, around.count, trusted, trusted.count, kind.rawValue, Library.seconds(time),
        &path, $0)
    }
    let trust: SignerTrust =
      path.is_trusted == 1
      ? .trusted : isEmpty ? .notAsked : .untrusted(reason: Library.text(path.problem))
    let validity: CertificateReport.Validity =
      switch Int(path.validity) {
      case CSIGNING_EXPIRED: .expired
      case CSIGNING_NOT_YET_VALID: .notYetValid
      default: certificate.validity(at: time)
      }
    return CertificateReport(
      certificate: certificate, time: time, trust: trust, validity: validity,
      isMadeForThis: csigning_certificate_allows(der, der.count, kind.rawValue) == 1,
      isStrong: kind == .timestamp ? certificate.securityBits >= 112 : certificate.keyKind != nil,
      revocation: try revocation(of: certificate, among: others, at: time, isProven: isProven))
  }

  /// The worst that the lists say of the certificate and of those above it.
  private func revocation(
    of certificate: Certificate, among others: [[UInt8]], at time: Timestamp, isProven: Bool
  ) throws(EvidenceError) -> CertificateReport.Revocation {
    guard !revocationLists.isEmpty else { return .notAsked }
    let known = certificates + others.compactMap { try? Certificate(der: $0, name: "") }
    let issuers = known.flatMap(\.der)
    var result: CertificateReport.Revocation = .unknown(
      reason: "no revocation list that was given is of its issuer")
    var next: Certificate? = certificate
    var seen: Set<Certificate> = []
    while let asked = next, seen.insert(asked).inserted {
      for list in revocationLists {
        let answer = try list.answer(for: asked, issuers: issuers)
        switch answer {
        case .other: continue
        case .forged:
          result = .unknown(reason: "the signature of the revocation list is not its issuer's")
        case .revoked(let moment):
          return isProven && time < moment
            ? .afterwards(asked.subject, at: moment) : .revoked(asked.subject, at: moment)
        case .clear:
          guard asked == certificate else { continue }
          result =
            list.issued < time
            ? .unknown(reason: "the revocation list is of \(list.issued), before the signature") : .clear
        }
      }
      next = known.first { $0.subject == asked.issuer && $0 != asked }
    }
    return result
  }
}

/// A certificate revocation list (RFC 5280 §5).
package struct RevocationList: Hashable, Sendable {
  let der: [UInt8]
  package let issuer: String
  package let issued: Timestamp

  /// Most bytes of such a file.
  package static let largestFile = 64 << 20

  /// Reads one list, PEM or DER.
  /// - Throws: `certificateUnusable`.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let codes: [Int32: ErrorCode] = [
      Int32(CSIGNING_MALFORMED): .certificateUnusable, Int32(CSIGNING_FAILED): .certificateUnusable,
    ]
    var der = bytes
    if bytes.first != DERTag.sequence {
      der = try Library.bytes(name, codes) {
        csigning_revocation_list_from_pem(bytes, bytes.count, $0, $1)
      }
    }
    var facts = csigning_revocation_list()
    try Library.call(name, codes) { csigning_revocation_list_read(der, der.count, &facts, $0) }
    defer { csigning_free(&facts.issuer) }
    guard let issued = Library.timestamp(seconds: facts.issued) else {
      throw EvidenceError(.certificateUnusable, name, "its date is out of range")
    }
    self.der = der
    self.issuer = Library.text(facts.issuer)
    self.issued = issued
  }

  enum Answer {
    /// The list is not of the certificate's issuer.
    case other
    case forged
    case clear
    case revoked(Timestamp)
  }

  func answer(for certificate: Certificate, issuers: [UInt8]) throws(EvidenceError) -> Answer {
    var result = csigning_revocation()
    let asked = certificate.der
    try Library.call(issuer) {
      csigning_revocation_check(
        asked, asked.count, issuers, issuers.count, der, der.count, &result, $0)
    }
    guard result.applies == 1 else { return .other }
    guard result.is_genuine == 1 else { return .forged }
    guard result.is_revoked == 1 else { return .clear }
    return .revoked(Library.timestamp(seconds: result.revoked_at) ?? issued)
  }
}
