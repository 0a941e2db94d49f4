/// A CMS SignedData taken apart, with the parts that no signature protects held to the only values they may have.
///
/// Versions, algorithm identifiers and the sets around the signers are outside of what is signed (RFC 5652
/// §5.4), so that a changed bit there could pass every cryptographic check. All of them follow from the
/// protected parts; whatever differs is refused.
struct SignedMessage {
  /// What is signed.
  enum Kind: Int32 {
    /// Bytes that lie elsewhere.
    case detachedData = 0
    /// The information of a time-stamp token, inside of it.
    case timestamp = 1
  }

  /// Why it is not accepted.
  enum Problem: Error, Hashable {
    case malformed(String)
    /// Made with this digest, with which anybody could have made another content.
    case weakDigest(String)
  }

  struct Signer {
    /// SignerInfo as it stands.
    let encoding: [UInt8]
    /// The signature value.
    let value: [UInt8]
    /// Time-stamp tokens over the signature value, DER.
    let tokens: [[UInt8]]
  }

  /// DER, in the order of the message.
  let certificates: [[UInt8]]
  let signers: [Signer]
  /// What is inside; empty for detached data.
  let content: [UInt8]

  /// The SHA-2 members accepted, by the last octet of their identifier, each with those of the RSA and ECDSA
  /// signature algorithms that go with it (RFC 5754 §2 and §3).
  private static let digests: [UInt8: (rsa: UInt8, ecdsa: UInt8)] = [
    1: (rsa: 0x0b, ecdsa: 2), 2: (rsa: 0x0c, ecdsa: 3), 3: (rsa: 0x0d, ecdsa: 4),
  ]
  private static let null: [UInt8] = [DERTag.null, 0]

  /// Most certificates in a message, as each may have to be checked against each other.
  private static let mostCertificates = 64
  private static let mostSigners = 64
  /// Most time-stamp tokens of one signer.
  private static let mostTokens = 16

  init(_ der: [UInt8], kind: Kind) throws(Problem) {
    guard let outer = DERValue.list(in: der[...]), outer.count == 1,
      let contentInfo = outer[0].elements(DERTag.sequence), contentInfo.count == 2,
      Self.isIdentifier(contentInfo[0], ObjectIdentifier.signedData),
      let wrapped = contentInfo[1].elements(DERTag.context0), wrapped.count == 1,
      let fields = wrapped[0].elements(DERTag.sequence)
    else { throw .malformed("not a CMS signature in DER") }
    // version, digestAlgorithms, encapContentInfo, certificates [0], signerInfos; revocation lists are not
    // accepted, because nothing would protect them.
    guard fields.count == 5, let algorithms = fields[1].elements(DERTag.set),
      let content = fields[2].elements(DERTag.sequence),
      let certificates = fields[3].elements(DERTag.context0),
      let signers = fields[4].elements(DERTag.set), !signers.isEmpty
    else { throw .malformed("not one list of certificates and one of signers") }
    self.content = try Self.content(content, kind)
    guard (1...Self.mostCertificates).contains(certificates.count), signers.count <= Self.mostSigners else {
      throw .malformed("more than \(Self.mostCertificates) certificates or \(Self.mostSigners) signers")
    }
    guard certificates.allSatisfy({ $0.tag == DERTag.sequence }) else {
      throw .malformed("holds something that is no certificate")
    }
    self.certificates = certificates.map { Array($0.encoding) }
    var used: Set<UInt8> = []
    // Version 3 where the content is no plain data (RFC 5652 §5.1).
    var version: UInt8 = kind == .detachedData ? 1 : 3
    var read: [Signer] = []
    for signer in signers {
      let (parts, digest, signerVersion) = try Self.signer(signer, kind)
      guard signerVersion == 3 || certificates.contains(where: { Self.names(signer, $0) }) else {
        throw .malformed("no certificate of exactly the signer's issuer and serial number")
      }
      used.insert(digest)
      version = max(version, signerVersion)
      read.append(parts)
    }
    self.signers = read
    guard Self.isInteger(fields[0], version) else { throw .malformed("wrong version number") }
    let listed = algorithms.compactMap(Self.sha2Member)
    guard listed.count == algorithms.count, Set(listed) == used, Set(listed).count == listed.count else {
      throw .malformed("the list of digest algorithms is not that of the signers")
    }
  }

