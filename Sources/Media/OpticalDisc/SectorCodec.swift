internal import CDiscSector
import Evidence
import Glibc

/// What a sector of 2352 bytes is.
package enum SectorKind: Hashable, Sendable {
  /// No sync pattern: audio, or anything else that is no data sector.
  case audio
  case mode0
  case mode1
  /// Mode 2 without the subheaders of CD-ROM XA.
  case formless
  case form1
  case form2
  /// A sync pattern with a mode byte of no known mode.
  case unknown(UInt8)

  package var isData: Bool { self != .audio }

  /// Bytes of user data within the sector.
  package var dataRange: Range<Int> {
    switch self {
    case .audio: 0..<2352
    case .mode0, .formless, .unknown: 16..<2352
    case .mode1: 16..<2064
    case .form1: 24..<2072
    case .form2: 24..<2348
    }
  }

  package var title: String {
    switch self {
    case .audio: "audio"
    case .mode0: "mode 0"
    case .mode1: "mode 1"
    case .formless: "mode 2 formless"
    case .form1: "mode 2 form 1"
    case .form2: "mode 2 form 2"
    case .unknown(let mode): "unknown mode \(mode)"
    }
  }
}

/// Makes data sectors (ECMA-130 §14; CD-ROM XA for forms 1 and 2).
package enum SectorCodec {
  /// Bytes of a whole sector.
  package static let size = 2352
  package static let sync: [UInt8] = [0] + [UInt8](repeating: 0xFF, count: 10) + [0]
  static let parityRange = 2076..<2352
  /// Bit of the submode byte that says form 2.
  package static let form2Bit: UInt8 = 0x20

  /// A whole sector around user data.
  /// - Parameters:
  ///   - kind: a kind of data sector; `unknown` is refused.
  ///   - address: absolute time, at most 99:59:74.
  ///   - subheader: file, channel, submode and coding of forms 1 and 2.
  ///   - data: as many bytes as the kind's `dataRange` has.
  ///   - storesForm2EDC: form 2 may go without EDC, which is 0 then.
  /// - Precondition: the arguments are in range.
  package static func encode(
    _ kind: SectorKind, at address: MSF, subheader: [UInt8] = [0, 0, 0, 0], data: [UInt8],
    storesForm2EDC: Bool = true
  ) -> [UInt8] {
    precondition(kind.isData && data.count == kind.dataRange.count && subheader.count == 4)
    guard let time = address.bcd else { preconditionFailure("past 99:59:74") }
    var sector = [UInt8](repeating: 0, count: size)
    sector.replaceSubrange(0..<12, with: sync)
    sector.replaceSubrange(12..<15, with: time)
    switch kind {
    case .mode1: sector[15] = 1
    case .formless, .form1, .form2: sector[15] = 2
    case .mode0: sector[15] = 0
    case .audio, .unknown: preconditionFailure("no kind to encode")
    }
    if kind == .form1 || kind == .form2 { sector.replaceSubrange(16..<24, with: subheader + subheader) }
    sector.replaceSubrange(kind.dataRange, with: data)
    protect(&sector, as: kind, storesForm2EDC: storesForm2EDC)
    return sector
  }

  /// Computes EDC and parity anew over what the sector holds. Nothing happens in kinds without them.
  package static func protect(_ sector: inout [UInt8], as kind: SectorKind, storesForm2EDC: Bool = true) {
    precondition(sector.count == size)
    switch kind {
    case .mode1:
      put(edc(sector.span.bytes.extracting(0..<2064)), into: &sector, at: 2064)
      for index in 2068..<2076 { sector[index] = 0 }
    case .form1: put(edc(sector.span.bytes.extracting(16..<2072)), into: &sector, at: 2072)
    case .form2:
      put(storesForm2EDC ? edc(sector.span.bytes.extracting(16..<2348)) : 0, into: &sector, at: 2348)
    default: return
    }
    if kind != .form2 { sector.replaceSubrange(parityRange, with: parity(of: sector.span.bytes, as: kind)) }
  }

  /// Puts sync and parity around a sector that has everything else: header, data and EDC.
  package static func restoreFrame(_ sector: inout [UInt8]) {
    precondition(sector.count == size)
    sector.replaceSubrange(0..<12, with: sync)
    let kind: SectorKind = sector[15] == 2 ? .form1 : .mode1
    sector.replaceSubrange(parityRange, with: parity(of: sector.span.bytes, as: kind))
  }

  private static func put(_ value: UInt32, into sector: inout [UInt8], at offset: Int) {
    for index in 0..<4 { sector[offset + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index)) }
  }

  /// The error detection code of ECMA-130 §14.3 over any bytes.
  package static func edc(_ bytes: RawSpan) -> UInt32 { bytes.withUnsafeBytes { edc($0) } }

  /// Continues from `seed` over more bytes.
  package static func edc(_ bytes: UnsafeRawBufferPointer, seed: UInt32 = 0) -> UInt32 {
    disc_edc(seed, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// The 276 parity bytes that belong to a sector of mode 1 or of form 1, in which the header counts as zero.
  static func parity(of sector: RawSpan, as kind: SectorKind) -> [UInt8] {
    precondition(sector.byteCount == size)
    return [UInt8](unsafeUninitializedCapacity: parityRange.count) { output, count in
      computeParity(of: sector, as: kind, into: output.baseAddress)
      count = parityRange.count
    }
  }

  static func hasRightParity(_ sector: RawSpan, as kind: SectorKind) -> (p: Bool, q: Bool) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: parityRange.count) { computed in
      computeParity(of: sector, as: kind, into: computed.baseAddress)
      return sector.withUnsafeBytes { bytes in
        guard let stored = bytes.baseAddress, let right = computed.baseAddress else { return (false, false) }
        let start = stored + parityRange.lowerBound
        return (memcmp(start, right, 172) == 0, memcmp(start + 172, right + 172, 104) == 0)
      }
    }
  }

  private static func computeParity(
    of sector: RawSpan, as kind: SectorKind, into output: UnsafeMutablePointer<UInt8>?
  ) {
    sector.withUnsafeBytes { bytes in
      guard let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
      let zeros: [UInt8] = [0, 0, 0, 0]
      if kind == .form1 {
        zeros.withUnsafeBufferPointer { disc_parity($0.baseAddress, start + 16, output) }
      } else {
        disc_parity(start + 12, start + 16, output)
      }
    }
  }
}
