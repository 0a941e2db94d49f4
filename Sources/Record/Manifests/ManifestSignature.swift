import Evidence
import Signing

/// The signature that lies beside a manifest.
package enum ManifestSignature {
  /// Signs the exact bytes of the manifest file.
  /// - Parameter time: the signing time that is stated.
  /// - Returns: the contents of `NAME.manifest.json.p7s`.
  package static func sign(
    _ manifest: [UInt8], by identity: SigningIdentity, at time: Timestamp
  ) throws(EvidenceError) -> [UInt8] {
    try identity.sign(manifest, at: time)
  }

  /// Checks a signature against the exact bytes of the manifest file.
  /// - Parameters:
  ///   - signature: contents of the signature file; `nil` where there is none.
  ///   - subject: name of the signature file, for the findings.
  /// - Returns: the report (`nil` without a signature), and the same as findings.
  package static func check(
    manifest: [UInt8], signature: [UInt8]?, trust: Trust, subject: String
  ) throws(EvidenceError) -> (report: SignatureReport?, findings: [Finding]) {
    guard let signature else {
      return (
        nil,
        [Finding(.signatureMissing, subject: subject, expected: "a signature", observed: "none")]
      )
    }
    let report = try SignatureCheck.verify(signature: signature, content: manifest, trust: trust)
    return (report, report.findings(subject: subject))
  }
}