  private static func content(_ fields: [DERValue], _ kind: Kind) throws(Problem) -> [UInt8] {
    switch kind {
    case .detachedData:
      guard fields.count == 1, isIdentifier(fields[0], ObjectIdentifier.data) else {
        throw .malformed("not a signature of detached data")
      }
      return []
    case .timestamp:
      guard fields.count == 2, isIdentifier(fields[0], ObjectIdentifier.timestampInfo),
        let inside = fields[1].elements(DERTag.context0), inside.count == 1,
        inside[0].tag == DERTag.octetString
      else { throw .malformed("not a time-stamp token") }
      return Array(inside[0].contents)
    }
  }

  /// SignerInfo: version, sid, digestAlgorithm, signedAttrs [0], signatureAlgorithm, signature, and of unsigned
  /// attributes only time-stamp tokens over the signature, which protect themselves.
  private static func signer(
    _ signer: DERValue, _ kind: Kind
  ) throws(Problem) -> (Signer, digest: UInt8, version: UInt8) {
    let refusal = Problem.malformed("a signer is not described as it must be")
    guard let fields = signer.elements(DERTag.sequence), (6...7).contains(fields.count) else { throw refusal }
    if let (identifier, _) = algorithm(fields[2]), let weak = ObjectIdentifier.weakDigests[identifier] {
      throw .weakDigest(weak)
    }
    guard let digest = sha2Member(fields[2]), fields[3].tag == DERTag.context0,
      isSignatureAlgorithm(fields[4], digest: digest), fields[5].tag == DERTag.octetString
    else { throw refusal }
    // Named by issuer and serial number in version 1, by key identifier in version 3 (RFC 5652 §5.3).
    let version: UInt8
    switch fields[1].tag {
    case DERTag.sequence: version = 1
    case DERTag.context0Primitive: version = 3
    default: throw refusal
    }
    guard isInteger(fields[0], version) else { throw refusal }
    let tokens = fields.count == 7 ? try self.tokens(fields[6], kind) : []
    let parts = Signer(
      encoding: Array(signer.encoding), value: Array(fields[5].contents), tokens: tokens)
    return (parts, digest, version)
  }

  private static func tokens(_ attributes: DERValue, _ kind: Kind) throws(Problem) -> [[UInt8]] {
    guard kind == .detachedData, let list = attributes.elements(DERTag.context1),
      (1...mostTokens).contains(list.count)
    else { throw .malformed("an unsigned attribute, which nothing protects") }
    var tokens: [[UInt8]] = []
    for attribute in list {
      guard let fields = attribute.elements(DERTag.sequence), fields.count == 2,
        isIdentifier(fields[0], ObjectIdentifier.timestampToken),
        let values = fields[1].elements(DERTag.set), values.count == 1
      else { throw .malformed("an unsigned attribute that is no time stamp") }
      tokens.append(Array(values[0].encoding))
    }
    return tokens
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
  static func sha2Member(_ value: DERValue) -> UInt8? {
    guard let (identifier, parameters) = algorithm(value), parameters.isEmpty || parameters == null,
      let last = identifier.last, Array(identifier.dropLast()) == ObjectIdentifier.sha2, digests[last] != nil
    else { return nil }
    return last
  }

  private static func isSignatureAlgorithm(_ value: DERValue, digest: UInt8) -> Bool {
    guard let (identifier, parameters) = algorithm(value), let expected = digests[digest] else {
      return false
    }
    if identifier == ObjectIdentifier.ecdsaWithSHA2 + [expected.ecdsa] { return parameters.isEmpty }
    // rsaEncryption alone or with the digest; NULL parameters in both (RFC 5754 §3.2).
    return [ObjectIdentifier.rsa + [1], ObjectIdentifier.rsa + [expected.rsa]].contains(identifier)
      && parameters == null
  }

  private static func algorithm(_ value: DERValue) -> (identifier: [UInt8], parameters: [UInt8])? {
    guard let fields = value.elements(DERTag.sequence), (1...2).contains(fields.count),
      fields[0].tag == DERTag.objectIdentifier
    else { return nil }
    return (Array(fields[0].contents), fields.count == 2 ? Array(fields[1].encoding) : [])
  }
}
