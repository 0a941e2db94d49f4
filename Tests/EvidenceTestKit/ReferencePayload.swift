/// The contents every container is tested with: each sector carries its own address, so that a sector that is
/// lost, repeated or moved shows.
package enum ReferencePayload {
  /// Contents of `length` bytes in sectors of `sectorSize`; a last short sector is allowed.
  ///
  /// In turns of 256 sectors: text that compresses well, noise that does not, and zeros but for the stamp — and
  /// in every fourth turn zeros throughout, as large unused areas are.
  package static func bytes(length: Int, sectorSize: Int = 512) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(length + sectorSize)
    var sector = 0
    while result.count < length {
      result += self.sector(sector, size: sectorSize)
      sector += 1
    }
    result.removeLast(result.count - length)
    return result
  }

  /// One sector of it.
  package static func sector(_ address: Int, size: Int) -> [UInt8] {
    if address / 256 % 4 == 3 { return [UInt8](repeating: 0, count: size) }
    var bytes = Array("LBA \(address)\n".utf8)
    var noise = UInt64(address) &* 0x9e37_79b9_7f4a_7c15 | 1
    while bytes.count < size {
      switch address / 256 % 4 {
      case 0: bytes += Array("The quick brown fox jumps over the lazy dog. ".utf8)
      case 1:
        noise ^= noise << 13
        noise ^= noise >> 7
        noise ^= noise << 17
        bytes.append(UInt8(truncatingIfNeeded: noise))
      default: bytes.append(0)
      }
    }
    return Array(bytes.prefix(size))
  }
}
