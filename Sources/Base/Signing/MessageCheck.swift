internal import CSigning
import Evidence

/// The cryptographic checks of a CMS message, without a word on trust.
struct MessageCheck {
  struct Signer {
    let parts: SignedMessage.Signer
    /// `nil` where the message does not carry the signer's certificate.
    let certificate: Certificate?
    let isSignatureValid: Bool
    let isContentIntact: Bool
    let certificateAttributeMatches: Bool
    let signingTime: Timestamp?
  }

  let message: SignedMessage
  let signers: [Signer]
  /// All certificates of the message, one after the other.
  var certificates: [UInt8] { message.certificates.flatMap { $0 } }

  enum Outcome {
    case checked(MessageCheck)
    case refused(SignedMessage.Problem)
  }

  /// - Parameters:
  ///   - content: what was signed; `nil` where the message holds it itself.
  ///   - trust: its certificates may be what protects those of the message.
  /// - Throws: `cryptographyFailed` where libcrypto itself fails; a damaged message is a result.
  static func perform(
    _ der: [UInt8], kind: SignedMessage.Kind, content: [UInt8]?, trust: Trust
  ) throws(EvidenceError) -> Outcome {
    let message: SignedMessage
    do throws(SignedMessage.Problem) { message = try SignedMessage(der, kind: kind) } catch {
      return .refused(error)
    }
    var handle: OpaquePointer?
    do throws(EvidenceError) {
      try Library.call("signature") { csigning_message_read(der, der.count, &handle, $0) }
    } catch {
      return .refused(.malformed(error.detail))
    }
    guard let handle else { return .refused(.malformed("not a CMS signature")) }
    defer { csigning_message_free(handle) }

    let trusted = trust.certificates.flatMap(\.der)
    guard csigning_message_certificates_are_bound(handle, kind.rawValue, trusted, trusted.count) == 1 else {
      return .refused(.malformed("carries a certificate that nothing protects"))
    }
    guard Int(csigning_message_signer_count(handle)) == message.signers.count else {
      return .refused(.malformed("its signers cannot be counted"))
    }
    var signers: [Signer] = []
    for (index, parts) in message.signers.enumerated() {
      signers.append(
        try check(handle, Int32(index), parts, kind: kind, content: content ?? message.content))
    }
    return .checked(MessageCheck(message: message, signers: signers))
  }

  private static func check(
    _ message: OpaquePointer, _ index: Int32, _ parts: SignedMessage.Signer, kind: SignedMessage.Kind,
    content: [UInt8]
  ) throws(EvidenceError) -> Signer {
    var result = csigning_signer()
    try Library.call("signature") {
      csigning_message_check_signer(message, index, kind.rawValue, content, content.count, &result, $0)
    }
    defer { csigning_free(&result.certificate) }
    let der = Library.array(result.certificate)
    return Signer(
      parts: parts,
      certificate: der.isEmpty ? nil : try? Certificate(der: der, name: "certificate of the signer"),
      isSignatureValid: result.signature_valid == 1, isContentIntact: result.content_intact == 1,
      certificateAttributeMatches: result.certificate_attribute_matches == 1,
      signingTime: result.has_signing_time == 1 ? Library.timestamp(seconds: result.signing_time) : nil)
  }
}
