import CanonicalJSON
import Evidence
import FormatKit
import OpticalDisc
import SystemPackage

/// What an image is told of its contents besides the sectors.
package struct ImageOrigin: Sendable {
  package var description = ImageDescription()
  package var mediaType: MediaType?
  package var isPhysical: Bool?
  /// Sectors that were given up together when one could not be read.
  package var errorGranularity: UInt32?
  package var writeBlockers: [String] = []
  /// When the medium was read, where that is not now.
  package var acquired: Timestamp?
  /// What the clock of the acquiring machine said then.
  package var systemTime: Timestamp?
  /// The optical disc whose sectors the contents are; they lie in file 0. `nil` of a disk.
  package var disc: Disc?
  package var isDisc: Bool { disc != nil }

  package init() {}
}

/// Where an image goes, and what it is of.
package struct ImagePlace: Sendable {
  package let folder: FilePath
  /// Names of its files without their endings.
  package let name: String
  package let geometry: MediaGeometry
  /// Largest block that the writer is given, in bytes.
  package let blockSize: Int
  /// How many encoded blocks may be waiting.
  package let blocksAtOnce: Int
  /// Where it goes on when the folder is full.
  package let overflow: Overflow
  package let origin: ImageOrigin

  package init(
    folder: FilePath, name: String, geometry: MediaGeometry, blockSize: Int, blocksAtOnce: Int,
    overflow: Overflow = .none, origin: ImageOrigin = ImageOrigin()
  ) {
    self.folder = folder
    self.name = name
    self.geometry = geometry
    self.blockSize = blockSize
    self.blocksAtOnce = blocksAtOnce
    self.overflow = overflow
    self.origin = origin
  }
}

/// How one image is to be written: a format with its settings. Every format that is acquired or converted into has a type
/// of plans, on the list `DiskWriters.all` or `ImagePlans.all`; a plan makes its writer, new or going on.
package protocol ImagePlan: Sendable {
  static var format: FormatID { get }
  /// The settings it takes; others are not for it.
  static var settings: Set<RequestField> { get }

  /// How names of files end that are to be of the format, as they are usually spelled.
  static var endings: [String] { get }
  /// Whether the format describes optical discs itself, and holds nothing else.
  static var describesDiscs: Bool { get }

  init(_ settings: ImageSettings)
  /// For a file whose name ends like this, as it is spelled; `nil` where that is another format.
  init?(ending: String, _ settings: ImageSettings)

  /// As the manifest states it; `nil` where the format knows none.
  var compression: ImageCompression? { get }
  /// Whether one file holds the contents and nothing else.
  var isPlain: Bool { get }
  /// Whether it can go on in another folder when one is full.
  var canOverflow: Bool { get }
  /// Bytes that an image of so many bytes has at most.
  /// - Parameter disc: whose sectors they are; `nil` of anything else.
  func largestSize(of length: UInt64, disc: Disc?) -> UInt64
  /// Bytes of the largest file of such an image, at most.
  func largestFile(of length: UInt64, disc: Disc?) -> UInt64
  /// Whether it holds sectors of this size at all.
  func fits(_ geometry: MediaGeometry) -> Bool
  /// - Throws: `argumentInvalid` where it cannot hold a medium of this geometry, or its settings do not fit.
  /// - Parameter disc: the optical disc that is acquired; `nil` of anything else.
  func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError)
  /// What an image leaves out of the description of a disc, and what it has that nobody read, each a sentence.
  func remarks(on disc: Disc?) -> [String]
  /// Name of the first file.
  func firstFile(of name: String, isDisc: Bool) -> String
  /// Names of the files that it certainly makes.
  func files(of name: String, disc: Disc?) -> Set<String>
  /// Whether a file of this name would belong to the set.
  func belongs(_ file: String, to name: String) -> Bool
  /// Unreadable sectors that the image's own list cannot name.
  func unlisted(_ unreadable: [SectorRange]) -> [SectorRange]
  /// Begins the image.
  /// - Throws: `outputExists`, `argumentInvalid`, `destinationFull`, `writeFailed`.
  func begin(_ place: ImagePlace) throws(EvidenceError) -> any ImageWriter
  /// Goes on with it; what was written after the checkpoint goes.
  /// - Throws: `journalMalformed`, `fileMissing`, `outputShorter`, `writeFailed`.
  func resume(_ checkpoint: JSONValue, _ place: ImagePlace) throws(EvidenceError) -> any ImageWriter

  /// The files that a checkpoint knows, and what stands for their bytes.
  /// - Throws: `journalMalformed`.
  func keptFiles(
    _ checkpoint: JSONValue, of name: String, isDisc: Bool
  ) throws(EvidenceError) -> [KeptFile]

  /// Its settings as the journal keeps them, beside those of other plans.
  var stored: [String: JSONValue] { get }
  /// - Throws: `journalMalformed`.
  init(stored object: inout StrictObject) throws(EvidenceError)
}

extension ImagePlan {
  package var format: FormatID { Self.format }
  package static var describesDiscs: Bool { false }
  package var compression: ImageCompression? { nil }
  package func remarks(on disc: Disc?) -> [String] { [] }
  package func files(of name: String, disc: Disc?) -> Set<String> {
    [firstFile(of: name, isDisc: disc != nil)]
  }
  package func fits(_ geometry: MediaGeometry) -> Bool { true }
  package func unlisted(_ unreadable: [SectorRange]) -> [SectorRange] { [] }
}

/// What can be asked of an image to be written, whatever its format. What is not asked for is `nil`.
package struct ImageSettings: Sendable {
  /// Largest file of an image without structure, in bytes.
  package var split: UInt64?
  /// Largest file of a container, in bytes.
  package var segmentSize: UInt64?
  package var compression: ImageCompression?
  package var sectorsPerChunk: UInt32?
  package var errorGranularity: UInt32?
  package var mediaType: MediaType?
  /// A volume of a device, not the whole.
  package var isLogical: Bool?
  /// A hardware write blocker to name.
  package var writeBlocker: String?

  package init() {}

  /// Those that are asked for.
  package var given: Set<RequestField> {
    let all: [(RequestField, Bool)] = [
      (.split, split != nil), (.segmentSize, segmentSize != nil), (.compression, compression != nil),
      (.sectorsPerChunk, sectorsPerChunk != nil), (.errorGranularity, errorGranularity != nil),
      (.mediaType, mediaType != nil), (.logical, isLogical != nil), (.writeBlocker, writeBlocker != nil),
    ]
    return Set(all.filter(\.1).map(\.0))
  }
}
