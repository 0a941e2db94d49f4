import Evidence

extension Certificate {
  /// The public key with its algorithm, as encoded in the certificate (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7).
  /// Two certificates of one key have the same.
  package var publicKey: [UInt8] {
    guard let outer = DERValue.list(in: der[...])?.first?.elements(DERTag.sequence),
      let fields = outer.first?.elements(DERTag.sequence)
    else { return [] }
    // version [0] where it is not 1, serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    let place = fields.first?.tag == DERTag.context0 ? 6 : 5
    return place < fields.count ? Array(fields[place].encoding) : []
  }
}
