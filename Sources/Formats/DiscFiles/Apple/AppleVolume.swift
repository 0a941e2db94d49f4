import Evidence

/// A volume of HFS or HFS+: where its blocks lie, and its catalogue.
struct AppleVolume {
  /// Contents of one of the two forks of a file.
  struct Fork {
    /// Bytes.
    var size: UInt64 = 0
    /// Blocks.
    var extents: [(first: UInt32, count: UInt32)] = []
  }

  let kind: DiscTree.Kind
  private(set) var name = ""
  /// Byte of the disc on which block 0 begins, and bytes of a block.
  private let firstBlock: UInt64
  private let blockSize: UInt64
  private let sectors: DiscSectors
  let catalogue: HFSBTree
  /// Extents behind those that the catalogue has, by fork and number of the file.
  private var further: [UInt64: [(at: UInt32, extents: [(first: UInt32, count: UInt32)])]] = [:]
  private(set) var remarks: [String] = []

  /// Of attributes, which HFS does not have.
  private var attributesFork = Fork()

  private static let largestTree: UInt64 = 1 << 26

  /// - Parameter start: byte of the disc on which the volume begins.
  /// - Returns: `nil` where there is none, or its catalogue is not found.
  init?(_ sectors: DiscSectors, at start: UInt64) {
    let header = sectors.bytes(at: start + 1024, count: 512)
    guard header.count == 512 else { return nil }
    let isPlus = header[0] == 0x48 && (header[1] == 0x2B || header[1] == 0x58)
    guard isPlus || header[0] == 0x42 && header[1] == 0x44 else { return nil }
    let span = header.span.bytes
    let size = UInt64(span.bigEndian(at: isPlus ? 40 : 20, as: UInt32.self) ?? 0)
    guard size >= 512, size % 512 == 0, size <= 1 << 24 else { return nil }
    self.sectors = sectors
    kind = isPlus ? .hfsPlus : .hfs
    blockSize = size
    firstBlock = isPlus ? start : start + UInt64(span.bigEndian(at: 28, as: UInt16.self) ?? 0) * 512
    let forks: (extents: Fork, catalogue: Fork)
    if isPlus {
      forks = (Self.plusFork(header[192..<272]), Self.plusFork(header[272..<352]))
    } else {
      name = MacRoman.text(header[37..<37 + min(Int(header[36]), 27)])
      forks = (
        Fork(
          size: UInt64(span.bigEndian(at: 130, as: UInt32.self) ?? 0),
          extents: Self.extents(header[134..<146])),
        Fork(
          size: UInt64(span.bigEndian(at: 146, as: UInt32.self) ?? 0),
          extents: Self.extents(header[150..<162]))
      )
    }
    var found: [UInt64: [(at: UInt32, extents: [(first: UInt32, count: UInt32)])]] = [:]
    let place = (first: firstBlock, size: size)
    if let tree = HFSBTree(Self.bytes(of: forks.extents, place, sectors), hasLongKeys: isPlus) {
      let isWhole = tree.forEach { key, data in
        if let (one, at, extents) = Self.overflow(key, data, isPlus: isPlus) {
          found[one, default: []].append((at, extents))
        }
      }
      if !isWhole { remarks.append("the list of further extents is damaged") }
    } else if forks.extents.size > 0 {
      remarks.append("the list of further extents is damaged")
    }
    var whole = forks.catalogue
    // The catalogue is file 4.
    for piece in (found[4] ?? []).sorted(by: { $0.at < $1.at }) { whole.extents += piece.extents }
    guard let tree = HFSBTree(Self.bytes(of: whole, place, sectors), hasLongKeys: isPlus) else { return nil }
    catalogue = tree
    further = found
    if isPlus {
      attributesFork = Self.plusFork(header[352..<432])
      // The attributes are file 8.
      for piece in (found[8] ?? []).sorted(by: { $0.at < $1.at }) { attributesFork.extents += piece.extents }
    }
  }

  /// Where HFS+ begins that lies in a volume of HFS.
  static func wrapped(_ sectors: DiscSectors, at start: UInt64) -> UInt64? {
    let header = sectors.bytes(at: start + 1024, count: 512)
    guard header.count == 512, header[0] == 0x42, header[1] == 0x44, header[124] == 0x48, header[125] == 0x2B
    else {
      return nil
    }
    let span = header.span.bytes
    let size = UInt64(span.bigEndian(at: 20, as: UInt32.self) ?? 0)
    let first = UInt64(span.bigEndian(at: 28, as: UInt16.self) ?? 0)
    return start + first * 512 + UInt64(span.bigEndian(at: 126, as: UInt16.self) ?? 0) * size
  }

