import Evidence

extension Certificate {
  /// The public key with its algorithm, as encoded in the certificate (SubjectPublicKeyInfo, RFC 5280 §4.1.2.7).
  /// Two certificates of one key have the same.
  package var publicKey: [UInt8] {
    // serialNumber, signature, issuer, validity, subject, subjectPublicKeyInfo
    guard let fields = signedFields, fields.count > 5 else { return [] }
    return Array(fields[5].encoding)
  }

  /// What its issuer signed, without the version (RFC 5280 §4.1).
  var signedFields: [DERValue]? {
    guard let outer = DERValue.list(in: der[...])?.first?.elements(DERTag.sequence),
      let fields = outer.first?.elements(DERTag.sequence)
    else { return nil }
    // version [0] where it is not 1
    return fields.first?.tag == DERTag.context0 ? Array(fields.dropFirst()) : fields
  }
}
