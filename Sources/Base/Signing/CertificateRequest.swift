internal import CSigning
import Evidence

/// A request for a certificate (PKCS#10), which the key itself signed.
package struct CertificateRequest: Hashable, Sendable {
  package let der: [UInt8]
  /// Distinguished name as RFC 4514 text.
  package let subject: String
  /// Kind and size of the key for people.
  package let keyText: String
  /// `nil` where the key is of a kind or size that is not accepted for signing.
  package let keyKind: SigningKey.Kind?

  package static let largestFile = 1 << 20
  private static let codes: [Int32: ErrorCode] = [
    Int32(CSIGNING_MALFORMED): .certificateUnusable, Int32(CSIGNING_FAILED): .certificateUnusable,
  ]

  /// Asks for a certificate for `key`.
  /// - Throws: `argumentInvalid` as ``SignerName``, `cryptographyFailed`.
  package init(for key: SigningKey, name: SignerName) throws(EvidenceError) {
    let der = try Library.bytes("certificate request") { output, reason in
      name.withBytes { common, organisation in
        csigning_request_create(
          key.handle, common.baseAddress, common.count, organisation.baseAddress, organisation.count, output,
          reason)
      }
    }
    try self.init(parsing: der, name: "certificate request")
  }

  /// Reads a request, PEM or DER.
  /// - Throws: `certificateUnusable`, also where its signature is not valid.
  package init(parsing bytes: [UInt8], name: String) throws(EvidenceError) {
    var der = bytes
    if bytes.first != DERTag.sequence {
      der = try Library.bytes(name, Self.codes) {
        csigning_request_from_pem(bytes, bytes.count, $0, $1)
      }
    }
    var text = [CChar](repeating: 0, count: 40)
    var kind: Int32 = 0
    let subject = try Library.bytes(name, Self.codes) {
      csigning_request_read(der, der.count, $0, &text, text.count, &kind, $1)
    }
    self.der = der
    self.subject = String(decoding: subject, as: UTF8.self)
    self.keyText = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    self.keyKind = SigningKey.Kind(code: kind)
  }

  package func pem() throws(EvidenceError) -> [UInt8] {
    try Library.bytes(subject) { csigning_request_pem(der, der.count, $0, $1) }
  }
}

/// Whom a certificate is of.
package struct SignerName: Hashable, Sendable {
  let commonName: [UInt8]
  /// Empty where there is none.
  let organisation: [UInt8]

  /// - Parameters:
  ///   - commonName: 1 to 64 bytes of UTF-8 (RFC 5280 upper bound).
  ///   - organisation: at most 64 bytes of UTF-8; left out where `nil` or empty.
  /// - Throws: `argumentInvalid`.
  package init(_ commonName: String, organisation: String? = nil) throws(EvidenceError) {
    self.commonName = Array(commonName.utf8)
    self.organisation = Array((organisation ?? "").utf8)
    guard (1...64).contains(self.commonName.count) else {
      throw EvidenceError(.argumentInvalid, "name of the signer", "1 to 64 bytes of UTF-8")
    }
    guard self.organisation.count <= 64 else {
      throw EvidenceError(.argumentInvalid, "organisation of the signer", "at most 64 bytes of UTF-8")
    }
  }

  /// No address is given for an organisation that there is not.
  func withBytes<Result>(
    _ body: (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Result
  ) -> Result {
    commonName.withUnsafeBufferPointer { common in
      organisation.withUnsafeBufferPointer { organisation in
        body(common, organisation.isEmpty ? UnsafeBufferPointer(start: nil, count: 0) : organisation)
      }
    }
  }
}

/// A laboratory's own small authority: a key that issues certificates to its examiners.
package struct LaboratoryRoot: Sendable {
  private let key: SigningKey
  package let certificate: Certificate

  /// - Throws: `certificateUnusable` where the certificate does not belong to the key or may not issue others.
  package init(key: SigningKey, certificate: Certificate) throws(EvidenceError) {
    let codes: [Int32: ErrorCode] = [Int32(CSIGNING_CERTIFICATE_UNUSABLE): .certificateUnusable]
    try Library.call(certificate.subject, codes) {
      csigning_certificate_check_issuer(certificate.der, certificate.der.count, key.handle, $0)
    }
    self.key = key
    self.certificate = certificate
  }

  /// Issues a certificate for signing documents to whoever asks.
  /// - Parameters:
  ///   - time: first moment of the validity, in whole seconds.
  ///   - years: length of the validity in years of 365.25 days, 1 to 100; never past that of the root.
  /// - Throws: `argumentInvalid`; `certificateUnusable` for a key that is not accepted, or a root that has ended.
  package func issue(
    to request: CertificateRequest, from time: Timestamp, years: Int
  ) throws(EvidenceError) -> Certificate {
    guard request.keyKind != nil else {
      throw EvidenceError(.certificateUnusable, request.subject, "its key is \(request.keyText)")
    }
    guard certificate.isValid(at: time) else {
      throw EvidenceError(
        .certificateUnusable, certificate.subject,
        "valid from \(certificate.notBefore) to \(certificate.notAfter)")
    }
    let validity = try Certificate.Period(from: time, years: years)
    let end = min(validity.end, Library.seconds(certificate.notAfter))
    let issuer = certificate.der
    let asked = request.der
    let der = try Library.bytes(request.subject) {
      csigning_certificate_issue(
        key.handle, issuer, issuer.count, asked, asked.count, validity.start, end, $0, $1)
    }
    return try Certificate(der: der, name: request.subject)
  }
}
