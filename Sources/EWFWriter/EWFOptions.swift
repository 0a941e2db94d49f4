import Evidence
import ImageFormats

/// How hard chunks are compressed.
package enum EWFCompression: String, Hashable, Sendable, CaseIterable {
  /// Chunks are stored as they are, each with its Adler-32.
  case none
  /// About the size of zlib level 1, several times as fast.
  case fast
  /// The strongest the encoder offers.
  case best
}

/// Settings of an E01 to be written.
package struct EWFOptions: Hashable, Sendable {
  package var compression: EWFCompression = .fast
  /// Largest segment in bytes. 1500 MiB is also the largest at which libewf can resume.
  package var segmentSize: UInt64 = Self.defaultSegmentSize
  package var description = ImageDescription()
  package var isRemovable = false
  /// A whole device, in contrast to a file that holds an image of one.
  package var isPhysical = true

  package init() {}

  package static let defaultSegmentSize: UInt64 = 1500 << 20
  package static let smallestSegmentSize: UInt64 = 1 << 20
}

/// Size of the chunks inside an E01 (not of the chunks of the manifest).
enum EWFChunkSize {
  /// libewf refuses 2²⁷ chunks and more, for writing and for reading.
  static let chunkLimit: UInt64 = 1 << 27

  /// Sectors per chunk: the smallest power of two of at least 32 KiB and 16 sectors that keeps below the limit.
  static func sectorsPerChunk(for geometry: MediaGeometry) -> UInt32 {
    var sectors: UInt64 = max(16, 32768 / UInt64(geometry.logicalSectorSize))
    while geometry.sectorCount / sectors + 1 >= chunkLimit { sectors <<= 1 }
    return UInt32(sectors)
  }
}
