/// Contents of a medium that are known at every byte without being kept: each whole sector begins with its own
/// address, so that a sector that is lost, repeated or moved shows.
///
/// Made in no time, however long the medium is said to be.
package struct StampedContents: Hashable, Sendable {
  /// What stands behind the addresses.
  package enum Filling: Hashable, Sendable {
    /// Noise that no image compresses.
    case noise
    /// In turns of 64 KiB: noise, text that compresses well, and zeros.
    case mixed
  }

  /// In bytes; not always a multiple of the sector size.
  package let length: UInt64
  /// In bytes; a multiple of ``stampSize``.
  package let sectorSize: Int
  package let filling: Filling

  /// Bytes after which the filling behind the addresses is the same again.
  private static let period = 64 << 10
  /// An address: little-endian, 64 bits.
  private static let stampSize = 8

  /// - Precondition: `sectorSize` is a multiple of 8 from 8 to 65,536, such as the 2352 of a CD.
  package init(length: UInt64, sectorSize: UInt32 = 512, filling: Filling = .noise) {
    precondition(sectorSize > 0 && Int(sectorSize) % Self.stampSize == 0 && sectorSize <= Self.period)
    self.length = length
    self.sectorSize = Int(sectorSize)
    self.filling = filling
  }

  /// Fills `buffer` with the contents from byte `offset`.
  /// - Precondition: `offset + buffer.count` lies within `length`.
  package func copy(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) {
    precondition(offset + UInt64(buffer.count) <= length)
    var done = 0
    while done < buffer.count {
      let position = offset + UInt64(done)
      let start = Int(position % UInt64(Self.period))
      let count = min(Self.period - start, buffer.count - done)
      let turn = pattern(Int(position / UInt64(Self.period) % 3))
      let target = UnsafeMutableRawBufferPointer(rebasing: buffer[done..<done + count])
      turn.withUnsafeBytes {
        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[start..<start + count]))
      }
      done += count
    }
    stamp(buffer, at: offset)
  }

  /// The bytes from `range.lowerBound` on.
  package func bytes(_ range: Range<UInt64>) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Int(range.upperBound - range.lowerBound)) { buffer, count in
      copy(into: UnsafeMutableRawBufferPointer(buffer), at: range.lowerBound)
      count = buffer.count
    }
  }

  /// Writes the addresses of the whole sectors that begin in `buffer`, and the end of one that began before it.
  private func stamp(_ buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) {
    let size = UInt64(sectorSize)
    let end = min(offset + UInt64(buffer.count), length / size * size)
    guard offset < end, let base = buffer.baseAddress else { return }
    var sector = offset / size
    // Words where everything is aligned, in a plain loop: a debug build is to be quick at this too.
    if offset % size == 0, UInt(bitPattern: base) % UInt(Self.stampSize) == 0 {
      let words = base.assumingMemoryBound(to: UInt64.self)
      let step = sectorSize / Self.stampSize
      let whole = end / size
      var index = 0
      while sector < whole {
        words[index] = sector.littleEndian
        index += step
        sector += 1
      }
    }
    while sector * size < end {
      for index in 0..<UInt64(Self.stampSize) where (offset..<end).contains(sector * size + index) {
        buffer[Int(sector * size + index - offset)] = UInt8(truncatingIfNeeded: sector >> (8 * index))
      }
      sector += 1
    }
  }

  private func pattern(_ turn: Int) -> [UInt8] {
    switch (filling, turn) {
    case (.noise, _), (.mixed, 0): Self.noise
    case (.mixed, 1): Self.text
    case (.mixed, _): Self.zeros
    }
  }

  private static let zeros = [UInt8](repeating: 0, count: period)

  private static let text: [UInt8] = {
    let sentence = Array("The quick brown fox jumps over the lazy dog. ".utf8)
    return (0..<period).map { sentence[$0 % sentence.count] }
  }()

  private static let noise: [UInt8] = {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    return (0..<period).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state >> 32)
    }
  }()
}
