internal import CISAL
import FormatKit

/// Makes zlib streams with ISA-L at level 1: the same bytes for the same input, on any thread and in any process.
///
/// ISA-L 2.30 alone does not promise that. Its matcher notes the third position of the input under a hash not of the
/// bytes there but of the address of its own stream (`igzip_icf_body_h1_gr_bt.asm`: behind `.write_first_byte`, the
/// register whose hash is taken still holds that address). Where that hash happens to be the one of the first, second or
/// third position, another match is found, and the same input becomes another, equally valid stream. So four streams
/// with different hashes of their addresses are kept, and each input gets the first whose hash is none of those three.
///
/// `@unchecked Sendable` holds because a compressor is used by one thread at a time: ``CompressorPool`` lends it.
final class ISALCompressor: ZlibCompressor, @unchecked Sendable {
  /// Bytes of the shortest input ISA-L gets: it shortens its hashes for shorter ones, and four streams would not do.
  private static let shortestInput = 2048

  private let streams: [Stream]
  private let short = Deflater(level: 1)
  private let levelBuffer: UnsafeMutablePointer<UInt8>
  private static let levelBufferSize = 1 << 20

  init() {
    self.streams = Self.makeStreams(count: 4)
    self.levelBuffer = .allocate(capacity: Self.levelBufferSize)
    levelBuffer.initialize(repeating: 0, count: Self.levelBufferSize)
  }

  deinit {
    for stream in streams { stream.pointer.deallocate() }
    levelBuffer.deallocate()
  }

  func encode(_ plain: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    guard plain.count >= Self.shortestInput else { return short.zlibStream(of: plain, into: target) }
    let stream = stream(for: plain)
    isal_deflate_stateless_init(stream)
    stream.pointee.level = 1
    stream.pointee.level_buf = levelBuffer
    stream.pointee.level_buf_size = UInt32(Self.levelBufferSize)
    stream.pointee.gzip_flag = UInt16(IGZIP_ZLIB)
    stream.pointee.end_of_stream = 1
    stream.pointee.flush = UInt16(NO_FLUSH)
    stream.pointee.next_in = UnsafeMutablePointer(
      mutating: plain.baseAddress?.assumingMemoryBound(to: UInt8.self))
    stream.pointee.avail_in = UInt32(plain.count)
    stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.pointee.avail_out = UInt32(target.count)
    guard isal_deflate_stateless(stream) == COMP_OK, stream.pointee.avail_in == 0 else { return nil }
    return Int(stream.pointee.total_out)
  }

  /// Adler-32 as zlib starts it (RFC 1950 §8.2).
  static func adler32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
    isal_adler32(1, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }
}

// MARK: - Streams whose address has no say

extension ISALCompressor {
  private struct Stream {
    let pointer: UnsafeMutablePointer<isal_zstream>
    /// The hash of its address, as ISA-L takes it.
    let hash: UInt32
  }

  /// - Returns: streams with different hashes.
  private static func makeStreams(count: Int) -> [Stream] {
    var streams: [Stream] = []
    var unused: [Stream] = []
    while streams.count < count {
      let pointer = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
      // What the library's own initialisation leaves out, such as the size of the window, must not be left to chance.
      pointer.initialize(to: isal_zstream())
      let address = UInt64(UInt(bitPattern: pointer))
      let stream = Stream(pointer: pointer, hash: hash(of: UInt32(truncatingIfNeeded: address >> 16)))
      if streams.contains(where: { $0.hash == stream.hash }) {
        unused.append(stream)
      } else {
        streams.append(stream)
      }
    }
    for stream in unused { stream.pointer.deallocate() }
    return streams
  }

  /// The first stream whose address is not mistaken for one of the first three positions of the input, of 6 bytes or
  /// more.
  private func stream(for plain: UnsafeRawBufferPointer) -> UnsafeMutablePointer<isal_zstream> {
    let taken = (0..<3).map { position in
      Self.hash(of: UInt32(littleEndian: plain.loadUnaligned(fromByteOffset: position, as: UInt32.self)))
    }
    guard let stream = streams.first(where: { !taken.contains($0.hash) }) else {
      preconditionFailure("three positions cannot take four different hashes")
    }
    return stream.pointer
  }

  /// The lowest 12 bits of CRC-32C, from zero and without inversion; ISA-L takes 13, or 12 of an input under 4 KiB.
  private static func hash(of word: UInt32) -> UInt32 {
    var crc = word
    for _ in 0..<32 { crc = (crc >> 1) ^ (crc & 1 == 0 ? 0 : 0x82F6_3B78) }
    return crc & 0xFFF
  }
}
