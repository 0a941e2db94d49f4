import Evidence

/// What a person can prove: qualifications, and the certificate they sign with. The newest of a person counts.
package struct PersonCredentialRecord: StoredRecord {
  package let id: RecordIdentifier
  package let person: RecordIdentifier
  /// Reference to training records, licences.
  package let qualifications: String?
  package let certificate: SigningCertificate?
  package let stated: Timestamp

  package init(
    id: RecordIdentifier, person: RecordIdentifier, qualifications: String?, certificate: SigningCertificate?,
    stated: Timestamp
  ) {
    self.id = id
    self.person = person
    self.qualifications = qualifications
    self.certificate = certificate
    self.stated = stated
  }

  /// A certificate as the case keeps it.
  package struct SigningCertificate: Hashable, Sendable {
    /// PEM text.
    package let pem: String
    /// SHA-256 of its DER encoding.
    package let fingerprint: Digest

    package init(pem: String, fingerprint: Digest) {
      self.pem = pem
      self.fingerprint = fingerprint
    }
  }

  package static let table = RecordTable(
    "person_credential", since: 2, key: ["id"],
    text: ["id", "person", "qualifications", "certificate", "fingerprint", "stated"])

  package func fields() throws(EvidenceError) -> RecordFields {
    var fields = RecordFields(Self.table)
    fields.set("id", id)
    fields.set("person", person)
    try fields.set("qualifications", qualifications)
    try fields.set("certificate", certificate?.pem)
    fields.set("fingerprint", certificate?.fingerprint)
    fields.set("stated", stated)
    return fields
  }
}

extension PersonCredentialRecord {
  package init(_ fields: RecordFields) throws(EvidenceError) {
    var certificate: SigningCertificate?
    if let pem = try fields.optionalText("certificate") {
      certificate = SigningCertificate(pem: pem, fingerprint: try fields.digest("fingerprint", .sha256))
    }
    self.init(
      id: try fields.identifier("id"), person: try fields.identifier("person"),
      qualifications: try fields.optionalText("qualifications"), certificate: certificate,
      stated: try fields.time("stated"))
  }
}
