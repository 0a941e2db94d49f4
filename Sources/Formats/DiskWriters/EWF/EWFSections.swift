import Evidence
import FormatKit

/// The sections of an EnCase 6 file as bytes. All integers are little-endian, every checksum is an Adler-32.
enum EWFSections {
  /// Bytes of a section's descriptor.
  static let descriptorSize = 76

  /// The 13 bytes a segment begins with.
  static func fileHeader(segment: Int) -> [UInt8] {
    [0x45, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00, 1] + littleEndian(UInt16(segment)) + [0, 0]
  }

  /// - Parameters:
  ///   - start: where the section begins in its file.
  ///   - size: with the descriptor.
  static func descriptor(_ type: String, at start: UInt64, size: UInt64) -> [UInt8] {
    var bytes = Array(type.utf8) + [UInt8](repeating: 0, count: 16 - type.utf8.count)
    bytes += littleEndian(start + size) + littleEndian(size) + [UInt8](repeating: 0, count: 40)
    return checked(bytes)
  }

  /// `next` or `done`, which name their own place and no size.
  static func closing(isLast: Bool, at start: UInt64) -> [UInt8] {
    var bytes = Array((isLast ? "done" : "next").utf8) + [UInt8](repeating: 0, count: 12)
    bytes += littleEndian(start) + [UInt8](repeating: 0, count: 48)
    return checked(bytes)
  }

  static func section(_ type: String, at start: UInt64, _ payload: [UInt8]) -> [UInt8] {
    descriptor(type, at: start, size: UInt64(descriptorSize + payload.count)) + payload
  }

  /// Payload of `volume` and of `data`, which repeats it.
  static func volume(
    geometry: MediaGeometry, sectorsPerChunk: UInt32, options: EWFOptions, identifier: [UInt8]
  ) -> [UInt8] {
    let chunkCount = EWFChunkSize.chunkCount(geometry, sectorsPerChunk: sectorsPerChunk)
    var bytes = [UInt8](repeating: 0, count: 1048)
    func put(_ field: [UInt8], at offset: Int) {
      bytes.replaceSubrange(offset..<offset + field.count, with: field)
    }
    bytes[0] = (options.mediaType ?? .fixed).ewfCode
    put(littleEndian(UInt32(chunkCount)), at: 4)
    put(littleEndian(sectorsPerChunk), at: 8)
    put(littleEndian(geometry.logicalSectorSize), at: 12)
    put(littleEndian(geometry.sectorCount), at: 16)
    // Bit 0: an image of sectors, in contrast to one of files.
    bytes[36] = 1 | (options.isPhysical ? 2 : 0) | (options.writeBlocker?.flag ?? 0)
    bytes[52] = options.compression.level
    put(littleEndian(options.errorGranularity), at: 56)
    put(identifier, at: 64)
    return checked(bytes)
  }

  /// Payload of `table` and of `table2`, which repeats it.
  /// - Parameters:
  ///   - entries: offset of each chunk from `base`; the highest bit marks a compressed one.
  ///   - base: where the `sectors` section begins.
  static func table(_ entries: [UInt32], base: UInt64) -> [UInt8] {
    var header = littleEndian(UInt32(entries.count)) + [0, 0, 0, 0]
    header += littleEndian(base) + [0, 0, 0, 0]
    return checked(header) + checked(entries.flatMap(littleEndian))
  }

  static func tableSize(entryCount: Int) -> UInt64 { UInt64(descriptorSize + 24 + 4 * entryCount + 4) }

  /// Payload of `error2`.
  static func errors(_ ranges: [SectorRange]) -> [UInt8] {
    let header = littleEndian(UInt32(ranges.count)) + [UInt8](repeating: 0, count: 512)
    return checked(header)
      + checked(
        ranges.flatMap { littleEndian(UInt32($0.first)) + littleEndian(UInt32($0.count)) })
  }

  /// Payload of `digest`.
  static func digest(_ digests: DigestSet) -> [UInt8] {
    let md5 = digests[.md5]?.bytes ?? [UInt8](repeating: 0, count: 16)
    let sha1 = digests[.sha1]?.bytes ?? [UInt8](repeating: 0, count: 20)
    return checked(md5 + sha1 + [UInt8](repeating: 0, count: 40))
  }

  /// Payload of `hash`.
  static func hash(_ md5: Digest) -> [UInt8] { checked(md5.bytes + [UInt8](repeating: 0, count: 16)) }

  private static func checked(_ bytes: [UInt8]) -> [UInt8] {
    bytes + littleEndian(Adler32.of(bytes.span.bytes))
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    withUnsafeBytes(of: value.littleEndian) { Array($0) }
  }
}

extension ImageCompression {
  /// As the volume section names it, for information.
  fileprivate var level: UInt8 {
    switch self {
    case .none, .emptyBlock: 0
    case .fast: 1
    case .best: 2
    }
  }
}

extension EWFChunkSize {
  static func chunkCount(_ geometry: MediaGeometry, sectorsPerChunk: UInt32) -> UInt64 {
    (geometry.sectorCount + UInt64(sectorsPerChunk) - 1) / UInt64(sectorsPerChunk)
  }
}
