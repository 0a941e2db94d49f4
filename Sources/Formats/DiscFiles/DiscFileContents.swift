import Evidence
import FormatKit
import OpticalDisc

/// The contents of a file of a disc, with what is wrong with them.
package struct DiscFileContents {
  /// A part of the file that is not as it was written.
  package struct Damage: Hashable, Sendable {
    package enum Reason: String, Hashable, Sendable {
      /// The EDC of the sectors is wrong, and they are delivered as they are.
      case wrong
      /// They hold one byte value only, as programs write where they could not read.
      case filled
      /// It was, and their parity corrected them.
      case corrected
      /// The image does not have them.
      case missing
      /// They cannot be decompressed.
      case compressed
    }

    package let reason: Reason
    /// Bytes of the file.
    package var bytes: Range<UInt64>
    /// On the disc.
    package var sectors: SectorRange?
  }

  private let sectors: DiscSectors
  private let entry: DiscEntry
  private let repairs: Bool
  private static let step = 64
  private static let largestPiece = 1 << 20
  private static let largestBlock = 1 << 22
  private static let largestCompressed: UInt64 = 1 << 29

  /// - Parameter repairs: damaged sectors that their parity can correct are delivered corrected.
  package init(_ entry: DiscEntry, on sectors: DiscSectors, repairs: Bool = false) {
    self.entry = entry
    self.sectors = sectors
    self.repairs = repairs
  }

  /// Delivers the contents in order; ends before a part that is missing.
  /// - Returns: what is wrong, by place; nothing behind what is missing.
  /// - Throws: what `body` throws.
  package func read(_ body: ([UInt8]) throws(EvidenceError) -> Void) throws(EvidenceError) -> [Damage] {
    guard let compression = entry.compression else { return try stored(body) }
    // Its blocks are found by a table at its beginning: all of it is held.
    guard extents.reduce(0 as UInt64, { $0 + $1.count }) <= Self.largestCompressed else {
      return [Damage(reason: .compressed, bytes: 0..<entry.size, sectors: nil)]
    }
    var all: [UInt8] = []
    let damage = try stored { all += $0 }
    switch compression {
    case .zisofs(let blockSize, let headerSize, let placeSize):
      return try damage + decompress(all, blockSize, headerSize, placeSize, body)
    case .resourceFork: return try damage + decompress(fork: all, body)
    }
  }

  private var extents: [DiscEntry.Extent] { entry.extents }

  private func stored(_ body: ([UInt8]) throws(EvidenceError) -> Void) throws(EvidenceError) -> [Damage] {
    if case .inline(let bytes) = entry.contents {
      if !bytes.isEmpty { try body(bytes) }
      return []
    }
    if case .raw(let file, let range) = entry.contents { return try raw(file, range, body) }
    var damage: [Damage] = []
    var done: UInt64 = 0
    for extent in extents {
      guard let start = extent.start else {
        try zeros(extent.count, body)
        done += extent.count
        continue
      }
      guard try read(start, extent.count, &done, &damage, body) else { break }
    }
    return damage
  }

  private func raw(
    _ file: Int, _ range: Range<UInt64>, _ body: ([UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> [Damage] {
    var at = range.lowerBound
    while at < range.upperBound {
      let wanted = Int(min(range.upperBound - at, UInt64(Self.largestPiece)))
      let bytes = (try? sectors.image.files[file].bytes(at: at, count: wanted)) ?? []
      if !bytes.isEmpty { try body(bytes) }
      at += UInt64(bytes.count)
      guard bytes.count == wanted else {
        return [
          Damage(
            reason: .missing, bytes: at - range.lowerBound..<UInt64(range.count), sectors: nil)
        ]
      }
    }
    return []
  }

  private func zeros(_ count: UInt64, _ body: ([UInt8]) throws(EvidenceError) -> Void) throws(EvidenceError) {
    var left = count
    while left > 0 {
      let piece = Int(min(left, 1 << 20))
      try body([UInt8](repeating: 0, count: piece))
      left -= UInt64(piece)
    }
  }

  /// - Returns: `false` where a part is missing.
  private func read(
    _ start: UInt64, _ count: UInt64, _ done: inout UInt64, _ damage: inout [Damage],
    _ body: ([UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> Bool {
    var skip = Int(start % 2048)
    var left = count
    var sector = Int(start / 2048)
    while left > 0 {
      let many = Int(min(left, UInt64(Self.largestPiece)))
      if let piece = sectors.plain(at: UInt64(sector) * 2048 + UInt64(skip), count: many) {
        try body(piece)
        (done, left) = (done + UInt64(many), left - UInt64(many))
        (sector, skip) = (sector + (skip + many) / 2048, (skip + many) % 2048)
        continue
      }
      let wanted = Int(min(UInt64(Self.step), (left + UInt64(skip) + 2047) / 2048))
      let found = sectors.sectors(from: sector, count: wanted, repairing: repairs)
      var piece: [UInt8] = []
      for (index, one) in found.enumerated() {
        // A sector of form 2 counts as 2048 bytes of the file's announced size.
        let announced = min(UInt64(2048 - skip), left)
        let isWhole = entry.isByForm && one.isForm2
        let data = isWhole ? one.data[...] : one.data.dropFirst(skip).prefix(Int(announced))
        if one.isDamaged || one.wasCorrected {
          let begin = done + UInt64(piece.count)
          Self.add(
            Damage(
              reason: one.wasCorrected ? .corrected : one.isFilled ? .filled : .wrong,
              bytes: begin..<begin + UInt64(data.count),
              sectors: SectorRange(first: UInt64(sector + index), count: 1)), to: &damage)
        }
        piece += data
        left -= announced
        skip = 0
      }
      if !piece.isEmpty { try body(piece) }
      done += UInt64(piece.count)
      sector += found.count
      if found.count < wanted {
        damage.append(
          Damage(
            reason: .missing, bytes: done..<done + left,
            sectors: SectorRange(first: UInt64(max(0, sector)), count: (left + 2047) / 2048)))
        return false
      }
    }
    return true
  }

  /// Neighbours are one.
  private static func add(_ one: Damage, to all: inout [Damage]) {
    guard let last = all.last, last.reason == one.reason, last.bytes.upperBound == one.bytes.lowerBound,
      let before = last.sectors, let sectors = one.sectors, before.end == sectors.first
    else { return all.append(one) }
    all[all.count - 1].bytes = last.bytes.lowerBound..<one.bytes.upperBound
    all[all.count - 1].sectors = SectorRange(first: before.first, count: before.count + sectors.count)
  }

  // MARK: zisofs

  /// A header, then the place of each block and of the end, then blocks of zlib; one without bytes is zeros.
  private func decompress(
    _ stored: [UInt8], _ blockSize: Int, _ headerSize: Int, _ placeSize: Int,
    _ body: ([UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> [Damage] {
    guard blockSize > 0, blockSize <= Self.largestBlock else {
      return [Damage(reason: .compressed, bytes: 0..<entry.size, sectors: nil)]
    }
    let inflater = Inflater()
    let span = stored.span.bytes
    var done: UInt64 = 0
    var place = headerSize
    var damage: [Damage] = []
    while done < entry.size {
      let count = Int(min(UInt64(blockSize), entry.size - done))
      guard let begin = Self.place(span, place, placeSize),
        let end = Self.place(span, place + placeSize, placeSize), begin <= end,
        end <= stored.count
      else {
        damage.append(Damage(reason: .compressed, bytes: done..<entry.size, sectors: nil))
        return damage
      }
      var plain = [UInt8](repeating: 0, count: count)
      if begin < end {
        let made = stored[begin..<end].withUnsafeBytes { source in
          plain.withUnsafeMutableBytes { inflater.inflate(source, into: $0) }
        }
        guard made == count else {
          damage.append(Damage(reason: .compressed, bytes: done..<entry.size, sectors: nil))
          return damage
        }
      }
      try body(plain)
      done += UInt64(count)
      place += placeSize
    }
    return damage
  }

  private func decompress(
    fork: [UInt8], _ body: ([UInt8]) throws(EvidenceError) -> Void
  ) throws(EvidenceError) -> [Damage] {
    let inflater = Inflater()
    var done: UInt64 = 0
    for block in AppleCompression.blocks(fork) where done < entry.size {
      let count = Int(min(UInt64(AppleCompression.blockSize), entry.size - done))
      guard let plain = AppleCompression.plain(fork[block], count: count, inflater) else { break }
      try body(plain)
      done += UInt64(count)
    }
    return done == entry.size ? [] : [Damage(reason: .compressed, bytes: done..<entry.size, sectors: nil)]
  }

  private static func place(_ bytes: RawSpan, _ offset: Int, _ size: Int) -> Int? {
    size == 8
      ? bytes.littleEndian(at: offset, as: UInt64.self).map { Int(clamping: $0) }
      : bytes.littleEndian(at: offset, as: UInt32.self).map { Int($0) }
  }
}
