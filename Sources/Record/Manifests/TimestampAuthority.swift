import Evidence
import Signing
import SystemIO

/// A time-stamp authority that is asked over HTTP (RFC 3161 §3.4).
package struct TimestampAuthority: Sendable {
  package let address: HTTPAddress

  package init(_ address: HTTPAddress) { self.address = address }

  /// Asks for a time stamp of these bytes, of which only the SHA-256 is sent. Blocks, at most about a minute.
  /// - Returns: the token, and what checking it gave: it is intact and of these bytes; whether the authority is
  ///   trusted stands in the report.
  /// - Throws: `networkFailed`; `timestampRefused`, also for a token that is not of this request.
  package func stamp(
    _ bytes: [UInt8], trust: Trust
  ) throws(EvidenceError) -> (token: TimestampToken, report: TimestampReport) {
    let request = TimestampRequest(for: bytes, nonce: Host.randomBytes(16))
    let answer = try HTTPClient.post(
      request.der, mediaType: TimestampRequest.mediaType, to: address, cap: 2 * TimestampToken.largestFile)
    let name = address.description
    guard answer.status == 200 else {
      throw EvidenceError(.networkFailed, name, "HTTP status \(answer.status)")
    }
    guard answer.mediaType == TimestampRequest.replyMediaType else {
      throw EvidenceError(
        .networkFailed, name, "it answered with '\(answer.mediaType)', which is no time stamp")
    }
    let token = try TimestampToken(response: answer.body, name: name)
    guard token.answers(request) else {
      throw EvidenceError(.timestampRefused, name, "the token is not of this request")
    }
    return (token, try token.accept(for: bytes, trust: trust, name: name))
  }
}

extension TimestampToken {
  /// Demands that the token is intact and of these bytes, and where certificates to trust were named, that its
  /// authority is trusted and sound.
  /// - Parameter name: where it came from, for the error.
  /// - Throws: `timestampRefused`.
  package func accept(
    for bytes: [UInt8], trust: Trust, name: String
  ) throws(EvidenceError) -> TimestampReport {
    let report = try check(of: bytes, trust: trust)
    if let problem = report.problem { throw EvidenceError(.timestampRefused, name, problem) }
    guard trust.isEmpty || report.provenTime != nil else {
      let authority = report.authority?.certificate
      throw EvidenceError(
        .timestampRefused, name,
        "its authority is not one you trust: \(authority?.subject ?? ""), certificate SHA-256 "
          + "\(authority?.fingerprint.hex ?? "")")
    }
    return report
  }
}
