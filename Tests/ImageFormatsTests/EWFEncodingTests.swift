import EvidenceTestKit
import Testing
@testable import DiskWriters

/// A resumed image is byte for byte an uninterrupted one only if the same chunk always becomes the same stream.
@Suite struct EWFEncodingTests {
  /// ISA-L takes its own stream's address for the third position of the input. Of all chunks whose third position has a
  /// hash of its own, some meet that address, whatever it is: two compressors would encode those in two ways.
  @Test func `a chunk is encoded the same way whichever compressor gets it`() {
    let compressors = (0..<3).map { _ in ISALCompressor() }
    var differing = 0
    var encoded = 0
    for chunk in chunksOfEveryHash() {
      let streams = compressors.map { stream(of: chunk, by: $0) }
      if streams[0] != nil { encoded += 1 }
      if Set(streams).count > 1 { differing += 1 }
    }
    #expect(differing == 0)
    #expect(encoded == 1 << 13)
  }

  @Test(arguments: [1, 5, 6, 511, 512, 2047, 2048, 4095, 4096, 32768])
  func `chunks of any length are encoded the same way`(length: Int) {
    let compressors = (0..<3).map { _ in ISALCompressor() }
    let chunk = [UInt8](repeating: 0x5A, count: length)
    #expect(Set(compressors.map { stream(of: chunk, by: $0) }).count == 1)
  }

  /// For each value of a 13-bit CRC-32C one chunk of 4 KiB: words nobody repeats, but for those at its third position,
  /// which have this hash and come again in the middle.
  private func chunksOfEveryHash() -> [[UInt8]] {
    var chunks: [Int: [UInt8]] = [:]
    var word: UInt32 = 0
    while chunks.count < 1 << 13 {
      word &+= 0x9E37_79B9
      let hash = Int(crc32c(word) & 0x1FFF)
      guard chunks[hash] == nil else { continue }
      let bytes = withUnsafeBytes(of: word.littleEndian, Array.init)
      var chunk = (0..<1024).flatMap { withUnsafeBytes(of: (0x0101_0000 + UInt32($0)).bigEndian, Array.init) }
      chunk.replaceSubrange(2..<6, with: bytes)
      chunk.replaceSubrange(2050..<2054, with: bytes)
      chunks[hash] = chunk
    }
    return Array(chunks.values)
  }

  private func crc32c(_ word: UInt32) -> UInt32 {
    (0..<32).reduce(word) { crc, _ in (crc >> 1) ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
  }

  private func stream(of chunk: [UInt8], by compressor: ISALCompressor) -> [UInt8]? {
    var target = [UInt8](repeating: 0, count: chunk.count + 64)
    let length = chunk.withUnsafeBytes { plain in
      target.withUnsafeMutableBytes { compressor.encode(plain, into: $0) }
    }
    return length.map { Array(target[..<$0]) }
  }
}
