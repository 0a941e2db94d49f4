import Evidence

/// A whole sector of a data track, judged by what it is however it is stored: scrambled as on the disc, with a damaged
/// sync, or filled with one value where nothing was read.
package struct DataSector: Sendable {
  package enum Fault: String, Hashable, Sendable, CaseIterable {
    /// Its sync is damaged; what follows is a data sector.
    case sync
    /// Every byte, or every one behind its header, has one value and no code of that: programs write this where they
    /// could not read.
    case filled
    /// No sync, and nothing that a data sector has.
    case unrecognisable
  }

  /// Of the plain sector with its sync.
  package let report: SectorReport
  package let fault: Fault?
  package let isScrambled: Bool
  /// Descrambled and with its sync; where it is filled or unrecognisable, as it is stored.
  package let bytes: [UInt8]

  /// Bytes of a sync that may be wrong where neither EDC nor address says that there is one.
  private static let mostWrongBytes = 3

  /// What is wrong with it, or with its data.
  package var isDamaged: Bool { fault != nil || report.isDataDamaged }

  /// Whether its user data is not known to be as it was written: a damaged sync before a right EDC leaves it whole.
  package var isDataDamaged: Bool { report.isDataDamaged || fault == .filled || fault == .unrecognisable }

  /// - Parameters:
  ///   - stored: 2352 bytes.
  ///   - lba: where it should be, if known.
  package init(_ stored: ArraySlice<UInt8>, lba: Int? = nil) {
    let sector = Array(stored)
    if sector.starts(with: SectorCodec.sync) {
      self.init(withSync: sector, lba: lba)
      return
    }
    if Self.isUniform(sector[...]) {
      self.init(SectorReport(of: sector.span.bytes), .filled, sector)
      return
    }
    let mended = SectorCodec.sync + sector.dropFirst(SectorCodec.sync.count)
    let found = DataSector(withSync: mended, lba: lba)
    let wrong = zip(sector, SectorCodec.sync).count { $0 != $1 }
    let isThere =
      found.report.edc == .right || found.report.address != nil && found.report.address?.lba == lba
      || wrong <= Self.mostWrongBytes && found.report.address != nil
    if isThere {
      self.init(found.report, found.fault ?? .sync, found.bytes, isScrambled: found.isScrambled)
    } else {
      self.init(SectorReport(of: sector.span.bytes), .unrecognisable, sector)
    }
  }

  private init(withSync sector: [UInt8], lba: Int?) {
    let plain = SectorReport(of: sector.span.bytes)
    if Scrambler.isScrambled(sector, lba: lba) {
      var other = sector
      Scrambler.apply(to: &other)
      self.init(SectorReport(of: other.span.bytes), nil, other, isScrambled: true)
    } else {
      let isFilled = plain.edc == .wrong && Self.isUniform(sector[16...])
      self.init(plain, isFilled ? .filled : nil, sector)
    }
  }

  private init(_ report: SectorReport, _ fault: Fault?, _ bytes: [UInt8], isScrambled: Bool = false) {
    self.report = report
    self.fault = fault
    self.bytes = bytes
    self.isScrambled = isScrambled
  }

  private static func isUniform(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = bytes.first else { return true }
    return bytes.allSatisfy { $0 == first }
  }

  /// The plain sector made whole, sync included; `nil` where its parity does not suffice.
  package func repaired() -> [UInt8]? {
    guard fault == nil || fault == .sync else { return nil }
    if fault == .sync, !report.isDataDamaged { return bytes }
    guard report.isDataDamaged else { return bytes }
    return SectorRepair.repair(bytes, as: report.kind)?.sector
  }

  // MARK: User data

  /// Whether a sector needs no judgement: its sync is there, and the time in its header can be one, which it cannot be
  /// where it is scrambled.
  package static func isPlain(_ stored: ArraySlice<UInt8>) -> Bool {
    stored.starts(with: SectorCodec.sync) && stored[stored.startIndex + 13] < 0x60
  }

  /// The 2048 bytes of user data of a sector as its own header says, of form 2 the first of its 2324.
  /// - Parameter mode: what is taken for granted where the sector does not say it.
  package static func userData(_ stored: ArraySlice<UInt8>, mode: TrackMode, lba: Int?) -> ArraySlice<UInt8> {
    let plain = isPlain(stored) ? stored : DataSector(stored, lba: lba).bytes[...]
    let stated = plain.starts(with: SectorCodec.sync) ? plain[plain.startIndex + 15] & 0x1F : 0
    let isMode2 = stated == 2 || stated != 1 && mode == .mode2
    return plain.dropFirst(isMode2 ? 24 : 16).prefix(2048)
  }
}
