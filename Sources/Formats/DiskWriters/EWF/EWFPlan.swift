import CanonicalJSON
import Evidence
import FormatKit
import OpticalDisc
import SystemIO
import WriterKit

/// An E01. What is not asked for comes from what it is an image of.
package struct EWFPlan: ImagePlan {
  package static let format = FormatID.e01
  package static let settings: Set<RequestField> = [
    .segmentSize, .compression, .sectorsPerChunk, .errorGranularity, .mediaType, .logical, .writeBlocker,
  ]

  package static let endings = ["E01"]

  private let asked: ImageSettings

  package init(_ settings: ImageSettings) { self.asked = settings }

  package init?(ending: String, _ settings: ImageSettings) {
    guard Self.endings.contains(ending.uppercased()) else { return nil }
    self.init(settings)
  }

  package var compression: ImageCompression? { asked.compression ?? EWFOptions.usual.compression }
  package var isPlain: Bool { false }
  package var canOverflow: Bool { true }

  /// Per 32 KiB an Adler-32 and two table entries, 12 bytes: one in a thousand is far above that.
  package func largestSize(of length: UInt64, disc: Disc?) -> UInt64 { length + length / 1000 + (1 << 20) }

  package func largestFile(of length: UInt64, disc: Disc?) -> UInt64 {
    min(largestSize(of: length, disc: disc), asked.segmentSize ?? EWFOptions.usual.segmentSize)
  }

  package func fits(_ geometry: MediaGeometry) -> Bool { EWFOptions.fits(geometry) }

  package func check(_ geometry: MediaGeometry, disc: Disc?) throws(EvidenceError) {
    try options(ImageOrigin()).check(geometry)
  }

  package func firstFile(of name: String, isDisc: Bool) -> String { "\(name).E01" }

  /// E01 to E99, EAA to ZZZ.
  package func belongs(_ file: String, to name: String) -> Bool {
    guard file.hasPrefix(name + ".") else { return false }
    return SegmentNames.number(suffix: String(file.dropFirst(name.count + 1)), first: "E") != nil
  }

  package func unlisted(_ unreadable: [SectorRange]) -> [SectorRange] {
    EWFErrorAddresses.unlisted(unreadable)
  }

  package func begin(_ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    try EWFImageWriter(
      folder: place.folder, name: place.name, geometry: place.geometry, options: options(place.origin),
      blockSize: place.blockSize, blocksAtOnce: place.blocksAtOnce, overflow: place.overflow,
      identity: .make(of: place.origin))
  }

  package func keptFiles(
    _ checkpoint: JSONValue, of name: String, isDisc: Bool
  ) throws(EvidenceError) -> [KeptFile] {
    let kept = try EWFSegmentWriter.Kept(checkpoint)
    let names = (1...kept.segment).compactMap { SegmentNames.suffix(number: $0).map { "\(name).\($0)" } }
    return KeptDigests.files(
      names, end: kept.position, open: EWFSegmentWriter.descriptor(at: kept.sectionStart), kept.digests)
  }

  package func resume(_ checkpoint: JSONValue, _ place: ImagePlace) throws(EvidenceError) -> any ImageWriter {
    var origin = place.origin
    // The header was written when the set was begun.
    origin.description = ImageDescription()
    return try EWFImageWriter(
      resuming: checkpoint, folder: place.folder, name: place.name, geometry: place.geometry,
      options: options(origin), blockSize: place.blockSize, blocksAtOnce: place.blocksAtOnce,
      overflow: place.overflow)
  }

  private func options(_ origin: ImageOrigin) -> EWFOptions {
    var options = EWFOptions.usual
    if let size = asked.segmentSize { options.segmentSize = size }
    if let compression = asked.compression { options.compression = compression }
    options.sectorsPerChunk = asked.sectorsPerChunk
    options.errorGranularity = asked.errorGranularity ?? origin.errorGranularity ?? options.errorGranularity
    options.description = origin.description
    options.mediaType = asked.mediaType ?? origin.mediaType
    options.isPhysical = asked.isLogical.map { !$0 } ?? origin.isPhysical ?? options.isPhysical
    options.writeBlocker =
      asked.writeBlocker.flatMap { EWFWriteBlocker(rawValue: $0) }
      ?? origin.writeBlockers.first.flatMap { EWFWriteBlocker(rawValue: $0.lowercased()) }
    return options
  }

  // MARK: As the journal keeps it

  package var stored: [String: JSONValue] {
    let options = options(ImageOrigin())
    return [
      "e01": .fields([
        "compression": .string(options.compression.word), "segmentSize": JSONValue(options.segmentSize),
        "sectorsPerChunk": options.sectorsPerChunk.map { JSONValue($0) },
        "errorGranularity": JSONValue(options.errorGranularity),
        "mediaType": options.mediaType.map { .string($0.rawValue) }, "isPhysical": .bool(options.isPhysical),
        "writeBlocker": options.writeBlocker.map { .string($0.rawValue) },
      ])
    ]
  }

  package init(stored object: inout StrictObject) throws(EvidenceError) {
    var own = try object.object("e01")
    var asked = ImageSettings()
    guard let compression = ImageCompression(word: try own.text("compression")) else {
      throw own.failure("compression", "unknown")
    }
    asked.compression = compression
    asked.segmentSize = try own.quantity("segmentSize")
    asked.sectorsPerChunk = try own.optionalQuantity("sectorsPerChunk", in: 1...UInt64(UInt32.max)).map {
      UInt32($0)
    }
    asked.errorGranularity = UInt32(try own.quantity("errorGranularity", in: 0...UInt64(UInt32.max)))
    asked.mediaType = try own.optionalChoice("mediaType")
    asked.isLogical = !(try own.flag("isPhysical"))
    let blocker: EWFWriteBlocker? = try own.optionalChoice("writeBlocker")
    asked.writeBlocker = blocker?.rawValue
    try own.finish()
    self.init(asked)
  }
}

extension EWFIdentity {
  /// A set of its own, with the times of the acquisition where it is an image of an image that states them.
  fileprivate static func make(of origin: ImageOrigin) -> EWFIdentity {
    let new = make()
    func seconds(_ time: Timestamp?) -> Int64? { time.map { $0.microseconds / 1_000_000 } }
    return EWFIdentity(
      identifier: new.identifier, acquired: seconds(origin.acquired) ?? new.acquired,
      systemTime: seconds(origin.systemTime))
  }
}
