import Evidence
import FormatKit

extension MediaType {
  /// The value in the volume section.
  var ewfCode: UInt8 {
    switch self {
    case .removable: 0
    case .fixed: 1
    case .optical: 3
    case .files: 0x0E
    case .memory: 0x10
    }
  }
}

/// A hardware write blocker the volume section can name.
package enum EWFWriteBlocker: String, Hashable, Sendable, CaseIterable {
  case fastbloc
  case tableau

  /// The bit in the media flags.
  var flag: UInt8 {
    switch self {
    case .fastbloc: 4
    case .tableau: 8
    }
  }
}

/// Settings of an E01 to be written.
package struct EWFOptions: Hashable, Sendable {
  package var compression: ImageCompression = .fast
  /// Largest segment in bytes. 1500 MiB is also the largest at which libewf can resume.
  package var segmentSize: UInt64 = Self.defaultSegmentSize
  /// Sectors per chunk, a power of two; chosen from the size of the medium where `nil`.
  package var sectorsPerChunk: UInt32?
  /// Sectors an unreadable range is rounded to by the reading program; Exhibit is exact to one.
  package var errorGranularity: UInt32 = 1
  package var description = ImageDescription()
  /// What the device says of itself where `nil`: removable or fixed.
  package var mediaType: MediaType?
  /// A whole device, in contrast to a volume of one.
  package var isPhysical = true
  package var writeBlocker: EWFWriteBlocker?

  package init() {}

  package static let usual = EWFOptions()
  package static let defaultSegmentSize: UInt64 = 1500 << 20
  package static let smallestSegmentSize: UInt64 = 1 << 20

  /// Sectors have a power of two of bytes.
  static func fits(_ geometry: MediaGeometry) -> Bool { geometry.logicalSectorSize.nonzeroBitCount == 1 }

  /// - Throws: `argumentInvalid`.
  package func check(_ geometry: MediaGeometry) throws(EvidenceError) {
    guard segmentSize >= Self.smallestSegmentSize, segmentSize <= UInt64(Int64.max) else {
      throw EvidenceError(
        .argumentInvalid, "segment size \(segmentSize)",
        "at least \(HumanText.size(Self.smallestSegmentSize))")
    }
    guard Self.fits(geometry) else {
      throw EvidenceError(
        .argumentInvalid, "an E01 of sectors of \(geometry.logicalSectorSize) bytes",
        "it holds sectors of 512, 1024, 2048 or 4096 bytes; a raw image holds any",
        consider: [.format, .track])
    }
    guard let sectorsPerChunk else { return }
    guard EWFChunkSize.choices.contains(sectorsPerChunk) else {
      throw EvidenceError(
        .argumentInvalid, "\(sectorsPerChunk) sectors per chunk",
        "a power of two from \(EWFChunkSize.choices[0]) to 32768")
    }
    guard geometry.sectorCount / UInt64(sectorsPerChunk) + 1 < EWFChunkSize.chunkLimit else {
      throw EvidenceError(
        .argumentInvalid, "\(sectorsPerChunk) sectors per chunk",
        "this medium needs at least \(EWFChunkSize.sectorsPerChunk(for: geometry)), or the chunk table overflows"
      )
    }
  }
}

/// Size of the chunks inside an E01 (not of the chunks of the manifest).
package enum EWFChunkSize {
  /// libewf refuses 2²⁷ chunks and more, for writing and for reading.
  static let chunkLimit: UInt64 = 1 << 27
  /// What other programs offer.
  static let choices: [UInt32] = (4...15).map { 1 << $0 }

  /// Sectors per chunk: the smallest power of two of at least 32 KiB and 16 sectors that keeps below the limit; for
  /// the best compression of at least 64 KiB, in which more is found.
  package static func sectorsPerChunk(
    for geometry: MediaGeometry, _ compression: ImageCompression = .fast
  ) -> UInt32 {
    let least: UInt64 = compression == .best ? 64 << 10 : 32 << 10
    var sectors = max(16, least / UInt64(geometry.logicalSectorSize))
    while geometry.sectorCount / sectors + 1 >= chunkLimit { sectors <<= 1 }
    return UInt32(sectors)
  }
}
