import Codecs
import FormatKit
import OpticalDisc

/// What packs a hunk.
enum CHDCodec: String {
  case zlib
  case lzma
  case huff
  case flac
  case zstd
  // Of CDs: main part and subchannel of the sectors apart.
  case cdzl
  case cdlz
  case cdfl
  case cdzs

  init?(tag: UInt32) { self.init(rawValue: CHDHeader.text(tag)) }

  /// lc 3, lp 0, pb 2.
  private static let lzmaProperties: UInt8 = 0x5D

  /// Unpacks a whole hunk.
  /// - Returns: whether it is sound and fills `plain`.
  func unpack(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, _ inflaters: InflaterPool
  ) -> Bool {
    switch self {
    case .zlib: inflaters.use { $0.inflateRaw(stored, into: plain)?.plainCount } == plain.count
    case .lzma: LZMA.decompress(stored, into: plain, properties: Self.lzmaProperties)
    case .zstd: BlockCodecs.zstandard(stored, into: plain) == plain.count
    case .huff: Self.huffman(stored, into: plain)
    case .flac:
      // The first byte is the order of bytes.
      stored.count > 1 && [UInt8(ascii: "L"), UInt8(ascii: "B")].contains(stored[0])
        && Self.flac(
          UnsafeRawBufferPointer(rebasing: stored[1...]), into: plain, mostSamples: 2048,
          isBigEndian: stored[0] == UInt8(ascii: "B")) != nil
    case .cdzl, .cdlz, .cdzs: sectors(stored, into: plain, inflaters)
    case .cdfl: Self.audio(stored, into: plain, inflaters)
    }
  }

  private static func huffman(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer
  ) -> Bool {
    var bits = CHDBits(Array(stored)[...])
    guard let code = CHDHuffman.ofBytes(&bits) else { return false }
    for index in plain.indices {
      guard !bits.isOverrun, let symbol = code.symbol(&bits) else { return false }
      plain[index] = UInt8(symbol)
    }
    return !bits.isOverrun
  }

  // MARK: CD sectors

  private static let mainSize = SectorCodec.size
  private static let unitSize = CHDHeader.cdUnit

  /// A bit for each sector, the length of the packed main part, main part, subchannel.
  private func sectors(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, _ inflaters: InflaterPool
  ) -> Bool {
    let count = plain.count / Self.unitSize
    let bitmapSize = (count + 7) / 8
    let lengthSize = plain.count < 65536 ? 2 : 3
    let start = bitmapSize + lengthSize
    guard plain.count % Self.unitSize == 0, count > 0, stored.count > start else { return false }
    let length = stored[bitmapSize..<start].reduce(0) { $0 << 8 | Int($1) }
    guard length <= stored.count - start else { return false }
    let codec: CHDCodec = [.cdzl: .zlib, .cdlz: .lzma, .cdzs: .zstd][self] ?? .zlib
    let main = UnsafeRawBufferPointer(rebasing: stored[start..<start + length])
    let rest = UnsafeRawBufferPointer(rebasing: stored[(start + length)...])
    let isWhole = Self.put(
      into: plain, count: count, main: { codec.unpack(main, into: $0, inflaters) },
      subchannel: { (self == .cdzs ? CHDCodec.zstd : .zlib).unpack(rest, into: $0, inflaters) })
    guard isWhole else { return false }
    for sector in 0..<count where stored[sector / 8] & 1 << UInt8(sector % 8) != 0 {
      let place = sector * Self.unitSize..<sector * Self.unitSize + Self.mainSize
      var bytes = Array(plain[place])
      SectorCodec.restoreFrame(&bytes)
      UnsafeMutableRawBufferPointer(rebasing: plain[place]).copyBytes(from: bytes)
    }
    return true
  }

  /// FLAC, most significant byte first, then the subchannel.
  private static func audio(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, _ inflaters: InflaterPool
  ) -> Bool {
    let count = plain.count / unitSize
    guard plain.count % unitSize == 0, count > 0 else { return false }
    var used: Int?
    return put(
      into: plain, count: count,
      main: { main in
        used = flac(stored, into: main, mostSamples: mainSize, isBigEndian: true)
        return used != nil
      },
      subchannel: { target in
        guard let used, used <= stored.count else { return false }
        return CHDCodec.zlib.unpack(
          UnsafeRawBufferPointer(rebasing: stored[used...]), into: target, inflaters)
      })
  }

  /// Puts main parts and subchannels, which are unpacked apart, beside each other.
  private static func put(
    into plain: UnsafeMutableRawBufferPointer, count: Int,
    main: (UnsafeMutableRawBufferPointer) -> Bool, subchannel: (UnsafeMutableRawBufferPointer) -> Bool
  ) -> Bool {
    var parts = [UInt8](repeating: 0, count: plain.count)
    return parts.withUnsafeMutableBytes { parts in
      let border = count * mainSize
      guard main(UnsafeMutableRawBufferPointer(rebasing: parts[..<border])),
        subchannel(UnsafeMutableRawBufferPointer(rebasing: parts[border...]))
      else { return false }
      for sector in 0..<count {
        let target = UnsafeMutableRawBufferPointer(rebasing: plain[(sector * unitSize)...])
        target.copyMemory(
          from: UnsafeRawBufferPointer(rebasing: parts[sector * mainSize..<(sector + 1) * mainSize]))
        let place = border + sector * Subchannel.size
        UnsafeMutableRawBufferPointer(rebasing: target[mainSize...]).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: parts[place..<place + Subchannel.size]))
      }
      return true
    }
  }

  // MARK: FLAC

  private struct Frames: FLACStream.Source {
    let header: [UInt8]
    let frames: UnsafeRawBufferPointer
    var size: UInt64 { UInt64(header.count + frames.count) }

    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) -> Int {
      guard offset < size else { return 0 }
      let start = Int(offset)
      if start < header.count {
        let part = header[start...].prefix(buffer.count)
        buffer.copyBytes(from: part)
        return part.count
      }
      let part = frames[(start - header.count)...].prefix(buffer.count)
      buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
      return part.count
    }
  }

  /// Frames without the header of a stream.
  /// - Parameter mostSamples: in a frame, of which the hunk has the half, the quarter … that is not more.
  /// - Returns: bytes of the frames; `nil` where one is not sound.
  private static func flac(
    _ stored: UnsafeRawBufferPointer, into plain: UnsafeMutableRawBufferPointer, mostSamples: Int,
    isBigEndian: Bool
  ) -> Int? {
    let samples = plain.count / FLACStream.sampleSize
    guard samples > 0, plain.count % FLACStream.sampleSize == 0 else { return nil }
    var block = samples
    while block > mostSamples { block /= 2 }
    let header = FLACStream.header(blockSize: block)
    guard let stream = FLACStream(Frames(header: header, frames: stored), isSequential: true) else {
      return nil
    }
    let sound = stream.decode(0..<UInt64(samples), into: plain, isBigEndian: isBigEndian)
    guard sound.reduce(0, { $0 + $1.count }) == samples, stream.consumed >= UInt64(header.count) else {
      return nil
    }
    return Int(stream.consumed) - header.count
  }
}
