import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage

/// How a verification is done, whatever it is of.
package struct VerificationSettings: Sendable {
  /// Who may have signed; with none, a valid signature is reported as one of an untrusted signer.
  package var trust: Trust
  /// Folders that hold segments besides those of the manifests.
  package var others: [FilePath]
  /// Published heads, whose manifests must be there.
  package var heads: [PublishedHead]
  package var level: VerificationLevel
  /// Of an image by itself, to compute besides those it stores.
  package var digests: Set<DigestAlgorithm>
  package var stop: StopFlag
  /// What images share that are verified at the same time.
  package var shared: SharedPass?

  package init(
    trust: Trust = Trust(), besides others: [FilePath] = [], heads: [PublishedHead] = [],
    level: VerificationLevel = .full, digests: Set<DigestAlgorithm> = [], stop: StopFlag = StopFlag()
  ) {
    self.trust = trust
    self.others = others
    self.heads = heads
    self.level = level
    self.digests = digests
    self.stop = stop
  }

  /// - Parameters:
  ///   - trusted: PEM or DER files of certificates.
  ///   - revocationLists: PEM or DER files, of a list each.
  ///   - heads: as they are published.
  /// - Throws: what reading the files throws; `argumentInvalid` for what is no head.
  package init(
    trusting trusted: [FilePath], revocationLists: [FilePath] = [], besides others: [FilePath] = [],
    heads: [String] = [], level: VerificationLevel = .full, digests: Set<DigestAlgorithm> = [],
    stop: StopFlag = StopFlag()
  ) throws(EvidenceError) {
    self.init(
      trust: try Trust.read(certificates: trusted, revocationLists: revocationLists), besides: others,
      heads: try heads.map { (text) throws(EvidenceError) in try PublishedHead(text) }, level: level,
      digests: digests, stop: stop)
  }

  /// The same with other certificates to trust.
  package func trusting(_ certificates: [Certificate]) -> VerificationSettings {
    var settings = self
    settings.trust.certificates = certificates
    return settings
  }
}
