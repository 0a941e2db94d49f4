import Evidence

/// A time-stamp token (RFC 3161 §2.4.2): an authority's signature that something existed at a moment.
package struct TimestampToken: Hashable, Sendable {
  /// CMS ContentInfo.
  package let der: [UInt8]
  /// When the authority says that it saw the imprint; fractions of a second as far as it states them.
  package let time: Timestamp
  /// Object identifier of the authority's policy, numbers between dots.
  package let policy: String
  /// Of the token, hexadecimal.
  package let serialNumber: String
  let imprint: Imprint
  let nonce: [UInt8]

  /// The digest that was stamped.
  struct Imprint: Hashable, Sendable {
    /// 256, 384 or 512: SHA-2.
    let bits: Int32
    let digest: [UInt8]

    func matches(_ bytes: [UInt8]) -> Bool { Library.sha2(bits, bytes) == digest }
  }

  /// Largest token or response in bytes.
  package static let largestFile = 256 << 10

  /// Reads a token and brings it into the one encoding that is kept; says nothing of its signature.
  /// - Throws: `timestampRefused`.
  package init(der: [UInt8], name: String) throws(EvidenceError) {
    let message: SignedMessage
    do throws(SignedMessage.Problem) { message = try SignedMessage(der, kind: .timestamp) } catch {
      throw EvidenceError(.timestampRefused, name, SignatureReport(problem: error).malformation ?? "")
    }
    try self.init(der: message.normalised(.timestamp), information: message.content, name: name)
  }

  /// Reads the response of an authority.
  /// - Throws: `timestampRefused` with the authority's reason, or where the token is not one.
  package init(response: [UInt8], name: String) throws(EvidenceError) {
    guard response.count <= Self.largestFile else {
      throw EvidenceError(.timestampRefused, name, "more than \(Self.largestFile) bytes")
    }
    try self.init(der: try TimestampResponse.token(in: response, name: name), name: name)
  }

  /// The token as a response that grants it: what `openssl ts -verify -in` reads, and what is kept in files.
  package var response: [UInt8] { TimestampResponse.granting(der) }

  /// Whether it has the digest and the nonce of this request.
  package func answers(_ request: TimestampRequest) -> Bool {
    imprint.digest == request.imprint.bytes && nonce == request.nonce
  }

  /// Checks the token: its form, that it is of these bytes, that the authority's signature is intact; and judges the
  /// authority's certificate at the token's time.
  /// - Parameter bytes: what must have been stamped.
  /// - Throws: `cryptographyFailed` where libcrypto itself fails.
  package func check(of bytes: [UInt8], trust: Trust) throws(EvidenceError) -> TimestampReport {
    try Self.check(der, of: bytes, trust: trust)
  }

  /// As above, for bytes that may be no token.
  static func check(
    _ der: [UInt8], of bytes: [UInt8], trust: Trust
  ) throws(EvidenceError) -> TimestampReport {
    let check: MessageCheck
    switch try MessageCheck.perform(der, kind: .timestamp, content: nil, trust: trust) {
    case .refused(let problem):
      return TimestampReport(problem: SignatureReport(problem: problem).malformation ?? "not a token")
    case .checked(let done): check = done
    }
    let token: TimestampToken
    do throws(EvidenceError) {
      token = try TimestampToken(der: der, information: check.message.content, name: "time stamp")
    } catch { return TimestampReport(problem: error.detail) }
    guard check.signers.count == 1, let signer = check.signers.first, let certificate = signer.certificate
    else { return TimestampReport(problem: "not signed by exactly one authority") }
    let problem: String? =
      if !signer.isSignatureValid {
        "the authority's signature does not verify"
      } else if !signer
        .certificateAttributeMatches
      { "the signature does not name the authority's certificate" } else if !signer.isContentIntact {
        "the time is not what was signed"
      } else if !token.imprint.matches(bytes) { "it is a time stamp of something else" } else { nil }
    return TimestampReport(
      problem: problem, token: token,
      authority: try trust.judge(
        certificate, among: check.message.certificates, as: .timestamp, at: token.time, isProven: false))
  }

  /// TSTInfo: version, policy, messageImprint, serialNumber, genTime, and what may follow.
  private init(der: [UInt8], information: [UInt8], name: String) throws(EvidenceError) {
    guard let outer = DERValue.list(in: information[...]), outer.count == 1,
      let fields = outer[0].elements(DERTag.sequence), fields.count >= 5,
      fields[0].encoding.elementsEqual(DERValue.encodeInteger([1])),
      fields[1].tag == DERTag.objectIdentifier, let imprint = Self.imprint(fields[2]),
      fields[3].tag == DERTag.integer, fields[4].tag == DERTag.generalizedTime,
      let time = Self.time(fields[4].contents)
    else { throw EvidenceError(.timestampRefused, name, "its information is not that of a time stamp") }
    self.der = der
    self.time = time
    self.policy = ObjectIdentifier.text(fields[1].contents)
    self.serialNumber = Hex.encode(Array(fields[3].contents))
    self.imprint = imprint
    self.nonce = Array(
      (fields.dropFirst(5).first { $0.tag == DERTag.integer }?.contents ?? []).drop { $0 == 0 })
  }

  private static func imprint(_ value: DERValue) -> Imprint? {
    let bits: [UInt8: Int32] = [1: 256, 2: 384, 3: 512]
    guard let fields = value.elements(DERTag.sequence), fields.count == 2,
      let member = SignedMessage.sha2Member(fields[0]), let count = bits[member],
      fields[1].tag == DERTag.octetString
    else { return nil }
    return Imprint(bits: count, digest: Array(fields[1].contents))
  }

  /// `YYYYMMDDhhmmss[.f…]Z`
  private static func time(_ contents: ArraySlice<UInt8>) -> Timestamp? {
    let text = Array(String(decoding: contents, as: UTF8.self))
    guard text.count >= 15, text.last == "Z" else { return nil }
    let rest = text[14..<text.count - 1]
    guard rest.isEmpty || rest.first == "." else { return nil }
    let fraction = String((rest.dropFirst() + "000000").prefix(6))
    func part(_ range: Range<Int>) -> String { String(text[range]) }
    return Timestamp(
      "\(part(0..<4))-\(part(4..<6))-\(part(6..<8))T\(part(8..<10)):\(part(10..<12)):\(part(12..<14)).\(fraction)Z"
    )
  }
}

