import Evidence
import Signing
import SystemIO
import SystemPackage

/// Keys and certificates as files.
package enum SigningFiles {
  /// Most bytes of such a file.
  package static let cap = 1 << 20

  /// The bytes that name a key: those of a file, or a PKCS#11 URI itself.
  package static func bytes(ofKeyNamed name: String) throws(EvidenceError) -> [UInt8] {
    name.hasPrefix(KeyFile.tokenScheme)
      ? Array("\(name)\n".utf8) : try Files.contents(FilePath(name), cap: cap)
  }

  /// - Parameters:
  ///   - name: a file, or a PKCS#11 URI.
  ///   - passphrase: asked only where the key is protected.
  package static func key(
    named name: String, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> KeyFile {
    try key(try bytes(ofKeyNamed: name), name: name, passphrase: passphrase)
  }

  package static func key(
    _ bytes: [UInt8], name: String, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> KeyFile {
    do throws(EvidenceError) { return try KeyFile(parsing: bytes, name: name) } catch {
      guard error.code == .passphraseNeeded else { throw error }
      return try KeyFile(parsing: bytes, passphrase: try passphrase(), name: name)
    }
  }

  /// The certificate of a key, and those above it.
  /// - Parameter path: where they are; `nil` where the key file holds them.
  package static func certificates(
    of file: KeyFile, at path: FilePath?, keyName: String
  ) throws(EvidenceError) -> [Certificate] {
    if let path {
      return try Certificate.all(in: try Files.contents(path, cap: cap), name: path.string)
    }
    guard !file.certificates.isEmpty else {
      throw EvidenceError(.certificateUnusable, keyName, "it holds no certificate: name one")
    }
    return file.certificates
  }

  /// Who signs.
  /// - Parameters:
  ///   - key: a file, or a PKCS#11 URI.
  ///   - certificate: PEM or DER, those above it behind it; `nil` where the key file holds them.
  ///   - chain: more certificates above it.
  ///   - passphrase: asked only where the key is protected.
  package static func identity(
    key: String, certificate: FilePath?, chain: FilePath? = nil,
    passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> SigningIdentity {
    let file = try self.key(named: key, passphrase: passphrase)
    var certificates = try self.certificates(of: file, at: certificate, keyName: key)
    if let chain {
      certificates += try Certificate.all(in: try Files.contents(chain, cap: cap), name: chain.string)
    }
    return try SigningIdentity(
      key: file.key, certificate: certificates[0], chain: Array(certificates.dropFirst()), now: Host.now())
  }

  /// The signing identity of a case's examiner.
  package static func identity(
    of folder: CaseFolder, passphrase: () throws(EvidenceError) -> [UInt8]
  ) throws(EvidenceError) -> SigningIdentity {
    try identity(
      key: folder.examinerKey.string, certificate: folder.examinerCertificate,
      chain: Files.exists(folder.chain) ? folder.chain : nil, passphrase: passphrase)
  }
}
