import Evidence
import Signing
import SystemIO
import SystemPackage

/// Time stamps that renew those inside of a signature file before the certificates of their authorities end.
///
/// `NAME.manifest.json.p7s.1.tsr` is of the signature file as a whole, with its time stamps and certificates; each
/// later one is of the file before it. All are responses as `openssl ts -verify` reads them.
package struct TimestampRenewals: Sendable {
  package struct Renewal: Hashable, Sendable {
    package let name: String
    package let bytes: [UInt8]
  }

  package let renewals: [Renewal]

  /// Most renewals that are looked for; one every few years suffices.
  private static let most = 100
  /// A certificate that ends within this many days should be renewed now.
  package static let noticeDays: Int64 = 90

  /// Those that lie beside a signature file, in order.
  /// - Throws: `fileTooLarge`, `readFailed`.
  package static func beside(_ signature: FilePath) throws(EvidenceError) -> TimestampRenewals {
    var found: [Renewal] = []
    for number in 1...most {
      var path = signature
      let name = RecordNames.renewal(of: path.lastComponent?.string ?? "", number)
      path.removeLastComponent()
      path.append(name)
      guard Files.exists(path) else { break }
      found.append(
        Renewal(name: name, bytes: try Files.ownContents(path, cap: TimestampToken.largestFile)))
    }
    return TimestampRenewals(renewals: found)
  }

  /// What the next renewal is of.
  package func newest(after signature: [UInt8]) -> [UInt8] { renewals.last?.bytes ?? signature }

  /// Checks the whole line: each renewal, and that each was made before the certificate of the one before it ended.
  /// - Parameters:
  ///   - signers: of the signature file, checked with the same trust.
  ///   - now: the moment at which the newest must still stand.
  package func check(
    _ signature: [UInt8], name: String, signers: [SignerReport], trust: Trust, now: Timestamp
  ) throws(EvidenceError) -> (reports: [TimestampReport], findings: [Finding]) {
    var findings: [Finding] = []
    var reports: [TimestampReport] = []
    var covered = signature
    // What must be renewed: the certificates of the authorities that carry a proof so far.
    var carrying = signers.flatMap(\.timestamps).filter { $0.provenTime != nil }
    for renewal in renewals {
      let report: TimestampReport
      do throws(EvidenceError) {
        let token = try TimestampToken(response: renewal.bytes, name: renewal.name)
        // Only the one form that was written: nothing protects the status around the token.
        guard token.response == renewal.bytes else {
          throw EvidenceError(.timestampRefused, renewal.name, "not in the form it was written in")
        }
        report = try token.check(of: covered, trust: trust)
      } catch {
        guard error.code == .timestampRefused else { throw error }
        findings.append(
          Finding(
            .timestampInvalid, subject: renewal.name, expected: "a time stamp", observed: error.detail))
        break
      }
      reports.append(report)
      findings += report.findings(subject: renewal.name)
      if let time = report.provenTime {
        findings += carrying.compactMap { due($0, at: time, subject: name, isLate: true) }
        carrying = [report]
      }
      covered = renewal.bytes
    }
    let notice = Timestamp(microseconds: now.microseconds + Self.noticeDays * 86_400_000_000)
    findings += carrying.compactMap { due($0, at: notice, subject: name, isLate: false) }
    return (reports, findings)
  }

  private func due(
    _ report: TimestampReport, at time: Timestamp, subject: String, isLate: Bool
  ) -> Finding? {
    guard let authority = report.authority?.certificate, authority.notAfter < time else { return nil }
    return Finding(
      .timestampRenewalDue, .warning, subject: subject,
      expected: isLate ? "renewed before \(authority.notAfter)" : "a renewal before \(authority.notAfter)",
      observed: isLate ? "renewed at \(time)" : "none")
  }
}
