import CaseStore
import Digests
import Evidence
import Signing
import SystemIO
import SystemPackage
import Verification

/// The examiner's certificate as it lies in a case.
///
/// It alone is trusted there, and only while it is the one that the first audit event names: whoever can put files
/// into the folder must not become a signer by that.
package struct CaseCertificates {
  private let folder: CaseFolder

  package init(_ folder: CaseFolder) { self.folder = folder }

  /// Name of the fingerprint among the details of the first audit event.
  package static let detail = "certificateSHA256"
  /// Name of the SHA-256 of the file with those above it, where there is one.
  package static let chainDetail = "certificateChainSHA256"

  /// Adds what is found to `report`.
  /// - Parameter store: `nil` where the database cannot be asked.
  /// - Returns: the certificates to trust.
  package func check(against store: CaseStore?, _ report: inout VerificationReport) -> [Certificate] {
    let path = folder.examinerCertificate
    let subject = folder.relative(path)
    let name = "examiner's certificate"
    noteOthers(besides: ImportedAcquisitions(store).certificateNames, &report)
    checkChain(store, &report)
    guard Files.exists(path) else {
      report.take(
        name, against: "the case",
        [Finding(.fileMissing, subject: subject, expected: name, observed: "no file")])
      return []
    }
    let own: Certificate
    do throws(EvidenceError) {
      let bytes = try Files.contents(path, cap: Certificate.largestFile)
      own = try Certificate(parsing: bytes, name: path.string)
      // The very bytes Exhibit wrote: another form of the same certificate was written by somebody else.
      guard try own.pem() == bytes else {
        throw EvidenceError(.certificateUnusable, subject, "not in the form it was written in")
      }
    } catch {
      report.take(
        name, against: "its form",
        [Finding(.certificateDamaged, subject: subject, observed: error)])
      return []
    }
    guard let recorded = recorded(Self.detail, store) else {
      report.skip(name, because: "the first audit event names no fingerprint, or cannot be read")
      return [own]
    }
    guard own.fingerprint.hex == recorded else {
      report.take(
        name, against: "the first audit event",
        [Finding(.certificateReplaced, subject: subject, expected: recorded, observed: own.fingerprint.hex)])
      return []
    }
    report.take(name, against: "the first audit event", [])
    return [own]
  }

  private func recorded(_ detail: String, _ store: CaseStore?) -> String? {
    // An event that cannot be read is found by the check of the log.
    (try? store?.event(1))?.payload["details"]?[detail]?.stringValue
  }

  /// The certificates above the examiner's are put into signatures; none of them is trusted for lying there.
  private func checkChain(_ store: CaseStore?, _ report: inout VerificationReport) {
    guard let store, let expected = recorded(Self.chainDetail, store) else { return }
    let bytes = try? Files.ownContents(folder.chain, cap: Certificate.largestFile)
    let observed = bytes.map { Digest.of($0, .sha256).hex }
    report.take(
      "certificates above the examiner's", against: "the first audit event",
      observed == expected
        ? []
        : [
          Finding(
            .certificateReplaced, subject: folder.relative(folder.chain), expected: expected,
            observed: observed ?? "no file")
        ])
  }

  /// Other files there are neither trusted nor passed over.
  private func noteOthers(besides known: Set<String>, _ report: inout VerificationReport) {
    let own = [folder.examinerCertificate, folder.chain].compactMap { $0.lastComponent?.string }
    for name in (try? Files.names(in: folder.certificates)) ?? []
    where !own.contains(name) && !known.contains(name) {
      report.findings.append(
        Finding(.fileUnlisted, .note, subject: folder.relative(folder.certificates.appending(name))))
    }
  }
}
