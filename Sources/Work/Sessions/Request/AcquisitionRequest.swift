import Acquisition
import DiscWriters
import DiskWriters
import Evidence
import Manifests
import Media
import OpticalDisc
import SystemPackage
import WriterKit

/// What an examiner asks for when acquiring: what is read, what is written, how, and what is accepted.
package struct AcquisitionRequest: Sendable {
  /// What is read.
  package struct Source: Sendable {
    package var path: FilePath
    /// The file is taken for this, whatever it looks like; `raw` takes the file itself for the medium.
    package var takenAs: FormatID?
    /// Logical sector size of a source that is a file; 512 where `nil`.
    package var sectorSize: UInt32?
    /// Of the image of a disc: only the user data of this track, 2048 bytes a sector.
    package var track: Int?
    /// First sector to acquire.
    package var firstSector: UInt64?
    /// Number of sectors to acquire; to the end where `nil`.
    package var sectorCount: UInt64?
    /// Name of an earlier acquisition of the item: only sectors that it could not read are read, the others are taken
    /// from its image.
    package var again: String?

    package init(_ path: FilePath) { self.path = path }
  }

  /// Another folder that images are written to in the same pass.
  package struct Copy: Sendable {
    package let folder: FilePath
    /// Those of the case where `nil`.
    package let images: [any ImagePlan]?

    package init(folder: FilePath, images: [any ImagePlan]? = nil) {
      self.folder = folder
      self.images = images
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

  /// Where images are written.
  package struct Output: Sendable {
    /// Of the case: at least one, each format once.
    package var images: [any ImagePlan] = [DiskWriters.usual().first]
    /// Takes their place where the sectors of the medium do not fit them; `nil` where that is refused.
    package var otherwise: (any ImagePlan)?
    package var copies: [Copy] = []
    /// Folders that take over, in order, where the case's own is full.
    package var overflow: [FilePath] = []
    /// Begin even where the images might not fit.
    package var acceptsLittleSpace = false
    /// Read all of it again from the destinations, and verify it, before the acquisition counts as complete.
    package var isReadBack = false

    package init() {}

    /// Images of these formats, each with what it takes of the settings.
    /// - Precondition: something writes each of the formats.
    package mutating func write(_ formats: [FormatID], _ settings: ImageSettings = ImageSettings()) {
      images = formats.compactMap { ImagePlans.plan($0, settings) }
      precondition(images.count == formats.count, "a format that nothing writes")
    }

    /// Every image that is written, those of copies included.
    package var all: [any ImagePlan] { images + copies.flatMap { $0.images ?? images } }
  }

  package var source: Source
  package let item: ItemNumber
  package var output = Output()
  /// SHA-256 is always added.
  package var digests: Set<DigestAlgorithm> = Set(DigestAlgorithm.allCases)
  /// Only digests of chunks are computed while reading; those of the whole are left to the first full verification.
  package var isSegmented = false
  package var reading = ReadingPolicy()
  package var fill = FillPattern.zero
  /// Seconds between two checkpoints from which the acquisition can be resumed; 0 for one after every block.
  package var checkpointInterval: UInt32 = 5
  /// Description for the header of an image; the item's own where `nil`.
  package var description: String?
  package var notes: String?
  /// Devices of the laboratory that are used.
  package var equipment: [Manifest.Equipment] = []
  /// States of the source in which it would be refused otherwise; each is recorded where it was needed.
  package var accepted: [Acceptance] = []
  /// Why it is acquired although the legal authority has expired.
  package var reasonAfterExpiry: String?
  /// As typed, for the record.
  package var commandLine: [String] = []

  package init(_ source: FilePath, item: ItemNumber) {
    self.source = Source(source)
    self.item = item
  }

  /// - Parameters:
  ///   - geometry: of what is acquired.
  ///   - disc: the optical disc that is acquired; `nil` of anything else.
  /// - Throws: `argumentInvalid`.
  func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError) {
    for images in [output.images] + output.copies.compactMap(\.images) {
      guard !images.isEmpty, Set(images.map(\.format)).count == images.count else {
        throw EvidenceError(invalid: .format, "each format once, and at least one")
      }
      try demandOwnFiles(images, disc)
    }
    // The journal keeps the settings of a format once.
    for image in output.all {
      guard output.all.allSatisfy({ $0.format != image.format || $0.stored == image.stored }) else {
        throw EvidenceError(invalid: .format, "\(image.format)", "with different settings")
      }
    }
    if !output.overflow.isEmpty, let image = output.images.first(where: { !$0.canOverflow }) {
      throw image.isPlain
        ? EvidenceError(
          invalid: .overflowTo, "a raw image in one file cannot go on in another folder", consider: [.split])
        : EvidenceError(
          invalid: .overflowTo, "an image of the format \(image.format) cannot go on in another folder")
    }
    for image in output.all { try image.check(geometry, disc: disc) }
  }

  /// - Throws: `argumentInvalid` where two images of one folder have a file of the same name.
  private func demandOwnFiles(_ images: [any ImagePlan], _ disc: Disc?) throws(EvidenceError) {
    for (place, image) in images.enumerated() {
      let files = image.files(of: "*", disc: disc)
      for other in images[..<place] {
        guard let file = files.intersection(other.files(of: "*", disc: disc)).min() else { continue }
        throw EvidenceError(
          invalid: .format, "\(other.format),\(image.format)", "both have a file \(file)", consider: [.copyTo]
        )
      }
    }
  }
}

/// What the process that acquires takes from itself before it reads.
package struct ProcessRestriction: Sendable {
  /// The process restricts itself before the medium is read; for a process that does nothing else.
  package let entersSandbox: Bool
  /// Refuse to read without every piece of the sandbox.
  package let requiresAll: Bool

  package init(entersSandbox: Bool = false, requiresAll: Bool = false) {
    self.entersSandbox = entersSandbox
    self.requiresAll = requiresAll
  }
}
