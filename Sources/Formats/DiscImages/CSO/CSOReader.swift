import Codecs
import Evidence
import FormatKit
import SystemIO
import SystemPackage

/// The header of CISO and ZISO, little-endian: name, size of the header, size of the contents in 8 bytes, size of a block,
/// version, alignment. Behind it stands an offset for each block, and one for the end of the last.
struct CSOLayout {
  static let headerSize = 24
  /// Largest block; programs write 2 KiB, and up to 1 MiB.
  static let largestBlock = 16 << 20
  /// Bit of an offset: stored as it is; in version 2 of CISO, packed with LZ4.
  static let flag: UInt32 = 1 << 31

  let isZISO: Bool
  let length: UInt64
  let blockSize: Int
  let version: UInt8
  let alignment: UInt8

  /// - Returns: `nil` where it is none.
  init?(header bytes: [UInt8]) {
    guard bytes.count >= Self.headerSize else { return nil }
    let name = Array(bytes[..<4])
    guard name == Array("CISO".utf8) || name == Array("ZISO".utf8) else { return nil }
    let span = bytes.span.bytes
    self.isZISO = name[0] == UInt8(ascii: "Z")
    self.length = span.littleEndian(at: 8) ?? 0
    self.blockSize = Int(span.littleEndian(at: 16, as: UInt32.self) ?? 0)
    self.version = bytes[20]
    self.alignment = bytes[21]
    guard length > 0, length <= MediaGeometry.longest, blockSize > 0, blockSize <= Self.largestBlock,
      version <= 2, alignment < 32
    else { return nil }
  }

  var blockCount: UInt64 { (length + UInt64(blockSize) - 1) / UInt64(blockSize) }
  /// Bytes of the offsets.
  var indexSize: UInt64 { (blockCount + 1) * 4 }
}

enum CSOReader {
  /// - Throws: `fileMissing`, `imageMalformed`, `readFailed`.
  static func open(_ path: FilePath) throws(EvidenceError) -> any ImageReader {
    let file = try SegmentFile(path)
    func malformed(_ reason: String) -> EvidenceError {
      EvidenceError(.imageMalformed, path.string, reason)
    }
    guard let layout = CSOLayout(header: try file.bytes(at: 0, count: CSOLayout.headerSize)) else {
      throw malformed("its header is damaged")
    }
    let headerSize = UInt64(CSOLayout.headerSize)
    guard layout.indexSize <= file.size - headerSize else {
      throw malformed("it ends before the offsets of its \(layout.blockCount) blocks")
    }
    let index = try file.bytes(at: headerSize, count: Int(layout.indexSize))
    guard UInt64(index.count) == layout.indexSize else { throw malformed("it ends before its offsets") }
    var facts = ChunkedFacts(.cso, sectorSize: 2048, segments: [path])
    facts.facts.family = layout.isZISO ? "ZISO, LZ4" : layout.version == 2 ? "CISO 2" : "CISO, deflate"
    return ChunkedReader(CSODecoder(file: file, layout: layout, index: index), facts)
  }
}

private struct CSODecoder: ChunkDecoder {
  let file: SegmentFile
  let layout: CSOLayout
  /// Offsets as they are stored.
  let index: [UInt8]
  private let inflaters = InflaterPool()

  init(file: SegmentFile, layout: CSOLayout, index: [UInt8]) {
    self.file = file
    self.layout = layout
    self.index = index
  }

  var length: UInt64 { layout.length }
  var chunkSize: Int { layout.blockSize }

  func decode(_ chunk: Int, into buffer: UnsafeMutableRawBufferPointer) throws(EvidenceError) -> String? {
    guard let entry = index.span.bytes.littleEndian(at: 4 * chunk, as: UInt32.self),
      let next = index.span.bytes.littleEndian(at: 4 * chunk + 4, as: UInt32.self)
    else { return "it has no offset" }
    let start = place(entry)
    let end = min(place(next), file.size)
    guard start < end else { return "its offset leads behind its end" }
    // Blocks begin at round places: what lies between them fills up.
    let room = min(end - start, UInt64(2 * layout.blockSize) + (1 << UInt64(layout.alignment)) + 64)
    guard room <= UInt64(4 * CSOLayout.largestBlock) else { return "it is longer than any block may be" }
    let stored = try file.bytes(at: start, count: Int(room))
    return stored.withUnsafeBytes { stored in
      unpack(stored, isFlagged: entry & CSOLayout.flag != 0, into: buffer) ? nil : "it cannot be unpacked"
    }
  }

  private func unpack(
    _ stored: UnsafeRawBufferPointer, isFlagged: Bool, into buffer: UnsafeMutableRawBufferPointer
  ) -> Bool {
    let isVersion2 = layout.version == 2 && !layout.isZISO
    // Of version 2 a block that takes a whole block is stored as it is.
    if isVersion2 ? stored.count >= layout.blockSize : isFlagged {
      guard stored.count >= buffer.count else { return false }
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: stored[..<buffer.count]))
      return true
    }
    if layout.isZISO || isFlagged {
      return BlockCodecs.lz4(padded: stored, into: buffer) == buffer.count
    }
    return inflaters.use { $0.inflateRaw(stored, into: buffer)?.plainCount } == buffer.count
  }

  private func place(_ entry: UInt32) -> UInt64 {
    UInt64(entry & ~CSOLayout.flag) << UInt64(layout.alignment)
  }
}
