internal import CSigning
import Evidence

extension SigningIdentity {
  /// A signature of `content` to be put into a document that states its time itself: CMS SignedData in DER, detached,
  /// SHA-256, with content type, digest and certificate signed and without a signing time, as PAdES demands (ETSI EN
  /// 319 142-1 §6.3).
  /// - Throws: `cryptographyFailed`.
  package func signInside(_ content: [UInt8]) throws(EvidenceError) -> [UInt8] {
    let attributes = [
      Self.attribute(
        ObjectIdentifier.contentType, DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.data)),
      Self.attribute(
        ObjectIdentifier.messageDigest, DERValue.encode(DERTag.octetString, Library.sha2(256, content))),
      Self.attribute(ObjectIdentifier.signingCertificateV2, Self.naming(certificate)),
    ]
    // What is signed is the set as such; the message has it under a tag of its own (RFC 5652 §5.4).
    let signed = DERValue.encodeSet(DERTag.set, attributes)
    let value = try Library.bytes("signature") {
      csigning_sign_value(key.handle, signed, signed.count, $0, $1)
    }
    let signer = DERValue.encode(
      DERTag.sequence,
      DERValue.encodeInteger([1]) + certificate.issuerAndSerialNumber
        + Self.algorithm(ObjectIdentifier.sha2 + [1])
        + DERValue.encodeSet(DERTag.context0, attributes) + signatureAlgorithm
        + DERValue.encode(DERTag.octetString, value))
    return SignedMessage.encode(
      kind: .detachedData, content: [], certificates: ([certificate] + chain).map(\.der), signers: [signer])
  }

  private static func attribute(_ identifier: [UInt8], _ value: [UInt8]) -> [UInt8] {
    DERValue.encode(
      DERTag.sequence,
      DERValue.encode(DERTag.objectIdentifier, identifier) + DERValue.encode(DERTag.set, value))
  }

  /// SigningCertificateV2 with the digest alone: SHA-256 is what it means where no algorithm is named (RFC 5035 §3).
  private static func naming(_ certificate: Certificate) -> [UInt8] {
    let digest = DERValue.encode(DERTag.octetString, certificate.fingerprint.bytes)
    let list = DERValue.encode(DERTag.sequence, DERValue.encode(DERTag.sequence, digest))
    return DERValue.encode(DERTag.sequence, list)
  }

  private static func algorithm(_ identifier: [UInt8], _ parameters: [UInt8] = []) -> [UInt8] {
    DERValue.encode(
      DERTag.sequence, DERValue.encode(DERTag.objectIdentifier, identifier) + parameters)
  }

  private var signatureAlgorithm: [UInt8] {
    switch key.kind {
    case .ecdsaP256, .ecdsaP384: Self.algorithm(ObjectIdentifier.ecdsaWithSHA2 + [2])
    case .rsa3072, .rsa4096, .rsaOther: Self.algorithm(ObjectIdentifier.rsa + [0x0b], [DERTag.null, 0])
    }
  }
}

extension Certificate {
  /// IssuerAndSerialNumber (RFC 5652 §10.2.4), byte for byte those of the certificate.
  var issuerAndSerialNumber: [UInt8] {
    guard let fields = signedFields, fields.count > 2 else { return [] }
    return DERValue.encode(DERTag.sequence, Array(fields[2].encoding) + Array(fields[0].encoding))
  }
}