/// What checking a time-stamp token gave.
package struct TimestampReport: Hashable, Sendable {
  /// Why it is no time stamp of these bytes; `nil` when it is one.
  package let problem: String?
  package let token: TimestampToken?
  /// The authority's certificate at the time of the token.
  package let authority: CertificateReport?

  init(problem: String?, token: TimestampToken? = nil, authority: CertificateReport? = nil) {
    self.problem = problem
    self.token = token
    self.authority = authority
  }

  /// The moment before which the bytes existed, where a trusted authority says so.
  package var provenTime: Timestamp? {
    problem == nil && (authority?.isSound ?? false) ? token?.time : nil
  }

  /// One sentence for people.
  package var sentence: String {
    if let problem { return "Invalid time stamp: \(problem)." }
    let name = HumanText.singleLine(authority?.certificate.subject ?? "")
    let time = token.map { "\($0.time)" } ?? ""
    if provenTime != nil { return "Existed at \(time), as the trusted authority \(name) says." }
    return "Time-stamped \(time) by \(name), which proves nothing until that authority is trusted and sound."
  }

  /// The same, with the fingerprint to compare.
  package var fullSentence: String {
    guard let certificate = authority?.certificate, problem == nil else { return sentence }
    return "\(sentence) Certificate SHA-256 \(certificate.fingerprint)."
  }

  package func findings(subject: String) -> [Finding] {
    let subject = "\(subject): time stamp"
    if let problem {
      return [Finding(.timestampInvalid, subject: subject, expected: "a time stamp of it", observed: problem)]
    }
    guard let authority else { return [] }
    var findings: [Finding] = []
    let name = HumanText.singleLine(authority.certificate.subject)
    switch authority.trust {
    case .trusted: break
    case .untrusted(let reason):
      findings.append(
        Finding(
          .timestampUntrusted, .warning, subject: subject, expected: "a trusted authority",
          observed: "\(name): \(reason)"))
    case .notAsked:
      findings.append(
        Finding(
          .timestampUntrusted, .note, subject: subject, expected: "a certificate to trust",
          observed: "none was given"))
    }
    // A time stamp that proves nothing takes nothing away from the signature either.
    return findings + authority.findings(subject: subject, severity: .warning)
  }
}
