import CanonicalJSON
import CaseStore
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
    /// PEM files of the laboratory; copies are kept in the case, the key as it is.
    case existing(key: FilePath, certificate: FilePath, acceptsUnencrypted: Bool)
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
      let store = try CaseStore.create(
        folder: made.path, number: number, title: title,
        examiner: PersonDetails(name: examiner, role: "examiner", organisation: organisation),
        actor: .here(examiner), certificate: try .init(identity.certificate),
        details: .fields([CaseCertificates.detail: .string(identity.certificate.fingerprint.hex)]))
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
      let pem = try Files.contents(key, cap: SigningFiles.cap)
      let identity = try SigningFiles.identity(
        key: pem, keyName: key.string, certificate: certificate, passphrase: passphrase)
      guard acceptsUnencrypted || Self.isEncrypted(pem) else {
        throw EvidenceError(
          .argumentInvalid, "--key \(key)",
          "the key is not encrypted and would lie in the case like that; encrypt it, or accept it with --unencrypted-key"
        )
      }
      return (identity, pem)
    }
  }

  private static func isEncrypted(_ pem: [UInt8]) -> Bool {
    do throws(EvidenceError) { _ = try SigningKey(pem: pem, name: "") } catch {
      return error.code == .passphraseNeeded
    }
    return false
  }

  private func newIdentity() throws(EvidenceError) -> SigningIdentity {
    let key = try SigningKey.generate()
    let now = Host.now()
    let certificate = try Certificate.selfSigned(
      for: key, commonName: examiner, organisation: organisation, from: now)
    return try SigningIdentity(key: key, certificate: certificate, now: now)
  }
}

/// Keys and certificates as files.
package enum SigningFiles {
  /// Most bytes of such a file.
  package static let cap = 1 << 20

  /// - Parameter passphrase: asked only where the key is encrypted.
  package static func identity(
    key pem: [UInt8], keyName: String, certificate: FilePath, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> SigningIdentity {
    let bytes = try Files.contents(certificate, cap: cap)
    return try SigningIdentity(
      key: try key(pem, name: keyName, passphrase: passphrase),
      certificate: try Certificate(parsing: bytes, name: certificate.string), now: Host.now())
  }

  /// - Parameter passphrase: asked only where the key is encrypted.
  static func key(
    _ pem: [UInt8], name: String, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> SigningKey {
    do throws(EvidenceError) { return try SigningKey(pem: pem, name: name) } catch {
      guard error.code == .passphraseNeeded else { throw error }
      return try SigningKey(pem: pem, passphrase: try passphrase(), name: name)
    }
  }

  /// The signing identity of a case's examiner.
  package static func identity(
    of folder: CaseFolder, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> SigningIdentity {
    try identity(
      key: try Files.contents(folder.examinerKey, cap: cap), keyName: folder.examinerKey.string,
      certificate: folder.examinerCertificate, passphrase: passphrase)
  }
}
