import Evidence

/// A file entry or an extended one (ECMA-167 4/14.9, 14.17).
struct UDFFileEntry {
  /// 4 a folder, 5 a file, 12 a symbolic link, 248 to 255 of the file system itself.
  let fileType: UInt8
  let size: UInt64
  let times: [DiscTime]
  let owner: DiscEntry.Ownership
  /// Entry of the folder of its named streams; `nil` where it has none.
  let streams: UDFDescriptors.Allocation?
  /// Contents that stand in the entry itself; `nil` where they lie elsewhere.
  let inline: [UInt8]?
  private let isLong: Bool
  private let descriptors: ArraySlice<UInt8>

  /// - Returns: `nil` where it is none.
  init?(_ bytes: [UInt8]) {
    guard let tag = UDFDescriptors.tag(bytes[...]), tag == .fileEntry || tag == .extendedFileEntry,
      bytes.count >= 216
    else { return nil }
    let span = bytes.span.bytes
    let isExtended = tag == .extendedFileEntry
    fileType = bytes[27]
    let flags = span.littleEndian(at: 34, as: UInt16.self) ?? 0
    size = span.littleEndian(at: 56, as: UInt64.self) ?? 0
    owner = Self.owner(bytes, flags, isExtended)
    streams =
      isExtended ? UDFDescriptors.Allocation(long: span, at: 152).flatMap { $0.length > 0 ? $0 : nil } : nil
    let lengthsAt = isExtended ? 208 : 168
    let attributes = Int(span.littleEndian(at: lengthsAt, as: UInt32.self) ?? 0)
    let length = Int(span.littleEndian(at: lengthsAt + 4, as: UInt32.self) ?? 0)
    let start = lengthsAt + 8 + attributes
    guard start <= bytes.count else { return nil }
    var times = Self.times(bytes, isExtended)
    if attributes > 0 { times += Self.created(bytes[lengthsAt + 8..<start]) }
    self.times = times
    let area = bytes[start..<min(start + length, bytes.count)]
    inline = flags & 7 == 3 ? Array(area.prefix(Int(clamping: size))) : nil
    isLong = flags & 7 == 1
    descriptors = inline == nil ? area : []
  }

  private static func times(_ bytes: [UInt8], _ isExtended: Bool) -> [DiscTime] {
    var times: [DiscTime] = []
    times.reserveCapacity(4)
    for (place, kind) in isExtended ? extendedPlaces : places {
      if let time = DiscTime.of(udf: bytes[place..<place + 12], kind) { times.append(time) }
    }
    return times
  }

  private static let places: [(Int, DiscTime.Kind)] = [(72, .accessed), (84, .modified), (96, .attributes)]
  private static let extendedPlaces: [(Int, DiscTime.Kind)] = [
    (80, .accessed), (92, .modified), (104, .created), (116, .attributes),
  ]
  /// Bits of `st_mode` for each type.
  private static let types: [UInt8: UInt32] = [
    4: 0o040000, 5: 0o100000, 6: 0o060000, 7: 0o020000, 9: 0o010000, 10: 0o140000, 12: 0o120000,
  ]

  /// The time of creation that an entry which is not extended has among its attributes: type 5, with the times that its
  /// bits announce, creation first.
  private static func created(_ area: ArraySlice<UInt8>) -> [DiscTime] {
    let bytes = Array(area)
    let span = bytes.span.bytes
    var place = 24
    while let type = span.littleEndian(at: place, as: UInt32.self),
      let length = span.littleEndian(at: place + 8, as: UInt32.self), length >= 12
    {
      if type == 5, place + 32 <= bytes.count, bytes[place + 16] & 1 != 0 {
        return DiscTime.of(udf: bytes[place + 20..<place + 32], .created).map { [$0] } ?? []
      }
      place += Int(length)
    }
    return []
  }

  /// Permissions of others, group and owner stand in five bits each: execute, write, read, and two more.
  private static func owner(_ bytes: [UInt8], _ flags: UInt16, _ isExtended: Bool) -> DiscEntry.Ownership {
    let span = bytes.span.bytes
    func number(_ place: Int) -> UInt32? {
      span.littleEndian(at: place, as: UInt32.self).flatMap { $0 == .max ? nil : $0 }
    }
    let permissions = span.littleEndian(at: 44, as: UInt32.self) ?? 0
    var mode = permissions & 7 | permissions >> 2 & 0o70 | permissions >> 4 & 0o700
    if flags & 0x40 != 0 { mode |= 0o4000 }
    if flags & 0x80 != 0 { mode |= 0o2000 }
    if flags & 0x100 != 0 { mode |= 0o1000 }
    mode |= types[bytes[27]] ?? 0
    return DiscEntry.Ownership(
      mode: mode, user: number(36), group: number(40),
      links: UInt32(span.littleEndian(at: 48, as: UInt16.self) ?? 0),
      serial: span.littleEndian(at: isExtended ? 200 : 160, as: UInt64.self))
  }

  /// Where its contents lie.
  /// - Parameter partition: its own, which short descriptors mean.
  func allocations(in partition: UInt16) -> [UDFDescriptors.Allocation] {
    Self.allocations(descriptors, isLong: isLong, in: partition)
  }

  /// The same, of further descriptors that lie elsewhere.
  func further(_ bytes: [UInt8], in partition: UInt16) -> [UDFDescriptors.Allocation] {
    Self.allocations(bytes[...], isLong: isLong, in: partition)
  }

  private static func allocations(
    _ bytes: ArraySlice<UInt8>, isLong: Bool, in partition: UInt16
  ) -> [UDFDescriptors.Allocation] {
    let span = bytes.span.bytes
    var found: [UDFDescriptors.Allocation] = []
    for offset in stride(from: 0, to: bytes.count - (isLong ? 15 : 7), by: isLong ? 16 : 8) {
      guard let length = span.littleEndian(at: offset, as: UInt32.self), length & 0x3FFF_FFFF > 0 else {
        break
      }
      if isLong {
        if let one = UDFDescriptors.Allocation(long: span, at: offset) { found.append(one) }
      } else if let block = span.littleEndian(at: offset + 4, as: UInt32.self) {
        found.append(UDFDescriptors.Allocation(length, block: block, partition: partition))
      }
    }
    return found
  }
}
