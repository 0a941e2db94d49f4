import Evidence

/// A file or folder in the catalogue of HFS or HFS+.
struct AppleRecord {
  let parent: UInt32
  /// A hard link has the rest of another record.
  var name: String
  let isFolder: Bool
  /// Of the folder or file.
  let number: UInt32
  var times: [DiscTime] = []
  var owner: DiscEntry.Ownership?
  var data = AppleVolume.Fork()
  var resource = AppleVolume.Fork()
  /// Type and creator, as the Finder has them.
  var note: String?
  /// Of a hard link: the number in the name of the file that has its contents.
  var link: UInt32?
  /// Its contents are compressed.
  var isCompressed = false
  /// The Finder does not show it.
  var isHidden = false

  /// Seconds from 1904 to 1970.
  private static let epoch: Int64 = 2_082_844_800

  /// - Parameters:
  ///   - key: behind its length: a byte of nothing in HFS, the folder, the name.
  ///   - data: what the catalogue says.
  /// - Returns: `nil` for what is neither file nor folder.
  init?(_ key: ArraySlice<UInt8>, _ slice: ArraySlice<UInt8>, isPlus: Bool) {
    let (head, bytes) = (Array(key), Array(slice))
    let (keys, span) = (head.span.bytes, bytes.span.bytes)
    guard let parent = keys.bigEndian(at: isPlus ? 0 : 1, as: UInt32.self), bytes.count >= (isPlus ? 88 : 70)
    else {
      return nil
    }
    self.parent = parent
    let type = isPlus ? bytes[1] : bytes[0]
    guard type == 1 || type == 2, !isPlus || bytes[0] == 0 else { return nil }
    isFolder = type == 1
    if isPlus {
      guard let length = keys.bigEndian(at: 4, as: UInt16.self), head.count >= 6 + 2 * Int(length) else {
        return nil
      }
      name = NameText.text(utf16: head[6..<6 + 2 * Int(length)])
      number = span.bigEndian(at: 8, as: UInt32.self) ?? 0
      takePlus(bytes)
    } else {
      guard head.count >= 6, head.count >= 6 + Int(head[5]) else { return nil }
      name = MacRoman.text(head[6..<6 + Int(head[5])])
      number = span.bigEndian(at: isFolder ? 6 : 20, as: UInt32.self) ?? 0
      takePlain(bytes)
    }
  }

  private mutating func takePlain(_ bytes: [UInt8]) {
    let places: [(Int, DiscTime.Kind)] =
      isFolder
      ? [(10, .created), (14, .modified), (18, .backup)] : [(44, .created), (48, .modified), (52, .backup)]
    times = Self.times(bytes, places, zone: nil)
    guard !isFolder, bytes.count >= 98 else { return }
    let span = bytes.span.bytes
    note = Self.finder(bytes[4..<12])
    isHidden = bytes[12] & 0x40 != 0
    data = AppleVolume.Fork(
      size: UInt64(span.bigEndian(at: 26, as: UInt32.self) ?? 0), extents: AppleVolume.extents(bytes[74..<86])
    )
    resource = AppleVolume.Fork(
      size: UInt64(span.bigEndian(at: 36, as: UInt32.self) ?? 0), extents: AppleVolume.extents(bytes[86..<98])
    )
  }

  private mutating func takePlus(_ bytes: [UInt8]) {
    times = Self.times(
      bytes, [(12, .created), (16, .modified), (20, .attributes), (24, .accessed), (28, .backup)], zone: 0)
    let span = bytes.span.bytes
    let mode = span.bigEndian(at: 42, as: UInt16.self) ?? 0
    if mode != 0 {
      owner = DiscEntry.Ownership(
        mode: UInt32(mode), user: span.bigEndian(at: 32, as: UInt32.self),
        group: span.bigEndian(at: 36, as: UInt32.self), links: 1, serial: UInt64(number))
    }
    guard !isFolder, bytes.count >= 248 else { return }
    data = AppleVolume.plusFork(bytes[88..<168])
    resource = AppleVolume.plusFork(bytes[168..<248])
    note = Self.finder(bytes[48..<56])
    isHidden = bytes[56] & 0x40 != 0
    if bytes[48..<56].elementsEqual("hlnkhfs+".utf8) { link = span.bigEndian(at: 44, as: UInt32.self) }
    isCompressed = bytes[41] & 0x20 != 0
  }

  private static func times(_ bytes: [UInt8], _ places: [(Int, DiscTime.Kind)], zone: Int16?) -> [DiscTime] {
    places.compactMap { place, kind in
      guard let seconds = bytes.span.bytes.bigEndian(at: place, as: UInt32.self), seconds != 0 else {
        return nil
      }
      return DiscTime(
        kind: kind, microseconds: (Int64(seconds) - epoch) * 1_000_000, zone: zone, impossible: nil)
    }
  }

  private static func finder(_ bytes: ArraySlice<UInt8>) -> String? {
    guard bytes.contains(where: { $0 != 0 }) else { return nil }
    return "type \(MacRoman.text(bytes.prefix(4))), creator \(MacRoman.text(bytes.suffix(4)))"
  }
}
