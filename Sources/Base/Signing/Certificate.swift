internal import CSigning
import Evidence

/// An X.509 certificate: its bytes and what they say.
package struct Certificate: Hashable, Sendable {
  /// The encoding, exactly as it was read.
  package let der: [UInt8]
  /// Distinguished name as RFC 4514 text, e.g. `CN=A. Examiner,O=Laboratory`; control characters are escaped.
  package let subject: String
  /// Distinguished name of whoever issued it.
  package let issuer: String
  /// Common name of the subject; empty where there is none.
  package let commonName: String
  /// Serial number in lower-case hexadecimal.
  package let serialNumber: String
  /// SHA-256 of `der`.
  package let fingerprint: Digest
  /// First moment of its validity, in whole seconds.
  package let notBefore: Timestamp
  /// Last moment of its validity, in whole seconds.
  package let notAfter: Timestamp
  /// Signed by its own key, and that signature is valid.
  package let isSelfSigned: Bool
  /// `nil` where the key is of a kind or size that is not accepted for signing.
  package let keyKind: SigningKey.Kind?
  /// Kind and size of the key for people, e.g. `RSA 2048`.
  package let keyText: String
  /// Strength of the key in bits (NIST SP 800-57): 112 for RSA 2048, 128 for RSA 3072 and P-256.
  package let securityBits: Int

  /// Most bytes of one certificate or of a file of certificates.
  package static let largestFile = 1 << 20
  private static let malformed: [Int32: ErrorCode] = [
    Int32(CSIGNING_MALFORMED): .certificateUnusable, Int32(CSIGNING_FAILED): .certificateUnusable,
  ]

  /// Reads one certificate in DER.
  /// - Parameter name: what it is called in errors, a path as a rule.
  /// - Throws: `certificateUnusable`, also for an encoding that is not canonical.
  package init(der: [UInt8], name: String) throws(EvidenceError) {
    var facts = csigning_certificate()
    try Library.call(name, Self.malformed) { csigning_certificate_read(der, der.count, &facts, $0) }
    defer { csigning_certificate_free(&facts) }
    guard let notBefore = Library.timestamp(seconds: facts.not_before),
      let notAfter = Library.timestamp(seconds: facts.not_after)
    else { throw EvidenceError(.certificateUnusable, name, "its validity is out of range") }
    self.der = der
    self.subject = Library.text(facts.subject)
    self.issuer = Library.text(facts.issuer)
    self.commonName = Library.text(facts.common_name)
    self.serialNumber = Library.text(facts.serial).lowercased()
    self.fingerprint = Digest(.sha256, withUnsafeBytes(of: facts.fingerprint) { Array($0) })
    self.notBefore = notBefore
    self.notAfter = notAfter
    self.isSelfSigned = facts.is_self_signed == 1
    self.keyKind = SigningKey.Kind(code: facts.key_kind)
    self.keyText = withUnsafeBytes(of: facts.key_text) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    self.securityBits = Int(facts.security_bits)
  }

  /// Reads a file of exactly one certificate, PEM or DER.
  /// - Throws: `certificateUnusable`.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    let all = try Self.all(in: bytes, name: name)
    guard all.count == 1 else {
      throw EvidenceError(.certificateUnusable, name, "\(all.count) certificates where one is needed")
    }
    self = all[0]
  }

  /// Reads a file of one or more certificates: PEM, or DER one after the other.
  /// - Throws: `certificateUnusable`.
  package static func all(in bytes: [UInt8], name: String) throws(EvidenceError) -> [Certificate] {
    guard bytes.count <= largestFile else {
      throw EvidenceError(.certificateUnusable, name, "more than \(largestFile) bytes")
    }
    var der = bytes
    if bytes.first != DERTag.sequence {
      der = try Library.bytes(name, malformed) { csigning_certificates_from_pem(bytes, bytes.count, $0, $1) }
    }
    guard let parts = DERValue.list(in: der[...]), !parts.isEmpty else {
      throw EvidenceError(.certificateUnusable, name, "not certificates in DER")
    }
    var certificates: [Certificate] = []
    for part in parts { certificates.append(try Certificate(der: Array(part.encoding), name: name)) }
    return certificates
  }

  /// What a self-signed certificate is for.
  package enum Purpose: Sendable {
    /// Signing documents; it cannot issue other certificates: whoever trusts it trusts this one signer.
    case signer
    /// Issuing certificates to the signers of a laboratory; it cannot sign documents.
    case root

    fileprivate var code: Int32 { Int32(self == .root ? CSIGNING_ROOT : CSIGNING_SIGNER) }
  }

  /// From when to when a new certificate is valid, in seconds since 1970.
  struct Period {
    let start: Int64
    let end: Int64

    init(from time: Timestamp, years: Int) throws(EvidenceError) {
      guard (1...100).contains(years) else {
        throw EvidenceError(.argumentInvalid, "validity of the certificate", "1 to 100 years")
      }
      self.start = Library.seconds(time)
      self.end = start + Int64(years) * 31_557_600
    }
  }

  /// Makes a self-signed certificate with a random serial number of 16 bytes.
  /// - Parameters:
  ///   - time: first moment of the validity, rounded down to whole seconds.
  ///   - years: length of the validity in years of 365.25 days, 1 to 100.
  /// - Throws: `argumentInvalid`, `cryptographyFailed`.
  package static func selfSigned(
    for key: SigningKey, name: SignerName, purpose: Purpose = .signer, from time: Timestamp, years: Int = 10
  ) throws(EvidenceError) -> Certificate {
    let period = try Period(from: time, years: years)
    let der = try Library.bytes("new certificate") { output, reason in
      name.withBytes { common, organisation in
        csigning_certificate_create(
          key.handle, purpose.code, common.baseAddress, common.count, organisation.baseAddress,
          organisation.count, period.start, period.end, output, reason)
      }
    }
    return try Certificate(der: der, name: "new certificate")
  }

  /// PEM text, as stock tools want it in a file.
  package func pem() throws(EvidenceError) -> [UInt8] {
    try Library.bytes(subject) { csigning_certificate_pem(der, der.count, $0, $1) }
  }

  package func isValid(at time: Timestamp) -> Bool { validity(at: time) == .valid }
}
