import CanonicalJSON
import Digests
import Evidence
import Signing
import SystemIO
import Verification

/// Signs the journals of one process of an acquisition, and shows afterwards that they are what it saved.
///
/// The key is made when the process begins and never leaves it: when the process is gone, nobody can sign another
/// journal. Which key it was is stated by the examiner, once, with the key of the case. A token is asked for that one
/// signature only.
package struct JournalKey: Sendable {
  private static let format = "exhibit-journal-key"
  private static let version: UInt64 = 1

  /// Fifty years ago, or in 1970.
  private static func beginning(_ now: Timestamp) -> Timestamp {
    Timestamp(microseconds: max(0, now.microseconds - 50 * 31_557_600_000_000))
  }

  private let identity: SigningIdentity
  private let statement: [UInt8]
  /// The examiner's, of the statement.
  private let signature: [UInt8]

  /// - Throws: `cryptographyFailed`, `keyUnusable` where the examiner's key cannot sign.
  package init(of acquisition: RecordIdentifier, by examiner: SigningIdentity) throws(EvidenceError) {
    let now = Host.now()
    let key = try SigningKey.generate(.ecdsaP256)
    // It says whose key it is, not when: a clock that is set back must not make a journal look forged.
    let certificate = try Certificate.selfSigned(
      for: key, name: SignerName("journal of \(acquisition)"), from: Self.beginning(now), years: 100)
    self.identity = try SigningIdentity(key: key, certificate: certificate, now: now)
    self.statement =
      JSONValue.fields([
        "format": .string(Self.format), "version": JSONValue(Self.version),
        "acquisition": .string(acquisition.description),
        "certificate": .string(String(decoding: try certificate.pem(), as: UTF8.self)),
        "time": .string(now.description),
      ]).canonicalBytes
    self.signature = try examiner.sign(statement, at: now)
  }

  /// Fingerprint of the certificate, as the log names it.
  var fingerprint: Digest { identity.certificate.fingerprint }

  /// What stands beside the body of a journal.
  package func seal(_ body: [UInt8]) throws(EvidenceError) -> JSONValue {
    .fields([
      "statement": .string(Base64.encode(statement)), "statementSignature": .string(Base64.encode(signature)),
      "signature": .string(Base64.encode(try identity.sign(body, at: Host.now()))),
    ])
  }

  /// Demands that a journal was saved by a process of this acquisition that the examiner began.
  /// - Throws: `journalNotAuthentic`.
  static func demand(
    _ seal: StrictObject, of body: [UInt8], acquisition: RecordIdentifier, examiner: Certificate, path: String
  ) throws(EvidenceError) {
    func refused(_ reason: String) -> EvidenceError { EvidenceError(.journalNotAuthentic, path, reason) }
    var object = seal
    func bytes(_ key: String) throws(EvidenceError) -> [UInt8] {
      guard let bytes = Base64Text.decode(try object.text(key)) else { throw refused("\(key) is no Base64") }
      return bytes
    }
    let (statement, vouched) = (try bytes("statement"), try bytes("statementSignature"))
    let signature = try bytes("signature")
    try object.finish()
    guard try verifies(vouched, statement, examiner) else {
      throw refused("the examiner of the case did not state who signed it")
    }
    let document = StrictObject.Document(.journalNotAuthentic, name: path)
    guard let json = try? JSONValue(parsingCanonical: statement, name: path) else {
      throw refused("its statement is malformed")
    }
    var stated = try StrictObject(json, of: document)
    guard try stated.text("format") == format, try stated.quantity("version") == version,
      try stated.text("acquisition") == acquisition.description
    else { throw refused("it was signed for another acquisition") }
    let certificate = try Certificate(parsing: Array(try stated.text("certificate").utf8), name: path)
    guard try verifies(signature, body, certificate) else { throw refused("it is not what was signed") }
  }

  private static func verifies(
    _ signature: [UInt8], _ content: [UInt8], _ certificate: Certificate
  ) throws(EvidenceError) -> Bool {
    try SignatureCheck.verify(signature: signature, content: content, trust: Trust([certificate])).isTrusted
  }
}
