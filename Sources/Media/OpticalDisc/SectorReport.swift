import Evidence

/// What a whole sector is and whether its codes agree with its contents.
package struct SectorReport: Hashable, Sendable {
  package enum Code: String, Hashable, Sendable {
    case right
    case wrong
    /// The kind of sector has none, or form 2 goes without.
    case none
  }

  package let kind: SectorKind
  /// The absolute time in the header; `nil` in audio sectors and where it is no time.
  package let address: MSF?
  package let edc: Code
  package let p: Code
  package let q: Code
  /// Whether the two copies of the subheader differ, in forms 1 and 2.
  package let subheadersDiffer: Bool
  /// Whether bytes that must be zero are not: the gap after the EDC of mode 1, the data of mode 0.
  package let reservedNotZero: Bool
  /// Bits 5 to 7 of the mode byte: 0 for user data, others around the places where writing began and ended.
  package let blockType: UInt8

  /// No code is wrong, and nothing that must be zero is not. Audio is sound: it has nothing to check.
  package var isSound: Bool {
    if case .unknown = kind { return false }
    return edc != .wrong && p != .wrong && q != .wrong && !subheadersDiffer && !reservedNotZero
  }

  /// Whether the sector's EDC is wrong or, where there is none, the data of mode 0 is not zero.
  package var isDataDamaged: Bool { edc == .wrong || (kind == .mode0 && reservedNotZero) }

  /// Classifies and checks a sector.
  /// - Precondition: `sector` has 2352 bytes.
  package init(of sector: RawSpan) {
    precondition(sector.byteCount == SectorCodec.size)
    guard sector.starts(with: SectorCodec.sync) else {
      self.init(kind: .audio, address: nil)
      return
    }
    let header = sector.extracting(12..<16)
    let mode = header[3]
    let address = MSF(bcd: [header[0], header[1], header[2]])
    let blockType = mode >> 5
    // ECMA-130 knows modes 0 to 2; MMC puts the block type into the highest three bits.
    switch mode & 0x1F {
    case 0:
      self.init(
        kind: .mode0, address: address, reservedNotZero: !sector.extracting(16..<2352).isZero,
        blockType: blockType)
    case 1:
      let parity = SectorCodec.hasRightParity(sector, as: .mode1)
      self.init(
        kind: .mode1, address: address, edc: Self.edc(sector, over: 0..<2064), p: parity.p ? .right : .wrong,
        q: parity.q ? .right : .wrong, reservedNotZero: !sector.extracting(2068..<2076).isZero,
        blockType: blockType)
    case 2:
      self.init(mode2: sector, address: address, blockType: blockType)
    default:
      self.init(kind: .unknown(mode), address: address, blockType: blockType)
    }
  }

  private init(mode2 sector: RawSpan, address: MSF?, blockType: UInt8) {
    let differ = (0..<4).contains { sector[16 + $0] != sector[20 + $0] }
    // Either copy may be the damaged one; the codes tell.
    let says = [sector[18], sector[22]].map { $0 & SectorCodec.form2Bit != 0 }
    let form1 = Self.edc(sector, over: 16..<2072)
    if form1 == .right || (!differ && !says[0]) {
      if form1 == .right || !says[0] {
        let parity = SectorCodec.hasRightParity(sector, as: .form1)
        self.init(
          kind: .form1, address: address, edc: form1, p: parity.p ? .right : .wrong,
          q: parity.q ? .right : .wrong, subheadersDiffer: differ, blockType: blockType)
        return
      }
    }
    let form2: Code = sector.extracting(2348..<2352).isZero ? .none : Self.edc(sector, over: 16..<2348)
    if !differ || (form2 == .right && says.contains(true)) {
      self.init(
        kind: .form2, address: address, edc: form2, subheadersDiffer: differ, blockType: blockType)
      return
    }
    self.init(kind: .formless, address: address, blockType: blockType)
  }

  private init(
    kind: SectorKind, address: MSF?, edc: Code = .none, p: Code = .none, q: Code = .none,
    subheadersDiffer: Bool = false, reservedNotZero: Bool = false, blockType: UInt8 = 0
  ) {
    self.kind = kind
    self.address = address
    self.edc = edc
    self.p = p
    self.q = q
    self.subheadersDiffer = subheadersDiffer
    self.reservedNotZero = reservedNotZero
    self.blockType = blockType
  }

  private static func edc(_ sector: RawSpan, over range: Range<Int>) -> Code {
    SectorCodec.edc(sector.extracting(range)) == sector.littleEndian(at: range.upperBound, as: UInt32.self)
      ? .right : .wrong
  }
}

extension RawSpan {
  subscript(offset: Int) -> UInt8 { unsafeLoad(fromByteOffset: offset, as: UInt8.self) }

  var isZero: Bool {
    var all: UInt8 = 0
    withUnsafeBytes { for byte in $0 { all |= byte } }
    return all == 0
  }

  func starts(with bytes: [UInt8]) -> Bool {
    byteCount >= bytes.count && withUnsafeBytes { $0.starts(with: bytes) }
  }
}
