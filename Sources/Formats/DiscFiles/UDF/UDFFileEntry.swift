import Evidence

/// A file entry or an extended one (ECMA-167 4/14.9, 14.17).
struct UDFFileEntry {
  /// 4 a folder, 5 a file, 12 a symbolic link, 248 to 255 of the file system itself.
  let fileType: UInt8
  let size: UInt64
  let time: (seconds: Int64?, impossible: String?)
  /// Contents that stand in the entry itself; `nil` where they lie elsewhere.
  let inline: [UInt8]?
  private let isLong: Bool
  private let descriptors: [UInt8]

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
    let timeAt = isExtended ? 92 : 84
    time = UDFDescriptors.time(bytes[timeAt..<timeAt + 12])
    let lengthsAt = isExtended ? 208 : 168
    let attributes = Int(span.littleEndian(at: lengthsAt, as: UInt32.self) ?? 0)
    let length = Int(span.littleEndian(at: lengthsAt + 4, as: UInt32.self) ?? 0)
    let start = lengthsAt + 8 + attributes
    guard start <= bytes.count else { return nil }
    let area = Array(bytes[start..<min(start + length, bytes.count)])
    inline = flags & 7 == 3 ? Array(area.prefix(Int(clamping: size))) : nil
    isLong = flags & 7 == 1
    descriptors = inline == nil ? area : []
  }

  /// Where its contents lie.
  /// - Parameter partition: its own, which short descriptors mean.
  func allocations(in partition: UInt16) -> [UDFDescriptors.Allocation] {
    Self.allocations(descriptors, isLong: isLong, in: partition)
  }

  /// The same, of further descriptors that lie elsewhere.
  func further(_ bytes: [UInt8], in partition: UInt16) -> [UDFDescriptors.Allocation] {
    Self.allocations(bytes, isLong: isLong, in: partition)
  }

  private static func allocations(
    _ bytes: [UInt8], isLong: Bool, in partition: UInt16
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
