import Digests
import Evidence
import Formats
import Manifests
import SystemIO
import SystemPackage

/// Something that can be verified with nothing but itself and certificates to trust.
package enum VerificationSubject: Hashable, Sendable {
  /// `NAME.manifest.json` with the files beside it.
  case manifest(FilePath)
  /// The folder of a partial proof.
  case proof(FilePath)
  /// The folder of a hand-over.
  case bag(FilePath)
  /// The export of an audit log.
  case auditLog(FilePath)
  /// A file with its signature beside it, such as a report.
  case signedFile(FilePath)
  /// An image without a manifest.
  case image(FilePath, as: FormatID? = nil)
  /// The image of an optical disc without a manifest.
  case disc(FilePath, as: FormatID? = nil)

  /// What a path names.
  /// - Parameter format: what a file is taken for, whatever it looks like: an image of this format.
  /// - Returns: `nil` for a folder that is none of these.
  /// - Throws: `fileMissing`, `readFailed`, `formatUnreadable` for an image that is known and cannot be read, `proofMalformed` for a folder with several proofs.
  package static func at(
    _ path: FilePath, as format: FormatID? = nil
  ) throws(EvidenceError) -> VerificationSubject? {
    if let format {
      guard Files.kind(path) != .folder else {
        throw EvidenceError(invalid: .takenAs, format.rawValue, "for an image, and \(path) is a folder")
      }
      return Formats.named(format)?.contents == .disc ? .disc(path, as: format) : .image(path, as: format)
    }
    switch Files.kind(path) {
    case nil: throw Files.absence(of: path)
    case .folder: return try inFolder(path)
    default:
      if path.string.hasSuffix(ProofVerification.ending) { return .proof(path.parentFolder) }
      if path.string.hasSuffix(".jsonl") { return .auditLog(path) }
      if SignedFile.isOne(path) { return .signedFile(path) }
      let format = try Formats.identify(path)
      if path.string.hasSuffix(".json"), format?.contents != .disc { return .manifest(path) }
      if let refusal = format?.refusal(of: path) { throw refusal }
      return format?.contents == .disc ? .disc(path) : .image(path)
    }
  }

  private static func inFolder(_ folder: FilePath) throws(EvidenceError) -> VerificationSubject? {
    if try ProofVerification.proof(in: folder) != nil { return .proof(folder) }
    if Files.exists(folder.appending(Bag.declarationName)) { return .bag(folder) }
    let manifests = try Files.names(in: folder).filter { $0.hasSuffix(".manifest.json") }
    return manifests.count == 1 ? .manifest(folder.appending(manifests[0])) : nil
  }

  /// Blocks until done.
  /// - Parameter progress: bytes done and bytes in all of what is being read.
  /// - Throws: what the verification of such a thing throws.
  package func verify(
    _ settings: VerificationSettings, progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    var report = try report(settings, progress: progress)
    report.expect(settings.heads)
    report.scope = scope(settings.level, report)
    report.demandSigner(from: settings.trust.certificates)
    return report
  }

  private func scope(_ level: VerificationLevel, _ report: VerificationReport) -> VerificationScope {
    switch self {
    case .manifest: level == .full ? .acquisition : .chunks
    case .bag: level == .full ? BagVerification.scope(of: report) : .chunks
    case .proof: .proof
    case .auditLog: .auditLog
    case .signedFile: .signedFile
    case .image: .image
    case .disc: .disc
    }
  }

  private func report(
    _ settings: VerificationSettings, progress: @escaping @Sendable (UInt64, UInt64) -> Void
  ) throws(EvidenceError) -> VerificationReport {
    switch self {
    case .manifest(let path):
      try ManifestVerification(path, settings).perform(progress: progress).report
    case .proof(let folder):
      try ProofVerification(folder, settings).perform(progress: progress)
    case .bag(let folder):
      try BagVerification(folder, settings).perform(progress: progress).report
    case .auditLog(let path):
      try AuditLogVerification(path, settings).perform(progress: progress)
    case .signedFile(let path): try SignedFile(path, settings).verify().report
    case .disc(let path, let format):
      try DiscVerification(path, as: format, settings).perform(progress: progress)
    case .image(let path, let format):
      try LoneImageVerification(path, as: format, settings).perform(progress: progress)
    }
  }
}

/// Several verifications. Of few, some at the same time where there are processors enough: one of level `full` is held to
/// the pace of its slowest digest and keeps about four of them busy. Of more, as many at the same time as there are lanes
/// for MD5, which is then computed side by side, one image a lane.
package struct VerificationBatch {
  private let subjects: [VerificationSubject]
  private let settings: VerificationSettings

  package typealias Outcome = Result<VerificationReport, EvidenceError>

  package init(_ subjects: [VerificationSubject], _ settings: VerificationSettings) {
    self.subjects = subjects
    self.settings = settings
  }

  /// Blocks until all are done. What fails does not keep the others.
  /// - Parameter progress: bytes done and bytes in all of those that were begun.
  /// - Returns: in the order of the subjects.
  package func perform(progress: @escaping @Sendable (UInt64, UInt64) -> Void) -> [Outcome] {
    let count = subjects.count
    var settings = settings
    let together = min(count, SharedPass.mostImages)
    settings.shared = SharedPass(images: together, level: settings.level)
    let atOnce = settings.shared == nil ? max(1, min(count, availableProcessors() / 4)) : together
    let next = Monitor(0)
    let done = Monitor([(done: UInt64, total: UInt64)](repeating: (0, 0), count: count))
    let outcomes = Monitor([Outcome?](repeating: nil, count: count))
    let body: @Sendable () -> Void = { [subjects, settings] in
      while true {
        let index = next.withLock { next in
          defer { next += 1 }
          return next
        }
        guard index < count else { return }
        let outcome = Outcome { () throws(EvidenceError) in
          try subjects[index].verify(settings) { part, total in
            let sum = done.withLock { all in
              all[index] = (part, total)
              return all.reduce((0, 0)) { ($0.0 &+ $1.done, $0.1 &+ $1.total) }
            }
            progress(sum.0, sum.1)
          }
        }
        outcomes.withLock { $0[index] = outcome }
      }
    }
    WorkerThreads(name: "verify", (0..<atOnce).map { _ in body }).join()
    return outcomes.withLock { $0 }.compactMap(\.self)
  }
}
