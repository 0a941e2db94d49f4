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
/// into the folder must not become a signer by that. Where certificates were named, they alone are trusted: the
/// examiner's must be one of them, or issued by one.
package struct CaseCertificates {
  private let folder: CaseFolder

  package init(_ folder: CaseFolder) { self.folder = folder }

  /// Name of the fingerprint among the details of the first audit event.
  package static let detail = "certificateSHA256"
  /// Name of the SHA-256 of the file with those above it, where there is one.
  package static let chainDetail = "certificateChainSHA256"

  /// Adds what is found to `report`.
  /// - Parameters:
  ///   - store: `nil` where the database cannot be asked.
  ///   - named: what whoever asks trusts; empty where nobody was named.
  /// - Returns: the certificates to trust.
  package func check(
    against store: CaseStore?, named: [Certificate] = [], _ report: inout VerificationReport
  ) -> [Certificate] {
    let own = own(against: store, &report)
    guard !named.isEmpty else { return own.map { [$0] } ?? [] }
    report.named = named
    if let own { checkTrust(in: own, named, &report) }
    return named
  }

  /// The examiner's certificate, where it is the recorded one.
  private func own(against store: CaseStore?, _ report: inout VerificationReport) -> Certificate? {
    let path = folder.examinerCertificate
    let subject = folder.relative(path)
    let name = "examiner's certificate"
    noteOthers(besides: ImportedAcquisitions(store).certificateNames, &report)
    checkChain(store, &report)
    guard Files.exists(path) else {
      report.take(
        name, against: "the case",
        [Finding(.fileMissing, subject: subject, expected: name, observed: "no file")])
      return nil
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
      return nil
    }
    guard let recorded = recorded(Self.detail, store) else {
      report.skip(name, because: "the first audit event names no fingerprint, or cannot be read")
      return own
    }
    guard own.fingerprint.hex == recorded else {
      report.take(
        name, against: "the first audit event",
        [Finding(.certificateReplaced, subject: subject, expected: recorded, observed: own.fingerprint.hex)])
      return nil
    }
    report.take("\(name): SHA-256 \(own.fingerprint)", against: "the first audit event", [])
    return own
  }

  private func checkTrust(in own: Certificate, _ named: [Certificate], _ report: inout VerificationReport) {
    let name = folder.relative(folder.examinerCertificate)
    let chain = (try? Files.ownContents(folder.chain, cap: Certificate.largestFile))
      .flatMap { try? Certificate.all(in: $0, name: folder.chain.string) }
    do throws(EvidenceError) {
      var findings: [Finding] = []
      if case .untrusted(let reason) = try Trust(named).reaches(own, through: chain ?? []) {
        findings.append(
          Finding(
            .signerUntrusted, subject: name, expected: "a trusted certificate",
            observed:
              "\(HumanText.singleLine(own.subject)), certificate SHA-256 \(own.fingerprint): \(reason)"))
      }
      report.take("examiner's certificate", against: "the certificates you trust", findings)
    } catch {
      report.take(
        "examiner's certificate", against: "the certificates you trust",
        [Finding(.certificateDamaged, subject: name, observed: error)])
    }
  }

  /// Names of the files that are the case's own.
  package func names(_ store: CaseStore) -> Set<String> {
    let chain = recorded(Self.chainDetail, store) == nil ? nil : folder.chain
    return Set([folder.examinerCertificate, chain].compactMap { $0?.lastComponent?.string })
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
