import Evidence

/// The header of a CHD (MAME, `chd.h`), big-endian, of versions 3 to 5.
struct CHDHeader {
  static let signature = "MComprHD"
  /// Bytes of the longest header.
  static let size = 124
  /// Largest unit of compression; chdman takes up to 1 MiB.
  static let largestHunk = 16 << 20
  /// Most hunks: a disk of 128 GiB in hunks of 4 KiB.
  static let mostHunks: UInt64 = 1 << 25
  /// Bytes of a CD sector with its subchannel.
  static let cdUnit = 2352 + 96

  let version: Int
  let headerSize: Int
  /// Tags of up to four codecs; 0 is none. Of versions 3 and 4 one.
  let codecs: [UInt32]
  let length: UInt64
  let hunkSize: Int
  /// What offsets into a parent count; of versions 3 and 4 it is the hunk.
  let unitSize: Int
  let mapOffset: UInt64
  let metadataOffset: UInt64
  /// Of the contents.
  let md5: [UInt8]?
  let rawSHA1: [UInt8]?
  /// Of contents and metadata, by which children name it; in version 3 of the contents alone.
  let sha1: [UInt8]?
  let parentSHA1: [UInt8]?

  var hunkCount: UInt64 { (length + UInt64(hunkSize) - 1) / UInt64(hunkSize) }
  var isCompressed: Bool { codecs[0] != 0 }
  /// Whether hunks are of whole CD sectors.
  var isCD: Bool { version == 5 ? unitSize == Self.cdUnit : hunkSize % Self.cdUnit == 0 }

  static let zlib = tag("zlib")

  static func tag(_ text: String) -> UInt32 { text.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

  static func text(_ tag: UInt32) -> String {
    String(decoding: (0..<4).map { UInt8(truncatingIfNeeded: tag >> UInt32(24 - 8 * $0)) }, as: UTF8.self)
  }

  /// The version a file states; `nil` where it is no CHD.
  static func version(_ bytes: [UInt8]) -> UInt32? {
    bytes.starts(with: signature.utf8) ? bytes.span.bytes.bigEndian(at: 12) : nil
  }

  /// - Returns: `nil` where it is cut, of another version, or contradicts itself.
  init?(_ bytes: [UInt8]) {
    let span = bytes.span.bytes
    guard let version = Self.version(bytes), (3...5).contains(version),
      let size: UInt32 = span.bigEndian(at: 8), size == [3: 120, 4: 108, 5: 124][version],
      bytes.count >= Int(size)
    else { return nil }
    func number(_ offset: Int) -> UInt32 { span.bigEndian(at: offset) ?? 0 }
    func long(_ offset: Int) -> UInt64 { span.bigEndian(at: offset) ?? 0 }
    func digest(_ offset: Int, _ count: Int = 20) -> [UInt8]? {
      let bytes = Array(bytes[offset..<offset + count])
      return bytes.allSatisfy { $0 == 0 } ? nil : bytes
    }
    self.version = Int(version)
    self.headerSize = Int(size)
    if version == 5 {
      self.codecs = (0..<4).map { number(16 + 4 * $0) }
      self.length = long(32)
      self.mapOffset = long(40)
      self.metadataOffset = long(48)
      self.hunkSize = Int(number(56))
      self.unitSize = Int(number(60))
      self.md5 = nil
      self.rawSHA1 = digest(64)
      self.sha1 = digest(84)
      self.parentSHA1 = digest(104)
    } else {
      // 0 none, 1 and 2 zlib, 3 audio and video.
      self.codecs = [[0, Self.zlib, Self.zlib][safe: Int(number(20))] ?? Self.tag("avhu")]
      self.length = long(28)
      self.mapOffset = UInt64(size)
      self.metadataOffset = long(36)
      self.hunkSize = Int(number(version == 3 ? 76 : 44))
      self.unitSize = hunkSize
      self.md5 = version == 3 ? digest(44, 16) : nil
      self.rawSHA1 = version == 3 ? digest(80) : digest(88)
      self.sha1 = version == 3 ? digest(80) : digest(48)
      let hasParent = number(16) & 1 != 0
      self.parentSHA1 = hasParent ? version == 3 ? digest(100) : digest(68) : nil
    }
    guard length > 0, length <= MediaGeometry.longest, hunkSize > 0, hunkSize <= Self.largestHunk,
      unitSize > 0,
      hunkSize % unitSize == 0, hunkCount <= Self.mostHunks
    else { return nil }
  }
}

extension Array {
  /// `nil` outside.
  fileprivate subscript(safe index: Int) -> Element? { indices.contains(index) ? self[index] : nil }
}
