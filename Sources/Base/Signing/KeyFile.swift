internal import CSigning
import Evidence

/// What a key file holds: a private key, and in PKCS#12 its certificates too.
///
/// Three forms are told apart by their first bytes: PEM; PKCS#12 in DER; and one line with a PKCS#11 URI (RFC 7512),
/// which names a key that stays in a token.
package struct KeyFile: Sendable {
  package enum Form: Hashable, Sendable {
    case pem
    case pkcs12
    case token
  }

  package let form: Form
  package let key: SigningKey
  /// That of the key first, as far as the file holds any.
  package let certificates: [Certificate]

  /// What a PKCS#11 URI begins with.
  package static let tokenScheme = "pkcs11:"

  /// Reads a key. Never prompts.
  /// - Parameters:
  ///   - name: what it is called in errors, a path as a rule.
  ///   - passphrase: of the file, or PIN of the token; `nil` where none was given.
  /// - Throws: `passphraseNeeded`, `passphraseWrong`, `keyUnusable`, `certificateUnusable`.
  package init(parsing bytes: [UInt8], passphrase: [UInt8]? = nil, name: String) throws(EvidenceError) {
    switch Self.form(of: bytes) {
    case .pem:
      self.init(.pem, try SigningKey(pem: bytes, passphrase: passphrase, name: name), [])
    case .pkcs12:
      let (key, der) = try SigningKey.read(pkcs12: bytes, passphrase: passphrase, name: name)
      self.init(.pkcs12, key, der.isEmpty ? [] : try Certificate.all(in: der, name: name))
    case .token:
      let uri = try Self.uri(in: bytes, name: name)
      guard let pin = passphrase else { throw EvidenceError(.passphraseNeeded, name, "the PIN of the token") }
      self.init(.token, try SigningKey.open(token: uri, pin: pin, name: name), [])
    }
  }

  private init(_ form: Form, _ key: SigningKey, _ certificates: [Certificate]) {
    self.form = form
    self.key = key
    self.certificates = certificates
  }

  package static func form(of bytes: [UInt8]) -> Form {
    if bytes.starts(with: tokenScheme.utf8) { return .token }
    return bytes.first == DERTag.sequence ? .pkcs12 : .pem
  }

  /// The URI in a file of one line. It may not name a PIN, which would lie there for all to read, nor a module, which
  /// would be a program that whoever wrote the file has us run.
  private static func uri(in bytes: [UInt8], name: String) throws(EvidenceError) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
    guard line.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }), line.utf8.count <= 1024 else {
      throw EvidenceError(.keyUnusable, name, "not one line with a PKCS#11 URI")
    }
    guard !line.contains("?"), !line.contains("pin-value"), !line.contains("pin-source") else {
      throw EvidenceError(.keyUnusable, name, "a PKCS#11 URI here names neither PIN nor module")
    }
    return line
  }
}

extension SigningKey {
  private static let codes: [Int32: ErrorCode] = [
    Int32(CSIGNING_PASSPHRASE_NEEDED): .passphraseNeeded,
    Int32(CSIGNING_PASSPHRASE_WRONG): .passphraseWrong, Int32(CSIGNING_KEY_UNUSABLE): .keyUnusable,
    Int32(CSIGNING_FAILED): .keyUnusable,
  ]

  fileprivate static func read(
    pkcs12: [UInt8], passphrase: [UInt8]?, name: String
  ) throws(EvidenceError) -> (SigningKey, certificates: [UInt8]) {
    var handle: OpaquePointer?
    // Ends with NUL, which libcrypto expects here.
    let secret = passphrase.map { $0 + [0] }
    let der = try Library.bytes(name, codes) { output, reason in
      if let secret {
        return csigning_key_read_pkcs12(
          pkcs12, pkcs12.count, secret, secret.count - 1, &handle, output, reason)
      }
      return csigning_key_read_pkcs12(pkcs12, pkcs12.count, nil, 0, &handle, output, reason)
    }
    return (try adopt(handle, subject: name), der)
  }

  fileprivate static func open(
    token uri: String, pin: [UInt8], name: String
  ) throws(EvidenceError) -> SigningKey {
    var handle: OpaquePointer?
    let pin = pin.map { CChar(bitPattern: $0) } + [0]
    try Library.call(name, codes) { csigning_key_open_token(uri, pin, &handle, $0) }
    return try adopt(handle, subject: name)
  }

  /// Kind and size for people, e.g. `RSA 3072`.
  package var text: String {
    var text = [CChar](repeating: 0, count: 40)
    csigning_key_text(handle, &text, text.count)
    return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
