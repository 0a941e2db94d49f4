import Evidence
import Manifests
import Signing
import SystemIO
import SystemPackage
import Verification

/// Verifies a case, an item of one, a manifest, or a lone image.
package struct VerificationJob {
  package enum Target: Hashable, Sendable {
    /// A whole case, or one item of it.
    case record(CaseFolder, item: ItemNumber?)
    case manifest(FilePath)
    case image(FilePath)
  }

  private let target: Target
  private let level: VerificationLevel
  /// Certificates to trust, besides those of a case.
  private let trusted: [Certificate]
  private let others: [FilePath]
  private let stop: StopFlag

  /// - Parameters:
  ///   - trust: PEM or DER files of certificates.
  ///   - others: folders that hold segments besides those of the manifests.
  package init(
    _ target: Target, level: VerificationLevel, trust: [FilePath], besides others: [FilePath] = [],
    stop: StopFlag
  ) throws(EvidenceError) {
    self.target = target
    self.others = others
    self.level = level
    self.stop = stop
    self.trusted = try TrustedCertificates.read(trust)
  }

  /// What a path names: a case folder, an item's folder or manifest, or an image.
  /// - Throws: `fileMissing`, `notACase`.
  package static func target(_ path: FilePath, item: ItemNumber?) throws(EvidenceError) -> Target {
    switch Files.kind(path) {
    case nil: throw EvidenceError(.fileMissing, path.string)
    case .folder:
      if item == nil, let manifest = try manifest(inFolder: path) { return .manifest(manifest) }
      return .record(try CaseFolder.at(path), item: item)
    default: return path.string.hasSuffix(".json") ? .manifest(path) : .image(path)
    }
  }

  /// The only manifest in a folder that is no case.
  private static func manifest(inFolder folder: FilePath) throws(EvidenceError) -> FilePath? {
    let manifests = try Files.names(in: folder).filter { $0.hasSuffix(".manifest.json") }
    return manifests.count == 1 ? folder.appending(manifests[0]) : nil
  }

  /// Blocks until done. In a case the verification is recorded.
  /// - Parameter progress: bytes done and bytes in all of what is being read.
  package func perform(
    progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    switch target {
    case .image(let path):
      return try LoneImageVerification(path, level: level, stop: stop).perform(progress: progress)
    case .manifest(let path):
      return try ManifestVerification(path, trusted: trusted, besides: others, level: level, stop: stop)
        .perform(
          progress: progress
        )
        .report
    case .record(let folder, let item):
      return try CaseVerification(
        folder: folder, item: item, level: level, trusted: trusted, others: others, stop: stop
      )
      .perform(
        progress: progress)
    }
  }
}
