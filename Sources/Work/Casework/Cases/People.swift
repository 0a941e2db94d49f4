import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Evidence
import Signing
import SystemIO
import SystemPackage

/// The people of a case.
package enum People {
  /// What is told of a person.
  package struct Entry {
    package let name: String
    package var role: String?
    package var organisation: String?
    /// Badge, staff or licence number.
    package var identifier: String?
    /// Reference to training records, licences.
    package var qualifications: String?
    /// PEM or DER file of the certificate the person signs with.
    package var certificate: FilePath?

    package init(name: String) { self.name = name }
  }

  /// A person as the case knows them.
  package struct Person {
    package let name: String
    package let role: String?
    package let organisation: String?
    package let identifier: String?
    package let qualifications: String?
    package let fingerprint: Digest?
    package let isExaminer: Bool
    package let id: String

    package var json: JSONValue {
      .fields([
        "id": .string(id), "name": .string(name), "role": role.map { .string($0) },
        "organisation": organisation.map { .string($0) }, "identifier": identifier.map { .string($0) },
        "qualifications": qualifications.map { .string($0) },
        "certificateSHA256": fingerprint.map { .string($0.hex) }, "isExaminer": .bool(isExaminer),
      ])
    }
  }

  /// Adds a person, or states something new of one who is known by the same name, role, organisation and identifier.
  /// - Throws: `certificateUnusable`, and whatever opening the case throws.
  package static func add(_ entry: Entry, to folder: CaseFolder) throws(EvidenceError) -> Person {
    let certificate = try entry.certificate.map { path throws(EvidenceError) in
      try Certificate(parsing: try Files.contents(path, cap: Certificate.largestFile), name: path.string)
    }
    let store = try CaseStore.open(folder)
    let person = try known(entry, in: store)
    if certificate != nil || entry.qualifications != nil {
      let before = try Credentials(store)[person.id]
      try store.describe(
        person: person.id, qualifications: entry.qualifications ?? before?.qualifications,
        certificate: try certificate.map { certificate throws(EvidenceError) in try .init(certificate) }
          ?? before?.certificate)
    }
    let result = try Self.person(person, Credentials(store), examiner: store.examiner().id)
    try store.close()
    return result
  }

  /// The one person who is meant where only a name is given and it is known; otherwise the person of all that is given.
  private static func known(_ entry: Entry, in store: CaseStore) throws(EvidenceError) -> PersonRecord {
    let details = PersonDetails(
      name: entry.name, role: entry.role, organisation: entry.organisation, identifier: entry.identifier)
    if entry.role == nil, entry.organisation == nil, entry.identifier == nil {
      let same = try store.people().filter { $0.details.name == entry.name }
      if same.count == 1 { return same[0] }
    }
    return try store.person(details)
  }

  /// In the order they were added.
  package static func list(in folder: CaseFolder) throws(EvidenceError) -> [Person] {
    let store = try CaseStore.openForReading(folder: folder.path)
    let credentials = try Credentials(store)
    let examiner = try store.examiner().id
    return try store.people().map { person($0, credentials, examiner: examiner) }
  }

  private static func person(
    _ record: PersonRecord, _ credentials: Credentials, examiner: RecordIdentifier
  ) -> Person {
    let credential = credentials[record.id]
    return Person(
      name: record.details.name, role: record.details.role, organisation: record.details.organisation,
      identifier: record.details.identifier, qualifications: credential?.qualifications,
      fingerprint: credential?.certificate?.fingerprint, isExaminer: record.id == examiner,
      id: record.id.description)
  }
}

/// The newest credential of each person.
struct Credentials {
  let all: [Recorded<PersonCredentialRecord>]

  init(_ store: CaseStore) throws(EvidenceError) { self.all = try store.credentials() }

  subscript(_ person: RecordIdentifier) -> PersonCredentialRecord? {
    all.last { $0.record.person == person }?.record
  }
}

extension PersonCredentialRecord.SigningCertificate {
  init(_ certificate: Certificate) throws(EvidenceError) {
    self.init(
      pem: String(decoding: try certificate.pem(), as: UTF8.self), fingerprint: certificate.fingerprint)
  }
}
