import Evidence
import FormatKit

/// Sizes, places and caps of the E01 format (EWF version 1). All integers are little-endian.
enum EWFLayout {
  static let signature: [UInt8] = [0x45, 0x56, 0x46, 0x09, 0x0d, 0x0a, 0xff, 0x00]
  static let fileHeaderSize = 13
  static let descriptorSize = 76
  /// Payload of `volume`, `disk` and `data`; SMART and the first EWF have the short one.
  static let volumeSize = 1052
  static let shortVolumeSize = 94
  static let tableHeaderSize = 24
  static let digestSize = 80
  static let hashSize = 36
  static let errorHeaderSize = 520
  static let sessionHeaderSize = 36
  static let sessionEntrySize = 32

  /// Most sections in a whole set; a set of 16 TiB in old tables has fewer than 100,000.
  static let largestSectionCount = 1 << 20
  /// Most compressed, and most plain bytes of a header section; real ones have a few hundred.
  static let largestStoredHeader = 1 << 20
  static let largestPlainHeader = 1 << 22
  /// Most header sections of a whole set that are looked at; real sets have three.
  static let largestHeaderCount = 16
  /// Most copies of the volume section that are kept; a set has one for each segment.
  static let largestVolumeCount = 1 << 15
  /// Most bytes of a chunk: 131072 sectors of 512 bytes are known to be written.
  static let largestChunkSize: UInt64 = 1 << 27
  /// Fewest bytes of a chunk: nothing is known that writes less than a sector.
  static let smallestChunkSize: UInt64 = 512
  /// Most plain bytes that one stored byte can stand for: deflate codes 258 bytes in two bits, and headers take more.
  static let largestExpansion: UInt64 = 1032
  static let largestSectorSize: UInt32 = 1 << 16
  /// Most ranges of unreadable sectors of a whole set that are listed.
  static let largestErrorCount = 1 << 20
  /// Most entries of a session section.
  static let largestSessionCount = 1 << 12
}

/// The 13 bytes each segment begins with.
struct EWFFileHeader {
  let segmentNumber: UInt16
  let hasSignature: Bool
  /// Whether the constant fields around the segment number are what they must be.
  let hasFields: Bool

  init?(_ bytes: RawSpan) {
    guard let signature = bytes.array(at: 0, count: 8),
      let number = bytes.littleEndian(at: 9, as: UInt16.self),
      let start = bytes.littleEndian(at: 8, as: UInt8.self),
      let end = bytes.littleEndian(at: 11, as: UInt16.self)
    else { return nil }
    self.segmentNumber = number
    self.hasSignature = signature == EWFLayout.signature
    self.hasFields = start == 1 && end == 0
  }
}

/// The 76 bytes each section begins with: type[16], next u64, size u64, 40 zero bytes, Adler-32 of the first 72.
struct EWFSectionDescriptor {
  /// Empty where the field holds no name.
  let type: String
  /// Absolute offset in the file of the next section; its own offset for the last.
  let next: UInt64
  /// Size with this descriptor, in bytes.
  let size: UInt64
  let isSound: Bool

  init?(_ bytes: RawSpan, at offset: Int = 0) {
    guard offset >= 0, offset <= bytes.byteCount - EWFLayout.descriptorSize,
      let name = bytes.array(at: offset, count: 16),
      let next = bytes.littleEndian(at: offset + 16, as: UInt64.self),
      let size = bytes.littleEndian(at: offset + 24, as: UInt64.self),
      let checksum = bytes.littleEndian(at: offset + 72, as: UInt32.self)
    else { return nil }
    let letters = name.prefix { $0 != 0 }
    let isName = letters.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
    }
    self.type = isName ? String(decoding: letters, as: UTF8.self) : ""
    self.next = next
    self.size = size
    self.isSound = Adler32.of(bytes.extracting(offset..<offset + 72)) == checksum
  }
}

/// What `volume`, `disk` and `data` say of the medium.
struct EWFVolume: Hashable {
  let mediaType: UInt8
  let chunkCount: UInt32
  let sectorsPerChunk: UInt32
  let bytesPerSector: UInt32
  let sectorCount: UInt64
  let mediaFlags: UInt8
  /// 0 none, 1 fast, 2 best; for information only.
  let compressionLevel: UInt8
  /// Sectors.
  let errorGranularity: UInt32
  let identifier: [UInt8]
  /// The form of SMART and of the first EWF.
  let isShort: Bool
  /// The mark SMART leaves in the short form.
  let isSMART: Bool
  let isSound: Bool

  init?(_ bytes: RawSpan) {
    let isShort = bytes.byteCount < EWFLayout.volumeSize
    let size = isShort ? EWFLayout.shortVolumeSize : EWFLayout.volumeSize
    guard bytes.byteCount >= size,
      let chunks = bytes.littleEndian(at: 4, as: UInt32.self),
      let sectorsPerChunk = bytes.littleEndian(at: 8, as: UInt32.self),
      let bytesPerSector = bytes.littleEndian(at: 12, as: UInt32.self),
      let sectors = bytes.littleEndian(at: 16, as: UInt64.self),
      let checksum = bytes.littleEndian(at: size - 4, as: UInt32.self)
    else { return nil }
    self.chunkCount = chunks
    self.sectorsPerChunk = sectorsPerChunk
    self.bytesPerSector = bytesPerSector
    self.sectorCount = isShort ? sectors & 0xffff_ffff : sectors
    self.isShort = isShort
    self.isSMART = isShort && bytes.array(at: 85, count: 5) == Array("SMART".utf8)
    self.isSound = Adler32.of(bytes.extracting(0..<size - 4)) == checksum
    self.mediaType = isShort ? 1 : bytes.littleEndian(at: 0) ?? 0
    self.mediaFlags = isShort ? 0 : bytes.littleEndian(at: 36) ?? 0
    self.compressionLevel = isShort ? 0 : bytes.littleEndian(at: 52) ?? 0
    self.errorGranularity = isShort ? 0 : bytes.littleEndian(at: 56) ?? 0
    self.identifier = isShort ? [] : bytes.array(at: 64, count: 16) ?? []
  }

