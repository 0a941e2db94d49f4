import Evidence
import Manifests
import SystemPackage

/// What an acquisition gave the examiner.
package struct AcquisitionSummary: Sendable {
  /// What became of one folder of images.
  package struct Destination: Sendable {
    /// The folder; of partial images where it failed, `nil` where nothing is left.
    package let folder: FilePath?
    /// `nil` where the images were not completed.
    package let manifest: FilePath?
    package let files: [String]
    package let failure: EvidenceError?
    /// SHA-256 of the manifest; `nil` where it is not known.
    package var manifestDigest: Digest?
    /// Of its images.
    package var formats: [FormatID] = []
    /// All of it was read again and verified.
    package var isReadBack = false
    /// Seconds its slowest writer was at work.
    package let busySeconds: Double
  }

  /// What was digested in place of the whole.
  package struct Segments: Hashable, Sendable {
    /// Digests of the whole that were left for later.
    package let later: Set<DigestAlgorithm>
    package let count: UInt64
    /// Bytes of each but the last.
    package let size: UInt64
    package let merkleRoot: Digest

    package init?(_ stream: Manifest.Stream?) {
      guard let stream, !stream.laterDigests.isEmpty else { return nil }
      self.later = stream.laterDigests
      self.count = stream.chunks.count
      self.size = stream.chunks.size
      self.merkleRoot = stream.chunks.merkleRoot
    }
  }

  package let verdict: AcquisitionVerdict
  /// Why it is incomplete; `nil` where it is not.
  package let failure: EvidenceError?
  /// Why the case does not know the end of it, although the images are whole; `nil` where it does.
  package let unrecorded: EvidenceError?
  /// The case's own folder first.
  package let destinations: [Destination]
  /// What the examiner should know besides.
  package let remarks: [String]
  package let length: UInt64
  package let sectorCount: UInt64
  /// Sectors the medium was not asked for, because the run ended early.
  package let notAttempted: UInt64
  package let unreadable: [SectorRange]
  package let digests: DigestSet
  /// Where only digests of chunks were computed while reading; `nil` elsewhere, and where it ended early.
  package var segments: Segments?
  /// The item that was acquired.
  package var item: ItemNumber?
  /// At work, all parts of an acquisition that was resumed together.
  package let seconds: Double
  /// How often it was interrupted and resumed.
  package let interruptions: Int
  /// The name of the acquisition, where `exhibit resume` can go on with it.
  package let resumable: String?
  /// What was added to; `nil` where every sector is from the medium.
  package let earlier: Manifest.Earlier?

  /// That of the verdict, but incomplete where a folder that was asked for was not completed, or the case does not
  /// know of the end.
  package var exitStatus: ExitStatus {
    unrecorded != nil || destinations.contains { $0.failure != nil } ? .incomplete : verdict.exitStatus
  }
}
