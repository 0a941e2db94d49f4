import Evidence

/// The 96 bytes of subchannel of a sector: 8 channels of 96 bits, P to W.
package enum Subchannel {
  package static let size = 96
  /// Bytes of one channel.
  package static let channelSize = 12

  /// From the form drives deliver (byte i holds bit i of every channel, P highest) to one channel after the other.
  /// - Precondition: 96 bytes.
  package static func deinterleave(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count == size)
    var output = [UInt8](repeating: 0, count: size)
    for channel in 0..<8 {
      for bit in 0..<size where bytes[bit] & (0x80 >> UInt8(channel)) != 0 {
        output[channel * channelSize + bit / 8] |= 0x80 >> UInt8(bit % 8)
      }
    }
    return output
  }

  /// The inverse of ``deinterleave(_:)``.
  /// - Precondition: 96 bytes.
  package static func interleave(_ bytes: [UInt8]) -> [UInt8] {
    precondition(bytes.count == size)
    var output = [UInt8](repeating: 0, count: size)
    for channel in 0..<8 {
      for bit in 0..<size where bytes[channel * channelSize + bit / 8] & (0x80 >> UInt8(bit % 8)) != 0 {
        output[bit] |= 0x80 >> UInt8(channel)
      }
    }
    return output
  }

  /// P and Q of a sector as they follow from its track, R to W zero, one channel after the other.
  /// - Precondition: the sector lies in the track, between the times 00:00:00 and 99:59:74.
  package static func position(of track: DiscTrack, at lba: Int) -> [UInt8] {
    let index = track.indexes.filter { $0.value <= lba }.keys.max() ?? 0
    let relative = MSF(frames: abs(lba - track.start))
    let absolute = MSF(frames: lba + MSF.leadTime)
    let q = QChannel(
      control: track.control.rawValue,
      .position(track: track.number, index: index, relative: relative, absolute: absolute))
    let p: UInt8 = lba < track.start ? 0xFF : 0
    return [UInt8](repeating: p, count: channelSize) + q.bytes
      + [UInt8](repeating: 0, count: size - 2 * channelSize)
  }

  /// CRC-16 with the polynomial 0x1021, begun with 0, stored inverted: of Q (ECMA-130 §22.3.5) and of CD-TEXT packs.
  package static func crc(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var crc: UInt16 = 0
    for byte in bytes {
      crc ^= UInt16(byte) << 8
      for _ in 0..<8 { crc = crc & 0x8000 != 0 ? crc << 1 ^ 0x1021 : crc << 1 }
    }
    return ~crc
  }

  /// Bytes with their CRC behind them.
  static func withCRC(_ bytes: [UInt8]) -> [UInt8] {
    let crc = crc(bytes)
    return bytes + [UInt8(crc >> 8), UInt8(crc & 0xFF)]
  }
}

/// What Q of one sector says (ECMA-130 §22.3).
package struct QChannel: Hashable, Sendable {
  /// The four control bits; see ``TrackControl``.
  package let control: UInt8
  package let content: Content

  package enum Content: Hashable, Sendable {
    /// ADR 1 in the program area and lead-out: track (`0xAA` is the lead-out, as `nil`), index, times.
    case position(track: Int?, index: Int, relative: MSF, absolute: MSF)
    /// ADR 1 in the lead-in: an entry of the table of contents.
    case tableOfContents(point: UInt8, running: MSF?, zero: UInt8, value: [UInt8])
    /// ADR 2: media catalogue number of 13 digits, and the frame of the absolute time.
    case catalog(MediaCatalogNumber, frame: Int)
    /// ADR 3: recording code of the track, and the frame of the absolute time.
    case isrc(ISRC, frame: Int)
    /// Anything else, as read: ADR and nine bytes.
    case other(adr: UInt8, [UInt8])
  }

  package init(control: UInt8, _ content: Content) {
    precondition(control < 16)
    self.control = control
    self.content = content
  }

  /// Whether the CRC of 12 bytes of Q is right.
  package static func isIntact(_ bytes: [UInt8]) -> Bool {
    bytes.count == Subchannel.channelSize && Subchannel.withCRC(Array(bytes[..<10])) == bytes
  }

  /// Q of one sector.
  /// - Returns: `nil` where there are not 12 bytes or the CRC is wrong.
  package init?(_ bytes: [UInt8]) {
    guard Self.isIntact(bytes) else { return nil }
    self.init(control: bytes[0] >> 4, Self.content(of: Array(bytes[..<10])))
  }

  private static func content(of bytes: [UInt8]) -> Content {
    let other = Content.other(adr: bytes[0] & 15, Array(bytes[1...]))
    switch bytes[0] & 15 {
    case 1 where bytes[1] == 0:
      return .tableOfContents(
        point: bytes[2], running: MSF(bcd: Array(bytes[3..<6])), zero: bytes[6], value: Array(bytes[7..<10]))
    case 1:
      guard let index = BCD.decode(bytes[2]), let relative = MSF(bcd: Array(bytes[3..<6])),
        let absolute = MSF(bcd: Array(bytes[7..<10])), bytes[6] == 0
      else { return other }
      if bytes[1] == 0xAA {
        return .position(track: nil, index: index, relative: relative, absolute: absolute)
      }
      guard let track = BCD.decode(bytes[1]) else { return other }
      return .position(track: track, index: index, relative: relative, absolute: absolute)
    case 2:
      guard let catalog = MediaCatalogNumber(packed: Array(bytes[1..<9])), let frame = BCD.decode(bytes[9])
      else { return other }
      return .catalog(catalog, frame: frame)
    case 3:
      guard let isrc = ISRC(packed: Array(bytes[1..<9])), let frame = BCD.decode(bytes[9]) else {
        return other
      }
      return .isrc(isrc, frame: frame)
    default: return other
    }
  }

  /// The 12 bytes with their CRC.
  /// - Precondition: numbers fit: tracks and indexes below 100, times below 100 minutes.
  package var bytes: [UInt8] {
    let (adr, fields): (UInt8, [UInt8]) =
      switch content {
      case .position(let track, let index, let relative, let absolute):
        (
          1,
          [track.map(BCD.encode) ?? 0xAA, BCD.encode(index)] + (relative.bcd ?? []) + [0]
            + (absolute.bcd ?? [])
        )
      case .tableOfContents(let point, let running, let zero, let value):
        (1, [0, point] + (running?.bcd ?? [0, 0, 0]) + [zero] + value)
      case .catalog(let catalog, let frame): (2, catalog.packed + [BCD.encode(frame)])
      case .isrc(let isrc, let frame): (3, isrc.packed + [BCD.encode(frame)])
      case .other(let adr, let bytes): (adr, bytes)
      }
    precondition(fields.count == 9, "a time is past 99:59:74")
    return Subchannel.withCRC([control << 4 | adr] + fields)
  }
}