  /// Bytes per chunk; `nil` where the fields are outside every sensible range.
  var chunkSize: Int? {
    guard sectorsPerChunk > 0, bytesPerSector <= EWFLayout.largestSectorSize,
      ChunkPlan.canDivide(bytesPerSector)
    else {
      return nil
    }
    let size = UInt64(sectorsPerChunk) * UInt64(bytesPerSector)
    return (EWFLayout.smallestChunkSize...EWFLayout.largestChunkSize).contains(size) ? Int(size) : nil
  }

  /// Bytes of the medium; `nil` past 2⁶³.
  var length: UInt64? {
    let (length, overflow) = sectorCount.multipliedReportingOverflow(by: UInt64(bytesPerSector))
    return overflow || length > UInt64(Int64.max) ? nil : length
  }

  /// Chunks that the sectors need.
  var neededChunks: UInt64 {
    guard sectorsPerChunk > 0 else { return 0 }
    let size = UInt64(sectorsPerChunk)
    return sectorCount / size + (sectorCount % size == 0 ? 0 : 1)
  }

  var isConsistent: Bool { chunkSize != nil && length != nil && UInt64(chunkCount) == neededChunks }

  /// What it says of the medium, for people.
  var summary: String {
    "\(sectorCount) sectors of \(bytesPerSector) bytes in \(chunkCount) chunks of \(sectorsPerChunk) sectors"
  }

  /// Whether both describe the same medium in the same chunks.
  func agrees(with other: EWFVolume) -> Bool {
    chunkCount == other.chunkCount && sectorsPerChunk == other.sectorsPerChunk
      && bytesPerSector == other.bytesPerSector && sectorCount == other.sectorCount
  }
}

/// The first 24 bytes of `table` and `table2`: count u32, 0 u32, base u64, 0 u32, Adler-32 of the first 20.
struct EWFTableHeader {
  let count: UInt32
  /// Added to each entry, absolute in the file.
  let base: UInt64
  let isSound: Bool

  init?(_ bytes: RawSpan) {
    guard let count = bytes.littleEndian(at: 0, as: UInt32.self),
      let base = bytes.littleEndian(at: 8, as: UInt64.self),
      let checksum = bytes.littleEndian(at: 20, as: UInt32.self)
    else { return nil }
    self.count = count
    self.base = base
    self.isSound = Adler32.of(bytes.extracting(0..<20)) == checksum
  }
}

/// `digest` (MD5, SHA-1) and `hash` (MD5).
struct EWFDigests {
  let md5: Digest?
  let sha1: Digest?
  let isSound: Bool

  /// - Parameter size: 80 for `digest`, 36 for `hash`; its last four bytes are the checksum.
  init?(_ bytes: RawSpan, size: Int) {
    guard let md5 = bytes.array(at: 0, count: 16),
      let checksum = bytes.littleEndian(at: size - 4, as: UInt32.self)
    else { return nil }
    // Sixteen zero bytes are how programs leave out a digest.
    self.md5 = md5.allSatisfy { $0 == 0 } ? nil : Digest(.md5, md5)
    let sha1 = size == EWFLayout.digestSize ? bytes.array(at: 16, count: 20) : nil
    self.sha1 = sha1.flatMap { bytes in bytes.allSatisfy { $0 == 0 } ? nil : Digest(.sha1, bytes) }
    self.isSound = Adler32.of(bytes.extracting(0..<size - 4)) == checksum
  }
}

/// `error2`: sectors that could not be read when the image was made.
struct EWFErrorList {
  /// As stored, in file order; start and count have 32 bits each.
  let ranges: [SectorRange]
  let isSound: Bool

  init?(_ bytes: RawSpan) {
    guard let count = bytes.littleEndian(at: 0, as: UInt32.self),
      let checksum = bytes.littleEndian(at: 516, as: UInt32.self)
    else { return nil }
    var isSound = Adler32.of(bytes.extracting(0..<516)) == checksum
    let header = EWFLayout.errorHeaderSize
    let room = max(0, bytes.byteCount - header - 4) / 8
    let entries = min(Int(count), room, EWFLayout.largestErrorCount)
    var ranges: [SectorRange] = []
    for index in 0..<entries {
      if let first = bytes.littleEndian(at: header + index * 8, as: UInt32.self),
        let count = bytes.littleEndian(at: header + index * 8 + 4, as: UInt32.self)
      {
        ranges.append(SectorRange(first: UInt64(first), count: UInt64(count)))
      }
    }
    let end = header + entries * 8
    if entries < Int(count) {
      isSound = false
    } else if count > 0 {
      let stored = bytes.littleEndian(at: end, as: UInt32.self)
      isSound = isSound && stored == Adler32.of(bytes.extracting(header..<end))
    }
    self.ranges = ranges
    self.isSound = isSound
  }
}
