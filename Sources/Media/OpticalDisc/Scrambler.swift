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

  /// Whether a raw sector is a data sector as it lies on the disc, not yet descrambled. The sequence sets the highest bit
  /// of the seconds in the header, which no plain header has: one of the two readings has no address.
  /// - Parameter lba: where the sector should be, if known.
  package static func isScrambled(_ sector: [UInt8], lba: Int? = nil) -> Bool {
    guard sector.count == SectorCodec.size, sector.starts(with: SectorCodec.sync) else { return false }
    let plain = SectorReport(of: sector.span.bytes)
    guard plain.address == nil, plain.edc != .right else { return false }
    var other = sector
    apply(to: &other)
    let report = SectorReport(of: other.span.bytes)
    guard let address = report.address else { return false }
    if case .unknown = report.kind { return false }
    // A damaged header may look like a scrambled one: the codes decide, or the place.
    if report.edc == .right || address.lba == lba { return true }
    return plain.edc == .none && report.edc == .none && report.blockType == 0 && !report.reservedNotZero
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
