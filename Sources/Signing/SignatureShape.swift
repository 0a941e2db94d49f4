/// The parts of a CMS signature that no signature protects, held to the only values they may have.
///
/// Versions, algorithm identifiers and the sets around the signers are outside of what is signed (RFC 5652
/// §5.4), so that a changed bit there could pass every cryptographic check. All of them follow from the
/// protected parts; whatever differs is refused.
enum SignatureShape {
  // Contents octets of object identifiers.
  private static let signedData: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02]
  private static let data: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x01]
  private static let rsa: [UInt8] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01]
  private static let ecdsaWithSHA2: [UInt8] = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03]
  private static let sha2: [UInt8] = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02]
  private static let null: [UInt8] = [0x05, 0x00]

  /// The SHA-2 members accepted, by the last octet of their identifier, each with those of the RSA and ECDSA
  /// signature algorithms that go with it (RFC 5754 §2 and §3).
  private static let digests: [UInt8: (rsa: UInt8, ecdsa: UInt8)] = [
    1: (rsa: 0x0b, ecdsa: 2), 2: (rsa: 0x0c, ecdsa: 3), 3: (rsa: 0x0d, ecdsa: 4),
  ]

  /// Most certificates in a signature, as each may have to be checked against each other.
  private static let mostCertificates = 64

  /// What is wrong with the bytes; `nil` when nothing is.
  static func problem(in der: [UInt8]) -> String? {
    guard let outer = DERValue.list(in: der[...]), outer.count == 1,
      let contentInfo = outer[0].elements(DERTag.sequence), contentInfo.count == 2,
      isIdentifier(contentInfo[0], signedData),
      let wrapped = contentInfo[1].elements(DERTag.context0), wrapped.count == 1,
      let fields = wrapped[0].elements(DERTag.sequence)
    else { return "not a CMS signature in DER" }
    // version, digestAlgorithms, encapContentInfo, certificates [0], signerInfos; revocation lists are not
    // accepted, because nothing would protect them.
    guard fields.count == 5, let algorithms = fields[1].elements(DERTag.set),
      let content = fields[2].elements(DERTag.sequence),
      let certificates = fields[3].elements(DERTag.context0),
      let signers = fields[4].elements(DERTag.set), !signers.isEmpty
    else { return "not one list of certificates and one of signers" }
    guard content.count == 1, isIdentifier(content[0], data) else {
      return "not a signature of detached data"
    }
    guard certificates.count <= mostCertificates else { return "more than \(mostCertificates) certificates" }
    guard !certificates.isEmpty, certificates.allSatisfy({ $0.tag == DERTag.sequence }) else {
      return "holds something that is no certificate"
    }
    var used: Set<UInt8> = []
    var version: UInt8 = 1
    for signer in signers {
      guard let (digest, signerVersion) = digestAndVersion(ofSigner: signer) else {
        return "a signer is not described as it must be"
      }
      guard signerVersion == 3 || certificates.contains(where: { names(signer, $0) }) else {
        return "no certificate of exactly the signer's issuer and serial number"
      }
      used.insert(digest)
      version = max(version, signerVersion)
    }
    guard isInteger(fields[0], version) else { return "wrong version number" }
    let listed = algorithms.compactMap(sha2Member)
    guard listed.count == algorithms.count, Set(listed) == used, Set(listed).count == listed.count else {
      return "the list of digest algorithms is not that of the signers"
    }
    return nil
  }

  /// SignerInfo: version, sid, digestAlgorithm, signedAttrs [0], signatureAlgorithm, signature. Unsigned
  /// attributes are not accepted, because nothing would protect them.
  private static func digestAndVersion(ofSigner signer: DERValue) -> (digest: UInt8, version: UInt8)? {
    guard let fields = signer.elements(DERTag.sequence), fields.count == 6,
      let digest = sha2Member(fields[2]), fields[3].tag == DERTag.context0,
      isSignatureAlgorithm(fields[4], digest: digest), fields[5].tag == DERTag.octetString
    else { return nil }
    // Named by issuer and serial number in version 1, by key identifier in version 3 (RFC 5652 §5.3).
    let version: UInt8
    switch fields[1].tag {
    case DERTag.sequence: version = 1
    case DERTag.context0Primitive: version = 3
    default: return nil
    }
    return isInteger(fields[0], version) ? (digest, version) : nil
  }

  /// Whether the signer's issuer and serial number are those of the certificate, byte for byte: libcrypto
  /// compares names without regard to case (RFC 5280 §7.1), which would let a changed letter pass.
  private static func names(_ signer: DERValue, _ certificate: DERValue) -> Bool {
    guard let fields = signer.elements(DERTag.sequence), fields.count > 1,
      let names = fields[1].elements(DERTag.sequence), names.count == 2,
      let parts = certificate.elements(DERTag.sequence), let signed = parts.first?.elements(DERTag.sequence)
    else { return false }
    // version [0] where it is not 1, serialNumber, signature, issuer (RFC 5280 §4.1)
    let rest = signed.first?.tag == DERTag.context0 ? signed.dropFirst() : signed[...]
    guard rest.count >= 3 else { return false }
    return rest[rest.startIndex].encoding == names[1].encoding
      && rest[rest.startIndex + 2].encoding == names[0].encoding
  }

  private static func isIdentifier(_ value: DERValue, _ identifier: [UInt8]) -> Bool {
    value.tag == DERTag.objectIdentifier && value.contents.elementsEqual(identifier)
  }

  private static func isInteger(_ value: DERValue, _ number: UInt8) -> Bool {
    value.tag == DERTag.integer && value.contents.elementsEqual([number])
  }

  /// The last octet of a SHA-2 identifier whose parameters are absent or NULL.
  private static func sha2Member(_ value: DERValue) -> UInt8? {
    guard let (identifier, parameters) = algorithm(value), parameters.isEmpty || parameters == null,
      let last = identifier.last, Array(identifier.dropLast()) == sha2, digests[last] != nil
    else { return nil }
    return last
  }

  private static func isSignatureAlgorithm(_ value: DERValue, digest: UInt8) -> Bool {
    guard let (identifier, parameters) = algorithm(value), let expected = digests[digest] else {
      return false
    }
    if identifier == ecdsaWithSHA2 + [expected.ecdsa] { return parameters.isEmpty }
    // rsaEncryption alone or with the digest; NULL parameters in both (RFC 5754 §3.2).
    return [rsa + [1], rsa + [expected.rsa]].contains(identifier) && parameters == null
  }

  private static func algorithm(_ value: DERValue) -> (identifier: [UInt8], parameters: [UInt8])? {
    guard let fields = value.elements(DERTag.sequence), (1...2).contains(fields.count),
      fields[0].tag == DERTag.objectIdentifier
    else { return nil }
    return (Array(fields[0].contents), fields.count == 2 ? Array(fields[1].encoding) : [])
  }
}
