import Digests
import Evidence
import FormatKit
import Formats
import SystemPackage

/// Builds E01 files field by field, with right checksums, for what no program at hand writes.
package struct EWFCraft {
  package private(set) var bytes: [UInt8] = [0x45, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00, 1, 1, 0, 0, 0]

  package static func little(_ value: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
  }

  package init() {}

  /// A chunk as a zlib stream.
  package static func packed(_ plain: [UInt8]) -> [UInt8] {
    var stored = [UInt8](repeating: 0, count: plain.count + 1024)
    let length = stored.withUnsafeMutableBytes { target in
      plain.withUnsafeBytes { Deflater(level: 9).zlibStream(of: $0, into: target) }
    }
    return Array(stored[..<(length ?? 0)])
  }

  /// The list of unreadable sectors.
  package static func errors(_ ranges: [(first: UInt64, count: UInt64)]) -> [UInt8] {
    summed(little(UInt64(ranges.count), 4) + [UInt8](repeating: 0, count: 512))
      + summed(ranges.flatMap { little($0.first, 4) + little($0.count, 4) })
  }

  /// `hash`: an MD5.
  package static func md5(of bytes: [UInt8]) -> [UInt8] {
    summed(Digest.of(bytes, .md5).bytes + [UInt8](repeating: 0, count: 16))
  }

  /// `part` and its Adler-32.
  package static func summed(_ part: [UInt8]) -> [UInt8] {
    part + little(UInt64(Adler32.of(part.span.bytes)), 4)
  }

  package static func descriptor(_ type: String, next: Int, size: Int) -> [UInt8] {
    let name = Array(type.utf8)
    return summed(
      name + [UInt8](repeating: 0, count: 16 - name.count) + little(UInt64(next), 8) + little(UInt64(size), 8)
        + [UInt8](repeating: 0, count: 40))
  }

  package static func volume(
    chunks: UInt32, sectorsPerChunk: UInt32, bytesPerSector: UInt32 = 512, sectors: UInt64
  ) -> [UInt8] {
    let fields =
      [1, 0, 0, 0] + little(UInt64(chunks), 4) + little(UInt64(sectorsPerChunk), 4)
      + little(UInt64(bytesPerSector), 4) + little(sectors, 8)
    return summed(fields + [UInt8](repeating: 0, count: 1048 - fields.count))
  }

  package static func table(_ entries: [UInt32], count: UInt32? = nil, base: UInt64 = 0) -> [UInt8] {
    summed(little(UInt64(count ?? UInt32(entries.count)), 4) + little(0, 4) + little(base, 8) + little(0, 4))
      + summed(entries.flatMap { little(UInt64($0), 4) })
  }

  package mutating func section(_ type: String, _ payload: [UInt8] = []) {
    let isLast = type == "done" || type == "next"
    let end = bytes.count + 76 + payload.count
    bytes += Self.descriptor(type, next: isLast ? bytes.count : end, size: isLast ? 0 : 76 + payload.count)
    bytes += payload
  }

  /// Opens the bytes as `crafted.E01` in a folder that lives as long as the result is used.
  package func open() throws -> (reader: any ImageReader, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    try TestFiles.write(bytes, to: folder.appending("crafted.E01"))
    return (try Formats.openDisk(folder.appending("crafted.E01")), folder)
  }
}
