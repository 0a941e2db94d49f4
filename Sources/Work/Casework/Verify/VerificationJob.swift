import CaseFolders
import Evidence
import SystemPackage
import Verification

/// Verifies a case, an item of one, or what can be verified alone.
package struct VerificationJob {
  package enum Target: Hashable, Sendable {
    /// A whole case, or one item of it.
    case record(CaseFolder, item: ItemNumber?)
    case alone(VerificationSubject)
  }

  private let target: Target
  /// With what is trusted besides the certificate of a case.
  private let settings: VerificationSettings

  package init(_ target: Target, _ settings: VerificationSettings) {
    self.target = target
    self.settings = settings
  }

  /// What a path names: a case folder, or what can be verified without one.
  /// - Parameter format: what a file is taken for, whatever it looks like: an image of this format.
  /// - Throws: `fileMissing`, `notACase`.
  package static func target(
    _ path: FilePath, as format: FormatID? = nil, item: ItemNumber?
  ) throws(EvidenceError) -> Target {
    if item == nil, let subject = try VerificationSubject.at(path, as: format) { return .alone(subject) }
    return .record(try CaseFolder.at(path), item: item)
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
    case .record(let folder, let item):
      try CaseVerification(folder: folder, item: item, settings: settings).perform(progress: progress)
    }
  }
}
