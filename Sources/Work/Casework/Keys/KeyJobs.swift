import CaseFolders
import Evidence
import Signing
import SystemIO
import SystemPackage

/// Keys, requests and certificates as files, for those who sign: outside of any case.
///
/// The files of a signer NAME are `NAME.key`, `NAME.pem` (its certificate, then those above it) and `NAME.csr`.
package struct KeyFolder {
  /// Path without an ending.
  private let base: FilePath

  package init(_ base: FilePath) { self.base = base }

  package var key: FilePath { file("key") }
  package var certificate: FilePath { file("pem") }
  package var request: FilePath { file("csr") }

  private func file(_ ending: String) -> FilePath {
    var path = base
    let name = base.lastComponent?.string ?? ""
    path.removeLastComponent()
    path.append("\(name).\(ending)")
    return path
  }

  // MARK: Making

  /// How the file of a new key is protected.
  package enum Protection {
    case passphrase([UInt8])
    /// Whoever can read the file can sign.
    case none
  }

  /// Makes a key with a self-signed certificate: of a signer, or of a laboratory's root.
  /// - Throws: `outputExists`, `argumentInvalid` …
  package func create(
    _ kind: SigningKey.Kind, name: String, organisation: String?, isRoot: Bool, years: Int,
    protection: Protection
  ) throws(EvidenceError) -> Certificate {
    let signer = try SignerName(name, organisation: organisation)
    let made = try SigningKey.generate(kind)
    let certificate = try Certificate.selfSigned(
      for: made, name: signer, purpose: isRoot ? .root : .signer, from: Host.now(), years: years)
    try write(key: made, protection, certificates: [certificate])
    return certificate
  }

  /// Makes a key and a request for a certificate, which goes to the laboratory's authority.
  package func createWithRequest(
    _ kind: SigningKey.Kind, name: String, organisation: String?, protection: Protection
  ) throws(EvidenceError) -> CertificateRequest {
    let signer = try SignerName(name, organisation: organisation)
    let made = try SigningKey.generate(kind)
    let asked = try CertificateRequest(for: made, name: signer)
    try write(key: made, protection, certificates: [])
    try DurableFile.write(try asked.pem(), to: request)
    try sync()
    return asked
  }

  /// Writes a request for a key that is there already: a file, or one in a token.
  package func request(
    for key: String, name: String, organisation: String?, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> CertificateRequest {
    let signer = try SignerName(name, organisation: organisation)
    let file = try SigningFiles.key(named: key, passphrase: passphrase)
    let asked = try CertificateRequest(for: file.key, name: signer)
    try DurableFile.write(try asked.pem(), to: request)
    try sync()
    return asked
  }

  /// Takes a key in: PEM or PKCS#12 is written as encrypted PEM, of a token the URI is noted. The certificate must belong
  /// to it.
  /// - Parameter certificate: PEM or DER, those above it behind it; `nil` where the PKCS#12 file holds them.
  package func take(
    key: String, certificate: FilePath?, passphrase: () throws(EvidenceError) -> [UInt8],
    protection: () throws(EvidenceError) -> Protection
  ) throws(EvidenceError) -> Certificate {
    let file = try SigningFiles.key(named: key, passphrase: passphrase)
    let certificates = try SigningFiles.certificates(of: file, at: certificate, keyName: key)
    let identity = try SigningIdentity(
      key: file.key, certificate: certificates[0], chain: Array(certificates.dropFirst()), now: Host.now())
    if file.form == .token {
      try DurableFile.write(Array("\(key)\n".utf8), to: self.key, mode: 0o600)
      try writeCertificates([identity.certificate] + identity.chain)
    } else {
      try write(key: file.key, try protection(), certificates: [identity.certificate] + identity.chain)
    }
    return identity.certificate
  }

  /// Issues a certificate to whoever made a request; the root's certificate is put behind it.
  /// - Parameter root: of the laboratory, key and certificate.
  package func issue(
    for request: FilePath, by root: KeyFolder, years: Int, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> Certificate {
    let asked = try CertificateRequest(
      parsing: try Files.contents(request, cap: CertificateRequest.largestFile), name: request.string)
    let bytes = try Files.contents(root.certificate, cap: Certificate.largestFile)
    let file = try SigningFiles.key(named: root.key.string, passphrase: passphrase)
    let authority = try LaboratoryRoot(
      key: file.key, certificate: try Certificate(parsing: bytes, name: root.certificate.string))
    let issued = try authority.issue(to: asked, from: Host.now(), years: years)
    try writeCertificates([issued, authority.certificate])
    return issued
  }

  private func write(
    key: SigningKey, _ protection: Protection, certificates: [Certificate]
  ) throws(EvidenceError) {
    // A key is never put in the place of another, nor beside a certificate it does not belong to.
    for path in [self.key, certificate] where Files.exists(path) {
      throw EvidenceError(.outputExists, path.string)
    }
    let bytes =
      switch protection {
      case .passphrase(let passphrase): try key.encryptedPEM(passphrase: passphrase)
      case .none: try key.unencryptedPEM()
      }
    try DurableFile.write(bytes, to: self.key, mode: 0o600)
    if !certificates.isEmpty { try writeCertificates(certificates) }
    try sync()
  }

  private func writeCertificates(_ certificates: [Certificate]) throws(EvidenceError) {
    var text: [UInt8] = []
    for certificate in certificates { text += try certificate.pem() }
    try DurableFile.write(text, to: certificate)
    try sync()
  }

  private func sync() throws(EvidenceError) { try DurableFolder.sync(key.removingLastComponent()) }
}

/// What a file of keys or certificates holds, for people.
package enum KeyDescription: Sendable {
  case certificates([Certificate])
  case request(CertificateRequest)
  case key(KeyFile)

  /// Reads any of them; a passphrase is asked for only where it is a key that needs one.
  /// - Throws: `certificateUnusable` where it is none.
  package static func of(
    _ path: String, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> KeyDescription {
    guard !path.hasPrefix(KeyFile.tokenScheme) else {
      return .key(try SigningFiles.key(named: path, passphrase: passphrase))
    }
    let bytes = try Files.contents(FilePath(path), cap: SigningFiles.cap)
    if let certificates = try? Certificate.all(in: bytes, name: path) { return .certificates(certificates) }
    if let request = try? CertificateRequest(parsing: bytes, name: path) { return .request(request) }
    return .key(try SigningFiles.key(bytes, name: path, passphrase: passphrase))
  }
}
