import CanonicalJSON
import CaseFolders
import CaseRecords
import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage

/// Makes a new case: folder, database, the examiner's key and certificate.
package struct CaseCreation {
  package enum SigningChoice {
    case newEncrypted(passphrase: [UInt8])
    /// Whoever can read the file can sign.
    case newUnencrypted
    /// Of the laboratory, as ``SigningFiles/identity(key:certificate:chain:passphrase:)`` takes them; copies are kept
    /// in the case, the key as it is.
    case existing(key: String, certificate: FilePath?, acceptsUnencrypted: Bool)
  }

  package struct Created {
    package let folder: FilePath
    package let number: String
    package let certificate: FilePath
    package let fingerprint: Digest
    /// What the examiner should know although the case was created.
    package let remarks: [String]
  }

  package var folder: FilePath
  package var number: String
  package var title: String
  package var examiner: String
  package var organisation: String?
  package var statements = CaseStatements()
  package var signing = SigningChoice.newUnencrypted
  /// Asked when an existing key is encrypted.
  package var passphrase: () throws(EvidenceError) -> [UInt8] = { () throws(EvidenceError) in
    throw EvidenceError(.passphraseNeeded, "signing key")
  }

  package init(folder: FilePath, number: String, title: String, examiner: String) {
    self.folder = folder
    self.number = number
    self.title = title
    self.examiner = examiner
  }

  /// Nothing is left behind where it fails.
  /// - Throws: `caseExists`, `destinationMissing`, `keyUnusable`, `certificateUnusable`, `passphraseWrong` …
  package func perform() throws(EvidenceError) -> Created {
    // Before anything is made: a wrong key or passphrase leaves no half case.
    let (identity, keyFile) = try signingIdentity()
    let made = try CaseFolder.create(folder)
    do throws(EvidenceError) {
      try DurableFile.write(keyFile, to: made.examinerKey, mode: 0o600)
      try DurableFile.write(try identity.certificate.pem(), to: made.examinerCertificate)
      let chain = try Self.pem(identity.chain)
      if !chain.isEmpty { try DurableFile.write(chain, to: made.chain) }
      let store = try CaseStore.create(
        folder: made.path, number: number, title: title,
        examiner: PersonDetails(name: examiner, role: "examiner", organisation: organisation),
        actor: .here(examiner), certificate: try .init(identity.certificate),
        details: .fields([
          CaseCertificates.detail: .string(identity.certificate.fingerprint.hex),
          CaseCertificates.chainDetail: chain.isEmpty ? nil : .string(Digest.of(chain, .sha256).hex),
        ]))
      if !statements.isEmpty { try store.describeCase(statements.all) }
      try store.close()
      for folder in [made.signing, made.certificates, made.path, made.path.removingLastComponent()] {
        try DurableFolder.sync(folder)
      }
    } catch {
      made.remove()
      throw error
    }
    return Created(
      folder: made.path, number: number, certificate: made.examinerCertificate,
      fingerprint: identity.certificate.fingerprint, remarks: remarks(identity.certificate))
  }

  private static func pem(_ certificates: [Certificate]) throws(EvidenceError) -> [UInt8] {
    var text: [UInt8] = []
    for certificate in certificates { text += try certificate.pem() }
    return text
  }

  private func remarks(_ certificate: Certificate) -> [String] {
    guard certificate.commonName != examiner else { return [] }
    return [
      "the certificate is of '\(certificate.commonName)', not of the examiner '\(examiner)': signatures will name the former"
    ]
  }

  private func signingIdentity() throws(EvidenceError) -> (SigningIdentity, keyFile: [UInt8]) {
    switch signing {
    case .newEncrypted(let passphrase):
      let identity = try newIdentity()
      return (identity, try identity.key.encryptedPEM(passphrase: passphrase))
    case .newUnencrypted:
      let identity = try newIdentity()
      return (identity, try identity.key.unencryptedPEM())
    case .existing(let key, let certificate, let acceptsUnencrypted):
      let bytes = try SigningFiles.bytes(ofKeyNamed: key)
      let identity = try SigningFiles.identity(key: key, certificate: certificate, passphrase: passphrase)
      guard acceptsUnencrypted || Self.isProtected(bytes) else {
        throw EvidenceError(
          invalid: .key, "\(key)",
          "the key is not encrypted and would be stored in the case like that; encrypt it",
          consider: [.unencryptedKey])
      }
      return (identity, bytes)
    }
  }

  private static func isProtected(_ bytes: [UInt8]) -> Bool {
    do throws(EvidenceError) { _ = try KeyFile(parsing: bytes, name: "") } catch {
      return error.code == .passphraseNeeded
    }
    return false
  }

  private func newIdentity() throws(EvidenceError) -> SigningIdentity {
    let key = try SigningKey.generate()
    let now = Host.now()
    let certificate = try Certificate.selfSigned(
      for: key, name: try SignerName(examiner, organisation: organisation), from: now)
    return try SigningIdentity(key: key, certificate: certificate, now: now)
  }
}
