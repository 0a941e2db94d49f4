import Acquisition
import DiskWriters
import Evidence
import FormatKit
import Media
import SystemIO
import SystemPackage

/// What an examiner asks for when acquiring.
package struct AcquisitionRequest: Sendable {
  /// Another folder that images are written to in the same pass.
  package struct Copy: Hashable, Sendable {
    package let folder: FilePath
    /// The formats of the case's own images where `nil`.
    package let formats: [ImageFormat]?

    package init(folder: FilePath, formats: [ImageFormat]?) {
      self.folder = folder
      self.formats = formats
    }
  }

  /// A state of the source that the examiner accepts, and why.
  package struct Acceptance: Hashable, Sendable {
    package let state: AcceptableState
    /// In the examiner's words; never empty.
    package let reason: String

    package init(_ state: AcceptableState, because reason: String) {
      self.state = state
      self.reason = reason
    }
  }

  package var source: FilePath
  package var item: ItemNumber
  /// Of the images in the case: at least one, each once.
  package var formats: [ImageFormat] = [.e01]
  /// The formats are not asked for: a medium whose sectors do not fit an E01 is stored raw.
  package var leavesFormatOpen = false
  package var copies: [Copy] = []
  /// Folders that take over, in order, where the case's own is full.
  package var overflow: [FilePath] = []
  /// SHA-256 is always added.
  package var digests: Set<DigestAlgorithm> = Set(DigestAlgorithm.allCases)
  /// Settings of an E01; the description is filled in from case, item and device.
  package var e01 = EWFOptions()
  /// Largest file of a raw image, in bytes; one file where `nil`.
  package var splitSize: UInt64?
  /// Logical sector size of a source that is a file; 512 where `nil`.
  package var sectorSize: UInt32?
  /// Of the image of a disc: only the user data of this track, 2048 bytes a sector.
  package var track: Int?
  /// First sector to acquire.
  package var firstSector: UInt64?
  /// Number of sectors to acquire; to the end where `nil`.
  package var sectorCount: UInt64?
  /// Description for the header of an E01; the item's own where `nil`.
  package var description: String?
  package var notes: String?
  /// Begin even where the images might not fit.
  package var acceptsLittleSpace = false
  /// Seconds between two checkpoints from which the acquisition can be resumed; 0 for one after every block.
  package var checkpointInterval: UInt32 = 5
  package var reading = ReadingPolicy()
  package var fill = FillPattern.zero
  /// States of the source in which it would be refused otherwise; each is recorded where it was needed.
  package var accepted: [Acceptance] = []
  /// The process restricts itself before the medium is read; for a process that does nothing else.
  package var entersSandbox = false
  /// Refuse to read without every piece of the sandbox.
  package var requiresSandbox = false
  /// Why it is acquired although the legal authority has expired.
  package var reasonAfterExpiry: String?
  /// As typed, for the record.
  package var commandLine: [String] = []

  package init(source: FilePath, item: ItemNumber) {
    self.source = source
    self.item = item
  }

  /// - Parameter geometry: of what is acquired.
  /// - Throws: `argumentInvalid`.
  func check(_ geometry: MediaGeometry) throws(EvidenceError) {
    for formats in [formats] + copies.compactMap(\.formats) {
      guard !formats.isEmpty, Set(formats).count == formats.count else {
        throw EvidenceError(invalid: .format, "each format once, and at least one")
      }
    }
    if !overflow.isEmpty, formats.contains(.raw), splitSize == nil {
      throw EvidenceError(
        invalid: .overflowTo, "a raw image in one file cannot go on in another folder", consider: [.split])
    }
    if let splitSize {
      guard splitSize >= RawWriter.smallestSplit, splitSize % UInt64(geometry.logicalSectorSize) == 0 else {
        throw EvidenceError(
          invalid: .split, "\(splitSize)",
          "at least \(HumanText.size(RawWriter.smallestSplit)), and a multiple of \(geometry.logicalSectorSize) bytes"
        )
      }
    }
    if ([formats] + copies.compactMap(\.formats)).contains(where: { $0.contains(.e01) }) {
      try e01.check(geometry)
    }
  }
}

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
    /// Seconds its slowest writer was at work.
    package let busySeconds: Double
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
  package let seconds: Double
  /// The name of the acquisition, where `exhibit resume` can go on with it.
  package let resumable: String?

  /// That of the verdict, but incomplete where a folder that was asked for was not completed, or the case does not
  /// know of the end.
  package var exitStatus: ExitStatus {
    unrecorded != nil || destinations.contains { $0.failure != nil } ? .incomplete : verdict.exitStatus
  }
}
