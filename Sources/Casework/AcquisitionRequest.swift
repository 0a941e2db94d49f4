import Acquisition
import EWFWriter
import Evidence
import ImageFormats
import SystemIO
import SystemPackage

/// What an examiner asks for when acquiring.
package struct AcquisitionRequest: Sendable {
  package var source: FilePath
  package var item: ItemNumber
  /// At least one; each once.
  package var formats: [ImageFormat] = [.e01]
  /// SHA-256 is always added.
  package var digests: Set<DigestAlgorithm> = Set(DigestAlgorithm.allCases)
  package var compression = EWFCompression.fast
  /// Largest segment of an E01, in bytes.
  package var segmentSize = EWFOptions.defaultSegmentSize
  /// Largest file of a raw image, in bytes; one file where `nil`.
  package var splitSize: UInt64?
  /// Logical sector size of a source that is a file; 512 where `nil`.
  package var sectorSize: UInt32?
  package var notes: String?
  /// Begin even where the images might not fit.
  package var acceptsLittleSpace = false
  /// As typed, for the record.
  package var commandLine: [String] = []

  package init(source: FilePath, item: ItemNumber) {
    self.source = source
    self.item = item
  }

  /// - Parameter sectorSize: of the source, in bytes.
  /// - Throws: `argumentInvalid`.
  func check(sectorSize: UInt32) throws(EvidenceError) {
    guard !formats.isEmpty, Set(formats).count == formats.count else {
      throw EvidenceError(.argumentInvalid, "--format", "each format once, and at least one")
    }
    if let splitSize {
      guard splitSize >= Self.smallestSplit, splitSize % UInt64(sectorSize) == 0 else {
        throw EvidenceError(
          .argumentInvalid, "--split \(splitSize)",
          "at least \(HumanText.size(Self.smallestSplit)), and a multiple of \(sectorSize) bytes")
      }
    }
    guard segmentSize >= EWFOptions.smallestSegmentSize else {
      throw EvidenceError(
        .argumentInvalid, "--segment-size \(segmentSize)",
        "at least \(HumanText.size(EWFOptions.smallestSegmentSize))")
    }
  }

  package static let smallestSplit: UInt64 = 1 << 20
}

/// What an acquisition gave the examiner.
package struct AcquisitionSummary: Sendable {
  package let verdict: AcquisitionVerdict
  /// Why it is incomplete; `nil` where it is not.
  package let failure: EvidenceError?
  /// The folder of the images; of partial ones where it is incomplete, `nil` where nothing was read.
  package let folder: FilePath?
  package let manifest: FilePath?
  package let files: [String]
  package let length: UInt64
  package let sectorCount: UInt64
  package let unreadable: [SectorRange]
  package let digests: DigestSet
  package let seconds: Double
}
