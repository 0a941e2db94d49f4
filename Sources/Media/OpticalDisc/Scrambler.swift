/// The scrambling of data sectors (ECMA-130 annex B): bytes 12 to 2351 are combined with a fixed sequence. Doing it
/// twice undoes it.
package enum Scrambler {
  /// The 2340 bytes of the sequence: x^15 + x + 1, begun with 1, lowest bit first.
  package static let sequence: [UInt8] = {
    var register: UInt16 = 1
    return (0..<SectorCodec.size - SectorCodec.sync.count).map { _ in
      let byte = UInt8(truncatingIfNeeded: register)
      for _ in 0..<8 {
        let bit = (register ^ register >> 1) & 1
        register = (bit << 15 | register) >> 1
      }
      return byte
    }
  }()

  /// - Precondition: `sector` has 2352 bytes.
  package static func apply(to sector: inout [UInt8]) {
    precondition(sector.count == SectorCodec.size)
    for (index, byte) in sequence.enumerated() { sector[SectorCodec.sync.count + index] ^= byte }
  }

  /// Whether a raw sector is a data sector as it lies on the disc, not yet descrambled. Decided by what descrambling
  /// gives: the expected address, or a mode a plain sector of these bytes has not.
  /// - Parameter lba: where the sector should be, if known.
  package static func isScrambled(_ sector: [UInt8], lba: Int? = nil) -> Bool {
    guard sector.count == SectorCodec.size, sector.starts(with: SectorCodec.sync) else { return false }
    let plain = SectorReport(of: sector.span.bytes)
    if plain.address != nil, plain.isSound { return false }
    var other = sector
    apply(to: &other)
    let report = SectorReport(of: other.span.bytes)
    guard let address = report.address else { return false }
    if let lba, address.lba == lba { return plain.address?.lba != lba }
    return report.isSound && report.kind.isData
  }

  /// Undoes it in those of some sectors that are scrambled; others stay as they are.
  /// - Parameters:
  ///   - sectors: 2352 bytes each.
  ///   - lba: where the first should be.
  static func descramble(_ sectors: inout [UInt8], from lba: Int) {
    for (number, start) in stride(from: 0, to: sectors.count, by: SectorCodec.size).enumerated() {
      var sector = Array(sectors[start..<start + SectorCodec.size])
      guard isScrambled(sector, lba: lba + number) else { continue }
      apply(to: &sector)
      sectors.replaceSubrange(start..<start + SectorCodec.size, with: sector)
    }
  }
}
