internal import CISAL
import Evidence
import SystemIO

/// Makes zlib streams with ISA-L.
///
/// `@unchecked Sendable` holds because a compressor is used by one thread at a time: ``CompressorPool`` lends it.
final class ISALCompressor: ZlibCompressor, @unchecked Sendable {
  private let stream: UnsafeMutablePointer<isal_zstream>
  private let levelBuffer: UnsafeMutablePointer<UInt8>
  private let level: UInt32
  private let levelBufferSize: UInt32

  /// - Parameter level: 0 to 3 of ISA-L.
  init(level: UInt32) {
    self.level = level
    self.levelBufferSize = 1 << 20
    self.stream = .allocate(capacity: 1)
    self.levelBuffer = .allocate(capacity: Int(levelBufferSize))
    // What the library's own initialisation leaves out, such as the size of the window, must not be left to chance.
    stream.initialize(to: isal_zstream())
    levelBuffer.initialize(repeating: 0, count: Int(levelBufferSize))
  }

  deinit {
    stream.deallocate()
    levelBuffer.deallocate()
  }

  func encode(_ plain: UnsafeRawBufferPointer, into target: UnsafeMutableRawBufferPointer) -> Int? {
    isal_deflate_stateless_init(stream)
    stream.pointee.level = level
    stream.pointee.level_buf = levelBuffer
    stream.pointee.level_buf_size = levelBufferSize
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