  /// Attributes of one name that stand in their records, by the number of their file.
  func attributes(named name: String) -> [UInt32: [UInt8]] {
    var found: [UInt32: [UInt8]] = [:]
    let bytes = Self.bytes(of: attributesFork, (firstBlock, blockSize), sectors)
    _ = HFSBTree(bytes, hasLongKeys: true)?.forEach { slice, record in
      let (key, data) = (Array(slice), Array(record))
      let (keys, span) = (key.span.bytes, data.span.bytes)
      guard let file = keys.bigEndian(at: 2, as: UInt32.self), key.count >= 12,
        NameText.text(utf16: key[12...]) == name, span.bigEndian(at: 0, as: UInt32.self) == 0x10,
        let count = span.bigEndian(at: 12, as: UInt32.self), 16 + Int(count) <= data.count
      else { return }
      found[file] = Array(data[16..<16 + Int(count)])
    }
    return found
  }

  /// The first bytes of a data fork.
  func contents(of fork: Fork, file: UInt32, most: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    for extent in places(of: fork, file: file, isResource: false).extents where bytes.count < most {
      if let start = extent.start {
        bytes += sectors.bytes(at: start, count: min(Int(clamping: extent.count), most - bytes.count))
      }
    }
    return bytes
  }

  /// Where the contents of a fork lie, with extents the catalogue has no room for.
  /// - Returns: and whether all of them are found.
  func places(of fork: Fork, file: UInt32, isResource: Bool) -> (extents: [DiscEntry.Extent], isWhole: Bool) {
    var all = fork.extents
    let more = (further[UInt64(file) | (isResource ? 1 << 32 : 0)] ?? []).sorted { $0.at < $1.at }
    for piece in more { all += piece.extents }
    var left = fork.size
    var extents: [DiscEntry.Extent] = []
    for one in all where left > 0 && one.count > 0 {
      let count = min(left, UInt64(one.count) * blockSize)
      extents.append(DiscEntry.Extent(firstBlock + UInt64(one.first) * blockSize, count: count))
      left -= count
    }
    return (extents, left == 0)
  }

  /// - Parameter key: behind its length.
  /// - Returns: fork and number of the file, block of the file from which the extents go on.
  private static func overflow(
    _ key: ArraySlice<UInt8>, _ data: ArraySlice<UInt8>, isPlus: Bool
  ) -> (UInt64, UInt32, [(first: UInt32, count: UInt32)])? {
    let bytes = Array(key)
    let span = bytes.span.bytes
    guard let file = span.bigEndian(at: isPlus ? 2 : 1, as: UInt32.self) else { return nil }
    let at =
      isPlus
      ? span.bigEndian(at: 6, as: UInt32.self) : span.bigEndian(at: 5, as: UInt16.self).map { UInt32($0) }
    guard let at, data.count >= (isPlus ? 64 : 12) else { return nil }
    let extents = isPlus ? plusExtents(data.prefix(64)) : extents(data.prefix(12))
    return (UInt64(file) | (bytes[0] == 0xFF ? 1 << 32 : 0), at, extents)
  }

  /// Three of two 16-bit numbers.
  static func extents(_ slice: ArraySlice<UInt8>) -> [(first: UInt32, count: UInt32)] {
    let bytes = Array(slice)
    let span = bytes.span.bytes
    func number(_ at: Int) -> UInt32 { UInt32(span.bigEndian(at: at, as: UInt16.self) ?? 0) }
    return stride(from: 0, to: bytes.count - 3, by: 4).map { (number($0), number($0 + 2)) }
  }

  /// Eight of two 32-bit numbers.
  private static func plusExtents(_ slice: ArraySlice<UInt8>) -> [(first: UInt32, count: UInt32)] {
    let bytes = Array(slice)
    let span = bytes.span.bytes
    return stride(from: 0, to: bytes.count - 7, by: 8).map { at in
      (span.bigEndian(at: at, as: UInt32.self) ?? 0, span.bigEndian(at: at + 4, as: UInt32.self) ?? 0)
    }
  }

  /// A fork of HFS+: size, two numbers, eight extents.
  static func plusFork(_ slice: ArraySlice<UInt8>) -> Fork {
    let bytes = Array(slice)
    return Fork(
      size: bytes.span.bytes.bigEndian(at: 0, as: UInt64.self) ?? 0, extents: plusExtents(bytes[16..<80]))
  }

  private static func bytes(
    of fork: Fork, _ place: (first: UInt64, size: UInt64), _ sectors: DiscSectors
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    var left = min(fork.size, largestTree)
    for one in fork.extents where left > 0 && one.count > 0 {
      let count = min(left, UInt64(one.count) * place.size)
      let part = sectors.bytes(at: place.first + UInt64(one.first) * place.size, count: Int(count))
      bytes += part
      guard part.count == Int(count) else { break }
      left -= count
    }
    return bytes
  }
}
