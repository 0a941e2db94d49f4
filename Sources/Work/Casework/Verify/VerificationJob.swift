import CaseFolders
import Evidence
import SystemPackage
import Verification

/// Verifies a case, an item of one, or what can be verified alone.
package struct VerificationJob {
  package enum Target: Hashable, Sendable {
    /// A whole case, or one item of it.
    case record(CaseFolder, item: ItemNumber?, copies: CopyChoice = .all)
    case alone(VerificationSubject)
  }

  private let target: Target
  /// With what is trusted besides the certificate of a case.
  private let settings: VerificationSettings
  private let passphrase: () throws(EvidenceError) -> [UInt8]

  /// - Parameter passphrase: of the signing key of a case, asked where a verification has something to add to the record of
  ///   an acquisition, see ``WholeDigestsJob``.
  package init(
    _ target: Target, _ settings: VerificationSettings,
    passphrase: @escaping () throws(EvidenceError) -> [UInt8] = { () throws(EvidenceError) in
      throw EvidenceError(.passphraseNeeded, "the signing key")
    }
  ) {
    self.target = target
    self.settings = settings
    self.passphrase = passphrase
  }

  /// What a path names: a case folder, or what can be verified without one.
  /// - Parameters:
  ///   - format: what a file is taken for, whatever it looks like: an image of this format.
  ///   - copies: those that are to be checked, of a case.
  /// - Throws: `fileMissing`, `notACase`.
  package static func target(
    _ path: FilePath, as format: FormatID? = nil, item: ItemNumber?,
    copies: CopyChoice = .all
  ) throws(EvidenceError) -> Target {
    if item == nil, copies == .all, let subject = try VerificationSubject.at(path, as: format) {
      if format == nil, ReportVerification.isApprovedCopy(path) { return .alone(.signedFile(path)) }
      return .alone(subject)
    }
    return .record(try CaseFolder.at(path), item: item, copies: copies)
  }

  /// Blocks until done. In a case the verification is recorded.
  /// - Parameter progress: bytes done and bytes in all of what is being read.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    switch target {
    // In its case a report is also the recorded one, and approved or not.
    case .alone(.signedFile(let path)):
      try ReportVerification(path: path, settings: settings).perform()
    case .alone(let subject): try subject.verify(settings, progress: progress)
    case .record(let folder, let item, let copies):
      try CaseVerification(
        folder: folder, item: item, copies: copies, settings: settings, passphrase: passphrase
      ).perform(progress: progress)
    }
  }
}
