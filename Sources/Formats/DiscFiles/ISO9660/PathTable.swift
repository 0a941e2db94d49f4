import Evidence

/// The list of all folders that a volume of ISO 9660 has besides its folders (ECMA-119 9.4): for those whose own record is
/// damaged.
struct PathTable {
  struct Folder {
    let name: ArraySlice<UInt8>
    let block: UInt32
    /// Blocks of an extended attribute record at its beginning.
    let attributeBlocks: UInt8
    /// Number of the folder above it, in the order of the table, from 1.
    let parent: Int
  }

  private(set) var folders: [Folder] = []

  static let largest = 1 << 20

  /// Total: ends at an entry that does not fit.
  init(_ bytes: [UInt8], isBigEndian: Bool) {
    let span = bytes.span.bytes
    var place = 0
    while place + 8 < bytes.count, bytes[place] > 0 {
      let length = Int(bytes[place])
      guard place + 8 + length <= bytes.count,
        let block = isBigEndian
          ? span.bigEndian(at: place + 2, as: UInt32.self)
          : span.littleEndian(at: place + 2, as: UInt32.self),
        let parent = isBigEndian
          ? span.bigEndian(at: place + 6, as: UInt16.self) : span.littleEndian(at: place + 6, as: UInt16.self)
      else { return }
      folders.append(
        Folder(
          name: bytes[place + 8..<place + 8 + length], block: block, attributeBlocks: bytes[place + 1],
          parent: Int(parent)))
      place += 8 + length + length % 2
    }
  }
}
