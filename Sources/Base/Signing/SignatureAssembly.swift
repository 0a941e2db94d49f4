import Evidence

/// Puts more signers and time stamps into a signature file. What was signed stays as it is, byte for byte.
package struct SignatureAssembly: Sendable {
  private var certificates: [[UInt8]]
  private var signers: [[UInt8]]

  /// - Parameter name: of the signature file, for errors.
  /// - Throws: `signatureUnusable` where it is not one of the form that is accepted.
  package init(_ signature: [UInt8], name: String) throws(EvidenceError) {
    let message = try Self.message(signature, name)
    self.certificates = message.certificates
    self.signers = message.signers.map(\.encoding)
  }

  private static func message(_ der: [UInt8], _ name: String) throws(EvidenceError) -> SignedMessage {
    do throws(SignedMessage.Problem) { return try SignedMessage(der, kind: .detachedData) } catch {
      throw EvidenceError(.signatureUnusable, name, SignatureReport(problem: error).malformation ?? "")
    }
  }

  /// The signature values, in the order of the file: what a time stamp of each signer is of.
  package var values: [[UInt8]] {
    signers.map { DERValue.list(in: $0[...])?.first?.elements(DERTag.sequence)?[5].contents ?? [] }.map {
      Array($0)
    }
  }

  /// Adds the signers of another signature of the same content.
  /// - Throws: `signatureUnusable`.
  package mutating func add(_ other: [UInt8]) throws(EvidenceError) {
    let message = try Self.message(other, "new signature")
    certificates += message.certificates
    signers += message.signers.map(\.encoding)
  }

  /// Adds a time stamp to the signer whose signature value is `value` (CAdES-T).
  package mutating func add(_ token: TimestampToken, toSignerOf value: [UInt8]) {
    let attribute = DERValue.encode(
      DERTag.sequence,
      DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.timestampToken)
        + DERValue.encode(DERTag.set, token.der))
    for (index, other) in values.enumerated() where other == value {
      guard let fields = DERValue.list(in: signers[index][...])?.first?.elements(DERTag.sequence) else {
        continue
      }
      let earlier =
        fields.count == 7 ? (fields[6].elements(DERTag.context1) ?? []).map { Array($0.encoding) } : []
      signers[index] = DERValue.encode(
        DERTag.sequence,
        fields.prefix(6).flatMap { Array($0.encoding) }
          + DERValue.encodeSet(DERTag.context1, earlier + [attribute]))
    }
  }

  /// CMS ContentInfo in DER, detached.
  package var der: [UInt8] {
    SignedMessage.encode(kind: .detachedData, content: [], certificates: certificates, signers: signers)
  }
}

extension SignedMessage {
  /// The one encoding of a message: CMS ContentInfo in DER. Nothing that is signed changes by it.
  /// - Parameters:
  ///   - content: empty for detached data.
  ///   - certificates: DER, in any order.
  ///   - signers: SignerInfo as ``Signer/encoding``.
  static func encode(
    kind: Kind, content: [UInt8], certificates: [[UInt8]], signers: [[UInt8]]
  ) -> [UInt8] {
    let fields = signers.map { DERValue.list(in: $0[...])?.first?.elements(DERTag.sequence) ?? [] }
    // RFC 5652 §5.1: 3 where a signer is named by its key identifier, or the content is no plain data.
    let version: UInt8 = kind == .timestamp || fields.contains { $0.first?.contents.last == 3 } ? 3 : 1
    var algorithms: [UInt8: [UInt8]] = [:]
    for parts in fields where parts.count > 2 {
      if let member = sha2Member(parts[2]) { algorithms[member] = Array(parts[2].encoding) }
    }
    let inside =
      switch kind {
      case .detachedData: DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.data)
      case .timestamp:
        DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.timestampInfo)
          + DERValue.encode(DERTag.context0, DERValue.encode(DERTag.octetString, content))
      }
    let signedData = DERValue.encode(
      DERTag.sequence,
      DERValue.encodeInteger([version]) + DERValue.encodeSet(DERTag.set, Array(algorithms.values))
        + DERValue.encode(DERTag.sequence, inside) + DERValue.encodeSet(DERTag.context0, certificates)
        + DERValue.encodeSet(DERTag.set, signers))
    return DERValue.encode(
      DERTag.sequence,
      DERValue.encode(DERTag.objectIdentifier, ObjectIdentifier.signedData)
        + DERValue.encode(DERTag.context0, signedData))
  }

  /// The same message in the one encoding: programs of others may write sets in another order than that in which they
  /// are signed.
  func normalised(_ kind: Kind) -> [UInt8] {
    let signers = signers.map { signer -> [UInt8] in
      guard
        var fields = DERValue.list(in: signer.encoding[...])?.first?.elements(DERTag.sequence)?.map({
          Array($0.encoding)
        }), let attributes = DERValue.list(in: fields[3][...])?.first?.elements(DERTag.context0)
      else { return signer.encoding }
      fields[3] = DERValue.encodeSet(DERTag.context0, attributes.map { Array($0.encoding) })
      return DERValue.encode(DERTag.sequence, fields.flatMap { $0 })
    }
    return Self.encode(kind: kind, content: content, certificates: certificates, signers: signers)
  }
}
