import CaseFolders
import CaseStore
import Evidence
import Signing
import SystemIO
import SystemPackage

/// Keys of people who sign an event, and how to open them.
package struct SigningKeys {
  /// PEM or PKCS#12 files, or PKCS#11 URIs; `examiner` stands for the key in the case.
  package let files: [String]
  /// Gives the passphrase of a key, by its place in `files` and its name; asked only where it is encrypted.
  package let passphrase: (_ index: Int, _ name: String) throws(EvidenceError) -> [UInt8]

  package init(
    _ files: [String], passphrase: @escaping (_ index: Int, _ name: String) throws(EvidenceError) -> [UInt8]
  ) {
    self.files = files
    self.passphrase = passphrase
  }

  /// The examiner's own key where no file is named.
  package static let ofExaminer = "examiner"

  package static var none: SigningKeys {
    SigningKeys([]) { (_, name) throws(EvidenceError) in throw EvidenceError(.passphraseNeeded, name) }
  }

  /// Somebody of the case with the key.
  struct Holder {
    let person: RecordIdentifier
    let identity: SigningIdentity

    var signer: EventSigner {
      EventSigner(person: person, fingerprint: identity.certificate.fingerprint) {
        (content, time) throws(EvidenceError) in try identity.sign(content, at: time)
      }
    }
  }

  func signers(in folder: CaseFolder, _ store: CaseStore) throws(EvidenceError) -> [EventSigner] {
    try signingHolders(in: folder, store).map(\.signer)
  }

  /// The people whose keys these are.
  /// - Throws: `keyUnusable` for a key of nobody the case knows, `certificateUnusable`, `passphraseWrong`,
  ///   `confirmationNeeded` where two of the keys are one.
  func signingHolders(in folder: CaseFolder, _ store: CaseStore) throws(EvidenceError) -> [Holder] {
    guard !files.isEmpty else { return [] }
    let holders = try CertificateHolders(folder, store)
    var keys: [[UInt8]] = []
    var signers: [Holder] = []
    for (index, file) in files.enumerated() {
      let key = file == Self.ofExaminer ? folder.examinerKey.string : file
      let (person, identity) = try holders.identity(
        of: try SigningFiles.key(named: key) { () throws(EvidenceError) in try passphrase(index, key) }.key,
        name: key)
      guard !keys.contains(identity.certificate.publicKey) else {
        throw EvidenceError(.confirmationNeeded, key, "the same key was given before")
      }
      keys.append(identity.certificate.publicKey)
      signers.append(Holder(person: person, identity: identity))
    }
    return signers
  }
}

/// Whose certificate is whose, as the case recorded it.
struct CertificateHolders {
  struct Holding {
    let person: RecordIdentifier
    let certificate: Certificate
    /// The audit event from which it counts.
    let event: UInt64
  }

  /// Every certificate that was ever stated, oldest first.
  let all: [Holding]

  init(_ folder: CaseFolder, _ store: CaseStore) throws(EvidenceError) {
    var all: [Holding] = []
    for recorded in try store.credentials() {
      guard let stated = recorded.record.certificate else { continue }
      let certificate = try Certificate(parsing: Array(stated.pem.utf8), name: "certificate of a person")
      guard certificate.fingerprint == stated.fingerprint else {
        throw EvidenceError(.caseDamaged, "certificate of a person", "it has another fingerprint")
      }
      all.append(
        Holding(person: recorded.record.person, certificate: certificate, event: recorded.event))
    }
    // A case of the first version names no certificate but the fingerprint of the examiner's.
    let examiner = try store.examiner().id
    if !all.contains(where: { $0.person == examiner }), Files.exists(folder.examinerCertificate) {
      let path = folder.examinerCertificate
      let own = try Certificate(
        parsing: try Files.contents(path, cap: Certificate.largestFile), name: path.string)
      if try store.event(1)?.payload["details"]?[CaseCertificates.detail]?.stringValue == own.fingerprint.hex
      {
        all.append(Holding(person: examiner, certificate: own, event: 1))
      }
    }
    self.all = all
  }

  /// The certificate a person signs with now is the one stated last.
  private var current: [Holding] {
    all.enumerated().filter { place, holding in
      !all[(place + 1)...].contains { $0.person == holding.person }
    }.map(\.element)
  }

  /// The person a key belongs to.
  func identity(
    of key: SigningKey, name: String
  ) throws(EvidenceError) -> (person: RecordIdentifier, identity: SigningIdentity) {
    for holding in current {
      // Whose key it is does not depend on whether the certificate has expired; whether it may sign does.
      let certificate = holding.certificate
      guard (try? SigningIdentity(key: key, certificate: certificate, now: certificate.notBefore)) != nil
      else {
        continue
      }
      return (
        holding.person, try SigningIdentity(key: key, certificate: certificate, now: Host.now())
      )
    }
    throw EvidenceError(.keyOfNobody, name)
  }

  /// A certificate that was stated of a person before an event.
  func certificate(_ fingerprint: Digest, of person: RecordIdentifier, before event: UInt64) -> Certificate? {
    all.first { $0.person == person && $0.certificate.fingerprint == fingerprint && $0.event < event }?
      .certificate
  }
}
